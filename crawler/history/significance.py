"""How much a change of a story means: words, numbers, quotes and names that came and went.

A measure to sort by, not a judgement: a word that turns a sentence into its opposite is one word.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Literal

from crawler.history.alignment import aligned
from crawler.history.reader_text import as_read, typeset_alike
from crawler.history.sequences import in_order
from crawler.history.story_words import Texts, Word, Words, bare, has_case, mark_names, parts_of
from crawler.history.words import is_word, tokens

Level = Literal["typography", "minor", "substantial"]

SUBSTANTIAL_WORDS = 40
"""So many words out and in are a substantial change …"""
SUBSTANTIAL_SHARE, SUBSTANTIAL_LEAST = 0.05, 6
"""… and so is this share of all words, if they are at least so many."""

_MOVED_WORDS = 5
"""So many words together that went from one place to another have moved."""


@dataclass(frozen=True, slots=True)
class Swap:
    """What one text has and the other has not, in the order of the texts."""

    out: tuple[str, ...] = ()
    new: tuple[str, ...] = ()

    @property
    def number(self) -> int:
        """How many changed: one that took another's place is one."""
        return max(len(self.out), len(self.new))


@dataclass(frozen=True, slots=True)
class Significance:
    """How much a change means.

    level: `typography` where nothing but quotation marks, dashes, spaces and the like, or breaks of
    paragraphs, is other; `substantial` where a number, a quote or a name changed, or the title or
    text by 40 words, or by a twentieth and six words; else `minor`.
    """

    level: Level
    words_added: int = 0
    words_removed: int = 0
    """Without those that only stand elsewhere; in scripts without spaces, characters."""
    share: float = 0.0
    """Words added and removed of all words of both texts, 0 to 1."""
    numbers: Swap = field(default_factory=Swap)
    """Digits with their separators; 1,000 and 1.000 are the same."""
    quotes: Swap = field(default_factory=Swap)
    """What stands in quotation marks, of any kind."""
    names: Swap | None = field(default_factory=Swap)
    """Words with a capital within a sentence, days and months too; in German two or more together.
    None where the script has no capitals."""

    @property
    def numbers_changed(self) -> int:
        """How many."""
        return self.numbers.number

    @property
    def quotes_changed(self) -> int:
        """How many."""
        return self.quotes.number

    @property
    def names_changed(self) -> int | None:
        """How many; None where the script has no capitals."""
        return None if self.names is None else self.names.number


def significance(old: Texts, new: Texts) -> Significance:
    """How much it means that one text became the other.

    >>> told = significance(
    ...     Texts("Fire", paragraphs=["Twelve, and 12 of them in Vellmar, were hurt."]),
    ...     Texts("Fire", paragraphs=["Twelve, and 14 of them in Tarnholt, were hurt."]),
    ... )
    >>> told.level, told.words_added, told.numbers, told.names
    ('substantial', 2, Swap(out=('12',), new=('14',)), Swap(out=('Vellmar',), new=('Tarnholt',)))
    """
    cased = has_case(old) or has_case(new)
    if _typeset(old) == _typeset(new):
        return Significance("typography", names=Swap() if cased else None)
    before, after = Words(old), Words(new)
    if cased:
        mark_names(before, after)
    changes = [change for change in _changes(old, new, before, after) if change.out or change.new]
    _take_out_moved(changes)
    removed = sum(len(change.out) for change in changes)
    added = sum(len(change.new) for change in changes)
    everything = len(before.all) + len(after.all)
    share = (removed + added) / everything if everything else 0.0
    numbers = _swap(changes, before, after, "number")
    quotes = _quotes(old, new)
    names = _swap(changes, before, after, "name") if cased else None
    much = removed + added >= SUBSTANTIAL_WORDS or (
        share >= SUBSTANTIAL_SHARE and removed + added >= SUBSTANTIAL_LEAST
    )
    told = numbers.number or quotes.number or (names is not None and names.number)
    level: Level = "substantial" if much or told else "minor"
    return Significance(level, added, removed, round(share, 4), numbers, quotes, names)


# -- what changed -------------------------------------------------------------------------------


@dataclass(slots=True)
class _Change:
    """Words that went and words that came in their place; either may be none."""

    out: list[Word]
    new: list[Word]


def _changes(old: Texts, new: Texts, before: Words, after: Words) -> Iterator[_Change]:
    yield from _within(before.title, after.title)
    yield from _within(before.standfirst, after.standfirst)
    for texts, words in (
        ((old.paragraphs, new.paragraphs), (before.paragraphs, after.paragraphs)),
        ((old.captions, new.captions), (before.captions, after.captions)),
    ):
        for step in aligned(*texts):
            gone = [] if step.before_at is None else words[0][step.before_at]
            come = [] if step.after_at is None else words[1][step.after_at]
            if step.kind in ("added", "removed"):
                yield _Change(list(gone), list(come))
            else:
                yield from _within(gone, come)


def _within(old: list[Word], new: list[Word]) -> Iterator[_Change]:
    i = j = 0
    pairs = in_order([word.key for word in old], [word.key for word in new])
    for k, m in [*pairs, (len(old), len(new))]:
        yield _Change(old[i:k], new[j:m])
        i, j = k + 1, m + 1


def _take_out_moved(changes: list[_Change]) -> None:
    """Take out runs of words that went at one place and came at another: a sentence that moved, a
    paragraph that was divided."""
    places: dict[tuple[str, ...], list[tuple[int, int]]] = {}
    for number, change in enumerate(changes):
        for at in range(len(change.new) - _MOVED_WORDS + 1):
            places.setdefault(_keys(change.new, at), []).append((number, at))
    moved: set[int] = set()  # words by identity: each is in one change only
    for change in changes:
        at = 0
        while at + _MOVED_WORDS <= len(change.out):
            length = _moved_from(change.out, at, changes, places, moved)
            moved |= {id(word) for word in change.out[at : at + length]}
            at += length or 1
    for change in changes:
        change.out = [word for word in change.out if id(word) not in moved]
        change.new = [word for word in change.new if id(word) not in moved]


def _moved_from(
    out: list[Word], at: int, changes: list[_Change],
    places: dict[tuple[str, ...], list[tuple[int, int]]], moved: set[int],
) -> int:  # fmt: skip
    """How many words from a place on have come elsewhere; notes those as moved."""
    candidates = places.get(_keys(out, at), [])
    while candidates:
        number, start = candidates.pop()
        new = changes[number].new
        length = 0
        while (
            at + length < len(out)
            and start + length < len(new)
            and out[at + length].key == new[start + length].key
            and id(new[start + length]) not in moved
        ):
            length += 1
        if length >= _MOVED_WORDS:
            moved |= {id(word) for word in new[start : start + length]}
            return length
    return 0


def _keys(words: list[Word], at: int) -> tuple[str, ...]:
    return tuple(word.key for word in words[at : at + _MOVED_WORDS])


def _swap(
    changes: list[_Change], before: Words, after: Words, kind: Literal["number", "name"]
) -> Swap:
    """Numbers or names that took another's place, or that one text has and the other has not."""
    out: list[Word] = []
    new: list[Word] = []
    for change in changes:
        gone = [word for word in change.out if getattr(word, kind)]
        come = [word for word in change.new if getattr(word, kind)]
        if gone and come:
            out += _missing(gone, come)
            new += _missing(come, gone)
        else:
            out += (word for word in gone if word.known_by() not in after.known)
            new += (word for word in come if word.known_by() not in before.known)
    out, new = _missing(out, new), _missing(new, out)
    return Swap(tuple(_together(out)), tuple(_together(new)))


def _missing(words: list[Word], others: list[Word]) -> list[Word]:
    """Those of some words that the others have not, as often as they have them less often."""
    left = Counter(word.known_by() for word in others)
    found = []
    for word in words:
        if left[word.known_by()]:
            left[word.known_by()] -= 1
        else:
            found.append(word)
    return found


def _together(words: list[Word]) -> Iterator[str]:
    """The words that stand side by side as one, numbers alone; each once."""
    seen = set()
    for _, run in groupby(
        enumerate(words), key=lambda each: (each[1].at - each[0], each[1].number)
    ):
        group = [word for _, word in run]
        for text in [word.text for word in group] if group[0].number else [_written(group)]:
            if text not in seen:
                seen.add(text)
                yield text


def _written(group: list[Word]) -> str:
    return " ".join(bare(word.text) for word in group)


# -- quotes -------------------------------------------------------------------------------------


def _quotes(old: Texts, new: Texts) -> Swap:
    before, after = _quotes_of(old), _quotes_of(new)
    return Swap(
        tuple(text for key, text in before.items() if key not in after),
        tuple(text for key, text in after.items() if key not in before),
    )


def _quotes_of(texts: Texts) -> dict[str, str]:
    """What stands in quotation marks: its words, and as it is written. One that is not closed goes
    to the end of its paragraph, as where a speech goes on in the next."""
    found: dict[str, str] = {}
    for text in parts_of(texts):
        for quote in typeset_alike(text).split('"')[1::2]:
            key = " ".join(token.casefold() for token in tokens(quote) if is_word(token))
            if key:
                found.setdefault(key, quote.strip())
    return found


# -- all ----------------------------------------------------------------------------------------


def _typeset(texts: Texts) -> tuple[str, ...]:
    """All that is compared, without typography and breaks of paragraphs."""
    return (
        typeset_alike(texts.title),
        typeset_alike(texts.standfirst or ""),
        typeset_alike(" ".join(map(as_read, texts.paragraphs))),
        typeset_alike(" ".join(map(as_read, texts.captions))),
    )
