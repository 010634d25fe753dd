"""Rows of a corpus with values as Python has them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from crawler.archive.export_tables import Table

Row = dict[str, Any]
"""A value for each column, by its name: str, int, float, bool, date, datetime (UTC), a list, a dict
or None."""


def typed(table: Table, rows: Iterable[tuple[object, ...]]) -> Iterator[tuple[Row, str | None]]:
    """Rows as the archive gives them, with their months, in Python's own types.

    A time that no calendar has (a page may claim any) is None: its words are in another column.
    Raises json.JSONDecodeError where the archive holds what is no JSON.
    """
    names = [column.name for column in table.columns]
    turn = [(place, _TURNS[column.kind]) for place, column in enumerate(table.columns)
            if column.kind in _TURNS]  # fmt: skip
    for raw in rows:
        values: list[Any] = list(raw)
        month = values.pop()
        for place, made in turn:
            if values[place] is not None:
                values[place] = made(values[place])
        yield dict(zip(names, values, strict=True)), month


def moment_text(moment: datetime) -> str:
    """A moment as it is written in text: RFC 3339, UTC, as exact as it is.

    >>> moment_text(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
    '2026-01-02T03:04:05Z'
    """
    return f"{moment.replace(tzinfo=None).isoformat()}Z"


def flat(table: Table) -> Table:
    """A table with the columns that one of text alone can have: lists of records are tables of
    their own, and how each value was found is for programs."""
    return replace(
        table, columns=tuple(c for c in table.columns if c.kind not in ("records", "object"))
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


_TURNS: dict[str, Callable[[Any], Any]] = {
    "boolean": bool,
    "day": _day,
    "moment": _moment,
    "texts": json.loads,
    "records": json.loads,
    "object": json.loads,
}
