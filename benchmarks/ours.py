"""Our own extraction, measured like a peer: all fields but linked stories, and with them."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import import_module
from typing import Any
from unittest import mock

from benchmarks.peers.turns import Reader
from crawler.extract import extract
from crawler.extract.dates import normalise
from crawler.items import Confidence, Page

CAPTURED = datetime(2026, 11, 1, tzinfo=UTC)
"""The corpora tell no time of capture; "two hours ago" has to count from some."""


@contextmanager
def reader(with_links: bool) -> Iterator[Reader]:
    """A reader that begins with empty caches, as a new process would."""
    empty_caches()
    if with_links:
        yield read
    else:
        with mock.patch.object(
            import_module("crawler.extract.article"), "linked_stories", return_value=()
        ):
            yield read


def read(html: bytes, url: str) -> dict[str, Any]:
    """Every field of a page, its dates read; and for the remarks on the worst, the page itself."""
    page = extract(html, url)
    article = normalise(page.article, CAPTURED)
    return {
        "title": article.title,
        "authors": article.authors,
        "date": article.published.value if article.published else None,
        "standfirst": article.standfirst,
        "body": article.body,
        "image": article.image.url if article.image else None,
        "language": article.language,
        "page": page,
    }


def remarks(answer: Mapping[str, Any] | None) -> str:
    """What helps to see why a page of ours went wrong; empty for an answer of a peer."""
    if not answer or not isinstance(page := answer.get("page"), Page):
        return ""
    article = page.article
    found = []
    if article.authors:
        source = article.sources.get("authors")
        found.append(f"authors from {source.source if source else None}")
    if article.published_claims:
        claims = ", ".join(f"{c.text[:40]!r} ({c.source})" for c in article.published_claims[:4])
        found.append(f"dates {claims}")
    if page.not_article:
        found.append(f"judged {page.not_article!r}, {article.word_count} words")
    return "".join(f"; {remark}" for remark in found)


def how_sure(answer: Mapping[str, Any] | None) -> Confidence | None:
    """How far we believe an answer; None for an answer of a peer."""
    if not answer or not isinstance(page := answer.get("page"), Page):
        return None
    return page.article.confidence


def judged_article(answer: Mapping[str, Any] | None) -> bool | None:
    """Whether we took the page for an article; None for an answer of a peer."""
    if not answer or not isinstance(page := answer.get("page"), Page):
        return None
    return page.not_article is None


def empty_caches() -> None:
    """Forget what the project's functions remember from pages read before."""
    for name, module in list(sys.modules.items()):
        if name == "crawler" or name.startswith("crawler."):
            for value in list(vars(module).values()):
                if callable(clear := getattr(value, "cache_clear", None)):
                    clear()
