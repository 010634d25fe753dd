"""What the database has beside what conversion records say, over all files."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

from crawler.archive.audit import Compared, Comparison

_BLOCK = 1 << 16
"""Rows whose bits are kept together."""


class Comparisons:
    """What the database has beside conversion records: a row is sound if one of the records that it
    may have been stored from says the same. Of sound rows, of which there are as many as links, a
    bit is kept; of others all, on disk."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("")  # on disk, where no name is left of it
        self._db.execute(
            "CREATE TABLE differing (of TEXT, row_id INTEGER, url TEXT, differs TEXT,"
            " PRIMARY KEY (of, row_id)) WITHOUT ROWID"
        )
        self._equal: dict[tuple[str, int], bytearray] = {}
        """Table and number of a block → a bit for each of its rows."""

    def __enter__(self) -> Comparisons:
        return self

    def __exit__(self, *_: Any) -> None:
        self._db.close()

    def add(self, compared: Compared) -> None:
        """Take in what was compared in a file."""
        for table, keys in compared.equal.items():
            for key in keys:
                bits = self._equal.get((table, key // _BLOCK))
                if bits is None:
                    bits = self._equal[table, key // _BLOCK] = bytearray(_BLOCK // 8)
                bits[key % _BLOCK >> 3] |= 1 << (key & 7)
        self._db.executemany(
            "INSERT OR IGNORE INTO differing VALUES (?, ?, ?, ?)",
            ((c.table, c.row_id, c.url, ", ".join(c.differs)) for c in compared.differing),
        )

    def count(self) -> int:
        """How many rows were compared."""
        equal = sum(int.from_bytes(bits, "little").bit_count() for bits in self._equal.values())
        return equal + sum(1 for _ in self.wrong())

    def wrong(self) -> Iterator[Comparison]:
        """Rows that no record says the same of."""
        rows = self._db.execute("SELECT of, row_id, url, differs FROM differing ORDER BY 1, 2")
        for of, row_id, url, differs in rows:
            bits = self._equal.get((of, row_id // _BLOCK))
            if bits is None or not bits[row_id % _BLOCK >> 3] & 1 << (row_id & 7):
                yield Comparison(of, row_id, url, (differs,))
