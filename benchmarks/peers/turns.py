"""One page read in turn with one bare parse of it, and timed. Standard library and lxml only:
runs in the project's environment and in the peers'."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import lxml.html
from lxml.etree import LxmlError

Reader = Callable[[bytes, str], dict[str, Any]]
"""A page's bytes and its address → title, authors, date (ISO 8601), standfirst, body."""

LIMIT = 20.0
"""Seconds by the clock that a tool may take for one page."""

_TEXT = "The council met on Monday and agreed, after two hours, to mend the bridge by the mill. "
WARM_UP = f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Bridge to be
mended</title><meta name="author" content="Ann Example"><meta property="article:published_time"
content="2024-05-06T07:08:09+00:00"></head><body><article><h1>Bridge to be mended</h1>
<time datetime="2024-05-06T07:08:09+00:00">6 May 2024</time>
{"".join(f"<p>{n}. {_TEXT * 4}</p>" for n in range(8))}</article></body></html>""".encode()
"""A page that loads what a tool loads with its first page, before anything is timed."""


class TooSlowError(BaseException):
    """A tool reached its limit. No `Exception`, which a tool may swallow."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What one reading gave and cost."""

    answer: dict[str, Any] | None
    error: str | None
    parse_ms: float
    """CPU of `lxml.html.fromstring` on the same bytes, just before."""
    read_ms: float


def take_turn(read: Reader, html: bytes, url: str, limit: float = LIMIT) -> Turn:
    """Parse, then read. What the tool raises, and running over the limit, is the turn's error."""
    answer = error = None
    start = time.process_time()
    with suppress(LxmlError, ValueError):  # an empty page: the attempt is timed all the same
        lxml.html.fromstring(html)
    middle = time.process_time()
    try:
        with time_limit(limit):
            answer = read(html, url)
    except TooSlowError:
        error = f"more than {limit:g} s"
    except Exception as raised:
        error = f"{type(raised).__name__}: {raised}"[:200]
    end = time.process_time()
    return Turn(answer, error, (middle - start) * 1000, (end - middle) * 1000)


def warm_up(read: Reader) -> None:
    """Let a tool load what it loads lazily."""
    for _ in range(3):
        take_turn(read, WARM_UP, "https://news.example/2024/05/06/bridge-to-be-mended")


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise TooSlowError in the body after so long, and again each second, for a bare `except:` in
    a tool may have eaten the first.

    By the clock, not by CPU: while a timer of CPU time runs, Linux counts that time in ticks of
    some milliseconds, longer than most readings.
    """

    def stop(*_: object) -> None:
        raise TooSlowError

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
