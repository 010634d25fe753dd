"""What an archive's front page in the reading room shows."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from crawler.archive.room_story import HEAD, Head, heads

IS_PAPER = "ifnull((SELECT u.role FROM urls u WHERE u.url = s.home_url), 'home') <> 'requisite'"
"""Whether a row `s` of `sites` is no host of pictures and style sheets alone; as in the view
`site_summary`."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A newspaper as a line in a list."""

    host: str
    home_url: str
    stories: int
    first: str | None
    """The day of its earliest story, as exact as is known."""
    last: str | None


@dataclass(frozen=True, slots=True)
class Holdings:
    """An archive in figures."""

    stories: int
    revisions: int
    captures: int
    papers: tuple[Paper, ...]
    """Those with most stories first."""
    days: tuple[tuple[str, int], ...]
    """(YYYY-MM-DD, stories published then), in order."""
    undated: int


@dataclass(frozen=True, slots=True)
class EditHead:
    """An edit as a line in a list."""

    story_id: int
    site: str
    number: int
    captured_at: str
    title: str
    title_before: str
    language: str | None
    words_out: int
    words_in: int
    numbers_changed: int
    quotes_changed: int
    names_changed: int | None
    share: float


@dataclass(frozen=True, slots=True)
class Linked:
    """A story that others link to."""

    head: Head
    linked_by: int


@dataclass(frozen=True, slots=True)
class RunHead:
    """A run as a line in a list."""

    id: int
    spider: str
    started_at: str
    finished_at: str | None
    outcome: str | None
    captures: int
    new_articles: int
    new_revisions: int
    failures: int


EDIT_ORDERS = {
    "share": "e.share DESC, e.words_in + e.words_out DESC",
    "words": "e.words_in + e.words_out DESC",
    "numbers": "e.numbers_changed DESC, e.share DESC",
    "quotes": "e.quotes_changed DESC, e.share DESC",
    "date": "e.revision_id DESC",
}
"""The orders of the list of edits; the first is the usual one."""


def holdings(connection: sqlite3.Connection) -> Holdings:
    """An archive in figures. Raises sqlite3.Error."""

    def count(table: str) -> int:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608

    days = tuple(
        (day, number)
        for day, number in connection.execute(
            "SELECT published_day, count(*) FROM articles WHERE published_day IS NOT NULL"
            " GROUP BY published_day ORDER BY published_day"
        )
    )
    stories = count("articles")
    dated = sum(number for _, number in days)
    return Holdings(
        stories, count("revisions"), count("captures"), papers(connection), days, stories - dated
    )


def papers(connection: sqlite3.Connection) -> tuple[Paper, ...]:
    """The newspapers of an archive, those with most stories first. Raises sqlite3.Error."""
    rows = connection.execute(
        "SELECT s.host, s.home_url, (SELECT count(*) FROM articles a WHERE a.site_id = s.id),"  # noqa: S608
        " (SELECT substr(a.published_utc, 1, 10) FROM articles a WHERE a.site_id = s.id"
        " AND a.published_utc IS NOT NULL ORDER BY a.published_utc LIMIT 1),"
        " (SELECT substr(a.published_utc, 1, 10) FROM articles a WHERE a.site_id = s.id"
        " AND a.published_utc IS NOT NULL ORDER BY a.published_utc DESC LIMIT 1)"
        f" FROM sites s WHERE {IS_PAPER} ORDER BY 3 DESC, 1"
    )
    return tuple(Paper(*row) for row in rows)


def newest(connection: sqlite3.Connection, most: int) -> list[Head]:
    """The stories that were published last. Raises sqlite3.Error."""
    rows = connection.execute(
        f"{HEAD} WHERE s.published_utc IS NOT NULL ORDER BY s.published_utc DESC LIMIT ?", (most,)
    )
    return [Head(*row) for row in rows]


def most_linked(connection: sqlite3.Connection, most: int) -> list[Linked]:
    """The archived stories that most others link to. Raises sqlite3.Error."""
    keys = connection.execute(
        "SELECT article_id, linked_by FROM _linked WHERE linked_by > 0 AND article_id IS NOT NULL"
        " ORDER BY linked_by DESC, article_id LIMIT ?",
        (most,),
    ).fetchall()
    numbers = dict(keys)
    return [Linked(head, numbers[head.id]) for head in heads(connection, list(numbers))]


def edits(
    connection: sqlite3.Connection, order: str, most: int, skip: int = 0, site: str | None = None
) -> list[EditHead]:
    """Edits of stories, those of typography, of our own extractor and those that were taken back
    left out. order: one of EDIT_ORDERS. Raises KeyError, sqlite3.Error."""
    edited = "edits"
    if site is None:
        # those of typography are hardly ever among the first: few need be looked up
        edited = f"(SELECT * FROM edits e ORDER BY {EDIT_ORDERS[order]} LIMIT 5 * (:most + :skip))"  # noqa: S608
    rows = connection.execute(
        "SELECT r.article_id, s.host, r.number, r.captured_at, r.title, before.title, r.language,"  # noqa: S608
        " e.words_out, e.words_in, e.numbers_changed, e.quotes_changed, e.names_changed, e.share"
        f" FROM {edited} e CROSS JOIN revisions r ON r.id = e.revision_id"
        " CROSS JOIN articles a ON a.id = r.article_id CROSS JOIN sites s ON s.id = a.site_id"
        " CROSS JOIN revisions before ON before.article_id = r.article_id"
        " AND before.number = (SELECT max(b.number) FROM revisions b"
        "  WHERE b.article_id = r.article_id AND b.number < r.number"
        "  AND b.id NOT IN (SELECT revision_id FROM taken_back))"
        " WHERE r.change = 'edit' AND r.cause <> 'extractor'"
        " AND r.id NOT IN (SELECT revision_id FROM taken_back)"
        " AND (:site IS NULL OR s.host = :site)"
        f" ORDER BY {EDIT_ORDERS[order]} LIMIT :most OFFSET :skip",
        {"site": site, "most": most, "skip": skip},
    )
    return [EditHead(*row) for row in rows]


def last_runs(connection: sqlite3.Connection, most: int) -> list[RunHead]:
    """The runs that began last. Raises sqlite3.Error."""
    rows = connection.execute(
        "SELECT id, spider, started_at, finished_at, outcome, captures, new_articles,"
        " new_revisions, failures FROM runs ORDER BY id DESC LIMIT ?",
        (most,),
    )
    return [RunHead(*row) for row in rows]
