"""A host that asks for a pause gets it (RFC 9110, 10.2.3; RFC 6585, 4)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from scrapy.http import Request, Response

from crawler.events import event
from crawler.times import in_utc, utc
from crawler.urls import site_host

# Seconds of the first pause where the server names none; each further refusal in a row doubles it,
# until it is too long to wait for in a run.
_FIRST = 30.0
# Seconds of the second pause in a row where each answer asks for a shorter one.
_AGAIN = 1.0
# Seconds: what a server asks beyond that is taken for a mistake of its clock.
_MOST = 90 * 86_400.0
# What says by itself that the host is asked too often, or too much: 429, 503, and what stands for
# them beside the RFCs: 420 (Enhance Your Calm), 509 (Bandwidth Limit Exceeded), 529 (Overloaded).
_REFUSALS = frozenset({420, 429, 503, 509, 529})
# What is said of an address alone, whatever comes with it.
_OF_AN_ADDRESS = frozenset({404, 410})
# A number of seconds, with what people write around it.
_SECONDS = re.compile(r"(\d{1,30}(?:\.\d*)?)\s*(?:s|secs?|seconds?)?", re.ASCII | re.IGNORECASE)
# Beyond that a number is no pause but a moment: seconds since 1970.
_MOMENT = 1_000_000_000


class BackOff:
    """On 429, 503 and the like, and on any error that comes with a Retry-After, leaves a host alone
    for as long as it says, or ever longer.

    The answer goes on to the spider, with the moment to try again in `meta["retry_at"]`.
    """

    def __init__(
        self, pause: Callable[[Request, float], None], is_pausing: Callable[[str], bool]
    ) -> None:
        """pause: told what was refused, and for how many seconds nothing is to be asked.
        is_pausing: whether a site has asked for a pause that is not over."""
        self._pause = pause
        self._is_pausing = is_pausing
        self._pauses: dict[str, float] = {}
        """host → seconds of its last pause."""

    def answered(self, request: Request, response: Response) -> None:
        """Note a refusal, or that the host answers again. To be called before the downloader sends
        the next request: a middleware would be told after that."""
        request.meta.pop("retry_at", None)  # of a try before this one
        host = site_host(request.url)
        now = datetime.now(UTC)
        asked = retry_after(response, now)
        if not _is_refusal(response.status, asked):
            if response.status < 500:
                self._pauses.pop(host, None)
            return
        seconds = self._seconds(host, asked)
        self._pauses[host] = max(seconds, self._pauses.get(host, 0.0))
        self._pause(request, seconds)
        event("host_paused", host=host, seconds=round(seconds), status=response.status)
        request.meta["retry_at"] = utc(now + timedelta(seconds=seconds + 1))

    def _seconds(self, host: str, asked: float | None) -> float:
        """For how long to leave a host alone: at least for as long as it asks, and for longer than
        the last time where it refuses us once more after that."""
        last = self._pauses.get(host)
        least = _FIRST if asked is None else asked
        if last is None:
            return least
        if self._is_pausing(host):  # it was asked before the pause began
            return last if asked is None else asked
        return min(max(least, 2 * last, _AGAIN), _MOST)


def _is_refusal(status: int, asked: float | None) -> bool:
    if status in _REFUSALS:
        return True
    return asked is not None and asked > 0 and status >= 400 and status not in _OF_AN_ADDRESS


def retry_after(response: Response, now: datetime) -> float | None:
    """Seconds that Retry-After headers ask for, the longest where there are several, 0 or more;
    None where they ask nothing readable."""
    lines = response.headers.getlist(b"Retry-After")
    asked = [_asked(line.decode("latin-1").strip(), now) for line in lines]
    return max((each for each in asked if each is not None), default=None)


def _asked(value: str, now: datetime) -> float | None:
    """Seconds that one line asks for. Besides the two forms of the RFC: fractions, a unit, several
    numbers that a proxy has joined, dates of ISO 8601, seconds since 1970."""
    if number := _SECONDS.fullmatch(value):
        seconds = float(number[1])
        return min(max(0.0, seconds - (now.timestamp() if seconds > _MOMENT else 0)), _MOST)
    parts = [part.strip() for part in value.split(",")]
    if all(map(_SECONDS.fullmatch, parts)):
        return max(_asked(part, now) or 0.0 for part in parts)
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            left = (in_utc(read(value)) - now).total_seconds()
        except (TypeError, ValueError, IndexError, OverflowError):
            continue
        return min(max(0.0, left), _MOST)
    return None
