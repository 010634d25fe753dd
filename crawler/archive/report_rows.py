"""What a report says of a span of time. Every function raises sqlite3.Error.

Everything is counted in SQL, or has a limit: a report of a million stories takes the memory of one
of a hundred.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from dataclasses import dataclass, replace

from crawler.archive.run_reports import RunReport, last_runs
from crawler.reasons import Reason

_MOST_PAPERS = 500
_MOST_RUNS = 60
_MOST_REASONS = 20
_MOST_EDITS = 15
_MOST_SOURCES = 30


@dataclass(frozen=True, slots=True)
class Span:
    """Moments from and to which a report is, ISO 8601, UTC; the second is left out. host: of the
    only newspaper that it is about."""

    since: str
    until: str
    host: str | None = None


@dataclass(frozen=True, slots=True)
class PaperNews:
    """A newspaper, as far as a report tells of it.

    new, revised, gone: how many stories came in, changed, or were found gone. dated, signed, timed:
    how many of the new ones have a date, an author, a read time. words: the mean of the new ones.
    last: when a new one came last. days: YYYY-MM-DD → stories published then, of the days that a
    report looks at.
    """

    host: str
    new: int = 0
    revised: int = 0
    gone: int = 0
    dated: int = 0
    signed: int = 0
    timed: int = 0
    words: float = 0.0
    last: str | None = None
    days: dict[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """A story that changed much. url: its address."""

    host: str
    url: str
    title: str
    title_before: str
    captured_at: str
    words_out: int
    words_in: int
    numbers_changed: int
    quotes_changed: int


@dataclass(frozen=True, slots=True)
class Failure:
    """A reason, how many pages were not got for it, and one of them."""

    reason: str
    state: str
    pages: int
    url: str


@dataclass(frozen=True, slots=True)
class Source:
    """A home page, sitemap or feed that could not be had when it was last asked for."""

    url: str
    role: str
    state: str
    reason: str
    visited_at: str


def papers(db: sqlite3.Connection, span: Span, first_day: str) -> list[PaperNews]:
    """The newspapers, those with most news first. first_day: from which days are counted."""
    found: dict[str, PaperNews] = {}
    for host, *counts in _rows(
        db,
        "SELECT s.host, count(*), count(r.published_at), count(*) FILTER (WHERE r.authors <> '[]'),"
        " count(r.read_time_minutes), avg(a.word_count), max(a.first_captured_at)"
        " FROM articles a JOIN sites s ON s.id = a.site_id JOIN revisions r ON r.id = a.revision_id"
        " WHERE a.first_captured_at >= :since AND a.first_captured_at < :until {host} GROUP BY 1",
        span,
    ):
        new, dated, signed, timed, words, last = counts
        found[host] = PaperNews(host, new, 0, 0, dated, signed, timed, words or 0.0, last)

    def other(host: str) -> PaperNews:
        return found.get(host, PaperNews(host))

    for host, number in _rows(
        db,
        "SELECT s.host, count(DISTINCT r.article_id) FROM revisions r"
        " JOIN articles a ON a.id = r.article_id JOIN sites s ON s.id = a.site_id"
        " WHERE r.captured_at >= :since AND r.captured_at < :until AND r.number > 1"
        " AND r.change = 'edit' AND r.cause <> 'extractor' {host} GROUP BY 1",
        span,
    ):
        found[host] = replace(other(host), revised=number)
    for host, number in _rows(
        db,
        "SELECT s.host, count(*) FROM articles a JOIN sites s ON s.id = a.site_id"
        " WHERE a.gone_at >= :since AND a.gone_at < :until {host} GROUP BY 1",
        span,
    ):
        found[host] = replace(other(host), gone=number)
    days, asked = _days(db, span, first_day), _asked(db, span)
    every = [
        replace(other(host), days=days.get(host, {}), last=other(host).last or asked.get(host))
        for host in {*found, *days, *asked}
    ]
    every.sort(key=lambda each: (-each.new, -each.revised, each.host))
    return every[:_MOST_PAPERS]


def _asked(db: sqlite3.Connection, span: Span) -> dict[str, str | None]:
    """The newspapers that runs of the span were sent for, and when a run ended that last brought a
    new story of each: those that are silent, however long, are among them."""
    return dict(
        _rows(
            db,
            "SELECT s.host, max(CASE WHEN p.new_articles > 0 THEN r.finished_at END)"
            " FROM run_papers p JOIN sites s ON s.id = p.site_id JOIN runs r ON r.id = p.run_id"
            " WHERE p.outcome IS NOT NULL AND r.started_at < :until {host} GROUP BY 1"
            " HAVING max(r.started_at) >= :since",
            span,
        ).fetchall()
    )


def _days(db: sqlite3.Connection, span: Span, first_day: str) -> dict[str, dict[str, int]]:
    found: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for host, day, number in _rows(
        db,
        "SELECT s.host, a.published_day, count(*) FROM articles a JOIN sites s ON s.id = a.site_id"
        " WHERE a.published_day >= :first AND a.published_day <= substr(:until, 1, 10)"
        " AND length(a.published_day) = 10 {host} GROUP BY 1, 2",
        span,
        first=first_day,
    ):
        found[host][day] = number
    return dict(found)


def edits(db: sqlite3.Connection, span: Span) -> list[Edit]:
    """The stories that changed most, each once."""
    rows = _rows(
        db,
        "SELECT s.host, a.url, r.title, before.title, r.captured_at, e.words_out, e.words_in,"
        " e.numbers_changed, e.quotes_changed, max(e.words_in + e.words_out) FROM revisions r"
        " JOIN edits e ON e.revision_id = r.id JOIN articles a ON a.id = r.article_id"
        " JOIN sites s ON s.id = a.site_id"
        " JOIN revisions before ON before.article_id = r.article_id"
        " AND before.number = r.number - 1"
        " WHERE r.captured_at >= :since AND r.captured_at < :until AND r.change = 'edit'"
        " AND r.cause <> 'extractor' AND r.id NOT IN (SELECT revision_id FROM taken_back) {host}"
        " GROUP BY a.id ORDER BY 10 DESC, a.id LIMIT :most",
        span,
        most=_MOST_EDITS,
    )
    return [Edit(*row[:-1]) for row in rows]


def failures(db: sqlite3.Connection, span: Span) -> list[Failure]:
    """Why pages that were asked for in the span are not in the archive, the most frequent first."""
    rows = _rows(
        db,
        "SELECT u.reason_code, u.reason_subject, u.state, count(*), min(u.url) FROM urls u"
        " JOIN sites s ON s.id = u.site_id WHERE u.state IN ('failed', 'retry')"
        " AND u.visited_at >= :since AND u.visited_at < :until AND u.role = 'page' {host}"
        " GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1, 2 LIMIT :most",
        span,
        most=_MOST_REASONS,
    )
    return [
        Failure(_words(code, subject), state, pages, url)
        for code, subject, state, pages, url in rows
    ]


def lost_sources(db: sqlite3.Connection, span: Span) -> list[Source]:
    """Home pages, sitemaps and feeds that could not be had."""
    rows = _rows(
        db,
        "SELECT u.url, u.role, u.state, u.reason_code, u.reason_subject, u.visited_at FROM urls u"
        " JOIN sites s ON s.id = u.site_id WHERE u.state IN ('failed', 'retry', 'gone')"
        " AND u.role IN ('home', 'sitemap', 'feed', 'wordpress') AND u.source <> 'usual'"
        " AND u.visited_at >= :since AND u.visited_at < :until {host}"
        " ORDER BY u.role <> 'home', s.host, u.id LIMIT :most",
        span,
        most=_MOST_SOURCES,
    )
    return [
        Source(url, role, state, _words(code, subject), at)
        for url, role, state, code, subject, at in rows
    ]


def runs(db: sqlite3.Connection, span: Span) -> list[RunReport]:
    """The runs of the span, the newest first."""
    return [
        each
        for each in last_runs(db, _MOST_RUNS, span.host)
        if span.since <= each.started_at < span.until
    ]


def _rows(db: sqlite3.Connection, sql: str, span: Span, **more: object) -> sqlite3.Cursor:
    said = {"since": span.since, "until": span.until, "host": span.host, **more}
    return db.execute(sql.format(host="AND s.host = :host" if span.host else ""), said)


def _words(code: str | None, subject: str | None) -> str:
    return "" if code is None else str(Reason(code, subject))
