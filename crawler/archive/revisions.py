"""The revisions of one story, for whoever wants to compare them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlite_utils import Database

from crawler.errors import MissingError


@dataclass(frozen=True, slots=True)
class Revision:
    """One state of a story, as far as a reader sees it."""

    number: int
    captured_at: str
    title: str
    standfirst: str | None
    authors: str
    published_at: str | None
    section: str | None
    tags: str
    body_text: str


def revisions_of(db: Database, url: str) -> list[Revision]:
    """The revisions of the story at an address, oldest first.

    url: its own address, or another one that leads to it. Raises MissingError where the archive has
    no story there.
    """
    rows = db.query(
        "SELECT number, captured_at, title, standfirst, authors, published_at, section, tags,"
        " body_text FROM revisions WHERE article_id = coalesce("
        "(SELECT id FROM articles WHERE url = :url),"
        " (SELECT article_id FROM urls WHERE url = :url))"
        " ORDER BY number",
        {"url": url},
    )
    found = [Revision(**row) for row in rows]
    if not found:
        raise MissingError(
            f"{url} is no story of this archive; the view stories has their addresses in url"
        )
    return found
