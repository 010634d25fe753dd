"""Reading an archive: what commands and crawls ask of it."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlite_utils import Database

from crawler.archive import why
from crawler.archive.families import Families, LeftOut
from crawler.archive.findings import Finding, findings
from crawler.archive.layouts import changes_of
from crawler.reasons import NEEDS_SCRIPT, WITH_ADDRESS


@dataclass(frozen=True, slots=True)
class Run:
    """One row of `runs`, for people."""

    id: int
    spider: str
    arguments: dict[str, str]
    started_at: str
    finished_at: str | None
    outcome: str | None
    captures: int
    new_articles: int
    new_revisions: int
    unchanged_articles: int
    failures: int


@dataclass(frozen=True, slots=True)
class Status:
    """An archive at a glance."""

    articles: int
    revisions: int
    captures: int
    linked_stories: int
    first_published: str | None
    last_published: str | None
    sites: list[dict[str, object]] = field(default_factory=list)
    """Rows of the view `site_summary`, most articles first."""
    runs: list[Run] = field(default_factory=list)
    """Newest first."""
    reasons: list[dict[str, object]] = field(default_factory=list)
    """state, code, subject, reason (both in words), urls: why URLs are no stories here, most
    frequent first.
    Reasons that differ in an address alone count as one."""
    left_out: list[LeftOut] = field(default_factory=list)
    """Addresses that crawls left out by their own judgement, family by family."""
    layout_changes: list[dict[str, object]] = field(default_factory=list)
    """The last ones: site, field, since, before, after, urls."""
    findings: list[Finding] = field(default_factory=list)
    """What monitors found and nobody has seen yet, worst first."""
    claimed: int = 0
    """URLs that a run has in hand, or had when it was killed."""
    waiting: int = 0
    """URLs that are queued, without those."""
    needs_script: int = 0
    """Pages that show nothing without their scripts and were not shown in a browser, home pages
    among them."""
    guesses: int = 0
    """Usual places of sitemaps and feeds where there are none: nobody's failure, and not among the
    reasons."""


# In the order of an index, whose first row is enough.
_PUBLISHED = (
    "SELECT r.published_at FROM revisions r WHERE r.id = (SELECT a.revision_id FROM articles a"
    " INDEXED BY articles_published WHERE a.published_utc IS NOT NULL"
    " AND a.revision_id IS NOT NULL ORDER BY a.published_utc {} LIMIT 1)"
)


def status(db: Database, *, runs: int = 5) -> Status:
    """An archive at a glance. runs: how many of the last ones to show."""
    totals = next(
        db.query(
            "SELECT (SELECT count(*) FROM revisions) AS revisions,"  # noqa: S608
            " (SELECT count(*) FROM captures) AS captures,"
            " (SELECT number FROM _totals WHERE name = 'links') AS linked_stories,"
            f" ({_PUBLISHED.format('')}) AS first_published,"
            f" ({_PUBLISHED.format('DESC')}) AS last_published"
        )
    )
    last_runs = [
        Run(**{**row, "arguments": json.loads(row["arguments"])})
        for row in db.query(
            "SELECT id, spider, arguments, started_at, finished_at, outcome, captures,"
            " new_articles, new_revisions, unchanged_articles, failures"
            " FROM runs ORDER BY id DESC LIMIT ?",
            [runs],
        )
    ]
    sites = list(db.query("SELECT * FROM site_summary ORDER BY articles DESC, site"))
    left_out = Families(db.conn).left_out()
    (claimed,) = db.execute(
        "SELECT count(*) FROM urls WHERE state = 'claimed' AND role <> 'requisite'"
    ).fetchone()
    waiting = sum(int(str(row["queued"])) for row in sites) - claimed  # each has its newspaper
    guesses = _guesses(db)
    reasons = _reasons(db, guesses)
    return Status(
        **totals, articles=sum(int(str(row["articles"])) for row in sites), sites=sites,
        runs=last_runs, reasons=reasons,
        left_out=left_out, claimed=claimed, waiting=waiting, guesses=guesses.total(),
        findings=[each for each in findings(db.conn) if each.state == "open"],
        layout_changes=[{"site": host, **asdict(one)} for host, one in changes_of(db.conn, 10)],
        needs_script=_needs_script(db, reasons),
    )  # fmt: skip


def _needs_script(db: Database, reasons: list[dict[str, Any]]) -> int:
    found: int = db.execute(
        "SELECT count(*) FROM sites s WHERE EXISTS (SELECT 1 FROM urls u WHERE u.url = s.home_url"
        " AND u.role <> 'page' AND u.reason_code = ? AND u.reason_subject = ?)",
        (NEEDS_SCRIPT.code, NEEDS_SCRIPT.subject),
    ).fetchone()[0]
    key = (NEEDS_SCRIPT.code, NEEDS_SCRIPT.subject)
    return found + sum(int(row["urls"]) for row in reasons if (row["code"], row["subject"]) == key)


def _guesses(db: Database) -> Counter[tuple[str, str | None, str]]:
    """State, code and words of usual places where nothing is → how many."""
    rows = db.execute(
        "SELECT state, reason_code, reason_subject, count(*) FROM urls WHERE role <> 'page'"
        " AND role <> 'requisite' AND source = 'usual' AND state IN ('failed', 'gone')"
        " GROUP BY 1, 2, 3"
    )
    found: Counter[tuple[str, str | None, str]] = Counter()
    for state, code, subject, count in rows:
        found[state, code, _words(code, subject)] += count
    return found


def _words(code: str | None, subject: str | None) -> str:
    reason = why.told(code, None if code in WITH_ADDRESS else subject)
    return "" if reason is None else str(reason)


def _reasons(db: Database, guesses: Counter[tuple[str, str | None, str]]) -> list[dict[str, Any]]:
    """Why URLs are no stories here; counted in the order of an index, so that nothing is sorted."""
    codes = ", ".join(f"'{code}'" for code in sorted(WITH_ADDRESS))
    rows = db.execute(
        "SELECT state, reason_code, NULL, count(*) FROM not_archived"  # noqa: S608
        f" WHERE reason_code IN ({codes}) GROUP BY state, reason_code"
        " UNION ALL SELECT state, reason_code, reason_subject, count(*) FROM not_archived"
        f" WHERE ifnull(reason_code, '') NOT IN ({codes})"
        " GROUP BY state, reason_code, reason_subject"
    )
    found = []
    for state, code, subject, count in rows:
        words = _words(code, subject)
        if left := count - guesses[state, code, words]:
            found.append((-left, state, words, code, subject))
    return [
        {
            "state": state,
            "code": code,
            "subject": subject,
            "reason": words or None,
            "urls": -count,
        }
        for count, state, words, code, subject in sorted(found, key=lambda each: each[:3])
    ]
