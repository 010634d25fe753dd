"""The time of day in a string that also states a date."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from crawler.extract.dates.calendars import LOCAL_ZONES, REGION_ZONES, ZONES, zone_offset
from crawler.extract.language import pattern


class Time(NamedTuple):
    """A time of day as stated."""

    hour: int
    minute: int
    second: int | None = None
    offset: int | None = None
    """Minutes east of UTC; None where the string names no zone, or one of several meanings."""
    region: str | None = None
    """IANA zone, where the name ("ET") leaves it to the day whether it is summer time."""


_NAMES = "|".join(sorted({*ZONES, *LOCAL_ZONES, *REGION_ZONES}, key=len, reverse=True)).upper()

_TIME = (
    r"(?:(?<!\w)<dates.before_time>\.?\s*)?"
    r"(?P<am1><dates.am_first>|<dates.pm_first>)?\s?"
    r"(?<![\d:./\-])(?P<hour>\d{1,2})"
    r"(?:(?P<apart>\s?[:：]\s?|\s?[hH時点點시]\s?|\.)(?P<minute>\d\d|\d(?=\s?[分분]))"
    r"(?:\s?[:：分분.]\s?(?P<second>\d\d?)(?:[.,]\d{1,9}|\s?[秒초])?(?!\d))?)?(?![\d:]|\.\d)"
    r"(?:\s?(?P<am2><dates.am>|<dates.pm>|<dates.am_first>|<dates.pm_first>)(?!\w))?"
    r"(?:\s?(?P<after>(?:<dates.after_time>|<dates.oclock>|')\.?|[時点點시])(?!\w))?"
    r"(?:\s*\(?(?P<zone>"
    r"(?-i:(?:UTC|GMT|Z)?\s?(?P<sign>[+\-−])(?P<oh>\d{1,2})(?::?(?P<om>\d\d))?(?![\d.:/\-]))"
    rf"|(?-i:(?:{_NAMES})(?!\w))"
    r")\)?)?"
)
_PM = "<dates.pm>|<dates.pm_first>"
_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")


def take_time(text: str, language: str | None) -> tuple[Time | None, str]:
    """The time of day that a text states, and the text without it.

    An hour without minutes ("9 am") is taken out but not told: as a time it would be finer than
    stated.

    >>> take_time("July 14, 2021 9:41 pm GMT+5:30", None)
    (Time(hour=21, minute=41, second=None, offset=330, region=None), 'July 14, 2021 ')
    """
    for match in pattern(_TIME).finditer(text):
        hour, minute = int(match["hour"]), int(match["minute"] or 0)
        second = int(match["second"]) if match["second"] else None
        half = match["am1"] or match["am2"] or ""
        if hour > 23 or minute > 59 or (second or 0) > 60:
            continue
        if match["minute"] is None and not (half or match["after"]):
            continue  # a number, no time
        if match["apart"] == "." and not (
            half
            or match["after"]
            or match[0][0] not in "0123456789 "
            or _YEAR.search(text, 0, match.start())
        ):
            continue  # 14.07 may be a day
        rest = f"{text[: match.start()]} {text[match.end() :]}"
        if match["minute"] is None:
            return None, rest
        if half:
            afternoon = pattern(_PM).fullmatch(half) is not None
            hour = hour % 12 + 12 * afternoon if hour <= 12 else hour
        second = None if second == 60 else second
        if _is_range(match, hour, minute):
            return Time(hour, minute, second), rest
        return Time(hour, minute, second, _offset(match, language), _region(match, language)), rest
    return None, text


def _is_range(match: re.Match[str], hour: int, minute: int) -> bool:
    """Whether what looks like an offset is until when something goes on: "10:00-11:30 Uhr"."""
    if not match["oh"] or match["sign"] == "+" or match["second"] or match["zone"][:1].isalpha():
        return False
    if match["om"] is None or ":" not in match["zone"]:
        return False
    return (int(match["oh"]), int(match["om"])) > (hour, minute)


def on_day(time: Time, year: int, month: int, day: int) -> Time:
    """The time with the offset that its region has on a day."""
    if time.region is None:
        return time
    try:
        zone = ZoneInfo(time.region)
        shift = datetime(year, month, day, time.hour, time.minute, tzinfo=zone).utcoffset()
    except (ZoneInfoNotFoundError, ValueError, OverflowError, OSError):
        shift = None
    offset = (
        None if shift is None or shift % timedelta(minutes=1) else shift // timedelta(minutes=1)
    )
    return time._replace(offset=offset, region=None)


def _offset(match: re.Match[str], language: str | None) -> int | None:
    if match["oh"]:
        minutes = int(match["oh"]) * 60 + int(match["om"] or 0)
        if minutes <= 14 * 60:
            return minutes if match["sign"] == "+" else -minutes
        return None
    return zone_offset(match["zone"], language) if match["zone"] else None


def _region(match: re.Match[str], language: str | None) -> str | None:
    region, least = REGION_ZONES.get((match["zone"] or "").lower(), (None, ""))
    return region if (language or "").lower().startswith(least) else None
