"""At the end of a crawl, when nothing is left to fetch: what its newspapers' pages teach."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from contextlib import suppress
from typing import Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DontCloseSpider

from crawler.errors import HemerotecaError
from crawler.extensions.ending import Ending
from crawler.extensions.session import Session
from crawler.extensions.waking import Waking
from crawler.reasons import in_words
from crawler.runs import learn_sites
from crawler.stopping import STOPPING

logger = logging.getLogger(__name__)


class Learning:
    """Learns the profiles of newspapers, and has pages read again that come out otherwise with
    them, before the run closes. A run that is ended before leaves that to the next one."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._waking = Waking(crawler)
        self._task: asyncio.Task[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made by Scrapy."""
        learning = cls(crawler)
        crawler.signals.connect(learning.begin, signal=signals.spider_idle)
        crawler.signals.connect(learning.stop, signal=STOPPING)
        crawler.signals.connect(learning.stop, signal=signals.spider_closed)
        return learning

    def begin(self) -> None:
        """Nothing is left to fetch. Raises DontCloseSpider until all is learned."""
        if self._task is None and self._has_stories:
            self._task = asyncio.ensure_future(self._learn())
        if self._task is not None and not self._task.done():
            raise DontCloseSpider

    def stop(self) -> None:
        """Leave the rest to the next run."""
        if self._task is not None:
            self._task.cancel()

    @property
    def _has_stories(self) -> bool:
        session = Session.of(self._crawler)
        return (
            session.is_archiving
            and session.archive.answered
            and session.archive.error is None
            and Ending.of(self._crawler).reason is None
        )

    async def _learn(self) -> None:
        session = Session.of(self._crawler)
        session.archive.flush()
        try:
            if session.archive.is_ready and not session.archive.holds_back:
                await learn_sites(session.run, session.workers)
        except (sqlite3.Error, OSError, HemerotecaError) as error:
            logger.warning(
                "newspapers' profiles were not learned (%s); the next run does", in_words(error)
            )
        finally:
            with suppress(Exception):
                self._waking.now()
