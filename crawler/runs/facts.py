"""What a run does, told as events for the log. Those with a database raise
sqlite3.Error."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from crawler.archive.findings import Finding
from crawler.archive.revisions import revisions_at
from crawler.archive.run_reports import papers_of
from crawler.archive.site_profiles import Learned
from crawler.events import event
from crawler.items import Visit

_OF = {"page": "story", "requisite": "requisite"}
_COUNTS = ("captures", "bytes", "new_articles", "new_revisions", "unchanged_articles", "failures")


def tell_of_visit(
    db: sqlite3.Connection, visit: Visit, article_url: str | None, *, revised: bool
) -> None:
    """What came of a visit, once it is stored: a new story, a changed one, or a failure and why."""
    if revised and article_url is not None:
        is_new = revisions_at(db, article_url) == 1
        event("story_new" if is_new else "story_revised", url=article_url)
    elif visit.state in ("failed", "retry", "gone") and not visit.is_missed_guess:
        of = _OF.get(visit.role, "source")
        why = None if visit.reason is None else str(visit.reason)
        event(f"{of}_{'gone' if visit.state == 'gone' else 'failed'}", url=visit.url, reason=why)


def tell_of_end(
    db: sqlite3.Connection, run_id: int, folder: Path, outcome: str, exit_code: int | None
) -> None:
    """What a run came to, of each newspaper and as a whole, once that is entered."""
    for paper in papers_of(db, run_id):
        if paper.outcome is not None:
            told = asdict(paper)
            event(
                "paper_done", run=run_id, paper=paper.paper, host=paper.site,
                outcome=paper.outcome, reason=paper.reason,
                **{name: told[name] for name in _COUNTS},
            )  # fmt: skip
    row = db.execute(
        f"SELECT seconds, {', '.join(_COUNTS)} FROM runs WHERE id = ?",  # noqa: S608
        (run_id,),
    ).fetchone()
    event(
        "run_ended", run=run_id, archive=str(folder), outcome=outcome, exit_code=exit_code,
        **dict(zip(("seconds", *_COUNTS), row, strict=True)),
    )  # fmt: skip


def tell_of_lesson(told: Learned) -> None:
    """What a newspaper's pages have taught."""
    event("profile_learned", host=told.host, stories=told.stories)
    for change in told.changes:
        event(
            "layout_changed", host=told.host, field=change.field, since=change.since,
            url=next(iter(change.urls), None),
        )  # fmt: skip


def tell_of_findings(found: Iterable[Finding], over: Iterable[Finding]) -> None:
    """What the monitors found, and what is over."""
    for name, all_of in (("finding", found), ("finding_over", over)):
        for each in all_of:
            event(
                name, number=each.id, kind=each.kind, severity=each.level, host=each.site,
                since=each.since, url=next(iter(each.urls), None),
            )  # fmt: skip
