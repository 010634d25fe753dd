"""What the words of a line say of the date in it: nothing, so that it is a date line's; or that it
is of whatever they tell of.

A label with its colon is known, or its date is none of the story's. Names, places and days of the
week stand beside any date; words of a sentence do not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from crawler.extract.dates.said import of_change, of_publication
from crawler.extract.dates.text import timed
from crawler.extract.language import is_weekday, month_number, pattern
from crawler.text import has_capitals, is_dense

_PARTS = re.compile(r"[|•·∙;]|\s[-–—/]\s|\s{2,}")
_DENSE_PARTS = re.compile(r"[|•·∙;；。\s]|\s[-–—/]\s")
"""Between the parts of a line; where words have no spaces between them, one parts what is said."""
_LABEL = re.compile(r"([^:：]+)[:：]\s*(?:[\w.'’]+[,.،、]?\s*)?$")
"""A label before a date, at most a day of the week between them."""
_IS_FULL = (
    "<dates.lead_in>|<dates.day_word>|<dates.before_time>|<dates.oclock>|<dates.after_time>|<dates.am>|<dates.pm>"
    "|<dates.of_month>|<dates.of_year>|<dates.before_month>|<dates.year>|<dates.day>|<dates.month>"
    "|<dates.year_sign>|<bylines.by>|<bylines.joined>|<bylines.role>|<bylines.body>|<bylines.agency>"
    "|<bylines.label>|<bylines.kind_of_text>"
)
_BEGINS = "<dates.published>|<dates.changed>"
_UNTIL = r"\w\W+<dates.until>\W*$"
_DAY_WORDS = r"(?<!\w)<dates.day_word>(?!\w)"
_EDGES = " \t,.:;!?()[]{}<>«»„“”\"'’‘…،؛、，：–—-/\\*#@"
_SHORT = 4
"""Letters; a shorter word is an article, a preposition, an abbreviation."""
_MOST_WORDS, _MOST_LETTERS = 4, 12
"""Unknown words of scripts without capitals, unknown letters of those without spaces: as many are
more than a name."""
_LOOKED_AT = 8
"""Words on either side."""


def tells_otherwise(text: str, start: int, end: int) -> bool:
    """Whether the words beside a date in a line tell that it is none of the story's.

    text: white space collapsed. start, end: of the date.

    >>> line = "Court date: 14 May 2026"
    >>> tells_otherwise(line, 12, 23), tells_otherwise(line[6:], 6, 17)
    (True, False)
    >>> tells_otherwise("Ferries to sail again 14 May 2026", 22, 33)
    True
    """
    dense = is_dense(text)
    before, after = _beside(text, start, end, dense=dense)
    if not any(map(str.isalpha, before + after)):
        return False
    if (label := _LABEL.search(before)) is not None and any(map(str.isalpha, label[1])):
        return not _is_date_label(label[1], dense=dense)
    if of_publication(before) or of_change(before):
        return False
    if dense:
        return _letters_unknown(before + after) > _MOST_LETTERS
    return _is_prose(before, after)


def _beside(text: str, start: int, end: int, *, dense: bool) -> tuple[str, str]:
    """The words before and behind a date and its time in their part of the line."""
    said = timed(text, start, end)
    if text.startswith(said, start):
        end = start + len(said)
    parts = _DENSE_PARTS if dense else _PARTS
    left = max((match.end() for match in parts.finditer(text[:start].rstrip())), default=0)
    right = parts.search(text, end + 1 if dense else end)
    return text[left:start], text[end : right.start() if right is not None else None]


def _is_date_label(label: str, *, dense: bool) -> bool:
    """Whether a label says "published", "updated" or but "date"."""
    rest = pattern(_DAY_WORDS).sub(" ", label)
    if of_publication(rest) or of_change(rest):
        return True
    if dense:
        return _letters_unknown(label) <= 1
    return all(_is_known(word) for word in _words(label) if len(word) > 1)


def _letters_unknown(text: str) -> int:
    """Letters of a text of a script without spaces that say nothing of a date."""
    for form in (_BEGINS, "<dates.day_word>", "<dates.lead_in>", "<bylines.by>", "<bylines.label>"):
        text = pattern(form).sub(" ", text)
    words = (word for word in text.split() if not is_weekday(word.strip(_EDGES)))
    return sum(sum(map(str.isalpha, word)) for word in words)


def _is_prose(before: str, after: str) -> bool:
    """Whether words beside a date are more than names and what stands before names."""
    words = [*_words(before)][-_LOOKED_AT:]
    if words and pattern(_UNTIL).search(before) and not all(map(_is_known, words[:-1])):
        return True
    behind = [*_words(after)][:_LOOKED_AT]
    if words and _is_small(words[-1]) and not _is_known(words[-1]):
        return True
    small = [word for word in (*words, *behind) if _is_small(word)]
    if len(small) > 1 and sum(not _is_known(word) for word in small) > 1:
        return True
    plain = [word for word in (*words, *behind) if not has_capitals(word) and len(word) > 1]
    return len(plain) >= _MOST_WORDS and sum(not _is_known(word) for word in plain) >= _MOST_WORDS


def _words(text: str) -> Iterator[str]:
    for word in text.split():
        word = word.strip(_EDGES)
        if word and not word.isdecimal():
            yield word


def _is_small(word: str) -> bool:
    """Whether a word is of a script with capitals, has none, and is no short one."""
    return len(word) >= _SHORT and word.islower() and has_capitals(word)


@lru_cache(maxsize=4_096)
def _is_known(word: str) -> bool:
    """Whether a word stands beside dates or names, in any language."""
    return (
        is_weekday(word)
        or month_number(word) is not None
        or pattern(_IS_FULL).fullmatch(word) is not None
        or pattern(_BEGINS).match(word) is not None
    )
