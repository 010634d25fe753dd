"""What all else hangs on is asked for again when a pause is over."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.http import Response

from crawler.frontier.scheduler import Frontier
from crawler.items import Due, Role
from crawler.urls import site_host

# Seconds of a pause that are waited for: others' pages may be all that the run has left to do.
_PATIENCE = 120.0
_LISTS: frozenset[Role] = frozenset({"home", "sitemap", "feed", "wordpress"})


class AfterPauseMiddleware:
    """Asks again for a newspaper's home page and lists, and for what the run was sent for, where a
    host refuses them and asks for a short pause.

    Pages wait for the next run then; without these, the next run would be the first that finds
    anything. robots.txt has a patience of its own.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made by Scrapy."""
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """The answer, or the same request; the frontier sends it when the pause is over."""
        due: Due | None = request.meta.get("due")
        until: str | None = request.meta.get("retry_at")
        if due is None or until is None:
            return response
        if due.found.role not in _LISTS and due.found.source not in ("seed", "list"):
            return response
        left = (datetime.fromisoformat(until) - datetime.now(UTC)).total_seconds()
        if left > _PATIENCE or Frontier.of(self._crawler).is_closed(site_host(request.url)):
            return response
        spider = self._crawler.spider
        assert spider is not None
        return get_retry_request(request, spider=spider, reason="pause") or response
