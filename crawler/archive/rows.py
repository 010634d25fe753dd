"""Rows of any table."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain, islice
from typing import Literal, TypeVar

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


_AT_ONCE = 50
"""Rows of a statement, which opens a table and its indexes once for all of them; more gain
little."""


def insert_many(
    connection: sqlite3.Connection, table: str, columns: str, rows: Sequence[tuple[object, ...]],
    conflict: Literal["FAIL", "IGNORE"] = "FAIL",
) -> None:  # fmt: skip
    """Insert rows, in a transaction of the caller's, who takes it back where this fails: rows
    before the one that does not fit are there then. (SQLite would copy each page that it changes,
    to take them back itself.) columns: their names, with commas. Raises sqlite3.Error."""
    whole = len(rows) - len(rows) % _AT_ONCE
    each = len(rows[0]) if rows else 0
    for at in range(0, whole, _AT_ONCE):
        values = list(chain.from_iterable(rows[at : at + _AT_ONCE]))
        connection.execute(_many(table, columns, each, _AT_ONCE, conflict), values)
    if whole < len(rows):
        connection.executemany(_many(table, columns, each, 1, conflict), rows[whole:])


@lru_cache(maxsize=64)
def _many(table: str, columns: str, each: int, rows: int, conflict: str) -> str:
    marks = ", ".join([f"({', '.join('?' * each)})"] * rows)
    return f"INSERT OR {conflict} INTO {table} ({columns}) VALUES {marks}"  # noqa: S608


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
