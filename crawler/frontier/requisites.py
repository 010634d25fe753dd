"""What pages need to be shown: asked for where no page waits for its host, or between two
pages."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

from scrapy.http import Request

from crawler.extensions.session import Session
from crawler.frontier.spider import FrontierSpider
from crawler.items import Due
from crawler.urls import site_host

# Claimed of a host at once.
_CLAIM = 16
# Under way at once, over all hosts: never more than a part of what the downloader takes.
_AT_ONCE = 8


def requisite_slot(host: str) -> str:
    """The downloader's slot of what pages show that a host is asked for."""
    return f"{host} (requisites)"


@dataclass(slots=True)
class _Lane:
    """What waits of one host."""

    waiting: deque[Due] = field(default_factory=deque)
    dry: bool = False
    """The archive has nothing more of it, as far as we know."""


class Hosts(Protocol):
    """What is known of hosts while pages are fetched."""

    def is_pausing(self, host: str) -> bool:
        """Whether a site has asked for a pause that is not over."""

    def is_closed(self, host: str) -> bool:
        """Whether a site is left alone for the rest of the run."""

    def may_ask(self, due: Due) -> bool:
        """Whether an address can be asked for now without holding up a page."""


class Requisites:
    """Hands out requisites of pages, hosts in turn."""

    def __init__(self, session: Session, spider: FrontierSpider, hosts: Hosts) -> None:
        self._queue = session.queue
        self._spider = spider
        self._hosts = hosts
        self._lanes: dict[str, _Lane] = {}
        self._out: set[str] = set()
        """Those handed out whose visit is not stored yet."""
        self._after: int | None = 0 if spider.resume_hosts else None
        """The last story whose pictures were looked for, in case it was archived without; None:
        all were."""
        self._looked_for = -1
        """For how many newspapers the archive was asked what waits."""

    def __contains__(self, url: str) -> bool:
        """Whether one is under way."""
        return url in self._out

    @property
    def waits(self) -> bool:
        """Whether there may be some to ask for."""
        if self._looked_for != len(self._spider.keepers):
            hosts = self._queue.requisite_hosts()
            if hosts is not None:
                self._looked_for = len(self._spider.keepers)
                self._queue.needed.update(hosts)
        self._look()
        return self._after is not None or any(
            not self._hosts.is_closed(host) for host in self._lanes
        )

    def take_back(self, due: Due) -> bool:
        """Whether one was handed out; it waits again then."""
        if due.found.url not in self._out:
            return False
        self._out.discard(due.found.url)
        self._lanes.setdefault(site_host(due.found.url), _Lane()).waiting.appendleft(due)
        return True

    def settle(self, urls: Iterable[str]) -> None:
        """Visits are stored."""
        self._out.difference_update(urls)

    def settle_all(self) -> None:
        """No visit is to come any more of what was handed out."""
        self._out.clear()

    def close(self, host: str) -> None:
        """Ask a host for nothing more in this run: what is claimed is queued again at its end."""
        self._lanes.pop(host, None)

    def next(self) -> Request | None:
        """The next one whose host is free for it; None if there is none."""
        self._look()
        if not self._lanes and self._after is not None:
            self._after = self._queue.need_pictures(self._after)
            self._look()
        if len(self._out) >= _AT_ONCE:
            return None
        for host in list(self._lanes):
            lane = self._lanes[host]
            if self._hosts.is_pausing(host):
                continue
            while not lane.waiting and not lane.dry:
                claimed = self._queue.claim_requisites(host, _CLAIM)
                if claimed is None:
                    break  # not now
                lane.waiting.extend(due for due in claimed if due.found.url not in self._out)
                lane.dry = len(claimed) < _CLAIM
            if not lane.waiting:
                if lane.dry:
                    del self._lanes[host]
                continue
            if not self._hosts.may_ask(lane.waiting[0]):
                continue
            self._lanes[host] = self._lanes.pop(host)  # to the end of the line
            due = lane.waiting.popleft()
            self._out.add(due.found.url)
            return self._spider.request(due)
        return None

    def _look(self) -> None:
        """Take up the hosts that something was queued of."""
        while self._queue.needed:
            lane = self._lanes.setdefault(self._queue.needed.pop(), _Lane())
            lane.dry = False
