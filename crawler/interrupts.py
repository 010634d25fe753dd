"""What ends a command before it can answer for itself: one line, and the code that a shell expects.

Scrapy loads for the better part of a second before a command runs. From the moment that it has read
the settings until the command itself listens, Ctrl-C and SIGTERM are answered here.
"""

from __future__ import annotations

import signal
import sys
import threading
from types import TracebackType


def answer_interrupts() -> None:
    """From now on, an interrupt that nobody has caught, and SIGTERM where nobody listens for it,
    end this process in one line."""
    sys.excepthook = _last_word
    is_main = threading.current_thread() is threading.main_thread()
    if is_main and signal.getsignal(signal.SIGTERM) == signal.SIG_DFL:
        signal.signal(signal.SIGTERM, _terminated)


def _last_word(
    kind: type[BaseException], error: BaseException, traceback: TracebackType | None
) -> None:
    """Python's last word on an exception, without the traceback where somebody pressed Ctrl-C."""
    if not issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, traceback)
        return
    print("scrapy: stopped", file=sys.stderr)  # noqa: T201 (no command is there yet)
    sys.exit(130)


def _terminated(signum: int, frame: object) -> None:
    print("scrapy: stopped", file=sys.stderr)  # noqa: T201
    raise SystemExit(143)
