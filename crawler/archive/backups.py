"""Where copies of an archive are, and of which archive. Every function raises sqlite3.Error."""

from __future__ import annotations

import sqlite3
from typing import cast


def note_backup(connection: sqlite3.Connection, destination: str, at: str) -> None:
    """Note that a copy was made, in a transaction of the caller's. at: ISO 8601, UTC: when the
    database was copied."""
    connection.execute(
        "INSERT OR REPLACE INTO backups SELECT ?, ?, count(*) FROM captures", (destination, at)
    )


def backups_since(connection: sqlite3.Connection, at: str) -> list[tuple[str, str]]:
    """Destination and time of the copies that were made at a time or later, the newest first."""
    return connection.execute(
        "SELECT destination, at FROM backups WHERE at >= ? ORDER BY at DESC", (at,)
    ).fetchall()


def runs_of(connection: sqlite3.Connection) -> set[str]:
    """The runs that an archive's captures and files are of, by their names in WARC."""
    rows = connection.execute(
        "SELECT uuid FROM runs r WHERE uuid IS NOT NULL AND (EXISTS (SELECT 1 FROM captures c"
        " WHERE c.run_id = r.id) OR id IN (SELECT run_id FROM warc_files))"
    )
    return {uuid for (uuid,) in rows}


def all_runs(connection: sqlite3.Connection) -> set[str]:
    """All runs that an archive knows, likewise."""
    rows = connection.execute("SELECT uuid FROM runs WHERE uuid IS NOT NULL")
    return {uuid for (uuid,) in rows}


def unfinished(connection: sqlite3.Connection) -> bool:
    """Whether a takedown or a pruning has still to be finished."""
    row = connection.execute(
        "SELECT EXISTS (SELECT 1 FROM _removals) OR EXISTS (SELECT 1 FROM _replaced_files)"
        " OR EXISTS (SELECT 1 FROM takedowns WHERE finished_at IS NULL)"
        " OR EXISTS (SELECT 1 FROM prunings WHERE finished_at IS NULL)"
    ).fetchone()
    return bool(cast(int, row[0]))
