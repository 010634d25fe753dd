"""Says how a crawl is getting on: one live line in a terminal, plain lines elsewhere."""

from __future__ import annotations

import logging
import sys
import time
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.text import Text
from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.utils.log import get_scrapy_root_handler
from twisted.internet.task import LoopingCall

from crawler.counted import counted
from crawler.extensions.ending import Ending
from crawler.items import Visit
from crawler.stopping import STOPPING

_LIVE_SECONDS = 0.25
_PLAIN_SECONDS = 5.0
_PLAIN_LONGEST = 1_800.0
# Seconds over which the rate is taken: long enough to be steady, short enough to follow a change.
_WINDOW = 30.0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A crawl at one moment."""

    seconds: float
    pages: int
    articles: int
    pages_per_second: float
    queued: int
    errors: int
    stopping: bool = False
    on_the_wire: int = 0
    room: int | None = None
    """Pages that the run may fetch still; None for no limit."""
    pause: tuple[str, float] | None = None
    """Of hosts that are left alone for a while, the first to be asked again, and in how many
    seconds, where nothing else is under way."""

    @property
    def eta(self) -> float | None:
        """Seconds until the queue is empty, if nothing more is found; None if that says nothing."""
        to_come = self.queued if self.room is None else min(self.queued, self.room)
        if to_come == 0 or self.pages_per_second <= 0 or self.seconds < 5:
            return None
        return to_come / self.pages_per_second

    def line(self, width: int | None = None) -> str:
        """What a person is shown, in one line of so many characters at most: what matters least
        goes first."""
        parts = {
            "clock": _clock(self.seconds),
            "pages": counted(self.pages, "page"),
            "articles": counted(self.articles, "article"),
            "rate": f"{self.pages_per_second:.1f} pages/s",
            "queued": f"{self.queued:,} queued",
            "errors": counted(self.errors, "error"),
        }
        if self.stopping:
            answers = counted(self.on_the_wire, "answer")
            parts["end"] = f"stopping, {answers} under way"
        elif self.pause is not None:
            host, seconds = self.pause
            parts["end"] = f"{host} is asked again in {_clock(seconds)}"
        elif self.eta is not None:
            parts["end"] = f"about {_clock(self.eta)} left for these"
        for name in ("rate", "errors" if not self.errors else "queued", "queued", "errors"):
            if width is not None and len(" · ".join(parts.values())) > width:
                parts.pop(name, None)
        return " · ".join(parts.values())[:width]


class Progress:
    """Counts visits as they are made and shows the count on standard error."""

    def __init__(self, crawler: Crawler) -> None:
        if not crawler.settings.getbool("LOG_ENABLED"):
            raise NotConfigured
        self._crawler = crawler
        self._pages = self._articles = self._errors = 0
        self._began = time.monotonic()
        self._marks: deque[tuple[float, int]] = deque([(self._began, 0)])
        self._console = Console(stderr=True, highlight=False)
        self._live: Live | None = None
        self._loop = LoopingCall(self._show)
        self._is_stopping = False
        self._next_line = _PLAIN_SECONDS - 0.5

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made by Scrapy."""
        progress = cls(crawler)
        crawler.signals.connect(progress.start, signal=signals.spider_opened)
        crawler.signals.connect(progress.count, signal=signals.item_scraped)
        crawler.signals.connect(progress.note_end, signal=STOPPING)
        crawler.signals.connect(progress.stop, signal=signals.spider_closed)
        return progress

    def start(self) -> None:
        """Begin to show."""
        terminal = self._console.is_terminal
        if terminal:
            self._live = Live(
                console=self._console, auto_refresh=False, transient=True, redirect_stdout=False
            )
            self._live.start()
            # the log's handler took standard error before the live line did
            handler = get_scrapy_root_handler()
            if isinstance(handler, logging.StreamHandler) and not isinstance(
                handler, logging.FileHandler
            ):
                handler.setStream(sys.stderr)
        self._loop.start(_LIVE_SECONDS if terminal else _PLAIN_SECONDS, now=False)

    def count(self, item: object) -> None:
        """One visit more."""
        if not isinstance(item, Visit):
            return
        self._pages += bool(item.captures)
        self._articles += item.article is not None
        self._errors += item.state == "failed" and not item.is_missed_guess

    def note_end(self) -> None:
        """From now on say what the run's end waits for."""
        self._is_stopping = True
        if self._live is not None:
            self._show()

    def stop(self) -> None:
        """Take the line away; the command prints the summary."""
        if self._loop.running:
            self._loop.stop()
        if self._live is not None:
            self._live.stop()
            handler = get_scrapy_root_handler()
            if isinstance(handler, logging.StreamHandler) and not isinstance(
                handler, logging.FileHandler
            ):
                handler.setStream(sys.stderr)

    def snapshot(self) -> Snapshot:
        """The crawl at this moment."""
        now = time.monotonic()
        self._marks.append((now, self._pages))
        while len(self._marks) > 2 and now - self._marks[0][0] > _WINDOW:
            self._marks.popleft()
        then, pages_then = self._marks[0]
        rate = (self._pages - pages_then) / (now - then) if now > then else 0.0
        scheduler = self._crawler.engine.scheduler
        return Snapshot(
            seconds=now - self._began,
            pages=self._pages,
            articles=self._articles,
            pages_per_second=rate,
            queued=getattr(scheduler, "waiting", 0) + getattr(self._crawler.spider, "waiting", 0),
            errors=self._errors,
            stopping=self._is_stopping,
            room=getattr(scheduler, "room", None),
            on_the_wire=Ending.of(self._crawler).on_the_wire,
            pause=getattr(scheduler, "pause_ahead", None),
        )

    def _show(self) -> None:
        snapshot = self.snapshot()
        if self._live is not None:
            self._live.update(Text(snapshot.line(self._console.width)), refresh=True)
            return
        if snapshot.seconds < self._next_line:
            return
        # A night's log need not have a line each moment: the longer it takes, the rarer they are.
        self._next_line = snapshot.seconds + min(2 * self._next_line, _PLAIN_LONGEST) - 0.5
        self._console.print(
            f"{datetime.now(UTC):%Y-%m-%d %H:%M:%SZ} {snapshot.line()}", soft_wrap=True
        )


def _clock(seconds: float) -> str:
    """Seconds as a clock shows them.

    >>> _clock(3725)
    '1:02:05'
    """
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
