"""Rows of any table."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


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


def in_batches(rows: Iterable[T], size: int) -> Iterator[tuple[T, ...]]:
    """Rows in tuples of at most `size`, each read when it is asked for."""
    found = iter(rows)
    while some := tuple(islice(found, size)):
        yield some


def between(column: str, begin: int, end: int | None) -> str:
    """A condition for offsets from one on and before another, to stand behind others; none for what
    is a whole file, where an offset may be anything."""
    after = f" AND {column} >= {begin:d}" if begin else ""
    return after if end is None else f"{after} AND {column} < {end:d}"
