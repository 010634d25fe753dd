"""A host that asks for a pause gets it (RFC 9110, 10.2.3; RFC 6585, 4)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from scrapy.http import Request, Response

from crawler.events import event
from crawler.times import utc
from crawler.urls import site_host

# Seconds of the first pause where the server names none; each further refusal in a row doubles it.
_FIRST = 30.0
_LONGEST = 1_800.0
# Seconds: what a server asks beyond that is taken for a mistake of its clock.
_MOST = 90 * 86_400.0
_REFUSALS = (429, 503)


class BackOff:
    """On 429 or 503, leaves a host alone for as long as it says, or ever longer.

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
        host = site_host(request.url)
        if response.status not in _REFUSALS:
            self._pauses.pop(host, None)
            return
        seconds = retry_after(response, datetime.now(UTC))
        if seconds is None and self._is_pausing(host):
            seconds = self._pauses.get(host, _FIRST)  # it was asked before the pause began
        elif seconds is None:
            seconds = min(2 * self._pauses.get(host, _FIRST / 2), _LONGEST)
        self._pauses[host] = seconds
        self._pause(request, seconds)
        event("host_paused", host=host, seconds=round(seconds), status=response.status)
        request.meta["retry_at"] = utc(datetime.now(UTC) + timedelta(seconds=seconds))


def retry_after(response: Response, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks for, 0 or more; None where it asks nothing
    readable."""
    value = (response.headers.get(b"Retry-After") or b"").decode("latin-1").strip()
    if value.isascii() and value.isdigit():
        return float(min(int(value[:9]), _MOST))
    try:
        moment = parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return min(max(0.0, (moment - now).total_seconds()), _MOST)
