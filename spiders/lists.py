"""What a web archive has, listed part by part: of newspapers, and of single addresses."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter, deque
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar, Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler import failures, times
from crawler.archive.mementos import Mementos
from crawler.errors import HemerotecaError
from crawler.extensions.capture import ELSEWHERE
from crawler.extensions.session import Session
from crawler.frontier.past import PastQueue
from crawler.frontier.scheduler import Frontier
from crawler.items import Page, Visit
from crawler.mementos import (
    DATA,
    DEFAULT,
    AsSent,
    Lister,
    ListingError,
    Query,
    Scope,
    Span,
    collections,
    endpoint,
    page_count,
    read_listing,
    span,
)
from crawler.outcome import is_refusal
from crawler.reasons import Reason, because
from crawler.stopping import STOPPING, Stopped
from crawler.urls import site_host

from .arguments import web_address
from .base import ArchiveSpider

TRIES = 4
"""Requests for one answer in a run."""
_FAILURES = 20
"""Answers in a row that are of no use, after which nothing more is asked for."""
_PATIENCE = 3_600.0
"""Seconds: what a web archive asks to wait beyond that, the next run waits."""


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


class ListsSpider(ArchiveSpider):
    """Lists what a web archive has of newspapers and of single addresses.

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
        self.data = web_address("data", arguments.get("data", DATA))
        self.span: Span = span(self.since, self.until)
        self.servers = (self.endpoint.index,)
        if self.endpoint.dialect == "commoncrawl":
            self.servers += (self.data,)
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
        self._not_had: Counter[Reason] = Counter()
        """Parts of lists that could not be had, by why."""
        self._is_over = self._is_stopping = False
        self._turn = asyncio.Lock()

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Made by Scrapy. Raises UsageError."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider._stop, signal=STOPPING)
        return spider

    async def proceed(self) -> list[Request]:
        """What is to be asked for next."""
        raise NotImplementedError

    def note_read(self, visit: Visit, page: Page | None) -> None:
        """A capture was read."""

    # -- what to ask for first -------------------------------------------------------------------

    async def start(self) -> AsyncIterator[Request]:
        """The first part of the first list; of Common Crawl, the list of its collections."""
        if self.endpoint.dialect == "commoncrawl":
            yield self._ask_collections(1)
            return
        self._lists.extend(self.first_lists())
        for request in await self.proceed():
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
        newest = asked[: self.most_collections]
        # the oldest first, so that revisions come in the order of their dates
        self._indexes = [(each.index, self.span) for each in reversed(newest)]
        if not self._indexes:
            self.notes.append("none of its collections is of the dates asked for")
            return
        self._lists.extend(self.first_lists())
        for request in await self.proceed():
            yield request

    async def not_told(self, failure: Failure) -> AsyncIterator[Request]:
        """No answer has come."""
        assert failure.value is not None
        if isinstance(failure.value, Stopped):
            return
        state, why = failures.explain(failure.value)
        asked: Request = failure.request  # type: ignore[attr-defined]
        tries = TRIES if state == "excluded" else asked.meta["tries"]
        for request in self._collections_failed(why, tries):
            yield request

    def _collections_failed(self, why: Reason, tries: int) -> Iterable[Request]:
        if tries < TRIES and not self._is_over:
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
            each.found = 1  # or there would be nothing left
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
            self._end_of(each)

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
            self._not_listed(self._list, query, why, response.url)
        for request in await self.proceed():
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
        query: Query = asked.meta["query"]
        if why.code == "too_long" and self._list.lister.halve(query):
            self._remember(self._list)
        else:
            self._not_listed(self._list, query, why, asked.url)
        for request in await self.proceed():
            yield request

    def _take_part(
        self, each: List, query: Query, response: Response, sent: AsSent
    ) -> Reason | None:
        """Enter what a part of a list has; returns why it cannot be used. Raises ListingError."""
        if response.status >= 400 and response.status != 404:
            return because("http_status", response.status)
        if sent.truncated is not None:
            if sent.truncated == "length" and each.lister.halve(query):
                self._remember(each)
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
        self._odd.update(listing.odd)
        rows = [row for row in listing.rows if each.scope.has(row.url)]
        self._odd["of another site"] += len(listing.rows) - len(rows)
        each.found += self.queue.add(each.wanted_by, rows)
        if not listing.is_whole:
            return because("broken_off")
        if query.step == "count":
            each.lister.give_up(query)  # 404: there is nothing
        else:
            cut = each.lister.cut
            each.lister.took(query, listing)
            self._odd["followed by more of the same second"] += each.lister.cut - cut
        each.tries = 0
        self._remember(each)
        return None

    def _remember(self, each: List) -> None:
        """Keep what is to come of a newspaper's list, for the next run."""
        if each.home is None or self.queue is None:
            return
        queue, name, now = self.queue, self._remembered(each), times.now()
        to_come = None if each.lister.is_whole else each.lister.saved()
        queue.note(lambda to: to.note_listing(queue.web_archive, name, to_come, now))

    def _not_listed(self, each: List, query: Query, why: Reason, url: str) -> None:
        """A part of a list cannot be had now: it is asked for again, or left to the next run."""
        each.tries += 1
        if each.tries < TRIES and not self._is_over:
            self._pause(url, each.tries)
            return
        each.tries = 0
        each.lister.postpone(query, from_start=_is_of_no_use(why))
        self._not_had[why] += 1
        self._remember(each)
        if each.home is not None:
            plain = why.code == "no_listing" or is_refusal(why)
            self.seed_failures[each.home] = why if plain else because("no_listing", why)
        elif each.lookup is not None:
            self._not_looked_up.add(each.lookup)
        if each.home is None and self.queue is None:
            self._end(why)  # nobody has answered
        elif each.home is None:
            self._count_failure(why)

    def _end_of(self, each: List) -> None:
        """No more of a list can be had in this run."""
        if each.home is not None:
            if not each.found:
                self.seed_failures.setdefault(each.home, because("not_listed"))
            return
        if not each.lister.is_whole:
            return  # the next run asks for it
        self._lookups += 1
        self._lookups_found += bool(each.found)
        if (queue := self.queue) is not None:
            url, found, now = each.scope.url, each.found, times.now()
            queue.note(lambda to: to.note_lookup(queue.web_archive, url, now, found))

    # -- the archive that it goes into -----------------------------------------------------------

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

    # -- failures --------------------------------------------------------------------------------

    def left_alone(self, site: str, why: Reason) -> None:
        """A web archive that is left alone is asked for nothing more."""
        if site in map(site_host, self.servers):
            self._end(because("asks_to_wait", why.subject))
        else:
            super().left_alone(site, why)

    def _refusal(self, response: Response) -> Reason | None:
        """Why a web archive asks to be left alone for now; nothing more is asked of it in this run
        where that is long."""
        until: str | None = response.meta.get("retry_at")
        if until is None:
            return None
        seconds = (datetime.fromisoformat(until) - datetime.now(UTC)).total_seconds()
        if seconds > _PATIENCE:
            self._end(because("asks_to_wait", until[:16]))
        return because("http_status", response.status)

    def _count_failure(self, why: Reason) -> None:
        self._failures += 1
        if self._failures >= _FAILURES:
            self._end(why)

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


def _is_of_no_use(why: Reason) -> bool:
    """Whether a server does not know what it was asked with: a key that it gave once, a page that
    its index had."""
    if why.code == "no_listing":
        return True
    return why.code == "http_status" and why.subject in ("400", "404", "410", "416", "422")
