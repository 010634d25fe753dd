"""Last step: into the archive, and newly found URLs back to the frontier."""

from __future__ import annotations

from typing import Self

from scrapy.crawler import Crawler

from crawler.extensions.session import Session
from crawler.frontier.scheduler import Frontier
from crawler.items import Visit


class StoreVisits:
    """Hands visits to the session's batch and what they found to the frontier.

    The found URLs are stored in the same transaction as the visit: a run killed before it makes
    the visit again.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made by Scrapy."""
        return cls(crawler)

    def process_item(self, item: Visit) -> Visit:
        """The visit, once it is in the batch."""
        Session.of(self._crawler).add(item)
        if item.found:
            Frontier.of(self._crawler).offer(item.found)
        return item
