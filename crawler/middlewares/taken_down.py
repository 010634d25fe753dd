"""What was taken down is not fetched again, and not read where another address has it."""

from __future__ import annotations

from typing import Self

from scrapy.crawler import Crawler
from scrapy.http import Request, Response

from crawler.extensions.capture import TAKEN_DOWN
from crawler.extensions.rendering import FOR_PAGE
from crawler.extensions.session import Session
from crawler.failures import RefusedError
from crawler.reasons import because


class TakenDownMiddleware:
    """Refuses the addresses of stories that were taken down, whoever names them, every hop of a
    redirect too; and answers with their payloads, which were not written to WARC."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made by Scrapy."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Raise RefusedError for such an address; what is no visit of an archive passes."""
        if request.meta.get("due") is None and FOR_PAGE not in request.meta:
            return
        if Session.of(self._crawler).known.is_taken_down(request.url):
            raise RefusedError(because("taken_down"))

    def process_response(self, request: Request, response: Response) -> Response:
        """Raise RefusedError for such an answer."""
        if request.meta.pop(TAKEN_DOWN, False):
            raise RefusedError(because("taken_down"))
        return response
