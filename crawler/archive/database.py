"""Opening `archive.db`: settings, checks, migrations."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path

from sqlite_utils import Database

from crawler.archive import schema
from crawler.archive.describe import write_descriptions
from crawler.archive.migrations import migrations
from crawler.errors import ArchiveError

FILE_NAME = "archive.db"
WARC_FOLDER = "warc"

# Bytes. Articles are some kilobytes long: larger pages keep one in fewer places.
_PAGE_SIZE = 8192
# Milliseconds to wait for another program that writes or holds the file.
_BUSY_TIMEOUT = 10_000


def check(folder: Path) -> None:
    """Make sure that a crawl can use `folder` as its archive, without changing anything.

    Raises ArchiveError: the path is a file or may not be written, its database is not an archive,
    is damaged, or was made by a newer version.
    """
    if folder.exists() and not folder.is_dir():
        raise ArchiveError(f"{folder} is a file; an archive is a folder: name one with archive=")
    path = folder / FILE_NAME
    if path.exists():
        _open_existing(path).close()
    written = [each for each in (path, folder / WARC_FOLDER, folder) if each.exists()]
    there = next(each for each in (folder, *folder.resolve().parents) if each.exists())
    for each in written or [there]:
        if not os.access(each, os.W_OK | (os.X_OK if each.is_dir() else 0)):
            raise ArchiveError(
                f"{each} cannot be written; change its permissions, or name another folder with"
                " archive="
            )


def open_for_reading(folder: Path) -> Database:
    """An archive's database, for queries only; one of an earlier version is brought up to date.

    Raises ArchiveError as `check`, where there is no archive, and where an old one cannot be
    written.
    """
    path = folder / FILE_NAME
    if not path.is_file():
        raise ArchiveError(
            f"no archive at {folder} (no {FILE_NAME} in it); "
            "name the folder that a crawl wrote, or make one: scrapy crawl news -a site=…"
        )
    db = _open_existing(path)
    if not migrations.pending(db):
        return db
    db.close()
    open_for_writing(folder).close()
    return _open_existing(path)


def open_for_writing(folder: Path) -> Database:
    """An archive's database, made if it is not there, brought up to date if it is older.

    Raises ArchiveError as `check`, and where the folder cannot be made or written.
    """
    path = folder / FILE_NAME
    if path.exists():
        _open_existing(path).close()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        db = Database(sqlite3.connect(path, timeout=_BUSY_TIMEOUT / 1000))
        # page_size and WAL must come before the first table; on an older archive they do nothing
        db.execute(f"PRAGMA page_size = {_PAGE_SIZE}")
        if db.journal_mode != "wal":
            db.enable_wal()
        db.execute("PRAGMA synchronous = NORMAL")
        if migrations.pending(db):
            # foreign keys are off still: a migration may make a table anew that others refer to
            migrations.apply(db)
            write_descriptions(db)
        db.execute("PRAGMA foreign_keys = ON")
    except (OSError, sqlite3.Error) as error:
        raise ArchiveError(
            f"cannot write {path} ({error}); is the folder writable, is there space on the disk?"
        ) from error
    return db


def set_aside(folder: Path) -> Path | None:
    """Move a database out of the way, with what belongs to it; returns where it is now, None if
    there was none. Raises sqlite3.Error, OSError."""
    path = folder / FILE_NAME
    if not path.exists():
        return None
    number = 1
    while (aside := path.with_name(f"{FILE_NAME}.before-{number}")).exists():
        number += 1
    # what the log holds belongs to the file; a damaged one is moved as it is
    closing = contextlib.closing(sqlite3.connect(path))
    with contextlib.suppress(sqlite3.DatabaseError), closing as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    path.rename(aside)
    for ending in ("-wal", "-shm"):
        path.with_name(FILE_NAME + ending).unlink(missing_ok=True)
    return aside


def _open_existing(path: Path) -> Database:
    try:
        # mode=rw, not ro: reading a WAL database needs its -shm file, which ro may not create
        connection = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode=rw", uri=True, timeout=_BUSY_TIMEOUT / 1000
        )
        db = Database(connection)
        application_id = db.execute("PRAGMA application_id").fetchone()[0]
        # a run killed while it made the archive leaves the list of migrations, and nothing else
        tables = set(db.table_names()) - {migrations.migrations_table}
        known = {migration.name for migration in migrations._migrations}
        newer = {migration.name for migration in migrations.applied(db)} - known
    except sqlite3.Error as error:
        raise ArchiveError(
            f"cannot open {path} ({error}); it is damaged, not readable, or no SQLite file"
        ) from error
    problem = None
    if tables and application_id != schema.APPLICATION_ID:
        problem = "is no archive of this program; name another folder with archive="
    elif newer:
        problem = f"was written by a newer version (it has {min(newer)}); update Hemeroteca"
    if problem:
        db.close()
        raise ArchiveError(f"{path} {problem}")
    return db
