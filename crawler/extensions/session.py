"""One run's hold on its archive: what every part of a crawl shares."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from scrapy import Spider, signals
from scrapy.crawler import Crawler

from crawler import __version__
from crawler.archive.database import FILE_NAME, WARC_FOLDER, open_for_reading
from crawler.archive.queries import queued_urls
from crawler.archive.store import Store
from crawler.errors import HemerotecaError
from crawler.items import FoundUrl, Visit
from crawler.warc.writer import WarcWriter
from crawler.workers import Workers


class Session:
    """Keeps the archive, the WARC files and the page readers of a run, and stores in batches.

    Nothing is created or changed before a server has answered: a run that reaches nobody leaves no
    trace. WARC bytes are on disk before the transaction that refers to them.

    totals: what the run has stored so far, by the names that `Store.record` counts.
    reasons: how many URLs ended how, by state and reason, where there was a reason.
    answered: whether any server has answered yet.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        settings = crawler.settings
        self.folder = Path(settings["ARCHIVE"])
        self.workers = Workers(
            settings.getint("EXTRACT_WORKERS"), settings.getfloat("EXTRACT_CPU_SECONDS")
        )
        self.warc = WarcWriter(
            self.folder / WARC_FOLDER,
            prefix="hemeroteca",
            software=f"Hemeroteca/{__version__}",
            user_agent=settings["USER_AGENT"],
        )
        self.totals: Counter[str] = Counter()
        self.reasons: Counter[tuple[str, str]] = Counter()
        self.error: str | None = None
        """Why the archive could not be written, if it could not."""
        self.started_at = datetime.now(UTC)
        self._store: Store | None = None
        self._batch: list[Visit] = []
        self._batch_size = settings.getint("BATCH_SIZE")
        self._batch_seconds = settings.getfloat("BATCH_SECONDS")
        self._timer: asyncio.TimerHandle | None = None
        self._stopping: asyncio.Task[None] | None = None
        self.answered = False

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made by Scrapy."""
        session = cls(crawler)
        crawler.signals.connect(session.close, signal=signals.spider_closed)
        return session

    @property
    def keeps(self) -> bool:
        """Whether this crawl is one that archives: not `scrapy shell`, `fetch` or `view`."""
        return hasattr(self._crawler.spider, "resume_hosts")

    @classmethod
    def of(cls, crawler: Crawler) -> Session:
        """The session of a running crawl."""
        session = crawler.get_extension(cls)
        assert session is not None
        return session

    def queued(self, hosts: Iterable[str]) -> list[FoundUrl]:
        """What an earlier run left to be fetched on these sites, in the order it was found."""
        if not (self.folder / FILE_NAME).exists():
            return []
        with open_for_reading(self.folder) as db:
            return list(queued_urls(db, hosts))

    def add(self, visit: Visit) -> None:
        """Take a visit; it is stored with the next batch."""
        if visit.state in ("failed", "gone", "excluded") or visit.reason:
            self.reasons[visit.state, visit.reason or ""] += 1
        self._batch.append(visit)
        if len(self._batch) >= self._batch_size:
            self.flush()
        elif self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(self._batch_seconds, self.flush)

    def flush(self) -> None:
        """Store the batch in one transaction. On failure the run ends and says why."""
        self._cancel_timer()
        if not self._batch or not self.answered or self.error:
            return
        batch, self._batch = self._batch, []
        try:
            self.warc.sync()
            self.totals.update(self._open_store().record(batch))
        except (sqlite3.Error, OSError, HemerotecaError) as error:
            self.error = f"cannot write to the archive {self.folder}: {error}"
            self._stopping = asyncio.ensure_future(
                self._crawler.engine.close_spider_async(reason="archive error")
            )

    def close(self, spider: Spider, reason: str) -> None:
        """Store what is left, close the run, the files and the workers."""
        self.flush()
        self._cancel_timer()
        self.workers.close()
        try:
            self.warc.close()
            if self._store is not None:
                self._store.finish_run(reason)
                self._store.close()
        except (sqlite3.Error, OSError) as error:
            self.error = self.error or f"cannot close the archive {self.folder}: {error}"

    def _open_store(self) -> Store:
        if self._store is None:
            self._store = Store(self.folder)
            spider = self._crawler.spider
            assert spider is not None
            self._store.begin_run(
                spider.name,
                getattr(spider, "arguments", {}),
                f"Hemeroteca/{__version__}",
                self.started_at.isoformat(timespec="seconds"),
            )
        return self._store

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
