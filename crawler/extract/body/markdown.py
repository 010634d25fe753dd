"""CommonMark's special characters (CommonMark 0.31.2, 2.4)."""

from __future__ import annotations

import re

BREAK = "\x00"
"""A line break, until the text around it is known."""
_LINE_START = re.compile(r"^(#{1,6}(?=\s)|[-+](?=\s)|=+$|~{3})", re.MULTILINE)
_LIST_NUMBER = re.compile(r"^(\d{1,9})([.)])(?=\s)", re.MULTILINE)
_ESCAPED = re.compile(r"\\([\\`*_\[\]<>])")
_TICKS = re.compile(r"`+")
_SPECIAL = str.maketrans({mark: f"\\{mark}" for mark in "\\`*_[]<>"})


def escaped(text: str) -> str:
    """Text that CommonMark shows as it is, wherever it stands in a line.

    >>> print(escaped("2 * 3 [sic]"))
    2 \\* 3 \\[sic\\]
    """
    # Looking for each is a tenth of the work of a pattern, and most texts have none.
    for mark in "*_[]<>`\\":
        if mark in text:
            return text.translate(_SPECIAL)
    return text


def code(markdown: str) -> str:
    """A code span of escaped text, which nothing in it ends (CommonMark 0.31.2, 6.1).

    >>> print(code(escaped("a*b")), code(escaped("`x` <b>")))
    `a*b` `` `x` <b> ``
    """
    text = _ESCAPED.sub(r"\1", markdown)
    fence = "`" * (1 + max(map(len, _TICKS.findall(text)), default=0))
    space = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{space}{text}{space}{fence}"


def target(url: str) -> str:
    """An address as the target of a link: it must not hold the bracket that ends it."""
    return url.replace("(", "%28").replace(")", "%29")


def paragraphs(raw: str) -> list[str]:
    """Text split at double line breaks, white space collapsed, single breaks kept."""
    if BREAK not in raw:
        return [" ".join(raw.split())]
    found = []
    piece: list[str] = []
    for line in raw.split(BREAK):
        flat = " ".join(line.split())
        if flat:
            piece.append(flat)
        elif piece:
            found.append("\n".join(piece))
            piece = []
    if piece:
        found.append("\n".join(piece))
    return found


def lines(markdown: str) -> str:
    """Lines that start no list, heading or rule, with hard breaks between them."""
    if "\n" not in markdown and not markdown[:1].isdecimal() and markdown[:1] not in "#-+=~":
        return markdown  # nearly all: the patterns would be tried at every character
    text = _LIST_NUMBER.sub(r"\1\\\2", _LINE_START.sub(r"\\\1", markdown))
    return text.replace("\n", "\\\n")
