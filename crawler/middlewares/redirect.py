"""Redirects, until they lead round in a circle."""

from __future__ import annotations

from typing import Any
from urllib.parse import urldefrag

from scrapy import Request
from scrapy.downloadermiddlewares.redirect import BaseRedirectMiddleware
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware as ScrapyRedirectMiddleware
from scrapy.exceptions import IgnoreRequest

# Times that an address may come up on one way: a cache that is being filled sends on to itself
# once.
_TIMES = 2


class NoCircles(BaseRedirectMiddleware):
    """Ends a way that leads to where it has been (RFC 9110, 15.4).

    Nothing is different the next time: no cookie is kept. Servers that set one and look whether it
    comes back would be asked for each of their pages nine times.
    """

    def _redirect(self, redirected: Request, request: Request, reason: Any) -> Request:
        way = [*request.meta.get("redirect_urls", ()), request.url]
        target = urldefrag(redirected.url).url
        if [urldefrag(url).url for url in way].count(target) >= _TIMES:
            raise IgnoreRequest("redirected in a circle")
        return super()._redirect(redirected, request, reason)


class RedirectMiddleware(NoCircles, ScrapyRedirectMiddleware):
    """Follows the redirects of HTTP."""
