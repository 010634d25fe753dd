"""First step: dates become ISO 8601."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Self

from scrapy.crawler import Crawler

from crawler.extensions.session import Session
from crawler.extract.normalise import moments, with_moments
from crawler.items import Visit


class Normalise:
    """Turns the dates that an article's page claims into moments, as of its capture.

    A worker does it: a date in words can take some milliseconds.
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
        published, modified = await Session.of(self._crawler).workers.run(
            moments,
            article.published_claims,
            article.modified_claims,
            article.language,
            captured_at,
        )
        return replace(item, article=with_moments(article, published, modified))
