"""Searching an archive: the stories that a query means, best or newest first, within a time."""

from __future__ import annotations

import json
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
SECONDS = 0.25
"""A query that takes longer to count and rank is answered in an order that needs no look at all
hits."""
_MOST = 2**63 - 1
_BEST = "bm25(stories_fts, 8.0, 3.0, 1.0)"
_OPENING = 240
_WORDS_SHOWN = 36
_WHOLE = 1_000_000
"""Characters of a text that are looked through for a hit."""
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
    order: Literal["rank", "date", "archived"]
    """As they come: by date also where their rank was asked for and nothing could be ranked, or too
    much; by when they came into the archive where that is too much, too."""
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

    limit: hits of a page. after: `Found.next` of the page before. seconds: for each of what it
    tries, one after the other: best first, newest first, the last that came into the archive first.

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
    end = time.monotonic() + seconds
    stories = stories_in(connection)
    bound = max(COUNTED, stories // 20)
    notes = [*query.notes, *selection.notes]
    total, is_whole = stories, True
    if not query.is_empty:
        total, is_whole = _count(connection, selection, bound, seconds / 2)
    page: _Page | None = None
    if order == "rank" and selection.index is not None and not (after or "r").startswith(_BY_DAY):
        if is_whole:
            page = _ranked(connection, selection, limit, after, end - time.monotonic())
        if page is None:
            why = "Ranking would take too long" if is_whole else "Too many are found to rank them"
            notes.append(f"{why}: the newest come first.")
            after = None
    if page is None:
        is_narrow = is_whole and total <= bound
        page = _dated(connection, selection, limit, after, seconds, is_narrow=is_narrow)
        if page.order == "archived":
            notes.append("What came into the archive last comes first.")
    hits = _hits(connection, query, selection, page.ids, seconds)
    return Found(
        tuple(hits), total, not is_whole, page.order, page.next, tuple(dict.fromkeys(notes)),
        tuple(selection.unknown_sites),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Page:
    ids: list[int]
    next: str | None
    order: Literal["rank", "date", "archived"]


_BY_DAY = ("d", "i")
"""How `after` begins for a page in the order of dates, or of keys."""


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
) -> _Page | None:  # fmt: skip
    """A page of the best; None where that takes too long."""
    offset = int(after[1:]) if after and after[1:].isdecimal() else 0
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
        return None
    return _Page(ids[:limit], f"r{offset + limit}" if len(ids) > limit else None, "rank")


def _dated(
    connection: sqlite3.Connection, selection: Selection, limit: int, after: str | None,
    seconds: float, *, is_narrow: bool,
) -> _Page:  # fmt: skip
    """A page of the newest; of the last that came into the archive where that takes too long."""
    published, _, number = (after or "")[1:].rpartition("|")
    key = int(number) if number.isdecimal() and len(number) < 19 else 0
    if (after or "d").startswith("d"):
        begin = (published, key) if key else None
        find = _sorted if is_narrow else _walked
        try:
            with limited(connection, seconds):
                rows = find(connection, selection, limit + 1, begin)
        except TooSlow:
            key = 0
        else:
            last = rows[limit - 1] if len(rows) > limit else None
            following = f"d{last[0]}|{last[1]}" if last else None
            return _Page([key for _, key in rows[:limit]], following, "date")
    rowid = f"{selection.index}.rowid" if selection.index else "f.article_id"
    place = f"AND {rowid} < ? {selection.newest_first} LIMIT ?"
    sql, values = selection.rows("f.article_id", more=place, values=(key or _MOST, limit + 1))
    ids = [key for (key,) in connection.execute(sql, values)]
    return _Page(ids[:limit], f"i|{ids[limit - 1]}" if len(ids) > limit else None, "archived")


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
    found: list[tuple[str, int]] = []
    at = begin or ("~", 0)  # behind any date
    width = _WINDOW
    while len(found) < limit and (some := _window(connection, at, width)):
        meant = _among(connection, selection, [key for _, key in some])
        found += [each for each in some if each[1] in meant]
        at, width = some[-1], min(8 * width, 64 * _WINDOW)
    return found[:limit]


_WINDOW = 1_000
"""Stories among which hits are looked for at first: of what is found too often to be sorted, there
are enough."""


def _window(
    connection: sqlite3.Connection, at: tuple[str, int], width: int
) -> list[tuple[str, int]]:
    """The stories that come next, back in time: (date, key)."""
    rows: list[tuple[str, int]] = []
    if at[0]:
        rows = connection.execute(
            "SELECT published_utc, id FROM articles WHERE published_utc <= ?1"
            " AND (published_utc < ?1 OR id < ?2) AND revision_id IS NOT NULL"
            " ORDER BY published_utc DESC, id DESC LIMIT ?3",
            (*at, width),
        ).fetchall()
    if not rows:
        rows = connection.execute(
            "SELECT '', id FROM articles WHERE published_utc IS NULL AND id < ?"
            " AND revision_id IS NOT NULL ORDER BY id DESC LIMIT ?",
            (_MOST if at[0] else at[1], width),
        ).fetchall()
    return rows


def _among(connection: sqlite3.Connection, selection: Selection, keys: list[int]) -> set[int]:
    """Which of some stories are meant. The index is gone through from the lowest key to the
    highest: to look up each would cost it more."""
    among, some = "IN (SELECT value FROM json_each(?))", json.dumps(keys)
    if selection.index is None:
        sql, values = selection.rows("f.article_id", more=f"AND f.article_id {among}",
                                     values=(some,))  # fmt: skip
    else:
        rowid = f"{selection.index}.rowid"
        sql, values = selection.rows(
            "f.article_id", more=f"AND {rowid} BETWEEN ? AND ? AND +{rowid} {among}",
            values=(min(keys), max(keys), some),
        )  # fmt: skip
    return {key for (key,) in connection.execute(sql, values)}


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
    connection: sqlite3.Connection, query: Query, selection: Selection, ids: list[int],
    seconds: float,
) -> Iterator[Hit]:  # fmt: skip
    is_marked = selection.index == "stories_fts"
    wanted = sought(query.words)
    end = time.monotonic() + seconds
    for key in ids:
        marked = None
        if is_marked:
            marked = _marked(connection, selection.match, key, end - time.monotonic())
            is_marked = marked is not None
        # without the engine's marks, a hit may be anywhere in the text
        length = _WHOLE if wanted and marked is None else 2 * _OPENING
        row = connection.execute(_ROW, (length, key)).fetchone()
        if row is None:
            continue
        _, url, headline, standfirst, body, site, *rest = row
        opening = " ".join((standfirst or body).split())
        if len(opening) > _OPENING:
            opening = opening[:_OPENING].rpartition(" ")[0] + "…"
        title, snippet = plain(headline), plain(opening)
        if marked is not None:
            title, inner = pieces(marked[0]), next(filter(_has_hit, marked[:0:-1]), "")
            snippet = pieces(" ".join(inner.split())) if inner else snippet
        elif wanted:
            title, snippet = mark(headline, wanted), passage(body, wanted)
        yield Hit(key, url, title, snippet, site, *rest)


def _has_hit(text: str | None) -> bool:
    return text is not None and BEGIN in text


def _marked(
    connection: sqlite3.Connection, match: str, key: int, seconds: float
) -> tuple[str, str | None, str] | None:
    """Headline, standfirst and a passage of the body with the engine's marks; None where that takes
    too long, as it does for a beginning of many words."""
    marks = (BEGIN, END, _WORDS_SHOWN)
    try:
        with limited(connection, seconds):
            row: tuple[str, str | None, str] | None = connection.execute(
                _MARKED, (BEGIN, END, *marks, *marks, match, key)
            ).fetchone()
            return row
    except TooSlow:
        return None


def keys_found(
    connection: sqlite3.Connection, query: Query, limit: int, *, seconds: float = 60.0
) -> list[int]:
    """Keys of the stories that a query finds, best first, for whoever reads them whole. Raises as
    `search`."""
    selection = select(connection, query)
    try:
        if selection.index is not None and limit:
            page = _ranked(connection, selection, limit, None, seconds)
            if page is not None:
                return page.ids
        return _dated(connection, selection, limit, None, seconds, is_narrow=True).ids
    except sqlite3.OperationalError as error:
        if (wrong := explained(query, error)) is not None:
            raise wrong from None
        raise


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
