"""Taking stories and captures out of an archive for good: from the database first, then from WARC,
file by file, then from what is left of deleted rows.

The database says what is still to be done, so a kill at any moment is made up for by the next run.
First of all the tombstone is in WARC; then one transaction takes the content out of the tables and
enters which records are to go. Then each WARC file that has some of them is written anew beside
itself, under another name, and one transaction enters where its records are now. Last, the index is
optimised, the database vacuumed and its log emptied.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path

import msgspec
from sqlite_utils import Database

from crawler import times
from crawler.archive import prunable, takedowns
from crawler.archive.audit import listed_files
from crawler.archive.backups import unfinished
from crawler.archive.database import FILE_NAME, REMOVING, WARC_FOLDER, check_keys
from crawler.archive.keys import url_key
from crawler.archive.prunable import Pruning
from crawler.archive.removal import kept_records, removals, remove
from crawler.archive.rewritten import forget_replaced, note_rewritten, replaced_files, scrub
from crawler.archive.takedown_scope import captures_with, scope_of, urls_of, with_repeats
from crawler.archive.takedowns import Takedown
from crawler.errors import BusyError, FullError
from crawler.warc.names import is_successor, successor
from crawler.warc.rewrite import without
from crawler.warc.writer import sync_folder

_WORDS = ("title", "excerpt", "image", "published")
"""What a link shows of a story."""

Progress = Callable[[int, int], None]
"""Told of bytes that were read, and of those there are to read."""


def apply_takedown(db: Database, takedown: Takedown, *, is_done: bool = False) -> None:
    """Take a story out of a database, and enter its tombstone; its records are still in WARC.

    is_done: whether they may be gone already, so that nothing is to be finished where the database
    has none. Raises sqlite3.Error.
    """
    check_keys(db, on=True)
    with db.atomic():
        scope = scope_of(db.conn, takedown.urls, takedown.digests)
        whole = replace(
            takedown,
            urls=tuple(sorted({*takedown.urls, *urls_of(db.conn, scope)})),
            digests=tuple(sorted({*takedown.digests, *scope.digests})),
        )
        lists = with_repeats(db.conn, captures_with(db.conn, takedown.records))
        count = remove(db.conn, scope.articles, scope.captures | lists, whole.urls)
        takedowns.enter(db.conn, whole, finished=is_done and not count)


def apply_pruning(db: Database, pruning: Pruning, *, is_done: bool = False) -> None:
    """Take captures out of a database that were pruned; is_done, raises: as `apply_takedown`."""
    check_keys(db, on=True)
    with db.atomic():
        gone = captures_with(db.conn, (each.record_id for each in pruning.captures))
        count = remove(db.conn, (), gone)
        prunable.enter(db.conn, pruning, finished=is_done and not count)


def apply(db: Database, removal: Takedown | Pruning) -> None:
    """Apply to a database that is made again what its WARC files tell was taken out. Raises
    sqlite3.Error."""
    if isinstance(removal, Takedown):
        apply_takedown(db, removal, is_done=True)
    else:
        apply_pruning(db, removal, is_done=True)


def finish_removals(
    db: Database, folder: Path, progress: Progress = lambda done, whole: None
) -> bool:
    """Do what takedowns and prunings have left to be done; whether there was anything.

    folder: the archive's, which the caller holds. Raises BusyError where another program reads the
    database, FullError, sqlite3.Error, OSError.
    """
    if not unfinished(db.conn):
        return False
    largest = max((each.bytes for each in listed_files(db.conn)), default=0)
    need = 2 * (folder / FILE_NAME).stat().st_size + largest
    if shutil.disk_usage(folder).free < need:
        raise FullError(
            f"{folder}: {need:,} bytes must be free to finish a takedown; make space, and run any"
            " command that writes to the archive"
        )
    db.execute("PRAGMA synchronous = FULL")  # what is entered is on disk before a file goes
    warc, scratch = folder / WARC_FOLDER, folder / REMOVING
    _tidy(db, warc, scratch)
    record_ids, kept = removals(db.conn), kept_records(db.conn)
    keys = takedowns.keys_taken_down(db.conn)
    files = [each for each in listed_files(db.conn) if (warc / each.name).is_file()]
    whole, done = sum(each.bytes for each in files), 0
    for each in files:
        _rewrite(db, warc, scratch, each.name, record_ids, kept, keys)
        done += each.bytes
        progress(done, whole)
    shutil.rmtree(scratch, ignore_errors=True)
    with db.atomic():
        db.execute("DELETE FROM _removals")
    for _ in range(2):  # the second time for what the first one has noted
        if not scrub(db.conn):
            raise BusyError(
                f"{folder / FILE_NAME} is read by another program: what was taken down is out of"
                " its tables, and still in its log; end that program and run the same command"
            )
        with db.atomic():
            takedowns.finish(db.conn, times.now())
    return True


def _rewrite(
    db: Database, warc: Path, scratch: Path, name: str, record_ids: set[str], kept: set[str],
    keys: set[int],
) -> None:  # fmt: skip
    """Write a WARC file anew, if something in it is to go. keys: of addresses; what the articles in
    it say of links to them goes, too."""
    scratch.mkdir(exist_ok=True)
    to = successor(name)
    made = without(warc / name, scratch / to, record_ids, lambda block: cleared(block, keys), kept)
    if made is None:
        return
    (scratch / to).replace(warc / to)
    sync_folder(warc)
    new = (to, made.file.bytes, made.file.records, made.file.sha256)
    with db.atomic():
        note_rewritten(db.conn, name, new, made.moved, times.now())
    _drop(db, warc, name)


def _tidy(db: Database, warc: Path, scratch: Path) -> None:
    """Bring into order what a kill has left: files that were to go, and such as were written anew
    and not entered."""
    shutil.rmtree(scratch, ignore_errors=True)
    for name in replaced_files(db.conn):
        _drop(db, warc, name)
    listed = {each.name for each in listed_files(db.conn)}
    for path in warc.glob("*.warc.gz"):
        if path.name not in listed and any(is_successor(path.name, name) for name in listed):
            path.unlink()


def _drop(db: Database, warc: Path, name: str) -> None:
    (warc / name).unlink(missing_ok=True)
    sync_folder(warc)
    with db.atomic():
        forget_replaced(db.conn, name)


def cleared(block: bytes, keys: Collection[int]) -> bytes | None:
    """The content of a conversion record without what its links to some addresses show; None where
    it has none of them. keys: of the addresses."""
    try:
        content = msgspec.json.decode(block)
        links = content["article"]["links"]
        shown = [link for link in links if url_key(link["url"]) in keys]
        filled = [link for link in shown if any(link.get(name) for name in _WORDS)]
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, KeyError, TypeError):
        return None
    for link in filled:
        link.update(dict.fromkeys(_WORDS))
    return msgspec.json.encode(content) if filled else None
