"""What newspapers print within and after a story that is no part of it: the table `boilerplate` of
a language.

Whole paragraphs (`labels`: "Advertisement"), headings that the story ends before (`endings`: "About
the author"), and what makes a short paragraph one that wants something of its reader (`appeals`:
"sign up for our newsletter"). A table may also tell what opens a note on the story, which is part
of it (`notes`: "Correction"), what a note of its age is made of (`this_story`, `years`, `old`),
what in a box between paragraphs makes it one that wants something (`calls`: "newsletter"), what is
said of numbers of readers (`counted`: "views"), what a wall before the rest of a story says
(`read_on` and `keys`), what a button says that shows the rest (`unfolds`: "Read more"), and what
stands over readers' comments (`comments`).
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from crawler.extract.language.loader import words_of
from crawler.text import is_dense

KEYS = ("labels", "endings", "appeals")
MORE_KEYS = (
    "notes", "this_story", "years", "old", "calls", "counted", "read_on", "keys", "unfolds",
    "comments",
)  # fmt: skip
"""Those that a table may lack."""
_TABLE = "boilerplate"

_LONGEST_APPEAL = 400
"""Characters; a longer paragraph is prose, whatever it says besides."""
_LONGEST_AGE = 200
"""Characters of a note that tells the story's age."""
_OPENING = 36
"""Characters at its beginning, where it says of what it tells."""
_LEAST_NOTE = 20
"""Characters of what a note says; less is a date or a label."""
_LONGEST_HEADING = 40
"""Characters of a line over comments."""
_NOTE_MARK = r"\s*(?:\([^()]{1,40}\)\s*|[\[\]]\s*|,?\s+[^:.!?]{0,24}\d[^:!?]{0,24}?)?[:：.–—|\-]"
"""After what opens a note: a colon or the like, at most a date before it."""
_FEW = 3
"""Letters of what opens a note that are looked at first."""
_LETTERS = re.compile(r"[^\W_].{0,3}", re.DOTALL)
"""The first of a text, and one more to tell where a short word ends."""
_PUNCTUATION = '.,:!?*()"'
_PARTING = re.compile(r'[\s.,:!?*()"]+')
_EDGES = " \t\n\r\xa0:.!?…»«>›→▶|*–—-_()[]。！？।"


class _AnyOf(NamedTuple):
    """What finds any of some phrases."""

    spaced: re.Pattern[str]
    """Those of scripts that put spaces between words."""
    all: re.Pattern[str]

    def in_script_of(self, text: str) -> re.Pattern[str]:
        """What is looked for in a text: most have no letter that the other phrases are made of."""
        return self.all if is_dense(text) else self.spaced

    def search(self, text: str, end: int = sys.maxsize) -> re.Match[str] | None:
        """The first of them in a text, up to a place in it."""
        return self.in_script_of(text).search(text, 0, end)


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
    note: re.Pattern[str]
    """What a note on the story begins with."""
    note_start: re.Pattern[str]
    note_letters: frozenset[str]
    """The first letters of these, as many as `_FEW` where there are so many."""
    note_words: frozenset[str]
    """The first words of others, which have fewer."""
    note_label: frozenset[str]
    """The same, as it stands in a line of its own."""
    this_story: _AnyOf
    years: _AnyOf
    old: _AnyOf
    calls: _AnyOf
    counted: _AnyOf
    read_on: _AnyOf
    keys: _AnyOf
    unfolds: frozenset[str]
    comments: frozenset[str]


@cache
def _phrases() -> _Phrases:
    # of all languages: pages are built from parts in another language than their own
    found = {key: set(map(_folded, words_of(_TABLE, key))) for key in (*KEYS, *MORE_KEYS)}
    appeals: dict[str, tuple[str, ...]] = {}
    dense = []
    for phrase in sorted(found["appeals"]):
        if is_dense(phrase):
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
        _opening(found["notes"]),
        re.compile(rf"[\W_]*(?:{'|'.join(map(re.escape, sorted(found['notes'])))})"),
        frozenset(note[:_FEW] for note in found["notes"] if " " not in note[:_FEW]),
        frozenset(note.split()[0] for note in found["notes"] if " " in note[:_FEW]),
        frozenset(found["notes"]),
        _any_of(found["this_story"]),
        _any_of(found["years"]),
        _any_of(found["old"]),
        _any_of(found["calls"], endings=True),
        _any_of(found["counted"]),
        _any_of(found["read_on"]),
        _any_of(found["keys"]),
        frozenset(found["unfolds"]),
        frozenset(found["comments"]),
    )


def _opening(phrases: set[str]) -> re.Pattern[str]:
    """What a note begins with: a phrase and its colon, or one of several words that say all."""
    longest = sorted(map(re.escape, phrases), key=len, reverse=True)
    whole = [phrase for phrase in longest if phrase.count("\\ ") > 2]
    return re.compile(rf"[\W_]*(?:(?:{'|'.join(longest)}){_NOTE_MARK}|(?:{'|'.join(whole)})\b)")


def _any_of(phrases: set[str], *, endings: bool = False) -> _AnyOf:
    """Any of some phrases, as words of their own where the script has spaces between words.

    endings: also where the word goes on.
    """
    dense = [re.escape(phrase) for phrase in sorted(phrases) if is_dense(phrase)]
    spaced = rf"\b{_branches(phrase for phrase in phrases if not is_dense(phrase))}"
    spaced += "" if endings else r"\b"
    return _AnyOf(re.compile(spaced), re.compile("|".join([spaced, *dense])))


def _branches(phrases: Iterable[str]) -> str:
    """A pattern of any of some phrases, the shortest first: one branch for each letter, and in it
    one for each that may follow. `re` tries a hundred phrases one after the other."""
    tails: dict[str, list[str]] = {}
    for phrase in sorted(phrases):
        tails.setdefault(phrase[:1], []).append(phrase[1:])
    more = [re.escape(letter) + _branches(rest) for letter, rest in tails.items() if letter]
    if not more:
        return ""
    return f"(?:{'|'.join(more)})" + ("??" if "" in tails else "")


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
    if not is_dense(folded):
        return False
    return any(phrase in folded for phrase in known.dense)


def is_note(text: str) -> bool:
    """Whether a paragraph is a note on the story: a correction, a word of the editors.

    >>> is_note("Correction, 2 May: The mill was built in 1911, not in 1921.")
    True
    >>> is_note("Correction officers were called to the mill."), is_note("Updated: 2 May 2026")
    (False, False)
    """
    if not _may_open_note(text):
        return False
    found = _phrases().note.match(_plain(text[:200]))
    if found is None:
        return False
    said = text[found.end() :].strip()
    least = _LEAST_NOTE // 2 if is_dense(said) else _LEAST_NOTE
    letters = sum(map(str.isalpha, said))
    return letters >= least and letters > sum(map(str.isdecimal, said))


def may_open_note(text: str) -> bool:
    """Whether a text begins as notes on a story do; what follows is for `is_note` to judge."""
    return _may_open_note(text) and _phrases().note_start.match(_plain(text[:80])) is not None


def _may_open_note(text: str) -> bool:
    """Whether the first letters of a text are those of notes: few are, and asked for one by one."""
    found = _LETTERS.search(text, 0, 200)
    if found is None:
        return False
    letters = found[0].casefold()
    known = _phrases()
    if letters[:_FEW] in known.note_letters or letters[:2] in known.note_letters:
        return True
    return letters.split(None, 1)[0] in known.note_words


def opens_note(text: str) -> bool:
    """Whether a line of its own stands over a note on the story.

    >>> opens_note("Correction"), opens_note("Editor’s note:"), opens_note("Corrections of 1911")
    (True, True, False)
    """
    return len(text) <= _LONGEST_AGE and _folded(text) in _phrases().note_label


def states_age(text: str) -> bool:
    """Whether a short line tells how old the story is.

    >>> states_age("This article is more than one year old"), states_age("The mill is a year old")
    (True, False)
    """
    if len(text) > _LONGEST_AGE:
        return False
    known = _phrases()
    plain = _plain(text)
    return bool(
        known.this_story.search(plain, _OPENING)
        and (known.years.search(plain) or _YEAR.search(plain))
        and known.old.search(plain)
    )


def names_itself(text: str) -> bool:
    """Whether a short text begins with what newspapers call the story that it stands in.

    >>> names_itself("This article has been read 1,535 times."), names_itself("The mill stands.")
    (True, False)
    """
    if len(text) > _LONGEST_AGE:
        return False
    return _phrases().this_story.search(_plain(text), _OPENING) is not None


def calls(text: str) -> int:
    """How many words of a small box want something of its reader; prose can hold one of them.

    >>> calls("Support us and subscribe from 4.99 a month."), calls("The mill was sold.")
    (3, 0)
    """
    plain = _plain(text)
    return len(set(_phrases().calls.in_script_of(plain).findall(plain)))


def is_wall(text: str) -> bool:
    """Whether a short text says that the story goes on for those who subscribe or log in.

    >>> is_wall("Subscribe to read on."), is_wall("He went to the library to read on.")
    (True, False)
    """
    known = _phrases()
    plain = _plain(text)
    return bool(known.read_on.search(plain) and known.keys.search(plain))


def tells_to_read_on(text: str) -> bool:
    """Whether a text says that there is more to read: part of what a wall says."""
    return bool(_phrases().read_on.search(_plain(text)))


def unfolds(text: str) -> bool:
    """Whether a button says that it shows the rest of what is cut off, in any language.

    >>> unfolds("Read more ▼"), unfolds("Read also")
    (True, False)
    """
    return _folded(text).strip(_EDGES + "▼▾▽⌄↓+˅") in _phrases().unfolds


_NUMBER_BEHIND = re.compile(r"\s?[(\[（【]\s?(\d{1,5})\s?\D{0,4}[)\]）】]$|\s(\d{1,5})$")
_NUMBER_BEFORE = re.compile(r"(\d{1,5})\s?(?=\D)")


def heads_comments(text: str, *, counted: bool = False) -> bool:
    """Whether a line stands over readers' comments.

    counted: with their number alone, as lines that are no headings do.

    >>> heads_comments("Comments (8)"), heads_comments("8 comments on the mill")
    (True, False)
    >>> heads_comments("Comments"), heads_comments("Comments", counted=True)
    (True, False)
    """
    if len(text) > _LONGEST_HEADING:
        return False
    plain = _plain(text)
    rest = _NUMBER_BEHIND.sub("", plain)
    if rest == plain and (before := _NUMBER_BEFORE.match(plain)) is not None:
        rest = plain[before.end() :]
    if counted and rest == plain:
        return False
    return rest.strip(_EDGES) in _phrases().comments


def is_counted(text: str) -> bool:
    """Whether a text says what newspapers count: views, readers, shares.

    >>> is_counted("3.412 Aufrufe"), is_counted("3.412 Boote")
    (True, False)
    """
    return bool(_phrases().counted.search(_plain(text)))


_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


def _plain(text: str) -> str:
    return " ".join(text.casefold().replace("’", "'").split())


def _folded(text: str) -> str:
    return " ".join(text.casefold().replace("’", "'").split()).strip(_EDGES)
