"""Takedowns that came after a backup: kept beside it, for whoever restores it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec

from crawler.archive.database import FILE_NAME, open_for_reading
from crawler.archive.takedowns import Takedown, all_takedowns
from crawler.backup.saving import TAKEDOWNS
from crawler.backup.store import ObjectStore, is_address, note_in_store
from crawler.errors import HemerotecaError, UsageError


def note_beside(backups: list[str], takedown: Takedown) -> list[str]:
    """Write a takedown beside those copies that are in a folder; returns the others, which cannot
    be reached or written to."""
    left = []
    for where in backups:
        folder = Path(where)
        try:
            if is_address(where):
                note_in_store(where, msgspec.json.encode(takedown) + b"\n")
                continue
            if not (folder / FILE_NAME).is_file():
                left.append(where)
                continue
            with (folder / TAKEDOWNS).open("ab") as file:
                file.write(msgspec.json.encode(takedown) + b"\n")
                file.flush()
                os.fsync(file.fileno())
        except (OSError, HemerotecaError):
            left.append(where)
    return left


def takedowns_after(saved: Path | str, named: Path | None) -> list[Takedown]:
    """The takedowns that came after a backup: those beside it, and those of an archive or file that
    the user names. Raises UsageError, ArchiveError, sqlite3.Error, OSError."""
    found: dict[str, Takedown] = {}
    if isinstance(saved, str):
        data = ObjectStore(saved).read(TAKEDOWNS) or b""
        found.update((each.uuid, each) for each in _in_lines(data, f"{saved}/{TAKEDOWNS}"))
    elif (saved / TAKEDOWNS).is_file():
        found.update((each.uuid, each) for each in _in_file(saved / TAKEDOWNS))
    if named is not None and named.is_file() and named.name != FILE_NAME:
        found.update((each.uuid, each) for each in _in_file(named))
    elif named is not None:
        with closing(open_for_reading(named)) as db:
            found.update((each.uuid, each) for each in all_takedowns(db.conn))
    return list(found.values())


def _in_file(path: Path) -> Iterator[Takedown]:
    return _in_lines(path.read_bytes(), str(path))


def _in_lines(data: bytes, where: str) -> Iterator[Takedown]:
    for number, line in enumerate(data.splitlines(), 1):
        if line.strip():
            try:
                yield msgspec.json.decode(line, type=Takedown)
            except (msgspec.MsgspecError, UnicodeDecodeError) as error:
                raise UsageError(f"{where}, line {number}: no takedown ({error})") from None
