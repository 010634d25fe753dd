"""The frontier as a Scrapy scheduler: which URL is fetched next.

What is known is in the archive's table `urls`; a URL leaves the state `queued` only in the
transaction that stores its visit, so whatever a killed run had in hand is queued still and is taken
up by the next one. In memory are only this run's waiting requests.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from itertools import count
from typing import Protocol, Self, cast

from scrapy import Spider
from scrapy.core.scheduler import BaseScheduler
from scrapy.crawler import Crawler
from scrapy.http import Request
from scrapy.utils.httpobj import urlparse_cached

from crawler.extensions.session import Session
from crawler.items import FoundUrl

# Requests of one host that may wait in the downloader beyond those under way: enough to keep it
# busy, few enough that one slow host does not fill it.
_AHEAD = 2


class FrontierSpider(Protocol):
    """What the frontier asks of a spider."""

    resume_hosts: tuple[str, ...]
    """Sites whose waiting URLs of earlier runs are taken up."""
    max_pages: int | None
    """Pages to fetch at most; None for no limit."""

    def request(self, found: FoundUrl) -> Request:
        """Make a request of a URL."""

    def rank(self, found: FoundUrl) -> int:
        """Say its priority: higher is fetched first."""


class Frontier(BaseScheduler):
    """Hands out each URL once a run, the most promising first, hosts in turn."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._per_host = crawler.settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN")
        self._queues: dict[str, list[tuple[int, int, Request | FoundUrl]]] = {}
        self._order = count()
        self._seen: set[str] = set()
        self._pages = 0
        self.waiting = 0
        """Requests in the queues."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made by Scrapy."""
        return cls(crawler)

    @classmethod
    def of(cls, crawler: Crawler) -> Frontier:
        """The frontier of a running crawl."""
        scheduler = crawler.engine.scheduler
        assert isinstance(scheduler, cls)
        return scheduler

    def open(self, spider: Spider) -> None:
        """Take up what an earlier run left."""
        self._spider = cast(FrontierSpider, spider)
        session = Session.of(self._crawler)
        if session.keeps:
            self.offer(session.queued(self._spider.resume_hosts))

    def offer(self, found: Iterable[FoundUrl]) -> None:
        """Queue URLs that this run has not seen yet."""
        waiting = self.waiting
        for each in found:
            if each.url not in self._seen:
                self._seen.add(each.url)
                self._push(_host(each.url), self._spider.rank(each), each)
        slot = self._crawler.engine._slot
        if self.waiting > waiting and slot is not None:
            # The engine would come by itself after five seconds. Its one public door,
            # engine.crawl(), wants a Request for each URL: too much for millions that wait.
            slot.nextcall.schedule()

    def mark_seen(self, url: str) -> None:
        """A URL was fetched by other ways (a redirect led to it): do not fetch it again."""
        self._seen.add(url)

    def enqueue_request(self, request: Request) -> bool:
        """Scrapy's door: requests of spiders, and redirects and retries of its middlewares."""
        found: FoundUrl | None = request.meta.get("found")
        rank = request.priority
        if found is not None and not _is_follow_up(request):
            if found.url in self._seen:
                return False
            self._seen.add(found.url)
            rank = self._spider.rank(found)
        elif found is not None:
            rank += 1000  # what has been begun is finished first
        self._push(urlparse_cached(request).hostname or "", rank, request)
        return True

    def has_pending_requests(self) -> bool:
        """Whether anything waits."""
        return self.waiting > 0

    def next_request(self) -> Request | None:
        """The next request, or None if nothing waits that a host is free for."""
        for host in list(self._queues):
            if self._is_busy(host):
                continue
            # to the end of the line: the next call begins with another host
            queue = self._queues.pop(host)
            while queue:
                _, _, entry = heapq.heappop(queue)
                self.waiting -= 1
                if self._is_over_limit(entry):
                    continue  # it stays queued in the archive
                if queue:
                    self._queues[host] = queue
                return self._spider.request(entry) if isinstance(entry, FoundUrl) else entry
        return None

    def _push(self, host: str, rank: int, entry: Request | FoundUrl) -> None:
        heapq.heappush(self._queues.setdefault(host, []), (-rank, next(self._order), entry))
        self.waiting += 1

    def _is_busy(self, host: str) -> bool:
        slot = self._crawler.engine.downloader.slots.get(host)
        return slot is not None and len(slot.active) >= self._per_host + _AHEAD

    def _is_over_limit(self, entry: Request | FoundUrl) -> bool:
        """Count pages against the spider's limit; follow-ups belong to a page already counted."""
        found = entry.meta.get("found") if isinstance(entry, Request) else entry
        if found is None or found.role not in ("home", "page"):
            return False
        if isinstance(entry, Request) and _is_follow_up(entry):
            return False
        limit = self._spider.max_pages
        if limit is not None and self._pages >= limit:
            return True
        self._pages += 1
        return False


def _is_follow_up(request: Request) -> bool:
    return bool(request.meta.get("redirect_times") or request.meta.get("retry_times"))


def _host(url: str) -> str:
    return urlparse_cached(Request(url)).hostname or ""
