"""First step: dates become ISO 8601."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Self

from scrapy.crawler import Crawler

from crawler.extensions.session import Session
from crawler.extract.normalise import moments, plain_moments, with_moments
from crawler.items import Visit


class Normalise:
    """Turns the dates that an article's page claims into moments, as of its capture.

    Dates in words are read by a worker: they can take some milliseconds.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made by Scrapy."""
        return cls(crawler)

    async def process_item(self, item: Visit) -> Visit:
        """A visit with its article's dates normalised; others unchanged."""
        article = item.article
        if article is None or not (article.published_claims or article.modified_claims):
            return item
        captured_at = datetime.fromisoformat(item.captures[-1].fetched_at)
        claims = article.published_claims, article.modified_claims
        found = plain_moments(*claims, article.language, captured_at)
        if found is None:
            workers = Session.of(self._crawler).workers
            found = await workers.run(moments, *claims, article.language, captured_at)
        return replace(item, article=with_moments(article, *found))
