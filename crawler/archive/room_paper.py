"""What a newspaper's page in the reading room shows."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from crawler.archive.facet_counts import Facets, facets
from crawler.archive.findings import Finding, open_findings
from crawler.archive.room_front import IS_PAPER, Paper
from crawler.archive.room_story import HEAD, Head
from crawler.archive.run_reports import PaperOfRun, RunReport, last_runs
from crawler.archive.site_profiles import Learned, of_site
from crawler.errors import MissingError
from crawler.search import Query, parse


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
    counted: int | None
    """Over how many stories, the last that were archived, both are counted; None: over all."""
    sources: tuple[SourceHead, ...]
    edited: int
    gone: int
    newest: tuple[Head, ...]
    learned: Learned | None
    """What its own pages taught."""
    findings: tuple[Finding, ...]
    """What the monitors found and is so still."""
    runs: tuple[tuple[RunReport, PaperOfRun], ...]
    """The last ones, and what each came to for this newspaper."""


_MOST = 25
_RUNS = 6


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
            # narrow rows: those of articles are ten times as wide
            "SELECT day, count(*) FROM _story_facets WHERE site = (SELECT f.id FROM sites s"
            " JOIN _facets f ON f.kind = 'site' AND f.value = s.host WHERE s.id = ?)"
            " AND length(day) = 10 GROUP BY 1 ORDER BY 1"
        )
    )
    stories, edited = rows(
        "SELECT count(*), count(*) FILTER (WHERE revisions > 1) FROM articles WHERE site_id = ?"
    )[0]
    gone = rows("SELECT count(*) FROM articles WHERE site_id = ? AND gone_at IS NOT NULL")[0][0]
    spread = facets(connection, Query("") if _is_alone(connection) else parse(f"site:{host}"))
    sources = rows(
        "SELECT u.url, u.role, u.state, u.visited_at, (SELECT c.fetched_at FROM captures c"
        "  WHERE c.url_id = u.id AND c.record_type = 'response' AND c.status = 200"
        "  ORDER BY c.fetched_at DESC LIMIT 1) FROM urls u"
        " WHERE u.site_id = ? AND u.role <> 'page' AND u.role <> 'requisite'"
        " AND (u.source <> 'usual' OR u.state = 'done')"
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
        _values(spread, "section"),
        _values(spread, "author"),
        None if spread.is_all else spread.counted,
        tuple(SourceHead(*each) for each in sources),
        edited,
        gone,
        tuple(Head(*each) for each in newest),
        of_site(connection, host),
        tuple(open_findings(connection, host)),
        tuple(
            (run, own)
            for run in last_runs(connection, _RUNS, host)
            for own in run.papers
            if own.site == host
        ),
    )


def _is_alone(connection: sqlite3.Connection) -> bool:
    sql = f"SELECT count(*) = 1 FROM sites s WHERE {IS_PAPER}"  # noqa: S608
    return bool(connection.execute(sql).fetchone()[0])


def _values(spread: Facets, kind: str) -> tuple[tuple[str, int], ...]:
    return tuple((each.value, each.stories) for each in spread.values.get(kind, ()))
