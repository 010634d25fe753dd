"""The words of all languages: `data/languages/<language>.toml`, one file a language.

Pages are built from parts in another language than their own, so that most words are looked for in
all languages together. Files are read once, when the first word is asked for.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from typing import Any

from crawler.bundled import folder

_PLACE = re.compile(r"<([a-z_]+)\.([a-z_]+)>")


@cache
def tables() -> dict[str, dict[str, Any]]:
    """What the files say: language (BCP 47) → table → key → words, in the order of their names.

    Raises OSError or tomllib.TOMLDecodeError where a file of the project is broken: mistakes of
    ours that the tests find, not of a page.
    """
    return {
        path.stem: tomllib.loads(path.read_text(encoding="utf-8"))
        for path in sorted(folder("languages").glob("*.toml"))
    }


@cache
def words_of(table: str, key: str) -> tuple[str, ...]:
    """What all languages have under a key, each once."""
    found = (one.get(table, {}).get(key, ()) for one in tables().values())
    return tuple(dict.fromkeys(word for words in found for word in words))


def languages_with(table: str) -> tuple[str, ...]:
    """The languages whose file has a table."""
    return tuple(code for code, tables_of in tables().items() if table in tables_of)


def words_of_one(language: str, table: str, key: str) -> tuple[str, ...]:
    """What one language has under a key."""
    return tuple(tables().get(language, {}).get(table, {}).get(key, ()))


@cache
def pattern(form: str, flags: int = re.IGNORECASE) -> re.Pattern[str]:
    """A pattern with the words of all languages in its places, the longest first.

    form: has places like `<dates.changed>`, for the key of a table: one of its words stands there;
    for `<months.of_words>`, a month's name of two words or more; for `<months.of_latin_words>`,
    one of these in the letters of Western Europe.
    """
    return re.compile(_PLACE.sub(_alternatives, form), flags)


def _names_of_words() -> tuple[str, ...]:
    names = (
        name
        for one in tables().values()
        for table in ("months", "dateparser")
        for key, value in one.get(table, {}).items()
        if key not in ("only_here", "weekdays")
        for name in value.split()
        if "_" in name and not name.isascii()  # else a particle and a name: `of_month`
    )
    return tuple(dict.fromkeys(re.escape(name).replace("_", r"\s") for name in names))


def _alternatives(place: re.Match[str]) -> str:
    if place[1] == "months":
        names = _names_of_words()
        if place[2] == "of_latin_words":
            names = tuple(name for name in names if max(name) <= _LATIN)
        # a look at one letter tells most places from a name's beginning
        begins = "".join({letter for name in names for letter in (name[0], name[0].upper())})
        return f"(?=[{re.escape(begins)}])(?:{_longest_first(names)})"
    return f"(?:{_longest_first(words_of(place[1], place[2]))})"


_LATIN = "\xff"
_AT_EDGE = r"\b"


def _longest_first(words: tuple[str, ...]) -> str:
    """The words as branches. Those that begin at a word's edge have it in common: `re` looks for it
    once, and not once a word."""
    longest = sorted(words, key=len, reverse=True)
    at_edge = [word.removeprefix(_AT_EDGE) for word in longest if word.startswith(_AT_EDGE)]
    others = [word for word in longest if not word.startswith(_AT_EDGE)]
    if len(at_edge) > 1:
        others.append(rf"{_AT_EDGE}(?:{'|'.join(at_edge)})")
    else:
        others = longest
    return "|".join(others)
