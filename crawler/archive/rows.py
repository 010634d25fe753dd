"""Rows of any table."""

from __future__ import annotations

import sqlite3


def insert(connection: sqlite3.Connection, table: str, **values: object) -> int:
    """Insert a row; returns its key. Raises sqlite3.Error."""
    columns = ", ".join(values)
    marks = ", ".join("?" * len(values))
    cursor = connection.execute(
        f"INSERT INTO {table} ({columns}) VALUES ({marks})",  # noqa: S608
        tuple(values.values()),
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid
