"""Opening `archive.db`: settings, checks, migrations."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database

from crawler.archive import lock, schema
from crawler.archive.migrations import bring_up_to_date, migrations
from crawler.bundled import PROGRAM
from crawler.errors import (
    NO_SPACE,
    ArchiveError,
    BusyError,
    DamageError,
    FullError,
    HemerotecaError,
)
from crawler.text import as_typed

logger = logging.getLogger(__name__)

FILE_NAME = "archive.db"
WARC_FOLDER = "warc"
SCRATCH = ".rebuilding"
"""Folder in an archive where `scrapy rebuild` works."""
COPYING = ".backup"
"""Folder in a copy of an archive where `scrapy backup` works."""
REMOVING = ".removing"
"""Folder in an archive where WARC files are written anew without what was taken out."""

PAGE_SIZE = 8192
"""Bytes. Articles are some kilobytes long: larger pages keep one in fewer places."""
# Bytes from which on bringing an archive up to date takes so long that its user is told.
_LARGE = 200_000_000
# Bytes that are free on a disk that is full: less than SQLite takes at once.
_NO_ROOM = 256 * 1024
# A database is made anew if more than one part in so many of it is free.
_MUCH = 4
# Milliseconds to wait for another program that writes or holds the file.
_BUSY_TIMEOUT = 10_000
_LOG, _SHARED = FILE_NAME + "-wal", FILE_NAME + "-shm"
_WARC_ENDINGS = (".warc.gz", ".warc.gz.open")
# Where a database says what it is: https://www.sqlite.org/fileformat2.html, 1.3
_ID_AT, _HEAD = 68, 72
_OWN_ID = schema.APPLICATION_ID.to_bytes(4, "big")


def database_of(folder: Path) -> Path:
    """The database of an archive's folder; of a union, which is one file, that file itself."""
    return folder if folder.is_file() else folder / FILE_NAME


def is_database(path: Path) -> bool:
    """Whether a file says of itself that it is a database of this program: an archive's, or a
    union's. Raises OSError."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    return head.startswith(b"SQLite format 3\0") and head[_ID_AT:] == _OWN_ID


def newest_version() -> int:
    """The version of archives that this program writes: they go up by one with each migration."""
    return max(int(each.name[1:4]) for each in migrations.pending(Database(memory=True)))


def check(folder: Path) -> None:
    """Make sure that a command can write to `folder` as its archive, without changing anything.

    Raises ArchiveError: the path is a file, may not be written, or has links in it; its database is
    not an archive, is damaged, was made by a newer version, or is lost.
    """
    refuse_union(folder)
    if folder.exists() and not folder.is_dir():
        raise ArchiveError(f"{folder} is a file; an archive is a folder: name one with archive=")
    refuse_links(folder)
    refuse_if_unwritable(folder)
    refuse_if_lost(folder)
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


def refuse_union(folder: Path) -> None:
    """Raise ArchiveError where what is named is a union of archives: it is not written but by a
    merge, and its WARC files are those archives'."""
    if folder.is_file() and is_database(folder):
        raise ArchiveError(
            f"{folder} is a union of archives, which can be searched, shown and exported, no more:"
            f" name one of the archives that it is made of (its table archives lists them)"
        )


def refuse_links(folder: Path) -> None:
    """Raise ArchiveError where something in an archive's folder is a symbolic link: what it leads
    to belongs to somebody else, perhaps. The folder itself may be one."""
    warc = folder / WARC_FOLDER
    for name in (FILE_NAME, _LOG, _SHARED, FILE_NAME + "-journal", WARC_FOLDER, SCRATCH, REMOVING):
        _refuse_link(folder / name)
    with contextlib.suppress(OSError), os.scandir(warc) as entries:
        for entry in entries:
            if entry.is_symlink():
                _refuse_link(warc / entry.name)


def _refuse_link(path: Path) -> None:
    if path.is_symlink():
        raise ArchiveError(
            f"{path} is a symbolic link, and links in an archive are not followed: replace it by"
            " what it points to"
        )


def refuse_if_unwritable(folder: Path) -> None:
    """Raise ArchiveError where an archive that is there cannot be written."""
    for path in (folder, folder / WARC_FOLDER, folder / FILE_NAME):
        if path.exists() and not os.access(path, os.W_OK):
            read_only = os.name != "nt" and os.statvfs(path).f_flag & os.ST_RDONLY
            why = "its file system is read-only" if read_only else "permission denied"
            raise ArchiveError(
                f"{path} cannot be written ({why}): it can only be read here; name another folder"
                " with archive="
            )


def refuse_if_lost(folder: Path) -> None:
    """Raise ArchiveError where there are WARC files and no database: a new one would know nothing
    of them, and fetch everything once more."""
    path, warc = folder / FILE_NAME, folder / WARC_FOLDER
    if _size(path) or _size(folder / _LOG):
        return
    files = 0
    with contextlib.suppress(OSError):
        files = sum(name.endswith(_WARC_ENDINGS) for name in os.listdir(warc))  # noqa: PTH208
    if not files:
        return
    what, option = ("is empty", " --replace") if path.exists() else ("is not there", "")
    raise ArchiveError(
        f"{path} {what}, though {warc} has {files:,} WARC file{'s' if files > 1 else ''}: restore"
        f" it from a copy, or rebuild it: {PROGRAM} rebuild {as_typed(folder)}{option}"
    )


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


# -- reading ---------------------------------------------------------------------------------------


def open_for_reading(folder: Path) -> Database:
    """An archive's database, for queries only; one of an earlier version is brought up to date.

    Where the archive cannot be written, nothing is: it is opened as it is, or a private copy of it,
    which goes when the database is closed. Raises ArchiveError as `check`, where there is no
    archive, and where it cannot be read here.
    """
    path = database_of(folder)
    refuse_if_lost(folder)
    if not path.is_file():
        raise ArchiveError(
            f"no archive at {folder} (no {FILE_NAME} in it); "
            f"name the folder that a crawl wrote, or make one: {PROGRAM} crawl news -a site=…"
        )
    if not _is_writable(folder):
        return _open_unwritable(folder)
    db = _open_existing(path)
    if not migrations.pending(db):
        return db
    db.close()
    hold = lock.ArchiveLock(folder)
    hold.acquire()
    try:
        open_file_for_writing(path).close()
    finally:
        hold.release()
    return _open_existing(path)


def open_as_it_is(folder: Path) -> Database:
    """An archive's database, for queries only, changing nothing at all. Raises ArchiveError as
    `open_for_reading`, and where an older version wrote it."""
    path = folder / FILE_NAME
    if not path.is_file():
        raise ArchiveError(f"no archive at {folder} (no {FILE_NAME} in it)")
    db = _open_existing(path, _how_to_read(folder))
    if migrations.pending(db):
        db.close()
        raise ArchiveError(
            f"{folder} was written by an older version; bring it up to date first:"
            f" {PROGRAM} status {as_typed(folder)}"
        )
    return db


@contextmanager
def readable(folder: Path) -> Iterator[Path]:
    """A folder with an archive's database that `open_for_reading` opens as it is, for whoever opens
    it many times: the archive's own, or a private one with a copy. Raises ArchiveError."""
    db = open_for_reading(folder)
    if isinstance(db, _Copy):
        with contextlib.closing(db):
            yield db.folder
    else:
        db.close()
        yield folder


def read_only_connection(folder: Path) -> sqlite3.Connection:
    """A connection for a program that reads an archive as long as it runs, from whichever of its
    threads: nothing can be written through it. folder: as `readable` gives it. Raises
    sqlite3.Error."""
    return sqlite3.connect(
        f"{database_of(folder).resolve().as_uri()}?{_how_to_read(folder)}",
        uri=True,
        timeout=_BUSY_TIMEOUT / 1000,
        check_same_thread=False,
    )


def _how_to_read(folder: Path) -> str:
    at_rest = not lock.is_held(folder) and not _size(_log_of(folder))
    return "mode=ro&immutable=1" if at_rest and not _is_writable(folder) else "mode=ro"


def _log_of(folder: Path) -> Path:
    path = database_of(folder)
    return path.with_name(path.name + "-wal")


class _Copy(Database):
    """A private copy of a database."""

    def __init__(self, home: tempfile.TemporaryDirectory[str], connection: sqlite3.Connection):
        super().__init__(connection)
        self._home = home
        self.folder = Path(home.name)

    def close(self) -> None:
        super().close()
        self._home.cleanup()


def _is_writable(folder: Path) -> bool:
    path = database_of(folder)
    beside = (path.with_name(f"{path.name}{ending}") for ending in ("-wal", "-shm"))
    paths = (path.parent, path, *beside)
    return all(os.access(path, os.W_OK) for path in paths if path.exists())


def _open_unwritable(folder: Path) -> Database:
    """SQLite's WAL mode writes for reading, too: it must not want to."""
    path, log = database_of(folder), _log_of(folder)
    if lock.is_held(folder):
        # a run keeps the shared memory that is needed; nobody changes the file under our eyes
        db = _open_existing(path, "mode=ro")
        if migrations.pending(db):
            db.close()
            raise BusyError(f"{folder} is being upgraded by a run; try again later")
        return db
    if not _size(log):
        db = _open_existing(path, "mode=ro&immutable=1")
        if not migrations.pending(db):
            return db
        db.close()
    home = tempfile.TemporaryDirectory(prefix="hemeroteca-")
    try:
        for file, name in ((path, FILE_NAME), (log, _LOG)):
            if file.exists():
                shutil.copyfile(file, Path(home.name) / name)
        # what the log holds moves into the file
        open_for_writing(Path(home.name)).close()
        return _Copy(home, _open_existing(Path(home.name) / FILE_NAME).conn)
    except OSError as error:
        home.cleanup()
        raise ArchiveError(
            f"{folder} is not writable, and to read it a copy of its database is needed in"
            f" {tempfile.gettempdir()}, which cannot be made ({error.strerror}); name another"
            " folder with TMPDIR"
        ) from error
    except BaseException:
        home.cleanup()
        raise


def explain(folder: Path, error: Exception) -> HemerotecaError:
    """What a failure of an archive's database means, for its user. error: a sqlite3.Error, or what
    came of values that nobody can have written."""
    path = database_of(folder)
    if is_busy(error):
        return _busy(path, error)
    if (full := _full(path, error)) is not None:
        return full
    if is_damage(error) or not hasattr(error, "sqlite_errorcode"):
        if folder.is_file():
            return DamageError(
                f"{path} is damaged ({error}): remove it, and merge its archives anew, which have"
                " all that was in it"
            )
        return DamageError(
            f"{path} is damaged ({error}): {PROGRAM} verify says more; restore it from a copy, or"
            f" rebuild it from the WARC files: {PROGRAM} rebuild"
            f" {as_typed(folder)} --replace"
        )
    return ArchiveError(f"cannot read or write {path} ({error})")


def is_full(folder: Path, error: BaseException | None) -> bool:
    """Whether a disk has no room for what was to be written in a folder. SQLite calls it an I/O
    error where the file is full that its programs share."""
    if isinstance(error, OSError):
        return error.errno in NO_SPACE
    if _code(error) != sqlite3.SQLITE_IOERR:
        return _code(error) == sqlite3.SQLITE_FULL
    try:
        return shutil.disk_usage(folder).free < _NO_ROOM
    except OSError:
        return False


def _full(path: Path, error: BaseException) -> FullError | None:
    if not is_full(path.parent, error):
        return None
    return FullError(f"no space is left to write {path}; make some, and run the same command again")


def is_damage(error: BaseException | None) -> bool:
    """Whether SQLite says that a file is damaged, or no database at all."""
    return _code(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def is_busy(error: BaseException | None) -> bool:
    """Whether SQLite says that another program holds a file: that goes away."""
    return _code(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def _code(error: BaseException | None) -> int:
    """SQLite's primary result code (sqlite.org/rescode.html); 0 where the error has none."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _busy(path: Path, error: Exception) -> BusyError:
    return BusyError(f"{path} is held by another program ({error}); wait until it ends")


# -- writing ---------------------------------------------------------------------------------------


def open_for_writing(folder: Path) -> Database:
    """An archive's database, made if it is not there, brought up to date if it is older.

    Raises ArchiveError as `check`, and where the folder cannot be made or written; BusyError where
    another program writes meanwhile.
    """
    return open_file_for_writing(folder / FILE_NAME)


def open_file_for_writing(path: Path) -> Database:
    """The same of a database by its own name."""
    from crawler.archive.describe import is_described, write_descriptions

    if path.exists():
        _open_existing(path).close()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        db = Database(sqlite3.connect(path, timeout=_BUSY_TIMEOUT / 1000))
        # page_size and WAL must come before the first table; on an older archive they do nothing
        db.execute(f"PRAGMA page_size = {PAGE_SIZE}")
        if db.journal_mode != "wal":
            db.enable_wal()
        db.execute("PRAGMA synchronous = NORMAL")
        if migrations.pending(db):
            is_older = bool(migrations.applied(db))
            if is_older and _size(path) > _LARGE:
                logger.warning(
                    "%s is brought up to date: that takes minutes and room beside it, once", path
                )
            # foreign keys are off still: a migration may make a table anew that others refer to
            bring_up_to_date(db)
            write_descriptions(db)
            if is_older:
                _tidy(db)
        elif not is_described(db):
            # not worth a wait for another program's lock: the next run does it
            with contextlib.suppress(sqlite3.OperationalError):
                write_descriptions(db)
        check_keys(db, on=True)
    except (OSError, sqlite3.Error) as error:
        if is_busy(error):
            raise _busy(path, error) from error
        raise _full(path, error) or ArchiveError(
            f"cannot write {path} ({error}); is the folder writable?"
        ) from error
    return db


def check_keys(db: Database, *, on: bool) -> bool:
    """Have SQLite look up each foreign key that is written, and what refers to rows that are taken
    out, or not; returns whether that was otherwise before. Outside of a transaction: within one it
    would be without effect. Raises sqlite3.Error."""
    if bool(db.execute("PRAGMA foreign_keys").fetchone()[0]) == on:
        return False
    assert not db.conn.in_transaction
    db.execute(f"PRAGMA foreign_keys = {'ON' if on else 'OFF'}")
    return True


def _tidy(db: Database) -> None:
    """Give back the room that older tables took, if that is much; where there is none to do it in,
    they leave it free for what comes."""
    with contextlib.suppress(sqlite3.OperationalError):
        db.execute("PRAGMA analysis_limit = 1000")
        db.execute("ANALYZE")
        (pages,), (free,) = (
            db.execute(f"PRAGMA {name}").fetchone() for name in ("page_count", "freelist_count")
        )
        if free * _MUCH > pages:
            db.execute("VACUUM")


def put_in_place(database: Path, folder: Path) -> None:
    """Give an archive the content of another database, which nobody has open, in one transaction:
    whoever reads the archive goes on reading. Raises sqlite3.Error, OSError."""
    path = folder / FILE_NAME
    if not path.exists():
        # SQLite would put the log of one database into the next one that has its name
        for name in (_LOG, _SHARED):
            (folder / name).unlink(missing_ok=True)
        database.replace(path)
        return
    old = sqlite3.connect(path, timeout=_BUSY_TIMEOUT / 1000)
    with contextlib.closing(old), contextlib.closing(sqlite3.connect(database)) as new:
        new.backup(old)
        old.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def set_aside(folder: Path) -> Path | None:
    """Move a database out of the way, with what belongs to it; returns where it is now, None if
    there was none. Raises sqlite3.Error, OSError."""
    path = folder / FILE_NAME
    number = 1
    while (aside := path.with_name(f"{FILE_NAME}.before-{number}")).exists():
        number += 1
    was_there = path.exists()
    if was_there:
        # what the log holds belongs to the file; a damaged one is moved as it is
        closing = contextlib.closing(sqlite3.connect(path))
        with contextlib.suppress(sqlite3.DatabaseError), closing as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        path.rename(aside)
    # SQLite would put the log of one database into the next one that has its name
    for ending in ("-wal", "-shm"):
        path.with_name(FILE_NAME + ending).unlink(missing_ok=True)
    return aside if was_there else None


def _open_existing(path: Path, how: str = "mode=rw") -> Database:
    """how: not ro as a rule, for reading a WAL database needs its -shm file, which ro may not
    create."""
    try:
        connection = sqlite3.connect(
            f"{path.resolve().as_uri()}?{how}", uri=True, timeout=_BUSY_TIMEOUT / 1000
        )
        db = Database(connection)
        application_id = db.execute("PRAGMA application_id").fetchone()[0]
        # a run killed while it made the archive leaves the list of migrations, and nothing else
        tables = set(db.table_names()) - {migrations.migrations_table}
        known = {migration.name for migration in migrations._migrations}
        newer = {migration.name for migration in migrations.applied(db)} - known
    except sqlite3.Error as error:
        if is_damage(error):
            raise ArchiveError(
                f"cannot open {path} ({error}); it is damaged, or not an SQLite file: restore it"
                f" from a copy, or {PROGRAM} rebuild {as_typed(path.parent)} --replace"
            ) from error
        if is_busy(error):
            raise _busy(path, error) from error
        raise _full(path, error) or ArchiveError(
            f"cannot open {path} ({error}); do you have permission to read it?"
        ) from error
    problem = None
    if tables and application_id != schema.APPLICATION_ID:
        problem = "is not a Hemeroteca archive; name another folder with archive="
    elif newer:
        problem = f"was written by a newer version (it has {min(newer)}); update Hemeroteca"
    if problem:
        db.close()
        raise ArchiveError(f"{path} {problem}")
    return db
