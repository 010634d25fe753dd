"""What newspapers print within and after a story that is no part of it.

`data/boilerplate/<language>.toml`: whole paragraphs (`labels`: "Advertisement"), headings that the
story ends before (`endings`: "About the author"), and what makes a short paragraph one that wants
something of its reader (`appeals`: "sign up for our newsletter"). To teach a language, add a file.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import NamedTuple

from crawler.text import DENSE

FOLDER = Path(__file__).resolve().parents[2] / "data" / "boilerplate"
KEYS = ("labels", "endings", "appeals")

_LONGEST_APPEAL = 400
"""Characters; a longer paragraph is prose, whatever it says besides."""
_PUNCTUATION = '.,:!?*()"'
_PARTING = re.compile(r'[\s.,:!?*()"]+')
_EDGES = " \t\n\r\xa0:.!?…»«>›→▶|*–—-_()[]"


class _Phrases(NamedTuple):
    labels: frozenset[str]
    endings: frozenset[str]
    appeals: dict[str, tuple[str, ...]]
    """Longest word → phrases."""
    marking: frozenset[str]
    """The longest word of each: most paragraphs hold none of them."""
    dense: tuple[str, ...]
    """Appeals of scripts that put no spaces between words, or grow endings on them."""
    longest: int
    """Characters of the longest label or ending."""


@cache
def _phrases() -> _Phrases:
    """The phrases of all languages: pages are built from parts in another language than their own.

    Raises OSError, tomllib.TOMLDecodeError or KeyError where a file of the project is broken.
    """
    found: dict[str, set[str]] = {key: set() for key in KEYS}
    for path in sorted(FOLDER.glob("*.toml")):
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        for key in KEYS:
            found[key].update(_folded(phrase) for phrase in table[key])
    appeals: dict[str, tuple[str, ...]] = {}
    dense = []
    for phrase in sorted(found["appeals"]):
        if DENSE.search(phrase):
            dense.append(phrase)
        else:
            word = max(_PARTING.split(phrase), key=len)
            appeals[word] = (*appeals.get(word, ()), phrase)
    return _Phrases(
        frozenset(found["labels"]),
        frozenset(found["endings"]),
        appeals,
        frozenset(appeals),
        tuple(dense),
        max(map(len, found["labels"] | found["endings"])),
    )


def is_label(text: str) -> bool:
    """Whether a paragraph is but a label.

    >>> is_label("Advertisement"), is_label("– Anzeige –"), is_label("Rivers rise")
    (True, True, False)
    """
    known = _phrases()
    return len(text) <= known.longest + 8 and _folded(text) in known.labels


def is_ending(text: str) -> bool:
    """Whether a heading introduces what comes after a story.

    >>> is_ending("Sobre la firma"), is_ending("About the author:"), is_ending("About the river")
    (True, True, False)
    """
    known = _phrases()
    return len(text) <= known.longest + 8 and _folded(text) in known.endings


def is_appeal(text: str) -> bool:
    """Whether a paragraph wants something of its reader: to subscribe, follow, sign up, donate.

    >>> is_appeal("Follow us on Facebook for more."), is_appeal("They followed the river.")
    (True, False)
    """
    if len(text) > _LONGEST_APPEAL:
        return False
    known = _phrases()
    folded = text.casefold().replace("’", "'")
    tokens = folded
    for mark in _PUNCTUATION:
        tokens = tokens.replace(mark, " ")
    found = known.marking.intersection(tokens.split())
    if found:
        folded = " ".join(folded.split())
        if any(phrase in folded for word in found for phrase in known.appeals[word]):
            return True
    if folded.isascii() or not DENSE.search(folded):
        return False
    return any(phrase in folded for phrase in known.dense)


def _folded(text: str) -> str:
    return " ".join(text.casefold().replace("’", "'").split()).strip(_EDGES)
