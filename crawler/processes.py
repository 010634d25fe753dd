"""Processes of this program that work for another one: they start without what only that one needs,
are deaf to what ends it, and never outlive it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import wait
from types import ModuleType

START_METHOD = "spawn"
"""Never fork: whoever starts them may have threads and open connections."""
ENDING: frozenset[signal.Signals] = (
    frozenset({signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
    if sys.platform != "win32"
    else frozenset()
)
"""Signals to a process group that the process at work for itself alone answers."""


@contextmanager
def starting() -> Iterator[None]:
    """While processes are started: from an empty main module, with the signals that end us held
    back.

    A spawned process imports the main module of its parent, which may be all of Scrapy: a second
    and a hundred megabytes. Signals come to the whole group, from a terminal or from systemd: a
    child is born with them held back, and ignores them before it looks.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    before: set[int | signal.Signals] | None = None
    if sys.platform != "win32":
        from multiprocessing import resource_tracker

        # it would start with the first child, and let through what is held back from that one
        resource_tracker.ensure_running()
        before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    try:
        yield
    finally:
        sys.modules["__main__"] = main
        if sys.platform != "win32" and before is not None:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


def serve() -> None:
    """In a process that was started so, first of all: ignore what ends the run, end with the
    parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for each in ENDING:
        signal.signal(each, signal.SIG_IGN)
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    sentinel = parent.sentinel

    def end_with_parent() -> None:
        wait([sentinel])
        os._exit(1)

    threading.Thread(target=end_with_parent, daemon=True).start()
