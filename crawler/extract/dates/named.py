"""Dates with names of months and words like "ago" in them.

Most are told by the names of months; the unusual are left to dateparser, which takes half a second
to load and knows the words of some two hundred locales. What it would add of its own (today's year,
the first of a month, a time zone) is not taken over.
"""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from crawler.extract.dates.ago import Ago, told_ago
from crawler.extract.dates.text import WORD
from crawler.extract.language import month_number, pattern

if TYPE_CHECKING:
    from dateparser.date import DateDataParser

# Tried in this order after the page's own language; the rest of dateparser's locales cost two
# seconds to load and hardly print a newspaper.
_LANGUAGES = (
    "en", "de", "fr", "es", "pt", "it", "nl", "ru", "tr", "pl", "ja", "zh", "zh-Hant", "ko", "ar",
    "fa", "uk", "cs", "sv", "da", "nb", "fi", "el", "hu", "ro", "bg", "hr", "sr", "sk", "sl", "ca",
    "he", "id", "vi", "th", "hi", "bn", "ur", "ta", "te", "mr", "lt", "lv", "et", "sw", "ms", "fil",
)  # fmt: skip
_ALIASES = {"no": "nb", "iw": "he", "in": "id", "tl": "fil", "prs": "fa", "gsw": "de", "sh": "hr"}
# Any day will do: only distances from it are used. Mid-year, so that no unit rolls over.
_BASE = datetime(2021, 7, 20, 12)
_MAX_LETTERS = 60
_LEAD = r"(?:[^\W\d_]{1,20}\.?,?\s){0,2}?"  # the day of the week, or a place
_TAIL = r"(?:\s?<dates.year_sign>\.?)?(?:,?\s[^\W\d_]{1,20})?"
_CORE = (
    r"(?<!\d)\d{1,2}(?:<dates.ordinal>|\.)?\s+(?:<dates.of_month>\s*)?[^\W\d_]{3,}\.?,?\s+(?:<dates.of_year>\s*)?\d{4}(?!\d)"
    r"|[^\W\d_]{3,}\.?\s+\d{1,2}<dates.ordinal>?\.?,?\s+\d{4}(?!\d)"
)
_NAMED = (
    rf"{_LEAD}(?P<day>\d{{1,2}})(?:<dates.ordinal>|\.)?[\s\-]?<dates.of_month>?(?P<month>{WORD})"
    rf"[.,]{{0,2}}\s?<dates.of_year>?-?(?P<year>\d{{4}}){_TAIL}",
    rf"{_LEAD}(?P<month>{WORD})\.?\s(?P<day>\d{{1,2}})(?:<dates.ordinal>|\.)?,?\s(?P<year>\d{{4}})",
    rf"(?P<year>\d{{4}})(?:[.,]|\s?<dates.after_year>)?\s<dates.before_month>?(?P<month>{WORD})\.?"
    r"(?:\s(?P<day>\d{1,2})\.?<dates.after_day>?)?",
    r"(?P<year>\d{4})(?:[.,]|\s?<dates.after_year>)?\s(?P<day>\d{1,2})(?:<dates.ordinal>|\.)?"
    rf"[\s\-](?P<month>{WORD})\.?",
    rf"(?P<month>{WORD})\.?,?\s<dates.of_year>?(?P<year>\d{{4}}){_TAIL}",
)
_NUMERIC = re.compile(r"\d\s?[./\-]\s?\d{1,2}\s?[./\-]\s?\d")
_LETTERS = re.compile(r"[^\W\d_]+")
_FULL_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")
_HAS_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)|\d\D+(?<!\d)\d\d(?!\d)")


@lru_cache(maxsize=4_096)
def named_date(text: str, language: str | None) -> tuple[int, int | None, int | None] | None:
    """Year, month and day that a text without a time states; None if it states no year.

    >>> named_date("14 juillet 2021", "fr"), named_date("juillet 2021", None)
    ((2021, 7, 14), (2021, 7, None))
    """
    if len(text) > _MAX_LETTERS or not _HAS_YEAR.search(text):
        return None
    if len(_FULL_YEAR.findall(text)) > 1:
        return None  # two dates are none, and what dateparser cannot read costs it most
    if (known := _by_table(text, language)) is not None:
        return known
    if _NUMERIC.search(text):
        return None  # numbers alone are read elsewhere
    core = pattern(_CORE, 0).search(text)
    if core is not None:
        beside = text[: core.start()] + " " + text[core.end() :]
        if len(_LETTERS.findall(beside)) > 1:
            return None  # a sentence: the date in it is looked for by itself
        text = core[0]  # not the weekday or the place beside it
        if (known := _by_table(text, language)) is not None:
            return known
    found, parts, _ = _ask(text, language, "absolute-time")
    if found is None or "year" not in parts:
        return None
    # Only words that name a month: numbers alone are read elsewhere.
    if "month" not in parts:
        return (found.year, None, None) if "day" not in parts else None
    return found.year, found.month, found.day if "day" in parts else None


def _by_table(text: str, language: str | None) -> tuple[int, int, int | None] | None:
    """What a text states in one of the usual orders, with a month that is known."""
    for form in _NAMED:
        match = pattern(form, 0).fullmatch(text)
        month = month_number(match["month"], language) if match is not None else None
        if match is not None and month is not None:
            day = match.groupdict().get("day")
            return int(match["year"]), month, int(day) if day else None
    return None


@lru_cache(maxsize=4_096)
def ago(text: str, language: str | None) -> Ago | None:
    """How long ago a text says that something was; None if it says nothing of the kind.

    >>> ago("il y a 2 heures", "fr").duration
    datetime.timedelta(seconds=7200)
    """
    if not text or len(text) > _MAX_LETTERS or len(text.split()) > 8:
        return None
    if (told := told_ago(text, language)) is not None:
        return told
    found, _, period = _ask(text, language, "relative-time")
    if found is None or found > _BASE:
        return None
    months = (_BASE.year - found.year) * 12 + _BASE.month - found.month
    unit: Literal["minute", "day", "week", "month", "year"]
    if period == "time":
        unit = "minute"
    elif period == "day":
        unit = "day"
    else:
        unit = "year" if period == "year" else "week" if period == "week" else "month"
    return Ago(unit, _BASE - found, months)


def _ask(
    text: str, language: str | None, parser: str
) -> tuple[datetime | None, tuple[str, ...], str]:
    from dateparser.data.languages_info import language_order

    primary = (language or "").lower().partition("-")[0]
    primary = _ALIASES.get(primary, primary)
    try:
        data = _parser(primary if primary in language_order else "", parser).get_date_data(text)
    except Exception:  # a library that reads strings from the web may fail in any way
        return None, (), ""
    found = data.date_obj
    parts: tuple[str, ...] = getattr(data, "parts", ())  # newer than the type stubs
    return (found.replace(tzinfo=None) if found else None), parts, data.period or ""


@lru_cache(maxsize=64)
def _parser(primary: str, parser: str) -> DateDataParser:
    # Imported here: it takes a fifth of a second, and most pages never need it.
    from dateparser.date import DateDataParser

    first = (primary,) if primary else ()
    return DateDataParser(
        languages=[*first, *(code for code in _LANGUAGES if code != primary)],
        use_given_order=True,
        settings={
            "PARSERS": [parser],
            "RELATIVE_BASE": _BASE,
            "TIMEZONE": "UTC",
            "DATE_ORDER": "DMY",
            "RETURN_TIME_AS_PERIOD": True,
            # A bare "3 min" then lies in the future and is told apart from "3 min ago".
            "PREFER_DATES_FROM": "future",
        },
    )
