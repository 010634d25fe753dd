"""How long ago a text says that something was: "2 hours ago", "prieš 3 dienas", "gestern".

The table `ago` of a language has its words. A number or a word for one stands with a unit and with
what says "ago", all of one language, and nothing else does: so that "5 min read" is not taken for
"5 min ago", nor "in 2 Stunden".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import timedelta
from functools import lru_cache
from typing import Literal, NamedTuple

from crawler.extract.dates.said import lead_in
from crawler.extract.dates.times import take_time
from crawler.extract.language import languages_with, words_of_one
from crawler.text import is_dense

LONGEST = 48
"""Characters of a text that says how long ago, and when it was published before that."""
_TABLE = "ago"
_UNITS = ("minute", "hour", "day", "week", "month", "year")
_MINUTES = {"minute": 1, "hour": 60, "day": 1_440, "week": 10_080}
_TWO = ("minutes", "hours", "days")
_SPEAKS = 3
"""Letters of what says "ago" by itself; what is shorter needs a number before it."""
_FEW = 2
_BARS = "|•·∙"
_PARTS = re.compile(rf"\s?[{_BARS}]\s?")
_EDGES = " \t,;:.!()[]–—-"


class Ago(NamedTuple):
    """A distance back from now, as exact as its unit."""

    unit: Literal["minute", "day", "week", "month", "year"]
    duration: timedelta
    months: int
    """The same in calendar months, for the units month and year."""


class _Words(NamedTuple):
    """Of one language."""

    forms: tuple[re.Pattern[str], ...]
    units: dict[str, str]
    """Form → unit."""
    twos: dict[str, str]
    """Word for two → unit."""
    yesterday: frozenset[str]


class _Marks(NamedTuple):
    """What tells most texts from those that say "ago", in all languages."""

    before: tuple[str, ...]
    after: tuple[str, ...]
    yesterday: tuple[str, ...]
    speaking: tuple[str, ...]
    """Of what stands behind, what is long enough to say it without a number."""
    ends: frozenset[str]
    begins: frozenset[str]
    """Last letters of these, and first of what stands before."""
    codes: dict[str, tuple[str, ...]]
    """Phrase → languages."""


def told_ago(text: str, language: str | None) -> Ago | None:
    """How long ago a text says that something was, in the words of the tables; None if it says
    nothing of the kind, or more than that.

    language: BCP 47 tag of the page, whose words are looked for first; then those of all.

    >>> told_ago("prieš 3 dienas", "lt").duration, told_ago("5 min read", "en") is None
    (datetime.timedelta(days=3), True)
    """
    return _told(text, (language or "").lower().partition("-")[0]) if len(text) <= LONGEST else None


@lru_cache(maxsize=4_096)
def _told(text: str, primary: str) -> Ago | None:
    text = _plain(text)
    for code in _candidates(text, primary):
        words = _words(code)
        if text in words.yesterday and primary in ("", code):  # "hier" is "here" elsewhere
            return Ago("day", timedelta(days=1), 0)
        for form in words.forms:
            if (match := form.fullmatch(text)) is not None:
                return _read(match, words)
    return None


def _plain(text: str) -> str:
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
        text = "".join(str(unicodedata.decimal(c, c)) for c in text)
    return " ".join(text.casefold().replace("’", "'").split()).strip(_EDGES)


def _candidates(text: str, primary: str) -> Iterator[str]:
    """The languages of which a text may say "ago": the page's first."""
    marks = _marks()
    found: dict[str, None] = {}
    if text.startswith(marks.before) or text.endswith(marks.after) or text in marks.yesterday:
        for phrase, codes in marks.codes.items():
            if text.startswith(phrase) or text.endswith(phrase):
                found.update(dict.fromkeys(codes))
    if primary in found:
        yield primary
    yield from (code for code in found if code != primary)


@lru_cache(maxsize=1)
def _marks() -> _Marks:
    codes: dict[str, tuple[str, ...]] = {}
    kinds: dict[str, dict[str, None]] = {"before": {}, "after": {}, "yesterday": {}}
    for code in languages_with(_TABLE):
        for key, phrases in kinds.items():
            for phrase in map(_plain, words_of_one(code, _TABLE, key)):
                phrases[phrase] = None
                codes[phrase] = (*codes.get(phrase, ()), code)
    before, after, yesterday = map(tuple, kinds.values())
    speaking = tuple(phrase for phrase in after if len(phrase) >= _FEW)
    ends = frozenset(phrase[-_FEW:] for phrase in speaking)
    begins = frozenset(phrase[:_FEW] for phrase in before)
    return _Marks(before, after, yesterday, speaking, ends, begins, codes)


@lru_cache(maxsize=256)
def _words(code: str) -> _Words:
    units = {_plain(form): unit for unit in _UNITS for form in words_of_one(code, _TABLE, unit)}
    twos = {
        _plain(word): unit.removesuffix("s")
        for unit in _TWO
        for word in words_of_one(code, _TABLE, f"two_{unit}")
    }
    before, after, around, one = (
        [*map(_plain, words_of_one(code, _TABLE, key))]
        for key in ("before", "after", "around", "one")
    )
    unit, ones = _any(units), _any(one)
    number = r"(?P<{0}>\d{{1,3}})"
    quantity = (
        rf"(?:{number.format('n')}\s?(?P<u>{unit})"
        rf"|(?P<first>{unit})\s{number.format('m')}(?:[^\W\d_]{{0,3}})"
        rf"|(?:{ones})\s?(?P<one>{unit})" + (rf"|(?P<two>{_any(twos)})" if twos else "") + r"{0})"
        rf"(?:,?\s(?:[^\W\d_]{{1,3}}\s)?{number.format('k')}\s?(?P<more>{unit}))?"
    )
    lead = rf"(?:(?:{_any(around)})\s?)?" if around else ""
    bare = rf"|(?P<bare>{unit})"
    forms = []
    if before:
        forms.append(
            rf"(?:{_any(before)})\s?{quantity.replace('{0}', bare)}\.?"
            + (rf"(?:\s?(?:{_any(after)}))?" if after else "")
        )
    if after:
        long = [phrase for phrase in after if len(phrase) >= _SPEAKS and not is_dense(phrase)]
        forms.append(rf"{lead}{quantity.replace('{0}', '')}\.?\s?(?:{_any(after)})")
        if long:
            forms.append(rf"{lead}{quantity.replace('{0}', bare)}\.?\s?(?:{_any(long)})")
    return _Words(
        tuple(map(re.compile, forms)),
        units,
        twos,
        frozenset(map(_plain, words_of_one(code, _TABLE, "yesterday"))),
    )


def _any(phrases: list[str] | dict[str, str]) -> str:
    return "|".join(map(re.escape, sorted(phrases, key=len, reverse=True))) or "(?!)"


def _read(match: re.Match[str], words: _Words) -> Ago:
    groups = match.groupdict()
    if two := groups.get("two"):
        number, unit = 2, words.twos[two]
    else:
        number = int(groups["n"] or groups["m"] or 1)
        form = groups["u"] or groups["first"] or groups["one"] or groups.get("bare") or ""
        unit = words.units[form]
    if unit in ("month", "year"):
        months = number * (12 if unit == "year" else 1)
        return Ago("year" if unit == "year" else "month", timedelta(), months)
    minutes = number * _MINUTES[unit]
    if (more := words.units.get(groups["more"] or "")) in ("minute", "hour"):
        minutes += int(groups["k"]) * _MINUTES[more]
    told: Literal["minute", "day", "week"] = (
        "week" if unit == "week" else "day" if unit == "day" else "minute"
    )
    return Ago(told, timedelta(minutes=minutes), 0)


def said_ago(text: str) -> str | None:
    """The part of a short line that says how long ago its story was published, with its label;
    None if none does. "Yesterday" does with a time of day alone.

    text: white space collapsed.

    >>> said_ago("Ada Holm · 2 hours ago"), said_ago("2 hours ago he left")
    ('2 hours ago', None)
    """
    if len(text) > LONGEST:
        return None
    parted = any(mark in text for mark in _BARS)
    if not parted and not _may_say(text):  # most texts
        return None
    for part in _PARTS.split(text) if parted else (text,):
        if not _may_say(part):
            continue
        if _says(part) or ((label := lead_in(part)) is not None and _says(part[label.end() :])):
            return part
    return None


_DIGIT = re.compile(r"\d")


def _may_say(text: str) -> bool:
    """Whether a text has a number, or ends or begins as those that say "an hour ago"."""
    if _DIGIT.search(text) is not None:
        return True
    if (
        text[-_FEW:].casefold() not in _marks().ends
        and text[:_FEW].casefold() not in _marks().begins
    ):
        return False  # what is left is seldom asked
    small = text.casefold()
    return small.endswith(_marks().speaking) or small.startswith(_marks().before)


@lru_cache(maxsize=4_096)
def _says(text: str) -> bool:
    plain = _plain(text)
    if not plain.startswith(_marks().yesterday):
        return told_ago(text, None) is not None
    time, rest = take_time(text, None)
    return time is not None and _plain(rest) in _marks().yesterday
