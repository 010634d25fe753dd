"""Ends a run before its work is done: nothing more is asked for, and all is stored in seconds."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any, Self, cast

from scrapy import signals
from scrapy.core.downloader import Slot
from scrapy.crawler import Crawler
from twisted.internet.error import ReactorNotRunning

from crawler.stopping import CUT, GIVEN_UP, STOPPING, Stopped

# Seconds between two looks at what is under way.
_LOOK = 0.1


class Ending:
    """Stops a run within STOP_SECONDS, whatever servers and pages do.

    What waits is dropped at once; it is queued in the archive still. Answers on the wire have half
    of the time to come in, then they are cut off. Pages have all of it to be read and stored. What
    is left then is given up as by a crash, but stored are the visits in hand, the run's outcome and
    the captures that no visit had: the next run makes those visits again.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._seconds = crawler.settings.getfloat("STOP_SECONDS")
        self._task: asyncio.Task[None] | None = None
        self._is_over = False
        self.reason: str | None = None
        """Why the run is ending, if it is."""
        self.leave: Callable[[], None] | None = None
        """Ends the process once all is stored; None: that is left to Scrapy."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made by Scrapy."""
        return cls(crawler)

    @classmethod
    def of(cls, crawler: Crawler) -> Ending:
        """That of a running crawl."""
        ending = crawler.get_extension(cls)
        assert ending is not None
        return ending

    @property
    def seconds(self) -> float:
        """How long an end may take."""
        return self._seconds

    @property
    def on_the_wire(self) -> int:
        """How many answers are under way."""
        return sum(len(slot.transferring) for slot in self._slots())

    def begin(self, reason: str) -> None:
        """Stop the run; does nothing where it is stopping already. reason: its outcome."""
        if self.reason is None:
            self.reason = reason
            self._crawler.signals.send_catch_log(signal=STOPPING, reason=reason)
            self._task = asyncio.ensure_future(self._end(reason))

    def finish(self) -> None:
        """Store what is in hand and end the run now, whatever is under way."""
        if self._is_over:
            return
        self._is_over = True
        self._crawler.signals.send_catch_log(signal=GIVEN_UP)
        told = self._crawler.signals.send_catch_log(
            signal=signals.spider_closed, spider=self._crawler.spider, reason=self.reason
        )
        for _, answer in told:
            if asyncio.iscoroutine(answer):  # it would wait: nobody does any more
                answer.close()
        if self.leave is not None:
            self.leave()
        from twisted.internet import reactor

        self._crawler.crawling = False  # or the reactor waits for what has been given up
        with contextlib.suppress(ReactorNotRunning):
            cast(Any, reactor).stop()

    async def _end(self, reason: str) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        closing = asyncio.ensure_future(self._close(reason))
        is_cut = False
        while not closing.done():
            self._drop_waiting()
            passed = loop.time() - began
            if passed >= self._seconds:
                self.finish()
                return
            if passed >= self._seconds / 2 and not is_cut:
                is_cut = True
                self._crawler.signals.send_catch_log(signal=CUT)
            await asyncio.wait({closing}, timeout=_LOOK)
        if self.leave is not None and not self._is_over:
            self._is_over = True
            self.leave()

    async def _close(self, reason: str) -> None:
        """Close the spider, which stores what is in hand; wait for it to be closed."""
        crawler = self._crawler
        while crawler.crawling and not crawler.engine.running:
            await asyncio.sleep(_LOOK)  # it is starting
        while crawler.crawling and crawler.engine.spider is not None:
            # the second time round another one had begun to close it
            await crawler.engine.close_spider_async(reason=reason)
            await asyncio.sleep(_LOOK)

    def _drop_waiting(self) -> None:
        """Drop the requests that wait in the downloader for their host's next turn."""
        for slot in self._slots():
            slot.close()
            while slot.queue:
                _, answer = slot.queue.popleft()
                answer.errback(Stopped())

    def _slots(self) -> list[Slot]:
        engine = self._crawler.engine
        return list(engine.downloader.slots.values())
