"""Where a text has what was looked for: pieces of it, so that whoever shows them need not trust
markup in a stranger's text."""

from __future__ import annotations

import re
from typing import TypeAlias

from crawler.search.query import Node, Phrase, Word

Pieces: TypeAlias = tuple[tuple[str, bool], ...]
"""A text in pieces: what it says, and whether that is a hit."""

BEGIN, END = "\x02", "\x03"
"""What the engine sets around a hit. Archived texts have no control characters (`crawler.text`)."""
_AROUND = 90
"""Characters before and after a hit in a passage."""


def pieces(marked: str) -> Pieces:
    """A text with marks around its hits, in pieces.

    >>> pieces("the \\x02river\\x03 rose")
    (('the ', False), ('river', True), (' rose', False))
    """
    found: list[tuple[str, bool]] = []
    for number, part in enumerate(marked.split(BEGIN)):
        hit, end, rest = part.partition(END) if number else ("", "", part)
        if number and not end:
            hit, rest = "", hit
        found += [(text, is_hit) for text, is_hit in ((hit, True), (rest, False)) if text]
    return tuple((text.replace(END, ""), is_hit) for text, is_hit in found)


def plain(text: str) -> Pieces:
    """A text without hits."""
    return ((text, False),) if text else ()


def sought(node: Node | None) -> list[str]:
    """What is looked for, as it stands in texts: without what must not be there."""
    if node is None:
        return []
    if isinstance(node, Word | Phrase):
        return [node.text]
    return [text for part in node.parts for text in sought(part)]


def mark(text: str, wanted: list[str]) -> Pieces:
    """A text with what stands in it letter by letter as a hit: for scripts without spaces, which
    the engine's marks do not know."""
    if not wanted or not text:
        return plain(text)
    parts = sorted({part for each in wanted for part in each.split()}, key=len, reverse=True)
    found = re.split(f"({'|'.join(map(re.escape, parts))})", text, flags=re.IGNORECASE)
    return tuple((part, bool(number % 2)) for number, part in enumerate(found) if part)


def passage(text: str, wanted: list[str]) -> Pieces:
    """The place in a text where the first hit is; its beginning where there is none."""
    flat = " ".join(text.split())
    places = [flat.casefold().find(part.casefold()) for each in wanted for part in each.split()]
    at = min((place for place in places if place >= 0), default=0)
    start, end = max(at - _AROUND, 0), at + 2 * _AROUND
    cut = ("…" if start else "") + flat[start:end] + ("…" if end < len(flat) else "")
    return mark(cut, wanted)
