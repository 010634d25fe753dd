"""Worker processes that read pages, so that the crawl's own process only waits and stores."""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing.connection import wait
from types import ModuleType
from typing import ParamSpec, TypeVar

from crawler.errors import PageError

P = ParamSpec("P")
T = TypeVar("T")

CPU_SECONDS = 10.0
"""CPU time that one page may take before it is given up."""

logger = logging.getLogger(__name__)


class Workers:
    """A pool of processes for pure functions of this program.

    A worker that dies (out of memory, a crash in a C library) costs only the page that killed it.
    """

    def __init__(self, count: int) -> None:
        """count: processes; 0 for one a core."""
        self.count = count or os.cpu_count() or 1
        self._pool: ProcessPoolExecutor | None = None

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `function(*args)` in a worker.

        function: importable by name, its arguments and result picklable.
        Raises what it raises, and PageError where it took too long or broke its process twice.
        """
        assert not kwargs, "positional arguments only"
        loop = asyncio.get_running_loop()
        for _ in range(2):
            pool = self._running_pool()
            try:
                with _bare_main():
                    future = loop.run_in_executor(pool, _bounded, function, *args)
                return await future
            except BrokenProcessPool:
                # All pages in hand fail together; each tries once more in a new pool.
                if self._pool is pool:
                    logger.warning("a page reader died; starting new ones")
                    self._pool = None
        raise PageError("reading the page ended its process twice (out of memory or a crash)")

    def close(self) -> None:
        """End the processes."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None

    def _running_pool(self) -> ProcessPoolExecutor:
        if self._pool is None:
            # Never fork: the crawl's process has threads and open connections.
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(self.count, context, initializer=_prepare)
        return self._pool


@contextmanager
def _bare_main() -> Iterator[None]:
    """Start workers from an empty main module.

    A spawned process imports the main module of its parent: here all of Scrapy and Twisted, which
    take a second and a hundred megabytes and are not needed to read a page.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def _prepare() -> None:
    """Make a fresh worker ready: quiet on Ctrl-C, never an orphan, imports done."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "SIGPROF"):
        signal.signal(signal.SIGPROF, _too_long)
    parent = multiprocessing.parent_process()
    if parent is not None:
        sentinel = parent.sentinel

        def end_with_parent() -> None:
            wait([sentinel])
            os._exit(1)

        threading.Thread(target=end_with_parent, daemon=True).start()
    import crawler.extract  # noqa: F401


def _bounded(function: Callable[..., T], *args: object) -> T:
    """Run a function under the limit of CPU time."""
    if not hasattr(signal, "setitimer"):
        return function(*args)
    signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS)
    try:
        return function(*args)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _too_long(signum: int, frame: object) -> None:
    raise PageError(f"reading the page took more than {CPU_SECONDS:g} s of CPU time")
