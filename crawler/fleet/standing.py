"""A fleet at a glance: who does what, what is late, what fails. Times are PostgreSQL's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from crawler.fleet.database import Database, refuse_newer
from crawler.fleet.leases import beat_seconds

FAILING = 3
"""Failures in a row from which on a paper is shown as one that always fails."""


@dataclass(frozen=True, slots=True)
class PaperStanding:
    """One paper. lag_seconds: since when it has been due and is not being crawled; 0 where it is
    not due, or is. Times in UTC."""

    paper: str
    state: str
    """crawling, due, waiting, paused or retired."""
    holder: str | None
    fence: int
    heartbeat_at: datetime | None
    taken_at: datetime | None
    due_at: datetime
    every_seconds: float
    lag_seconds: float
    attempts: int
    last_outcome: str | None
    last_exit_code: int | None
    last_ended_at: datetime | None
    last_success_at: datetime | None

    @property
    def is_overdue(self) -> bool:
        """Whether it waits longer than a tenth of its period for a worker."""
        return self.lag_seconds > self.every_seconds / 10

    @property
    def is_failing(self) -> bool:
        """Whether it has failed again and again."""
        return self.attempts >= FAILING


@dataclass(frozen=True, slots=True)
class WorkerStanding:
    """One worker. says: why it takes no work. is_silent: whether it has missed heartbeats."""

    holder: str
    host: str
    pid: int
    release: str
    slots: int
    started_at: datetime
    seen_at: datetime
    papers: tuple[str, ...]
    says: str | None
    is_silent: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """All of it, at one moment."""

    at: datetime
    state: str
    lease_seconds: float
    is_paused: bool
    papers: tuple[PaperStanding, ...]
    workers: tuple[WorkerStanding, ...]


def standing(db: Database) -> Standing:
    """How a fleet stands. Raises DownError, OutdatedError, MissingError."""
    with db.transaction() as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        fleet = refuse_newer(connection)
        now = connection.execute("SELECT now() AS at").fetchone()
        assert now is not None
        papers = [
            PaperStanding(**row)
            for row in connection.execute(
                """
                SELECT paper, CASE WHEN holder IS NOT NULL THEN 'crawling'
                        WHEN retired_at IS NOT NULL THEN 'retired'
                        WHEN paused_at IS NOT NULL OR %s THEN 'paused'
                        WHEN due_at <= now() THEN 'due' ELSE 'waiting' END AS state,
                    holder, fence, heartbeat_at, CASE WHEN holder IS NOT NULL THEN taken_at END
                    AS taken_at, due_at, every_seconds,
                    CASE WHEN holder IS NULL AND retired_at IS NULL AND paused_at IS NULL
                        THEN greatest(0, extract(epoch FROM now() - due_at))::float8 ELSE 0 END
                    AS lag_seconds,
                    attempts, last_outcome, last_exit_code, last_ended_at, last_success_at
                FROM site_leases ORDER BY paper
                """,
                (fleet["paused_at"] is not None,),
            )
        ]
        workers = [
            WorkerStanding(**{**row, "papers": tuple(row["papers"])})
            for row in connection.execute(
                """
                SELECT holder, host, pid, release, slots, started_at, seen_at, says,
                    now() - seen_at > %s * interval '1 second' AS is_silent,
                    ARRAY(SELECT paper FROM site_leases WHERE site_leases.holder = w.holder
                        ORDER BY paper) AS papers
                FROM fleet_workers AS w ORDER BY holder
                """,
                (3 * beat_seconds(fleet["lease_seconds"]),),
            )
        ]
    return Standing(
        now["at"], fleet["state"], fleet["lease_seconds"], fleet["paused_at"] is not None,
        tuple(papers), tuple(workers),
    )  # fmt: skip
