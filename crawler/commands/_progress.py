"""How far a command is that goes through many bytes or rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TimeRemainingColumn,
)

Told = Callable[[int, int], None]
"""Told of what is done, and of what there is."""


@contextmanager
def bar(command: str) -> Iterator[Told]:
    """A bar of bytes on the terminal; nothing where there is none."""
    with _bar(command, DownloadColumn(binary_units=False)) as tell:
        yield tell


@contextmanager
def rows_bar(command: str) -> Iterator[Told]:
    """A bar of rows on the terminal; nothing where there is none."""
    with _bar(command, MofNCompleteColumn()) as tell:
        yield tell


@contextmanager
def _bar(command: str, numbers: ProgressColumn) -> Iterator[Told]:
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda done, whole: None
        return
    columns = (BarColumn(), numbers, TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as shown:
        task = shown.add_task(command, total=None)
        yield lambda done, whole: shown.update(task, completed=done, total=max(done, whole))
