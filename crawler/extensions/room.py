"""How many bytes of bodies are in memory: long ones come one after the other."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from scrapy import Request
from scrapy.crawler import Crawler

# Bytes: what is no longer is never held up, whoever sends what. Nearly no page is.
_LONG = 1_000_000
# Seconds after which a body that waits goes on all the same: a crawl must go on.
_PATIENCE = 60.0
# … and between two looks for answers that nobody holds any more.
_LOOK = 0.5


@dataclass(slots=True)
class _Body:
    """A body that is coming."""

    transport: Any
    """That of its connection, as Twisted's producers are: it can pause and go on."""
    time_limit: Any
    """Scrapy's, a delayed call: while a body waits, its time stands still."""
    size: int = 0
    waits_since: float | None = None
    """Monotonic time; None: it flows."""
    time_left: float = 0.0
    patience: asyncio.TimerHandle | None = None


class Room:
    """Lets long bodies come as long as there is room, and holds up the others meanwhile.

    What counts is what has come so far and what was received and is held still: until it is read
    and stored. One long body may come always, unless as much as there is room for is held.
    """

    def __init__(self, most: int) -> None:
        """most: bytes, together."""
        self._most = most
        self._kept = 0
        self._coming: dict[Request, _Body] = {}
        self._timer: asyncio.TimerHandle | None = None

    @classmethod
    def of(cls, crawler: Crawler) -> Room:
        """That of a crawl."""
        room = _ROOMS.get(crawler)
        if room is None:
            room = _ROOMS[crawler] = cls(crawler.settings.getint("BODIES_MAXSIZE"))
        return room

    def begin(self, request: Request, transport: Any, time_limit: Any) -> None:
        """The head of an answer has come; its body is next."""
        self._coming[request] = _Body(transport, time_limit)

    def take(self, request: Request, size: int) -> None:
        """So many bytes of a body have come."""
        body = self._coming.get(request)
        if body is None:
            return
        body.size += size
        if body.size > _LONG and body.waits_since is None and not self._may_come(body):
            self._hold_up(request, body)

    def end(self, request: Request) -> None:
        """A body is there, or will not come."""
        body = self._coming.pop(request, None)
        if body is not None and body.patience is not None:
            body.patience.cancel()
        self._look()

    def keep(self, size: int) -> Callable[[], None]:
        """A body of so many bytes is held; returns what is to be called when it is not any more."""
        self._kept += size

        def free() -> None:
            self._kept -= size
            self._look()

        return free

    def _may_come(self, body: _Body) -> bool:
        together = self._kept + sum(each.size for each in self._coming.values())
        if together <= self._most:
            return True
        first = next(each for each in self._coming.values() if each.size > _LONG)
        return body is first and self._kept <= self._most

    def _hold_up(self, request: Request, body: _Body) -> None:
        body.transport.pauseProducing()
        body.waits_since = time.monotonic()
        if body.time_limit.active():
            body.time_left = max(1.0, body.time_limit.getTime() - body.time_limit.seconds())
            body.time_limit.reset(2 * _PATIENCE)
        loop = asyncio.get_running_loop()
        body.patience = loop.call_later(_PATIENCE, self._go_on, request, body)
        if self._timer is None:
            self._timer = loop.call_later(_LOOK, self._look_again)

    def _go_on(self, request: Request, body: _Body) -> None:
        if body.waits_since is None or self._coming.get(request) is not body:
            return
        waited = time.monotonic() - body.waits_since
        body.waits_since = None
        if body.patience is not None:
            body.patience.cancel()
        if body.time_limit.active():
            body.time_limit.reset(body.time_left)
        # our own limit, a little before Scrapy's
        if received := request.meta.get(RECEIVED):
            received[1] += waited
        body.transport.resumeProducing()

    def _look(self) -> None:
        """Let what may come come."""
        for request, body in list(self._coming.items()):
            if body.waits_since is not None and self._may_come(body):
                self._go_on(request, body)

    def _look_again(self) -> None:
        self._timer = None
        if any(body.waits_since is not None for body in self._coming.values()):
            gc.collect()  # answers that were read may hang in a circle of references
            self._timer = asyncio.get_running_loop().call_later(_LOOK, self._look_again)
            self._look()


RECEIVED = "received"
"""Where a request's meta has how many bytes of its body have come, and until when it may come."""

_ROOMS: WeakKeyDictionary[Crawler, Room] = WeakKeyDictionary()
