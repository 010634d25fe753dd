"""Second step: only articles are stored as articles."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Self, cast

from scrapy.crawler import Crawler

from crawler.archive.reasons import OUTSIDE
from crawler.items import Article, Visit

if TYPE_CHECKING:
    from spiders.base import ArchiveSpider


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
        article = item.article
        if article is None:
            return item
        spider = cast("ArchiveSpider", self._crawler.spider)
        reason = item.not_article or missing(article)
        if reason:
            return replace(item, article=None, reason=f"no article: {reason}")
        published = article.published.value if article.published else None
        if published and not within(published, spider.since, spider.until):
            return replace(item, article=None, state="excluded", reason=OUTSIDE)
        return item


def missing(article: Article) -> str | None:
    """What an article cannot be without, if this one is; None if it has all."""
    if not article.title:
        return "no title"
    if not article.body:
        return "no body text"
    return None


def within(date: str, since: str | None, until: str | None) -> bool:
    """Whether an ISO 8601 date is in a span, both ends included, by the parts that both state.

    >>> within("2024-05-31T23:50", "2024-05-01", "2024-05")
    True
    >>> within("2024-06-01", None, "2024-05-31")
    False
    """
    after = since is None or date[: len(since)] >= since[: len(date)]
    before = until is None or date[: len(until)] <= until[: len(date)]
    return after and before
