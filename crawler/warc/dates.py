"""Dates of records as programs have written them since 1996, conformant or not."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

CONFORMANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z")
"""How ISO 28500 (5.4) spells a WARC-Date."""
_PARTS = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d\d?)(?:-(?P<day>\d{1,3}))?)?"
    r"(?:[T _]+(?P<hour>\d\d?)(?::?(?P<minute>\d\d)(?::?(?P<second>\d\d)"
    r"(?:[.,](?P<part>\d+))?)?)?)?"
    r"\s*(?P<zone>Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?",
    re.ASCII,
)
_DIGITS = re.compile(
    r"(?P<year>\d{4})(?:(?P<month>\d\d)(?:(?P<day>\d\d)T?(?:(?P<hour>\d\d)(?:(?P<minute>\d\d)"
    r"(?:(?P<second>\d\d)(?P<part>\d*))?)?)?)?)?(?P<zone>Z)?",
    re.ASCII,
)


def warc_moment(text: str) -> datetime:
    """The moment that a WARC-Date or the date of an ARC record names, UTC, to the microsecond.

    Besides what ISO 28500 allows: other zones than UTC, none (UTC is meant), lower case, spaces,
    digits alone, a day of the year in the place of the day (a writer's mistake), a leap second.
    What is left out is the earliest. Raises ValueError.

    >>> warc_moment("2008-10-294T07:20:01Z"), warc_moment("20240504100000")
    ... # doctest: +NORMALIZE_WHITESPACE
    (datetime.datetime(2008, 10, 20, 7, 20, 1, tzinfo=datetime.timezone.utc),
     datetime.datetime(2024, 5, 4, 10, 0, tzinfo=datetime.timezone.utc))
    """
    spelled = text.strip().upper()
    found = _DIGITS.fullmatch(spelled) or _PARTS.fullmatch(spelled)
    if found is None:
        raise ValueError(f"{text!r:.50} is no date")
    year, month, hour, minute, second = (
        int(found[name] or least)
        for name, least in (("year", 1), ("month", 1), ("hour", 0), ("minute", 0), ("second", 0))
    )
    day, days = int(found["day"] or 1), timedelta()
    if len(found["day"] or "") == 3:
        days = timedelta(days=day - 1)
        counted = datetime(year, 1, 1) + days
        if counted.year != year or counted.month != month:
            raise ValueError(f"{text!r:.50} is no date")
        month, day = counted.month, counted.day
    micro = int((found["part"] or "").ljust(6, "0")[:6])
    moment = datetime(year, month, day, hour, minute, min(second, 59), micro, _zone(found["zone"]))
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError(f"{text!r:.50} is no date") from None


def _zone(text: str | None) -> timezone:
    if text is None or not text.startswith(("+", "-")):
        return UTC
    hours, minutes = int(text[1:3]), int(text[3:].lstrip(":") or 0)
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if text[0] == "-" else offset)
