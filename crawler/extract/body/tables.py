"""Data tables inside a body, told from tables that only lay out the page."""

from __future__ import annotations

from lxml.html import HtmlElement

from crawler.extract.body.markdown import escaped
from crawler.extract.page import spaced_text
from crawler.items import Block

_MAX_CELLS = 5_000
_MAX_CELL = 400
"""Characters; a longer cell is prose, and the table layout."""


def table_block(element: HtmlElement) -> Block | None:
    """A <table> as a block, or None where it is layout, to be walked through."""
    if next(element.iterdescendants("table"), None) is not None:
        return None
    rows = []
    size = 0
    for row in element.iter("tr"):
        cells = [spaced_text(cell) for cell in row if cell.tag in ("td", "th")]
        size += len(cells)
        if size > _MAX_CELLS or any(len(cell) > _MAX_CELL for cell in cells):
            return None
        if any(cells):
            rows.append(cells)
    width = max(map(len, rows), default=0)
    if len(rows) < 2 or width < 2:
        return None
    lines = []
    for cells in rows:
        padded = [escaped(cell).replace("|", "\\|") for cell in cells]
        padded += [""] * (width - len(cells))
        lines.append(f"| {' | '.join(padded)} |")
    lines.insert(1, "|" + " --- |" * width)
    return Block("table", "\n".join("\t".join(cells) for cells in rows), "\n".join(lines))
