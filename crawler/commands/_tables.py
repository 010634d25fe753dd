"""Tables that commands print for a person."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table


def show_table(
    out: Console, title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]
) -> None:
    """Print a table under its title; nothing where it has no rows. Columns of numbers stand to the
    right; what is None is a dash."""
    if not rows:
        return
    out.print(f"\n[bold]{title}[/bold]")
    table = Table(box=None, pad_edge=False, header_style="dim")
    for index, column in enumerate(columns):
        numeric = all(isinstance(row[index], int) for row in rows)
        table.add_column(
            column.removesuffix("_at").replace("_", " "),
            justify="right" if numeric else "left",
            overflow="fold",
        )
    for row in rows:
        table.add_row(*(f"{v:,}" if isinstance(v, int) else _plain(v) for v in row))
    out.print(table)


def moment(at: str) -> str:
    """A time of the archive's, to the minute.

    >>> moment("2026-01-02T03:04:05+00:00")
    '2026-01-02 03:04 UTC'
    """
    return f"{at[:16].replace('T', ' ')} UTC"


def _plain(value: object) -> str:
    text = "–" if value is None else str(value)
    return text.replace("[", r"\[")
