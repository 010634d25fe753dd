"""Second step: only articles are stored as articles."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol, Self, cast

from scrapy.crawler import Crawler

from crawler.items import Visit
from crawler.reasons import OUTSIDE
from crawler.runs.visits import judged
from crawler.validate import within


class _Wishes(Protocol):
    def window(self, url: str) -> tuple[str | None, str | None]: ...


class _Dated(Protocol):
    """A spider that is asked for stories of certain days only."""

    @property
    def wishes(self) -> _Wishes: ...


class Validate:
    """Takes what is no article, or not of the dates asked for, off a visit, and says why."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made by Scrapy."""
        return cls(crawler)

    def process_item(self, item: Visit) -> Visit:
        """A visit whose article, if it has one still, is to be stored."""
        item = judged(item)
        article = item.article
        if article is None:
            return item
        spider = cast(_Dated, self._crawler.spider)
        published = article.published.value if article.published else None
        if published and not within(published, *spider.wishes.window(item.url)):
            return replace(item, article=None, state="excluded", reason=OUTSIDE)
        return item
