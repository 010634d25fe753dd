"""A text as words, numbers and marks."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import pairwise

from crawler.text import UNSPACED

_WITH_MARKS = ((0x300, 0x30A0), (0xA66F, 0xABF0), (0xFB1E, 0xFE30), (0x10A00, 0x12000))
"""Where Unicode has the combining marks that a newspaper prints."""
_NUMBER = (
    r"(?:(?<![^\s(\[])[-−+])?"  # a sign, where it is no dash between two numbers
    r"(?:\d{1,3}(?:[ ']\d{3})+(?:[.,]\d+)?(?!\d)|\d+(?:[.,:/’'-]\d+)*)"
    r"(?: ?[%‰٪])?"
)


@lru_cache(maxsize=2)
def _marks() -> str:
    """Combining marks, as a class of a pattern has them: `re` does not take them for letters."""
    codes = [
        code
        for first, end in _WITH_MARKS
        for code in range(first, end)
        if unicodedata.category(chr(code)).startswith("M")
    ]
    ranges: list[list[int]] = []
    for code in codes:
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges)


@lru_cache(maxsize=2)
def _token(unspaced: bool) -> re.Pattern[str]:
    """The pattern of a token. unspaced: also where a letter is a word; that is slower."""
    marks = _marks()
    letter = rf"[\w{marks}\u200c\u200d]"
    if unspaced:
        letter = rf"(?:(?!{UNSPACED.pattern}){letter})"
    word = rf"{letter}+(?:[-‐‑'’]{letter}+)*"
    if unspaced:
        word += rf"|{UNSPACED.pattern}[{marks}\u200d]*"
    return re.compile(rf"{_NUMBER}(?!{letter})|{word}|\s+|[^\w\s][{marks}\u200d]*|.", re.DOTALL)


@lru_cache(maxsize=2)
def _word() -> re.Pattern[str]:
    return re.compile(rf"[\w{_marks()}\u200c\u200d]+")


def tokens(text: str) -> list[str]:
    """A text in pieces: words, numbers with their separators, single marks, runs of white space.
    Together they are the text. In scripts without spaces a word is a letter with its marks.

    >>> tokens("Ms O’Neil won 1,234.50 (12.3%).")
    ['Ms', ' ', 'O’Neil', ' ', 'won', ' ', '1,234.50', ' ', '(', '12.3%', ')', '.']
    >>> tokens("新华社2026-11-20")
    ['新', '华', '社', '2026-11-20']
    """
    return _token(UNSPACED.search(text) is not None).findall(text)


def is_number(token: str) -> bool:
    """Whether a token is a number, with its separators."""
    return any(map(str.isdecimal, token)) and not any(map(str.isalpha, token))


def is_word(token: str) -> bool:
    """Whether a token is a word or a number, and no mark or space."""
    return token[0].isalnum() or any(map(str.isalnum, token)) or bool(UNSPACED.match(token))


def telling(text: str) -> list[str]:
    """What two texts have in common when they are alike: words in lower case; in scripts without
    spaces pairs of letters, for single letters are the same in all texts.

    >>> telling("The Mill, again"), telling("磨坊又转")
    (['the', 'mill', 'again'], ['磨坊', '坊又', '又转'])
    """
    text = text.casefold()
    if not UNSPACED.search(text):
        return _word().findall(text)
    found: list[str] = []
    run: list[str] = []
    for token in tokens(text):
        if UNSPACED.match(token):
            run.append(token)
            continue
        found += _pairs(run)
        run = []
        if is_word(token):
            found.append(token)
    return found + _pairs(run)


def _pairs(run: list[str]) -> list[str]:
    return run if len(run) < 2 else [one + two for one, two in pairwise(run)]
