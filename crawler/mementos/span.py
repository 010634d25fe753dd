"""When captures were made: a span of time, as CDX servers are asked for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from crawler.errors import UsageError

FIRST, LAST = datetime(1990, 1, 1, tzinfo=UTC), datetime(2099, 12, 31, 23, 59, 59, tzinfo=UTC)
_FORM = "%Y%m%d%H%M%S"


@dataclass(frozen=True, slots=True)
class Span:
    """From one second to another, both in it, UTC."""

    begin: datetime = FIRST
    end: datetime = LAST

    @property
    def digits(self) -> tuple[str, str]:
        """Both as 14 digits."""
        return self.begin.strftime(_FORM), self.end.strftime(_FORM)

    def halves(self) -> tuple[Span, Span] | None:
        """Its two halves; None where it is a single second.

        >>> day = span("2010-01-01", "2010-01-01").halves()
        >>> [half.digits for half in day]
        [('20100101000000', '20100101115959'), ('20100101120000', '20100101235959')]
        """
        seconds = int((self.end - self.begin).total_seconds())
        if seconds < 1:
            return None
        middle = self.begin + timedelta(seconds=seconds // 2)
        return Span(self.begin, middle), Span(middle + timedelta(seconds=1), self.end)

    def overlaps(self, begin: datetime, end: datetime) -> bool:
        """Whether it has a moment of another span."""
        return self.begin <= end and begin <= self.end

    @property
    def moments(self) -> tuple[str, str]:
        """Both as ISO 8601."""
        return self.begin.isoformat(), self.end.isoformat()


def span(since: str | None, until: str | None) -> Span:
    """From the first second of a day, month or year to the last one of another.

    since, until: `2009`, `2009-05`, `2009-05-31`, or None for no bound. Raises UsageError where no
    web archive can have captures of these dates.

    >>> span("2009", "2016-02").digits
    ('20090101000000', '20160229235959')
    """
    begin = max(_first_day(since), FIRST) if since else FIRST
    # the year behind 9999 is none that Python knows
    is_near = until is not None and _first_day(until) <= LAST
    end = _next(until) - timedelta(seconds=1) if until and is_near else LAST
    if begin > end:
        said = f"until={until}" if end < FIRST else f"since={since}"
        raise UsageError(f"{said}: captures of {FIRST.year} to {LAST.year} can be asked for")
    return Span(begin, min(end, LAST))


def _first_day(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}-01-01"[:10]).replace(tzinfo=UTC)


def _next(day: str) -> datetime:
    """The first second behind a day, month or year."""
    first = _first_day(day)
    if len(day) == 4:
        return first.replace(year=first.year + 1)
    if len(day) == 7:
        later = first + timedelta(days=31)
        return later.replace(day=1)
    return first + timedelta(days=1)
