"""How a crawl takes its archive, what it puts into WARC, and how it ends."""

from __future__ import annotations

import logging
import shutil
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self
from urllib.parse import urljoin

from scrapy import Spider, signals
from scrapy.crawler import Crawler
from twisted.python.failure import Failure

from crawler import times
from crawler.archive.database import is_full
from crawler.archive.run_papers import Ended, Wanted
from crawler.archive.store import Store
from crawler.errors import FullError, HemerotecaError
from crawler.extensions.download import wire_info
from crawler.extensions.ending import Ending
from crawler.extensions.session.archive import CrawlArchive
from crawler.extensions.session.known import Known
from crawler.extensions.session.queue import Queue
from crawler.items import Capture, Rendering
from crawler.outcome import (
    BLOCKED,
    FINISHED,
    FULL,
    STOPPED,
    UNREACHABLE,
    final_code,
    of_seeds,
    outcome,
)
from crawler.reasons import Reason, in_words
from crawler.reservations import SiteReservations
from crawler.runs import News, Run, Workers, tell_of_findings, watch_archive
from crawler.stopping import GIVEN_UP
from crawler.urls import site_host
from crawler.warc.exchange import Exchange

logger = logging.getLogger(__name__)

# Milliseconds that SQLite itself waits for another program's lock, while no signal is heard and
# nothing else is done; and where the run ends, which is not tried again.
_BUSY_MS = 500
_LAST_BUSY_MS = 2_000


class Session:
    """What every part of a crawl shares.

    Nothing is created or changed before a server has answered: a run that reaches nobody leaves no
    trace.

    run: the lock, the database and the WARC files.
    archive, known, queue: what is stored, what is known already, what waits.
    workers: the page readers.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        settings, spider = crawler.settings, crawler.spider
        self.run = Run(
            Path(settings["ARCHIVE"]),
            settings,
            spider.name if spider is not None else "",
            getattr(spider, "arguments", {}),
            more_info=lambda: wire_info(settings),
            prepare=self._prepare,
        )
        self.archive = CrawlArchive(
            self.run, settings, lambda reason: Ending.of(crawler).begin(reason)
        )
        self.known = Known(self.archive)
        self.queue = Queue(self.archive, self._sites, self._keepers)
        self.workers = Workers(
            settings.getint("EXTRACT_WORKERS"), settings.getfloat("EXTRACT_CPU_SECONDS")
        )
        self.reservations = SiteReservations()
        """What hosts reserve for all of their pages, as far as this run has read it."""
        self.is_full = False
        """Whether as many pages were fetched as the user allows."""
        self.outcome: str | None = None
        """How the run ended, once it has."""
        self.news = News()
        """What the monitors found at the end of the run."""
        self._pauses: list[Callable[[Store], bool]] = []
        """Pauses of hosts that could not be stored yet."""
        self.no_room: str | None = None
        """Why the run ended although the archive could be written still, if it did."""
        self._spare_bytes = settings.getint("DISK_SPARE_BYTES")
        self._is_closed = False

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made by Scrapy."""
        session = cls(crawler)
        crawler.signals.connect(session.open, signal=signals.spider_opened)
        crawler.signals.connect(session.close, signal=signals.spider_closed)
        crawler.signals.connect(session.lose_item, signal=signals.item_error)
        crawler.signals.connect(session.lose_answer, signal=signals.spider_error)
        crawler.signals.connect(session.workers.kill, signal=GIVEN_UP)
        return session

    @classmethod
    def of(cls, crawler: Crawler) -> Session:
        """The session of a running crawl."""
        session = crawler.get_extension(cls)
        assert session is not None
        return session

    @property
    def is_archiving(self) -> bool:
        """Whether this crawl is one that archives: not `scrapy shell`, `fetch` or `view`."""
        return hasattr(self._crawler.spider, "resume_hosts")

    # -- opening and closing ---------------------------------------------------------------------

    def open(self, spider: Spider) -> None:
        """Take the archive, if there is one, for this run alone."""
        if self.is_archiving and self.run.folder.exists():
            try:
                self.run.hold()
            except (HemerotecaError, OSError) as error:
                self.archive.fail(error)

    def _prepare(self, store: Store) -> None:
        """Have what the run is to visit again wait in the archive; enter its newspapers."""
        spider = self._crawler.spider
        hosts: tuple[str, ...] = getattr(spider, "resume_hosts", ())
        for url in getattr(spider, "seeds", ()) if hosts else ():
            store.add_site(url)
        other_dates: set[int | None] = set()
        with store.db.atomic():
            store.frontier.release()
            assert store.run_id is not None
            for wanted in self._wanted():
                if store.papers.want(store.run_id, wanted, getattr(spider, "arguments", {})):
                    other_dates.add(store.find_site(site_host(wanted.home_url)))
            if (wishes := getattr(spider, "wishes", None)) is not None:
                store.papers.paper_of = wishes.paper_of
            for site in filter(None, map(store.find_site, hosts)):
                store.frontier.wake_sources(site)
                if site in other_dates:
                    store.frontier.readmit(site)
                if getattr(spider, "revisit", "due") == "now":
                    store.frontier.make_due(site, times.utc(self.run.started_at))
        store.wait_at_most(_BUSY_MS)
        self.queue.count(store)

    def close(self, spider: Spider, reason: str) -> None:
        """Store what is left, give back what was claimed, close the run, the files, the workers;
        once, however often it is called."""
        if self._is_closed:
            return
        self._is_closed = True
        self.archive.flush(is_last=True)
        if self.archive.error and reason == FINISHED:  # what came last is not stored
            reason = self.archive.ended
        self.archive.cancel_timer()
        self.workers.close()
        if self.workers.faults:  # a page that meets a fault of ours is no success of the run
            self._crawler.stats.inc_value("spider_exceptions/count", self.workers.faults)
        self.run.stop_clock()
        for step in (self._give_back, self._watch, self._close_files, self._finish):
            try:
                step(reason)
            except Exception as error:
                said = str(error) or in_words(error)
                said = f"cannot close the archive {self.run.folder}: {said}"
                if is_full(self.run.folder, error):
                    self.archive.exit_code = FullError.exit_code
                self.archive.error = self.archive.error or said
                reason = self.outcome = self.archive.ended
        self.run.release()

    def _give_back(self, reason: str) -> None:
        if (store := self.run.opened) is not None:
            store.wait_at_most(_LAST_BUSY_MS)
            self.queue.give_back(store, getattr(self._crawler.spider, "hosts", ()))
            getattr(self._crawler.spider, "count_left", lambda: None)()
            if reason == FINISHED and not self.archive.error:
                getattr(self._crawler.spider, "note_barren", lambda: None)()
        self.outcome = self._outcome(reason)
        if store is not None:
            with store.db.atomic():
                for keep in self._pauses:
                    keep(store)
                self._end_papers(store)

    def _end_papers(self, store: Store) -> None:
        """Say how the run ended for each newspaper that it was sent for."""
        spider = self._crawler.spider
        missed: Callable[[str], Reason | None] = getattr(spider, "missed", lambda url: None)
        assert self.outcome is not None
        assert store.run_id is not None
        for wanted in self._wanted():
            why = missed(wanted.home_url)
            own = of_seeds([why], archived=0, is_list=False) if why is not None else None
            # another one's failure is none of its own
            ended = FINISHED if self.outcome in (UNREACHABLE, BLOCKED) else self.outcome
            store.papers.end(store.run_id, wanted.home_url, Ended(own or ended, why))

    def _watch(self, reason: str) -> None:
        """Have the monitors look at what all runs have brought: not at a run that was broken
        off."""
        store = self.run.opened
        if store is None or self.archive.error or self.outcome == STOPPED:
            return
        assert self.run.finished_at is not None
        today = datetime.fromisoformat(self.run.finished_at).date()
        settings = self._crawler.settings
        try:
            with store.db.atomic():
                self.news = watch_archive(store.db.conn, self.run.folder, today, settings)
        except (sqlite3.Error, OSError, ValueError, KeyError) as error:  # what is stored is sound
            logger.warning("the monitors could not look at the archive: %s", error)
        tell_of_findings(self.news.found, self.news.over)

    def _close_files(self, reason: str) -> None:
        statistics = {"statistics": self._crawler.stats.get_stats()}
        ended = self.outcome or self._outcome(reason)
        self.run.close_files(ended, {**statistics, "exit_code": self.exit_code})

    def _finish(self, reason: str) -> None:
        # captures whose visits a fault or a second Ctrl-C took away are entered
        mends = not self.archive.error
        ended = self.outcome or self._outcome(reason)
        self.run.finish(ended, mends=mends, exit_code=self.exit_code)

    @property
    def papers(self) -> tuple[str, ...]:
        """Names of the newspapers that the run is sent for."""
        return tuple(wanted.paper for wanted in self._wanted())

    @property
    def exit_code(self) -> int:
        """That of the command, once the run has ended."""
        if self.archive.error:
            return self.archive.exit_code
        return final_code(
            self.outcome or "broken off",
            files_missing=self.run.files_missing,
            lines_skipped=len(getattr(self._crawler.spider, "bad_lines", ())),
        )

    def _outcome(self, reason: str) -> str:
        return outcome(
            reason,
            faults=self._crawler.stats.get_value("spider_exceptions/count") or 0,
            seeds=getattr(self._crawler.spider, "missed_seeds", None),
            cut=self.is_full and (self.queue.left or getattr(self._crawler.spider, "left", 0)) > 0,
            doubtful=bool(self.queue.doubtful),
        )

    def _wanted(self) -> tuple[Wanted, ...]:
        """The newspapers that the run is sent for."""
        wishes = getattr(self._crawler.spider, "wishes", None)
        return () if wishes is None else tuple(wishes.wanted())

    def _sites(self) -> set[str]:
        """Hosts of the sites that the run follows."""
        spider: Any = self._crawler.spider
        return {*getattr(spider, "resume_hosts", ()), *getattr(spider, "hosts", ())}

    def _keepers(self) -> set[str]:
        """Hosts of the sites whose pages are archived with more than their text."""
        return getattr(self._crawler.spider, "keepers", set())

    # -- failures --------------------------------------------------------------------------------

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
        if self.is_archiving and isinstance(error, Exception):
            self.archive.fail(error)

    # -- what is kept beside visits --------------------------------------------------------------

    def keep(self, exchange: Exchange, asked_if_changed: str | None) -> Capture | None:
        """Write an exchange to WARC; None where that failed, and the run is ending.

        asked_if_changed: of a 304, the URL that was asked for.
        """
        try:
            self.run.hold_for_records()
            original = self.known.original(exchange, asked_if_changed)
            capture = self.run.warc.write(exchange, original)
        except Exception as error:
            self.archive.fail(error)
            return None
        self.archive.answered = True
        self._spare_the_disk()
        return capture

    def open_archive(self) -> bool:
        """A server has answered that is no newspaper's: what it gives may be stored from now on.
        Returns whether it can be."""
        try:
            self.run.hold_for_records()
            self.run.open()
        except Exception as error:
            self.archive.fail(error)
            return False
        self.archive.answered = True
        self._spare_the_disk()
        return self.no_room is None

    def keep_rendering(self, capture: Capture, made_by: str, html: bytes) -> Rendering | None:
        """Write what a browser showed of a capture to WARC; None where that failed, and the run is
        ending."""
        try:
            kept = self.run.warc.write_rendering(capture, made_by, html)
        except Exception as error:
            self.archive.fail(error)
            return None
        self._spare_the_disk()
        return kept

    def keep_robots(self, origin: str, url: str, status: int, body: bytes) -> None:
        """Remember a host's robots.txt for the runs of the next day."""
        if self.is_archiving and not self.archive.error:
            self.archive.change(
                lambda store: store.memory.keep_robots(origin, url, times.now(), status, body)
            )

    def keep_pause(self, url: str, seconds: float, at_most: float) -> None:
        """Remember for later runs that the host of a URL is to be left alone for so many seconds,
        at_most: of which as many count."""
        if not self.is_archiving or self.archive.error:
            return
        now = datetime.now(UTC)
        latest = times.utc(times.after(now, at_most))
        # whole seconds are kept: not one too few
        until = min(times.utc(times.after(now, seconds + 1)), latest)

        def keep(store: Store) -> bool:
            if store.find_site(site_host(url)) is None:
                store.add_site(urljoin(url, "/"))
            store.memory.pause(site_host(url), until, latest)

            return True

        if not self.archive.change(keep):  # another program writes: at the end, then
            self._pauses.append(keep)

    def _spare_the_disk(self) -> None:
        """End the run, storing what is in hand, before the disk is full."""
        folder = self.run.folder
        if self.no_room or shutil.disk_usage(folder).free > self._spare_bytes:
            return
        self.no_room = (
            f"less than {self._spare_bytes // 1024**2:,} MiB are free where the archive is"
            f" ({folder}): the run ended before a write could fail. Make space and run the"
            " same command again: it resumes here"
        )
        Ending.of(self._crawler).begin(FULL)
