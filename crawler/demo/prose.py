"""The few marks of CommonMark that the paper's stories are written in.

Blank lines separate pieces. A piece is a paragraph or begins with `## ` (heading), `- ` or `1. `
(list), `> ` (quote), `|` (table, first row is the head), `![caption](alt text)` (figure) or
`@also slug` (a promo for another story). Inline: `*em*`, `**strong**` and `[text](slug)`, where
the slug of another story may carry a query string.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape
from typing import Literal

_LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")
_STRONG = re.compile(r"\*\*([^*]+)\*\*")
_EM = re.compile(r"\*([^*]+)\*")
_FIGURE = re.compile(r"!\[(.*)\]\((.*)\)$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Piece:
    """One block of a story, its text still with inline marks."""

    type: Literal["paragraph", "heading", "list", "quote", "figure", "table", "promo"]
    lines: tuple[str, ...]
    """list: one an item; table: one a row, cells apart by tabs; figure: caption, then alt text;
    promo: a slug; else: the text."""
    ordered: bool = False

    def text(self) -> str:
        """The piece as plain text, in the form of `crawler.items.Block.text`."""
        lines = self.lines[:1] if self.type == "figure" else self.lines
        return "\n".join(plain(line) for line in lines)


def read(text: str) -> tuple[Piece, ...]:
    """The pieces of a story's text, in order.

    >>> [(p.type, p.text()) for p in read("One *two*\\nthree.\\n\\n## Four\\n\\n- five\\n- six")]
    [('paragraph', 'One two three.'), ('heading', 'Four'), ('list', 'five\\nsix')]
    """
    return tuple(_piece(part.strip()) for part in re.split(r"\n\s*\n", text) if part.strip())


def _piece(part: str) -> Piece:
    lines = [line.strip() for line in part.splitlines()]
    if part.startswith("## "):
        return Piece("heading", (part[3:].strip(),))
    if part.startswith("@also "):
        return Piece("promo", (part[6:].strip(),))
    if figure := _FIGURE.match(part):
        return Piece("figure", (figure[1].replace("\n", " "), figure[2]))
    if part.startswith("- "):
        return Piece("list", tuple(line.removeprefix("- ") for line in lines))
    if part.startswith("1. "):
        return Piece("list", tuple(re.sub(r"^\d+\. ", "", line) for line in lines), ordered=True)
    if part.startswith(">"):
        return Piece("quote", (" ".join(line.lstrip("> ") for line in lines),))
    if part.startswith("|"):
        return Piece("table", tuple(_row(line) for line in lines))
    return Piece("paragraph", (" ".join(lines),))


def _row(line: str) -> str:
    return "\t".join(cell.strip() for cell in line.strip("|").split("|"))


def plain(inline: str) -> str:
    """Inline text without its marks.

    >>> plain("See **[the plan](weir-plan)** today.")
    'See the plan today.'
    """
    return _EM.sub(r"\1", _STRONG.sub(r"\1", _LINK.sub(r"\1", inline)))


def markup(inline: str, address: Callable[[str], str]) -> str:
    """Inline text as HTML. address: from a link's target to its `href`.

    >>> markup("A & [b](c)", lambda slug: f"/{slug}/")
    'A &amp; <a href="/c/">b</a>'
    """
    html = escape(inline, quote=False)
    html = _LINK.sub(lambda m: f'<a href="{address(m[2])}">{m[1]}</a>', html)
    return _EM.sub(r"<em>\1</em>", _STRONG.sub(r"<strong>\1</strong>", html))


def links(pieces: tuple[Piece, ...]) -> Iterator[tuple[str, str, str]]:
    """(relation, text, slug) of each link to another story, in reading order."""
    for piece in pieces:
        if piece.type == "promo":
            yield "also_read", "", piece.lines[0]
            continue
        for line in piece.lines:
            for text, target in _LINK.findall(line):
                yield "inline", plain(text), target.partition("?")[0]
