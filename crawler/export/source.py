"""What a corpus is written from: an archive whose stories are chosen."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator

from crawler.archive import exported
from crawler.archive.export_tables import Table
from crawler.export.values import Row, typed

Told = Callable[[int, int], None]
"""Told of the rows that are done, and of those there are."""
_OFTEN = 500


class Source:
    """The rows of an archive, told of as they go."""

    def __init__(
        self, connection: sqlite3.Connection, tell: Told = lambda done, whole: None,
        selection: tuple[str, ...] = (),
    ):  # fmt: skip
        self.connection = connection
        self.selection = selection
        """How the stories were chosen: phrases; empty: all there are."""
        self._tell = tell
        self.written: dict[str, int] = {}
        """Rows that were given out, by the table's name."""

    def months(self, table: Table) -> Iterator[tuple[Row, str | None]]:
        """The rows of a table, with the month of each. Raises sqlite3.Error."""
        whole = exported.count(self.connection, table)
        done = 0
        for done, row in enumerate(typed(table, exported.rows(self.connection, table)), 1):
            if done % _OFTEN == 0:
                self._tell(done, whole)
            yield row
        self._tell(done, whole)
        self.written[table.name] = done

    def rows(self, table: Table) -> Iterator[Row]:
        """The rows of a table. Raises sqlite3.Error."""
        return (row for row, _ in self.months(table))
