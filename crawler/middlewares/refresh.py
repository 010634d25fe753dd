"""Redirects by markup or by the `Refresh` header, followed as those of HTTP are."""

from __future__ import annotations

from scrapy import Request
from scrapy.http import Response

from crawler.discover.kinds import sniff
from crawler.discover.refresh import sends_on
from crawler.middlewares.redirect import NoCircles


class RefreshMiddleware(NoCircles):
    """Follows pages that show nothing and send their reader on.

    Scrapy's own takes the page of a story for one if that loads another page after a while, and
    knows neither the header nor another order of attributes.
    """

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """The answer, or the request of the page that it leads to."""
        if response.status != 200 or request.method != "GET" or request.meta.get("dont_redirect"):
            return response
        header = response.headers.get("Refresh")
        said = response.headers.get("Content-Type")
        target = sends_on(response.body, header.decode("latin-1") if header else None, response.url)
        if target is None or (
            sniff(response.body, said.decode("latin-1") if said else None, response.url) != "html"
            and response.body.strip()
        ):
            return response
        return self._redirect(
            self._redirect_request_using_get(request, response, target), request, "refresh"
        )
