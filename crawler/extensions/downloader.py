"""Scrapy's downloader, with as many requests of a host under way as are allowed, and no more; and
without those of hosts that keep us waiting among the many that may be under way together."""

from __future__ import annotations

import time
from collections import deque
from typing import Any

from scrapy import Request, signals
from scrapy.core.downloader import Downloader as ScrapyDownloader
from scrapy.core.downloader import Slot
from scrapy.crawler import Crawler

# Seconds without an answer after which a host takes no place from others.
_SLOW = 3.0
# Times CONCURRENT_REQUESTS that are under way at most, with those of slow hosts: each may take a
# socket, and most systems give a process 1,024.
_MOST = 8


class _Turns(deque[Any]):
    """What waits of a host. What leaves it is under way from that moment on: Scrapy counts a
    request once its coroutine runs, and starts all that wait before that where there is no delay
    between them."""

    def __init__(self, slot: Slot) -> None:
        super().__init__(slot.queue)
        self._under_way = slot.transferring
        self._unanswered_since: float | None = None
        """Monotonic time of the first thing that it was asked for since it last answered."""

    def popleft(self) -> Any:
        """The next request, and who waits for its answer."""
        request, waiter = super().popleft()
        self._under_way.add(request)
        if self._unanswered_since is None:
            self._unanswered_since = time.monotonic()
        return request, waiter

    def answered(self) -> None:
        """The host has answered one of those under way."""
        self._unanswered_since = time.monotonic() if len(self._under_way) > 1 else None

    @property
    def are_slow(self) -> bool:
        """Whether the host keeps us waiting; so does what else is to be asked of it, for its turn
        or for the host's robots.txt."""
        since = self._unanswered_since
        return bool(self._under_way) and since is not None and time.monotonic() - since > _SLOW


class Downloader(ScrapyDownloader):
    """Asks a host for so many things at once as CONCURRENT_REQUESTS_PER_DOMAIN says, and all hosts
    together for so many as CONCURRENT_REQUESTS says, without those that keep us waiting: thirty
    dead hosts of a list would keep all others from their turn until their time is up."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        crawler.signals.connect(self._answered, signal=signals.response_downloaded)

    def needs_backout(self) -> bool:
        """Whether no more may be under way."""
        most = self.total_concurrency
        if not 0 < most <= len(self.active):
            return False
        if len(self.active) >= _MOST * most:
            return True
        slow = {key for key, slot in self.slots.items() if _turns(slot).are_slow}
        return sum(self.get_slot_key(each) not in slow for each in self.active) >= most

    def _get_slot(self, request: Request, *args: Any) -> tuple[str, Slot]:
        key, slot = super()._get_slot(request, *args)
        _turns(slot)
        return key, slot

    def _answered(self, request: Request) -> None:
        slot = self.slots.get(self.get_slot_key(request))
        if slot is not None:
            _turns(slot).answered()


def _turns(slot: Slot) -> _Turns:
    if not isinstance(slot.queue, _Turns):
        slot.queue = _Turns(slot)
    return slot.queue
