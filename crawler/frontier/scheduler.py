"""The frontier as a Scrapy scheduler: which URL is fetched next.

What is known is in the archive's table `urls`. A run claims a few dozen URLs of a site at a time,
the best first; they leave the state `claimed` in the transaction that stores their visits, or are
queued again when the run ends, or when the next one begins. In memory are only the claimed ones and
those that were not stored yet, whatever the archive knows.
"""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial, wraps
from itertools import count
from typing import Any, Self, TypeVar, cast

from scrapy import Spider, signals
from scrapy.core.downloader import Downloader
from scrapy.core.scheduler import BaseScheduler
from scrapy.crawler import Crawler
from scrapy.http import Request, Response
from scrapy.utils.httpobj import urlparse_cached

from crawler import times
from crawler.archive.outcomes import Family
from crawler.events import event
from crawler.extensions.gate import Gate
from crawler.extensions.session import Session
from crawler.extensions.waking import Waking
from crawler.frontier.backoff import BackOff
from crawler.frontier.in_hand import InHand
from crawler.frontier.judge import HOLD, Judge, is_held_with
from crawler.frontier.lines import NONE, Line, entry_host, is_follow_up
from crawler.frontier.page_limit import PageLimit
from crawler.frontier.requisites import Requisites, requisite_slot
from crawler.frontier.silence import Silence
from crawler.frontier.spider import LATER, FrontierSpider
from crawler.items import Due, FoundUrl
from crawler.policy import budget
from crawler.policy.revisit import SECOND_CHANCE
from crawler.reasons import Reason, because
from crawler.stopping import STOPPING, Stopped
from crawler.urls import site_host

# Requests of one host that may wait in the downloader beyond those under way: enough to keep it
# busy, few enough that one slow host does not fill it.
_AHEAD = 2
# URLs claimed of a site at once, and how few may be left before more are. What is claimed is
# fetched before anything better that is found meanwhile: few, then.
_CLAIM = 32
_LOW = 6
# Seconds between two looks into the archive while nothing waits and visits come in one by one.
_LOOK = 0.05
# Seconds: what a site asks to wait beyond that, the next run waits.
_LONGEST_PAUSE = 3_600.0
# Seconds for which later runs heed it at most: what a server asks beyond that is taken to be of
# the address.
_LONGEST_KEPT = 86_400.0
_PLACE = "place"
"""In the meta of a request that was handed out: what its line had of it."""
_SLOT = Downloader.DOWNLOAD_SLOT
"""The same once it has its turn at its host: which of the downloader's slots it is in."""


F = TypeVar("F", bound=Callable[..., Any])


def _or_end_the_run(method: F) -> F:
    """Of what Scrapy's engine calls: a fault ends the run, and nothing is answered; the engine
    would log it and wait for what does not come."""

    @wraps(method)
    def call(self: Frontier, *args: Any) -> Any:
        try:
            return method(self, *args)
        except Exception as error:
            self._session.archive.fail(error)
            return None

    return cast(F, call)


class Frontier(BaseScheduler):
    """Hands out each URL once a run, the most promising first, sites in turn."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._per_host = crawler.settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN")
        self._lines: dict[str, Line] = {}
        """What waits of each site."""
        self._in_hand = InHand()
        self._order = count()
        self._looked_at = 0.0
        self._waking = Waking(crawler)
        self._is_stopping = False
        self._no_files: set[str] = set()
        """Sites that have refused us a requisite: none is asked for while pages wait."""
        self._have_answered: set[str] = set()
        """Sites that have answered in this run."""
        self._back_off = BackOff(self._refused, self.is_pausing)
        self._silence = Silence(self.pause, self._leave_silent, self.is_pausing)
        self._earlier_pauses: dict[str, str] | None = None
        """Hosts that asked in an earlier run to be left alone and have no line yet → until when;
        None: nobody has looked."""
        Gate.of(crawler).wait = self._seconds_to_wait
        Gate.of(crawler).failed = self._unanswered

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made by Scrapy."""
        frontier = cls(crawler)
        crawler.signals.connect(frontier._close, signal=signals.spider_closed)
        crawler.signals.connect(frontier._stop, signal=STOPPING)
        crawler.signals.connect(frontier._answered, signal=signals.response_downloaded)
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
        return self._session.queue.size + len(self._in_hand) + len(downloader.active) - on_the_wire

    @property
    def pause_ahead(self) -> tuple[str, float] | None:
        """The site whose pause ends first, and in how many seconds, where nothing is on the wire;
        None where none of those that wait has one."""
        if any(slot.transferring for slot in self._crawler.engine.downloader.slots.values()):
            return None
        now = time.monotonic()
        pauses = [
            (line.free_at - now, site)
            for site, line in self._lines.items()
            if line.free_at > now and line.may_have_more
        ]
        return min(pauses)[::-1] if pauses else None

    def awaits_sources(self, url: str) -> bool:
        """Whether sitemaps, feeds or the like of a URL's site are to come, that may tell more of
        what waits."""
        return self._in_hand.awaits_sources(site_host(url))

    def open(self, spider: Spider) -> None:
        """Take up what an earlier run left."""
        self._spider = cast(FrontierSpider, spider)
        self._session = Session.of(self._crawler)
        self._session.queue.on_stored = self._stored
        self._judge = Judge(self._spider, self._session.known, self._in_hand)
        self._limit = PageLimit(self._spider.max_pages, self._spider.resume_hosts)
        self._requisites: Requisites | None = None
        if self._session.is_archiving and self._spider.keeps_more:
            self._requisites = Requisites(self._session, self._spider, self)
        if self._session.is_archiving:
            self._stored(self._spider.resume_hosts)

    def take_up(self, host: str) -> None:
        """A host is followed from now on: what waits of it in the archive gets its turn."""
        self._stored([host])

    def offer(self, found: Iterable[FoundUrl]) -> None:
        """Queue sources that no page told of; what is not due is left alone."""
        now = times.now()
        begun = times.utc(self._session.run.started_at)
        for each in found:
            known = self._session.known.lookup(each.url)
            if known is not None and known.state != "done" and (known.due_at or "") > now:
                continue
            if known is not None and (known.visited_at or "") >= begun:
                continue  # this run has been there
            if each.url not in self._in_hand:
                due = Due(each) if known is None else replace(known, found=each)
                self._push(self._spider.rank(each), due, each.url)
        self._waking.now()

    def mark_seen(self, url: str) -> None:
        """A URL was fetched by other ways (a redirect led to it): do not fetch it again."""
        self._in_hand.mark_seen(url)

    def _answered(self, response: Response, request: Request) -> None:
        self._have_answered.add(site_host(request.url))
        self._silence.answered(site_host(request.url))
        self._back_off.answered(request, response)

    def _unanswered(self, request: Request, error: Exception) -> None:
        has_answered = site_host(request.url) in self._have_answered
        self._silence.failed(request, error, has_answered=has_answered)

    def pause(self, url: str, seconds: float) -> None:
        """Ask nothing of a URL's site for a while."""
        site = site_host(url)
        if seconds > _LONGEST_PAUSE:
            until = datetime.now(UTC) + timedelta(seconds=seconds)
            self._leave(site, because("asks_for_pause", f"{until:%Y-%m-%d %H:%M}"))
            return
        line = self._line(site)
        line.free_at = max(line.free_at, time.monotonic() + seconds)
        self._waking.after(seconds)

    def _leave(self, site: str, why: Reason) -> None:
        """Ask nothing of a site any more in this run."""
        line = self._line(site)
        line.closed = line.dry = True
        if self._requisites is not None:
            self._requisites.close(site)
        for _, _, entry in line.heap:  # queued again in the archive when the run ends
            if isinstance(entry, Due):
                self._in_hand.forget(entry.found.url)
        line.heap.clear()
        self._spider.left_alone(site, why)

    def _leave_silent(self, site: str) -> None:
        event("host_silent", host=site)
        self._leave(site, because("host_silent"))

    def _refused(self, request: Request, seconds: float) -> None:
        due: Due | None = request.meta.get("due")
        if due is not None and due.found.role == "requisite":
            self._no_files.add(site_host(request.url))
        self.pause(request.url, seconds)
        self._session.keep_pause(request.url, seconds, _LONGEST_KEPT)

    def _heed_earlier(self, *sites: str) -> None:
        """Leave sites alone that have asked for it in an earlier run."""
        for site in sites:
            until = (self._earlier_pauses or {}).pop(site, None)
            if until is not None:
                left = (datetime.fromisoformat(until) - datetime.now(UTC)).total_seconds()
                event("host_paused", host=site, seconds=round(left))
                self.pause(f"http://{site}/", left)

    def _seconds_to_wait(self, request: Request) -> float:
        """How long a request waits that has left its line, because its host has asked for a pause
        since. Raises Stopped where it is not sent: a URL goes back into its line, so that it
        takes no place among what other hosts are asked for."""
        site = site_host(request.url)
        if not self.is_pausing(site):
            return 0.0
        if self.is_closed(site):
            self._led_to_closed(request, site)
            raise Stopped
        if self._takes_back(request, self._lines[site]):
            raise Stopped
        return self._lines[site].free_at - time.monotonic()

    def _led_to_closed(self, request: Request, site: str) -> None:
        """A home page that has moved to a host that is left alone: whose it is, the spider is to
        know."""
        due: Due | None = request.meta.get("due")
        if due is not None and due.found.role == "home" and site_host(due.found.url) != site:
            self._spider.moved(due.found, request.url)

    def _takes_back(self, request: Request, line: Line) -> bool:
        """Whether a request has a place in a line; it has it again then."""
        if is_follow_up(request):
            return False
        due: Due | None = request.meta.get("due")
        if due is not None and due.found.role == "requisite":
            return self._requisites is not None and self._requisites.take_back(due)
        place = request.meta.get(_PLACE)
        if place is None:
            return False
        url = place[2].found.url
        self._in_hand.forget(url)
        self._in_hand.take(url, is_source=place[2].found.role != "page")
        self._limit.give_back(place[2])
        heapq.heappush(line.heap, place)
        return True

    @_or_end_the_run
    def enqueue_request(self, request: Request) -> bool:
        """Scrapy's door: requests of spiders, and redirects and retries of its middlewares."""
        due: Due | None = request.meta.get("due")
        rank = request.priority
        if due is not None and not is_follow_up(request):
            if due.found.url in self._in_hand:
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
        archive = self._session.archive
        if archive.answered and not archive.error:
            archive.flush()
        if not archive.holds_back:
            # what gave no visit after all (a fault of ours, a refused answer) holds up nothing
            self._in_hand.settle_all()
            if self._requisites is not None:
                self._requisites.settle_all()
        waits = any(line.heap for line in self._lines.values())
        if not waits and archive.answered and not archive.error:
            waits = archive.holds_back or any(
                not (line.dry and line.over) and not line.closed for line in self._lines.values()
            )
            waits = waits or (self._requisites is not None and self._requisites.waits)
        if waits:
            self._waking.after(_LOOK)
        return waits

    @_or_end_the_run
    def next_request(self) -> Request | None:
        """The next request, or None if nothing waits that a host is free for."""
        if self._session.archive.error or self._is_stopping:
            return None
        if self._earlier_pauses is None:
            self._earlier_pauses = self._session.known.pauses(_LONGEST_KEPT)
            self._heed_earlier(*self._lines)
        for site in list(self._lines):
            line = self._lines[site]
            if line.free_at > time.monotonic():
                self._waking.after(line.free_at - time.monotonic())
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
        return None if self._requisites is None else self._requisites.next()

    # -- lines -----------------------------------------------------------------------------------

    def _line(self, site: str) -> Line:
        line = self._lines.get(site)
        if line is None:
            line = self._lines[site] = Line()
            self._heed_earlier(site)
        return line

    def _push(self, rank: int, entry: Request | Due, url: str | None) -> None:
        site = site_host(entry.found.url if isinstance(entry, Due) else entry.url)
        line = self._line(site)
        if line.closed and isinstance(entry, Due):
            return  # it waits in the archive, or is named again
        if url is not None and isinstance(entry, Due):
            self._in_hand.take(url, is_source=entry.found.role != "page")
        heapq.heappush(line.heap, (-rank, next(self._order), entry))

    def _best(self, site: str, line: Line) -> int:
        """The highest priority among what waits of a site in the archive."""
        if line.dry:
            return NONE
        if line.best is None:
            best = self._session.queue.best_waiting(site)
            line.best = NONE if best is None else best
        return line.best

    def _pop(self, site: str, line: Line) -> Request | None:
        deferred = []
        request = None
        while line.heap and request is None:
            if self._is_busy(site, entry_host(line.heap[0][2])):
                break
            item = heapq.heappop(line.heap)
            entry = item[2]
            if isinstance(entry, Request):
                request = entry
                continue
            url = entry.found.url
            if self._in_hand.drop_seen(url):
                continue
            if self._limit.is_others_turn(entry, self._is_wanting):
                deferred.append(item)
                continue
            family = self._judge.family(entry)
            verdict = self._judge.verdict(entry, family, hopes=self._best(site, line) > -item[0])
            if verdict == LATER:
                deferred.append(item)
                continue
            self._in_hand.leave_line(url)
            if verdict == HOLD and family is not None:
                self._hold(family, line)
                continue
            if verdict is not None:
                self._in_hand.forget(url)
                due_at = datetime.now(UTC) + timedelta(seconds=SECOND_CHANCE)
                self._session.queue.refuse(url, verdict, times.utc(due_at))
                continue
            if self._is_over_limit(entry):
                self._in_hand.forget(url)
                continue  # it is queued again in the archive when the run ends
            known = entry.visited_at or entry.etag
            if entry.found.source in ("seed", "list") and not known:
                looked = self._session.known.lookup(url)
                entry = entry if looked is None else replace(looked, found=entry.found)
            self._in_hand.hand_out(url, entry.found.family)
            if family is not None:
                entry = replace(entry, ask_as=budget.with_slash(url, family))
            request = self._spider.request(entry)
            request.meta[_PLACE] = item
        for item in deferred:
            heapq.heappush(line.heap, item)
        if deferred and request is None:
            self._look()
        return request

    def _hold(self, family: Family, line: Line) -> None:
        """Close a family: its addresses wait for a round, but those that are never held."""
        self._session.queue.hold_family(family.id)
        for due in line.take_out(lambda due: is_held_with(family, due)):
            self._in_hand.forget(due.found.url)

    def _next_round(self, site: str, line: Line) -> None:
        """Where nothing of a site waits and nothing is under way, let some of what is held in."""
        if not line.dry or line.over or line.closed or self._in_hand.is_under_way(site):
            return
        if self._is_limit_reached():
            line.over = True
            return
        self._spider.look_further(site)
        if line.heap:
            return
        part = self._spider.is_part(site)
        count = self._session.queue.next_round(site, partial(budget.admit, part=part))
        line.over = count == 0
        if count > 0:
            line.dry, line.best = False, None
            self._refill(site, line)
        elif count < 0:
            self._waking.after(_LOOK)

    def _refill(self, site: str, line: Line, above: int = NONE) -> None:
        """Claim more of a site, if it has more; not at every visit while they come one by one."""
        archive = self._session.archive
        if archive.holds_back and not line.heap and not self._look():
            return
        if self._is_limit_reached():
            line.dry = True
        if line.dry:
            return
        claimed = self._session.queue.claim(site, _CLAIM, above)
        line.best = None
        if above == NONE:
            line.dry = archive.answered and not archive.waits and len(claimed) < _CLAIM
        for due in claimed:
            if due.found.url not in self._in_hand:
                self._push(due.found.priority, due, due.found.url)

    def _stored(self, hosts: Iterable[str], visited: Iterable[str] = ()) -> None:
        """Visits were stored: of these sites the archive has more now."""
        visited = tuple(visited)
        if self._requisites is not None:
            pages = tuple(url for url in visited if url not in self._requisites)
            self._requisites.settle(visited)
            visited = pages
        for host in {*hosts, *map(site_host, visited)}:
            if host in self._spider.resume_hosts or self._is_followed(host):
                line = self._line(host)
                line.dry = line.over = line.closed
                line.best = None
        for url in visited:
            self._in_hand.settle(url)
        self._waking.now()

    def _look(self) -> bool:
        """Store what has come, unless that was done just now; returns whether it was done."""
        now = time.monotonic()
        if now - self._looked_at < _LOOK:
            self._waking.after(_LOOK)
            return False
        self._looked_at = now
        self._session.archive.flush()  # calls _stored
        return True

    # -- what is asked for beside pages ----------------------------------------------------------

    def is_pausing(self, host: str) -> bool:
        """Whether a site has asked for a pause that is not over."""
        if self._earlier_pauses and host in self._earlier_pauses:
            self._line(host)
        line = self._lines.get(host)
        if line is None or line.free_at <= time.monotonic():
            return self.is_closed(host)
        self._waking.after(line.free_at - time.monotonic())
        return True

    def is_closed(self, host: str) -> bool:
        """Whether a site has asked for a pause that is too long to wait for."""
        self._heed_earlier(host)
        line = self._lines.get(host)
        return line is not None and line.closed

    def may_ask(self, due: Due) -> bool:
        """Whether a requisite can be asked for now: where no page waits for its host, nor any is
        under way that may tell of some; and in the pause between two pages, unless the host has
        refused us such a thing, or has one pace for all."""
        site, host = site_host(due.found.url), entry_host(due)
        line = self._lines.get(site)
        is_idle = line is None or not (line.heap or not (line.dry and line.over))
        if is_idle and not self._in_hand.is_under_way(site):
            return not self._is_busy(site, requisite_slot(host))
        return site not in self._no_files and self._is_between_pages(host)

    def _is_between_pages(self, host: str) -> bool:
        """Whether the next page of a host is not to be asked for before a file has come."""
        downloader = self._crawler.engine.downloader
        slot, files = downloader.slots.get(host), downloader.slots.get(requisite_slot(host))
        if slot is None or slot.transferring or host in downloader.per_slot_settings:
            return False
        left = slot.lastseen + slot.delay - time.monotonic()
        return 0 < slot.delay / 4 <= left and (files is None or not files.active)

    # -- whose they are --------------------------------------------------------------------------

    def _is_followed(self, host: str) -> bool:
        followed: set[str] = getattr(self._spider, "hosts", set())
        return host in followed

    # -- limits ----------------------------------------------------------------------------------

    def _is_busy(self, site: str, host: str) -> bool:
        """Whether so many requests of a host (or of its slot for files) are handed out that the
        next one would only wait, and take a place from other hosts; of a site that has not answered
        yet, one alone: another port of its host may answer."""
        downloader = self._crawler.engine.downloader
        slot = downloader.slots.get(host)
        handed_out = [] if slot is None else [each for each in slot.active if "due" in each.meta]
        # those that wait for its robots.txt, or for what it reserves, are in no slot yet
        before = (each for each in downloader.active if _SLOT not in each.meta)
        handed_out += (each for each in before if urlparse_cached(each).hostname == host)
        if site not in self._have_answered:
            return any(site_host(each.url) == site for each in handed_out)
        return len(handed_out) >= self._per_host + _AHEAD

    def _is_limit_reached(self) -> bool:
        if self._limit.is_reached:
            self._session.is_full = True
        return self._limit.is_reached

    def _is_over_limit(self, due: Due) -> bool:
        """Count a page against the spider's limit."""
        if not self._limit.counts(due):
            return False
        if self._is_limit_reached():
            return True
        self._limit.note(due)
        return False

    def _is_wanting(self, newspaper: str) -> bool:
        """Whether more pages of a newspaper may come."""
        under_way = self._in_hand.sites_under_way()
        may_have = {host for host, line in self._lines.items() if line.may_have_more}
        return any(self._limit.newspaper(host) == newspaper for host in may_have | under_way)

    # -- the end ---------------------------------------------------------------------------------

    def _stop(self) -> None:
        self._is_stopping = True

    def _close(self) -> None:
        self._waking.stop()
