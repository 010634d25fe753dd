"""A story that an archive has, as its standing revision tells it."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import cast

from crawler.archive.told import told_by_revision
from crawler.history.told import Told


@dataclass(frozen=True, slots=True)
class Story:
    """A story that is known at an address, as its standing revision tells it."""

    article_id: int
    site_id: int
    url: str
    told: Told
    gone_at: str | None
    access: str | None
    last_seen: str
    """When its page was last fetched with it, ISO 8601, UTC."""
    was_partial: bool
    """Whether the revision was read from an answer that was cut, or from a teaser."""
    capture_id: int
    """Of the page that the revision was read from."""


STORY = (
    "SELECT a.id, a.site_id, a.url, a.gone_at, a.access, a.last_captured_at, r.id,"
    " r.access = 'teaser' OR EXISTS (SELECT 1 FROM captures k WHERE k.id = r.capture_id"
    " AND k.truncated IS NOT NULL), r.capture_id"
    " FROM articles a JOIN revisions r ON r.id = a.revision_id"
)
"""Selects what a `Story` is made of: add a WHERE."""


def story_in(connection: sqlite3.Connection, row: tuple[object, ...]) -> Story:
    """The story that a row of `STORY` is. Raises sqlite3.Error."""
    article_id, site_id, url, gone_at, access, last_seen, revision_id, was_partial = row[:8]
    told = told_by_revision(connection, cast(int, revision_id))
    return Story(
        cast(int, article_id), cast(int, site_id), cast(str, url), told,
        cast("str | None", gone_at), cast("str | None", access), cast(str, last_seen),
        bool(was_partial), cast(int, row[8]),
    )  # fmt: skip
