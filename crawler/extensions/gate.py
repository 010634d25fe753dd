"""What a request passes last, before anything of it goes over the wire."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from weakref import WeakKeyDictionary

from scrapy import Request
from scrapy.crawler import Crawler

from crawler.stopping import Stopped

# Seconds between two looks: whether a pause has become longer, and whether the run ends.
_LOOK = 1.0


class Gate:
    """Holds requests that had their turn when their host had not yet asked for a pause.

    A host's answer comes while others wait for it in the downloader, or for its robots.txt.
    """

    def __init__(self) -> None:
        self.wait: Callable[[Request], float] = lambda request: 0.0
        """Seconds for which a request is not to be sent. May raise Stopped: it is not sent at
        all."""
        self.failed: Callable[[Request, Exception], None] = lambda request, error: None
        """Told of a request that was sent and brought no answer, and why."""

    @classmethod
    def of(cls, crawler: Crawler) -> Gate:
        """That of a crawl."""
        return _GATES.setdefault(crawler, cls())

    async def passed(self, request: Request, is_stopping: Callable[[], bool]) -> bool:
        """Return as soon as a request may be sent, and whether it had to wait. Raises Stopped where
        it may not be sent."""
        waited = False
        while not is_stopping() and (left := self.wait(request)) > 0:
            waited = True
            await asyncio.sleep(min(left, _LOOK))
        if is_stopping():
            raise Stopped
        return waited


_GATES: WeakKeyDictionary[Crawler, Gate] = WeakKeyDictionary()
