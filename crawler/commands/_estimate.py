"""`crawl news --estimate`: stories, days and bytes, before anything is archived."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.table import Table

from crawler.bundled import PROGRAM
from crawler.commands._shared import console, say

if TYPE_CHECKING:
    from crawler.estimate import Estimate

_UNITS = ("B", "kB", "MB", "GB", "TB")


def show(found: Sequence[Estimate]) -> int:
    """Print what was found out; returns the exit code."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("paper", "stories", "days", "bytes", "as told by"):
        table.add_column(column, justify="left" if column in ("paper", "as told by") else "right")
    for each in found:
        if each.failed is not None:
            say(
                f"{PROGRAM} crawl: {each.paper.addresses[0]} could not be asked: {each.failed}."
                " Check the address, or try again later"
            )
            continue
        about = "about " if each.is_sampled else ""
        table.add_row(
            each.paper.name,
            "unknown" if each.stories is None else f"{about}{each.stories:,}",
            "–" if each.days is None else f"{each.days:,.1f}",
            "–" if each.bytes is None else size(each.bytes),
            each.by or "no sitemap and no WordPress list",
        )
    if table.row_count:
        console().print(table)
        print(
            "Days are those of a first crawl at the pace that each server is asked at; bytes are"
            " those of the pages as sent. Nothing was archived."
        )
    return 3 if any(each.failed is not None for each in found) else 0


def size(number: float) -> str:
    """Bytes, for a person.

    >>> size(1_234_567)
    '1.2 MB'
    """
    unit = 0
    while number >= 1_000 and unit < len(_UNITS) - 1:
        number, unit = number / 1_000, unit + 1
    return f"{number:.1f} {_UNITS[unit]}" if unit else f"{number:.0f} B"
