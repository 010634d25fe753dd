"""No request to a private or loopback address unless the user allows it.

A page, a sitemap or a redirect may name any host, and any name may lead to any address: an archive
job inside a company must not be led to the company's own servers.
"""

from __future__ import annotations

import ipaddress
from typing import Any, Self, cast

from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Request
from scrapy.utils.defer import maybe_deferred_to_future
from scrapy.utils.httpobj import urlparse_cached

from crawler.failures import RefusedError
from crawler.reasons import because
from crawler.urls import is_public


class PrivateAddressMiddleware:
    """Refuses hosts whose address is not on the public internet, every hop of a redirect too.

    The name is looked up through the cache that the connection will use: what was checked is what
    is connected to, whatever the name's owner answers a second time.
    """

    def __init__(self, crawler: Crawler) -> None:
        if crawler.settings.getbool("ALLOW_PRIVATE"):
            raise NotConfigured

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made by Scrapy."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Raise RefusedError for a private address; let everything else pass.

        A name that cannot be looked up passes: connecting to it says so better.
        """
        from twisted.internet import reactor

        resolve = cast(Any, reactor).resolve
        host = urlparse_cached(request).hostname or ""
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            try:
                answer = await maybe_deferred_to_future(resolve(host))
                address = ipaddress.ip_address(answer)
            except Exception:
                return
        if not is_public(address):
            where = f"{host} is at the private address {address}"
            raise RefusedError(because("private_address", where))
