"""What newspapers print over their lists of stories: `data/lexicon/<language>.toml`.

A file is a language (BCP 47), a key in it a relation, a value the phrases seen on pages; the key
`not_stories` has headings over lists of anything else (services, topics, authors). To teach a
language, add a file: no code names any of them.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache, lru_cache
from typing import NamedTuple, cast

from crawler.bundled import folder
from crawler.items import RELATIONS, Relation
from crawler.text import UNSPACED

FOLDER = folder("lexicon")

_OTHERS = "not_stories"
_MAX_WHOLE = 48
"""Characters; no phrase of the files is as long, and headlines are."""
_MAX_LABEL = 100
"""Characters; a longer text is no label."""
_GAPS = re.compile(r"[\W_]+")


class _Letters(dict[int, int | None]):
    """What becomes of a character: accents and vowel signs go, from phrases and labels alike."""

    def __missing__(self, code: int) -> int | None:
        kept = None if unicodedata.category(chr(code)) == "Mn" else code
        self[code] = kept
        return kept


_PLAIN_LETTERS = {
    code: None if code == 0x27 else code if chr(code).isalnum() else 0x20 for code in range(128)
}
"""The same for ASCII, with gaps as spaces and without apostrophes."""
_LETTERS = _Letters({ord("ı"): ord("i"), ord("’"): None, 0x200C: None})


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
def _files() -> dict[str, dict[str, list[str]]]:
    """What the files say: language → key → phrases. Raises as `languages`."""
    return {
        path.stem: tomllib.loads(path.read_text(encoding="utf-8"))
        for path in sorted(FOLDER.glob("*.toml"))
    }


@cache
def languages() -> dict[str, dict[Relation, tuple[str, ...]]]:
    """The phrases as the files give them: language → relation → phrases.

    Raises OSError or tomllib.TOMLDecodeError where a file of the project is broken, ValueError
    where it names an unknown relation: mistakes of ours that the tests find, not of a page.
    """
    found: dict[str, dict[Relation, tuple[str, ...]]] = {}
    for code, table in _files().items():
        unknown = table.keys() - set(RELATIONS) - {_OTHERS}
        if unknown:
            raise ValueError(f"{code}.toml: unknown relation {', '.join(sorted(unknown))}")
        found[code] = {cast("Relation", key): tuple(table[key]) for key in table if key != _OTHERS}
    return found


@cache
def _other_headings() -> frozenset[str]:
    """What stands over lists of anything but stories, in all languages, as comparable words."""
    return frozenset(words(p) for table in _files().values() for p in table.get(_OTHERS, ()))


def heads_no_stories(label: str) -> bool:
    """Whether a heading stands over services, topics, people …, in any language.

    >>> heads_no_stories("About us"), heads_no_stories("About the flood")
    (True, False)
    """
    return len(label) <= _MAX_LABEL and words(label) in _other_headings()


@cache
def _phrases(language: str | None) -> _Phrases:
    """The phrases of one language, or of all together for None."""
    tables = languages()
    exact: dict[str, Relation] = {}
    chosen = sorted(tables) if language is None else [language] * (language in tables)
    # A phrase that two languages use differently means what the wider-read one means by it.
    for code in sorted(chosen, key=lambda code: code != "en"):
        for relation, phrases in tables[code].items():
            for phrase in phrases:
                exact.setdefault(words(phrase), relation)
    exact.pop("", None)
    unspaced = [len(p.replace(" ", "")) for p in exact if UNSPACED.search(p)]
    return _Phrases(
        exact,
        max((p.count(" ") + 1 for p in exact), default=0),
        frozenset(p.partition(" ")[0] for p in exact),
        frozenset(p.partition(" ")[0] for p in exact if " " in p),
        max(unspaced, default=0),
    )


def whole(label: str, language: str | None = None) -> Relation | None:
    """The relation that a label names with all its words; None where it names none.

    >>> whole("Most read:"), whole("Most read in Politics")
    ('popular', None)
    """
    if len(label) > _MAX_WHOLE:
        return None
    shown = words(label)
    code = language.split("-")[0].lower() if language else None
    relation = _phrases(code).exact.get(shown) if code else None
    return relation or _phrases(None).exact.get(shown)


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
    tables = (_phrases(code), _phrases(None)) if code else (_phrases(None),)
    for table in tables:
        found = _within(shown, table)
        if found:
            return found
    return None


def _within(shown: str, table: _Phrases) -> Match | None:
    """The longest phrase that a label begins with, else that it holds."""
    if UNSPACED.search(shown):
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
            if size == 1 and (len(phrase) < 6 or (start and len(parts) > 4)):
                continue
            relation = table.exact.get(phrase)
            if relation is None:
                continue
            if start == 0:
                return Match(relation, "start")
            best = best or Match(relation, "part")
    return best


def phrase_in(text: str) -> Relation | None:
    """The relation that a phrase of two words or more in `text` names, in any language; None where
    there is none. For names in markup, where one word says too little.

    >>> phrase_in("widget noticias relacionadas"), phrase_in("news")
    ('related', None)
    """
    table = _phrases(None)
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


def relation_of(label: str, language: str | None = None) -> Relation | None:
    """The relation that a label names, in any language known; None where it names none.

    >>> relation_of("MEISTGELESEN"), relation_of("Kaçırmayın"), relation_of("Weather")
    ('popular', 'featured', None)
    """
    found = match(label, language)
    return found.relation if found else None
