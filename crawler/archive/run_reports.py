"""What runs came to, as `scrapy runs` tells it. Every function raises sqlite3.Error."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from typing import Any

from crawler.reasons import Reason

_COLUMNS = (
    "id", "spider", "arguments", "started_at", "finished_at", "seconds", "outcome", "exit_code",
    "captures", "bytes", "new_articles", "new_revisions", "unchanged_articles", "failures",
    "visits", "settings_digest", "software", "versions",
)  # fmt: skip
_PAPER_COLUMNS = (
    "paper", "since", "until", "captures", "bytes", "new_articles", "new_revisions",
    "unchanged_articles", "failures", "outcome", "reason",
)  # fmt: skip
_JSON = ("arguments", "visits", "versions")


@dataclass(frozen=True, slots=True)
class PaperOfRun:
    """One row of `run_papers`. site: the host."""

    site: str
    paper: str
    since: str | None
    until: str | None
    captures: int
    bytes: int
    new_articles: int
    new_revisions: int
    unchanged_articles: int
    failures: int
    outcome: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class RunReport:
    """One row of `runs`, and what belongs to it.

    sources: how stories that it brought were found → how many. new: (url, title) of stories,
    revised: of those that have changed. failed: (url, state, reason) of what it could not get and
    nobody has since. Each list has at most as many as were asked for.
    """

    id: int
    spider: str
    arguments: dict[str, Any]
    started_at: str
    finished_at: str | None
    seconds: float | None
    outcome: str | None
    exit_code: int | None
    captures: int
    bytes: int
    new_articles: int
    new_revisions: int
    unchanged_articles: int
    failures: int
    visits: dict[str, dict[str, int]] | None
    settings_digest: str | None
    software: str
    versions: dict[str, str] | None
    papers: tuple[PaperOfRun, ...] = ()
    sources: tuple[tuple[str, int], ...] = ()
    new: tuple[tuple[str, str], ...] = ()
    revised: tuple[tuple[str, str], ...] = ()
    failed: tuple[tuple[str, str, str], ...] = ()


def last_runs(db: sqlite3.Connection, limit: int, host: str | None = None) -> list[RunReport]:
    """The last runs, newest first, each with its newspapers. host: only those of this one."""
    of_host = (
        " WHERE id IN (SELECT run_id FROM run_papers p JOIN sites s ON s.id = p.site_id"
        " WHERE s.host = :host)"
    )
    rows = db.execute(
        f"SELECT {', '.join(_COLUMNS)} FROM runs{of_host if host else ''}"  # noqa: S608
        " ORDER BY id DESC LIMIT :limit",
        {"host": host, "limit": limit},
    )
    return [RunReport(**_run(row), papers=papers_of(db, row[0])) for row in rows.fetchall()]


def one_run(db: sqlite3.Connection, run_id: int, limit: int = 20) -> RunReport | None:
    """One run with all that is known of it; None if there is none. limit: of each list."""
    row = db.execute(
        f"SELECT {', '.join(_COLUMNS)} FROM runs WHERE id = ?",  # noqa: S608
        (run_id,),
    ).fetchone()
    if row is None:
        return None
    run = _run(row)
    sources = db.execute(
        "SELECT u.source, count(*) FROM captures c JOIN revisions r ON r.capture_id = c.id"
        " JOIN urls u ON u.id = c.url_id WHERE c.run_id = ? AND r.number = 1"
        " GROUP BY u.source ORDER BY 2 DESC, 1",
        (run_id,),
    ).fetchall()
    failed = db.execute(
        "SELECT url, state, reason_code, reason_subject FROM urls"
        " WHERE state IN ('failed', 'retry') AND visited_at >= ? AND substr(visited_at, 1, 19) <= ?"
        " AND (role = 'page' OR source <> 'usual') ORDER BY state, reason_code, id LIMIT ?",
        (run["started_at"], (run["finished_at"] or "9999")[:19], limit),
    )
    return RunReport(
        **run,
        papers=papers_of(db, run_id),
        sources=tuple(sources),
        new=_stories(db, run_id, "= 1", limit),
        revised=_stories(db, run_id, "> 1", limit),
        failed=tuple(
            (url, state, "" if code is None else str(Reason(code, subject)))
            for url, state, code, subject in failed
        ),
    )


def _stories(
    db: sqlite3.Connection, run_id: int, number: str, limit: int
) -> tuple[tuple[str, str], ...]:
    rows = db.execute(
        "SELECT a.url, r.title FROM captures c JOIN revisions r ON r.capture_id = c.id"  # noqa: S608
        f" JOIN articles a ON a.id = r.article_id WHERE c.run_id = ? AND r.number {number}"
        " ORDER BY r.id LIMIT ?",
        (run_id, limit),
    )
    return tuple(rows.fetchall())


def papers_of(db: sqlite3.Connection, run_id: int) -> tuple[PaperOfRun, ...]:
    """What a run came to, newspaper by newspaper."""
    rows = db.execute(
        f"SELECT s.host, {', '.join(f'p.{name}' for name in _PAPER_COLUMNS)}"  # noqa: S608
        " FROM run_papers p JOIN sites s ON s.id = p.site_id WHERE p.run_id = ?"
        " ORDER BY p.outcome IS NULL, p.paper",
        (run_id,),
    )
    return tuple(PaperOfRun(*row) for row in rows)


def _run(row: tuple[Any, ...]) -> dict[str, Any]:
    said = dict(zip(_COLUMNS, row, strict=True))
    for name in _JSON:
        said[name] = None if said[name] is None else json.loads(said[name])
    return said
