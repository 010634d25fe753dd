"""What tells a crawler of the paper's stories: robots.txt, sitemaps and the feed."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from jinja2 import Environment

from crawler.demo.answer import Answer
from crawler.demo.story import Story

FEED_SIZE = 15
NEWS_SIZE = 8
"""Stories in the feed and in the news sitemap."""


class Card(Protocol):
    """What a feed needs to know of a story."""

    @property
    def story(self) -> Story:
        """The story."""

    @property
    def url(self) -> str:
        """The address that lists name."""

    @property
    def rfc_date(self) -> str:
        """When it was published, as RFC 5322 writes it."""


def render(
    environment: Environment, origin: str, cards: Sequence[Card], pages: Sequence[str]
) -> dict[str, Answer]:
    """The files, path → answer.

    cards: the listed stories, newest first. pages: addresses that are no stories, but listed.
    """
    changed = max(_changed(card.story) for card in cards)

    def xml(template: str, kind: str = "application/xml", **values: object) -> Answer:
        text = environment.get_template(template).render(origin=origin, **values)
        return Answer(text.encode(), f"{kind}; charset=utf-8", modified=changed)

    def sitemap(part: Sequence[Card], more: Sequence[str] = ()) -> Answer:
        entries: list[tuple[str, datetime | None]] = [(c.url, _changed(c.story)) for c in part]
        return xml("sitemap.xml", entries=entries + [(url, None) for url in more])

    half = len(cards) // 2
    children = ("/sitemap-stories-1.xml", "/sitemap-stories-2.xml.gz", "/sitemap-news.xml")
    older = sitemap(cards[half:])
    return {
        "/robots.txt": xml("robots.txt", "text/plain"),
        "/sitemap_index.xml": xml(
            "sitemap_index.xml",
            places=[
                (origin + child, max(map(_changed, (card.story for card in part))))
                for child, part in zip(
                    children, (cards[:half], cards[half:], cards[:NEWS_SIZE]), strict=True
                )
            ],
        ),
        children[0]: sitemap(cards[:half], pages),
        # A gzipped file, not a content coding: RFC 9110 has no word in it.
        children[1]: Answer(
            gzip.compress(older.body, mtime=0), "application/gzip", modified=changed
        ),
        children[2]: xml("sitemap_news.xml", cards=cards[:NEWS_SIZE]),
        "/feed/": xml(
            "feed.xml",
            "application/rss+xml",
            cards=cards[:FEED_SIZE],
            built=cards[0].rfc_date,
        ),
    }


def _changed(story: Story) -> datetime:
    return story.modified or story.published
