"""Reading an archive: what commands and crawls ask of it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from sqlite_utils import Database

from crawler.archive.families import Families, LeftOut


def is_site(db: Database, host: str) -> bool:
    """Whether the archive knows a newspaper at a host. Raises sqlite3.Error."""
    return any(db.query("SELECT 1 FROM sites WHERE host = ?", [host]))


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
    """state, reason, urls: why URLs are no stories here, most frequent first."""
    left_out: list[LeftOut] = field(default_factory=list)
    """Addresses that crawls left out by their own judgement, family by family."""


def status(db: Database, *, runs: int = 5) -> Status:
    """An archive at a glance. runs: how many of the last ones to show."""
    totals = next(
        db.query(
            "SELECT (SELECT count(*) FROM articles) AS articles,"
            " (SELECT count(*) FROM revisions) AS revisions,"
            " (SELECT count(*) FROM captures) AS captures,"
            " (SELECT count(*) FROM linked_stories) AS linked_stories,"
            " (SELECT published_at FROM stories WHERE published_utc IS NOT NULL"
            " ORDER BY published_utc LIMIT 1) AS first_published,"
            " (SELECT published_at FROM stories WHERE published_utc IS NOT NULL"
            " ORDER BY published_utc DESC LIMIT 1) AS last_published"
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
    reasons = db.query(
        "SELECT state, reason, count(*) AS urls FROM not_archived"
        " GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2"
    )
    sites = db.query("SELECT * FROM site_summary ORDER BY articles DESC, site")
    left_out = Families(db.conn).left_out()
    return Status(
        **totals, sites=list(sites), runs=last_runs, reasons=list(reasons), left_out=left_out
    )
