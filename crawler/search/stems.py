"""Which forms of a word are one word: its stem, by the language's own rules (Snowball), and its
letters without accents."""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from string import ascii_letters, digits
from typing import Any, cast

from crawler.text import DENSE, only, parted

_ALGORITHMS = {
    "ar": "arabic", "hy": "armenian", "eu": "basque", "ca": "catalan", "cs": "czech",
    "da": "danish", "nl": "dutch", "en": "english", "eo": "esperanto", "et": "estonian",
    "fi": "finnish", "fr": "french", "de": "german", "el": "greek", "hu": "hungarian",
    "id": "indonesian", "ga": "irish", "it": "italian", "lt": "lithuanian", "nb": "norwegian",
    "nn": "norwegian", "no": "norwegian", "fa": "persian", "pl": "polish", "pt": "portuguese",
    "ro": "romanian", "ru": "russian", "sr": "serbian", "st": "sesotho", "es": "spanish",
    "sv": "swedish", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip
# Snowball has Hindi, Nepali and Tamil, too; but the index parts words at their vowel signs.

_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_RUNS = re.compile(r"[^\W_]+")
_LETTERS = re.compile(r"[^\W\d_]{3,30}")
_SIGNS = only(ascii_letters + digits)
_DENSE_LETTER = re.compile(DENSE.pattern)
# letters that have no decomposition in Unicode, and are typed as these
_PLAIN = str.maketrans({"ı": "i", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae",
                        "œ": "oe", "ة": "ه", "ى": "ي", "ی": "ي", "ک": "ك", "ـ": ""})  # fmt: skip


def language_of(tag: str | None) -> str:
    """The language that a tag (BCP 47) names, if its words have stems; else nothing."""
    primary = (tag or "").replace("_", "-").partition("-")[0].lower()
    return primary if primary in _ALGORITHMS else ""


@lru_cache(maxsize=4096)
def keys(word: str, language: str) -> tuple[str, ...]:
    """What all forms of a word have in common; two where it depends on its accents.

    language: as `language_of` gives it; "" for any other, of which only accents and case are
    levelled.

    >>> keys("Rivers", "en"), keys("Häuser", "de"), keys("Αθήνα", "")
    (('river',), ('haus',), ('αθηνα',))
    """
    lower = word.lower()
    bare = fold(lower)
    if not language:
        return (bare,)
    found = [fold(_stemmers.stem(lower, language))]
    if bare != lower:
        found.append(fold(_stemmers.stem(bare, language)))
    return tuple(dict.fromkeys(key for key in found if key)) or (bare,)


def fold(word: str) -> str:
    """A word without case and accents.

    >>> fold("Diyarbakır"), fold("STRASSE") == fold("Straße"), fold("أحمد") == fold("احمد")
    ('diyarbakir', True, True)
    """
    if word.isascii():
        return word.lower()
    parts = unicodedata.normalize("NFKD", word.casefold())
    return "".join(c for c in parts if not unicodedata.combining(c)).translate(_PLAIN)


def indexed(word: str) -> str:
    """A word as the search index has it: in lower case, Latin letters without accents.

    >>> indexed("Élève"), indexed("Αθήνα"), indexed("Straße")
    ('eleve', 'αθήνα', 'straße')
    """
    lower = word.lower()
    if lower.isascii():
        return lower
    apart = unicodedata.normalize("NFD", lower)
    if all(map(unicodedata.combining, _BEYOND_ASCII.findall(apart))):  # Latin letters with accents
        return apart.encode("ascii", "ignore").decode()
    found: list[str] = []
    base = ""
    for letter in apart:
        if unicodedata.combining(letter):
            if base.isascii():
                continue
        else:
            base = letter
        found.append(letter)
    return unicodedata.normalize("NFC", "".join(found))


def words_in(text: str) -> set[str]:
    """The words of a text that may have several forms, in lower case.

    >>> sorted(words_in("Rivers, 3 rivers_and 2nd RIVER"))
    ['and', 'river', 'rivers']
    """
    return words_of(parts_in(text))


def parts_in(text: str) -> list[bytes]:
    """A text in lower case, in parts that are words, nearly all of them, or hold some: UTF-8, for
    `words_of`."""
    lower = text.replace("İ", "i").lower()  # Python makes two characters of it, an i and its dot
    return parted(unicodedata.normalize("NFC", lower), _SIGNS)


def words_of(parts: Iterable[bytes]) -> set[str]:
    """The words in parts of texts that may have several forms."""
    found: set[str] = set()
    for part in parts:
        word = part.decode("utf-8", "surrogatepass")
        if word.isalpha():
            if 3 <= len(word) <= 30:
                found.add(word)
        elif not part.isascii():
            found.update(run for run in _RUNS.findall(word) if _LETTERS.fullmatch(run))
    return found


def forms_of(words: Iterable[str], language: str) -> set[tuple[str, str]]:
    """Words with their keys: (key, word as the index has it). Those that have only one form, as far
    as anybody can know, are left out."""
    found: set[tuple[str, str]] = set()
    plain: list[str] = []
    for word in words:
        if word.isascii():  # nearly all words of most archives: no accents, and nothing dense
            plain.append(word.lower())
        elif not _DENSE_LETTER.search(word):
            form = indexed(word)
            found.update((key, form) for key in keys(word, language) if language or key != form)
    if language and plain:
        stems = _stemmers.stem_all(plain, language)
        found.update((fold(stem) or word, word) for stem, word in zip(stems, plain, strict=True))
    return found


class _Stemmers(threading.local):
    """The stemmers of a thread, for one is not made for several."""

    def __init__(self) -> None:
        self._made: dict[str, Any] = {}

    def stem(self, word: str, language: str) -> str:
        return str(self._of(language).stemWord(word))

    def stem_all(self, words: list[str], language: str) -> list[str]:
        return cast("list[str]", self._of(language).stemWords(words))

    def _of(self, language: str) -> Any:
        if language not in self._made:
            # loaded when the first word is read: most commands read none
            from Stemmer import Stemmer

            # without its cache, which takes ten times as long as to stem a word that is not in it
            self._made[language] = Stemmer(_ALGORITHMS[language], 0)
        return self._made[language]


_stemmers = _Stemmers()
