"""Full dates in running text: where they stand, and the time of day beside them.

What looks like one must be one: a month by number, or a word that names a month in some language.
Nothing is read here but the words; `parse` reads what is found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from crawler.extract.dates.calendars import PERSIAN_MONTHS, persian_letters
from crawler.extract.language import month_number, pattern

_DAY = r"\d{1,2}"
_WORD = r"[^\s\d,;:|/()\[\]\"'«»]{2,20}"
_NUMERIC = (
    r"\d{1,2}\s?([./\-])\s?\d{1,2}\s?\1\s?\d{4}(?![\d/]|[.\-]\d)"
    r"|\d{4}([./\-])\d{1,2}\2\d{1,2}(?!\d)"
    r"|\d{4}\s?[年년]\s?\d{1,2}\s?[月월]\s?\d{1,2}\s?[日일號号]?"
    r"|<dates.day>\s\d{1,2}\s<dates.month>\s\d{1,2}\s<dates.year>\s\d{4}"
)
_SHORT_YEAR = r"\d{1,2}([./])\d{1,2}\3\d{2}(?![\d./]|-\d)"
_NAMED = (
    rf"{_DAY}(?:<dates.ordinal>|\.)?[\s\-]?<dates.of_month>?(?P<dmy>{_WORD})"
    rf",?\s?<dates.of_year>?-?(?P<y1>\d{{4}})(?!\d)"
    rf"|(?P<mdy>{_WORD})\.?\s{_DAY}<dates.ordinal>?\.?,?\s(?P<y2>\d{{4}})(?!\d)"
    rf"|(?P<y4>\d{{4}})(?:\.|,|<dates.after_year>)?\s{_DAY}\.?\s(?P<ydm>{_WORD})"
    rf"|(?P<y3>\d{{4}})(?:\.|,|<dates.after_year>)?\s<dates.before_month>?(?:{_DAY}\.\s)?"
    rf"(?P<ymd>{_WORD})\.?\s{_DAY}(?!\d)"
)
_DATE = rf"(?<![\d.,/\-])(?:{_NUMERIC}|{_SHORT_YEAR})|(?<![\d.,/])(?:{_NAMED})"
_HINT = re.compile(r"\d{4}|\d[./]\d{1,2}[./]\d\d")
"""A part of whatever `_DATE` finds, found far faster."""
_LEAST_DIGITS = 4
"""Of what it finds."""
_DIGITS_BEGIN = b"0123456789\xd9\xdb\xdf\xe0\xe1\xea\xef\xf0"
"""First bytes of digits in UTF-8, of all scripts that have their own."""
_NO_DIGITS = bytes({*range(256)} - {*_DIGITS_BEGIN})
_BEFORE_HINT = 60
"""Characters; more than a date has before that part."""
_HOUR = r"(?:[01]?\d|2[0-3]|[^\x00-\x7f\D]{2})"
_MINUTE = r"(?:[0-5]\d|[^\x00-\x7f\D]{2})"
_WEEKDAY = r"(?:[(（]?[^\W\d_]{1,12}[)）]?[.,]?\s)?"
"""A word between a date and its time, in brackets or not."""
_TIME_AFTER = (
    r"T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?"
    rf"|(?:\s?<dates.year_sign>\.?|\.)?(?:[\s,;|/•·@()–—-]{{1,4}}|(?=[(（])){_WEEKDAY}"
    rf"(?:[|/•·@–—-]\s)?(?:<dates.before_time>\.?\s){{0,2}}(?:(?:<dates.am>|<dates.pm>)\s?)?"
    rf"{_HOUR}\s?[:.hH時]\s?{_MINUTE}(?!\d)"
    r"(?::[0-5]\d)?(?:\s?(?:[ap]\.?\s?m\b\.?|(?:<dates.am>|<dates.pm>)(?!\w)|<dates.oclock>\b|分))?"
    r"(?:\s?\(?(?:UTC|GMT|CET|CEST|BST|MEZ|MESZ|IST|E[SD]?T|C[SD]T|M[SD]T|P[SD]?T|JST|KST|WIB)\b"
    r"(?:\s?[+-]\d{1,2}(?::?\d\d)?)?)?"
)


_BEFORE_DATE = 40
_TIME_BEFORE = (
    r"(?<![\d:./\-–—])(?:[01]?\d|2[0-3])[:.hH][0-5]\d(?!\d)(?::[0-5]\d)?"
    r"(?:\s?(?:[ap]\.?\s?m\b\.?|(?:<dates.am>|<dates.pm>)(?!\w)|<dates.oclock>\b))?"
    r"(?:\s?\(?(?:UTC|GMT|CET|CEST|BST|MEZ|MESZ|IST|E[SD]?T|C[SD]?T|M[SD]?T|P[SD]?T|JST|KST|WIB)\b\)?)?"
    r"[\s,;|/•·–-]{1,4}(?:on\s|(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}\.?,?\s){0,2}$"
)
"""A time of day right before a date: "8:30 a.m. ET May 12, 2026"."""


def has_date(text: str) -> bool:
    """Whether a text may hold a full date: told fast, and never wrongly denied."""
    # most texts have few digits or none, which takes a tenth of what the pattern does
    data = text.encode("utf-8", "surrogatepass").translate(None, _NO_DIGITS)
    if len(data) < _LEAST_DIGITS:
        return False
    return _HINT.search(text) is not None


def dates_in(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each full date in a text, in order.

    text: white space collapsed; some hundreds of characters, for each is looked at.

    >>> text = "Seite 12 von 2020, am 14. Juli 2021 um 9.41 Uhr; 12 und 2022"
    >>> [text[start:end] for start, end in dates_in(text)]
    ['14. Juli 2021']
    """
    if not has_date(text):
        return
    at = 0
    date = pattern(_DATE, 0)
    while (hint := _HINT.search(text, at)) is not None:
        match = date.search(text, max(at, hint.start() - _BEFORE_HINT))
        if match is None:
            return
        if _is_date(match):
            yield match.span()
            at = match.end()
        else:
            at = match.start() + 1
            # not within the number that this one began with
            while at < len(text) and text[at].isdecimal() and text[at - 1].isdecimal():
                at += 1


def _is_date(match: re.Match[str]) -> bool:
    word = match["dmy"] or match["mdy"] or match["ymd"] or match["ydm"]
    if word is not None:
        name = word.strip("-–.’")
        return month_number(name) is not None or persian_letters(name) in PERSIAN_MONTHS
    numbers = [int(n) for n in re.findall(r"\d+", match[0])]
    if numbers[0] > 1000:
        numbers.reverse()
    first, second = numbers[:2]
    return 0 < min(first, second) <= 12 and max(first, second) <= 31


def timed(text: str, start: int, end: int) -> str:
    """A date of a text with the time of day that follows it.

    >>> timed("Am 14. Juli 2021, 9.41 Uhr, in Köln", 3, 16)
    '14. Juli 2021, 9.41 Uhr'
    """
    time = pattern(_TIME_AFTER).match(text, end)
    if time is not None:
        return text[start : time.end()]
    time = pattern(_TIME_BEFORE).search(text, max(0, start - _BEFORE_DATE), start)
    return text[time.start() if time is not None else start : end]
