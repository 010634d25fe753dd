"""Rows of any table."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def insert(connection: sqlite3.Connection, table: str, **values: object) -> int:
    """Insert a row; returns its key. Raises sqlite3.Error."""
    cursor = connection.execute(_statement(table, tuple(values)), tuple(values.values()))
    assert cursor.lastrowid is not None
    return cursor.lastrowid


@lru_cache(maxsize=256)
def _statement(table: str, columns: tuple[str, ...]) -> str:
    marks = ", ".join("?" * len(columns))
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608


def in_batches(rows: Iterable[T], size: int) -> Iterator[tuple[T, ...]]:
    """Rows in tuples of at most `size`, each read when it is asked for."""
    found = iter(rows)
    while some := tuple(islice(found, size)):
        yield some
