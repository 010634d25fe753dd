"""One command's hold on its archive, whether it crawls or works on what is in WARC already."""

from __future__ import annotations

import logging
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from crawler import __version__, times
from crawler.archive.database import FILE_NAME, WARC_FOLDER, check, open_for_writing, refuse_union
from crawler.archive.lock import ArchiveLock
from crawler.archive.log_room import KEPT, kept_by_readers
from crawler.archive.run_rows import Setup
from crawler.archive.store import Store
from crawler.archive.takedowns import has_takedowns, without_words
from crawler.config import Papers
from crawler.errors import ArchiveError, BusyError, HemerotecaError
from crawler.events import event
from crawler.extract.version import extractor_version
from crawler.items import Visit
from crawler.policy.revisit import Revisits
from crawler.runs.account import (
    file_prefix,
    note_visit,
    plain_settings,
    settings_digest,
    versions,
    warcinfo,
)
from crawler.runs.facts import tell_of_end, tell_of_visit
from crawler.runs.page_texts import PageTexts
from crawler.runs.profiles import Profiles
from crawler.runs.readings import KeptReadings
from crawler.runs.recovery import enter_files, mend, say_what_is_missing
from crawler.runs.removing import finish_removals
from crawler.warc.provenance import run_record
from crawler.warc.records import Headers
from crawler.warc.writer import WarcWriter

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

logger = logging.getLogger(__name__)

# Seconds between two looks whether a reader has ended, and between two words on it.
_PAUSE = 1.0
_TELL_AGAIN = 600.0


class Run:
    """The lock, the database, the WARC files and a row of `runs`.

    Each is taken when it is first needed, and then in this order: the lock comes before the first
    byte, the database before the first record; WARC bytes are on disk before the transaction that
    refers to them. At the end the files are closed, then entered, then the run is closed, and the
    lock is given back last.

    totals: what the run has stored so far, by the names that `Store.record` counts.
    """

    def __init__(
        self,
        folder: Path,
        settings: BaseSettings,
        name: str,
        arguments: Mapping[str, str],
        *,
        more_info: Callable[[], Headers] = list,
        prepare: Callable[[Store], None] = lambda store: None,
    ) -> None:
        """Changes nothing. name, arguments: how the run is called in `runs`. more_info: gives
        further fields of the warcinfo records. prepare: called once with the open database, before
        anything is stored; where it raises, the database counts as not open."""
        self.folder = folder
        self.uuid = str(uuid4())
        """Names the run in its WARC files."""
        self.started_at = datetime.now(UTC)
        self.totals: Counter[str] = Counter()
        self.files_missing = 0
        """WARC files that were gone or had another length when the run began, and nobody has noted
        it."""
        self.profiles = Profiles(
            folder, settings["SITE_PROFILES"], learns=settings.getbool("LEARN_PROFILES")
        )
        """What is known of the archive's sites."""
        self.readings = KeptReadings(folder)
        """What this run has read."""
        self._settings = settings
        self._name, self._arguments = name, dict(arguments)
        self._more_info, self._prepare = more_info, prepare
        self._plan = revisits(settings)
        self._lock = ArchiveLock(folder)
        self._store: Store | None = None
        self._warc: WarcWriter | None = None
        self._finished_at: str | None = None

    @property
    def is_held(self) -> bool:
        """Whether the archive is locked for this run."""
        return self._lock.held

    @property
    def id(self) -> int | None:
        """Its key in `runs`, once it has one."""
        return None if self._store is None else self._store.run_id

    @property
    def finished_at(self) -> str | None:
        """When it ended, UTC, if it has."""
        return self._finished_at

    @property
    def opened(self) -> Store | None:
        """The database, if it is open for writing."""
        return self._store

    @property
    def store(self) -> Store:
        """The database, open for writing. Raises HemerotecaError, sqlite3.Error, OSError."""
        if self._store is None:
            self.hold()
            store = Store(self.folder, self._plan, extractor_version(), PageTexts(self.folder))
            store.begin_run(
                self._name, self._arguments, f"Hemeroteca/{__version__}",
                times.utc(self.started_at, exact=True), self.uuid,
                Setup(settings_digest(self._settings), versions()),
            )  # fmt: skip
            try:
                finish_removals(store.db, self.folder)
            except BusyError as error:  # only what is overwritten at the end is left
                logger.warning("%s", error)
            self._mend(store, self._written())
            self.files_missing = say_what_is_missing(store, self.folder)
            self._prepare(store)
            self._store = store
            event("run_started", run=store.run_id, spider=self._name, archive=str(self.folder))
        return self._store

    @property
    def warc(self) -> WarcWriter:
        """Where records are written."""
        if self._warc is None:
            started = times.utc(self.started_at)
            info = warcinfo(self._settings, self._name, self._arguments, self.uuid, started)
            self._warc = WarcWriter(
                self.folder / WARC_FOLDER,
                prefix=file_prefix(self.folder),
                info=[*info, *self._more_info()],
                max_bytes=self._settings.getint("WARC_FILE_BYTES"),
            )
        return self._warc

    def open(self) -> None:
        """Take all at once. Raises HemerotecaError, sqlite3.Error, OSError."""
        _ = self.store, self.warc

    def hold(self) -> None:
        """Take the lock, which comes before the first byte, and see that the database was not lost.
        Raises HemerotecaError, OSError."""
        if not self._lock.held:
            refuse_union(self.folder)
            try:
                self.folder.mkdir(parents=True, exist_ok=True)
                self._lock.acquire()
            except OSError as error:  # root may write everywhere, yet make no folder in /proc
                raise ArchiveError(
                    f"{self.folder} cannot be written ({error.strerror}); name another folder with"
                    " archive="
                ) from error
            check(self.folder)

    def hold_for_records(self) -> None:
        """Take the lock, and have a database: else a run that is killed now would leave WARC files
        that nobody knows. Raises HemerotecaError, sqlite3.Error, OSError."""
        self.hold()
        if not (self.folder / FILE_NAME).exists():
            open_for_writing(self.folder).close()

    def record(self, visits: Iterable[Visit]) -> None:
        """Store visits, their records on disk before. Raises sqlite3.Error, OSError."""
        self.totals.update(self.store.record(visits, self._note, self.warc.sync))

    def wait_for_readers(self) -> None:
        """Wait as long as somebody's reading keeps a log that is full from being emptied, for a
        command that has nothing else to do. Raises sqlite3.Error."""
        tell_at = time.monotonic()
        while kept := kept_by_readers(self.store.db.conn, self.folder):
            if time.monotonic() >= tell_at:
                logger.warning(KEPT, FILE_NAME, kept / 1e6)
                tell_at += _TELL_AGAIN
            time.sleep(_PAUSE)

    def enter_closed_files(self) -> None:
        """Enter the WARC files that were closed, if all that is in them is stored. Raises
        sqlite3.Error."""
        if self._warc is not None and self._warc.closed:
            with self.store.db.atomic():
                left = enter_files(self.store, self._warc.closed)
            self._warc.closed[:] = left

    # -- the end ---------------------------------------------------------------------------------

    def stop_clock(self) -> None:
        """The run ends now: the same moment in the database and in WARC."""
        self._finished_at = times.now()

    def close_files(self, outcome: str, more: Mapping[str, object] | None = None) -> None:
        """End the WARC files, the run's account of itself in the last one. outcome: as `finish` has
        it. more: what the account says besides. Raises OSError."""
        if self._warc is not None:
            with suppress(OSError):  # a full disk must not keep the run from closing
                account = {**self._account(outcome), **(more or {})}
                self._warc.write_other(*run_record(self.uuid, account))
            self._warc.close()

    def finish(self, outcome: str, *, mends: bool = True, exit_code: int | None = None) -> None:
        """Enter the last files, close the run and the database. outcome, exit_code: as
        `Store.finish_run` has them. mends: whether to enter captures whose visits did not come.
        Raises sqlite3.Error, OSError."""
        if self._store is not None:
            try:
                self.enter_closed_files()
                if mends:
                    self._mend(self._store, ())
                self._store.finish_run(
                    outcome, self._finished_at, exit_code=exit_code, totals=self.totals
                )
                assert self._store.run_id is not None
                tell_of_end(
                    self._store.db.conn, self._store.run_id, self.folder, outcome, exit_code
                )
            finally:
                self._store.close()
        else:
            event("run_ended", archive=str(self.folder), outcome=outcome, exit_code=exit_code)

    def release(self) -> None:
        """Give the lock back; does nothing where we have it not."""
        self.readings.close()
        self._lock.release()

    # -- its records -----------------------------------------------------------------------------

    def _note(self, visit: Visit, article_url: str | None, revised: bool) -> None:
        store = self._store
        if visit.article is not None and store is not None and has_takedowns(store.db.conn):
            links = without_words(store.db.conn, visit.article.links)
            visit = replace(visit, article=replace(visit.article, links=tuple(links)))
        note_visit(self.warc, visit, article_url, revised)
        tell_of_visit(self.store.db.conn, visit, article_url, revised=revised)

    def _written(self) -> set[str]:
        """Names of the WARC files that are this run's own."""
        if self._warc is None:
            return set()
        return {self._warc.name, *(file.name for file in self._warc.closed)}

    def _mend(self, store: Store, own: Iterable[str]) -> None:
        """Bring into order what dead runs left. own: files that this one has in hand."""
        for line in mend(store, self.folder / WARC_FOLDER, set(own)):
            logger.warning("%s", line)

    def _account(self, outcome: str) -> dict[str, object]:
        """What a run's own record says of it."""
        return {
            "run": self.uuid,
            "software": f"Hemeroteca/{__version__}",
            "spider": self._name,
            "arguments": self._arguments,
            "started_at": times.utc(self.started_at),
            "finished_at": self._finished_at,
            "outcome": outcome,
            "totals": dict(self.totals),
            "versions": versions(),
            "settings": plain_settings(self._settings),
        }


@contextmanager
def offline_run(
    folder: Path, settings: BaseSettings, name: str, arguments: Mapping[str, str]
) -> Iterator[Run]:
    """A run that fetches nothing: it has its archive from the start, and what it has stored when it
    ends is sound, however it ends.

    name, arguments: how it is called in `runs`. Raises HemerotecaError, sqlite3.Error, OSError.
    """
    run = Run(folder, settings, name, arguments)
    run.profiles.check()
    try:
        run.open()
        outcome, code = "finished", 0
        try:
            yield run
        except BaseException as error:
            outcome, code = _outcome(error), _exit_code(error)
            raise
        finally:
            run.stop_clock()
            run.close_files(outcome, {"exit_code": code})
            run.finish(outcome, exit_code=code)
    finally:
        run.release()


def revisits(settings: BaseSettings) -> Revisits:
    """The rhythm of visits that the settings ask for, of each newspaper its own."""
    papers = Papers.of_setting(settings.get("PAPERS"))

    def of(url: str) -> Sequence[int] | None:
        paper = papers.of(url)
        return None if paper is None else paper.revisit_after

    return Revisits(tuple(map(int, settings.getlist("REVISIT_AFTER"))), of)


def _outcome(error: BaseException) -> str:
    """What `runs` says of a run that an error has ended."""
    if isinstance(error, KeyboardInterrupt):
        return "shutdown"
    is_understood = isinstance(error, HemerotecaError | sqlite3.Error | OSError)
    return "archive error" if is_understood else "fault"


def _exit_code(error: BaseException) -> int:
    """That of the command that an error has ended."""
    if isinstance(error, KeyboardInterrupt):
        return 130
    return error.exit_code if isinstance(error, HemerotecaError) else 1
