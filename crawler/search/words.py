"""The words in what is no operator: `co-op`, `it's`, `river!`, `flood*`, `東京river`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from crawler.search.query import Node, Phrase, Word
from crawler.text import UNSPACED

_TOKEN = re.compile(r"[^\W_]+")
_UNSPACED = re.compile(f"({UNSPACED.pattern}+)")


def tokens(text: str) -> list[str]:
    """The words of a text as the search index parts them; what is written without spaces between
    words is one."""
    return [token for piece in _pieces(text) for token in _tokens(piece)]


def parts(run: str) -> list[Node]:
    """What is looked for of a run of characters without white space; nothing where it has neither
    letters nor digits.

    >>> parts("co-op"), parts("river!"), parts("flood*")
    ([Phrase(text='co op')], [Word(text='river', begins=False)], [Word(text='flood', begins=True)])
    """
    found: list[Node] = []
    for piece in _pieces(run):
        words = _tokens(piece)
        if len(words) == 1:
            found.append(Word(words[0], piece.endswith("*")))
        elif words:
            found.append(Phrase(" ".join(words)))
    return found


def phrase(text: str) -> Phrase | None:
    """What stands in quotation marks; None where it has neither letters nor digits."""
    words = tokens(text)
    return Phrase(" ".join(words)) if words else None


def _pieces(text: str) -> Iterator[str]:
    """A text where its script changes to one without spaces between words, or back."""
    return filter(None, _UNSPACED.split(text))


def _tokens(piece: str) -> list[str]:
    return [piece] if _UNSPACED.fullmatch(piece) else _TOKEN.findall(piece)
