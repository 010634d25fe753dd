"""WARC files that stand in others' places, as the database has them. Every function raises
sqlite3.Error; those that write belong into a transaction of the caller's."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from crawler.archive.guards import history_unlocked


def note_rewritten(
    connection: sqlite3.Connection, name: str, new: tuple[str, int, int, str],
    moved: Iterable[tuple[str, int, int]], at: str,
) -> None:  # fmt: skip
    """Enter a file in the place of another, and where the captures in it are now.

    name: of the one before. new: name, bytes, records, SHA-256. moved: WARC-Record-ID, offset,
    length. at: ISO 8601, UTC.
    """
    to, size, records, sha256 = new
    places = [(to, offset, length, record_id, name) for record_id, offset, length in moved]
    with history_unlocked(connection):
        for table in ("captures", "renderings"):
            connection.executemany(
                f"UPDATE {table} SET warc_file = ?, warc_offset = ?, warc_length = ?"  # noqa: S608
                " WHERE record_id = ? AND warc_file = ?",
                places,
            )
    connection.execute(
        "INSERT INTO warc_files SELECT ?, run_id, ?, ?, ?, ? FROM warc_files WHERE name = ?",
        (to, size, records, sha256, at, name),
    )
    connection.execute("DELETE FROM warc_files WHERE name = ?", (name,))
    connection.execute("DELETE FROM damaged_files WHERE name = ?", (name,))
    connection.execute("INSERT INTO _replaced_files VALUES (?)", (name,))


def replaced_files(connection: sqlite3.Connection) -> list[str]:
    """Files in whose places others stand, and that are still to go."""
    return [name for (name,) in connection.execute("SELECT name FROM _replaced_files")]


def forget_replaced(connection: sqlite3.Connection, name: str) -> None:
    """Such a file is gone."""
    connection.execute("DELETE FROM _replaced_files WHERE name = ?", (name,))


def scrub(connection: sqlite3.Connection) -> bool:
    """Overwrite what was deleted, in the search index, in free pages and in the log; outside any
    transaction. Returns False where another program reads the database, so that the log cannot be
    emptied yet. Raises sqlite3.Error."""
    sql = connection.execute
    for index in ("stories_fts", "_pairs_fts"):
        sql(f"INSERT INTO {index}({index}) VALUES ('optimize')")  # noqa: S608
    connection.commit()
    sql("VACUUM")
    busy, *_ = sql("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy
