"""The same steps in several processes. What is found is told in the order in which one process
alone finds it, however many there are."""

from __future__ import annotations

import logging
import multiprocessing
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from dataclasses import dataclass
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from crawler import processes
from crawler.archive.audit import ListedFile
from crawler.archive.database import open_for_reading
from crawler.errors import HemerotecaError
from crawler.fixity.alone import OF_DATABASE, check_database, check_one
from crawler.fixity.findings import FileFindings
from crawler.fixity.parts import (
    Part,
    PartFindings,
    checked_part,
    digest_of,
    is_long,
    joined,
    parts_of,
)
from crawler.fixity.report import Report
from crawler.reasons import in_words

P = ParamSpec("P")
T = TypeVar("T")

_POLL = 0.25
"""Seconds after which it is told how far everything is."""
_AHEAD = 4
"""Steps for each process whose findings may wait for those of an earlier one."""
_BETWEEN = 2
"""Parts of a file between two steps of the database."""

logger = logging.getLogger(__name__)


def together(
    folder: Path | None, files: list[tuple[Path, ListedFile | None]], count: int,
    progress: Callable[[int], None],
) -> Generator[FileFindings]:  # fmt: skip
    """As `alone`, in so many processes at once. Raises OSError, HemerotecaError where one of them
    ends before its work is done. However it ends, the processes end first."""
    with _Pool(count, progress) as pool:
        yield from _found(pool, folder, files)


@dataclass(slots=True)
class _File:
    """A file in hand: in parts, or as one step."""

    path: Path
    listed: ListedFile | None
    parts: list[Future[PartFindings]]
    digest: Future[tuple[int, str]] | None
    whole: Future[FileFindings] | None


def _found(
    pool: _Pool, folder: Path | None, files: list[tuple[Path, ListedFile | None]]
) -> Iterator[FileFindings]:
    """What is found, file by file, then in the database. Of files that come later some steps are
    begun already, as many as the pool has room for."""
    database = _Database(pool, folder)
    waiting: deque[_File] = deque()
    rest = iter(files)
    more = True
    while more or waiting:
        while more and (pool.has_room or not waiting):
            following = next(rest, None)
            more = following is not None
            if following is not None:
                waiting.append(_begun(pool, database, *following))
        if not more:
            database.begin_all()
        if waiting:
            yield _ended(pool, folder, waiting.popleft())
    if folder is not None:
        yield database.found()


class _Database:
    """The steps of the database. They are few and long, and begun one by one between those of
    files, so that none is left when all files are done."""

    def __init__(self, pool: _Pool, folder: Path | None) -> None:
        self.folder = folder
        self._pool = pool
        self._left = list(OF_DATABASE) if folder is not None else []
        self._begun: list[Future[Report]] = []

    def begin(self) -> None:
        """Begin the next step, if one is left."""
        if self._left and self.folder is not None:
            name, step = "archive.db", self._left.pop(0)
            self._begun.append(self._pool.submit(name, check_database, self.folder, step))

    def begin_all(self) -> None:
        """Begin all that are left."""
        while self._left:
            self.begin()

    def found(self) -> FileFindings:
        """What was found. Raises as `_Pool.result`."""
        found = FileFindings()
        for step in self._begun:
            found.report.put(self._pool.result(step))
        return found


def _begun(pool: _Pool, database: _Database, path: Path, listed: ListedFile | None) -> _File:
    folder = database.folder
    parts: list[Part] = []
    if folder is not None and is_long(listed):
        try:
            with closing(open_for_reading(folder)) as db:
                parts = parts_of(path, listed, db.conn)
        except Exception:  # whatever it is, a check of the whole file tells
            parts = []
    database.begin()
    if len(parts) < 2 or folder is None:
        return _File(path, listed, [], None, pool.submit(path.name, _whole, folder, path, listed))
    steps = []
    for number, part in enumerate(parts, 1):
        steps.append(pool.submit(path.name, _part, folder, part))
        if number % _BETWEEN == 0:
            database.begin()
    return _File(path, listed, steps, pool.submit(path.name, _digest, path), None)


def _ended(pool: _Pool, folder: Path | None, file: _File) -> FileFindings:
    if file.whole is None:
        assert file.digest is not None
        assert file.listed is not None
        found = joined(file.listed, map(pool.result, file.parts), pool.result(file.digest))
        if found is not None:
            return found
        file.whole = pool.submit(file.path.name, _whole, folder, file.path, file.listed)
    return pool.result(file.whole)


# -- in the other processes ------------------------------------------------------------------------

_done: Synchronized[int] | None = None
"""Bytes read by all processes."""


def _begin(done: Synchronized[int]) -> None:
    global _done
    processes.serve()
    _done = done


def _note(more: int) -> None:
    assert _done is not None
    with _done.get_lock():
        _done.value += more


def _whole(folder: Path | None, path: Path, listed: ListedFile | None) -> FileFindings:
    return check_one(folder, path, listed, _note)


def _part(folder: Path, part: Part) -> PartFindings:
    try:
        with closing(open_for_reading(folder)) as db:
            db.conn.execute("BEGIN")  # all that is seen of the database is of one moment
            return checked_part(part, db.conn, _note)
    except Exception:  # whatever it is, a check of the whole file tells
        return PartFindings()


def _digest(path: Path) -> tuple[int, str]:
    try:
        return digest_of(path)
    except OSError:
        return 0, ""


# -- the processes ---------------------------------------------------------------------------------


class _Pool:
    """Processes that check. Use as a context manager: they are gone when it is left."""

    def __init__(self, count: int, progress: Callable[[int], None]) -> None:
        self._count = count
        self._progress = progress
        self._names: dict[Future[Any], str] = {}
        """What each step is about that is not done, or whose findings nobody has asked for."""

    def __enter__(self) -> _Pool:
        context = multiprocessing.get_context(processes.START_METHOD)
        self._done: Synchronized[int] = context.Value("q", 0)
        self._before = set(multiprocessing.active_children())
        self._pool = ProcessPoolExecutor(
            self._count, context, initializer=_begin, initargs=(self._done,)
        )
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            # they only read: there is nothing that they would have to bring to an end
            for child in set(multiprocessing.active_children()) - self._before:
                child.kill()
        self._pool.shutdown(wait=True, cancel_futures=True)

    @property
    def has_room(self) -> bool:
        """Whether more should be begun."""
        return len(self._names) < _AHEAD * self._count + len(OF_DATABASE)

    def submit(
        self, name: str, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> Future[T]:
        """Have a process do something. name: of what it is about, for a person. Raises
        HemerotecaError."""
        try:
            with processes.starting():  # one more may be started for it
                future = self._pool.submit(function, *args, **kwargs)
        except BrokenProcessPool as error:
            raise _died() from error
        self._names[future] = name
        return future

    def result(self, future: Future[T]) -> T:
        """What came of it, once it has. Raises OSError as it does, HemerotecaError."""
        while not future.done():
            wait((future,), _POLL, return_when=FIRST_COMPLETED)
            self._progress(self._done.value)
        self._progress(self._done.value)
        name = self._names.pop(future)
        try:
            return future.result()
        except BrokenProcessPool as error:
            raise _died() from error
        except (OSError, HemerotecaError):
            raise
        except Exception as error:
            logger.error("%s was not checked to its end", name, exc_info=error)
            raise HemerotecaError(
                f"{name} was not checked to its end ({in_words(error)}); nothing was changed"
            ) from error


def _died() -> HemerotecaError:
    return HemerotecaError(
        "a process that was checking was ended from outside, for want of memory perhaps; free some"
        " and run the same command again: nothing was changed"
    )
