"""Since when a newspaper's pages are built otherwise: what the archive knows of it."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from crawler.archive.site_profiles import LayoutChange

FIELDS = (
    "title", "authors", "published_at", "standfirst", "section", "read_time", "image", "body",
)  # fmt: skip
"""Fields whose sources are watched."""
NOTHING = "nothing"
"""The source of a value that a page has not."""
_LATE = 0.9
"""Share of a site's stories that were published before those that count as new."""
_MOST_BEFORE = 200


@dataclass(frozen=True, slots=True)
class New:
    """A story that came after a moment."""

    article_id: int
    url: str
    captured_at: str
    """When it was first captured, ISO 8601, UTC."""
    sources: dict[str, str]
    """Field → where its value is from."""


_STORIES = (
    "SELECT a.id, a.url, a.first_captured_at, t.sources FROM articles a"
    " JOIN revision_texts t ON t.revision_id = a.revision_id"
)
_EARLIER = (
    "FROM articles WHERE site_id = ? AND published_utc IS NOT NULL AND first_captured_at <= ?"
)


def new_stories(connection: sqlite3.Connection, host: str, after: str) -> list[New]:
    """The stories of a site that were first captured after a moment and are among its newest, in
    the order of their capture: old ones that are fetched late tell nothing of today. Raises
    sqlite3.Error."""
    site = _site(connection, host)
    (earlier,) = connection.execute(f"SELECT count(*) {_EARLIER}", (site, after)).fetchone()
    row = connection.execute(
        f"SELECT published_utc {_EARLIER} ORDER BY published_utc LIMIT 1 OFFSET ?",
        (site, after, int(_LATE * earlier)),
    ).fetchone()
    if row is None:
        return []
    rows = connection.execute(
        f"{_STORIES} WHERE a.site_id = ? AND a.published_utc >= ? AND a.first_captured_at > ?"
        " ORDER BY a.first_captured_at, a.id",
        (site, row[0], after),
    )
    return [_new(*each) for each in rows]


def sources_before(
    connection: sqlite3.Connection, host: str, until: str
) -> dict[str, Counter[str]]:
    """Field → how many of the last stories up to a moment have its value from where. Raises
    sqlite3.Error."""
    rows = connection.execute(
        f"{_STORIES} WHERE a.site_id = ? AND a.first_captured_at <= ?"
        " ORDER BY a.first_captured_at DESC, a.id LIMIT ?",
        (_site(connection, host), until, _MOST_BEFORE),
    )
    counted: dict[str, Counter[str]] = {field: Counter() for field in FIELDS}
    for row in rows:
        for field, source in _new(*row).sources.items():
            counted[field][source] += 1
    return counted


def changes_of(connection: sqlite3.Connection, limit: int) -> Iterator[tuple[str, LayoutChange]]:
    """(host, change), the newest first. Raises sqlite3.Error."""
    rows = connection.execute(
        "SELECT s.host, c.field, c.since, c.before, c.after, c.urls FROM layout_changes c"
        " JOIN sites s ON s.id = c.site_id ORDER BY c.since DESC, c.id DESC LIMIT ?",
        (limit,),
    )
    for host, field, since, before, after, urls in rows:
        yield host, LayoutChange(field, since, before, after, tuple(json.loads(urls)))


def last_moves(connection: sqlite3.Connection, host: str) -> dict[str, str]:
    """Field → where its value comes from since the last change of it that is known. Raises
    sqlite3.Error."""
    rows = connection.execute(
        "SELECT field, after FROM layout_changes WHERE site_id = ? ORDER BY since, id",
        (_site(connection, host),),
    )
    return {field: place_in(after) for field, after in rows}


def place_in(told: str) -> str:
    """The place that a change names, without the share of the stories.

    >>> place_in("html:author (80 %)")
    'html:author'
    """
    return told.rpartition(" (")[0] or told


def last_change(connection: sqlite3.Connection, host: str) -> str | None:
    """Since when a site's pages are built as they are; None where no change is known. Raises
    sqlite3.Error."""
    row = connection.execute(
        "SELECT max(since) FROM layout_changes WHERE site_id = ? AND field = 'layout'",
        (_site(connection, host),),
    ).fetchone()
    return str(row[0]) if row[0] is not None else None


def _new(article_id: int, url: str, captured_at: str, sources: str) -> New:
    told = json.loads(sources)
    return New(
        article_id, url, captured_at,
        {field: told[field]["source"] if field in told else NOTHING for field in FIELDS},
    )  # fmt: skip


def _site(connection: sqlite3.Connection, host: str) -> int:
    row = connection.execute("SELECT id FROM sites WHERE host = ?", (host,)).fetchone()
    return int(row[0])
