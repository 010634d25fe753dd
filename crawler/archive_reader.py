"""An archive as an object of Python: its stories, their revisions, captures and bytes."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlite_utils import Database

from crawler.archive import replay, stories
from crawler.archive.database import explain, open_for_reading, refuse_links
from crawler.archive.replay import KeptCapture
from crawler.archive.searching import keys_found
from crawler.archive.stories import Story, StoryRevision
from crawler.errors import ArchiveError, UsageError
from crawler.kept_records import message_of, shown_of
from crawler.search import parse, parse_raw
from crawler.text import clean
from crawler.warc import http

_MOST = 2**62
"""More than any archive has, in numbers that SQLite takes."""


def open_archive(path: str | os.PathLike[str]) -> Archive:
    """Open the archive in a folder, for reading.

    with open_archive("archive") as archive:
        for story in archive.stories():
            print(story.article.published, story.title)

    A crawl may run meanwhile. Nothing is written to an archive that cannot be written; one that an
    earlier version made is brought up to date if it can, and else read from a private copy.

    Raises ArchiveError where there is no archive, or it cannot be read here; BusyError, one of
    them, where a run is just bringing it up to date.
    """
    if not isinstance(path, str | os.PathLike):
        raise TypeError(f"path is the archive's folder, str or path, not {type(path).__name__}")
    if "\0" in os.fspath(path):
        raise ArchiveError(f"no archive can be at {os.fspath(path)!r}: a path has no NUL")
    return Archive(Path(path))


class Archive:
    """An archive that is open for reading; `open_archive` makes it.

    Times in what it gives are ISO 8601, UTC, as in the database; what a page says of its dates is a
    `Moment`. Use it in the thread that opened it. All methods raise ArchiveError once it is closed,
    DamageError where the database is damaged, UsageError in another thread, TypeError for an
    argument of another type.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        """The archive's folder."""
        refuse_links(path)
        self._thread = threading.get_ident()
        self._db: Database | None = open_for_reading(path)

    def stories(self, site: str | None = None) -> Iterator[Story]:
        """All stories, or those of one newspaper, the newest first.

        site: its host. Raises MissingError where the archive has no such newspaper.
        """
        host = None if site is None else _text("site", site)
        with self._reading() as db:
            keys = stories.story_ids(db, host)
        return self._each(keys)

    def search(self, words: str, limit: int = 20, *, fts: bool = False) -> Iterator[Story]:
        """Stories in whose newest revision a query is found, the best first.

        words: as `scrapy search` takes them: `rivers bridge` (both, in any of their forms),
        `river OR Fluss`, `"town hall"`, `mill*`, `-weir`, `author:"Ada Brook"`, `after:2026-01`.
        limit: stories, at most. fts: words are in the syntax of SQLite's FTS5 (`title : mill`).
        Raises UsageError for what is no query in that, and for a limit below 0.
        """
        query = _text("words", words)
        if not isinstance(limit, int):
            raise TypeError(f"limit is a number of stories, int, not {type(limit).__name__}")
        if limit < 0:
            raise UsageError(f"limit={limit} must be 0 or more")
        asked = parse_raw(query) if fts else parse(query)
        with self._reading() as db:
            keys = keys_found(db.conn, asked, min(limit, _MOST))
        return self._each(keys)

    def story(self, url: str) -> Story:
        """The story at an address: its own, or one that leads to it. Raises MissingError."""
        address = _text("url", url)
        with self._reading() as db:
            return stories.story_with(db, stories.id_of(db, address))

    def revisions(self, story: Story | str) -> list[StoryRevision]:
        """The states of a story, or of that at an address, oldest first. Raises MissingError."""
        known = story if isinstance(story, Story) else _text("story", story, "Story or URL")
        with self._reading() as db:
            key = known.id if isinstance(known, Story) else stories.id_of(db, known)
            return list(stories.revisions_with(db, key))

    def captures(self, story: Story | str) -> list[KeptCapture]:
        """What was kept of an address, or of all those that lead to a story, oldest first. Raises
        MissingError where an address was never captured."""
        known = story if isinstance(story, Story) else _text("story", story, "Story or URL")
        with self._reading() as db:
            if isinstance(known, Story):
                return stories.captures_with(db, known.id)
            return replay.captures_of(db.conn, known)

    def payload(self, capture: KeptCapture) -> bytes:
        """The body that a server sent, transfer coding removed, content coding (gzip, br …) kept:
        what `payload_digest` is of, and is compared with.

        Of a revisit, the body of the response that it repeats. Raises DamageError where neither its
        record nor another one with the same payload can be read.
        """
        return http.payload(self._message(capture))

    def body(self, capture: KeptCapture) -> bytes:
        """The same without its content coding: a page's HTML, for `extract`."""
        return http.decoded(self._message(capture))

    def shown(self, capture: KeptCapture) -> bytes | None:
        """What a browser showed of a page that shows nothing without its scripts, in UTF-8, for
        `extract`; None where none did. Raises DamageError where that cannot be read."""
        with self._reading() as db:
            found = shown_of(self.path, db.conn, capture.record_id)
        return None if found is None else found[1]

    def close(self) -> None:
        """Close it; does nothing where it is closed."""
        if self._db is not None:
            self._refuse_other_threads()
            self._db.close()
            self._db = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Archive {str(self.path)!r}{' (closed)' if self._db is None else ''}>"

    def _each(self, keys: Iterable[int]) -> Iterator[Story]:
        for key in keys:
            with self._reading() as db:
                story = stories.story_with(db, key)
            yield story

    def _message(self, capture: KeptCapture) -> http.Message:
        if not isinstance(capture, KeptCapture):
            raise TypeError(f"capture is one of captures(…), not {type(capture).__name__}")
        with self._reading() as db:
            return message_of(self.path, db.conn, capture)

    @contextmanager
    def _reading(self) -> Iterator[Database]:
        if self._db is None:
            raise ArchiveError(f"{self.path} was closed; open it again: open_archive(…)")
        self._refuse_other_threads()
        try:
            yield self._db
        except sqlite3.Error as error:
            raise explain(self.path, error) from error

    def _refuse_other_threads(self) -> None:
        if threading.get_ident() != self._thread:
            raise UsageError(
                f"{self.path} was opened in another thread; open it once in each: open_archive(…)"
            )


def _text(name: str, value: object, kind: str = "str") -> str:
    """An argument that must be text, in characters that the database can have."""
    if not isinstance(value, str):
        raise TypeError(f"{name} is a {kind}, not {type(value).__name__}")
    return clean(value)
