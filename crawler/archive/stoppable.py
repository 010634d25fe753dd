"""Statements that may take long, and that a signal breaks off."""

from __future__ import annotations

import signal
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

_STEPS = 100_000
"""Of SQLite's machine between two looks: some milliseconds."""


@contextmanager
def stoppable(connection: sqlite3.Connection) -> Iterator[None]:
    """Around statements that may take long, in the main thread: Python does not answer signals
    while SQLite is at work. What Ctrl-C and SIGTERM do elsewhere they do here as soon as the
    statement has been broken off."""
    got: list[int] = []

    def note(signum: int, frame: object) -> None:
        got.append(signum)

    kept = {signum: signal.signal(signum, note) for signum in (signal.SIGINT, signal.SIGTERM)}
    connection.set_progress_handler(lambda: bool(got), _STEPS)
    try:
        yield
    except sqlite3.OperationalError:
        if not got:
            raise
    finally:
        connection.set_progress_handler(None, 0)
        for signum, handler in kept.items():
            signal.signal(signum, handler)
        if got:
            signal.raise_signal(got[0])
