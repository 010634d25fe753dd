"""A whole archive: all WARC files, in as many processes as there are cores, and the database."""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, wait
from contextlib import ExitStack, closing, nullcontext
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from typing import Any

from crawler.archive.audit import Compared, Comparison, ListedFile, files_of_captures, listed_files
from crawler.archive.database import WARC_FOLDER, is_damage, open_for_reading, readable
from crawler.archive.losses import DamagedFile, captures_in_file
from crawler.archive.soundness import unsound
from crawler.bundled import PROGRAM
from crawler.errors import ArchiveError
from crawler.fixity.files import check_file
from crawler.fixity.findings import FileFindings
from crawler.fixity.losses import Losses
from crawler.fixity.report import Problem, Report
from crawler.warc.presence import kind_of
from crawler.warc.recover import is_beginning_of
from crawler.warc.writer import OPEN

_ENDING = ".warc.gz"
_REMAKE = f"restore archive.db from a copy, or make it again: {PROGRAM} rebuild --replace"
_COPY_IN = (
    f"put a copy of it into warc/; without one, {PROGRAM} verify --refetch has the next crawl fetch"
    " its pages again"
)
_POLL = 0.25  # seconds
# Archives smaller than this, in bytes, are done before other processes would have begun.
_SMALL = 1 << 26

Progress = Callable[[int, int], None]
"""Told of the bytes that were read, and of those there are to read."""


def verify(
    folder: Path, *, processes: int | None = None, progress: Progress = lambda done, whole: None,
    refetch: Callable[[Losses], None] | None = None,
) -> Report:  # fmt: skip
    """Check everything in an archive; nothing is changed and nothing fetched.

    processes: how many at once; None: as many as there are cores, if it is worth it; 1: in this
    one. refetch: told of what is lost, before it is said which of it is replaced. Raises
    ArchiveError where there is no archive, OSError where a file cannot be read at all.
    """
    report = Report()
    database: Path | None = None
    listed: dict[str, ListedFile] = {}
    held: list[tuple[str, int, int]] = []
    with ExitStack() as stack:
        try:
            database = stack.enter_context(readable(folder))
            with closing(open_for_reading(database)) as db:
                listed = {each.name: each for each in listed_files(db.conn)}
                held = files_of_captures(db.conn)
        except (ArchiveError, sqlite3.DatabaseError) as error:
            cause = error.__cause__ if isinstance(error, ArchiveError) else error
            if not is_damage(cause):
                raise
            database, listed, held = None, {}, []
            what = f"archive.db cannot be read ({cause}); its WARC files were"
            report.harm(Problem("integrity", f"{what} checked in themselves", _REMAKE))
        _check_all(folder, database, listed, held, report, processes, progress, refetch)
    return report


def _check_all(
    folder: Path, database: Path | None, listed: dict[str, ListedFile],
    held: list[tuple[str, int, int]], report: Report, processes: int | None, progress: Progress,
    refetch: Callable[[Losses], None] | None,
) -> None:  # fmt: skip
    """database: folder of the database to compare with; None: it cannot be read."""
    paths = _files(folder, report)
    if database is not None:
        _missing_files(paths, listed, held, report)
    sizes = {path: path.stat().st_size for path in paths.values() if path.exists()}
    tasks: list[tuple[Path, ListedFile | None]] = [
        (path, listed.get(name)) for name, path in sorted(paths.items())
    ]
    with _Comparisons() as comparisons, Losses() as losses:
        whole = sum(sizes.values())
        cores = 1 if whole < _SMALL else os.cpu_count() or 1
        count = min(processes or cores, len(tasks) + 1)
        run = _alone if count == 1 else _together
        told = run(database, tasks, count, lambda done: progress(done, whole))
        for found in told:
            report.take(found.report)
            comparisons.add(found.comparisons)
            losses.hear(found.name, found.untold, found.told)
            if found.file is not None and found.report.damage:
                losses.add(found.file, found.lost)
        for comparison in comparisons.wrong():
            report.harm(_unequal(comparison))
        report.counts["compared with conversions"] += comparisons.count()
        if database is not None:
            with closing(open_for_reading(database)) as db:
                for name in _gone(paths, listed, held):
                    losses.add(DamagedFile(name, None, None), captures_in_file(db.conn, name))
                losses.conclude({*paths, *losses.files})
                if refetch is not None:
                    refetch(losses)
                losses.weigh(db.conn, report)


def _files(folder: Path, report: Report) -> dict[str, Path]:
    """Final name → path of each WARC file."""
    paths: dict[str, Path] = {}
    warc = folder / WARC_FOLDER
    for path in sorted(warc.iterdir()) if warc.is_dir() else []:
        name = path.name.removesuffix(OPEN)
        if name.endswith(_ENDING) and not path.is_file():
            report.harm(
                Problem(
                    "file", f"{kind_of(path)} stands where a WARC file should",
                    "take it away, and put a copy of the file in its place if there was one",
                    path.name,
                )
            )  # fmt: skip
        elif not name.endswith(_ENDING):
            report.note(
                Problem("file", "this is no WARC file of ours", "look what it is", path.name)
            )
        elif name in paths and is_beginning_of(path, paths[name]):
            report.note(
                Problem(
                    "file", "the beginning of a file that is there whole, as a copy in two steps"
                    " leaves it", "nothing: the next run takes it away", path.name,
                )
            )  # fmt: skip
        elif name in paths:
            report.harm(
                Problem(
                    "file", "the file is there open and closed",
                    "keep the one whose SHA-256 is in the table warc_files", path.name,
                )
            )  # fmt: skip
        else:
            paths[name] = path
    return paths


def _missing_files(
    paths: dict[str, Path], listed: dict[str, ListedFile], held: list[tuple[str, int, int]],
    report: Report,
) -> None:  # fmt: skip
    counts = {name: count for name, count, _ in held}
    for name in _gone(paths, listed, held):
        report.harm(
            Problem(
                "file", f"the file is not there; {counts.get(name, 0):,} captures are in it",
                _COPY_IN, name,
            )
        )  # fmt: skip
    for name, path in sorted(paths.items()):
        if name not in listed:
            report.note(
                Problem(
                    "file",
                    "the file is not closed: a run is writing it, or died"
                    if path.name.endswith(OPEN)
                    else "the file is not entered as closed: a run died",
                    "nothing: the next run closes it and enters its digest", path.name,
                )
            )  # fmt: skip


def _gone(
    paths: dict[str, Path], listed: dict[str, ListedFile], held: list[tuple[str, int, int]]
) -> list[str]:
    """Names of files that the database knows and that are not there."""
    return sorted({*listed, *(name for name, *_ in held)} - set(paths))


# -- work ------------------------------------------------------------------------------------------


def _check_one(
    folder: Path | None, path: Path, listed: ListedFile | None, note: Callable[[int], None]
) -> FileFindings:
    """folder: of the database to compare with; None for none."""
    found = FileFindings()
    with closing(open_for_reading(folder)) if folder else nullcontext() as db:
        if db is not None:
            db.conn.execute("BEGIN")  # all that is seen of the database is of one moment
        for each in (path, path.with_name(path.name.removesuffix(OPEN))):
            try:
                return check_file(each, listed, db.conn if db is not None else None, note)
            except FileNotFoundError:
                continue  # closed in the meantime
            except sqlite3.DatabaseError as error:
                what = f"archive.db breaks off while {path.name} is compared with it: {error}"
                found.report.harm(Problem("integrity", what, _REMAKE))
                return found
    found.report.harm(Problem("file", "the file is gone", _COPY_IN, path.name))
    return found


def _check_database(folder: Path) -> FileFindings:
    found = FileFindings()
    report = found.report
    with closing(open_for_reading(folder)) as db:
        for each in unsound(db.conn):
            tell = report.harm if each.damage else report.note
            tell(Problem(each.check, each.what, each.mend, url=each.url))
        try:
            for name in ("articles", "revisions", "linked_stories"):
                (count,) = db.execute(f"SELECT count(*) FROM {name}").fetchone()  # noqa: S608
                report.counts[name] += count
        except sqlite3.DatabaseError as error:
            report.harm(Problem("integrity", f"archive.db cannot be read: {error}", _REMAKE))
    return found


def _alone(
    folder: Path | None, tasks: list[tuple[Path, ListedFile | None]], count: int,
    progress: Callable[[int], None],
) -> Iterator[FileFindings]:  # fmt: skip
    done = 0

    def note(more: int) -> None:
        nonlocal done
        done += more
        progress(done)

    for path, listed in tasks:
        yield _check_one(folder, path, listed, note)
    if folder is not None:
        yield _check_database(folder)


_done: Synchronized[int] | None = None
"""Bytes read by all processes."""


def _begin(done: Synchronized[int]) -> None:
    global _done
    _done = done


def _note(more: int) -> None:
    assert _done is not None
    with _done.get_lock():
        _done.value += more


def _check_there(folder: Path | None, path: Path, listed: ListedFile | None) -> FileFindings:
    return _check_one(folder, path, listed, _note)


def _together(
    folder: Path | None, tasks: list[tuple[Path, ListedFile | None]], count: int,
    progress: Callable[[int], None],
) -> Iterator[FileFindings]:  # fmt: skip
    context = multiprocessing.get_context("spawn")
    done: Synchronized[int] = context.Value("q", 0)
    with ProcessPoolExecutor(count, context, initializer=_begin, initargs=(done,)) as pool:
        waiting: set[Future[FileFindings]] = set()
        if folder is not None:
            waiting.add(pool.submit(_check_database, folder))
        rest = iter(tasks)
        try:
            while True:
                # a few ahead: an archive may have thousands of files
                while len(waiting) < 2 * count and (task := next(rest, None)) is not None:
                    waiting.add(pool.submit(_check_there, folder, *task))
                if not waiting:
                    return
                finished, waiting = wait(waiting, _POLL, return_when="FIRST_COMPLETED")
                progress(done.value)
                for future in finished:
                    yield future.result()
        finally:
            for future in waiting:
                future.cancel()


# -- what was made of the pages --------------------------------------------------------------------


_BLOCK = 1 << 16
"""Rows whose bits are kept together."""


class _Comparisons:
    """What the database has beside conversion records: a row is sound if one of the records that it
    may have been stored from says the same. Of sound rows, of which there are as many as links, a
    bit is kept; of others all, on disk."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="verify-")
        self._db = sqlite3.connect(Path(self._folder.name) / "comparisons.db")
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.execute(
            "CREATE TABLE differing (of TEXT, row_id INTEGER, url TEXT, differs TEXT,"
            " PRIMARY KEY (of, row_id)) WITHOUT ROWID"
        )
        self._equal: dict[tuple[str, int], bytearray] = {}
        """Table and number of a block → a bit for each of its rows."""

    def __enter__(self) -> _Comparisons:
        return self

    def __exit__(self, *_: Any) -> None:
        self._db.close()
        self._folder.cleanup()

    def add(self, compared: Compared) -> None:
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
        equal = sum(int.from_bytes(bits, "little").bit_count() for bits in self._equal.values())
        return equal + sum(1 for _ in self.wrong())

    def wrong(self) -> Iterator[Comparison]:
        rows = self._db.execute("SELECT of, row_id, url, differs FROM differing ORDER BY 1, 2")
        for of, row_id, url, differs in rows:
            bits = self._equal.get((of, row_id // _BLOCK))
            if bits is None or not bits[row_id % _BLOCK >> 3] & 1 << (row_id & 7):
                yield Comparison(of, row_id, url, (differs,))


def _unequal(found: Comparison) -> Problem:
    thing = "a linked story" if found.table == "linked_stories" else "a revision"
    return Problem(
        "content",
        f"{thing} of the story is not what its conversion record says: {found.differs[0]}"
        f" (row {found.row_id} of {found.table})",
        _REMAKE,
        url=found.url,
    )
