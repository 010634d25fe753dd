"""Holidays, without a calendar of any country: days on which little came in other years, and days
on which little comes from most newspapers at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from statistics import fmean, median

from crawler.monitors.days import Day

_LEAST_PAPERS = 5
_LEAST_EXPECTED = 2.0
_QUIET = 0.6
_LOOKED_AT = 70
"""Days of which it is asked."""
_WEEKS = 8
_LEAST, _MOST = 0.3, 2.0


def easter(year: int) -> date:
    """Easter Sunday (Gregorian).

    >>> easter(2026)
    datetime.date(2026, 4, 5)
    """
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    ell = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 19 * ell) // 433
    month = (h + ell - 7 * m + 90) // 25
    return date(year, month, (h + ell - 7 * m + 33 * month + 19) % 32)


def likes_of(day: date, year: int) -> list[date]:
    """Days of another year that are the same day by one calendar or another: by its date, by
    Easter, by its weekday in the month.

    >>> [each.isoformat() for each in likes_of(date(2026, 11, 26), 2025)]
    ['2025-11-26', '2025-12-11', '2025-11-27', '2025-11-27']
    """
    found = []
    if (day.month, day.day) != (2, 29):
        found.append(day.replace(year=year))
    found.append(easter(year) + (day - easter(day.year)))
    first = date(year, day.month, 1)
    nth = first + timedelta((day.weekday() - first.weekday()) % 7 + 7 * ((day.day - 1) // 7))
    if nth.month == day.month:
        found.append(nth)
    after = date(year + day.month // 12, day.month % 12 + 1, 1)
    last = after - timedelta(1)
    last -= timedelta((last.weekday() - day.weekday()) % 7)
    if (day + timedelta(7)).month != day.month:
        found.append(last)
    return found


def ratio(counts: Sequence[int], at: int) -> float | None:
    """How much of what its weekday had in the weeks before came on a day; None where too little is
    known."""
    before = sorted(counts[max(0, at - 7 * _WEEKS) : at][-7::-7])
    if len(before) < 3:
        return None
    expected = fmean(before[1:-1]) if len(before) > 4 else median(before)
    return None if expected < _LEAST_EXPECTED else (counts[at] + 0.5) / (expected + 0.5)


def like_days(days: Sequence[Day]) -> dict[date, float]:
    """How much of what was expected came on the like days of other years, of the last days; only
    days of which that was little."""
    if len(days) < 300:
        return {}
    counts, first = [each.stories for each in days], days[0].day
    found = {}
    for each in days[-_LOOKED_AT:]:
        ratios = []
        for year in range(first.year, each.day.year):
            for like in likes_of(each.day, year):
                at = (like - first).days
                if at >= 0 and days[at].is_watched and (one := ratio(counts, at)) is not None:
                    ratios.append(one)
        if ratios and min(ratios) < _QUIET:
            found[each.day] = max(_LEAST, min(ratios))
    return found


def together(by_day: Mapping[date, Sequence[float]]) -> dict[date, float]:
    """The middle of what the other newspapers of an archive had of what was expected, day by day,
    where that is far from all of it; nothing where they are few."""
    found = {}
    for day, ratios in by_day.items():
        if len(ratios) < _LEAST_PAPERS:
            continue
        middle = median(ratios)
        if not 0.85 < middle < 1.2:
            found[day] = min(max(middle, _LEAST), _MOST)
    return found
