"""The revisions of one story, for whoever wants to compare them."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlite_utils import Database

from crawler.errors import MissingError
from crawler.history.revision_diff import State


@dataclass(frozen=True, slots=True)
class Revision:
    """One state of a story, and when it was seen."""

    number: int
    captured_at: str
    """ISO 8601, UTC."""
    state: State


def revisions_of(db: Database, url: str) -> list[Revision]:
    """The revisions of the story at an address, oldest first.

    url: its own address, or another one that leads to it. Raises MissingError where the archive has
    no story there.
    """
    rows = db.query(
        "SELECT number, captured_at, title, standfirst, authors, published_at, section, tags,"
        " body_text, language, (SELECT json_group_array(caption) FROM (SELECT caption FROM images"
        " WHERE revision_id = revisions.id AND caption IS NOT NULL"
        " ORDER BY role = 'body', position)) AS captions"
        " FROM revisions WHERE article_id = coalesce("
        "(SELECT id FROM articles WHERE url = :url),"
        " (SELECT article_id FROM urls WHERE url = :url))"
        " ORDER BY number",
        {"url": url},
    )
    found = [_revision(**row) for row in rows]
    if not found:
        raise MissingError(
            f"{url} is no story of this archive; the view stories has their addresses in url"
        )
    return found


def _revision(
    *, number: int, captured_at: str, title: str, standfirst: str | None, authors: str,
    published_at: str | None, section: str | None, tags: str, body_text: str, captions: str,
    language: str | None,
) -> Revision:  # fmt: skip
    names, labels, under = (tuple(json.loads(each)) for each in (authors, tags, captions))
    return Revision(number, captured_at, State(
        title, standfirst, names, published_at, section, labels, body_text, under, language
    ))  # fmt: skip
