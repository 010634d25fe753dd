"""Scripts that put no spaces between words: their letters two by two, so that any piece of text is
found."""

from __future__ import annotations

import re
import unicodedata

from crawler.search.query import AllOf, AnyOf, Near, Node, Phrase, Word
from crawler.text import UNSPACED

_RUN = re.compile(f"{UNSPACED.pattern}+")


def letter_pairs(text: str) -> str:
    """What is indexed of a text: the letters of each run, two by two, and its last one alone.

    >>> letter_pairs("東京都は large です")
    '東京 京都 都は は です す'
    """
    if text.isascii() or not UNSPACED.search(text):
        return ""
    runs = _RUN.findall(unicodedata.normalize("NFKC", text))
    return " ".join(run[at : at + 2] for run in runs for at in range(len(run)))


def is_unspaced(node: Node) -> bool | None:
    """Whether all that is looked for is in such a script; None where some is and some is not."""
    kinds = {is_unspaced(part) for part in _inner(node)}
    if kinds:
        return kinds.pop() if len(kinds) == 1 else None
    assert isinstance(node, Word | Phrase)
    letters = "".join(node.text.split())
    return bool(UNSPACED.match(letters)) and bool(_RUN.fullmatch(letters))


def _inner(node: Node) -> tuple[Node, ...]:
    if isinstance(node, AllOf):
        return (*node.parts, *node.without)
    return node.parts if isinstance(node, AnyOf | Near) else ()


def pairs_expression(node: Node) -> str:
    """What finds it, in FTS5's syntax, among letters two by two.

    >>> pairs_expression(Word("東京都"))
    '"東京 京都"'
    """
    if isinstance(node, AllOf):
        found = " AND ".join(map(pairs_expression, node.parts))
        if len(node.parts) > 1:
            found = f"({found})"
        bad = " OR ".join(map(pairs_expression, node.without))
        return f"({found} NOT ({bad}))" if bad else found
    if isinstance(node, AnyOf):
        return f"({' OR '.join(map(pairs_expression, node.parts))})"
    if isinstance(node, Near):
        # letters are counted, not words: two for each
        parts = " ".join(map(pairs_expression, node.parts))
        if "*" not in parts:
            return f"NEAR({parts}, {2 * node.distance})"
        return f"({' AND '.join(map(pairs_expression, node.parts))})"
    runs = _RUN.findall(unicodedata.normalize("NFKC", node.text))
    return f"({' AND '.join(_run(run) for run in runs)})" if len(runs) > 1 else _run(runs[0])


def _run(run: str) -> str:
    if len(run) == 1:
        return f'"{run}" *'
    return '"' + " ".join(run[at : at + 2] for at in range(len(run) - 1)) + '"'
