"""A query's words in the syntax of SQLite's FTS5."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product

from crawler.search.query import AnyOf, Near, Node, Phrase, Word
from crawler.text import DENSE

Forms = Callable[[str], Sequence[str]]
"""Gives the forms of a word that texts have, itself among them."""

_MAX_NEARS = 48
"""NEARs that one with words in several forms becomes; beyond that words are as typed."""


def expression(node: Node, forms: Forms) -> str:
    """What FTS5 understands; it never has anything of its syntax from the text.

    >>> forms = {"rivers": ["rivers", "river"]}
    >>> expression(Word("rivers"), lambda word: forms.get(word, [word]))
    '("rivers" OR "river")'
    """
    if isinstance(node, Word):
        return (
            _either([quoted(form) for form in forms(node.text)])
            if _has_forms(node)
            else _begins(node)
        )
    if isinstance(node, Phrase):
        return quoted(node.text)
    if isinstance(node, Near):
        return _near(node, forms)
    if isinstance(node, AnyOf):
        return _either([expression(part, forms) for part in node.parts])
    found = " AND ".join(expression(part, forms) for part in node.parts)
    if len(node.parts) > 1:
        found = f"({found})"
    if node.without:
        found = f"({found} NOT {_either([expression(bad, forms) for bad in node.without])})"
    return found


def quoted(text: str) -> str:
    """A text as FTS5 takes it for words and nothing else."""
    return '"' + text.replace('"', '""') + '"'


def _has_forms(word: Word) -> bool:
    return not word.begins and not DENSE.fullmatch(word.text)


def _begins(word: Word) -> str:
    return f"{quoted(word.text)} *"


def _either(choices: Sequence[str]) -> str:
    distinct = list(dict.fromkeys(choices))
    return distinct[0] if len(distinct) == 1 else f"({' OR '.join(distinct)})"


def _near(node: Near, forms: Forms) -> str:
    choices = [
        [quoted(form) for form in forms(part.text)]
        if isinstance(part, Word) and _has_forms(part)
        else [_begins(part) if isinstance(part, Word) else quoted(part.text)]
        for part in node.parts
    ]
    number = 1
    for each in choices:
        number *= len(each)
    if number > _MAX_NEARS:
        choices = [each[:1] for each in choices]
    return _either([f"NEAR({' '.join(each)}, {node.distance})" for each in product(*choices)])
