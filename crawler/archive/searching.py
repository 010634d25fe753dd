"""Searching an archive: the stories that a query means, best or newest first, within a time."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Literal

from crawler.archive.selecting import Selection, explained, select
from crawler.search import (
    BEGIN,
    END,
    Pieces,
    Query,
    mark,
    passage,
    pieces,
    plain,
    sought,
)

Order = Literal["rank", "date"]

COUNTED = 10_000
"""Hits that are counted at least; in a large archive, a twentieth of its stories."""
SECONDS = 1.0
"""A query that takes longer is answered in the order of dates, which needs no look at all hits."""
_BEST = "bm25(stories_fts, 8.0, 3.0, 1.0)"
_OPENING = 240
_WORDS_SHOWN = 36
_STEPS = 2_000
"""Of SQLite's machine between two looks at the clock: less than a millisecond."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A story that was found."""

    id: int
    """Its key in `articles` and `stories`."""
    url: str
    title: Pieces
    snippet: Pieces
    """The passage that was found; the opening where nothing was looked for in texts."""
    site: str
    published_at: str | None
    published_day: str | None
    authors: str | None
    """Joined by commas."""
    section: str | None
    language: str | None
    read_time_minutes: int | None


@dataclass(frozen=True, slots=True)
class Found:
    """A page of what a query finds."""

    hits: tuple[Hit, ...]
    total: int
    """Stories that are found."""
    is_at_least: bool
    """There are more: no more were counted."""
    order: Order
    """As they come: by date also where their rank was asked for and nothing could be ranked, or too
    much."""
    next: str | None
    """What `after` takes for the next page; None: this is the last."""
    notes: tuple[str, ...]
    """Sentences on what was not understood or not done."""
    unknown_sites: tuple[str, ...]


class TooSlow(Exception):  # noqa: N818
    """The time that a question may take is up."""


@contextmanager
def limited(connection: sqlite3.Connection, seconds: float) -> Iterator[None]:
    """Break off what a connection does when its time is up: `TooSlow`. Other errors as they are."""
    end = time.monotonic() + seconds
    connection.set_progress_handler(lambda: time.monotonic() > end, _STEPS)
    try:
        yield
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_INTERRUPT:
            raise TooSlow from error
        raise
    finally:
        connection.set_progress_handler(None, 0)


def search(
    connection: sqlite3.Connection, query: Query, *, order: Order = "rank", limit: int = 20,
    after: str | None = None, seconds: float = SECONDS,
) -> Found:  # fmt: skip
    """Find stories.

    limit: hits of a page. after: `Found.next` of the page before. seconds: for counting and
    ranking, each; beyond that it falls back on what is quick.

    Raises UsageError where a query in the engine's own syntax is none, sqlite3.Error.
    """
    selection = select(connection, query)
    try:
        return _search(connection, query, selection, order, limit, after, seconds)
    except sqlite3.OperationalError as error:
        if (wrong := explained(query, error)) is not None:
            raise wrong from None
        raise


def stories_in(connection: sqlite3.Connection) -> int:
    """How many stories an archive has. Raises sqlite3.Error."""
    row = connection.execute("SELECT ifnull(sum(stories), 0) FROM _facets WHERE kind = 'site'")
    return int(row.fetchone()[0])


def _search(
    connection: sqlite3.Connection, query: Query, selection: Selection, order: Order, limit: int,
    after: str | None, seconds: float,
) -> Found:  # fmt: skip
    stories = stories_in(connection)
    bound = max(COUNTED, stories // 20)
    notes = [*query.notes, *selection.notes]
    if query.is_empty:
        total, is_whole = stories, True
    else:
        total, is_whole = _count(connection, selection, bound, seconds)
    broad = not is_whole or total > bound
    by_rank = order == "rank" and selection.index is not None
    if by_rank and broad and after is None:
        notes.append("Too many stories are found to rank them: the newest come first.")
    ids: list[int] | None = None
    following = None
    if by_rank and not broad and not (after or "").startswith("d"):
        ids, following = _ranked(connection, selection, limit, after, seconds)
        if ids is None:
            notes.append("Ranking would take too long: the newest come first.")
            after = None
    if ids is None:
        by_rank = False
        ids, following = _dated(connection, selection, limit, after, broad=broad)
    return Found(
        tuple(_hits(connection, query, selection, ids)), total, not is_whole,
        "rank" if by_rank else "date", following, tuple(dict.fromkeys(notes)),
        tuple(selection.unknown_sites),
    )  # fmt: skip


def _count(
    connection: sqlite3.Connection, selection: Selection, bound: int, seconds: float
) -> tuple[int, bool]:
    """How many stories there are, and whether that is all."""
    sql, values = selection.ids()
    number = 0
    try:
        with limited(connection, seconds):
            rows = connection.execute(f"{sql} LIMIT ?", [*values, bound + 1])
            while some := rows.fetchmany(1_000):
                number += len(some)
    except TooSlow:
        return number, False
    return min(number, bound), number <= bound


def _ranked(
    connection: sqlite3.Connection, selection: Selection, limit: int, after: str | None,
    seconds: float,
) -> tuple[list[int] | None, str | None]:  # fmt: skip
    """A page of the best, and what comes behind it; None where that takes too long."""
    offset = int(after[1:]) if after and after[1:].isdigit() else 0
    best = _BEST if selection.index == "stories_fts" else "rank"
    more = f"ORDER BY {best}, {selection.index}.rowid DESC LIMIT ? OFFSET ?"
    if selection.conditions:
        sql, values = selection.rows("f.article_id", more=more, values=(limit + 1, offset))
    else:
        sql, values = selection.ids()
        sql, values = f"{sql} {more}", [*values, limit + 1, offset]
    try:
        with limited(connection, seconds):
            ids = [key for (key,) in connection.execute(sql, values)]
    except TooSlow:
        return None, None
    return ids[:limit], f"r{offset + limit}" if len(ids) > limit else None


def _dated(
    connection: sqlite3.Connection, selection: Selection, limit: int, after: str | None, *,
    broad: bool,
) -> tuple[list[int], str | None]:  # fmt: skip
    """A page of the newest, and what comes behind it."""
    published, _, key = (after or "")[1:].rpartition("|")
    begin = (published, int(key)) if after and after[0] == "d" and key.isdigit() else None
    rows = (_walked if broad else _sorted)(connection, selection, limit + 1, begin)
    last = rows[limit - 1] if len(rows) > limit else None
    return [key for _, key in rows[:limit]], f"d{last[0]}|{last[1]}" if last else None


def _sorted(
    connection: sqlite3.Connection, selection: Selection, limit: int,
    begin: tuple[str, int] | None,
) -> list[tuple[str, int]]:  # fmt: skip
    """Few stories: all are looked at."""
    more = "AND (ifnull(f.published, ''), f.article_id) < (?, ?)" if begin else ""
    sql, values = selection.rows(
        "ifnull(f.published, ''), f.article_id", values=(*(begin or ()), limit),
        more=f"{more} ORDER BY ifnull(f.published, '') DESC, f.article_id DESC LIMIT ?",
    )  # fmt: skip
    return connection.execute(sql, values).fetchall()


def _walked(
    connection: sqlite3.Connection, selection: Selection, limit: int,
    begin: tuple[str, int] | None,
) -> list[tuple[str, int]]:  # fmt: skip
    """Many: back through time until there are enough; those without a date come last."""
    having, values = selection.having()
    walk = (
        "SELECT ifnull(a.published_utc, ''), a.id FROM articles a"  # noqa: S608
        f" CROSS JOIN _story_facets f ON f.article_id = a.id WHERE {{}} AND {having}"
        " ORDER BY a.published_utc DESC, a.id DESC LIMIT ?"
    )
    rows: list[tuple[str, int]] = []
    if begin is None or begin[0]:
        place = "a.published_utc IS NOT NULL"
        before: tuple[object, ...] = ()
        if begin is not None:
            place = "a.published_utc <= ? AND (a.published_utc < ? OR a.id < ?)"
            before = (begin[0], begin[0], begin[1])
        rows = connection.execute(walk.format(place), (*before, *values, limit)).fetchall()
    if len(rows) < limit:
        place, before = "a.published_utc IS NULL", ()
        if begin is not None and not begin[0]:
            place, before = f"{place} AND a.id < ?", (begin[1],)
        rows += connection.execute(walk.format(place), (*before, *values, limit - len(rows)))
    return rows


_ROW = (
    "SELECT id, url, title, standfirst, substr(body_text, 1, ?), site, published_at,"
    " published_day, authors, section, language, read_time_minutes FROM stories WHERE id = ?"
)
_MARKED = (
    "SELECT highlight(stories_fts, 0, ?, ?), snippet(stories_fts, 1, ?, ?, '…', ?),"
    " snippet(stories_fts, 2, ?, ?, '…', ?) FROM stories_fts WHERE stories_fts MATCH ?"
    " AND rowid = ?"
)


def _hits(
    connection: sqlite3.Connection, query: Query, selection: Selection, ids: list[int]
) -> Iterator[Hit]:
    is_marked = selection.index == "stories_fts"
    wanted = [] if is_marked else sought(query.words)
    for key in ids:
        # a text without spaces can have its hit anywhere
        length = 1_000_000 if wanted else 2 * _OPENING
        row = connection.execute(_ROW, (length, key)).fetchone()
        if row is None:
            continue
        _, url, headline, standfirst, body, site, *rest = row
        opening = " ".join((standfirst or body).split())
        if len(opening) > _OPENING:
            opening = opening[:_OPENING].rpartition(" ")[0] + "…"
        title, snippet = plain(headline), plain(opening)
        if is_marked:
            marks = (BEGIN, END, _WORDS_SHOWN)
            found = connection.execute(
                _MARKED, (BEGIN, END, *marks, *marks, selection.match, key)
            ).fetchone()
            if found is not None:
                title = pieces(found[0])
                inner = next((text for text in (found[2], found[1]) if text and BEGIN in text), "")
                snippet = pieces(" ".join(inner.split())) if inner else snippet
        elif wanted:
            title, snippet = mark(headline, wanted), passage(body, wanted)
        yield Hit(key, url, title, snippet, site, *rest)


def every_hit(
    connection: sqlite3.Connection, query: Query, *, page: int = 200, most: int | None = None
) -> Iterator[Hit]:
    """All that a query finds, newest first, for whoever writes it into a file. Raises as
    `search`."""
    after, left = None, most
    while left is None or left > 0:
        limit = page if left is None else min(page, left)
        found = search(connection, query, order="date", limit=limit, after=after)
        yield from found.hits
        left = None if left is None else left - len(found.hits)
        after = found.next
        if after is None:
            return


def without_words(query: Query) -> Query:
    """The same query without its words: what a share is a share of."""
    return replace(query, words=None, text="" if query.is_raw else query.text, notes=())
