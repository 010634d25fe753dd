"""One run's hold on its archive: what every part of a crawl shares."""

from __future__ import annotations

import asyncio
import contextlib
import logging
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

from crawler import __version__, times
from crawler.archive.database import (
    FILE_NAME,
    WARC_FOLDER,
    check,
    explain,
    is_damage,
    open_for_reading,
    open_for_writing,
)
from crawler.archive.families import LeftOut
from crawler.archive.frontier import FrontierTable
from crawler.archive.lock import ArchiveLock
from crawler.archive.outcomes import Admission, Family, SiteYield
from crawler.archive.site_memory import SiteMemory
from crawler.archive.store import Store, first_part
from crawler.discover.story_urls import list_page
from crawler.errors import ArchiveError, HemerotecaError
from crawler.extensions.ending import Ending
from crawler.extensions.recovery import (
    enter_files,
    file_prefix,
    mend,
    note_visit,
    say_what_is_missing,
)
from crawler.extensions.run_info import plain_settings, warcinfo, wire_info
from crawler.extract.version import extractor_version
from crawler.items import Capture, Due, Reference, State, Visit
from crawler.originals import same_payload, still_holds
from crawler.outcome import FULL, outcome
from crawler.page_texts import PageTexts
from crawler.policy.revisit import Revisits
from crawler.reasons import LEFT_OUT, WITHHELD, Reason, in_words
from crawler.stopping import GIVEN_UP
from crawler.text import shown
from crawler.times import utc
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
# Milliseconds that SQLite itself waits for that lock, while no signal is heard and nothing else is
# done; and where the run ends, which is not tried again.
_BUSY_MS = 500
_LAST_BUSY_MS = 2_000


class Session:
    """Keeps the archive, the WARC files and the page readers of a run, and stores in batches.

    Nothing is created or changed before a server has answered: a run that reaches nobody leaves no
    trace. The lock comes before the first byte, the database before the first record. WARC bytes
    are on disk before the transaction that refers to them.

    totals: what the run has stored so far, by the names that `Store.record` counts.
    reasons: how many URLs ended how, by state and kind of reason.
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
        self.reasons: Counter[tuple[State, Reason | None]] = Counter()
        self.error: str | None = None
        """Why the archive could not be written, if it could not."""
        self.exit_code = 1
        """That of the command, where there is an error."""
        self.started_at = datetime.now(UTC)
        self.queued = 0
        """URLs that wait in the archive, without those that the run has in hand."""
        self._counted_at = 0.0
        self.is_full = False
        """Whether as many pages were fetched as the user allows."""
        self.left = 0
        """URLs that are queued still when the run has ended."""
        self.outcome: str | None = None
        """How the run ended, once it has."""
        self.on_stored: Callable[[Iterable[str], Iterable[str]], None] = lambda hosts, urls: None
        self._plan = Revisits(tuple(map(int, settings.getlist("REVISIT_AFTER"))))
        self._store: Store | None = None
        self._batch: list[Visit] = []
        self._batch_size = settings.getint("BATCH_SIZE")
        self._batch_seconds = settings.getfloat("BATCH_SECONDS")
        self._timer: asyncio.TimerHandle | None = None
        self._is_closed = False
        self._busy_since: float | None = None
        self._spare_bytes = settings.getint("DISK_SPARE_BYTES")
        self.full: str | None = None
        """Why the run ended although the archive could be written still, if it did."""
        self.left_out_now: set[int] = set()
        """Families of which this run has left addresses out."""
        self.left_out: list[LeftOut] = []
        """Those families; known when the run is closed."""
        self.files_missing = 0
        """WARC files that were gone or had another length when the run began, and nobody has noted
        it."""
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
        crawler.signals.connect(session.workers.kill, signal=GIVEN_UP)
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
        if self.keeps and self.folder.exists():
            try:
                self._hold()
            except (HemerotecaError, OSError) as error:
                self.fail(error)

    def _hold(self) -> None:
        """Take the lock, which comes before the first byte, and see that the database was not lost.
        Raises HemerotecaError, OSError."""
        if not self.lock.held:
            self.folder.mkdir(parents=True, exist_ok=True)
            self.lock.acquire()
            check(self.folder)

    def close(self, spider: Spider, reason: str) -> None:
        """Store what is left, give back what was claimed, close the run, the files, the workers;
        once, however often it is called."""
        if self._is_closed:
            return
        self._is_closed = True
        self.flush()
        self._cancel_timer()
        self.workers.close()
        if self.workers.faults:  # a page that meets a fault of ours is no success of the run
            self._crawler.stats.inc_value("spider_exceptions/count", self.workers.faults)
        self._finished_at = times.now()
        for step in (self._give_back, self._close_warc, self._finish):
            try:
                step(reason)
            except Exception as error:
                said = str(error) or in_words(error)
                self.error = self.error or f"cannot close the archive {self.folder}: {said}"
        self.lock.release()

    def _give_back(self, reason: str) -> None:
        if self._store is not None:
            frontier = self._store.frontier
            self._store.wait_at_most(_LAST_BUSY_MS)
            with self._store.db.atomic():
                frontier.release()
            self.left = sum(map(frontier.count_queued, self._site_ids()))
            if hosts := getattr(self._crawler.spider, "hosts", None):
                self.left_out = [
                    one
                    for one in frontier.families.left_out(hosts)
                    if one.family_id in self.left_out_now
                ]
        self.outcome = self._outcome(reason)

    def _close_warc(self, reason: str) -> None:
        if self._warc is not None:
            with contextlib.suppress(OSError):  # a full disk must not keep the run from closing
                self._warc.write_other(*run_record(self.uuid, self._account(self._outcome(reason))))
            self._warc.close()

    def _finish(self, reason: str) -> None:
        if self._store is not None:
            try:
                self._enter_closed_files(self._store)
                if not self.error:  # captures whose visits a fault or a second Ctrl-C took away
                    self._mend(self._store, own=())
                self._store.finish_run(self._outcome(reason), self._finished_at)
            finally:
                self._store.close()

    @property
    def doubtful(self) -> list[LeftOut]:
        """What this run has left out that may be stories."""
        return [one for one in self.left_out if one.may_be_stories]

    def _outcome(self, reason: str) -> str:
        faults = self._crawler.stats.get_value("spider_exceptions/count") or 0
        reached = getattr(self._crawler.spider, "has_reached_seeds", True)
        cut = self.is_full and self.left > 0
        return outcome(
            reason, faults=faults, reached=reached, cut=cut, doubtful=bool(self.doubtful)
        )

    def fail(self, error: Exception) -> None:
        """End the run because the archive cannot be written, or for a fault of ours; what is stored
        is sound."""
        if self.error is None:
            if is_damage(error):
                error = explain(self.folder, error)
            self.error = shown(self._account_of(error))
            self.exit_code = error.exit_code if isinstance(error, ArchiveError) else 1
            Ending.of(self._crawler).begin("archive error")

    def _account_of(self, error: BaseException) -> str:
        """What to tell the user of a failure."""
        if isinstance(error, HemerotecaError):
            return str(error)
        if isinstance(error, sqlite3.Error | OSError):
            return f"cannot write to the archive {self.folder}: {error}"
        logger.error("the run breaks off", exc_info=error)
        return (
            f"the run broke off ({in_words(error)}); what is stored in {self.folder} is sound, and"
            " the same command resumes"
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
                        utc(self.started_at),
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
            self._hold()
            store = Store(self.folder, self._plan, extractor_version(), PageTexts(self.folder))
            spider = self._crawler.spider
            assert spider is not None
            store.begin_run(
                spider.name,
                getattr(spider, "arguments", {}),
                f"Hemeroteca/{__version__}",
                utc(self.started_at, exact=True),
                self.uuid,
            )
            written = (
                [self._warc.name, *(file.name for file in self._warc.closed)] if self._warc else ()
            )
            self._mend(store, written)
            self.files_missing = say_what_is_missing(store, self.folder)
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
            store.wait_at_most(_BUSY_MS)
            self._store = store
            self._count_queued()
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
            failed = each.state in ("failed", "retry", "gone", "excluded") or each.reason
            if failed and not each.is_missed_guess:
                self.reasons[each.state, each.reason.kind if each.reason else None] += 1
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
        """Store the batch, in one transaction but for what tells of very many addresses.

        While another program holds the database, the batch waits and is tried again. A visit that
        cannot be stored fails alone. On any other failure, of whatever kind, the run ends and says
        why.
        """
        self._cancel_timer()
        if not self.holds_back:
            return
        while self._batch:
            batch = self._batch[: first_part(self._batch)]
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
            del self._batch[: len(batch)]
            self._busy_since = None
            self._take_news(self.store.frontier, batch)

    # -- WARC ------------------------------------------------------------------------------------

    def keep(self, exchange: Exchange, asked_if_changed: str | None) -> Capture | None:
        """Write an exchange; None where that failed, and the run is ending.

        asked_if_changed: of a 304, the URL that was asked for.
        """
        try:
            self._hold()
            if not (self.folder / FILE_NAME).exists():
                # first, or a run that is killed now leaves WARC files that nobody knows
                open_for_writing(self.folder).close()
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
            return self._look(lambda db: still_holds(db, self.folder, asked_if_changed))
        if not exchange.body or exchange.truncated is not None:
            return None
        return self._look(lambda db: same_payload(db, self.folder, exchange.payload_digest))

    def has_answer(self, url: str) -> bool:
        """Whether what a URL last answered is in WARC still: only then it makes sense to ask
        whether it has changed."""
        return self._look(lambda db: still_holds(db, self.folder, url)) is not None

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
            " same command again: it resumes here"
        )
        Ending.of(self._crawler).begin(FULL)

    def _account(self, outcome: str) -> dict[str, Any]:
        """What a run's own record says of it."""
        spider = self._crawler.spider
        return {
            "run": self.uuid,
            "software": f"Hemeroteca/{__version__}",
            "spider": spider.name if spider is not None else None,
            "arguments": getattr(spider, "arguments", {}),
            "started_at": utc(self.started_at),
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
        if frontier.chains.withheld:
            self.reasons["excluded", WITHHELD] += frontier.chains.withheld
            frontier.chains.withheld = 0
        self._count_queued()
        woken, frontier.woken = frontier.woken, set()
        self.on_stored(woken, [visit.url for visit in batch])

    # -- the frontier ----------------------------------------------------------------------------

    def _count_queued(self) -> None:
        """Count what waits, as often as that costs next to nothing: what becomes due or is excluded
        meanwhile is in no running total."""
        began = time.monotonic()
        if self._store is None or began < self._counted_at:
            return
        frontier, now = self._store.frontier, utc(datetime.now(UTC))
        self.queued = sum(
            frontier.count_queued(site) + frontier.count_due(site, now) for site in self._site_ids()
        )
        self._counted_at = began + max(1.0, 100 * (time.monotonic() - began))

    def _site_ids(self) -> list[int]:
        """Keys of the sites that the run follows, as far as the archive knows them."""
        spider = self._crawler.spider
        hosts: Iterable[str] = getattr(spider, "resume_hosts", ())
        followed: Iterable[str] = getattr(spider, "hosts", ())
        assert self._store is not None
        found = map(self._store.find_site, {*hosts, *followed})
        return [site for site in found if site is not None]

    def best_waiting(self, host: str) -> int | None:
        """The highest priority among what waits of a site in the archive; None if nothing does."""
        store = self._store
        if store is None or (site := self._look(lambda db: store.find_site(host))) is None:
            return None
        return self._look(lambda db: store.frontier.best_waiting(site))

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
                found = store.frontier.claim(site, limit, times.now(), above)
        except Exception as error:
            if not self._waits_for(error):
                self.fail(error)
            return []
        self.queued = max(0, self.queued - len(found))
        self._count_queued()
        return found

    def refuse(self, url: str, reason: Reason, due_at: str | None) -> None:
        """Exclude a claimed URL unvisited."""
        self.reasons["excluded", reason.kind] += 1
        self._change(lambda store: store.frontier.refuse(url, reason, due_at))

    def _change(self, write: Callable[[Store], T]) -> T | None:
        """Write to the archive in a transaction; None where that cannot be done now, or at all:
        then the run ends."""
        try:
            with self.store.db.atomic():
                return write(self.store)
        except Exception as error:
            if not self._waits_for(error):
                self.fail(error)
            return None

    def shut(self, host: str, reason: Reason) -> None:
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

    def family(self, url: str, name: str) -> Family | None:
        """What visits have taught of a family of addresses on a URL's site; None: nothing yet."""
        return self._of_site(
            site_host(url), lambda store, site: store.frontier.families.family(site, name)
        )

    def site_yield(self, host: str) -> SiteYield:
        """What all visits of a site have brought."""
        found = self._of_site(host, lambda store, site: store.frontier.families.site_yield(site))
        return found or SiteYield()

    def _of_site(self, host: str, ask: Callable[[Store, int], T | None]) -> T | None:
        """What the store knows of a site; None where it does not know the site."""
        store = self._store
        if store is None:
            return None

        def look(_: sqlite3.Connection) -> T | None:
            site = store.find_site(host)
            return None if site is None else ask(store, site)

        return self._look(look)

    def hold_family(self, family_id: int) -> None:
        """Hold what waits of a family, until a round lets it in."""
        self._change(lambda store: store.frontier.families.hold_all(family_id))

    def next_round(
        self, host: str, decide: Callable[[list[Family], SiteYield], list[Admission]]
    ) -> int:
        """Let some of what is held of a site in: what `decide` says. Where it lets nothing in, what
        is held is left out. Returns how many URLs were let in; -1 where the archive cannot be
        written just now."""
        self.flush()
        if self.holds_back or not self.answered or self.error or self._busy_since is not None:
            return -1
        count = self._change(lambda store: self._let_in(store, host, decide))
        return -1 if count is None else count

    def _let_in(
        self, store: Store, host: str, decide: Callable[[list[Family], SiteYield], list[Admission]]
    ) -> int:
        site = store.find_site(host)
        if site is None:
            return 0
        families = store.frontier.families
        held = families.held_families(site)
        numbered = {family.id for family in held if list_page(family.example) is not None}
        admissions = decide(held, families.site_yield(site))
        if not admissions:
            left = families.leave_out(site)
            if left:
                self.left_out_now |= left.keys()
                self.reasons["excluded", LEFT_OUT] += sum(left.values())
            return 0
        families.begin_round(site)
        count = 0
        for each in admissions:
            let_in, left_out = families.admit(site, each, numbered=each.family in numbered)
            count += let_in
            if self.reasons["excluded", LEFT_OUT]:
                self.reasons["excluded", LEFT_OUT] -= left_out
        return count

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
        if self.error or (
            # another run may be making it just now
            self._store is None and not (self.lock.held and (self.folder / FILE_NAME).exists())
        ):
            return None
        try:
            if self._store is not None:
                return ask(self._store.db.conn)
            with open_for_reading(self.folder) as db:
                return ask(db.conn)
        except sqlite3.DatabaseError as error:
            if is_damage(error):
                self.fail(error)
            return None
        except ArchiveError:
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
                self.store.memory.keep_robots(origin, url, times.now(), status, body)
        except Exception as error:
            if not self._waits_for(error):
                self.fail(error)

    def _later(self, seconds: float) -> None:
        self._timer = asyncio.get_running_loop().call_later(seconds, self.flush)

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
