"""Dates as people and programs write them, read into ISO 8601.

What programs write is read by `machine`, dates in numbers and in English here; names of months in
other languages, and "ago", are left to dateparser by `named`. What is not stated is
never filled in: a day stays a day, a time without a zone gets no offset.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from itertools import pairwise

from crawler.extract.dates.ago import Ago
from crawler.extract.dates.calendars import (
    BUDDHIST_OFFSET,
    DAY_FIRST,
    ERAS,
    MONTH_FIRST,
    YEAR_ALWAYS_FIRST,
    YEAR_FIRST,
    dated_otherwise,
    from_persian,
    western,
)
from crawler.extract.dates.machine import MONTHS, Date, Reading, checked, machine_written
from crawler.extract.dates.named import ago, named_date
from crawler.extract.dates.said import lead_in
from crawler.extract.dates.text import COMMAS, FIRST_YEAR, WORD, dates_in, timed
from crawler.extract.dates.times import Time, on_day, take_time
from crawler.extract.language import month_number, pattern
from crawler.items import Precision

MAX_CHARACTERS = 200
"""A longer string is prose, not a date."""
_MAX_TAG = 35  # the longest tag that RFC 5646 asks programs to take
AHEAD = timedelta(days=2)
"""How far after its capture a page may be dated: time zones and clocks set wrong, no more."""


def parse_date(
    text: str, *, captured_at: datetime, language: str | None = None
) -> tuple[str, Precision] | None:
    """The date that a string states, as ISO 8601, and how exact it is; None if it states none.

    text: as found on the page, at most 200 characters, in any language.
    captured_at: when the page was fetched, UTC if it has no offset: what "2 hours ago" counts from.
    language: BCP 47 tag of the page, or None if unknown: decides 03/04/2021 and "IST".

    The value has as much as is stated: `2021-07-14T09:41:07+01:00`, the same without offset,
    without seconds, `2021-07-14`, `2021-07`, `2021`. Fractions of a second are dropped, and so is
    an hour without minutes. A string without a year, or with nothing but a time or a number, is no
    date; nor is one before 1600 or more than two days after the capture. Raises nothing.

    >>> from datetime import UTC, datetime
    >>> at = datetime(2021, 7, 20, 12, tzinfo=UTC)
    >>> parse_date("Published: July 14, 2021 9:41 am IST", captured_at=at, language="en-IN")
    ('2021-07-14T09:41+05:30', 'minute')
    >>> parse_date("vor 3 Stunden", captured_at=at)
    ('2021-07-20T09:00+00:00', 'minute')
    >>> parse_date("03/04/2021", captured_at=at, language="en-US")
    ('2021-03-04', 'day')
    """
    if not text or len(text) > MAX_CHARACTERS:
        return None
    language = _american(text, language[:_MAX_TAG] if language else None)
    reading = _absolute(text, language)
    try:
        if captured_at.tzinfo is None:
            captured_at = captured_at.replace(tzinfo=UTC)
        if reading is None:
            reading = _relative(text, captured_at, language)
        if reading is None or not _plausible(reading, captured_at):
            return None
    except (OverflowError, ValueError):  # a date beyond the calendar, or a capture at its edge
        return None
    return _format(reading)


_AMERICAN_ZONE = re.compile(
    r"\d\s?(?:[ap]\.?m\.?)?\s?\(?(?:E[SD]?T|C[SD]T|M[SD]T|P[SD]?T|AK[SD]T)\b", re.IGNORECASE
)


def _american(text: str, language: str | None) -> str | None:
    """The language, of the United States where no country is told and the time zone is theirs:
    they write the month first."""
    if language in (None, "en", "es") and _AMERICAN_ZONE.search(text):
        return "es-US" if language == "es" else "en-US"
    return language


def counts_back(text: str, language: str | None = None) -> bool:
    """Whether a string that `parse_date` reads is one that counts from the capture.

    >>> counts_back("2 hours ago"), counts_back("14 July 2021")
    (True, False)
    """
    return _absolute(text, language[:_MAX_TAG] if language else None) is None


def _plausible(reading: Reading, captured_at: datetime) -> bool:
    (year, month, day), time = reading
    latest = captured_at + AHEAD
    if year < FIRST_YEAR:
        return False
    if time is None or time.offset is None:
        return (year, month or 1, day or 1) <= (latest.year, latest.month, latest.day)
    zone = timezone(timedelta(minutes=time.offset))
    at = datetime(year, month or 1, day or 1, time.hour, time.minute, tzinfo=zone)
    return at <= latest


_INVISIBLE = re.compile(
    "[\xad\u061c\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ue000-\uf8ff]"
)
"""Marks of direction and the like, and the private characters that icon fonts use."""

_STUCK = re.compile(r"(?<!\d)((?:19|20)\d\d)(?=\d\d?:\d\d(?!\d))")


def _clean(text: str) -> str:
    """Plain digits and letters, single spaces, no marks of direction."""
    if not text.isascii():
        text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
        text = "".join(str(unicodedata.decimal(c, c)) for c in text).translate(COMMAS)
        if "/" in text:
            text = pattern(_TWO_NAMES, 0).sub(_one_name, text)
        if "年" in text:
            text = western(text)
    # "November 9, 20235:01 AM": two elements of a page without a space between them.
    return _STUCK.sub(r"\1 ", " ".join(text.split()))


_TWO_NAMES = rf"({WORD})\s?/\s?({WORD})(?=\.?,?\s\d{{4}})"
"""Of one month: Arabic newspapers print "أيار/مايو"."""


def _one_name(match: re.Match[str]) -> str:
    month = month_number(match[1])
    return match[1] if month is not None and month == month_number(match[2]) else match[0]


def _without_lead_in(text: str) -> str:
    for _ in range(3):
        match = lead_in(text)
        if match is None or not any(c.isdecimal() for c in text[match.end() :]):
            break
        text = text[match.end() :]
    return text


@lru_cache(maxsize=4_096)
def _absolute(text: str, language: str | None) -> Reading | None:
    reading = machine_written(text.strip())
    if reading is not None:
        return reading
    text = _clean(text)
    if text.isdecimal() or not any(c.isdecimal() for c in text):
        return None
    text = _without_lead_in(text)
    if (reading := machine_written(text)) is not None and not text.isdecimal():
        return reading
    return _in_parts(text, language) or _amid_words(text, language)


def _in_parts(text: str, language: str | None) -> Reading | None:
    """ "14 July 2021 | 09:41 | Updated 10:02": the first date, and a time beside it."""
    parts = [take_time(part, language) for part in _APART.split(text)[:6]]
    for index, (time, rest) in enumerate(parts):
        stated = _day(rest, language)
        if stated is None:
            continue
        if time is None:
            beside = parts[index + 1 : index + 2] + parts[max(0, index - 1) : index]
            time = next((t for t, other in beside if t and not _bare(other)), None)
        if time is None and index + 1 < len(parts) and _DOTTED.fullmatch(parts[index + 1][1]):
            time, _ = take_time(parts[index + 1][1].replace(".", ":"), language)
        return _with_time(stated, time)
    return None


_DOTTED = re.compile(r"\d{1,2}\.\d\d")
"""A time of day as Danes, Finns and Indonesians write it; behind a full date it is no day."""


def _amid_words(text: str, language: str | None) -> Reading | None:
    """ "Ann Lee, 14 July 2021 09:41, Updated 15 July 2021": the first full date, and the time that
    stands right after it."""
    spans = [*dates_in(text), (len(text), len(text))]
    for (start, end), (following, _) in pairwise(spans):
        stated = _day(text[start:end], language)
        if stated is None:
            continue
        after = text[end : min(end + 40, following)]
        time, _ = take_time(after, language)
        follows = re.match(r"[\s,;|/@(\-–—]*(?:[^\W\d_]{1,5}\.?\s)?\d", after) is not None
        if time is not None and not follows:
            follows = timed(text, start, end).startswith(text[start : end + 1])
        return _with_time(stated, time if follows else None)
    return None


def _with_time(stated: Date, time: Time | None) -> Reading:
    if time is None or stated.month is None or stated.day is None:
        return Reading(stated)
    return Reading(stated, on_day(time, stated.year, stated.month, stated.day))


_APART = re.compile(r"\s?[|·•∙]\s?|\s[/\-–—]\s(?=\D|\d\d?[:.hH]\d\d(?!\d|\.\d))")


def _bare(text: str) -> str:
    return text.strip(" \t,;:.|/-–—@'\"[]()«»“”")


_WORD = r"(?:[^\W\d_]{1,20}\.?,?\s*)"
_YEAR_FIRST = re.compile(
    _WORD + r"?(\d{4})(?:\s?([-/.年년])\s?(\d{1,2})(?:\s?(?:\2|[月월])\s?(\d{1,2})\s?[日일号號.]?)?"
    r"\s?[月월]?|[年년])[,\s]*" + _WORD + "?"
)
_YEAR_LAST = re.compile(
    _WORD + r"?(\d{1,2})\s?([./\-])\s?(\d{1,2})\s?\2\s?(\d{4}|\d{2})[.,\s]*" + _WORD + "{0,3}"
)
_MONTH_YEAR = re.compile(r"(\d{1,2})[./-](\d{4})")
_DAY_WORD = r"(?:<dates.day>\s)?(\d{1,2})\s<dates.month>\s?(\d{1,2}),?\s(?:<dates.year>\s)?(\d{4})"
_YEAR_WORD = r"(\d{4})\s?<dates.after_year>\s(\d{1,2})<dates.after_month>\s(\d{1,2})"
_THAI = re.compile(r"(\d{1,2})\s([\u0e00-\u0e7f.]{2,20})\s(\d\d)")
_ERA = re.compile("(" + "|".join(ERAS) + r")\s?(\d{1,3})(?=\s?年)")
_OF_TAIWAN = re.compile(
    r"(?<!\d)(?<![令和平成昭大正明治國国]\s)(?<![令和平成昭大正明治國国])1[0-3]\d(?=年\d{1,2}月)"
)
"""Years of the Republic, which official papers count without naming it."""
_IN_BRACKETS = re.compile(r"\s*\([^()]*\)")

_ENGLISH = re.compile(
    r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}\.?,?\s*)?"
    r"(?:(\d{1,2})(?:st|nd|rd|th)?[\s\-]*(?:of\s)?)?"
    r"\b(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?,?"
    r"(?:\s*(\d{1,2})(?:st|nd|rd|th)?\b,?)?[\s\-]*(\d{4})",
    re.IGNORECASE | re.ASCII,
)


def _day(text: str, language: str | None) -> Date | None:
    """The day, month or year that a text without a time states."""
    outside = " ".join(_IN_BRACKETS.sub(" ", text).split())
    if any(c.isdecimal() for c in outside):
        text = outside
    text = _bare(text)
    if not text or text.isdecimal():
        return None
    if (match := _ENGLISH.fullmatch(text)) is not None:
        before, name, after, year = match.groups()
        if before and after:
            return None
        day = before or after
        month = MONTHS.index(name[:3].lower()) + 1
        return checked(int(year), month, int(day) if day else None)
    text = _OF_TAIWAN.sub(lambda m: str(ERAS["民國"] + int(m[0])), text)
    text = _ERA.sub(lambda m: str(ERAS[m[1]] + int(m[2])), text)
    if (match := _YEAR_FIRST.fullmatch(text)) is not None:
        year, month_text, day_text = int(match[1]), match[3], match[4]
        stated = (year, int(month_text or 0) or None, int(day_text or 0) or None)
        return _in_calendar(*stated, language)
    if (match := _YEAR_LAST.fullmatch(text)) is not None:
        return _numeric(int(match[1]), int(match[3]), match[4], match[2], language)
    if (match := pattern(_DAY_WORD).fullmatch(text)) is not None:
        return checked(int(match[3]), int(match[2]), int(match[1]))
    if (match := pattern(_YEAR_WORD).fullmatch(text)) is not None:
        return checked(*map(int, match.groups()))
    if (match := _THAI.fullmatch(text)) is not None and month_number(match[2]) is not None:
        return _in_calendar(2500 + int(match[3]), month_number(match[2]), int(match[1]), language)
    if (match := _MONTH_YEAR.fullmatch(text)) is not None:
        return _in_calendar(int(match[2]), int(match[1]), None, language)
    if (found := dated_otherwise(text)) is not None:
        return Date(*found)
    named = named_date(text, language)
    return None if named is None else _in_calendar(*named, language)


def _numeric(a: int, b: int, last: str, separator: str, language: str | None) -> Date | None:
    """The date that three numbers mean: 14/7/2021, 7/14/2021, 14.7.21, 21-07-14."""
    tag = (language or "").lower()
    primary = tag.partition("-")[0]
    if len(last) == 2 and (separator == "-" or primary in YEAR_FIRST):
        # 14-07-21 is a date in two ways: read it only where the language decides.
        year_first = checked(_century(a), b, int(last))
        if primary in YEAR_FIRST or (year_first is not None and not primary):
            return year_first if primary in YEAR_FIRST else None
    year = int(last) if len(last) == 4 else _century(int(last))
    if a != b and max(a, b) <= 12 and primary in YEAR_ALWAYS_FIRST and tag not in DAY_FIRST:
        return None  # written for others, in an order that is theirs
    month_first = tag in MONTH_FIRST
    if (b if not month_first else a) > 12:
        month_first = not month_first
    month, day = (a, b) if month_first else (b, a)
    return _in_calendar(year, month, day, language)


def _century(two_digits: int) -> int:
    """POSIX `%y`: 69 to 99 are of the twentieth century, 00 to 68 of the twenty-first."""
    return two_digits + (2000 if two_digits < 69 else 1900)


def _in_calendar(
    year: int, month: int | None, day: int | None, language: str | None
) -> Date | None:
    """The Gregorian date of a year counted in the calendar of the language's country."""
    primary = (language or "").lower().partition("-")[0]
    if year < FIRST_YEAR and primary in ("fa", "prs", "ps") and month and day:
        found = from_persian(year, month, day)
        return Date(*found) if found else None
    if 2400 < year < 2700:  # no other calendar of the press has reached such years
        year -= BUDDHIST_OFFSET
    return checked(year, month, day)


_SPAN = re.compile(r"\d\s*[-–—]\s*\d")
"""From one number to another: how long, not how long ago."""
_LONG_NUMBER = re.compile(r"\d{4}")


def _relative(text: str, captured_at: datetime, language: str | None) -> Reading | None:
    """ "2 hours ago", "yesterday at 14:30", seen from the capture."""
    text = _clean(text)
    if text.isdecimal() or _LONG_NUMBER.search(text) or _SPAN.search(text):
        return None
    time, rest = take_time(text, language)
    text = _bare(text if time is None else rest)
    # As it stands first: "il y a" begins with what elsewhere is a lead-in.
    found = ago(text, language) or ago(_bare(_without_label(text)), language)
    if found is None or (time is not None and found.unit != "day"):
        return None
    return _count_back(found, time, captured_at)


def _without_label(text: str) -> str:
    match = lead_in(text)
    return text[match.end() :] if match else text


def _count_back(found: Ago, time: Time | None, captured_at: datetime) -> Reading:
    if found.unit in ("month", "year"):
        months = captured_at.year * 12 + captured_at.month - 1 - found.months
        return Reading(Date(months // 12, months % 12 + 1 if found.unit == "month" else None))
    at = captured_at - found.duration
    day = Date(at.year, at.month, at.day)
    if found.unit == "week":
        return Reading(Date(at.year, at.month))  # some day of seven
    if found.unit == "day":
        return Reading(day, time)
    offset = at.utcoffset() or timedelta()
    return Reading(day, Time(at.hour, at.minute, None, int(offset.total_seconds()) // 60))


def _format(reading: Reading) -> tuple[str, Precision]:
    (year, month, day), time = reading
    if month is None:
        return f"{year:04}", "year"
    if day is None:
        return f"{year:04}-{month:02}", "month"
    value = f"{year:04}-{month:02}-{day:02}"
    if time is None:
        return value, "day"
    value += f"T{time.hour:02}:{time.minute:02}"
    if time.second is not None:
        value += f":{time.second:02}"
    if time.offset is not None:
        hours, minutes = divmod(abs(time.offset), 60)
        value += f"{'-' if time.offset < 0 else '+'}{hours:02}:{minutes:02}"
    return value, "minute" if time.second is None else "second"
