"""How far a command is that goes through many bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn

Told = Callable[[int, int], None]
"""Told of the bytes that are done, and of those there are."""


@contextmanager
def bar(command: str) -> Iterator[Told]:
    """A bar on the terminal; nothing where there is none."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda done, whole: None
        return
    columns = (BarColumn(), DownloadColumn(binary_units=False), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as shown:
        task = shown.add_task(command, total=None)
        yield lambda done, whole: shown.update(task, completed=done, total=max(done, whole))
