"""An answer that broke off is asked for once more, before what came of it is taken."""

from __future__ import annotations

from typing import Self

from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.http import Request, Response

from crawler.extensions.limits import truncation
from crawler.urls import site_host


class WholeAnswerMiddleware:
    """Half a story reads like a story, and half a sitemap like a sitemap: neither would be asked
    for again soon.

    A connection that broke is whole at the next try. A server that says a wrong length breaks off
    each time: then what came is taken, there and of its host for the rest of the run.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._always: set[str] = set()
        """Hosts whose answers broke off a second time, too."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made by Scrapy."""
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Response | Request:
        """The answer, or the request that asks for it again."""
        host = site_host(request.url)
        if response.status != 200 or truncation(response, request) != "disconnect":
            return response
        again, spider = None, self._crawler.spider
        assert spider is not None
        if host not in self._always and request.meta.get("max_retry_times") != 0:
            again = get_retry_request(
                request, spider=spider, reason="broken off", max_retry_times=1
            )
        if again is not None:
            return again
        self._always.add(host)
        return response
