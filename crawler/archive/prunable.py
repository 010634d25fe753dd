"""Which captures are of no use but as captures. Every function raises sqlite3.Error."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass

from crawler.archive.rows import insert

_KEPT = {"day": "substr(fetched_at, 1, 10)", "month": "substr(fetched_at, 1, 7)",
         "year": "substr(fetched_at, 1, 4)"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Policy:
    """What is to go."""

    before: str
    """Captures from before this, ISO 8601, UTC."""
    keep: str
    """Of each address, the last one of each day, month or year stays; `none`: none of these."""
    host: str | None
    """Of this newspaper alone; None: of all."""


@dataclass(frozen=True, slots=True)
class Prunable:
    """A capture that a policy takes out."""

    id: int
    role: str
    bytes: int
    """Of its record in the WARC file."""


def prunable(connection: sqlite3.Connection, policy: Policy) -> Iterator[Prunable]:
    """The captures that a policy takes out.

    None goes that a revision was read from, that has a picture of a story, that an event or verdict
    of a story or a link names, that a capture which stays repeats, or that is the only one, the
    first or the last of its address: what is known of stories stays known, and so does what each
    address answered last.
    """
    rank = "row_number() OVER (PARTITION BY url_id{} ORDER BY fetched_at DESC, id DESC)"
    period = rank.format(", " + _KEPT[policy.keep]) if policy.keep in _KEPT else "2"
    rows = connection.execute(
        f"WITH ranked AS (SELECT c.id, c.url_id, c.fetched_at, c.warc_length, {period} AS nth,"  # noqa: S608
        " row_number() OVER (PARTITION BY c.url_id ORDER BY fetched_at, c.id) AS first,"
        " row_number() OVER (PARTITION BY c.url_id ORDER BY fetched_at DESC, c.id DESC) AS last"
        " FROM captures c),"
        " used AS (SELECT capture_id AS id FROM revisions UNION SELECT capture_id FROM verdicts"
        " UNION SELECT capture_id FROM story_events WHERE capture_id IS NOT NULL"
        " UNION SELECT first_capture_id FROM _links UNION SELECT last_capture_id FROM _links"
        " UNION SELECT capture_id FROM pictures),"
        " going AS (SELECT r.id FROM ranked r JOIN urls u ON u.id = r.url_id"
        " JOIN sites s ON s.id = u.site_id WHERE r.nth > 1 AND r.first > 1 AND r.last > 1"
        " AND r.fetched_at < ?1 AND (?2 IS NULL OR s.host = ?2)"
        " AND r.id NOT IN (SELECT id FROM used))"
        " SELECT c.id, u.role, c.warc_length FROM going g JOIN captures c ON c.id = g.id"
        " JOIN urls u ON u.id = c.url_id WHERE NOT EXISTS (SELECT 1 FROM captures t"
        " WHERE t.refers_to_id = c.id AND t.id NOT IN (SELECT id FROM going))"
        " ORDER BY c.id",
        (policy.before, policy.host),
    )
    return (Prunable(*row) for row in rows)


@dataclass(frozen=True, slots=True)
class PrunedCapture:
    """What stays of a capture that was pruned."""

    record_id: str
    url: str
    fetched_at: str
    status: int
    payload_digest: str


@dataclass(frozen=True, slots=True)
class Pruning:
    """A pruning, as it is in the database and in WARC."""

    uuid: str
    at: str
    """ISO 8601, UTC."""
    policy: Policy
    bytes: int
    """Of the records that went."""
    captures: tuple[PrunedCapture, ...]


def captures_of(connection: sqlite3.Connection, captures: Iterable[int]) -> list[PrunedCapture]:
    """What is to stay of some captures. captures: their keys."""
    rows = connection.execute(
        "SELECT c.record_id, u.url, c.fetched_at, c.status, c.payload_digest FROM captures c"
        " JOIN urls u ON u.id = c.url_id WHERE c.id IN (SELECT value FROM json_each(?))"
        " ORDER BY c.id",
        (json.dumps(list(captures)),),
    )
    return [PrunedCapture(*row) for row in rows]


def enter(connection: sqlite3.Connection, pruning: Pruning, *, finished: bool) -> None:
    """Enter a pruning, in a transaction of the caller's; one that is there stays. finished: whether
    nothing is left in WARC."""
    if connection.execute("SELECT 1 FROM prunings WHERE uuid = ?", (pruning.uuid,)).fetchone():
        return
    key = insert(
        connection, "prunings", uuid=pruning.uuid, at=pruning.at,
        policy=json.dumps(asdict(pruning.policy)), captures=len(pruning.captures),
        bytes=pruning.bytes, finished_at=pruning.at if finished else None,
    )  # fmt: skip
    connection.executemany(
        "INSERT OR IGNORE INTO pruned_captures SELECT ?, ?, id, ?, ?, ? FROM urls WHERE url = ?",
        [
            (each.record_id, key, each.fetched_at, each.status, each.payload_digest, each.url)
            for each in pruning.captures
        ],
    )
