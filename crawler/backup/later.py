"""Takedowns that came after a backup: kept beside it, for whoever restores it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import msgspec

from crawler.archive.database import FILE_NAME, open_for_reading
from crawler.archive.takedowns import Takedown, all_takedowns
from crawler.backup.saving import TAKEDOWNS
from crawler.errors import UsageError


def note_beside(backups: list[str], takedown: Takedown) -> list[str]:
    """Write a takedown beside those copies that are in a folder; returns the others, which cannot
    be reached or written to."""
    left = []
    for where in backups:
        folder = Path(where)
        try:
            if not (folder / FILE_NAME).is_file():
                left.append(where)
                continue
            with (folder / TAKEDOWNS).open("ab") as file:
                file.write(msgspec.json.encode(takedown) + b"\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            left.append(where)
    return left


def takedowns_after(saved: Path, named: Path | None) -> list[Takedown]:
    """The takedowns that a backup does not know: those beside it, and those of an archive or file
    that the user names. Raises UsageError, ArchiveError, sqlite3.Error, OSError."""
    found: dict[str, Takedown] = {}
    if (saved / TAKEDOWNS).is_file():
        found.update((each.uuid, each) for each in _in_file(saved / TAKEDOWNS))
    if named is not None and named.is_file() and named.name != FILE_NAME:
        found.update((each.uuid, each) for each in _in_file(named))
    elif named is not None:
        with closing(open_for_reading(named)) as db:
            found.update((each.uuid, each) for each in all_takedowns(db.conn))
    connection = sqlite3.connect(saved / FILE_NAME)
    # a version before may have no such table
    with closing(connection), suppress(sqlite3.OperationalError):
        for each in all_takedowns(connection):
            found.pop(each.uuid, None)
    return list(found.values())


def _in_file(path: Path) -> Iterator[Takedown]:
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        if line.strip():
            try:
                yield msgspec.json.decode(line, type=Takedown)
            except (msgspec.MsgspecError, UnicodeDecodeError) as error:
                raise UsageError(f"{path}, line {number}: no takedown ({error})") from None
