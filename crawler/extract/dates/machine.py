"""Dates as programs write them.

ISO 8601 with its common misspellings and its basic format, RFC 3339, RFC 9557, RFC 2822, the epoch.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import NamedTuple

from crawler.extract.dates.times import Time


class Date(NamedTuple):
    """A year, and as much more of a date as is stated."""

    year: int
    month: int | None = None
    day: int | None = None


class Reading(NamedTuple):
    """What a string states."""

    date: Date
    time: Time | None = None


MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ISO = re.compile(
    r"([12]\d{3})-(\d\d?)(?:-(\d\d?))?"
    r"(?:(?:\s*[T,]\s*|\s+|-)(\d\d?):(\d\d)(?::(\d\d)(?:[.,:]\d+)?)?\s*"
    # A plus sign that went through a form comes out as a space.
    r"(?:(Z|UTC|GMT)|([+\-−]|(?<=\s))(\d\d)(?::?(\d\d))?)?"
    r"(?:\[[\w/+\-]*\])?)?",
    re.IGNORECASE,
)
_COMPACT = re.compile(
    # Its time may be in the extended format all the same.
    r"((?:19|20)\d\d)(\d\d)(\d\d)(?:(?:T|\s(?=\d\d:))?(\d\d):?(\d\d)(?::?(\d\d))?(?:[.,]\d+)?"
    r"(?:(Z)|([+-])(\d\d):?(\d\d)?)?)?",
    re.IGNORECASE,
)
_RFC2822 = re.compile(
    r"(?:[a-z]{3},\s*)?(\d\d?)[ \-]([a-z]{3})[ \-](\d{4})\s+(\d\d?):(\d\d)(?::(\d\d))?\s*"
    r"(?:(Z|UT|UTC|GMT)|([+-])(\d\d):?(\d\d))",
    re.IGNORECASE | re.ASCII,
)
_DAY_WITH_ZONE = re.compile(r"(\d{4}-\d\d-\d\d)(?:Z|[+-]\d\d:?\d\d)")


def machine_written(text: str) -> Reading | None:
    """What a string states in one of the formats of programs; None if it is in none of them.

    >>> machine_written("20210714T0941Z").time
    Time(hour=9, minute=41, second=None, offset=0, region=None)
    >>> machine_written("1626255667123").date
    Date(year=2021, month=7, day=14)
    """
    if (match := _ISO.fullmatch(text)) is not None:
        return _from_groups(*match.groups())
    if (match := _RFC2822.fullmatch(text)) is not None and match[2].lower() in MONTHS:
        day, name, year, *rest = match.groups()
        return _from_groups(year, str(MONTHS.index(name.lower()) + 1), day, *rest)
    if text.isdecimal():
        if len(text) in (10, 13):
            at = datetime.fromtimestamp(int(text[:10]), UTC)
            return Reading(Date(at.year, at.month, at.day), Time(at.hour, at.minute, at.second, 0))
        if len(text) not in (8, 12, 14):
            return None
    if (match := _COMPACT.fullmatch(text)) is not None:
        return _from_groups(*match.groups())
    if (match := _DAY_WITH_ZONE.fullmatch(text)) is not None:  # XML Schema's date
        return machine_written(match[1])
    return None


def _from_groups(
    year: str,
    month: str,
    day: str | None,
    hour: str | None,
    minute: str | None,
    second: str | None,
    utc: str | None,
    sign: str | None,
    off_hours: str | None,
    off_minutes: str | None,
) -> Reading | None:
    stated = checked(int(year), int(month), None if day is None else int(day))
    if stated is None or hour is None or minute is None or day is None:
        return stated and Reading(stated)
    offset = None
    if utc:
        offset = 0
    elif off_hours is not None:
        offset = int(off_hours) * 60 + int(off_minutes or 0)
        offset = None if offset > 14 * 60 else -offset if sign in ("-", "−") else offset
    # Second 60 is a leap second, which has no second of its own in most programs.
    exact = None if second is None or second == "60" else int(second)
    if int(hour) > 23 or int(minute) > 59 or (exact or 0) > 59:
        return Reading(stated)
    return Reading(stated, Time(int(hour), int(minute), exact, offset))


def checked(year: int, month: int | None, day: int | None) -> Date | None:
    """The date, if the calendar has it."""
    try:
        date(year, 1 if month is None else month, 1 if day is None else day)
    except ValueError:
        return None
    return Date(year, month, day)
