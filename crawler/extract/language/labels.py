"""What newspapers print over their lists of stories: the table `links` of a language.

A key is a relation, a value the phrases seen on pages; the key `not_stories` has headings over
lists of anything else (services, topics, authors), `story_words` what a story is called in
"previous article" or "next post".
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import NamedTuple, cast

from crawler.extract.language.loader import tables, words_of
from crawler.items import RELATIONS, Relation
from crawler.text import is_unspaced

_OTHERS = "not_stories"
_STORY_WORDS = "story_words"
_TABLE = "links"
_MAX_WHOLE = 48
"""Characters; no phrase of the files is as long, and headlines are."""
_MOST_BESIDE = 3
"""Words beside one of them in what names the story before or after."""
_MAX_LABEL = 100
"""Characters; a longer text is no label."""
_GAPS = re.compile(r"[\W_]+")
_PLAIN_NAME = re.compile("[a-z0-9-]*")
"""A name in markup that is its own words, but for the hyphens."""


class _Letters(dict[int, int | None]):
    """What becomes of a character: accents and vowel signs go, from phrases and labels alike."""

    def __missing__(self, code: int) -> int | None:
        kept = None if unicodedata.category(chr(code)) in ("Mn", "Mc") else code
        self[code] = kept
        return kept


_PLAIN_LETTERS = {
    code: None if code == 0x27 else code if chr(code).isalnum() else 0x20 for code in range(128)
}
"""The same for ASCII, with gaps as spaces and without apostrophes."""
_LETTERS = _Letters({ord("ı"): ord("i"), ord("’"): None, 0x200C: None, 0xAD: None, 0x200B: None})


class Match(NamedTuple):
    """What a label says."""

    relation: Relation
    extent: str
    """whole: the label is the phrase. start: it begins with it. part: it holds it."""


class _Phrases(NamedTuple):
    exact: dict[str, Relation]
    longest: int
    """Words in the longest phrase."""
    first: frozenset[str]
    """The words that phrases begin with: most words of a text are none of them."""
    leading: frozenset[str]
    """The same of phrases of two words and more."""
    longest_unspaced: int
    """Characters in the longest phrase of an unspaced script."""


@lru_cache(maxsize=4_096)
def words(label: str) -> str:
    """A label as comparable words: no case, accents or punctuation, one space between words.

    >>> words("■ KAÇIRMAYIN!"), words("Don’t  Miss:")
    ('kacirmayin', 'dont miss')
    """
    text = label[:_MAX_LABEL].casefold()
    if text.isascii():
        return " ".join(text.translate(_PLAIN_LETTERS).split())
    text = unicodedata.normalize("NFKD", text).translate(_LETTERS)
    return _GAPS.sub(" ", text.replace("'", "")).strip()


@cache
def languages() -> dict[str, dict[Relation, tuple[str, ...]]]:
    """The phrases as the files give them: language → relation → phrases.

    Raises ValueError where a file names an unknown relation: a mistake of ours that the tests find,
    not of a page.
    """
    found: dict[str, dict[Relation, tuple[str, ...]]] = {}
    for code, table in ((c, t[_TABLE]) for c, t in tables().items() if _TABLE in t):
        keys = [key for key in table if key not in (_OTHERS, _STORY_WORDS)]
        unknown = set(keys) - set(RELATIONS)
        if unknown:
            raise ValueError(f"{code}.toml: unknown relation {', '.join(sorted(unknown))}")
        found[code] = {cast("Relation", key): tuple(table[key]) for key in keys}
    return found


def knows(language: str | None) -> bool:
    """Whether the labels of a language are known: what a heading says in no word of theirs is
    something else. language: BCP 47 tag of the page; None where it states none."""
    return language is None or "related" in languages().get(language.split("-")[0].lower(), ())


@cache
def _other_headings() -> frozenset[str]:
    """What stands over lists of anything but stories, in all languages, as comparable words."""
    return frozenset(map(words, words_of(_TABLE, _OTHERS)))


def heads_no_stories(label: str) -> bool:
    """Whether a heading stands over services, topics, people …, in any language.

    >>> heads_no_stories("About us"), heads_no_stories("About the flood")
    (True, False)
    """
    return len(label) <= _MAX_LABEL and words(label) in _other_headings()


@cache
def _story_words() -> frozenset[str]:
    return frozenset(
        word for each in words_of(_TABLE, _STORY_WORDS) for word in words(each).split()
    )


@cache
def _phrases(language: str | None) -> _Phrases:
    """The phrases of one language, or of all together for None."""
    known = languages()
    exact: dict[str, Relation] = {}
    chosen = sorted(known) if language is None else [language] * (language in known)
    # A phrase that two languages use differently means what the wider-read one means by it.
    for code in sorted(chosen, key=lambda code: code != "en"):
        for relation, phrases in known[code].items():
            for phrase in phrases:
                exact.setdefault(words(phrase), relation)
    exact.pop("", None)
    unspaced = [len(p.replace(" ", "")) for p in exact if is_unspaced(p)]
    return _Phrases(
        exact,
        max((p.count(" ") + 1 for p in exact), default=0),
        frozenset(p.partition(" ")[0] for p in exact),
        frozenset(p.partition(" ")[0] for p in exact if " " in p),
        max(unspaced, default=0),
    )


def whole(label: str, language: str | None = None) -> Relation | None:
    """The relation that a label names with all its words; None where it names none.

    >>> whole("Most read:"), whole("Most read in Politics"), whole("Попередня публікація")
    ('popular', None, 'previous')
    """
    if len(label) > _MAX_WHOLE:
        return None
    shown = words(label)
    code = language.split("-")[0].lower() if language else None
    relation = _phrases(code).exact.get(shown) if code else None
    return relation or _phrases(None).exact.get(shown) or _neighbour(shown)


def _neighbour(shown: str) -> Relation | None:
    """What "previous" or "next" says with a word for a story."""
    if not 0 < shown.count(" ") <= _MOST_BESIDE:
        return None
    parts = shown.split(" ")
    rest = [part for part in parts if part not in _story_words()]
    if not 0 < len(rest) < len(parts):
        return None
    relation = _phrases(None).exact.get(" ".join(rest))
    return relation if relation in ("previous", "next") else None


@lru_cache(maxsize=4_096)
def match(label: str, language: str | None = None) -> Match | None:
    """What relation a label names, and with how much of itself; None where it names none.

    label: the text as shown. language: BCP 47 tag of the page, asked first; then all the others.

    >>> match("Don't Miss")
    Match(relation='featured', extent='whole')
    >>> match("Latest from Asia")
    Match(relation='latest', extent='start')
    >>> match("スポーツの最新記事")
    Match(relation='latest', extent='part')
    >>> match("Ministers meet in Paris") is None
    True
    """
    if len(label) > _MAX_LABEL:
        return None
    shown = words(label)
    if not shown:
        return None
    relation = whole(label, language)
    if relation:
        return Match(relation, "whole")
    code = language.split("-")[0].lower() if language else None
    for table in (_phrases(code), _phrases(None)) if code else (_phrases(None),):
        found = _within(shown, table)
        if found:
            return found
    return None


def _within(shown: str, table: _Phrases) -> Match | None:
    """The longest phrase that a label begins with, else that it holds."""
    if is_unspaced(shown):
        text = shown.replace(" ", "")
        for size in range(min(len(text), table.longest_unspaced), 1, -1):
            for start in range(len(text) - size + 1):
                relation = table.exact.get(text[start : start + size])
                if relation:
                    return Match(relation, "part" if start else "start")
        return None
    parts = shown.split(" ")
    starts = [i for i, word in enumerate(parts) if word in table.first]
    if not starts:
        return None
    best: Match | None = None
    for size in range(min(len(parts), table.longest), 0, -1):
        for start in starts:
            if start + size > len(parts):
                break
            phrase = " ".join(parts[start : start + size])
            # A short word says little unless it stands alone: "top", "pr", "new" are in any text.
            if size == 1 and (len(phrase) < _least(phrase) or (start and len(parts) > 4)):
                continue
            relation = table.exact.get(phrase)
            if relation is None:
                continue
            if start == 0:
                return Match(relation, "start")
            best = best or Match(relation, "part")
    return best


def _least(word: str) -> int:
    """Letters of a word that says something in any place; vowels are none in scripts of India."""
    return 4 if "\u0900" <= word[0] < "\u0e00" else 6


def phrase_in(text: str) -> Relation | None:
    """The relation that a phrase of two words or more in `text` names, in any language; None where
    there is none. For names in markup, where one word says too little.

    >>> phrase_in("widget noticias relacionadas"), phrase_in("news")
    ('related', None)
    """
    table = _phrases(None)
    if _PLAIN_NAME.fullmatch(text) and table.leading.isdisjoint(text.split("-")):
        return None
    # Names are many and each is asked for once: they would only push the labels out of the cache.
    parts = words.__wrapped__(text).split(" ")
    starts = [i for i, word in enumerate(parts[:-1]) if word in table.leading]
    if not starts:
        return None
    for size in range(min(len(parts), table.longest), 1, -1):
        for start in starts:
            if start + size > len(parts):
                break
            relation = table.exact.get(" ".join(parts[start : start + size]))
            if relation:
                return relation
    return None
