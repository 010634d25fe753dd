"""Last step: into the archive, and with it newly found URLs into the frontier."""

from __future__ import annotations

from typing import Self

from scrapy.crawler import Crawler

from crawler.extensions.session import Session
from crawler.items import Visit


class StoreVisits:
    """Hands visits to the archive's batch.

    What they found is stored in the same transaction, and is claimed from the archive when its turn
    comes: a run killed before makes the visit again.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made by Scrapy."""
        return cls(crawler)

    def process_item(self, item: Visit) -> Visit:
        """The visit, once it is in the batch."""
        Session.of(self._crawler).archive.add(item)
        return item
