"""Has Scrapy's engine ask for the next request as soon as there may be one."""

from __future__ import annotations

import asyncio

from scrapy.crawler import Crawler


class Waking:
    """Calls the engine, which by itself would come after five seconds."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._timer: asyncio.TimerHandle | None = None

    def now(self) -> None:
        """Call it as soon as this is done."""
        slot = self._crawler.engine._slot
        if slot is not None:
            # Its one public door, engine.crawl(), wants a Request for each URL: too much for
            # millions that wait.
            slot.nextcall.schedule()

    def after(self, seconds: float) -> None:
        """Call it then, or before."""
        loop = asyncio.get_running_loop()
        when = loop.time() + max(seconds, 0.001)
        if self._timer is not None and self._timer.when() > loop.time():
            if self._timer.when() <= when:
                return
            self._timer.cancel()
        self._timer = loop.call_at(when, self.now)

    def stop(self) -> None:
        """Do not call it any more by the clock."""
        if self._timer is not None:
            self._timer.cancel()
