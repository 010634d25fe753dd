"""Hosts below a newspaper's own: `sport.paper.example` of `paper.example`."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection, Iterable
from urllib.parse import urlsplit

from scrapy import Request

from crawler.discover.hosts import front_page, is_mirror, may_be_part
from crawler.items import Due, Page
from crawler.reasons import Reason, because
from crawler.urls import is_below, site_host

NO_FRONT = because("no_front")
MIRROR = because("mirror")
# More of them are a service that gives a host to each of its users.
_MOST = 30
# Stories of a part from which on it shows whether it has its own, and how many settle it; the share
# of them that a mirror has in common with another host at least; seconds between two looks.
_FEW = 8
_MANY = 80
_SHARED = 0.8
_LOOK = 0.5


class Parts:
    """Which hosts are parts of a newspaper, as far as it is known.

    One that a page links to waits until its front page is read: it is a part if its name is no
    other business's, if it links back, and if it does not show what the newspaper's own host has.
    """

    def __init__(self, seeds: Iterable[str]) -> None:
        """seeds: home pages."""
        self.mains = {site_host(url): front_page(url) for url in seeds}
        """The newspapers' own hosts → their home pages."""
        self._pending: dict[str, Request | None] = {}
        """Hosts that wait for their front page → what their robots.txt told."""
        self._settled: set[str] = set()
        self._told: set[str] = set()
        self._look_at: dict[str, float] = {}
        """Hosts that are followed → when to look whether they are mirrors."""

    def meet(self, url: str, followed: Collection[str]) -> str | None:
        """The front page to judge an address's host by; None if the host is followed, known, or
        cannot be a part."""
        host = site_host(url)
        if host in followed or host in self._pending or host in self._settled:
            return None
        main = self._main(host, url)
        if main is None or len(self._pending) + len(self._settled) >= _MOST:
            return None
        self._pending[host] = None
        return front_page(url)

    def is_pending(self, host: str) -> bool:
        """Whether a host waits to be judged."""
        return host in self._pending

    def is_followed(self, host: str) -> bool:
        """Whether a host was met here and is a part."""
        return host in self._look_at

    def note_told(self, hosts: Iterable[str]) -> None:
        """Note hosts that a sitemap, feed or the like has told of."""
        self._told.update(set(hosts) - self.mains.keys())

    def is_told(self, host: str) -> bool:
        """Whether a sitemap, feed or the like of the newspaper has told of a part."""
        return host in self._told and self.is_followed(host)

    def note_robots(self, request: Request) -> None:
        """Keep what the robots.txt of a host that waits tells, for later."""
        host = site_host(request.url)
        if host in self._pending:
            self._pending[host] = request

    def judge(self, page: Page, known: Callable[[str], bool]) -> Reason | None:
        """Why a host is no part of the newspaper, by its front page; None if it is one.

        known: whether the frontier has an address.
        """
        host = site_host(page.url)
        main = self._main(host, page.url)
        if main is None:
            return because("no_part")
        if not any(site_host(link) in self.mains for link in page.out_links):
            return because("no_link_back")
        if is_mirror(page.out_links, host, main, known):
            return because("mirror_of", urlsplit(main).netloc)
        return None

    def is_mirror(self, host: str, shared: Callable[[str], tuple[int, int]]) -> bool:
        """Whether a part's stories turn out to be those of another host; asked for each that is to
        be fetched, and looked at now and then until there are enough.

        shared: of a host, how many addresses led to a story, and to one that another has, too.
        """
        now = time.monotonic()
        if self._look_at.get(host, math.inf) > now:
            return False
        stories, both = shared(host)
        self._look_at[host] = now + _LOOK if stories < _MANY else math.inf
        return stories >= _FEW and both >= _SHARED * stories

    def settle(self, host: str) -> Request | None:
        """A host is judged. Returns what its robots.txt told, if it was read."""
        self._look_at[host] = 0.0
        self._settled.add(host)
        return self._pending.pop(host, None)

    def _main(self, host: str, url: str) -> str | None:
        for main, home in self.mains.items():
            if may_be_part(host, main) and is_below(url, home):
                return home
        return None


def was_accepted(front: Due) -> bool | None:
    """How a host was judged in an earlier run, by what became of its front page; None: it was
    not. One that was read is looked at again as any list, and stays accepted meanwhile."""
    if front.visited_at is None or front.state == "retry":
        return None
    return front.state in ("done", "queued", "claimed")
