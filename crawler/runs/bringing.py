"""Captures that other archives of the web have, as an import would have them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from crawler.archive.database import WARC_FOLDER
from crawler.archive.mementos import Held
from crawler.items import Page, Visit
from crawler.reasons import Reason, because
from crawler.runs.importing import Imported, Importing
from crawler.runs.run import Run
from crawler.runs.workers import Workers
from crawler.warc.dates import warc_moment
from crawler.warc.members import DamagedError
from crawler.warc.reader import Record, read_record


class Bringing:
    """Takes captures as WARC records, one after another, in the order in which they came.

    done: keys of captures that are settled, each with the visit that it was; whoever has noted them
    takes them out.
    """

    def __init__(
        self, run: Run, workers: Workers, keep: Callable[[list[Visit]], None],
        on_read: Callable[[Visit, Page | None], None],
    ) -> None:  # fmt: skip
        """keep: stores visits. on_read: told of each page that was read. Raises HemerotecaError,
        sqlite3.Error."""
        self.done: list[tuple[int, Visit]] = []
        self.told = Imported(totals=run.totals)
        self._warc: Path = run.folder / WARC_FOLDER
        self._most_waiting = max(1, workers.count)
        self._keep = keep
        self._importing = Importing(run, workers, self.told, keep=self._store, on_read=on_read)
        self._keys: dict[tuple[str, str], int] = {}
        self._turn = asyncio.Lock()

    async def take(self, key: int, record: Record, name: str) -> Reason | None:
        """Take a capture; returns why it cannot be one, or None: then its key will be among those
        that are done. key: whatever the caller calls it by. Raises sqlite3.Error, OSError."""
        async with self._turn:
            return await self._take(key, record, name, again=False)

    async def read_again(self, key: int, held: Held) -> Reason | None:
        """The same of a capture that a run has written that was killed before it was read."""
        async with self._turn:
            try:
                place = (held.warc_file, held.warc_offset, held.warc_length)
                record = read_record(self._warc, *place)
            except DamagedError as error:
                return because("damaged_record", error)
            return await self._take(key, record, held.warc_file, again=True)

    async def finish(self) -> None:
        """Nothing more is under way: store what waits, for whatever it waits."""
        async with self._turn:
            await self._importing.finish()

    async def _take(self, key: int, record: Record, name: str, *, again: bool) -> Reason | None:
        moment = _moment(record)
        if moment is None:
            return because("damaged_record", "WARC-Date is no date")
        refused = self.told.refused.total()
        taken_down, known = self.told.records["taken down"], self.told.records["known"]
        self._keys[record.url, moment] = key
        take = self._importing.take_again if again else self._importing.take
        await take(record, name)
        why: Reason | None = None
        if self.told.refused.total() > refused:
            why = because("damaged_record", self.told.damage[-1].rpartition(": ")[2])
        elif self.told.records["taken down"] > taken_down:
            why = because("taken_down")
        elif self.told.records["known"] > known:
            why = because("known_record")
        if why is not None:
            self._keys.pop((record.url, moment), None)
        elif self._importing.waiting >= self._most_waiting:
            await self._importing.store()
        return why

    def _store(self, visits: list[Visit]) -> None:
        self._keep(visits)
        for visit in visits:
            last = visit.captures[-1]
            key = self._keys.pop((last.url, last.fetched_at[:19]), None)
            if key is not None:
                self.done.append((key, visit))


def _moment(record: Record) -> str | None:
    """The second of a record, as captures have it."""
    try:
        moment: datetime = warc_moment(record.date)
    except ValueError:
        return None
    return moment.isoformat(timespec="microseconds")[:19]
