"""What somebody typed, cut into quotations, fields, operators, brackets and words. Nothing is
refused: what is nothing else is a word."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal, TypeAlias

from crawler.text import clean

MAX_CHARACTERS = 4_000
"""Of a query that are read."""

FIELDS = (
    "author", "section", "tag", "site", "lang", "before", "after", "since", "until", "date",
    "edited", "read",
)  # fmt: skip
_SAME = {"language": "lang", "authors": "author", "tags": "tag", "by": "author"}

Kind: TypeAlias = Literal["word", "phrase", "field", "not", "or", "and", "near", "open", "close"]


@dataclass(frozen=True, slots=True)
class Token:
    """One piece."""

    kind: Kind
    text: str
    """Of a phrase what is in the quotation marks; of a field its value; of NEAR the distance; of
    others as typed."""
    name: str = ""
    """Of a field."""
    is_closed: bool = True
    """False: a quotation mark that was opened is the last there is."""


_QUOTES = '"“”„‟«»「」『』'
_TOKEN = re.compile(
    rf"""\s+
    | (?P<near>NEAR\s*(?:/\s*(?P<distance>\d{{1,6}}))?(?=[\s(]))
    | (?P<open>\()
    | (?P<close>\))
    | (?P<field>(?<![^\s(\-−])(?P<name>[A-Za-z]+):[ ]?
        (?:[{_QUOTES}](?P<quoted>[^{_QUOTES}]*)(?P<end>[{_QUOTES}]|$)
            | (?P<value>[^\s(){_QUOTES}]+)))
    | [{_QUOTES}](?P<phrase>[^{_QUOTES}]*)(?P<closed>[{_QUOTES}]|$)
    | (?P<not>(?<![^\s(])[-−–](?=[^\s\-−–)]))
    | (?P<word>[^\s(){_QUOTES}]+)""",
    re.VERBOSE,
)
_WORD_ALONE = re.compile(rf"[^\s(){_QUOTES}]+")
_OPERATORS: dict[str, Kind] = {"OR": "or", "|": "or", "||": "or", "AND": "and", "&&": "and",
                               "NOT": "not"}  # fmt: skip


def readable(text: str) -> tuple[str, bool]:
    """A query without control characters, in Unicode's composed form, and whether it had to be cut
    off."""
    fit = clean(text[: MAX_CHARACTERS + 1].replace("\0", " "))
    fit = unicodedata.normalize("NFC", fit)
    return fit[:MAX_CHARACTERS].strip(), len(text) > MAX_CHARACTERS


def tokens(text: str) -> list[Token]:
    """The pieces of a text that `readable` gave.

    >>> [token.kind for token in tokens('river -"town hall" site:news.example OR')]
    ['word', 'not', 'phrase', 'field', 'or']
    """
    found: list[Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        assert match is not None, "whatever is nothing else is a word"
        name = _field(match["name"]) if match["field"] else ""
        if match["field"] and not name:
            match = _WORD_ALONE.match(text, at)
            assert match is not None
            found.append(Token("word", match[0]))
        elif (token := _token(match, name)) is not None:
            found.append(token)
        at = match.end()
    return found


def _field(name: str) -> str:
    known = _SAME.get(name.lower(), name.lower())
    return known if known in FIELDS else ""


def _token(match: re.Match[str], name: str) -> Token | None:
    if match["field"]:
        value = match["value"] if match["quoted"] is None else match["quoted"]
        return Token("field", value.strip(), name, is_closed=match["end"] != "")
    if match["phrase"] is not None:
        return Token("phrase", match["phrase"], is_closed=bool(match["closed"]))
    if match["near"]:
        return Token("near", match["distance"] or "")
    if match["word"]:
        return Token(_OPERATORS.get(match["word"], "word"), match["word"])
    for kind in ("open", "close", "not"):
        if match[kind]:
            return Token(kind, match[0])
    return None
