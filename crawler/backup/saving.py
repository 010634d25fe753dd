"""A copy of an archive in a folder, which is an archive itself.

The folder is as it was until all that is new lies in `.backup` in it, read back and found right.
Then WARC files move to their places, which changes nothing, for the database of before does not
know them; then the new database takes the place of the old one, in one step; then the files go that
it does not need. A kill at any moment leaves one database or the other, with all files that it
refers to.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from crawler import times
from crawler.archive.audit import files_of_captures, listed_files
from crawler.archive.backups import all_runs, note_backup, runs_of
from crawler.archive.database import (
    COPYING,
    FILE_NAME,
    WARC_FOLDER,
    check,
    is_damage,
    open_for_reading,
    put_in_place,
)
from crawler.archive.lock import FILE_NAME as LOCK_NAME
from crawler.archive.lock import ArchiveLock
from crawler.backup.copying import (
    copy_part,
    digest_of,
    refuse_if_too_large,
    told_if_full,
)
from crawler.backup.parts import PROFILES, Part, copy_database, parts_of, profiles_of
from crawler.bundled import PROGRAM
from crawler.errors import ArchiveError, DamageError, UsageError
from crawler.warc.names import is_successor
from crawler.warc.writer import OPEN, sync_folder

TAKEDOWNS = "takedowns.jsonl"
"""File in a copy with the takedowns that came after it."""
_ENDING = ".warc.gz"
_OURS = {COPYING, LOCK_NAME, WARC_FOLDER, PROFILES}
"""What a first backup that was killed leaves behind."""


@dataclass(slots=True)
class Saved:
    """What a backup holds."""

    files: int = 0
    """WARC files."""
    bytes: int = 0
    """Of all files together."""
    new_files: int = 0
    """WARC files that were copied this time."""
    new_bytes: int = 0
    noted: bool = True
    """Whether the archive has taken note of it."""


def backup(
    folder: Path, to: Path, progress: Callable[[int, int], None] = lambda done, whole: None
) -> Saved:
    """Bring a folder to what an archive is at this moment, and have the archive take note of it.

    progress, raises: as `copy_archive`."""
    at = times.now()
    saved = copy_archive(folder, to, progress)
    saved.noted = note(folder, str(to.resolve()), at)
    return saved


def copy_archive(
    folder: Path, to: Path, progress: Callable[[int, int], None] = lambda done, whole: None
) -> Saved:
    """Bring a folder to what an archive is at this moment. A run may write to the archive.

    progress: told of the bytes that were copied, and of those there are to copy. Raises UsageError,
    ArchiveError, BusyError, FullError, DamageError, sqlite3.Error, OSError; the folder is as it was
    then.
    """
    _refuse_place(folder, to)
    open_for_reading(folder).close()  # there is an archive
    is_new = not (to / FILE_NAME).exists()
    to.mkdir(parents=True, exist_ok=True)
    what = "there is no backup yet" if is_new else "the backup that was there stands"
    with _held(to), told_if_full(to, what):
        scratch, warc = to / COPYING, to / WARC_FOLDER
        scratch.mkdir(exist_ok=True)
        copied = scratch / f"{FILE_NAME}.part"
        _remove(copied)
        refuse_if_too_large(to, (folder / FILE_NAME).stat().st_size)
        copy_database(folder, copied)
        check_copy(folder, copied)
        before = {} if is_new else _files_before(to, copied)
        parts = parts_of(folder, copied)
        wanted = [part for part in parts if not _has(warc, part, before)]
        lacking = [part for part in wanted if not _is_staged(scratch, part)]
        whole, done = sum(part.bytes for part in lacking), 0
        refuse_if_too_large(to, whole)

        def more(count: int) -> None:
            nonlocal done
            done += count
            progress(done, whole)

        for part in lacking:
            copy_part(part, scratch / part.name, more)
        _refuse_loss(folder, to, before, parts)
        database_bytes = copied.stat().st_size
        _switch(folder, to, copied, wanted)
        _clear(to, before, parts)
    return Saved(
        len(parts), database_bytes + sum(part.bytes for part in parts), len(wanted),
        sum(part.bytes for part in wanted),
    )  # fmt: skip


def _refuse_place(folder: Path, to: Path) -> None:
    """Raise UsageError where no copy may be put, ArchiveError where something else is."""
    here, there = folder.resolve(), to.resolve()
    if there.is_relative_to(here) or here.is_relative_to(there):
        raise UsageError(f"{to} is in the archive, or the archive in it: name a folder beside it")
    if to.exists() and not to.is_dir():
        raise ArchiveError(f"{to} is a file; a backup is a folder: name another")
    if to.is_dir() and not (to / FILE_NAME).exists():
        names = {path.name for path in to.iterdir()}
        if names - _OURS or (names - {LOCK_NAME} and COPYING not in names):
            raise ArchiveError(
                f"{to} has files in it and is no backup; name an empty folder, or a new one"
            )
    for name in (COPYING, FILE_NAME, WARC_FOLDER, PROFILES):
        if (to / name).is_symlink():
            raise ArchiveError(f"{to / name} is a symbolic link, and links are not followed")


@contextmanager
def _held(to: Path) -> Iterator[None]:
    """Keep runs and other backups off a folder. Raises BusyError."""
    lock = ArchiveLock(to)
    lock.acquire()
    try:
        yield
    finally:
        lock.release()


def check_copy(folder: Path, copied: Path) -> None:
    """Raise DamageError where the copy of a database is damaged."""
    with closing(sqlite3.connect(copied)) as connection:
        try:
            found = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
        except sqlite3.DatabaseError as error:
            found = str(error)
    if found != "ok":
        raise DamageError(
            f"{folder / FILE_NAME} is damaged ({found}); {PROGRAM} verify says more. Nothing was"
            " changed"
        )


def runs_in(database: Path) -> tuple[set[str], set[str]]:
    """The runs that the captures of a database are of, and all that it knows, by their uuids."""
    with closing(sqlite3.connect(database)) as connection:
        return runs_of(connection), all_runs(connection)


def _files_before(to: Path, copied: Path) -> dict[str, str | None]:
    """The WARC files that the copy of before knows: name → SHA-256 of closed ones. Raises
    ArchiveError where it is no copy of this archive."""
    check(to)
    old = to / FILE_NAME
    try:  # not as an archive is opened: it is held already, and may be of an earlier version
        with closing(sqlite3.connect(old)) as was, closing(sqlite3.connect(copied)) as new:
            strange = runs_of(was) - all_runs(new)
            files: dict[str, str | None] = dict.fromkeys(
                name for name, *_ in files_of_captures(was)
            )
            files.update((each.name, each.sha256) for each in listed_files(was))
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
        raise DamageError(f"{old} is damaged ({error}); name another folder") from error
    if strange:
        raise ArchiveError(
            f"{to} is another archive, or was crawled into: {len(strange):,} of its runs are not"
            " of this one; name another folder"
        )
    return files


def _has(warc: Path, part: Part, before: dict[str, str | None]) -> bool:
    """Whether a copy has a part. What the database of before has entered was read back then."""
    path = warc / part.name
    if part.sha256 is None or not path.is_file() or path.stat().st_size != part.bytes:
        return False
    return before.get(part.name) == part.sha256 or digest_of(path) == part.sha256


def _is_staged(scratch: Path, part: Part) -> bool:
    """Whether a backup that was killed has copied a part."""
    path = scratch / part.name
    if part.sha256 is None or not path.is_file() or path.stat().st_size != part.bytes:
        return False
    return digest_of(path) == part.sha256


def _refuse_loss(folder: Path, to: Path, before: dict[str, str | None], parts: list[Part]) -> None:
    """Raise DamageError where a copy has what the archive has lost: it would go."""
    names = {part.name.removesuffix(OPEN) for part in parts}
    for name in sorted(set(before) - names):
        there = (to / WARC_FOLDER / name).is_file()
        if there and not any(is_successor(other, name) for other in names):
            raise DamageError(
                f"{folder / WARC_FOLDER / name} is not there and not known, and {to} has it: copy"
                f" it back and run {PROGRAM} rebuild, or name another folder. Nothing was changed"
            )


def _switch(folder: Path, to: Path, copied: Path, wanted: list[Part]) -> None:
    """Put what was copied in its place; the database last."""
    scratch, warc = to / COPYING, to / WARC_FOLDER
    warc.mkdir(exist_ok=True)
    for part in wanted:
        (scratch / part.name).replace(warc / part.name)
    sync_folder(warc)
    profiles = to / PROFILES
    for path in profiles_of(folder):
        profiles.mkdir(exist_ok=True)
        shutil.copyfile(path, scratch / path.name)
        (scratch / path.name).replace(profiles / path.name)
    put_in_place(copied, to)
    sync_folder(to)


def _clear(to: Path, before: dict[str, str | None], parts: list[Part]) -> None:
    """Take away what the copy does not need any more."""
    warc = to / WARC_FOLDER
    needed = {part.name for part in parts}
    names = {name.removesuffix(OPEN) for name in needed}
    for path in warc.iterdir():
        name = path.name.removesuffix(OPEN)
        known = name in before or name in names
        if known and path.name.endswith((_ENDING, _ENDING + OPEN)) and path.name not in needed:
            path.unlink()
    (to / TAKEDOWNS).unlink(missing_ok=True)
    shutil.rmtree(to / COPYING, ignore_errors=True)
    sync_folder(to)


def _remove(path: Path) -> None:
    for ending in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + ending).unlink(missing_ok=True)


def note(folder: Path, destination: str, at: str) -> bool:
    """Have an archive know of a copy, if it can be written. at: ISO 8601, UTC."""
    if not os.access(folder / FILE_NAME, os.W_OK):
        return False
    try:
        with closing(open_for_reading(folder)) as db, db.atomic():
            note_backup(db.conn, destination, at)
    except sqlite3.OperationalError:
        return False
    return True
