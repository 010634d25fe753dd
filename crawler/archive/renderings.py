"""What browsers showed of captured pages, as the database has it. Every function raises
sqlite3.Error."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from crawler.archive.rows import between, insert
from crawler.items import Rendering

_COLUMNS = (
    "r.record_id, r.rendered_at, r.made_by, r.digest, r.bytes, r.warc_file, r.warc_offset,"
    " r.warc_length"
)


def enter(connection: sqlite3.Connection, capture_id: int, rendering: Rendering) -> None:
    """Enter what a browser showed of a capture, unless that is done; in a transaction of the
    caller's."""
    if rendering_of(connection, capture_id) is not None:
        return
    insert(
        connection,
        "renderings",
        capture_id=capture_id,
        record_id=rendering.record_id,
        rendered_at=rendering.rendered_at,
        made_by=rendering.made_by,
        digest=rendering.digest,
        bytes=rendering.bytes,
        warc_file=rendering.warc_file,
        warc_offset=rendering.warc_offset,
        warc_length=rendering.warc_length,
    )


def rendering_of(connection: sqlite3.Connection, capture_id: int) -> Rendering | None:
    """What a browser showed of a capture; None where none did."""
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM renderings r WHERE r.capture_id = ?",  # noqa: S608
        (capture_id,),
    ).fetchone()
    return Rendering(*row) if row else None


def rendering_of_record(connection: sqlite3.Connection, record_id: str) -> Rendering | None:
    """The same of a capture by its WARC-Record-ID."""
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM renderings r JOIN captures c ON c.id = r.capture_id"  # noqa: S608
        " WHERE c.record_id = ?",
        (record_id,),
    ).fetchone()
    return Rendering(*row) if row else None


def is_entered(connection: sqlite3.Connection, record_id: str) -> bool:
    """Whether the rendering with a WARC-Record-ID is in the database."""
    sql = "SELECT 1 FROM renderings WHERE record_id = ?"
    return connection.execute(sql, (record_id,)).fetchone() is not None


def renderings_in(
    connection: sqlite3.Connection, warc_file: str, begin: int = 0, end: int | None = None
) -> Iterator[tuple[Rendering, str, str]]:
    """What a WARC file has of them, in its order, each with its capture's WARC-Record-ID and
    URL. begin, end: only those that begin there or later, and before that."""
    rows = connection.execute(
        f"SELECT {_COLUMNS}, c.record_id, c.url FROM renderings r"  # noqa: S608
        " JOIN captures c ON c.id = r.capture_id WHERE r.warc_file = ?"
        f"{between('r.warc_offset', begin, end)} ORDER BY r.warc_offset",
        (warc_file,),
    )
    return ((Rendering(*row[:-2]), *row[-2:]) for row in rows)
