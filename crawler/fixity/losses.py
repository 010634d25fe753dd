"""What is lost, and whether something stands for it by now."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from crawler.archive.database import open_for_writing
from crawler.archive.losses import (
    DamagedFile,
    Noted,
    forget,
    note,
    noted_captures,
    noted_files,
    queue_again,
    stands_for,
)
from crawler.fixity.report import Problem, Report
from crawler.warc.writer import OPEN

_QUEUED = "nothing: the next crawl of its newspaper fetches its address again"
_WAITS = "crawl its newspapers: the addresses of what is lost are queued"


@dataclass(slots=True)
class Refetch:
    """What was queued to be fetched again."""

    captures: int = 0
    """Captures whose records are damaged or lost."""
    replaced: int = 0
    """Those among them for which something stands already."""
    urls: int = 0
    """Addresses that the next crawl fetches."""


class Losses:
    """Damaged files, and the captures that are lost in them. On disk: there may be millions."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("")  # on disk, where no name is left of it
        self._db.execute(
            "CREATE TABLE lost (record_id TEXT PRIMARY KEY, file TEXT NOT NULL) WITHOUT ROWID"
        )
        self._db.executescript(
            "CREATE TABLE untold (mark TEXT PRIMARY KEY, file TEXT NOT NULL) WITHOUT ROWID;"
            "CREATE TABLE told (mark TEXT PRIMARY KEY) WITHOUT ROWID;"
        )
        self.files: dict[str, DamagedFile] = {}

    def __enter__(self) -> Losses:
        return self

    def __exit__(self, *_: Any) -> None:
        self._db.close()

    def add(self, file: DamagedFile, record_ids: Iterable[str]) -> None:
        """A file is damaged, and these captures in it are lost (WARC-Record-IDs)."""
        self.files[file.name] = file
        self._db.executemany(
            "INSERT OR IGNORE INTO lost VALUES (?, ?)", ((each, file.name) for each in record_ids)
        )

    def hear(self, name: str, untold: Iterable[str], told: Iterable[str]) -> None:
        """What a file does not tell of its own captures, and tells of others: as `FileFindings` has
        them."""
        self._db.executemany(
            "INSERT OR IGNORE INTO untold VALUES (?, ?)", ((mark, name) for mark in untold)
        )
        self._db.executemany("INSERT OR IGNORE INTO told VALUES (?)", ((mark,) for mark in told))

    def conclude(self, names: Iterable[str]) -> None:
        """Add the captures of which what told of them is lost with a damaged file: those in the
        file, and in the one before it, whose batch went on in it. names: of all files there are or
        were."""
        before = None
        for name in sorted(names):
            if name in self.files:
                self._db.execute(
                    "INSERT OR IGNORE INTO lost SELECT substr(mark, 2), ?1 FROM untold"
                    " WHERE file IN (?1, ?2) AND mark NOT IN (SELECT mark FROM told)",
                    (name, before),
                )
            before = name

    def captures(self, name: str | None = None) -> Iterator[str]:
        """The captures that are lost in a file, or in all."""
        rows = self._db.execute(
            "SELECT record_id FROM lost WHERE ?1 IS NULL OR file = ?1 ORDER BY file, record_id",
            (name,),
        )
        return (record_id for (record_id,) in rows)

    def has(self, record_id: str) -> bool:
        """Whether a capture is lost."""
        sql = "SELECT 1 FROM lost WHERE record_id = ?"
        return self._db.execute(sql, (record_id,)).fetchone() is not None

    def queue(self, folder: Path) -> Refetch:
        """Note in an archive's database what is lost, and have the next crawl fetch what nothing
        stands for. The caller holds the archive. Raises ArchiveError, sqlite3.Error."""
        now = datetime.now(UTC).isoformat(timespec="microseconds")
        told, urls = Refetch(), set()
        with closing(open_for_writing(folder)) as db, db.atomic():
            forget(db.conn, self.files)
            note(db.conn, self.files.values(), self.captures(), now)
            noted = noted_captures(db.conn)
            for record_id in self.captures():
                told.captures += 1
                if stands_for(db.conn, record_id, noted.get(record_id), self.has):
                    told.replaced += 1
                elif (url := queue_again(db.conn, record_id)) is not None:
                    urls.add(url)
        told.urls = len(urls)
        return told

    def weigh(self, connection: sqlite3.Connection, report: Report) -> None:
        """Make notices of the damage that is known and for which something stands.

        A file must be as it was when the loss was noted: what has happened to it since is damage.
        Raises sqlite3.Error.
        """
        files, captures = noted_files(connection), noted_captures(connection)
        for name, file in self.files.items():
            replaced: dict[str, str] = {}
            open_ones = 0
            for record_id in self.captures(name):
                words = stands_for(connection, record_id, captures.get(record_id), self.has)
                if words is None:
                    open_ones += 1
                else:
                    replaced[record_id] = words
            report.counts["captures lost"] += open_ones
            report.counts["captures replaced"] += len(replaced)
            known = files.get(name)
            if known is not None and known.file == file:
                _weigh(report, known, replaced, open_ones)


def _weigh(report: Report, known: Noted, replaced: dict[str, str], open_ones: int) -> None:
    since = f"noted on {known.at[:10]}"
    kept: list[Problem] = []
    for each in report.damage:
        own = replaced.get(each.record_id or "")
        if (each.file or "").removesuffix(OPEN) != known.file.name:
            kept.append(each)
        elif own is not None:
            report.note(
                replace(each, what=f"{each.what}; replaced: {own}", mend=f"nothing: {since}")
            )
        elif open_ones:
            mend = _QUEUED if each.record_id else f"{_WAITS} ({since}); or {each.mend}"
            kept.append(replace(each, mend=mend))
        else:
            count = len(replaced)
            how = (
                f"replaced: something stands for each of the {count:,} captures lost with it"
                if count
                else "no capture is lost with it"
            )
            report.note(replace(each, what=f"{each.what}; {how}", mend=f"nothing: {since}"))
    report.damage[:] = kept
