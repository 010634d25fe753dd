"""What an archive consists of, as a copy of its database has it."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from crawler.archive.audit import files_of_captures, listed_files
from crawler.archive.backups import unfinished
from crawler.archive.database import WARC_FOLDER, open_for_reading
from crawler.archive.losses import noted_files
from crawler.bundled import PROGRAM
from crawler.errors import BusyError, DamageError
from crawler.warc.presence import path_of
from crawler.warc.recover import whole_end
from crawler.warc.writer import OPEN

PROFILES = "sites"
"""Folder of an archive with what its user has written of its newspapers' markup."""


@dataclass(frozen=True, slots=True)
class Part:
    """A WARC file, or the beginning of one that is being written."""

    name: str
    """In the copy: with `.open` where it is not closed."""
    path: Path
    bytes: int
    """How many of it are taken."""
    sha256: str | None
    """Of a closed file, hexadecimal; None: whatever it has."""


def copy_database(folder: Path, to: Path) -> None:
    """A copy of an archive's database, of one moment, whoever writes to it meanwhile. Raises
    ArchiveError, sqlite3.Error, OSError."""
    with closing(open_for_reading(folder)) as db, closing(sqlite3.connect(to)) as copy:
        db.conn.backup(copy)
        copy.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with to.open("rb+") as file:
        os.fsync(file.fileno())


def parts_of(folder: Path, database: Path) -> list[Part]:
    """The WARC files of an archive as a copy of its database knows them.

    folder: the archive's. database: the copy, made before: what it refers to is on disk. What a run
    has written since is taken as far as it is whole. Raises BusyError where a takedown is not
    finished, DamageError where a file is not there or not what it was, sqlite3.Error, OSError.
    """
    warc = folder / WARC_FOLDER
    with closing(sqlite3.connect(database)) as connection:
        if unfinished(connection):
            raise BusyError(
                f"a takedown or a pruning of {folder} is not finished; run {PROGRAM} takedown"
                " --finish, or any crawl, first"
            )
        listed = {each.name: each for each in listed_files(connection)}
        ends = {name: end for name, _, end in files_of_captures(connection)}
        noted = noted_files(connection)
    there = {path.name.removesuffix(OPEN): path for path in _files(warc)}
    parts = []
    for name in sorted({*listed, *ends, *there}):
        path = path_of(warc, name)
        known = noted.get(name)
        if not path.is_file():
            if known is not None and known.file.bytes is None:
                continue  # lost, and noted as that
            raise DamageError(_missing(path))
        size = path.stat().st_size
        if known is not None and known.file.bytes == size:
            parts.append(Part(name, path, size, known.file.sha256))
        elif name in listed:
            if size != listed[name].bytes:
                raise DamageError(_changed(path))
            parts.append(Part(name, path, size, listed[name].sha256))
        else:
            end = whole_end(path)
            if end < ends.get(name, 0):
                raise DamageError(_changed(path))
            if end:
                parts.append(Part(name + OPEN, path, end, None))
    return parts


def _files(warc: Path) -> list[Path]:
    found = [*warc.glob("*.warc.gz" + OPEN), *warc.glob("*.warc.gz")]
    return [path for path in found if path.is_file()]


def profiles_of(folder: Path) -> list[Path]:
    """The files by which a user has corrected how an archive's newspapers are read."""
    return sorted(path for path in (folder / PROFILES).glob("*.toml") if path.is_file())


def _missing(path: Path) -> str:
    return f"{path} is not there; {PROGRAM} verify says what was in it. Nothing was changed"


def _changed(path: Path) -> str:
    return f"{path} is not what it was; {PROGRAM} verify says where. Nothing was changed"
