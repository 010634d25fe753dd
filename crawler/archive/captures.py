"""Captures and WARC files, as writing and recovery ask for them."""

from __future__ import annotations

import sqlite3
from typing import cast

from crawler.archive.rows import insert
from crawler.items import Capture, Reference
from crawler.reservations import as_json

Place = tuple[str, int, int]
"""File, offset and length of a record."""

# Responses with one payload that are looked at: more are there only if all of them were lost.
_LIKE = 20


def responses_with(
    connection: sqlite3.Connection, payload_digest: str
) -> list[tuple[Reference, Place]]:
    """Whole responses with a payload, of whatever URL and run, the newest first: those before it
    were lost if there are several of ours. Raises sqlite3.Error."""
    rows = connection.execute(
        "SELECT c.record_id, u.url, c.fetched_at, c.warc_file, c.warc_offset, c.warc_length"
        " FROM captures c JOIN urls u ON u.id = c.url_id"
        " WHERE c.payload_digest = ? AND c.record_type = 'response'"
        " AND c.truncated IS NULL AND c.payload_bytes > 0"
        " AND c.id NOT IN (SELECT capture_id FROM lost_captures) ORDER BY c.id DESC LIMIT ?",
        (payload_digest, _LIKE),
    )
    return [(Reference(*row[:3]), (row[3], row[4], row[5])) for row in rows]


def response_with(connection: sqlite3.Connection, payload_digest: str) -> Reference | None:
    """The newest of them, for a revisit that was written elsewhere. Raises sqlite3.Error."""
    return next((found for found, _ in responses_with(connection, payload_digest)), None)


def last_response(connection: sqlite3.Connection, url: str) -> tuple[Reference, Place, str] | None:
    """The response with what a URL last answered in full, itself or by a revisit; its place, and
    its payload's digest. Raises sqlite3.Error."""
    row = connection.execute(
        "SELECT c.record_id, u.url, c.fetched_at, c.warc_file, c.warc_offset, c.warc_length,"
        " c.payload_digest FROM captures c JOIN urls u ON u.id = c.url_id"
        " WHERE c.id = (SELECT ifnull(b.refers_to_id, b.id) FROM captures b"
        " JOIN urls v ON v.id = b.url_id WHERE v.url = ? AND b.status = 200"
        " AND b.truncated IS NULL AND b.id NOT IN (SELECT capture_id FROM verdicts)"
        " ORDER BY b.fetched_at DESC LIMIT 1)"
        " AND c.record_type = 'response' AND c.id NOT IN (SELECT capture_id FROM lost_captures)",
        (url,),
    ).fetchone()
    return (Reference(*row[:3]), (row[3], row[4], row[5]), row[6]) if row else None


_STORED = (
    "SELECT u.url, c.fetched_at, c.status, c.content_type, c.payload_digest, c.payload_bytes,"
    " c.record_id, c.warc_file, c.warc_offset, c.warc_length, c.location, c.record_type,"
    " o.record_id, c.truncated FROM captures c JOIN urls u ON u.id = c.url_id"
    " LEFT JOIN captures o ON o.id = c.refers_to_id"
)


def capture_with(connection: sqlite3.Connection, record_id: str) -> Capture | None:
    """The capture with a WARC-Record-ID. Raises sqlite3.Error."""
    row = connection.execute(f"{_STORED} WHERE c.record_id = ?", (record_id,)).fetchone()
    return Capture(*row) if row else None


def captured_at_moment(
    connection: sqlite3.Connection, url: str, fetched_at: str, *, to_the_second: bool
) -> Capture | None:
    """The response of a URL at a moment (ISO 8601, UTC, to the microsecond). to_the_second:
    whether its fraction is not known. Raises sqlite3.Error."""
    same = "substr(c.fetched_at, 1, 19) = substr(?, 1, 19)" if to_the_second else "c.fetched_at = ?"
    row = connection.execute(
        f"{_STORED} WHERE u.url = ? AND {same} AND c.record_type = 'response'", (url, fetched_at)
    ).fetchone()
    return Capture(*row) if row else None


def is_unread(connection: sqlite3.Connection, capture: Capture) -> bool:
    """Whether a capture is entered, and no visit has said what its answer is: a run that was
    killed had written it. Raises sqlite3.Error."""
    row = connection.execute(
        "SELECT u.visited_at IS NULL OR u.visited_at < c.fetched_at FROM captures c"
        " JOIN urls u ON u.id = c.url_id WHERE c.record_id = ?",
        (capture.record_id,),
    ).fetchone()
    return bool(row and row[0])


def is_known(connection: sqlite3.Connection, record_id: str) -> bool:
    """Whether there is a capture with this WARC-Record-ID. Raises sqlite3.Error."""
    sql = "SELECT 1 FROM captures WHERE record_id = ?"
    return connection.execute(sql, (record_id,)).fetchone() is not None


def count_captures(connection: sqlite3.Connection, warc_file: str) -> int:
    """How many captures have their record in a file. Raises sqlite3.Error."""
    sql = "SELECT count(*) FROM captures WHERE warc_file = ?"
    found: int = connection.execute(sql, (warc_file,)).fetchone()[0]
    return found


def closed_files(connection: sqlite3.Connection) -> set[str]:
    """Names of the WARC files that are entered as closed. Raises sqlite3.Error."""
    return {name for (name,) in connection.execute("SELECT name FROM warc_files")}


def enter_file(
    connection: sqlite3.Connection, run_id: int, name: str, size: int, records: int, sha256: str,
    closed_at: str,
) -> None:  # fmt: skip
    """Enter a WARC file as closed; what was known of it before gives way. Raises sqlite3.Error."""
    connection.execute(
        "INSERT OR REPLACE INTO warc_files VALUES (?, ?, ?, ?, ?, ?)",
        (name, run_id, size, records, sha256, closed_at),
    )


def warc_end(connection: sqlite3.Connection, name: str) -> int:
    """Bytes from a WARC file's start to the end of the last record of it that the database refers
    to. Raises sqlite3.Error."""
    row = connection.execute(
        "SELECT warc_offset + warc_length FROM captures WHERE warc_file = ?"
        " ORDER BY warc_offset DESC LIMIT 1",
        (name,),
    ).fetchone()
    return row[0] if row else 0


def key_of(connection: sqlite3.Connection, capture: Capture) -> int | None:
    """The key of a capture; None if it is not entered. Raises sqlite3.Error."""
    row = connection.execute(
        "SELECT id FROM captures WHERE record_id = ? AND warc_file = ? AND warc_offset = ?",
        (capture.record_id, capture.warc_file, capture.warc_offset),
    ).fetchone()
    return cast("int | None", row[0] if row else None)


def enter_capture(
    connection: sqlite3.Connection, capture: Capture, url_id: int, run_id: int | None
) -> int:
    """Enter a capture; returns its key. Raises sqlite3.Error."""
    original, size = None, capture.payload_bytes
    row = None
    if capture.refers_to is not None:
        sql = "SELECT id, payload_bytes FROM captures WHERE record_id = ?"
        row = connection.execute(sql, (capture.refers_to,)).fetchone()
    if row is not None:
        original = row[0]
        if capture.status != 304 and not size:
            # a revisit read back from its record: how long the payload is, the response says
            size = row[1]
    return insert(
        connection,
        "captures",
        url=capture.url,
        url_id=url_id,
        run_id=run_id,
        fetched_at=capture.fetched_at,
        status=capture.status,
        content_type=capture.content_type,
        payload_digest=capture.payload_digest,
        payload_bytes=size,
        record_id=capture.record_id,
        warc_file=capture.warc_file,
        warc_offset=capture.warc_offset,
        warc_length=capture.warc_length,
        location=capture.location,
        record_type=capture.record_type,
        refers_to_id=original,
        truncated=capture.truncated,
        fetch_ms=capture.fetch_ms,
        reservations=as_json(capture.reservations),
        source_uri=capture.source_uri,
    )
