"""Texts without what changes from story to story: two bylines of one newspaper are the same text
but for the name and the day."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from itertools import groupby
from operator import eq

from crawler.extract.language import month_number
from crawler.text import words

TITLE, AUTHOR, HEADLINE = "⟨title⟩", "⟨author⟩", "⟨headline⟩"
NUMBER, MONTH = "#", "⟨month⟩"
_MOST_WORDS = 40
"""Of a text; two that begin so alike are one text."""
_MOST_CHARACTERS = 600
_LONGEST_MONTH = 12
_TIME = re.compile(r"\b(?:[01]?\d|2[0-3])[:.h][0-5]\d\b")


def masker(title: str = "", names: Iterable[str] = ()) -> Callable[[str], str]:
    """What masks the texts of one story: gives a text's first forty words with the story's own
    headline, its authors, numbers and months masked.

    >>> masker(names=["Ada Lund"])("By Ada Lund – 3 May 2026, 10:15")
    'by ⟨author⟩ # ⟨month⟩ #'
    """
    headline = words(title) if title else None
    authors = [known for name in names if (known := words(name))]

    def masked(text: str) -> str:
        flat = words(text[:_MOST_CHARACTERS])
        if flat == headline:
            return TITLE
        for known in authors:
            if known in flat:
                flat = f" {flat} ".replace(f" {known} ", f" {AUTHOR} ").strip()
        tokens = list(map(_token, flat.split()[:_MOST_WORDS]))
        if any(map(eq, tokens, tokens[1:])):
            tokens = [token for token, _ in groupby(tokens)]
        return " ".join(tokens)

    return masked


def may_hide_numbers(mask: str) -> bool:
    """Whether there may be numbers in a text that was masked so."""
    return NUMBER in mask or AUTHOR in mask or mask == TITLE


def numbers(text: str) -> str:
    """The numbers that are masked in a text, without times of day and days of a month.

    >>> numbers("Updated on 3 May at 10:15; 12,345 spectators")
    '12 345'
    """
    told = words(_TIME.sub(" ", text[:_MOST_CHARACTERS])).split()[:_MOST_WORDS]
    kinds = [_token(word) for word in told]
    return " ".join(
        word
        for before, word, kind, after in zip(
            ["", *kinds], told, kinds, [*kinds[1:], ""], strict=False
        )
        if kind == NUMBER and not (len(word) <= 2 and MONTH in (before, after))
    )


def says_something(mask: str) -> bool:
    """Whether a masked text has words of its own, or repeats what stands elsewhere."""
    return any(token not in (NUMBER, MONTH) for token in mask.split())


@lru_cache(maxsize=4_096)
def _token(word: str) -> str:
    if word[0] == "⟨":
        return word
    if _is_number(word):
        return NUMBER
    if _is_month(word):
        return MONTH
    return word


def _is_number(word: str) -> bool:
    return any(map(str.isdecimal, word))


def _is_month(word: str) -> bool:
    return len(word) <= _LONGEST_MONTH and month_number(word) is not None
