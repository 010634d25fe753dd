"""What the spiders share that bring captures from other archives of the web."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter, deque
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, ClassVar, Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler import failures, times
from crawler.archive.mementos import Mementos, Waiting
from crawler.counted import counted
from crawler.errors import HemerotecaError
from crawler.extensions.capture import ELSEWHERE
from crawler.extensions.limits import MOST_BYTES
from crawler.extensions.session import Session
from crawler.extract.fields import is_front
from crawler.frontier.past import PastQueue, digits
from crawler.frontier.scheduler import Frontier
from crawler.items import Page, Visit
from crawler.mementos import (
    DATA,
    DEFAULT,
    Asking,
    AsSent,
    Listed,
    Lister,
    ListingError,
    Query,
    Scope,
    Span,
    asking,
    collections,
    endpoint,
    leads_elsewhere,
    may_be_own_story,
    page_count,
    read_listing,
    record_in,
    repeated,
    span,
)
from crawler.outcome import PARTLY, is_refusal, of_seeds
from crawler.reasons import Reason, because
from crawler.stopping import STOPPING, Stopped
from crawler.urls import same_owner
from crawler.warc.one import one_record
from crawler.warc.reader import Record

from .base import ArchiveSpider

_TRIES = 4
"""Requests for one answer in a run."""
_FAILURES = 20
"""Answers in a row that are of no use, after which nothing more is asked for."""
_PATIENCE = 3_600.0
"""Seconds: what a web archive asks to wait beyond that, the next run waits."""
_LISTS = ("listing", "front_page")


@dataclass(slots=True)
class List:
    """A list of captures that is being asked for: of a newspaper, or of a single address."""

    scope: Scope
    wanted_by: str
    lister: Lister
    home: str | None = None
    """Of a newspaper: its home page, as the user names it."""
    lookup: int | None = None
    """Of a single address: its key, where the archive has one."""
    found: int = 0
    tries: int = 0


class PastSpider(ArchiveSpider):
    """Lists what a web archive has, fetches it, and makes captures of it, of their dates.

    -a endpoint=URL          the web archive: its CDX server, or a collection of pywb
    -a since= -a until=      only captures made in this span (YYYY, YYYY-MM or YYYY-MM-DD)
    -a max_pages=N           fetch at most N captures; the next run goes on from there
    """

    known_arguments: ClassVar[frozenset[str]] = ArchiveSpider.known_arguments | {
        "endpoint", "since", "until", "max_pages",
    }  # fmt: skip
    default_endpoint: ClassVar[str] = DEFAULT
    most_collections: ClassVar[int] = 1_000
    """Of Common Crawl: collections that are asked, the newest first."""

    def __init__(self, **arguments: str) -> None:
        """Raises UsageError."""
        super().__init__(**arguments)
        self.endpoint = endpoint(arguments.get("endpoint", self.default_endpoint))
        self.data = arguments.get("data", DATA)
        self.span: Span = span(self.since, self.until)
        self.servers = (self.endpoint.index,)
        self.queue: PastQueue | None = None
        self.left = 0
        """Captures that wait still, when the run has ended."""
        self.notes: list[str] = []
        """What else to tell the user."""
        self._lists: deque[List] = deque()
        self._scopes: dict[str, Scope] = {}
        """For whom → what was listed of it."""
        self._indexes: list[tuple[str, Span]] = []
        """Of Common Crawl: the indexes of the collections that are asked."""
        self._list: List | None = None
        """The one that is being asked for, part by part."""
        self._is_asking = False
        self._not_looked_up: set[int] = set()
        """Single addresses that could not be asked for in this run."""
        self._fetching = self._fetched = self._lookups = self._lookups_found = 0
        self._failures = 0
        self._odd: Counter[str] = Counter()
        self._is_over = self._is_stopping = False
        self._turn = asyncio.Lock()

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Made by Scrapy. Raises UsageError."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider._stop, signal=STOPPING)
        return spider

    @property
    def missed_seeds(self) -> str | None:
        """What could not be listed or fetched makes of the run."""
        counts = Counter[str]() if self.queue is None else self.queue.counts
        missed = list(self.seed_failures.values())
        if missed and not (counts["listed"] or counts["known"]):
            return of_seeds(missed, archived=0, is_list=False)
        return PARTLY if missed or counts["retry"] or counts["failed"] else None

    async def start(self) -> AsyncIterator[Request]:
        """The first part of the first list; of Common Crawl, the list of its collections."""
        if self.endpoint.dialect == "commoncrawl":
            yield self._ask_collections(1)
            return
        self._lists.extend(self.first_lists())
        for request in await self._next():
            yield request

    def first_lists(self) -> Iterable[List]:
        """What to ask for first."""
        return map(self.list_site, self.seeds)

    def _ask_collections(self, tries: int) -> Request:
        return Request(
            self.endpoint.index, callback=self.told_collections, errback=self.not_told,
            dont_filter=True, meta={ELSEWHERE: None, "tries": tries, "dont_retry": True},
        )  # fmt: skip

    async def told_collections(self, response: Response) -> AsyncIterator[Request]:
        """Common Crawl has told of its collections."""
        why = self._refusal(response)
        if why is None and response.status != 200:
            why = because("http_status", response.status)
        if why is None:
            try:
                found = collections(response.body, response.url)
            except ListingError as error:
                why = because("no_listing", error)
        if why is not None:
            for request in self._collections_failed(why, response.meta["tries"]):
                yield request
            return
        asked = [each for each in found if self.span.overlaps(each.span.begin, each.span.end)]
        self._indexes = [(each.index, self.span) for each in asked[: self.most_collections]]
        if not self._indexes:
            self.notes.append("none of its collections is of the dates asked for")
            return
        self._lists.extend(self.first_lists())
        for request in await self._next():
            yield request

    async def not_told(self, failure: Failure) -> AsyncIterator[Request]:
        """No answer has come."""
        assert failure.value is not None
        if isinstance(failure.value, Stopped):
            return
        state, why = failures.explain(failure.value)
        asked: Request = failure.request  # type: ignore[attr-defined]
        tries = _TRIES if state == "excluded" else asked.meta["tries"]
        for request in self._collections_failed(why, tries):
            yield request

    def _collections_failed(self, why: Reason, tries: int) -> Iterable[Request]:
        if tries < _TRIES and not self._is_over:
            self._pause(self.endpoint.index, tries)
            yield self._ask_collections(tries + 1)
        else:
            self._end(why)

    # -- lists -----------------------------------------------------------------------------------

    def list_site(self, home: str) -> List:
        """The list of all captures of a newspaper, or what an earlier run has left of it."""
        scope = Scope.of_site(home)
        self._scopes[scope.url] = scope
        each = List(scope, scope.url, self.lister(scope), home)
        index = self.endpoint.index
        saved = Session.of(self.crawler).archive.look(
            lambda db: Mementos(db).listing(index, self._remembered(each))
        )
        if saved is not None:
            each.lister.restore(saved)
        return each

    def list_one(self, url: str, wanted_by: str, key: int | None) -> List:
        """The list of the captures of a single address. key: of its row, where it has one."""
        scope = Scope(url, "exact")
        return List(scope, wanted_by, self.lister(scope), lookup=key)

    def lister(self, scope: Scope) -> Lister:
        """What is to be asked of the archive for a list."""
        return Lister(self.endpoint, scope, self.span, self._indexes)

    def _remembered(self, each: List) -> str:
        """By which the archive knows how far a list has come."""
        return " ".join((each.scope.match, each.scope.url, *self.span.digits))

    def _ask_next(self) -> Request | None:
        """The request of the next part of a list; None where there is none."""
        while True:
            self._list = self._list or self._next_list()
            if self._list is None:
                return None
            query = self._list.lister.next
            if query is not None:
                return Request(
                    self._list.lister.url(query), callback=self.listed, errback=self.not_listed,
                    priority=100, dont_filter=True,
                    meta={ELSEWHERE: None, "query": query, "dont_retry": True},
                )  # fmt: skip
            each, self._list = self._list, None
            self._all_listed(each)

    def _next_list(self) -> List | None:
        if self._lists:
            return self._lists.popleft()
        queue = self.queue
        if queue is None:
            return None
        for wanted_by in self._wanted:
            after = 0
            while (found := self._to_look_up(queue, wanted_by, after)) is not None:
                after, url = found
                if after not in self._not_looked_up:
                    return self.list_one(url, wanted_by, after)
        return None

    def _to_look_up(self, queue: PastQueue, wanted_by: str, after: int) -> tuple[int, str] | None:
        return Session.of(self.crawler).archive.look(
            lambda db: Mementos(db).to_look_up(queue.web_archive, wanted_by, after)
        )

    @property
    def _wanted(self) -> tuple[str, ...]:
        """For whom captures are asked for."""
        return tuple(self._scopes)

    async def listed(self, response: Response) -> AsyncIterator[Request]:
        """A part of a list has come, or an error in its place."""
        self._is_asking = False
        sent: AsSent | None = response.meta[ELSEWHERE]
        query: Query = response.meta["query"]
        if sent is None or self._list is None:
            return  # the run is ending
        why = self._refusal(response)
        if why is None:
            try:
                why = self._take_part(self._list, query, response, sent)
            except ListingError as error:
                why = because("no_listing", error)
            except (sqlite3.Error, OSError, HemerotecaError) as error:
                Session.of(self.crawler).archive.fail(error)
                return
        if why is not None:
            self._not_listed(self._list, why, response.url)
        for request in await self._next():
            yield request

    async def not_listed(self, failure: Failure) -> AsyncIterator[Request]:
        """No answer has come."""
        self._is_asking = False
        if isinstance(failure.value, Stopped) or self._list is None:
            return
        assert failure.value is not None
        asked: Request = failure.request  # type: ignore[attr-defined]
        state, why = failures.explain(failure.value)
        if state == "excluded":  # robots.txt, a private address: nobody there is to be asked
            self._end(why)
        self._not_listed(self._list, why, asked.url)
        for request in await self._next():
            yield request

    def _take_part(
        self, each: List, query: Query, response: Response, sent: AsSent
    ) -> Reason | None:
        """Enter what a part of a list has; returns why it cannot be used. Raises ListingError."""
        if response.status >= 400 and response.status != 404:
            return because("http_status", response.status)
        if sent.truncated is not None:
            if sent.truncated == "length" and each.lister.halve(query):
                return None
            return because("too_long" if sent.truncated == "length" else "broken_off")
        if not self._open():
            return None
        assert self.queue is not None
        if query.step == "count" and response.status < 400:
            each.lister.counted(query, page_count(response.body))
            each.tries = 0
            return None
        listing = read_listing(response.body)
        if response.status == 404 and listing.lines:
            return because("http_status", response.status)
        each.tries = 0
        self._odd.update(listing.odd)
        rows = [row for row in listing.rows if each.scope.has(row.url)]
        self._odd["of another site"] += len(listing.rows) - len(rows)
        if query.step == "count":
            each.lister.give_up(query)  # 404: there is nothing
        else:
            cut = each.lister.cut
            each.lister.took(query, listing)
            self._odd["followed by more of the same second"] += each.lister.cut - cut
        each.found += self.queue.add(each.wanted_by, rows)
        self._remember(each)
        return None

    def _remember(self, each: List) -> None:
        """Keep what is to come of a newspaper's list, for the next run."""
        if each.home is None or self.queue is None:
            return
        queue, name, now = self.queue, self._remembered(each), times.now()
        to_come = each.lister.saved() if each.lister.next is not None else None
        queue.note(lambda to: to.note_listing(queue.web_archive, name, to_come, now))

    def _not_listed(self, each: List, why: Reason, url: str) -> None:
        """A part of a list cannot be had now: it is asked for again, or the list is given up."""
        each.tries += 1
        if each.tries < _TRIES and not self._is_over:
            self._pause(url, each.tries)
            return
        self._list = None
        if each.home is not None:
            plain = why.code == "no_listing" or is_refusal(why)
            self.seed_failures[each.home] = why if plain else because("no_listing", why)
        elif each.lookup is not None:
            self._not_looked_up.add(each.lookup)
        if each.home is None:
            self._count_failure(why)

    def _all_listed(self, each: List) -> None:
        """All of a list has come."""
        if each.home is not None:
            if not each.found:
                self.seed_failures.setdefault(each.home, because("not_listed"))
            return
        self._lookups += 1
        self._lookups_found += bool(each.found)
        if (queue := self.queue) is not None:
            url, found, now = each.scope.url, each.found, times.now()
            queue.note(lambda to: to.note_lookup(queue.web_archive, url, now, found))

    # -- what comes next -------------------------------------------------------------------------

    async def _next(self) -> list[Request]:
        """What is to be asked for next."""
        async with self._turn:
            try:
                return await self._more()
            except (sqlite3.Error, OSError, HemerotecaError) as error:
                Session.of(self.crawler).archive.fail(error)
                return []

    async def _more(self) -> list[Request]:
        found: list[Request] = []
        while not self._is_stopping:
            if not self._is_asking and not self._is_over and (request := self._ask_next()):
                self._is_asking = True
                found.append(request)
            while self.queue is not None and self._fetching < self._most:
                waiting = None if self._is_full() else self.queue.next()
                if waiting is None:
                    break
                if (request := await self._begin(self.queue, waiting)) is not None:
                    self._fetching += 1
                    found.append(request)
            if found or self._fetching or self._is_asking or self.queue is None:
                break
            await self.queue.bringing.finish()  # stories that wait for later pages, too
            if not self.queue.settle():
                break
        return found

    @property
    def _most(self) -> int:
        """Captures that are asked for at once: enough to keep one host busy."""
        return self.crawler.settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN") + 2

    def _is_full(self) -> bool:
        """Whether no more captures are to be fetched."""
        if self.max_pages is not None and self._fetched >= self.max_pages:
            Session.of(self.crawler).is_full = True
            return True
        return self._is_over or self._is_stopping

    def _open(self) -> bool:
        """A web archive has answered: what it gives may be stored."""
        session = Session.of(self.crawler)
        if self.queue is None and session.open_archive():
            self.queue = PastQueue(self.crawler, self.endpoint.index, self.span, self.note_read)
            self.opened(self.queue)
        return self.queue is not None and session.archive.error is None

    def opened(self, queue: PastQueue) -> None:
        """The archive is open: say for whom captures are given out."""
        for wanted_by in self._wanted:
            queue.admit(wanted_by)

    # -- captures --------------------------------------------------------------------------------

    def record(
        self, waiting: Waiting, response: Response, sent: AsSent
    ) -> tuple[Record, bool] | Reason:
        """The WARC record that an answer holds, and whether its payload is surely not what the
        index has; or why it holds none."""
        listed = self._as_listed(waiting)
        moment = None
        if self.endpoint.dialect != "commoncrawl":
            moment = leads_elsewhere(sent, listed)
        if moment is not None:
            by = self._asker(waiting.url)
            if self.queue is not None and by is not None:
                self.queue.add(by, [replace(listed, timestamp=moment, digest=None)])
            return because("other_moment", moment)
        return record_in(
            self.endpoint, listed, sent, response.body, response.status, response.url,
            datetime.now(UTC),
        )  # fmt: skip

    async def _begin(self, queue: PastQueue, waiting: Waiting) -> Request | None:
        """The request of a capture; None where it need not be fetched."""
        session = Session.of(self.crawler)
        listed = self._as_listed(waiting)
        how = asking(self.endpoint, self.data, listed)
        if session.known.is_taken_down(waiting.url):
            queue.settled(waiting, "failed", because("taken_down"))
            return None
        if how is None:
            queue.settled(waiting, "failed", because("other_record"))
            return None
        held = queue.held(waiting)
        if held is not None:
            is_ours = held.source_uri == how.url and not held.is_of_whole_run
            if held.is_read and not is_ours:
                queue.settled(waiting, "archived")
            elif (why := await queue.bringing.read_again(waiting.id, held)) is not None:
                queue.settled(waiting, "failed", why)
            return None
        original = queue.same_payload(waiting)
        if original is not None:
            now = datetime.now(UTC)
            data = repeated(listed, original, how.url, self.endpoint.index, now)
            queue.counts["repeated"] += 1
            await self._take(queue, waiting, one_record(data, "memento.warc"))
            return None
        self._fetched += 1
        return self._request(waiting, how)

    def _request(self, waiting: Waiting, how: Asking) -> Request:
        # tries of ours have pauses between them
        meta = {ELSEWHERE: None, "waiting": waiting, "tries": 1, "dont_retry": True}
        meta["dont_redirect"] = True
        if how.most_bytes is not None:
            meta[MOST_BYTES] = how.most_bytes
        return Request(
            how.url, headers=dict(how.headers), callback=self.fetched, errback=self.not_fetched,
            dont_filter=True, meta=meta,
        )  # fmt: skip

    async def fetched(self, response: Response) -> AsyncIterator[Request]:
        """A capture has come, or an error in its place."""
        waiting: Waiting = response.meta["waiting"]
        sent: AsSent | None = response.meta[ELSEWHERE]
        queue = self.queue
        if sent is None or queue is None:
            return  # the run is ending
        request = response.request
        assert request is not None
        again = False
        why = self._refusal(response) if not response.headers.get(b"Memento-Datetime") else None
        if why is None and sent.truncated is not None:
            why = because("broken_off")
        elif why is None and self._is_fault(response):
            why = because("http_status", response.status)
        if why is not None:
            again = self._fails(queue, waiting, why, request)
        else:
            self._failures = 0
            try:
                found = self.record(waiting, response, sent)
                if isinstance(found, Reason):
                    queue.settled(waiting, _STATES.get(found.code, "failed"), found)
                else:
                    if found[1]:
                        queue.differs(waiting)
                    queue.counts["fetched"] += 1
                    await self._take(queue, waiting, found[0])
            except (sqlite3.Error, OSError, HemerotecaError) as error:
                Session.of(self.crawler).archive.fail(error)
                return
        if again:
            yield self._again(request)
            return
        self._fetching -= 1
        for each in await self._next():
            yield each

    async def not_fetched(self, failure: Failure) -> AsyncIterator[Request]:
        """No answer has come."""
        if isinstance(failure.value, Stopped) or self.queue is None:
            return
        assert failure.value is not None
        request: Request = failure.request  # type: ignore[attr-defined]
        state, why = failures.explain(failure.value)
        if state == "excluded":
            self._end(why)
        if self._fails(self.queue, request.meta["waiting"], why, request):
            yield self._again(request)
            return
        self._fetching -= 1
        for each in await self._next():
            yield each

    async def _take(self, queue: PastQueue, waiting: Waiting, record: Record) -> None:
        """Make a capture of a record."""
        why = await queue.bringing.take(waiting.id, record, "memento.warc")
        if why is not None:
            queue.settled(waiting, "failed", why)

    def _is_fault(self, response: Response) -> bool:
        """Whether an answer is a fault of the web archive's server, which may pass."""
        return response.status >= 500 and not response.headers.get(b"Memento-Datetime")

    def _as_listed(self, waiting: Waiting) -> Listed:
        return Listed(
            waiting.url, digits(waiting.captured_at), waiting.status, waiting.content_type,
            waiting.digest, *(waiting.place or ()),
        )  # fmt: skip

    # -- what a capture leads to -----------------------------------------------------------------

    def _covering(self, url: str) -> str | None:
        """For whom a list was asked for that has an address, if there was one."""
        return next((by for by, each in self._scopes.items() if each.has(url)), None)

    def _asker(self, url: str) -> str | None:
        """For whom a capture was asked for."""
        return self._covering(url) or next(iter(self._wanted), None)

    def note_read(self, visit: Visit, page: Page | None) -> None:
        """A capture was read: have what it leads to asked for that no list has."""
        wanted_by = self._covering(visit.url)
        if wanted_by is None:
            return
        if visit.leads_to is not None and not is_front(visit.leads_to):
            self._look_up(wanted_by, [visit.leads_to], is_own=True)
        if page is None or (visit.role != "home" and page.not_article not in _LISTS):
            return
        says = zip(page.out_links, page.link_words, strict=True)
        links = [url for url, word in says if may_be_own_story(url, word)]
        home = f"http://{wanted_by}"
        for is_own in (True, False):
            urls = [url for url in links if same_owner(url, home) == is_own]
            self._look_up(wanted_by, urls, is_own=is_own)

    def _look_up(self, wanted_by: str, urls: Iterable[str], *, is_own: bool) -> None:
        queue = self.queue
        urls = [url for url in urls if self._covering(url) is None]
        if urls and queue is not None:
            queue.note(lambda to: to.look_up(queue.web_archive, wanted_by, urls, is_own=is_own))

    # -- failures --------------------------------------------------------------------------------

    def _refusal(self, response: Response) -> Reason | None:
        """Why a web archive asks to be left alone for now; nothing more is asked of it in this run
        where that is long."""
        if response.status not in (429, 503):
            return None
        until: str | None = response.meta.get("retry_at")
        if until is not None:
            seconds = (datetime.fromisoformat(until) - datetime.now(UTC)).total_seconds()
            if seconds > _PATIENCE:
                self._end(because("asks_to_wait", until[:16]))
        return because("http_status", response.status)

    def _fails(self, queue: PastQueue, waiting: Waiting, why: Reason, request: Request) -> bool:
        """A capture could not be had; returns whether it is to be asked for again now."""
        is_last = request.meta["tries"] >= _TRIES
        if not is_last and not self._is_over and not self._is_stopping:
            if why.code != "http_status" or why.subject not in ("429", "503"):
                self._pause(request.url, request.meta["tries"])
            return True
        queue.settled(waiting, "retry", why)
        self._count_failure(why)
        return False

    def _count_failure(self, why: Reason) -> None:
        self._failures += 1
        if self._failures >= _FAILURES:
            self._end(why)

    def _again(self, request: Request) -> Request:
        return request.replace(
            meta={**request.meta, "tries": request.meta["tries"] + 1, ELSEWHERE: None},
            dont_filter=True,
        )

    def _pause(self, url: str, tries: int) -> None:
        """Leave a server alone for longer each time."""
        seconds = self.crawler.settings.getfloat("DOWNLOAD_DELAY") * 5 * 2**tries
        Frontier.of(self.crawler).pause(url, seconds)

    def _end(self, why: Reason) -> None:
        """Ask for nothing more in this run."""
        if not self._is_over:
            self._is_over = True
            self.seed_failures.setdefault(self.endpoint.index, why)

    def _stop(self) -> None:
        self._is_stopping = True

    # -- what the run came to --------------------------------------------------------------------

    def count_left(self) -> None:
        """Count what waits still, while the archive is open."""
        if self.queue is not None:
            self.left = self.queue.left()

    @property
    def account(self) -> list[str]:
        """What to tell the user besides."""
        if self.queue is None:
            return []
        counts = self.queue.counts
        here = counts["known"]
        lines = [
            f"From {self.endpoint.index}: {counts['listed']:,} listed captures may be pages,"
            f" {counts['new']:,} of them new; {counts['fetched']:,} fetched,"
            f" {counts['repeated']:,} like one that is here, {here:,} here already"
        ]
        if counts["not pages"]:
            lines.append(f"  {counts['not pages']:,} others are no pages, or of other dates")
        lines += [
            f"  {counted(number, 'line')} of its index passed over: {what}"
            for what, number in self._odd.most_common(8)
            if number
        ]
        if counts["differs"]:
            lines.append(
                f"  {counted(counts['differs'], 'capture')} kept whose payload does not have the"
                " digest of the index"
            )
        lines += [
            f"  {counted(number, 'capture')} not to be had: {why}"
            for why, number in self.queue.reasons.most_common(8)
        ]
        if self._lookups:
            lines.append(
                f"  {counted(self._lookups, 'single address', 'single addresses')} looked up,"
                f" {self._lookups_found:,} of them found"
            )
        if self.left:
            lines.append(
                f"  {counted(self.left, 'capture')} to come: the same command resumes with them"
            )
        return lines


_STATES = {"other_moment": "gone", "memento_gone": "gone"}
