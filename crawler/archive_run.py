"""A run that fetches nothing: it adds to an archive what is in WARC already."""

from __future__ import annotations

import contextlib
import logging
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import uuid4

from scrapy.settings import BaseSettings

from crawler import __version__, times
from crawler.archive.database import WARC_FOLDER, check
from crawler.archive.lock import ArchiveLock
from crawler.archive.store import Store
from crawler.errors import HemerotecaError
from crawler.extensions.recovery import (
    enter_files,
    file_prefix,
    mend,
    note_visit,
    say_what_is_missing,
)
from crawler.extensions.run_info import plain_settings, warcinfo
from crawler.extract.version import extractor_version
from crawler.items import Visit
from crawler.page_texts import PageTexts
from crawler.policy.revisit import Revisits
from crawler.warc.provenance import run_record
from crawler.warc.records import Headers
from crawler.warc.writer import WarcWriter

logger = logging.getLogger(__name__)


class ArchiveRun:
    """Holds an archive for one command: the lock, the database, a row of `runs`, a WARC file.

    As a context: what it has stored when it ends is sound, however it ends.
    """

    def __init__(
        self, folder: Path, settings: BaseSettings, name: str, arguments: Mapping[str, str]
    ) -> None:
        """name, arguments: how the run is called in `runs`. Raises HemerotecaError, sqlite3.Error,
        OSError."""
        self.folder = folder
        self.totals: Counter[str] = Counter()
        self._settings = settings
        self._name, self._arguments = name, dict(arguments)
        self._uuid = str(uuid4())
        self._started = times.now()
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = ArchiveLock(folder)
        self._lock.acquire()
        try:
            check(folder)
            after = tuple(map(int, settings.getlist("REVISIT_AFTER")))
            self.store = Store(folder, Revisits(after), extractor_version(), PageTexts(folder))
            self.store.begin_run(
                name, self._arguments, f"Hemeroteca/{__version__}", self._started, self._uuid
            )
            self._mend()
            say_what_is_missing(self.store, folder)
        except BaseException:
            self._lock.release()
            raise
        self.warc = self.new_writer([])

    def new_writer(self, more: Headers) -> WarcWriter:
        """A writer of WARC files of this run. more: further fields of their warcinfo records."""
        info = warcinfo(self._settings, self._name, self._arguments, self._uuid, self._started)
        return WarcWriter(
            self.folder / WARC_FOLDER,
            prefix=file_prefix(self.folder),
            info=[*info, *more],
            max_bytes=self._settings.getint("WARC_FILE_BYTES"),
        )

    def record(self, visits: Iterable[Visit]) -> None:
        """Store visits, their records on disk before. Raises sqlite3.Error, OSError."""
        warc = self.warc

        def note(visit: Visit, article_url: str | None, revised: bool) -> None:
            note_visit(warc, visit, article_url, revised)

        self.totals.update(self.store.record(visits, note, warc.sync))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is None:
            outcome = "finished"
        elif kind is KeyboardInterrupt:
            outcome = "shutdown"
        else:
            told = isinstance(error, HemerotecaError | sqlite3.Error | OSError)
            outcome = "archive error" if told else "fault"
        try:
            with contextlib.suppress(OSError):
                self.warc.write_other(*run_record(self._uuid, self._account(outcome)))
            self.warc.close()
            with self.store.db.atomic():
                enter_files(self.store, self.warc.closed)
            self._mend()
            self.store.finish_run(outcome)
            self.store.close()
        finally:
            self._lock.release()

    def _mend(self) -> None:
        for line in mend(self.store, self.folder / WARC_FOLDER, set()):
            logger.warning("%s", line)

    def _account(self, outcome: str) -> dict[str, object]:
        return {
            "run": self._uuid,
            "software": f"Hemeroteca/{__version__}",
            "spider": self._name,
            "arguments": self._arguments,
            "started_at": self._started,
            "finished_at": times.now(),
            "outcome": outcome,
            "totals": dict(self.totals),
            "settings": plain_settings(self._settings),
        }
