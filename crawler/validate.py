"""What an article must have to be one, and whether it is of the dates asked for."""

from __future__ import annotations

from crawler.items import Article


def missing(article: Article) -> str | None:
    """What an article cannot be without, if this one is: a code of `crawler.reasons.NOT_ARTICLE`;
    None if it has all."""
    if not article.title:
        return "no_title"
    if not article.body:
        return "no_text"
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
