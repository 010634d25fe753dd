"""How a newspaper writes its dates, where one page does not say: which number is the day, and by
whose clock its times are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from crawler.extract.dates.calendars import MONTH_FIRST
from crawler.items import Claim

DAY_FIRST, MONTH_BEFORE = "day first", "month first"
ORDERS = (DAY_FIRST, MONTH_BEFORE)
_IN_NUMBERS = re.compile(
    r"(?<![\d./-])(\d\d?)([./-])(\d\d?)\2((?:19|20)?\d\d)(?![\d/-]|\.\d)"  # 03/04/2021, 3.4.21
)
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEKDAY = re.compile(rf"(?<![^\W\d_])({'|'.join(_DAYS)})[a-z]{{0,6}}\.?,?\s*$", re.IGNORECASE)
"""The day of the week right before a date, in English: elsewhere the order of numbers is known."""
_LONGEST = 200
_OFFSET = re.compile(r"([+-])(\d\d):(\d\d)")


def order_of(language: str | None) -> str:
    """In which order dates in numbers are written in a language (Unicode CLDR)."""
    return MONTH_BEFORE if (language or "").lower() in MONTH_FIRST else DAY_FIRST


def language_of(order: str) -> str:
    """A language that writes dates in an order."""
    return "en-US" if order == MONTH_BEFORE else "en-GB"


def ambiguous(text: str) -> tuple[str, str] | None:
    """The days that a date in numbers may mean, if it may mean two: month first, day first.

    >>> ambiguous("03/04/2021, 10:15"), ambiguous("13/04/2021")
    (('2021-03-04', '2021-04-03'), None)
    """
    found = _IN_NUMBERS.search(text[:_LONGEST])
    if found is None:
        return None
    first, second = int(found[1]), int(found[3])
    if first == second or not (1 <= first <= 12 and 1 <= second <= 12):
        return None
    year = found[4] if len(found[4]) == 4 else f"20{found[4]}"
    return f"{year}-{first:02}-{second:02}", f"{year}-{second:02}-{first:02}"


def in_order(text: str, order: str) -> str | None:
    """A text with its date in numbers as ISO 8601, where that may mean two days; else None.

    >>> in_order("Posted 03/04/2021, 10:15", DAY_FIRST)
    'Posted 2021-04-03, 10:15'
    """
    days = ambiguous(text)
    if days is None:
        return None
    return _IN_NUMBERS.sub(days[order == DAY_FIRST], text[:_LONGEST], count=1)


def weekday_before(text: str, end: int) -> re.Match[str] | None:
    """The day of the week right before a place in a text."""
    return _WEEKDAY.search(text, max(0, end - 12), end)


def _order_of_weekday(text: str, days: tuple[str, str]) -> str:
    """The order in which a date in numbers is on the day of the week that stands before it."""
    found = _IN_NUMBERS.search(text[:_LONGEST])
    told = weekday_before(text, found.start()) if found is not None else None
    if told is None:
        return ""
    month_first, day_first = (
        _DAYS[datetime.fromisoformat(day).weekday()] == told[1].lower() for day in days
    )
    if month_first == day_first:
        return ""
    return MONTH_BEFORE if month_first else DAY_FIRST


def order_told(claim: Claim, claims: Sequence[Claim]) -> str:
    """In which order a date in numbers is, if it, the day of the week before it or the other claims
    of the page say; else ""."""
    days = ambiguous(claim.text)
    if days is None:
        found = _IN_NUMBERS.search(claim.text[:_LONGEST])
        if found is None or found[1] == found[3]:
            return ""
        first, second = int(found[1]), int(found[3])
        if 12 < first <= 31 and 1 <= second <= 12:
            return DAY_FIRST
        return MONTH_BEFORE if 12 < second <= 31 and 1 <= first <= 12 else ""
    if order := _order_of_weekday(claim.text, days):
        return order
    texts = [other.text for other in claims if other is not claim]
    month_first, day_first = (
        any(day in text or text.endswith(day[:7]) for text in texts) for day in days
    )
    if month_first == day_first:
        return ""
    return MONTH_BEFORE if month_first else DAY_FIRST


# -- clocks -------------------------------------------------------------------------------------


@lru_cache(maxsize=64)
def zone_of(name: str) -> tzinfo | None:
    """A time zone by its IANA name or its offset; None for what is none.

    >>> zone_of("+03:00"), zone_of("Mars/Olympus") is None
    (datetime.timezone(datetime.timedelta(seconds=10800)), True)
    """
    if (found := _OFFSET.fullmatch(name)) is not None:
        minutes = int(found[2]) * 60 + int(found[3])
        if minutes > 14 * 60:
            return None
        return timezone(timedelta(minutes=-minutes if found[1] == "-" else minutes))
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def with_offset(value: str, zone: str) -> str:
    """A time that says no offset with that of a zone at that time; anything else as it is.

    >>> with_offset("2021-07-14T09:41", "Europe/Berlin"), with_offset("2021-07-14", "+01:00")
    ('2021-07-14T09:41+02:00', '2021-07-14')
    """
    if len(value) not in (16, 19) or (clock := zone_of(zone)) is None:
        return value
    try:
        offset = datetime.fromisoformat(value).replace(tzinfo=clock).utcoffset()
    except (ValueError, OverflowError):  # at either end of the calendar
        return value
    if offset is None:
        return value
    minutes = round(offset.total_seconds() / 60)
    hours, rest = divmod(abs(minutes), 60)
    return f"{value}{'-' if minutes < 0 else '+'}{hours:02}:{rest:02}"


_KNOWN = (
    "Europe/Berlin", "Europe/London", "Europe/Athens", "Europe/Moscow", "Europe/Istanbul",
    "America/New_York", "America/Chicago", "America/Denver", "America/Phoenix",
    "America/Los_Angeles", "America/Anchorage", "America/Halifax", "America/St_Johns",
    "America/Mexico_City", "America/Havana", "America/Bogota", "America/Caracas",
    "America/Asuncion", "America/Santiago", "America/Sao_Paulo", "Asia/Jerusalem", "Asia/Beirut",
    "Africa/Cairo", "Africa/Casablanca", "Asia/Tehran", "Australia/Sydney", "Australia/Adelaide",
    "Pacific/Auckland", "Pacific/Honolulu",
)  # fmt: skip
"""One zone for each rule of summer time that large newspapers live by, those of most of them first;
where clocks are never changed, the offset says all."""
_ALL_YEAR = 7
"""Months that stories of one offset must be of, from the first to the last, so that clocks that are
changed would have shown."""


def zone_told(clocks: Iterable[tuple[str, str]]) -> str:
    """The zone that clocks show; "" where they show none, or too little of the year.

    clocks: the same moments in UTC and by the newspaper's clock, as ISO 8601 to the minute.

    >>> winter = ("2021-01-14T09:41", "2021-01-14T10:41")
    >>> summer = ("2021-07-14T09:41", "2021-07-14T11:41")
    >>> zone_told([winter, summer])
    'Europe/Berlin'
    """
    told = [tuple(map(datetime.fromisoformat, pair)) for pair in sorted(set(clocks))]
    shifts = {local - utc for utc, local in told}
    if len(shifts) == 1:
        months = [utc.month for utc, _ in told]
        if max(months) - min(months) < _ALL_YEAR - 1:
            return ""
        minutes = round(shifts.pop().total_seconds() / 60)
        hours, rest = divmod(abs(minutes), 60)
        return f"{'-' if minutes < 0 else '+'}{hours:02}:{rest:02}"
    for name in _KNOWN if told else ():
        clock = zone_of(name)  # None on a machine without the database
        if clock is not None and all(
            utc.replace(tzinfo=UTC).astimezone(clock).replace(tzinfo=None) == local
            for utc, local in told
        ):
            return name
    return ""
