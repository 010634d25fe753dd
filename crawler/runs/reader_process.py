"""What runs in a page reader's process: one function after the other, each under a limit of CPU
time."""

from __future__ import annotations

import gc
import os
import pickle
import signal
import socket
import struct
import sys
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import parent_process
from multiprocessing.connection import wait
from typing import TypeVar

from crawler.errors import PageError

if sys.platform != "win32":  # there, pages are read without a limit of CPU time
    import resource

    ENDING = frozenset({signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
else:
    ENDING = frozenset()
"""Signals to a process group that the crawl's own process alone answers."""

T = TypeVar("T")

HEAD = struct.Struct("!Q")
"""Before each message: its length in bytes."""

LOADING = 3.0
"""CPU time that the first page of a reader may take besides: with it, tables of words, patterns and
libraries are loaded, which takes half a second, on a slow machine more."""

_PAGES_BETWEEN = 200
_pages = 0
_is_loaded = False
"""Whether this process has read a page."""
_limit = 0.0
"""What the page in hand may take, where it is read."""


def serve(line: socket.socket) -> None:
    """Run what is asked for until the other end is closed.

    An empty message says that it has loaded what it needs. A question is a pickled (CPU seconds,
    function, arguments), the answer to it a pickled (True, result) or (False, what was raised, its
    traceback as text).
    """
    _prepare()
    line.setblocking(True)
    with line, suppress(OSError):  # nobody is there any more
        line.sendall(HEAD.pack(0))
        while (asked := _message(line)) is not None:
            answer = _answer(asked)
            line.sendall(HEAD.pack(len(answer)) + answer)


def _message(line: socket.socket) -> bytearray | None:
    head = _exactly(line, HEAD.size)
    return _exactly(line, HEAD.unpack(head)[0]) if head is not None else None


def _exactly(line: socket.socket, size: int) -> bytearray | None:
    """As many bytes; None where the other end is closed."""
    data = bytearray(size)
    rest = memoryview(data)
    while rest:
        try:
            count = line.recv_into(rest)
        except OSError:
            return None
        if not count:
            return None
        rest = rest[count:]
    return data


def _answer(asked: bytearray) -> bytes:
    try:
        cpu_seconds, function, args = pickle.loads(asked)  # noqa: S301 (from our own process)
        return pickle.dumps((True, _bounded(cpu_seconds, function, *args)), -1)
    except BaseException as error:  # whatever would end this process, or the crawl's
        return _raised(error)


def _raised(error: BaseException) -> bytes:
    """The answer that something was raised. A function of its own: a variable beside `error` would
    hold it, its frames and with them the page until cycles are looked for."""
    where = traceback.format_exc()
    with suppress(Exception):  # it holds what cannot be sent
        # what ends a program, or a coroutine, would do so where it is raised again
        if isinstance(error, Exception) and not isinstance(error, StopIteration):
            return pickle.dumps((False, error, where), -1)
    return pickle.dumps((False, RuntimeError(f"{type(error).__name__}: {error}"), where))


def _prepare() -> None:
    """Make a fresh process ready: deaf to what ends the run, never an orphan, imports done."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for each in ENDING:
        signal.signal(each, signal.SIG_IGN)
    if ENDING:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
    if sys.platform != "win32":
        signal.signal(signal.SIGPROF, _too_long)
    parent = parent_process()
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
    """Collect cycles, after so many pages that it costs nothing. What was loaded with the first
    ones stays, and is not looked through again."""
    global _pages
    _pages += 1
    if _pages % _PAGES_BETWEEN == 0:
        gc.collect()
        if _pages == _PAGES_BETWEEN:
            gc.freeze()


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
