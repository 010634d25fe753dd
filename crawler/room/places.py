"""The archives that a reading room has open, each under a name, and how they are read."""

from __future__ import annotations

import contextlib
import re
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from datasette.app import Datasette
from datasette.database import Database
from datasette.utils import sqlite_timelimit

from crawler.archive.database import database_of, read_only_connection

P = ParamSpec("P")
T = TypeVar("T")

TIME_LIMIT_MS = 5_000
"""For all that one page asks of an archive."""
_OURS = frozenset({"in", "search", "about"})
"""First parts of our own addresses: Datasette has the names of databases there."""
_CACHE_KIB = 32_768
"""Of each connection: a search of 100,000 stories takes a third longer with SQLite's 2 MiB."""
_MOST_OF_A_VALUE = 32_000_000
"""Bytes. No text or blob of an archive's is so long; one that somebody's SQL makes is refused,
which the time limit would not: it is looked at only between the steps of a query."""
_MOST_KEPT = 200
_NOT_IN_NAMES = re.compile(r"[^\w-]+")


@dataclass(frozen=True, slots=True)
class Place:
    """An archive in the room."""

    name: str
    """As it stands in addresses: letters, digits, hyphens."""
    title: str
    """As people read it: its folder's name."""
    folder: Path
    """The archive's."""
    database: Path
    """The folder that its database is read in: its own, or one with a private copy."""


def named(folders: Iterable[tuple[Path, Path]]) -> tuple[Place, ...]:
    """Archives with names that tell them apart. folders: of each, and of its database."""
    found: dict[str, Place] = {}
    for folder, database in folders:
        path = folder.resolve()  # a union of archives is a file
        title = (path.stem if path.is_file() else path.name) or "archive"
        stem = _NOT_IN_NAMES.sub("-", title).strip("-_").lower() or "archive"
        name, number = stem, 2
        while name in found or name in _OURS:
            name, number = f"{stem}-{number}", number + 1
        found[name] = Place(name, title, folder, database)
    return tuple(found.values())


class ArchiveDatabase(Database):  # type: ignore[misc]
    """An archive's database as Datasette has it: for reading only, while a crawl writes to it."""

    def __init__(self, datasette: Datasette, place: Place) -> None:
        super().__init__(datasette, path=str(database_of(place.database)), is_mutable=True)
        self._place = place

    def connect(self, write: bool = False) -> sqlite3.Connection:
        """Another connection. Raises sqlite3.Error."""
        if write:
            raise sqlite3.OperationalError("attempt to write a readonly database")
        connection = read_only_connection(self._place.database)
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MOST_OF_A_VALUE)
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        self._all_file_connections.append(connection)
        return connection


class Reader:
    """Reads archives in Datasette's threads, each page in one snapshot and within a time limit."""

    def __init__(self, datasette: Datasette, places: tuple[Place, ...]) -> None:
        self._datasette = datasette
        self.places = {place.name: place for place in places}
        self._kept: dict[tuple[str, object], tuple[object, Any]] = {}

    async def read(
        self,
        place: Place,
        ask: Callable[Concatenate[sqlite3.Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """What a function finds in an archive. Raises sqlite3.Error, and what it raises."""

        def within(connection: sqlite3.Connection) -> T:
            with sqlite_timelimit(connection, TIME_LIMIT_MS), _snapshot(connection):
                return ask(connection, *args, **kwargs)

        database: Any = self._datasette.databases[place.name]
        return cast("T", await database.execute_fn(within))

    async def kept(
        self,
        place: Place,
        key: object,
        ask: Callable[Concatenate[sqlite3.Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """The same, asked anew only when the archive has changed: for what counts all of it. key:
        of the question. Raises as `read`."""
        state = _state(place)
        known = self._kept.get((place.name, key))
        if known is not None and known[0] == state:
            return cast("T", known[1])
        found = await self.read(place, ask, *args, **kwargs)
        if len(self._kept) >= _MOST_KEPT:
            self._kept.clear()
        self._kept[place.name, key] = (state, found)
        return found


def _state(place: Place) -> object:
    """What changes whenever something is written."""
    found = []
    path = database_of(place.database)
    for file in (path, path.with_name(f"{path.name}-wal")):
        with contextlib.suppress(OSError):
            stat = file.stat()
            found.append((file.name, stat.st_mtime_ns, stat.st_size))
    return found


@contextmanager
def _snapshot(connection: sqlite3.Connection) -> Any:
    """One state of the archive, whatever is written meanwhile."""
    connection.execute("BEGIN")
    try:
        yield
    finally:
        connection.rollback()
