"""What ends a command before it can answer for itself: one line, and the code that a shell expects.

Scrapy loads for the better part of a second before a command runs. `hemeroteca` answers Ctrl-C and
SIGTERM from its first line on; `scrapy` from the moment that it has read the settings, until the
command itself listens.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

from crawler.bundled import PROGRAM

_STOPPED = f"{PROGRAM}: stopped"


def answer_interrupts() -> None:
    """From now on, an interrupt that nobody has caught, and SIGTERM where nobody listens for it,
    end this process in one line."""
    sys.excepthook = _last_word
    if _is_main_thread() and signal.getsignal(signal.SIGTERM) == signal.SIG_DFL:
        signal.signal(signal.SIGTERM, _terminated)


@contextmanager
def leaving_at_once() -> Iterator[None]:
    """While modules are loaded, Ctrl-C and SIGTERM end this process on the spot, in one line.

    Nothing is open yet that would want to be closed; and an exception might be lost in what is
    being imported: in a destructor, in a bare `except`. A signal that is ignored stays so.
    """
    before = {}
    if _is_main_thread():
        for signum in (signal.SIGINT, signal.SIGTERM):
            if signal.getsignal(signum) in _USUAL:
                before[signum] = signal.signal(signum, _leave)
    try:
        yield
    finally:
        for signum, handler in before.items():
            signal.signal(signum, handler)


def _is_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()


def _last_word(
    kind: type[BaseException], error: BaseException, traceback: TracebackType | None
) -> None:
    """Python's last word on an exception, without the traceback where somebody pressed Ctrl-C."""
    if not issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, traceback)
        return
    print(_STOPPED, file=sys.stderr)  # noqa: T201 (no command is there yet)
    sys.exit(130)


def _terminated(signum: int, frame: object) -> None:
    print(_STOPPED, file=sys.stderr)  # noqa: T201
    raise SystemExit(143)


def _leave(signum: int, frame: object) -> None:
    # not print: the signal may have come in the middle of one
    os.write(2, f"{_STOPPED}\n".encode())
    os._exit(128 + signum)


_USUAL = (signal.default_int_handler, signal.SIG_DFL, _terminated)
