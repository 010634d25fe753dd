"""The words of a revision's texts: which are numbers, and which are parts of names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from crawler.history.reader_text import as_read, typeset_alike
from crawler.history.words import is_word, tokens

_CASED = 0.5
"""Letters of scripts with upper and lower case, as a share of all; below, nothing tells a name."""
_NOUNS_WITH_CAPITALS, _TELLING = 0.25, 60
"""Words with a capital within sentences, as a share; above, all nouns have one, as in German. So
many words tell it where the language is not known."""
_WITH_CAPITALS = 0.6
"""The same in a headline of which all words have one."""
_NOUN_LANGUAGES = frozenset({"de", "lb", "nds", "gsw"})
_GROUPED = re.compile(r"\d{1,3}(?:[.,' ]\d{3})+")
_POSSESSIVE = re.compile(r"['’]s?$")
_ELIDED = re.compile(r"^[^\W\d_]{1,4}['’](?=\w{2})")
_STOP = "."
_STARTS = frozenset(".!?…:\"'“”„«»‹›‘‚¿¡•–—|。！？：「『।؟۔")
"""Behind them a sentence may begin."""
_SHORT = 3
"""Letters of a title or initial that ends with a full stop and begins no sentence: Dr., J."""


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts of one revision, as far as a reader sees them."""

    title: str = ""
    standfirst: str | None = None
    paragraphs: Sequence[str] = ()
    captions: Sequence[str] = ()
    language: str | None = None
    """BCP 47; None where nobody knows."""


@dataclass(slots=True)
class Word:
    """A word of a text, with what it may be."""

    text: str
    key: str
    """As it is compared: typography is folded, case is not."""
    at: int
    """Its place in the whole text; the next word is the next but behind a mark."""
    first: bool
    """Whether a sentence may begin with it."""
    name: bool = False

    @property
    def number(self) -> bool:
        """Whether there is a digit in it."""
        return any(map(str.isdecimal, self.text))

    @property
    def capital(self) -> bool:
        """Whether it begins as names do."""
        word = _ELIDED.sub("", self.text)
        return word[:1].isupper() and sum(map(str.isalpha, word)) > 1

    def known_by(self) -> str:
        """What it has in common with other mentions of the same number or name."""
        if self.number:
            return _number_key(self.text)
        return bare(self.key).casefold()


class Words:
    """The words of a text, part by part."""

    def __init__(self, texts: Texts) -> None:
        self._next = 0
        self.title = self._read(texts.title)
        self.standfirst = self._read(texts.standfirst or "")
        self.paragraphs = [self._read(each) for each in texts.paragraphs]
        self.captions = [self._read(each) for each in texts.captions]
        parts = [self.title, self.standfirst, *self.paragraphs, *self.captions]
        self.all = [word for part in parts for word in part]
        self.known = {word.known_by() for word in self.all if word.number or word.capital}
        self.prose = [w for part in (self.standfirst, *self.paragraphs) for w in part]
        self.language = (texts.language or "").partition("-")[0].lower()

    def _read(self, text: str) -> list[Word]:
        found: list[Word] = []
        first = True
        self._next += 1
        for token in tokens(as_read(text)):
            if is_word(token):
                key = token if token.isascii() else typeset_alike(token)
                found.append(Word(token, key, self._next, first))
                first = False
                self._next += 1
            elif not (token.isspace() or (token == _STOP and found and _is_short(found[-1].text))):
                first = first or token[0] in _STARTS
                self._next += 1
        return found


def bare(word: str) -> str:
    """A word without article before and genitive behind it: l’Intérieur, Petersen’s."""
    return _POSSESSIVE.sub("", _ELIDED.sub("", word))


def _is_short(word: str) -> bool:
    return len(word) <= _SHORT and word[:1].isupper()


@lru_cache(maxsize=4096)
def _number_key(text: str) -> str:
    """A number without what is only its style: ASCII digits, no thousands separators, no %."""
    text = "".join(str(unicodedata.decimal(each, each)) for each in typeset_alike(text))
    text = text.strip(" %‰٪")
    return re.sub(r"\D", "", text) if _GROUPED.fullmatch(text) else text.casefold()


def has_case(texts: Texts) -> bool:
    """Whether a text is in a script with upper and lower case, so that names can be told."""
    cased = other = 0
    for text in parts_of(texts):
        for letter in text:
            if letter.isalpha():
                if letter.lower() != letter.upper() and not "\u10d0" <= letter <= "\u10ff":
                    cased += 1
                else:
                    other += 1
    return cased >= _CASED * (cased + other) if cased else False


def mark_names(before: Words, after: Words) -> None:
    """Note which words of two texts are parts of names, by both."""
    sides = (before, after)
    nouns = before.language in _NOUN_LANGUAGES or after.language in _NOUN_LANGUAGES
    if not (before.language or after.language):
        prose = before.prose + after.prose
        nouns = len(prose) >= _TELLING and _share_of_capitals(prose) >= _NOUNS_WITH_CAPITALS
    in_lower_case = {w.key for side in sides for w in side.all if not w.capital}
    for side in sides:
        for part in (side.standfirst, *side.paragraphs, *side.captions):
            _mark(part, in_lower_case, nouns=nouns)
        if _share_of_capitals(side.title) < _WITH_CAPITALS:
            _mark(side.title, in_lower_case, nouns=nouns)
    if nouns:
        return
    known = {word.known_by() for side in sides for word in side.all if word.name}
    for side in sides:
        for word in side.all:
            word.name = word.name or (word.capital and word.known_by() in known)


def _mark(words: list[Word], in_lower_case: set[str], *, nouns: bool) -> None:
    """nouns: whether all nouns have capitals, so that only two together are a name."""
    capital = [
        word.capital and not (word.first and word.key.casefold() in in_lower_case) for word in words
    ]
    for at, word in enumerate(words):
        if not capital[at]:
            continue
        beside = (at > 0 and capital[at - 1] and words[at - 1].at == word.at - 1) or (
            at + 1 < len(words) and capital[at + 1] and words[at + 1].at == word.at + 1
        )
        word.name = beside if nouns or word.first else True


def _share_of_capitals(words: Iterable[Word]) -> float:
    """Of words of some length within sentences."""
    within = [word for word in words if not word.first and len(word.text) > _SHORT]
    return sum(word.capital for word in within) / len(within) if within else 0.0


def parts_of(texts: Texts) -> Iterator[str]:
    """Title, standfirst, paragraphs and captions, one by one."""
    yield texts.title
    yield texts.standfirst or ""
    yield from texts.paragraphs
    yield from texts.captions
