"""Full dates in running text: where they stand, and the time of day beside them.

What looks like one must be one: a month by number, or a word that names a month in some language.
Nothing is read here but the words; `parse` reads what is found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from crawler.extract.dates.calendars import (
    ERAS,
    LOCAL_ZONES,
    REGION_ZONES,
    ZONES,
    calendar_of,
    plain_letters,
    western,
)
from crawler.extract.language import month_number, pattern
from crawler.extract.page import SENTENCE_ENDS
from crawler.text import is_dense

_DAY = r"\d{1,2}"
_PLAIN_WORD = r"[^\s\d,;:|/()\[\]\"'«»]{2,20}"
WORD = rf"(?:(?i:<months.of_words>)(?!\w)|{_PLAIN_WORD})"
"""What may be the name of a month (a form of `pattern`)."""
_CJK_YEAR = (  # of an era, in numerals, or both with one of them in brackets; of Taiwan
    r"(?:\d{4}|1[0-3]\d(?=\s?年)|[〇零一二三四五六七八九]{4}"
    rf"|(?:{'|'.join(ERAS)})\s?(?:\d{{1,3}}|元|[一二三四五六七八九十]{{1,3}}))"
)
_CJK_NUMBER = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})"
_CJK = (
    rf"{_CJK_YEAR}\s?(?:[年년](?:\s?[(（]{_CJK_YEAR}年?[)）])?|[(（]{_CJK_YEAR}年?[)）]\s?年)"
    rf"\s?{_CJK_NUMBER}\s?[月월]\s?{_CJK_NUMBER}\s?[日일號号]?|"
)
_THAI = r"|\d{1,2}\s(?P<thai>[\u0e00-\u0e7f.]{2,20})\s\d\d(?!\d)"
_NUMERIC = (
    r"\d{1,2}\s?([./\-])\s?\d{1,2}\s?\1\s?\d{4}(?![\d/]|[.\-]\d)"
    r"|\d{4}([./\-])\d{1,2}\2\d{1,2}(?!\d)"
    r"|\d{4}\.\s\d{1,2}\.\s\d{1,2}(?!\d)"
    r"|\d{1,2}\s(?i:<dates.month>)\s?\d{1,2},?\s(?:<dates.year>\s)?\d{4}"
)
_BY_NUMBER = r"|\d{4}\s?<dates.after_year>\s\d{1,2}<dates.after_month>\s\d{1,2}(?!\d)"
_SHORT_YEAR = r"\d{1,2}([./])\d{1,2}\3\d{2}(?![\d./]|-\d)"
_NAMED = (
    rf"{_DAY}(?:<dates.ordinal>|\.)?[\s\-/]?<dates.of_month>?(?P<dmy>{WORD})"
    rf"(?:\s?[/(]\s?(?P<also>{WORD})\)?)?\s?,?\s?<dates.of_year>?[-/]?(?P<y1>\d{{4}})(?!\d)"
    rf"|(?P<mdy>{WORD})\.?\s{_DAY}<dates.ordinal>?\.?(?:,?\s|/)(?P<y2>\d{{4}})(?!\d)"
    rf"|(?P<y4>\d{{4}})(?:\.|,|\s?<dates.after_year>)?\s{_DAY}(?:<dates.ordinal>|\.)?[\s\-]"
    rf"(?P<ydm>{WORD})"
    rf"|(?P<y3>\d{{4}})(?:\.|,|\s?<dates.after_year>)?\s<dates.before_month>?(?:{_DAY}\.\s)?"
    rf"(?P<ymd>{WORD})\.?\s{_DAY}(?!\d)"
)
_DATE = (
    rf"(?<![\d.,/\-])(?:{_CJK}{_NUMERIC}{_BY_NUMBER}|{_SHORT_YEAR})|(?<![\d.,/])(?:{_NAMED}{_THAI})"
)
_PLAIN_DATE = re.sub("|".join(map(re.escape, (_CJK, _BY_NUMBER, _THAI))), "", _DATE).replace(
    "<months.of_words>", "<months.of_latin_words>"
)
_FOREIGN = re.compile(
    "[\u0103\u01a0-\u01b0\u0250-\u1fff\u200e\u200f\u2c00-\ud7ff\uf900-\ufdff\ufe70-\ufeff]"
)
_PLAIN_HINT = re.compile(r"\d{4}|\d[./]\d{1,2}[./]\d\d")
_HINT = re.compile(
    rf"{_PLAIN_HINT.pattern}|[\u0e00-\u0e7f.]\s\d\d(?!\d)|[元\d〇零一二三四五六七八九]年"
)
"""A part of whatever `_DATE` finds, found far faster; the plain ones are for
texts that have no letters (or marks) of other scripts, nor of Vietnamese."""
COMMAS = dict.fromkeys(map(ord, "،၊፣"), ",")
"""Commas of other scripts."""
_FOLDED = COMMAS | dict.fromkeys(map(ord, "\u200e\u200f\u202a\u202b\u202c\u061c"), " ")
"""They, and marks of direction: one character for one, so that places in a text stay where they
are."""
FIRST_YEAR = 1600
"""Newspapers begin in 1605."""
_LEAST_DIGITS = 4
"""Of what it finds."""
_DIGITS_BEGIN = b"0123456789\xd9\xdb\xdf\xe0\xe1\xea\xef\xf0"
"""First bytes of digits in UTF-8, of all scripts that have their own."""
_NO_DIGITS = bytes({*range(256)} - {*_DIGITS_BEGIN})
_BEFORE_HINT = 60
"""Characters; more than a date has before that part."""
_ZONE = "|".join(
    sorted(map(str.upper, {*ZONES, *LOCAL_ZONES, *REGION_ZONES}), key=len, reverse=True)
)
_HOUR = r"(?:[01]?\d|2[0-3]|[^\x00-\x7f\D]{2})"
_MINUTE = r"(?:[0-5]\d|[^\x00-\x7f\D]{2})"
_HALF = "(?i:<dates.am>|<dates.pm>|<dates.am_first>|<dates.pm_first>)"
_WEEKDAY = r"(?:[(（]?[^\s\d,;:|/()（）]{1,14}[)）]?[.,]?\s)?"
"""A word between a date and its time, in brackets or not."""
_TIME_AFTER = (
    r"T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?"
    rf"|(?:\s?<dates.year_sign>\.?|<dates.after_day>|\.)?(?:[\s,;|/•·@()–—-]{{1,4}}|(?=[(（])){_WEEKDAY}"
    rf"(?:[|/•·@–—-]\s)?(?:<dates.before_time>\.?\s){{0,2}}(?:{_HALF}\s?)?"
    rf"{_HOUR}\s?[:.hH時时點点시]\s?{_MINUTE}(?!\d|\.\d)"
    rf"(?::[0-5]\d)?(?:\s?(?:[ap]\.?\s?m\b\.?|{_HALF}(?!\w)|<dates.oclock>\b|[分분]))?"
    rf"(?:\s?\(?(?:{_ZONE})\b(?:\s?[+-]\d{{1,2}}(?::?\d\d)?)?)?"
)


_LONGEST_LINE, _LETTERS_BESIDE, _LETTERS_OF_TIME, _OCLOCK = 120, 45, 6, 5
"""Characters of a line with a date; letters beside it: "Updated", the author's name; those in one
that ends as a sentence does: "ч."; characters behind the hour: " น."."""
_BEFORE_DATE = 40
_TIME_BEFORE = (
    r"(?<![\d:./\-–—])(?:[01]?\d|2[0-3])[:.hH][0-5]\d(?!\d)(?::[0-5]\d)?"
    rf"(?:\s?(?:[ap]\.?\s?m\b\.?|{_HALF}(?!\w)|<dates.oclock>\b))?"
    rf"(?:\s?\(?(?:{_ZONE})\b\)?)?"
    r"[\s,;|/•·–-]{1,4}(?:on\s|(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}\.?,?\s){0,2}$"
)
"""A time of day right before a date: "8:30 a.m. ET May 12, 2026"."""


def has_date(text: str) -> bool:
    """Whether a text may hold a full date: told fast, and never wrongly denied."""
    # most texts have few digits or none, which takes a tenth of what the pattern does
    data = text.encode("utf-8", "surrogatepass").translate(None, _NO_DIGITS)
    if len(data) < _LEAST_DIGITS and "年" not in text:
        return False
    return (_PLAIN_HINT if text.isascii() else _HINT).search(text) is not None


def dates_in(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each full date in a text, in order.

    text: white space collapsed; some hundreds of characters, for each is looked at.

    >>> text = "Seite 12 von 2020, am 14. Juli 2021 um 9.41 Uhr; 12 und 2022"
    >>> [text[start:end] for start, end in dates_in(text)]
    ['14. Juli 2021']
    """
    if not has_date(text):
        return
    date, hints, at = pattern(_PLAIN_DATE, 0), _PLAIN_HINT, 0
    if not text.isascii() and _FOREIGN.search(text):
        date, hints, text = pattern(_DATE, 0), _HINT, text.translate(_FOLDED)
    while (hint := hints.search(text, at)) is not None:
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
    if word is None and "thai" in match.re.groupindex:
        word = match["thai"]
    if word is not None:
        year = match["y1"] or match["y2"] or match["y3"] or match["y4"] or "2000"
        month = _month(word, int(year))
        return month is not None and month == _month(match["also"] or word, int(year))
    numbers = [int(n) for n in re.findall(r"\d+", western(match[0]))]
    if numbers[0] > 1000 or "年" in match[0]:
        numbers.reverse()
    first, second = numbers[:2]
    return 0 < min(first, second) <= 12 and max(first, second) <= 31


def _month(word: str, year: int) -> int | None:
    """The number of a month, in the calendar that has a year such as this one."""
    name = word.strip("-–.’")
    if year >= FIRST_YEAR and (month := month_number(name)) is not None:
        return month
    calendar = calendar_of(name, year)
    return None if calendar is None else calendar.months[plain_letters(name)]


def is_dateline(text: str) -> bool:
    """Whether a short text tells a day, and little besides: a word, the author, the hour. One that
    ends as a sentence does has hardly a word more.

    text: white space collapsed.

    >>> is_dateline("Updated 14 July 2021, 9:41 am, by Ada Lund"), is_dateline("14. 7. 2021 ч.")
    (True, True)
    >>> is_dateline("He left on 14 July 2021.")
    False
    """
    if len(text) > _LONGEST_LINE or not (spans := list(dates_in(text))):
        return False
    rest = sum(map(str.isalpha, text))
    rest -= sum(sum(map(str.isalpha, text[start:end])) for start, end in spans)
    if text.endswith(SENTENCE_ENDS):
        said = timed(text, *spans[-1])
        behind = text[text.rfind(said) + len(said) :]
        if len(said) == spans[-1][1] - spans[-1][0] or len(behind) > _OCLOCK:
            return rest <= _LETTERS_OF_TIME
    elif is_dense(text):
        return rest <= _LETTERS_BESIDE // 3
    return rest <= _LETTERS_BESIDE


def timed(text: str, start: int, end: int) -> str:
    """A date of a text with the time of day that follows it.

    >>> timed("Am 14. Juli 2021, 9.41 Uhr, in Köln", 3, 16)
    '14. Juli 2021, 9.41 Uhr'
    """
    folded = text if text.isascii() else text.translate(COMMAS)
    time = pattern(_TIME_AFTER).match(folded, end)
    if time is not None:
        return text[start : time.end()]
    time = pattern(_TIME_BEFORE).search(text, max(0, start - _BEFORE_DATE), start)
    return text[time.start() if time is not None else start : end]
