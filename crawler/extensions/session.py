"""One run's hold on its archive: what every part of a crawl shares."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import shutil
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self, TypeVar
from uuid import uuid4

from scrapy import Spider, signals
from scrapy.crawler import Crawler
from twisted.python.failure import Failure

from crawler import __version__
from crawler.archive.captures import last_response, response_with
from crawler.archive.database import FILE_NAME, WARC_FOLDER, open_for_reading
from crawler.archive.frontier import FrontierTable, utc
from crawler.archive.lock import ArchiveLock
from crawler.archive.outcomes import Learned
from crawler.archive.site_memory import SiteMemory
from crawler.archive.store import Store
from crawler.errors import ArchiveError, BusyError, HemerotecaError
from crawler.extensions.recovery import enter_files, file_prefix, mend, note_visit
from crawler.extensions.run_info import plain_settings, warcinfo, wire_info
from crawler.extractor import extractor
from crawler.frontier.revisit import Revisits
from crawler.items import Capture, Due, Reference, Visit
from crawler.reasons import in_words
from crawler.text import shown
from crawler.urls import site_host
from crawler.warc.exchange import Exchange
from crawler.warc.provenance import run_record
from crawler.warc.writer import WarcWriter
from crawler.workers import Workers

T = TypeVar("T")

logger = logging.getLogger(__name__)

# Seconds to try again while another program holds the database's write lock, and how many visits
# may wait meanwhile: then the run ends, and the next one goes on.
_PATIENCE = 120.0
_MAX_WAITING = 5_000


# Reasons that name an address are counted as one.
_REST = re.compile(r"(?<=another address) of https?://.*|(?<=same text) as https?://.*"
                   r"|(?<=a later page) of https?://.*")  # fmt: skip


class Session:
    """Keeps the archive, the WARC files and the page readers of a run, and stores in batches.

    Nothing is created or changed before a server has answered: a run that reaches nobody leaves no
    trace. WARC bytes are on disk before the transaction that refers to them.

    totals: what the run has stored so far, by the names that `Store.record` counts.
    reasons: how many URLs ended how, by state and reason, where there was a reason.
    answered: whether any server has answered yet.
    on_stored: called after each batch with the hosts of sites that something was queued for, and
    the URLs that were visited.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        settings = crawler.settings
        self.folder = Path(settings["ARCHIVE"])
        self.lock = ArchiveLock(self.folder)
        self.workers = Workers(
            settings.getint("EXTRACT_WORKERS"), settings.getfloat("EXTRACT_CPU_SECONDS")
        )
        self.uuid = str(uuid4())
        """Names the run in its WARC files."""
        self._warc: WarcWriter | None = None
        self.totals: Counter[str] = Counter()
        self.reasons: Counter[tuple[str, str]] = Counter()
        self.error: str | None = None
        """Why the archive could not be written, if it could not."""
        self.exit_code = 1
        """That of the command, where there is an error."""
        self.started_at = datetime.now(UTC)
        self.queued = 0
        """URLs that wait in the archive."""
        self.on_stored: Callable[[Iterable[str], Iterable[str]], None] = lambda hosts, urls: None
        self._plan = Revisits(tuple(map(int, settings.getlist("REVISIT_AFTER"))))
        self._store: Store | None = None
        self._batch: list[Visit] = []
        self._batch_size = settings.getint("BATCH_SIZE")
        self._batch_seconds = settings.getfloat("BATCH_SECONDS")
        self._timer: asyncio.TimerHandle | None = None
        self._stopping: asyncio.Task[None] | None = None
        self._busy_since: float | None = None
        self._spare_bytes = settings.getint("DISK_SPARE_BYTES")
        self.full: str | None = None
        """Why the run ended although the archive could be written still, if it did."""
        self.answered = False
        self._finished_at: str | None = None
        """The same moment in the database and in WARC, ISO 8601, UTC."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made by Scrapy."""
        session = cls(crawler)
        crawler.signals.connect(session.open, signal=signals.spider_opened)
        crawler.signals.connect(session.close, signal=signals.spider_closed)
        crawler.signals.connect(session.lose_item, signal=signals.item_error)
        crawler.signals.connect(session.lose_answer, signal=signals.spider_error)
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

    # -- opening and closing ---------------------------------------------------------------------

    def open(self, spider: Spider) -> None:
        """Take the archive, if there is one, for this run alone."""
        if self.keeps and (self.folder / FILE_NAME).exists():
            try:
                self.lock.acquire()
            except (HemerotecaError, OSError) as error:
                self.fail(error)

    def close(self, spider: Spider, reason: str) -> None:
        """Store what is left, give back what was claimed, close the run, the files, the workers."""
        self.flush()
        self._cancel_timer()
        self.workers.close()
        if self.workers.faults:  # a page that meets a fault of ours is no success of the run
            self._crawler.stats.inc_value("spider_exceptions/count", self.workers.faults)
        self._finished_at = datetime.now(UTC).isoformat(timespec="seconds")
        for step in (self._close_warc, self._give_back, self._finish):
            try:
                step(reason)
            except Exception as error:
                said = str(error) or in_words(error)
                self.error = self.error or f"cannot close the archive {self.folder}: {said}"
        self.lock.release()

    def _close_warc(self, reason: str) -> None:
        if self._warc is not None:
            with contextlib.suppress(OSError):  # a full disk must not keep the run from closing
                self._warc.write_other(*run_record(self.uuid, self._account(reason)))
            self._warc.close()

    def _give_back(self, reason: str) -> None:
        if self._store is not None:
            with self._store.db.atomic():
                self._store.frontier.release()
            self._enter_closed_files(self._store)
            if not self.error:  # captures whose visits a fault or a second Ctrl-C took away
                self._mend(self._store, own=())

    def _finish(self, reason: str) -> None:
        if self._store is not None:
            try:
                self._store.finish_run(reason, self._finished_at)
            finally:
                self._store.close()

    def fail(self, error: Exception) -> None:
        """End the run because the archive cannot be written, or for a fault of ours; what is stored
        is sound."""
        if self.error is None:
            self.error = shown(self._account_of(error))
            self.exit_code = error.exit_code if isinstance(error, BusyError) else 1
            self._stopping = asyncio.ensure_future(
                self._crawler.engine.close_spider_async(reason="archive error")
            )

    def _account_of(self, error: BaseException) -> str:
        """What to tell the user of a failure."""
        if isinstance(error, HemerotecaError):
            return str(error)
        if isinstance(error, sqlite3.Error | OSError):
            return f"cannot write to the archive {self.folder}: {error}"
        logger.error("the run breaks off", exc_info=error)
        return (
            f"the run broke off ({in_words(error)}); what is stored in {self.folder} is sound, and"
            " the same command goes on from there"
        )

    @property
    def warc(self) -> WarcWriter:
        """Where records are written."""
        if self._warc is None:
            spider, settings = self._crawler.spider, self._crawler.settings
            assert spider is not None
            self._warc = WarcWriter(
                self.folder / WARC_FOLDER,
                prefix=file_prefix(self.folder),
                info=[
                    *warcinfo(
                        settings, spider.name, getattr(spider, "arguments", {}), self.uuid,
                        self.started_at.isoformat(timespec="seconds"),
                    ),
                    *wire_info(settings),
                ],
                max_bytes=settings.getint("WARC_FILE_BYTES"),
            )  # fmt: skip
        return self._warc

    @property
    def store(self) -> Store:
        """The archive, open for writing. Raises HemerotecaError, sqlite3.Error, OSError."""
        if self._store is None:
            self.folder.mkdir(parents=True, exist_ok=True)
            self.lock.acquire()
            store = Store(self.folder, self._plan, extractor())
            spider = self._crawler.spider
            assert spider is not None
            store.begin_run(
                spider.name,
                getattr(spider, "arguments", {}),
                f"Hemeroteca/{__version__}",
                self.started_at.isoformat(timespec="seconds"),
                self.uuid,
            )
            written = (
                [self._warc.name, *(file.name for file in self._warc.closed)] if self._warc else ()
            )
            self._mend(store, written)
            hosts: tuple[str, ...] = getattr(spider, "resume_hosts", ())
            for url in getattr(spider, "seeds", ()) if hosts else ():
                store.add_site(url)
            with store.db.atomic():
                store.frontier.release()
                other_dates = store.asks_for_other_dates(getattr(spider, "arguments", {}))
                for site in filter(None, map(store.find_site, hosts)):
                    store.frontier.wake_sources(site)
                    if other_dates:
                        store.frontier.readmit(site)
                    if getattr(spider, "revisit", "due") == "now":
                        store.frontier.make_due(site, utc(self.started_at))
                    self.queued += store.frontier.count_queued(site)
            self._store = store
        return self._store

    def lose_item(self, failure: Failure) -> None:
        """Scrapy's signal: a visit was lost on its way to the archive. Its URL is still in hand,
        and the next run visits it again."""
        self._lose(failure.value)

    def lose_answer(self, failure: Failure) -> None:
        """Scrapy's signal: a spider failed on an answer. A fault of ours costs that URL's visit;
        where memory ends, or the page readers do, the next answer would be lost, too."""
        if isinstance(failure.value, MemoryError | OSError | HemerotecaError):
            self._lose(failure.value)

    def _lose(self, error: BaseException | None) -> None:
        if self.keeps and isinstance(error, Exception):
            self.fail(error)

    # -- visits ----------------------------------------------------------------------------------

    def add(self, visit: Visit) -> None:
        """Take a visit and those along with it; they are stored with the next batch."""
        for each in (visit, *visit.along):
            if each.state in ("failed", "retry", "gone", "excluded") or each.reason:
                self.reasons[each.state, _REST.sub("", each.reason or "")] += 1
            self._batch.append(each)
        if len(self._batch) >= self._batch_size and self._busy_since is None:
            self.flush()
        elif self._timer is None:
            self._later(self._batch_seconds)

    @property
    def holds_back(self) -> bool:
        """Whether there are visits that are not stored yet."""
        return bool(self._batch) and self.answered and self.error is None

    @property
    def waits(self) -> bool:
        """Whether another program holds the database just now."""
        return self._busy_since is not None

    def flush(self) -> None:
        """Store the batch in one transaction.

        While another program holds the database, the batch waits and is tried again. A visit that
        cannot be stored fails alone. On any other failure, of whatever kind, the run ends and says
        why.
        """
        self._cancel_timer()
        if not self.holds_back:
            return
        batch = self._batch
        try:
            self._enter_closed_files(self.store)
            self.totals.update(self.store.record(batch, self._note, self.warc.sync))
            self.reasons.update(("failed", reason) for _, reason in self.store.unfit)
            self.store.unfit.clear()
        except Exception as error:
            if not self._waits_for(error):
                self._batch = []
                self.fail(error)
            return
        self._batch = []
        self._busy_since = None
        self._take_news(self.store.frontier, batch)

    # -- WARC ------------------------------------------------------------------------------------

    def keep(self, exchange: Exchange, asked_if_changed: str | None) -> Capture | None:
        """Write an exchange; None where that failed, and the run is ending.

        asked_if_changed: of a 304, the URL that was asked for.
        """
        try:
            original = self._original(exchange, asked_if_changed)
            capture = self.warc.write(exchange, original)
        except Exception as error:
            self.fail(error)
            return None
        self.answered = True
        self._spare_the_disk()
        return capture

    def _original(self, exchange: Exchange, asked_if_changed: str | None) -> Reference | None:
        """The response that an answer repeats, if it is in the archive."""
        if asked_if_changed is not None:
            return self._look(lambda db: last_response(db, asked_if_changed))
        if not exchange.body or exchange.truncated is not None:
            return None
        return self._look(lambda db: response_with(db, exchange.payload_digest))

    def _note(self, visit: Visit, article_url: str | None, revised: bool) -> None:
        note_visit(self.warc, visit, article_url, revised)

    def _mend(self, store: Store, own: Iterable[str]) -> None:
        """Bring into order what dead runs left. own: files that this one has in hand."""
        for line in mend(store, self.folder / WARC_FOLDER, set(own)):
            logger.warning("%s", line)

    def _enter_closed_files(self, store: Store) -> None:
        """Enter the files that were closed, if all that is in them is stored."""
        if self._warc is not None and self._warc.closed:
            with store.db.atomic():
                left = enter_files(store, self._warc.closed)
            self._warc.closed[:] = left

    def _spare_the_disk(self) -> None:
        """End the run, storing what is in hand, before the disk is full."""
        if self.full or shutil.disk_usage(self.folder).free > self._spare_bytes:
            return
        self.full = (
            f"less than {self._spare_bytes // 1024**2:,} MiB are free where the archive is"
            f" ({self.folder}): the run ended before a write could fail. Make space and run the"
            " same command again; it goes on from here"
        )
        self._stopping = asyncio.ensure_future(
            self._crawler.engine.close_spider_async(reason="disk nearly full")
        )

    def _account(self, outcome: str) -> dict[str, Any]:
        """What a run's own record says of it."""
        spider = self._crawler.spider
        return {
            "run": self.uuid,
            "software": f"Hemeroteca/{__version__}",
            "spider": spider.name if spider is not None else None,
            "arguments": getattr(spider, "arguments", {}),
            "started_at": self.started_at.isoformat(timespec="seconds"),
            "finished_at": self._finished_at,
            "outcome": outcome,
            "totals": dict(self.totals),
            "settings": plain_settings(self._crawler.settings),
            "statistics": self._crawler.stats.get_stats(),
        }

    def _waits_for(self, error: Exception) -> bool:
        """Whether the failure is another program's lock, that will go away."""
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return False
        now = time.monotonic()
        self._busy_since = self._busy_since or now
        if now - self._busy_since > _PATIENCE or len(self._batch) > _MAX_WAITING:
            return False
        self._later(1.0)
        return True

    def _take_news(self, frontier: FrontierTable, batch: list[Visit]) -> None:
        self.queued += frontier.grown
        frontier.grown = 0
        woken, frontier.woken = frontier.woken, set()
        self.on_stored(woken, [visit.url for visit in batch])

    # -- the frontier ----------------------------------------------------------------------------

    def best_waiting(self, host: str) -> int | None:
        """The highest priority among what waits of a site in the archive; None if nothing does."""
        if self._store is None or (site := self._store.find_site(host)) is None:
            return None
        return self._store.frontier.best_waiting(site)

    def claim(self, host: str, limit: int, above: int) -> list[Due]:
        """Take waiting URLs of a site in hand; none before a server has answered. above: only those
        of a higher priority."""
        self.flush()
        if not self.answered or self.error or self._busy_since is not None:
            return []
        try:
            store = self.store
            site = store.find_site(host)
            if site is None:
                return []
            with store.db.atomic():
                found = store.frontier.claim(site, limit, utc(datetime.now(UTC)), above)
        except Exception as error:
            if not self._waits_for(error):
                self.fail(error)
            return []
        self.queued = max(0, self.queued - len(found))
        return found

    def refuse(self, url: str, reason: str, due_at: str | None) -> None:
        """Exclude a claimed URL unvisited."""
        self.reasons["excluded", _REST.sub("", reason)] += 1
        try:
            with self.store.db.atomic():
                self.store.frontier.refuse(url, reason, due_at)
        except Exception as error:
            if not self._waits_for(error):
                self.fail(error)

    def shut(self, host: str, reason: str) -> None:
        """Exclude whatever waits of a host."""
        self.flush()
        try:
            site = self.store.find_site(host)
            if site is not None:
                with self.store.db.atomic():
                    self.store.frontier.shut(site, reason)
        except Exception as error:
            if not self._waits_for(error):
                self.fail(error)

    def hosts_below(self, host: str) -> list[str]:
        """First addresses at hosts below a newspaper's own where something waits, or stories were
        found."""
        return self._look(lambda db: FrontierTable(db).hosts_below(host)) or []

    def lookup(self, url: str) -> Due | None:
        """What is known of a URL; None if it is not, or there is no archive yet."""
        return self._look(lambda db: FrontierTable(db).lookup(url))

    def learned(self, url: str, shape: str) -> Learned:
        """What visits have taught of a shape of addresses on a URL's site."""
        if self._store is None:
            return Learned()
        return self._store.memory.learned(site_host(url), shape)

    def shared(self, host: str) -> tuple[int, int]:
        """How many addresses of a host led to a story, and to one that another host has, too."""
        return self._look(lambda db: SiteMemory(db).shared(host)) or (0, 0)

    def posts_listed(self, host: str) -> tuple[str, str] | None:
        """Of a WordPress site: its first list of posts, and when the last one was read."""
        return self._look(lambda db: SiteMemory(db).posts_listed(host))

    def robots(self, origin: str) -> tuple[str, str, int, bytes] | None:
        """A host's robots.txt as last fetched: url, fetched_at, status, body; None if not known."""
        return self._look(lambda db: SiteMemory(db).robots(origin))

    def _look(self, ask: Callable[[sqlite3.Connection], T | None]) -> T | None:
        """What the archive says; None if it is not there, cannot be read, or is an older version's
        that no server's answer has yet allowed to be brought up to date."""
        if self.error or (self._store is None and not (self.folder / FILE_NAME).exists()):
            return None
        try:
            if self._store is not None:
                return ask(self._store.db.conn)
            with open_for_reading(self.folder) as db:
                return ask(db.conn)
        except (sqlite3.OperationalError, ArchiveError):
            return None
        except Exception as error:
            self.fail(error)
            return None

    def keep_robots(self, origin: str, url: str, status: int, body: bytes) -> None:
        """Remember a host's robots.txt for the runs of the next day."""
        if not self.keeps or self.error:
            return
        try:
            with self.store.db.atomic():
                self.store.memory.keep_robots(origin, url, utc(datetime.now(UTC)), status, body)
        except Exception as error:
            if not self._waits_for(error):
                self.fail(error)

    def _later(self, seconds: float) -> None:
        self._timer = asyncio.get_running_loop().call_later(seconds, self.flush)

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
