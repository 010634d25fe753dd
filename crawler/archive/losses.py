"""Records that are lost: which they are, what stands for them, what is to be fetched again."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from crawler.archive.rows import between


@dataclass(frozen=True, slots=True)
class DamagedFile:
    """A WARC file that is not what it was, as it is now."""

    name: str
    bytes: int | None
    """None: it is not there."""
    sha256: str | None


@dataclass(frozen=True, slots=True)
class Noted:
    """The same, as it was noted."""

    at: str
    """ISO 8601, UTC, to the microsecond."""
    file: DamagedFile


@dataclass(frozen=True, slots=True)
class _Lost:
    id: int
    url_id: int
    status: int
    payload_digest: str
    payload_bytes: int
    refers_to: str | None


# An answer of these says nothing of the page: what it stands for may still come.
_PASSING = (408, 425, 429)


def noted_files(connection: sqlite3.Connection) -> dict[str, Noted]:
    """Files that are known to be damaged, by their names. Raises sqlite3.Error."""
    rows = connection.execute("SELECT name, noted_at, bytes, sha256 FROM damaged_files")
    return {name: Noted(at, DamagedFile(name, size, sha256)) for name, at, size, sha256 in rows}


def noted_captures(connection: sqlite3.Connection) -> dict[str, str]:
    """WARC-Record-IDs of the captures that are known to be lost, and when each was noted. Raises
    sqlite3.Error."""
    return dict(
        connection.execute(
            "SELECT c.record_id, l.noted_at FROM lost_captures l"
            " JOIN captures c ON c.id = l.capture_id"
        )
    )


def forget(connection: sqlite3.Connection, still: Iterable[str]) -> None:
    """Take back what was noted of files that are whole again, in a transaction of the caller's.
    still: names of those that are not. Raises sqlite3.Error."""
    names = json.dumps(list(still))
    connection.execute(
        "DELETE FROM lost_captures WHERE capture_id IN (SELECT l.capture_id FROM lost_captures l"
        " JOIN captures c ON c.id = l.capture_id"
        " WHERE c.warc_file NOT IN (SELECT value FROM json_each(?)))",
        (names,),
    )
    connection.execute(
        "DELETE FROM damaged_files WHERE name NOT IN (SELECT value FROM json_each(?))", (names,)
    )


def note(
    connection: sqlite3.Connection, files: Iterable[DamagedFile], record_ids: Iterable[str],
    now: str,
) -> None:  # fmt: skip
    """Note what is damaged or lost, in a transaction of the caller's. now: ISO 8601, UTC, to the
    microsecond. What was noted before stays as of then. Raises sqlite3.Error."""
    for each in files:
        connection.execute(
            "INSERT INTO damaged_files VALUES (?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET"
            " noted_at = excluded.noted_at, bytes = excluded.bytes, sha256 = excluded.sha256"
            " WHERE sha256 IS NOT excluded.sha256",
            (each.name, now, each.bytes, each.sha256),
        )
    connection.executemany(
        "INSERT OR IGNORE INTO lost_captures SELECT id, ? FROM captures WHERE record_id = ?",
        ((now, record_id) for record_id in record_ids),
    )


def queue_again(connection: sqlite3.Connection, record_id: str) -> str | None:
    """Have the address of a lost capture fetched by the next crawl, in a transaction of the
    caller's; returns the address that is fetched. Raises sqlite3.Error."""
    row = connection.execute(
        "SELECT u.url, u.role, u.reason_code, u.reason_subject FROM captures c"
        " JOIN urls u ON u.id = c.url_id"
        " WHERE c.record_id = ?",
        (record_id,),
    ).fetchone()
    if row is None:
        return None
    url, role, code, subject = row
    if role == "robots":  # asked for before anything else of its host, once it is not known
        parts = urlsplit(url)
        connection.execute(
            "DELETE FROM _robots_files WHERE url = ? OR origin = ?",
            (url, f"{parts.scheme}://{parts.netloc}"),
        )
        return str(url)
    if code == "later_page":  # fetched along with the first page of its story
        url = subject
    connection.execute(
        "UPDATE urls SET state = 'queued', due_at = NULL, etag = NULL, last_modified = NULL"
        " WHERE url = ?",
        (url,),
    )
    return str(url)


def stands_for(
    connection: sqlite3.Connection, record_id: str, noted_at: str | None,
    is_lost: Callable[[str], bool],
) -> str | None:  # fmt: skip
    """What stands for a lost capture, in words; None where nothing does.

    That is a response with the same payload, of whatever address and day, or what its address
    answered after the loss was noted. noted_at: ISO 8601, UTC. is_lost: whether the record of
    another capture is lost too, by its WARC-Record-ID. Raises sqlite3.Error.
    """
    row = connection.execute(
        "SELECT c.id, c.url_id, c.status, c.payload_digest, c.payload_bytes, t.record_id"
        " FROM captures c LEFT JOIN captures t ON t.id = c.refers_to_id WHERE c.record_id = ?",
        (record_id,),
    ).fetchone()
    if row is None:
        return None
    lost = _Lost(*row)
    if lost.refers_to is not None and not is_lost(lost.refers_to):
        return "the response that it repeats is there"
    for other, _, at in same_payload(connection, record_id):
        if not is_lost(other):
            return f"the same payload is in {other}, captured {at[:19]}"
    if noted_at is None:
        return None
    for other, status, at in _later(connection, lost, noted_at):
        passing = status >= 500 or status in _PASSING
        if not is_lost(other) and (not passing or status == lost.status):
            return f"its address was fetched again at {at[:19]}: HTTP {status}"
    return None


def same_payload(connection: sqlite3.Connection, record_id: str) -> Iterator[tuple[str, int, str]]:
    """Other responses with the payload of a capture, the newest first: WARC-Record-ID, status,
    time of capture. Raises sqlite3.Error."""
    return iter(
        connection.execute(
            "SELECT o.record_id, o.status, o.fetched_at FROM captures c JOIN captures o"
            " ON o.payload_digest = c.payload_digest AND o.id <> c.id"
            " WHERE c.record_id = ? AND o.record_type = 'response' AND o.truncated IS NULL"
            " AND o.payload_bytes > 0 ORDER BY o.id DESC",
            (record_id,),
        )
    )


def _later(
    connection: sqlite3.Connection, lost: _Lost, noted_at: str
) -> Iterator[tuple[str, int, str]]:
    return iter(
        connection.execute(
            "SELECT record_id, status, fetched_at FROM captures"
            " WHERE url_id = ? AND fetched_at > ? AND id <> ? ORDER BY fetched_at DESC",
            (lost.url_id, noted_at, lost.id),
        )
    )


def captures_in_file(connection: sqlite3.Connection, warc_file: str) -> Iterator[str]:
    """WARC-Record-IDs of the captures whose records are in a file. Raises sqlite3.Error."""
    sql = "SELECT record_id FROM captures WHERE warc_file = ?"
    return (record_id for (record_id,) in connection.execute(sql, (warc_file,)))


def expected_tellings(
    connection: sqlite3.Connection, warc_file: str, begin: int = 0, end: int | None = None
) -> Iterator[str]:
    """What should be told of the captures in a file: `m` and the WARC-Record-ID of each, for its
    metadata record; `c` likewise for the conversion of those with a revision. begin, end: only of
    those that begin there or later, and before that. Raises sqlite3.Error."""
    rows = connection.execute(
        "SELECT c.record_id, EXISTS (SELECT 1 FROM revisions r WHERE r.capture_id = c.id)"  # noqa: S608
        f" FROM captures c WHERE c.warc_file = ?{between('c.warc_offset', begin, end)}",
        (warc_file,),
    )
    for record_id, has_revision in rows:
        yield f"m{record_id}"
        if has_revision:
            yield f"c{record_id}"
