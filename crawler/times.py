"""Times as an archive has them: UTC, ISO 8601, in one form, so that text sorts as time does.

`2026-01-02T03:04:05+00:00`, with six digits of a second where a capture is told from its neighbour.
A whole second sorts before its fractions. `archive.db` refuses any other form.
"""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

FIRST = datetime.min.replace(tzinfo=UTC)
LAST = datetime.max.replace(tzinfo=UTC)


def utc(moment: datetime, *, exact: bool = False) -> str:
    """A moment as the archive has it. exact: to the microsecond.

    A moment without an offset is taken to be UTC; one that no year of four digits has in UTC
    becomes the first or the last that does. Raises nothing.

    >>> utc(datetime.fromisoformat("2026-01-02T22:30:00-05:30"))
    '2026-01-03T04:00:00+00:00'
    """
    return in_utc(moment).isoformat(timespec="microseconds" if exact else "seconds")


def now(*, exact: bool = False) -> str:
    """The present moment as the archive has it."""
    return utc(datetime.now(UTC), exact=exact)


def in_utc(moment: datetime) -> datetime:
    """The same moment told in UTC, within the years 1 to 9999. Raises nothing."""
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return FIRST if moment.year == 1 else LAST


def after(moment: datetime, seconds: float) -> datetime:
    """So many seconds later, or earlier, in UTC; the first or last moment that there is where the
    calendar ends before. Raises nothing."""
    try:
        return in_utc(moment) + timedelta(seconds=seconds)
    except OverflowError:
        return FIRST if seconds < 0 else LAST


def is_later(told: str | None, moment: str) -> bool:
    """Whether a source's date (ISO 8601, RFC 5322) lies after a moment of the archive's; what
    cannot be read does not. A day counts from its midnight, UTC. Raises nothing.

    >>> is_later("2026-01-02T22:30:00-05:00", "2026-01-03T01:00:00+00:00")
    True
    >>> is_later("Fri, 02 Jan 2026 22:30:00 +0900", "2026-01-02T14:00:00+00:00")
    False
    """
    text = (told or "").strip()
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        with contextlib.suppress(ValueError, TypeError, IndexError, OverflowError):
            return in_utc(read(text)) > datetime.fromisoformat(moment)
    return False


def told_in_utc(told: str | None) -> str | None:
    """A story's date as a page tells it (ISO 8601), in UTC and as exact as it is: what is text that
    sorts as time does. Without an offset it is taken to be UTC. Raises nothing.

    >>> told_in_utc("2026-01-02T22:30-05:00"), told_in_utc("2026-01-02"), told_in_utc("2026")
    ('2026-01-03T03:30:00+00:00', '2026-01-02', '2026')
    """
    if told is None or "T" not in told:
        return told
    with contextlib.suppress(ValueError):
        return utc(datetime.fromisoformat(told))
    return told[:10]


def day_told(told: str | None) -> str | None:
    """The day of a story's date as its page tells it: the day that its readers read. None where it
    tells none.

    >>> day_told("2026-01-02T22:30-05:00"), day_told("2026-01")
    ('2026-01-02', None)
    """
    return told[:10] if told is not None and len(told) >= len("2026-01-02") else None
