"""Numbers of an archive for those who watch it from outside. Every function raises
sqlite3.Error."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from crawler.archive.run_reports import RunReport, last_runs
from crawler.monitors import LEVELS

_IN_ORDER = (0, 8, 9)
"""Exit codes of runs that did what was asked of them."""


@dataclass(frozen=True, slots=True)
class Measures:
    """An archive after a run. Moments are ISO 8601, UTC.

    run: the last one, if it began since the moment that was asked for. last_success: when a run
    last ended in order. last_new: of each newspaper, by the name that runs have for it, when a run
    ended that last brought a new story of it; None: none has. findings: how many are open, by
    level.
    """

    run: RunReport | None
    last_success: str | None
    last_new: dict[str, str | None]
    findings: dict[str, int]


def measures(db: sqlite3.Connection, since: str) -> Measures:
    """The numbers of an archive after a run that began at a moment."""
    runs = [each for each in last_runs(db, 1) if each.started_at[:19] >= since[:19]]
    success = db.execute(
        f"SELECT max(finished_at) FROM runs WHERE exit_code IN {_IN_ORDER}"  # noqa: S608
    ).fetchone()[0]
    last_new = db.execute(
        "SELECT p.paper, max(CASE WHEN p.new_articles > 0 THEN r.finished_at END), max(p.run_id)"
        " FROM run_papers p JOIN runs r ON r.id = p.run_id WHERE p.outcome IS NOT NULL"
        " GROUP BY p.site_id ORDER BY 3, 1"
    ).fetchall()
    open_now = dict(
        db.execute("SELECT level, count(*) FROM findings WHERE state = 'open' GROUP BY level")
    )
    return Measures(
        runs[0] if runs else None,
        success,
        {paper: at for paper, at, _ in last_new},
        {level: open_now.get(level, 0) for level in LEVELS},
    )
