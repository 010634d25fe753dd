"""Who has which paper, until when: taken, kept, given back, lost. By PostgreSQL's clock alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from crawler.archive.database import newest_version
from crawler.bundled import PROGRAM
from crawler.errors import UsageError
from crawler.fleet.database import Database, refuse_newer
from crawler.interrupts import steady

if TYPE_CHECKING:
    from psycopg import Connection

LOST = "lost"
"""A lease that ran out: its worker died, or could not say that it lives."""
STOPPED = "stopped"
"""A run that ended because its worker did; the next goes on at once."""
DONE = "done"
FAILED = "failed"
BUSY = "busy"
"""The worker's folder is in use, or its disk full: tried again soon, and no fault of the paper."""
_KEPT = 100
"""Leases of a paper that are remembered."""
_TRIES = 5
"""Papers that are tried in one taking: of each, another worker took a host at that moment."""
_RESPITE = 2.0
"""Heartbeats from PostgreSQL's start until leases can be lost."""
_FIRST_RETRY = 5.0
"""Times the lease: when a paper is tried again that failed once; it doubles with each failure, and
is never later than the paper would be due."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to crawl a paper, and to replace its archive."""

    paper: str
    fence: int
    """Grows with each taking of the paper."""
    holder: str
    seconds: float
    """How long it holds after each heartbeat."""
    since: float
    """When it was asked for, by `steady`: it holds no shorter than `seconds` from then."""
    manifest: str | None
    """The object that lists those of the paper's archive; None: it has none."""
    due_at: datetime
    state: str
    """Where archives are kept."""


@dataclass(frozen=True, slots=True)
class Worker:
    """One that takes leases. copies: names the folder in which it has copies of archives, which
    workers of one machine may share. slots: papers at once."""

    holder: str
    host: str
    copies: str
    pid: int
    release: str
    slots: int


class OtherPapersError(UsageError):
    """This worker's configuration says something else of papers than the fleet's."""


def take(db: Database, worker: Worker, papers_digest: str) -> Lease | None:
    """The paper that is due longest, of which no host is visited; None where there is none. What
    has expired is freed before. Raises OutdatedError, OtherPapersError, DownError."""
    since = steady()
    with db.transaction() as connection:
        fleet = refuse_newer(connection)
        _free_expired(connection, fleet["lease_seconds"])
        if fleet["paused_at"] is not None:
            return None
        if fleet["papers_digest"] != papers_digest:
            raise OtherPapersError(
                "hemeroteca.toml says something else of papers here than the fleet's; bring the"
                f" same file to all workers, and run {PROGRAM} fleet add once"
            )
        wanted = {"copies": worker.copies, "others": beat_seconds(fleet["lease_seconds"])}
        for _ in range(_TRIES):
            row = connection.execute(_DUE, wanted).fetchone()
            if row is None:
                return None
            if not _take_hosts(connection, row["paper"], row["hosts"]):
                continue
            return _taken(connection, worker, row["paper"], fleet, since)
    return None


# Who has a copy of the paper's archive already comes a heartbeat before the others.
_DUE = """
    SELECT paper, hosts FROM site_leases AS lease
    WHERE due_at <= now() AND holder IS NULL AND paused_at IS NULL AND retired_at IS NULL
        AND (copies IS NULL OR copies = %(copies)s OR last_outcome = 'lost'
            OR due_at <= now() - %(others)s * interval '1 second')
        AND NOT EXISTS (SELECT FROM held_hosts WHERE host = ANY(lease.hosts))
    ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED
"""


def beat_seconds(lease_seconds: float) -> float:
    """How often a worker says that it lives, and looks for work without being woken."""
    return lease_seconds / 6


def _take_hosts(connection: Connection[dict[str, Any]], paper: str, hosts: list[str]) -> bool:
    """Whether all of a paper's hosts are free, and ours now. In one order, so that two workers wait
    for one another in one direction only."""
    with connection.transaction():
        taken = connection.execute(
            "INSERT INTO held_hosts (host, paper) SELECT host, %s FROM unnest(%s::text[]) AS host"
            " ORDER BY host ON CONFLICT DO NOTHING",
            (paper, hosts),
        ).rowcount
        if taken < len(hosts):
            connection.execute("DELETE FROM held_hosts WHERE paper = %s", (paper,))
    return taken == len(hosts)


def _taken(
    connection: Connection[dict[str, Any]], worker: Worker, paper: str, fleet: dict[str, Any],
    since: float,
) -> Lease:  # fmt: skip
    row = connection.execute(
        """
        UPDATE site_leases SET fence = fence + 1, holder = %(holder)s, taken_at = clock_timestamp(),
            heartbeat_at = clock_timestamp(), copies = %(copies)s,
            expires_at = clock_timestamp() + %(seconds)s * interval '1 second'
        WHERE paper = %(paper)s RETURNING fence, due_at, taken_at, manifest, every_seconds
        """,
        {"holder": worker.holder, "copies": worker.copies, "seconds": fleet["lease_seconds"],
         "paper": paper},
    ).fetchone()  # fmt: skip
    assert row is not None
    connection.execute(
        "INSERT INTO lease_history (paper, fence, holder, due_at, taken_at, missed)"
        " VALUES (%s, %s, %s, %s, %s, %s)",
        (paper, row["fence"], worker.holder, row["due_at"], row["taken_at"],
         int((row["taken_at"] - row["due_at"]).total_seconds() // row["every_seconds"])),
    )  # fmt: skip
    return Lease(
        paper, row["fence"], worker.holder, fleet["lease_seconds"], since, row["manifest"],
        row["due_at"], fleet["state"],
    )  # fmt: skip


def beat(db: Database, worker: Worker, held: Iterable[Lease], says: str | None) -> set[Lease]:
    """Say that a worker lives; returns those of its leases that it still has.

    One that has expired is kept all the same if nobody has noticed: its crawl has ended by then,
    and what it brought can be stored. Raises DownError.
    """
    leases = list(held)
    with db.transaction() as connection:
        kept = connection.execute(
            """
            UPDATE site_leases AS lease SET heartbeat_at = clock_timestamp(),
                expires_at = clock_timestamp() + mine.seconds * interval '1 second'
            FROM unnest(%s::text[], %s::bigint[], %s::float8[]) AS mine (paper, fence, seconds)
            WHERE lease.paper = mine.paper AND lease.fence = mine.fence AND lease.holder = %s
            RETURNING lease.paper, lease.fence
            """,
            ([each.paper for each in leases], [each.fence for each in leases],
             [each.seconds for each in leases], worker.holder),
        ).fetchall() if leases else []  # fmt: skip
        connection.execute(
            """
            INSERT INTO fleet_workers (holder, host, pid, release, slots, started_at, seen_at, says)
            VALUES (%s, %s, %s, %s, %s, clock_timestamp(), clock_timestamp(), %s)
            ON CONFLICT (holder) DO UPDATE SET seen_at = clock_timestamp(), says = excluded.says
            """,
            (worker.holder, worker.host, worker.pid, worker.release, worker.slots, says),
        )
    still = {(row["paper"], row["fence"]) for row in kept}
    return {each for each in leases if (each.paper, each.fence) in still}


def give_back(
    db: Database, lease: Lease, outcome: str, exit_code: int | None, manifest: str | None
) -> datetime | None:
    """End a lease, in the same transaction in which its archive becomes the paper's. manifest: what
    lists that; None: it is as before. Returns when the paper is due next; None where the lease was
    lost, and nothing changed. Raises DownError."""
    with db.transaction() as connection:
        return _end(connection, lease.paper, lease.fence, lease.seconds, outcome, exit_code,
                    manifest)  # fmt: skip


def note_state(db: Database, lease: Lease, manifest: str) -> bool:
    """Have a paper's archive be what an object lists, while its run goes on; whether the lease
    allows that. Raises DownError."""
    with db.transaction() as connection:
        return _point_to(connection, lease.paper, lease.fence, manifest)


def end_worker(db: Database, worker: Worker) -> None:
    """Forget a worker that has ended in order, and those that nobody has seen for a day. Raises
    DownError."""
    with db.transaction() as connection:
        connection.execute(
            "DELETE FROM fleet_workers WHERE holder = %s OR seen_at < now() - interval '1 day'",
            (worker.holder,),
        )


def _point_to(
    connection: Connection[dict[str, Any]], paper: str, fence: int, manifest: str
) -> bool:
    version = newest_version()
    changed = connection.execute(
        "UPDATE site_leases SET manifest = %s, archive_version = greatest(archive_version, %s)"
        " WHERE paper = %s AND fence = %s AND holder IS NOT NULL",
        (manifest, version, paper, fence),
    ).rowcount
    if changed:
        connection.execute(
            "UPDATE fleet SET archive_version = %s WHERE archive_version < %s", (version, version)
        )
    return bool(changed)


def _free_expired(connection: Connection[dict[str, Any]], seconds: float) -> None:
    """End what has run out. Not while PostgreSQL has only just come up: what ran out while it was
    away, its holders may keep, if they are there."""
    rows = connection.execute(
        "SELECT paper, fence, expires_at FROM site_leases WHERE holder IS NOT NULL"
        " AND expires_at < clock_timestamp()"
        " AND pg_postmaster_start_time() < clock_timestamp() - %s * interval '1 second'"
        " ORDER BY paper FOR UPDATE SKIP LOCKED",
        (_RESPITE * beat_seconds(seconds),),
    ).fetchall()
    for row in rows:
        _end(connection, row["paper"], row["fence"], seconds, LOST, None, None)
        connection.execute(
            "UPDATE lease_history SET ended_at = %s WHERE paper = %s AND fence = %s",
            (row["expires_at"], row["paper"], row["fence"]),
        )


def _end(
    connection: Connection[dict[str, Any]], paper: str, fence: int, seconds: float, outcome: str,
    exit_code: int | None, manifest: str | None,
) -> datetime | None:  # fmt: skip
    if manifest is not None and not _point_to(connection, paper, fence, manifest):
        return None
    row = connection.execute(
        f"""
        UPDATE site_leases SET holder = NULL, expires_at = NULL, heartbeat_at = NULL,
            last_outcome = %(outcome)s, last_exit_code = %(code)s,
            last_ended_at = clock_timestamp(),
            last_success_at = CASE WHEN %(outcome)s = '{DONE}' THEN clock_timestamp()
                ELSE last_success_at END,
            attempts = CASE %(outcome)s WHEN '{DONE}' THEN 0 WHEN '{FAILED}' THEN attempts + 1
                WHEN '{LOST}' THEN attempts + 1 ELSE attempts END,
            due_at = CASE %(outcome)s WHEN '{DONE}' THEN {_NEXT} WHEN '{FAILED}' THEN {_RETRY}
                WHEN '{LOST}' THEN CASE WHEN attempts = 0 THEN due_at ELSE {_RETRY} END
                WHEN '{BUSY}' THEN clock_timestamp() + %(lease)s * interval '1 second'
                ELSE clock_timestamp() END
        WHERE paper = %(paper)s AND fence = %(fence)s AND holder IS NOT NULL
        RETURNING due_at
        """,  # noqa: S608 (words of ours)
        {"outcome": outcome, "code": exit_code, "lease": seconds, "paper": paper, "fence": fence,
         "first": _FIRST_RETRY * seconds},
    ).fetchone()  # fmt: skip
    if row is None:
        return None
    connection.execute("DELETE FROM held_hosts WHERE paper = %s", (paper,))
    connection.execute(
        "UPDATE lease_history SET ended_at = clock_timestamp(), outcome = %s, exit_code = %s"
        " WHERE paper = %s AND fence = %s",
        (outcome, exit_code, paper, fence),
    )
    connection.execute(
        "DELETE FROM lease_history WHERE paper = %s AND fence <= %s", (paper, fence - _KEPT)
    )
    due: datetime = row["due_at"]
    return due


# Each paper has its own moment in its period, drawn from its name, so that thousands of the same
# period are spread over it. The next one is half a period away, or more.
_EVERY = "every_seconds"
_NOW = "extract(epoch FROM clock_timestamp())::float8"
_PHASE = f"{_EVERY} * ((hashtextextended(paper, 0) & 65535) / 65536.0)"
_NEXT = f"to_timestamp({_PHASE} + {_EVERY} * ceil(({_NOW} + {_EVERY} / 2 - {_PHASE}) / {_EVERY}))"
# Between three and five quarters of it, so that what failed together does not come back together.
_RETRY = (
    f"clock_timestamp() + least({_EVERY}, %(first)s * 2 ^ least(attempts, 20)"
    " * (0.75 + random() / 2)) * interval '1 second'"
)
