"""Archives become one union, one after another.

Each archive is read in one snapshot, whatever a crawl does to it meanwhile, and written in many
small transactions; a merge that was killed goes on where it was, for what is there already is
recognised. What takes memory does not grow with the archives, nor with their number.
"""

from __future__ import annotations

import contextlib
import logging
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crawler.archive import union, union_rows
from crawler.archive.database import is_damage, open_as_it_is
from crawler.archive.lock import ArchiveLock
from crawler.archive.members import Named, stamp_of
from crawler.archive.rows import in_batches
from crawler.archive.story_part import read_part
from crawler.archive.takedowns import all_takedowns
from crawler.archive.union_stories import UnionStories
from crawler.errors import ArchiveError, DamageError, HemerotecaError
from crawler.urls import site_host

logger = logging.getLogger(__name__)

_STORIES = 50
"""Stories of one transaction."""
_SETTLED = 500
_TAKEN = "pictures, renderings"
"""What this version takes of an archive besides what earlier ones took: part of the stamp, so that
archives that an earlier one has merged are gone through once more."""


@dataclass(slots=True)
class Merged:
    """What a merge has done."""

    archives: int = 0
    """That are in the union whole."""
    untouched: int = 0
    """Of these: that nobody has written to since they were merged."""
    stories: int = 0
    """That are new or have changed."""
    dropped: int = 0
    """That their archive has no more."""
    taken_down: int = 0
    """That one archive has, and another has taken down."""
    captures: int = 0
    """That are new."""
    aside: list[tuple[str, str]] = field(default_factory=list)
    """Archives that were set aside: name or folder, and why."""


class _SourceError(Exception):
    """An archive cannot be read."""


def merge(
    path: Path,
    archives: Iterable[Named],
    progress: Callable[[str, Merged], None] = lambda name, merged: None,
) -> Merged:
    """Bring a union up to date with archives, in the order of their names.

    path: of the union, made if it is not there. progress: told of each archive as it is begun.
    Raises ArchiveError where the union cannot be used, BusyError where another merge writes it,
    sqlite3.Error, OSError.
    """
    merged = Merged()
    union.refuse_as_union(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = ArchiveLock(path, is_file=True)
    lock.acquire()  # before it is made: of two at once, one makes it
    try:
        with closing(union.open_union(path)) as db:
            _bring(db, archives, merged, progress)
    finally:
        lock.release()
    return merged


def _bring(
    db: Any, archives: Iterable[Named], merged: Merged, progress: Callable[[str, Merged], None]
) -> None:
    merging = _Merging(db, merged)
    for each in sorted(archives, key=lambda each: each.name):
        progress(each.name, merged)
        merging.take(each)
    merging.settle()
    db.execute("PRAGMA analysis_limit = 1000")
    db.execute("PRAGMA optimize")
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


class _Merging:
    def __init__(self, db: Any, merged: Merged) -> None:
        self._db = db
        self._connection: sqlite3.Connection = db.conn
        self._merged = merged
        self._stories = UnionStories(self._connection, self._site_id)

    def take(self, each: Named) -> None:
        """Bring the union up to date with one archive, or set it aside."""
        known = {member.name: member for member in union.members(self._connection)}.get(each.name)
        archive_id = None if known is None else known.id
        try:
            with closing(open_as_it_is(each.folder)) as source:
                source.execute("BEGIN")
                rows = _reader(source.conn)
                stamp = f"{stamp_of(each.folder)} {_TAKEN}"
                identity = _identity(source.conn, rows)
                if known is not None and known.identity not in ("", identity):
                    raise ArchiveError(
                        f"the union has another archive called {each.name}, of {known.folder}; give"
                        f" this one a name of its own: NAME={each.folder}"
                    )
                if known is not None and known.state == "merged" and known.stamp == stamp:
                    self._merged.archives += 1
                    self._merged.untouched += 1
                    return
                with self._db.atomic():
                    archive_id = union.begin(
                        self._connection, each.name, str(each.folder.resolve()), identity
                    )
                self._all_of(source.conn, rows, archive_id, each.name, stamp)
                self._merged.archives += 1
        except (HemerotecaError, _SourceError, sqlite3.IntegrityError) as error:
            self._set_aside(each, archive_id, str(error))

    def _set_aside(self, each: Named, archive_id: int | None, reason: str) -> None:
        self._stories.take_back()
        self._merged.aside.append((each.name, reason))
        if archive_id is not None:
            with self._db.atomic():
                union.set_aside(self._connection, archive_id, reason)

    def _all_of(
        self, source: sqlite3.Connection, rows: Any, archive_id: int, name: str, stamp: str
    ) -> None:
        connection, atomic = self._connection, self._db.atomic
        with atomic():
            sites = union_rows.add_sites(connection, rows, archive_id)
        with _read_errors():
            tombstones = list(all_takedowns(source))
        with atomic():
            union_rows.add_takedowns(connection, tombstones, self._stories)
        with atomic():
            runs = union_rows.add_runs(connection, rows, sites)
        union_rows.add_urls(connection, rows, archive_id, sites, atomic)
        new, refused = union_rows.add_captures(connection, rows, name, runs, atomic)
        self._merged.captures += new
        union_rows.add_pictures(connection, rows, atomic)
        union_rows.add_renderings(connection, rows, name, atomic)
        number = self._add_stories(rows, archive_id, refused)
        union_rows.add_redirects(connection, rows, atomic)
        union_rows.add_prunings(connection, rows, self._stories, atomic)
        with atomic():
            union_rows.add_files(connection, rows, name, runs)
            union_rows.add_told(connection, rows, sites)
        self.settle()
        with atomic():
            union.end(connection, archive_id, stamp, number)

    def settle(self) -> None:
        """Count links anew where stories came or went."""
        more = True
        while more:
            with self._db.atomic():
                more = union.settle_links(self._connection, _SETTLED)

    def _add_stories(self, rows: Any, archive_id: int, refused: set[str]) -> int:
        """Take the stories that are new or have changed, and drop those that are no more; how many
        there are. Both sides are gone through in the order of their addresses. refused:
        WARC-Record-IDs of captures that were taken down in one of the archives."""
        known = self._known(archive_id)
        had = next(known, None)
        number = 0
        pictures: set[str] = set()  # of stories that are left out
        found = rows("SELECT id, url FROM articles WHERE revision_id IS NOT NULL ORDER BY url", ())
        for some in in_batches(found, _STORIES):
            try:
                with self._db.atomic():
                    for article_id, url in some:
                        while had is not None and had[0] < url:
                            self._drop(archive_id, had[0])
                            had = next(known, None)
                        digest = None
                        if had is not None and had[0] == url:
                            digest, had = had[1], next(known, None)
                        part = read_part(rows, article_id)
                        number += 1
                        if part is None or part.digest() == digest:
                            continue
                        if self._stories.put(archive_id, part, refused):
                            self._merged.stories += 1
                        else:
                            self._merged.taken_down += 1
                            pictures |= part.pictures()
            except BaseException:
                self._stories.take_back()
                raise
        with self._db.atomic():
            while had is not None:
                self._drop(archive_id, had[0])
                had = next(known, None)
            self._stories.remove_pictures(pictures)
        return number

    def _known(self, archive_id: int) -> Iterator[tuple[str, bytes]]:
        """Addresses and digests of the stories that the archive had."""
        after = ""
        while some := self._stories.known(archive_id, after, _STORIES):
            yield from some
            after = some[-1][0]

    def _drop(self, archive_id: int, url: str) -> None:
        self._stories.drop(archive_id, url)
        self._merged.dropped += 1

    def _site_id(self, url: str) -> int:
        row = self._connection.execute(
            "SELECT id FROM sites WHERE host = ?", (site_host(url),)
        ).fetchone()
        if row is None:
            raise DamageError(f"{url} is of no newspaper that the archive has")
        key: int = row[0]
        return key


def _reader(connection: sqlite3.Connection) -> Callable[[str, Sequence[object]], Iterator[Any]]:
    """Asks an archive; what goes wrong there is not taken for a failure of the union."""

    def rows(sql: str, values: Sequence[object]) -> Iterator[Any]:
        with _read_errors():
            yield from connection.execute(sql, values)

    return rows


@contextlib.contextmanager
def _read_errors() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        what = "it is damaged" if is_damage(error) else "it cannot be read"
        raise _SourceError(f"{what} ({error})") from error


def _identity(connection: sqlite3.Connection, rows: Any) -> str:
    """What stays the same of an archive wherever it is moved: the identifier of its first run."""
    with _read_errors():
        if union.is_union(connection):
            raise ArchiveError("is a union of archives; name the archives that it is made of")
    for (uuid,) in rows("SELECT ifnull(uuid, started_at) FROM runs ORDER BY id LIMIT 1", ()):
        return str(uuid)
    return ""
