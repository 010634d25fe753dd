"""What a newspaper's page in the reading room shows."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from crawler.archive.room_front import Paper
from crawler.archive.room_story import HEAD, Head
from crawler.errors import MissingError


@dataclass(frozen=True, slots=True)
class SourceHead:
    """A sitemap, feed, list or front page that told of addresses."""

    url: str
    role: str
    state: str
    visited_at: str | None
    changed_at: str | None
    """When it last gave anything that it had not given at the visit before."""


@dataclass(frozen=True, slots=True)
class PaperPage:
    """A newspaper in figures."""

    paper: Paper
    days: tuple[tuple[str, int], ...]
    sections: tuple[tuple[str, int], ...]
    authors: tuple[tuple[str, int], ...]
    sources: tuple[SourceHead, ...]
    edited: int
    gone: int
    newest: tuple[Head, ...]


_MOST = 25
_SCANNED = 200_000
"""Stories, the newest, that sections are counted over."""


def paper_page(connection: sqlite3.Connection, host: str) -> PaperPage:
    """A newspaper by its host. Raises MissingError, sqlite3.Error."""
    row = connection.execute("SELECT id, home_url FROM sites WHERE host = ?", (host,)).fetchone()
    if row is None:
        raise MissingError(f"the archive has no newspaper {host}")
    key, home = row

    def rows(sql: str, *values: object) -> list[sqlite3.Row]:
        return connection.execute(sql, (key, *values)).fetchall()

    days = tuple(
        (day, number)
        for day, number in rows(
            "SELECT published_day, count(*) FROM articles WHERE site_id = ?"
            " AND published_day IS NOT NULL GROUP BY 1 ORDER BY 1"
        )
    )
    stories, edited = rows(
        "SELECT count(*), count(*) FILTER (WHERE revisions > 1) FROM articles WHERE site_id = ?"
    )[0]
    gone = rows("SELECT count(*) FROM articles WHERE site_id = ? AND gone_at IS NOT NULL")[0][0]
    sections = rows(
        "SELECT r.section, count(*) FROM (SELECT revision_id FROM articles WHERE site_id = ?"
        " ORDER BY published_utc DESC LIMIT ?) a JOIN revisions r ON r.id = a.revision_id"
        " WHERE r.section IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ?",
        _SCANNED,
        _MOST,
    )
    authors = rows(
        "SELECT au.name, count(*) FROM authors au JOIN article_authors aa ON aa.author_id = au.id"
        " WHERE au.site_id = ? GROUP BY au.id ORDER BY 2 DESC, 1 LIMIT ?",
        _MOST,
    )
    sources = rows(
        "SELECT u.url, u.role, u.state, u.visited_at, (SELECT c.fetched_at FROM captures c"
        "  WHERE c.url_id = u.id AND c.record_type = 'response' AND c.status = 200"
        "  ORDER BY c.fetched_at DESC LIMIT 1) FROM urls u"
        " WHERE u.site_id = ? AND u.role <> 'page' AND (u.source <> 'usual' OR u.state = 'done')"
        " ORDER BY u.visited_at DESC LIMIT ?",
        _MOST,
    )
    newest = rows(
        f"{HEAD} WHERE s.site = (SELECT host FROM sites WHERE id = ?)"  # noqa: S608
        " AND s.published_utc IS NOT NULL ORDER BY s.published_utc DESC LIMIT ?",
        12,
    )
    return PaperPage(
        Paper(host, home, stories, days[0][0] if days else None, days[-1][0] if days else None),
        days,
        tuple((name, number) for name, number in sections),
        tuple((name, number) for name, number in authors),
        tuple(SourceHead(*each) for each in sources),
        edited,
        gone,
        tuple(Head(*each) for each in newest),
    )
