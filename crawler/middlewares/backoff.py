"""A host that asks for a pause gets it (RFC 9110, 10.2.3; RFC 6585, 4)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Self

from scrapy.crawler import Crawler
from scrapy.http import Request, Response
from scrapy.utils.httpobj import urlparse_cached

from crawler.events import event
from crawler.frontier.scheduler import Frontier
from crawler.times import utc

# Seconds of the first pause where the server names none; each further refusal in a row doubles it.
_FIRST = 30.0
_LONGEST = 1_800.0
# Seconds: what a server asks beyond that is taken for a mistake of its clock.
_MOST = 90 * 86_400.0
_REFUSALS = (429, 503)


class BackOffMiddleware:
    """On 429 or 503, leaves the host alone for as long as it says, or ever longer.

    The answer goes on to the spider, with the moment to try again in `meta["retry_at"]`.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._pauses: dict[str, float] = {}
        """host → seconds of its last pause."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made by Scrapy."""
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Response:
        """Note a refusal, or that the host answers again."""
        host = urlparse_cached(request).hostname or ""
        if response.status not in _REFUSALS:
            self._pauses.pop(host, None)
            return response
        if not isinstance(self._crawler.engine.scheduler, Frontier):
            return response
        pause = retry_after(response, datetime.now(UTC))
        if pause is None:
            pause = min(2 * self._pauses.get(host, _FIRST / 2), _LONGEST)
        self._pauses[host] = pause
        Frontier.of(self._crawler).pause(request.url, pause)
        due = request.meta.get("due")
        if due is not None and due.found.role == "requisite":
            Frontier.of(self._crawler).refuses_files(request.url)
        event("host_paused", host=host, seconds=round(pause), status=response.status)
        when = datetime.now(UTC) + timedelta(seconds=pause)
        request.meta["retry_at"] = utc(when)
        return response


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
