"""Asks only for what has changed (RFC 9110, 13)."""

from __future__ import annotations

from dataclasses import replace
from typing import Self

from scrapy.crawler import Crawler
from scrapy.http import Request

from crawler.extensions.session import Session
from crawler.items import Due


class ConditionalMiddleware:
    """Adds the validators of a URL's last good answer to its request, and to no other.

    A redirect's next hop carries the headers of the one before: its server would compare somebody
    else's. Where the archive has lost that answer, "304 Not Modified" would be the answer about
    nothing: it is asked for in full.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made by Scrapy."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Set or take away If-None-Match and If-Modified-Since."""
        due: Due | None = request.meta.get("due")
        if due is None:
            return
        own = request.url == due.found.url
        asks = own and bool(due.etag or due.last_modified)
        if asks and not Session.of(self._crawler).known.has_answer(request.url):
            due = replace(due, etag=None, last_modified=None)
            request.meta["due"] = due
        for header, value in (
            ("If-None-Match", due.etag),
            ("If-Modified-Since", due.last_modified),
        ):
            if own and value:
                request.headers[header] = value
            else:
                request.headers.pop(header, None)
