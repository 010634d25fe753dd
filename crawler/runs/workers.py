"""Worker processes that read pages, so that the crawl's own process only waits and stores."""

from __future__ import annotations

import asyncio
import gc
import logging
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing.connection import wait
from types import ModuleType
from typing import ParamSpec, TypeVar

from crawler.errors import HemerotecaError, PageError
from crawler.reasons import in_words

if sys.platform != "win32":  # there, pages are read without a limit of CPU time
    import resource
    from multiprocessing import resource_tracker

    _ENDING = frozenset({signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
else:
    _ENDING = frozenset()
"""Signals to a process group that the crawl's own process alone answers."""

P = ParamSpec("P")
T = TypeVar("T")

START_METHOD = "spawn"
"""Never fork: the crawl's process has threads and open connections."""

CPU_SECONDS = 2.0
"""CPU time that one page may take before it is given up; an average page takes 0.01."""
LOADING = 3.0
"""CPU time that the first page of a reader may take besides: with it, tables of words, patterns and
libraries are loaded, which takes half a second, on a slow machine more."""
LIST_TIMES = 10
"""Times that which a sitemap, feed or other list may take: fifty thousand addresses take 3 s."""

_PAGES_BETWEEN = 200
_pages = 0
_is_loaded = False
"""Whether this process has read a page."""
_limit = CPU_SECONDS
"""What the page in hand may take, where it is read."""

logger = logging.getLogger(__name__)


class Workers:
    """A pool of processes for pure functions of this program.

    A worker that dies (out of memory, a crash or an endless loop in a C library) takes the whole
    pool with it, and nobody can tell which page did it: every page in hand is tried once more, one
    at a time, so that only the guilty one is given up.
    """

    def __init__(self, count: int, cpu_seconds: float = CPU_SECONDS) -> None:
        """count: processes; 0 for one a core. cpu_seconds: what one page may take."""
        self.count = count or os.cpu_count() or 1
        self.cpu_seconds = cpu_seconds
        self.faults = 0
        """How often a function failed in a way that it should not."""
        self._pool: ProcessPoolExecutor | None = None
        self._solo: ProcessPoolExecutor | None = None
        self._one_at_a_time = asyncio.Lock()

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `function(*args)` in a worker.

        function: importable by name, its arguments and result picklable.
        Raises HemerotecaError and OSError as it does; PageError where it raises anything else, took
        too long or broke its process twice.
        """
        assert not kwargs, "positional arguments only"
        return await self._guarded(self.cpu_seconds, function, *args)

    async def run_list(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """As `run`, for a sitemap or another list: one file of fifty thousand addresses may be all
        that tells of them, and takes LIST_TIMES as long as a page may."""
        assert not kwargs, "positional arguments only"
        return await self._guarded(LIST_TIMES * self.cpu_seconds, function, *args)

    async def _guarded(self, cpu_seconds: float, function: Callable[..., T], *args: object) -> T:
        try:
            return await self._run(cpu_seconds, function, *args)
        except (HemerotecaError, OSError):
            raise
        except Exception as error:  # a fault of ours costs this page alone
            self.faults += 1
            logger.error("%s failed", function.__qualname__, exc_info=error)
            raise PageError("reading_failed", in_words(error)) from error

    async def _run(self, cpu_seconds: float, function: Callable[..., T], *args: object) -> T:
        if self._pool is None:
            self._pool = _start(self.count)
        pool = self._pool
        try:
            return await _submit(pool, cpu_seconds, function, *args)
        except BrokenProcessPool:
            if self._pool is pool:
                logger.warning("a page reader died; starting new ones")
                self._pool = None
        async with self._one_at_a_time:
            if self._solo is None:
                self._solo = _start(1)
            try:
                return await _submit(self._solo, cpu_seconds, function, *args)
            except BrokenProcessPool:
                self._solo = None
                raise PageError("reader_died") from None

    def close(self) -> None:
        """End the processes."""
        for pool in (self._pool, self._solo):
            if pool is not None:
                pool.shutdown(wait=True, cancel_futures=True)
        self._pool = self._solo = None

    def kill(self) -> None:
        """End the processes now, whatever they are reading."""
        for reader in multiprocessing.active_children():
            reader.kill()
        self.close()


def _start(count: int) -> ProcessPoolExecutor:
    context = multiprocessing.get_context(START_METHOD)
    if _ENDING:
        # it would start with the first worker, and let through what is held back from that one
        resource_tracker.ensure_running()
    return ProcessPoolExecutor(count, context, initializer=_prepare)


async def _submit(
    pool: ProcessPoolExecutor, cpu_seconds: float, function: Callable[..., T], *args: object
) -> T:
    try:
        with _bare_main(), _signals_held():
            loop = asyncio.get_running_loop()
            future = loop.run_in_executor(pool, _bounded, cpu_seconds, function, *args)
    except BrokenProcessPool:
        raise
    except Exception as error:  # no process, thread or memory to be had
        raise HemerotecaError(
            f"page readers cannot be started ({in_words(error)}); free some memory and run the same"
            " command again: it goes on from here"
        ) from error
    return await future


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


@contextmanager
def _signals_held() -> Iterator[None]:
    """Hold back the signals that end a run while processes are started.

    They come to the whole process group, from a terminal or from systemd: a worker is born with
    them held back, and ignores them before it looks.
    """
    if not _ENDING:
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _prepare() -> None:
    """Make a fresh worker ready: deaf to what ends the run, never an orphan, imports done."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for each in _ENDING:
        signal.signal(each, signal.SIG_IGN)
    if _ENDING:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)
    if sys.platform != "win32":
        signal.signal(signal.SIGPROF, _too_long)
    parent = multiprocessing.parent_process()
    if parent is not None:
        sentinel = parent.sentinel

        def end_with_parent() -> None:
            wait([sentinel])
            os._exit(1)

        threading.Thread(target=end_with_parent, daemon=True).start()
    import crawler.extract  # noqa: F401

    # Reading a page leaves no cycles to speak of, and looking for them takes a tenth of its time.
    gc.freeze()
    gc.disable()


def _tidy() -> None:
    """Collect cycles, after so many pages that it costs nothing."""
    global _pages
    _pages += 1
    if _pages % _PAGES_BETWEEN == 0:
        gc.collect()


def _bounded(cpu_seconds: float, function: Callable[..., T], *args: object) -> T:
    """Run a function under the limit of CPU time.

    At the limit an exception ends it, raised again should somebody catch it. Code in C that never
    looks for signals is ended by the kernel, with its process, one to two seconds later.
    """
    if sys.platform == "win32":
        try:
            return function(*args)
        finally:
            _tidy()
    global _limit, _is_loaded
    _limit = cpu_seconds
    if not _is_loaded:
        cpu_seconds, _is_loaded = cpu_seconds + LOADING, True
    soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
    last_second = int(_counted_seconds() + cpu_seconds) + 2
    resource.setrlimit(resource.RLIMIT_CPU, (last_second, hard))
    signal.setitimer(signal.ITIMER_PROF, cpu_seconds, 0.25)
    try:
        return function(*args)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        _tidy()
        resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


_PROF_CLOCK = -8
"""Linux: this process's user and system time as its limits count them (posix-timers.h)."""


def _counted_seconds() -> float:
    """CPU time of this process as RLIMIT_CPU counts it, by ticks: on a busy machine that is minutes
    off the precise clock after some hours."""
    try:
        return time.clock_gettime(_PROF_CLOCK)
    except (OSError, AttributeError):  # not Linux
        return time.process_time()


def _too_long(signum: int, frame: object) -> None:
    raise PageError("reading_too_slow", f"{_limit:g}")
