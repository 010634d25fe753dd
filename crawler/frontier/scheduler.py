"""The frontier as a Scrapy scheduler: which URL is fetched next.

What is known is in the archive's table `urls`. A run claims a few dozen URLs of a site at a time,
the best first; they leave the state `claimed` in the transaction that stores their visits, or are
queued again when the run ends, or when the next one begins. In memory are only the claimed ones and
those that were not stored yet, whatever the archive knows.
"""

from __future__ import annotations

import asyncio
import heapq
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial, wraps
from itertools import chain, count
from typing import Any, Protocol, Self, TypeVar, cast

from scrapy import Spider, signals
from scrapy.core.scheduler import BaseScheduler
from scrapy.crawler import Crawler
from scrapy.http import Request
from scrapy.utils.httpobj import urlparse_cached

from crawler import times
from crawler.archive.families import NEVER_HELD
from crawler.archive.outcomes import Family
from crawler.extensions.session import Session
from crawler.items import Due, FoundUrl
from crawler.policy import budget
from crawler.policy.revisit import SECOND_CHANCE
from crawler.reasons import Reason
from crawler.stopping import STOPPING
from crawler.urls import site_host

# Requests of one host that may wait in the downloader beyond those under way: enough to keep it
# busy, few enough that one slow host does not fill it.
_AHEAD = 2
# URLs claimed of a site at once, and how few may be left before more are. What is claimed is
# fetched before anything better that is found meanwhile: few, then.
_CLAIM = 32
_LOW = 6
_NONE = -(1 << 31)
"""Lower than any priority."""
# Seconds between two looks into the archive while nothing waits and visits come in one by one.
_LOOK = 0.05
LATER = Reason("later")
"""What a spider says of a URL that it cannot judge yet."""
HOLD = Reason("hold")
"""Of a URL whose family has given too little."""
# Seconds: what a site asks to wait beyond that, the next run waits.
_LONGEST_PAUSE = 3_600.0


class FrontierSpider(Protocol):
    """What the frontier asks of a spider."""

    resume_hosts: tuple[str, ...]
    """Sites whose waiting URLs are taken up."""
    max_pages: int | None
    """Pages to fetch at most; None for no limit."""

    def request(self, due: Due) -> Request:
        """Make a request of a URL."""

    def rank(self, found: FoundUrl) -> int:
        """Say its priority: higher is fetched first."""

    def is_part(self, host: str) -> bool:
        """Say whether a host is followed as a part of a newspaper at another one."""

    def refuse(self, due: Due) -> Reason | None:
        """Say why a URL is not to be fetched at all; None if it is."""

    def look_further(self, site: str) -> None:
        """Offer more sources of a site, if any, where all that is known of it has been fetched."""


F = TypeVar("F", bound=Callable[..., Any])


def _or_end_the_run(method: F) -> F:
    """Of what Scrapy's engine calls: a fault ends the run, and nothing is answered; the engine
    would log it and wait for what does not come."""

    @wraps(method)
    def call(self: Frontier, *args: Any) -> Any:
        try:
            return method(self, *args)
        except Exception as error:
            self._session.fail(error)
            return None

    return cast(F, call)


@dataclass(slots=True)
class _Line:
    """What waits of one site."""

    heap: list[tuple[int, int, Request | Due]] = field(default_factory=list)
    dry: bool = True
    """The archive has nothing more of it, as far as we know."""
    best: int | None = None
    """The highest priority among what the archive has; None if nobody has looked since that may
    have changed."""
    free_at: float = 0.0
    """Monotonic time before which nothing is fetched, because the site asked for a pause."""
    closed: bool = False
    """The pause is too long to wait for: nothing more of this site in this run."""
    over: bool = True
    """No round is due: the site is not followed, or the last one let nothing in and nothing has
    come since."""


class Frontier(BaseScheduler):
    """Hands out each URL once a run, the most promising first, sites in turn."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._per_host = crawler.settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN")
        self._lines: dict[str, _Line] = {}
        self._order = count()
        self._pages: Counter[str] = Counter()
        """Newspaper → pages of it that were handed out, where their number is limited."""
        self._newspapers: tuple[str, ...] = ()
        """Hosts of the newspapers that share a limit on pages."""
        self._looked_at = 0.0
        self._hand: set[str] = set()
        """URLs that wait in the lines."""
        self._done: set[str] = set()
        """Those among them that were fetched by other ways meanwhile."""
        self._out: dict[str, str] = {}
        """URLs handed out whose visit is not stored yet → their family; "" where they have none."""
        self._sources: set[str] = set()
        """Sitemaps, feeds and the like that wait or are under way."""
        self._wake: asyncio.TimerHandle | None = None
        self._is_stopping = False

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made by Scrapy."""
        frontier = cls(crawler)
        crawler.signals.connect(frontier._close, signal=signals.spider_closed)
        crawler.signals.connect(frontier._stop, signal=STOPPING)
        return frontier

    @classmethod
    def of(cls, crawler: Crawler) -> Frontier:
        """The frontier of a running crawl."""
        scheduler = crawler.engine.scheduler
        assert isinstance(scheduler, cls)
        return scheduler

    @property
    def waiting(self) -> int:
        """URLs that wait: in the archive, here, and in the downloader for a turn of their host."""
        downloader = self._crawler.engine.downloader
        on_the_wire = sum(len(slot.transferring) for slot in downloader.slots.values())
        return self._session.queued + len(self._hand) + len(downloader.active) - on_the_wire

    @property
    def room(self) -> int | None:
        """Pages that may be fetched still; None for no limit."""
        limit = self._spider.max_pages
        return None if limit is None else limit - self._pages.total()

    def awaits_sources(self, url: str) -> bool:
        """Whether sitemaps, feeds or the like of a URL's site are to come, that may tell more of
        what waits."""
        site = site_host(url)
        return any(site_host(source) == site for source in self._sources)

    def open(self, spider: Spider) -> None:
        """Take up what an earlier run left."""
        self._spider = cast(FrontierSpider, spider)
        self._session = Session.of(self._crawler)
        self._session.on_stored = self._stored
        self._newspapers = self._spider.resume_hosts
        if self._session.keeps:
            self._stored(self._spider.resume_hosts)

    def take_up(self, host: str) -> None:
        """A host is followed from now on: what waits of it in the archive gets its turn."""
        self._stored([host])

    def offer(self, found: Iterable[FoundUrl]) -> None:
        """Queue sources that no page told of; what is not due is left alone."""
        now = times.now()
        begun = times.utc(self._session.started_at)
        for each in found:
            known = self._session.lookup(each.url)
            if known is not None and known.state != "done" and (known.due_at or "") > now:
                continue
            if known is not None and (known.visited_at or "") >= begun:
                continue  # this run has been there
            if each.url not in self._hand and each.url not in self._out:
                due = Due(each) if known is None else replace(known, found=each)
                self._push(self._spider.rank(each), due, each.url)
        self._call_engine()

    def mark_seen(self, url: str) -> None:
        """A URL was fetched by other ways (a redirect led to it): do not fetch it again."""
        if url in self._hand:
            self._done.add(url)

    def pause(self, url: str, seconds: float) -> None:
        """Ask nothing of a URL's site for a while."""
        line = self._lines.setdefault(site_host(url), _Line())
        if seconds > _LONGEST_PAUSE:
            line.closed = line.dry = True
            for _, _, entry in line.heap:  # queued again in the archive when the run ends
                if isinstance(entry, Due):
                    self._forget(entry.found.url)
            line.heap.clear()
            return
        line.free_at = max(line.free_at, time.monotonic() + seconds)
        self._call_engine_in(seconds)

    @_or_end_the_run
    def enqueue_request(self, request: Request) -> bool:
        """Scrapy's door: requests of spiders, and redirects and retries of its middlewares."""
        due: Due | None = request.meta.get("due")
        rank = request.priority
        if due is not None and not _is_follow_up(request):
            if due.found.url in self._hand or due.found.url in self._out:
                return False
            self._push(self._spider.rank(due.found), due, due.found.url)
            return True
        if due is not None:
            rank += 2000  # what has been begun is finished first
        self._push(rank, request, None)
        return True

    @_or_end_the_run
    def has_pending_requests(self) -> bool:
        """Whether anything waits. The engine asks when nothing is under way any more."""
        session = self._session
        if session.answered and not session.error:
            session.flush()
        if not session.holds_back:
            # what gave no visit after all (a fault of ours, a refused answer) holds up nothing
            self._out.clear()
            self._sources &= self._hand
        waits = any(line.heap for line in self._lines.values())
        if not waits and session.answered and not session.error:
            waits = session.holds_back or any(
                not (line.dry and line.over) and not line.closed for line in self._lines.values()
            )
        if waits:
            self._call_engine_in(_LOOK)
        return waits

    @_or_end_the_run
    def next_request(self) -> Request | None:
        """The next request, or None if nothing waits that a host is free for."""
        if self._session.error or self._is_stopping:
            return None
        for site in list(self._lines):
            line = self._lines[site]
            if line.free_at > time.monotonic():
                self._call_engine_in(line.free_at - time.monotonic())
                continue
            if len(line.heap) < _LOW:
                self._refill(site, line)
            elif self._best(site, line) > -line.heap[0][0]:
                self._refill(site, line, above=-line.heap[0][0])
            if not line.heap:
                self._next_round(site, line)
            if not line.heap:
                continue
            # to the end of the line: the next call begins with another site
            self._lines[site] = self._lines.pop(site)
            request = self._pop(site, line)
            if request is None and line.heap and self._best(site, line) > -max(line.heap)[0]:
                # all that waits here waits for something: perhaps for what the archive has
                self._refill(site, line, above=-max(line.heap)[0])
                request = self._pop(site, line)
            if request is not None:
                return request
        return None

    # -- lines -----------------------------------------------------------------------------------

    def _push(self, rank: int, entry: Request | Due, url: str | None) -> None:
        site = site_host(entry.found.url if isinstance(entry, Due) else entry.url)
        line = self._lines.setdefault(site, _Line())
        if url is not None and isinstance(entry, Due):
            self._hand.add(url)
            if entry.found.role != "page":
                self._sources.add(url)
        heapq.heappush(line.heap, (-rank, next(self._order), entry))

    def _best(self, site: str, line: _Line) -> int:
        """The highest priority among what waits of a site in the archive."""
        if line.dry:
            return _NONE
        if line.best is None:
            best = self._session.best_waiting(site)
            line.best = _NONE if best is None else best
        return line.best

    def _pop(self, site: str, line: _Line) -> Request | None:
        deferred = []
        request = None
        while line.heap and request is None:
            if self._is_busy(_entry_host(line.heap[0][2])):
                break
            item = heapq.heappop(line.heap)
            entry = item[2]
            if isinstance(entry, Request):
                request = entry
                continue
            url = entry.found.url
            if url in self._done:
                self._done.discard(url)
                self._forget(url)
                continue
            if self._is_others_turn(entry):
                deferred.append(item)
                continue
            family = self._family(entry)
            verdict = self._judge(entry, family, hopes=self._best(site, line) > -item[0])
            if verdict == LATER:
                deferred.append(item)
                continue
            self._hand.discard(url)
            if verdict == HOLD and family is not None:
                self._hold(family, line)
                continue
            if verdict is not None:
                self._forget(url)
                due_at = datetime.now(UTC) + timedelta(seconds=SECOND_CHANCE)
                self._session.refuse(url, verdict, times.utc(due_at))
                continue
            if self._is_over_limit(entry):
                self._forget(url)
                continue  # it is queued again in the archive when the run ends
            known = entry.visited_at or entry.etag
            if entry.found.source in ("seed", "list") and not known:
                looked = self._session.lookup(url)
                entry = entry if looked is None else replace(looked, found=entry.found)
            self._out[url] = entry.found.family
            if family is not None:
                entry = replace(entry, ask_as=budget.with_slash(url, family))
            request = self._spider.request(entry)
        for item in deferred:
            heapq.heappush(line.heap, item)
        if deferred and request is None:
            self._look()
        return request

    def _forget(self, url: str) -> None:
        self._hand.discard(url)
        self._out.pop(url, None)
        self._sources.discard(url)

    def _family(self, due: Due) -> Family | None:
        """What is known of the like of a URL that was never visited; None where that is nothing."""
        found = due.found
        if not found.family or due.visited_at is not None:
            return None
        return self._session.family(found.url, found.family)

    def _judge(self, due: Due, family: Family | None, *, hopes: bool) -> Reason | None:
        """Why a URL is not fetched; LATER where that depends on visits under way, HOLD where it is
        not to be fetched before a round lets it in; else None.

        hopes: whether the archive has something better that waits, on which it may depend.
        """
        found = due.found
        if due.asked_for:
            return None
        reason = self._spider.refuse(due)
        if reason == LATER and not (hopes or self._is_under_way(site_host(found.url))):
            reason = None  # what it waited for does not come
        if reason is not None:
            return reason
        if found.role != "page" or due.visited_at is not None or found.source in NEVER_HELD:
            return None
        reason = budget.trap(found.url)
        if reason is not None:
            return reason
        if family is None or not family.is_open:
            return None  # a round has let it in
        under_way = sum(each == found.family for each in self._out.values())
        return HOLD if budget.is_spent(family, under_way) else None

    def _hold(self, family: Family, line: _Line) -> None:
        """Close a family: its addresses wait for a round, but those that are never held."""
        self._session.hold_family(family.id)
        kept = []
        for item in line.heap:
            entry = item[2]
            if (
                isinstance(entry, Due)
                and entry.found.family == family.name
                and entry.found.source not in NEVER_HELD
                and entry.visited_at is None
                and not entry.asked_for
            ):
                self._forget(entry.found.url)
            else:
                kept.append(item)
        line.heap[:] = kept
        heapq.heapify(line.heap)

    def _next_round(self, site: str, line: _Line) -> None:
        """Where nothing of a site waits and nothing is under way, let some of what is held in."""
        if not line.dry or line.over or line.closed or self._is_under_way(site):
            return
        if self._is_limit_reached():
            line.over = True
            return
        self._spider.look_further(site)
        if line.heap:
            return
        part = self._spider.is_part(site)
        count = self._session.next_round(site, partial(budget.admit, part=part))
        line.over = count == 0
        if count > 0:
            line.dry, line.best = False, None
            self._refill(site, line)
        elif count < 0:
            self._call_engine_in(_LOOK)

    def _is_under_way(self, site: str) -> bool:
        """Whether answers of a site, or what its sitemaps and feeds tell of, are to come."""
        return any(site_host(url) == site for url in chain(self._out, self._sources))

    def _refill(self, site: str, line: _Line, above: int = _NONE) -> None:
        """Claim more of a site, if it has more; not at every visit while they come one by one."""
        session = self._session
        if session.holds_back and not line.heap and not self._look():
            return
        if self._is_limit_reached():
            line.dry = True
        if line.dry:
            return
        claimed = session.claim(site, _CLAIM, above)
        line.best = None
        if above == _NONE:
            line.dry = session.answered and not session.waits and len(claimed) < _CLAIM
        for due in claimed:
            if due.found.url not in self._hand and due.found.url not in self._out:
                self._push(due.found.priority, due, due.found.url)

    def _stored(self, hosts: Iterable[str], visited: Iterable[str] = ()) -> None:
        """Visits were stored: of these sites the archive has more now."""
        visited = tuple(visited)
        for host in {*hosts, *map(site_host, visited)}:
            if host in self._spider.resume_hosts or self._is_followed(host):
                line = self._lines.setdefault(host, _Line())
                line.dry = line.over = line.closed
                line.best = None
        for url in visited:
            self._out.pop(url, None)
            self._sources.discard(url)
        self._call_engine()

    def _look(self) -> bool:
        """Store what has come, unless that was done just now; returns whether it was done."""
        now = time.monotonic()
        if now - self._looked_at < _LOOK:
            self._call_engine_in(_LOOK)
            return False
        self._looked_at = now
        self._session.flush()  # calls _stored
        return True

    def _is_followed(self, host: str) -> bool:
        followed: set[str] = getattr(self._spider, "hosts", set())
        return host in followed

    # -- limits ----------------------------------------------------------------------------------

    def _is_busy(self, host: str) -> bool:
        slot = self._crawler.engine.downloader.slots.get(host)
        return slot is not None and len(slot.active) >= self._per_host + _AHEAD

    def _is_limit_reached(self) -> bool:
        room = self.room
        if room is None or room > 0:
            return False
        self._session.is_full = True
        return True

    def _is_over_limit(self, due: Due) -> bool:
        """Count pages against the spider's limit."""
        if self._spider.max_pages is None or due.found.role not in ("home", "page"):
            return False
        if self._is_limit_reached():
            return True
        self._pages[self._newspaper(site_host(due.found.url))] += 1
        return False

    def _is_others_turn(self, due: Due) -> bool:
        """Whether a page has to wait, because what is left of the limit is the share of others.

        Each newspaper is sure of an equal share. What one does not need goes to whoever has pages
        waiting, once nothing of it waits or is under way any more.
        """
        room = self.room
        if room is None or room <= 0 or due.found.role not in ("home", "page"):
            return False
        own = self._newspaper(site_host(due.found.url))
        share = (room + self._pages.total()) // max(1, len(self._newspapers))
        if self._pages[own] < share:
            return False
        kept = sum(
            max(0, share - self._pages[other])
            for other in self._newspapers
            if other != own and self._is_wanting(other)
        )
        return room <= kept

    def _is_wanting(self, newspaper: str) -> bool:
        """Whether more pages of a newspaper may come."""
        return any(
            line.heap or not (line.dry or line.closed)
            for host, line in self._lines.items()
            if self._newspaper(host) == newspaper
        ) or any(self._newspaper(site_host(url)) == newspaper for url in self._out)

    def _newspaper(self, host: str) -> str:
        """Which of those that share the limit a host belongs to: its own, or one above it."""
        for each in self._newspapers:
            if host == each or host.partition(":")[0].endswith("." + each.partition(":")[0]):
                return each
        return host

    # -- the engine ------------------------------------------------------------------------------

    def _call_engine(self) -> None:
        slot = self._crawler.engine._slot
        if slot is not None:
            # It would come by itself after five seconds. Its one public door, engine.crawl(), wants
            # a Request for each URL: too much for millions that wait.
            slot.nextcall.schedule()

    def _call_engine_in(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        when = loop.time() + max(seconds, 0.001)
        if self._wake is not None and self._wake.when() > loop.time():
            if self._wake.when() <= when:
                return
            self._wake.cancel()
        self._wake = loop.call_at(when, self._call_engine)

    def _stop(self) -> None:
        self._is_stopping = True

    def _close(self) -> None:
        if self._wake is not None:
            self._wake.cancel()


def _is_follow_up(request: Request) -> bool:
    return bool(request.meta.get("redirect_times") or request.meta.get("retry_times"))


def _entry_host(entry: Request | Due) -> str:
    if isinstance(entry, Request):
        return urlparse_cached(entry).hostname or ""
    return urlparse_cached(Request(entry.found.url)).hostname or ""
