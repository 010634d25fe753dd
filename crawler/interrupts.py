"""What ends a command before it can answer for itself: one line, and the code that a shell expects.

Scrapy loads for the better part of a second before a command runs. `hemeroteca` answers Ctrl-C and
SIGTERM from its first line on, so this module imports next to nothing; `scrapy` answers them from
the moment that it has read the settings, until the command itself listens.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
import time

TYPE_CHECKING = False  # as in typing, which takes a while to load
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Any

PIPE_CLOSED = 141
"""Exit code where nobody reads what is printed any more, as a shell has it for SIGPIPE."""
OF_PARENT = "HEMEROTECA_ENDS_WITH_INPUT"
"""Variable of the environment that is there where a command ends with its standard input: 1, or the
first two moments of `end_with_parent`."""


def answer_interrupts() -> None:
    """From now on, an interrupt that nobody has caught, and SIGTERM where nobody listens for it,
    end this process in one line."""
    import threading

    sys.excepthook = _last_word
    is_main = threading.current_thread() is threading.main_thread()
    if is_main and signal.getsignal(signal.SIGTERM) == signal.SIG_DFL:
        signal.signal(signal.SIGTERM, _terminated)


def leave_at_once() -> None:
    """From now on, Ctrl-C and SIGTERM end this process on the spot, in one line; for its main
    thread, while modules are loaded.

    Nothing is open yet that would want to be closed; and an exception might be lost in what is
    being imported: in a destructor, in a bare `except`. A signal that is ignored stays so.
    """
    for signum, usual in _USUAL.items():
        if signal.getsignal(signum) == usual:
            signal.signal(signum, _leave)


def leave_no_more() -> None:
    """Have signals do again what they did before `leave_at_once`."""
    for signum, usual in _USUAL.items():
        if signal.getsignal(signum) == _leave:
            signal.signal(signum, usual)


def end_with_parent() -> None:
    """Where the process that started us says so (`OF_PARENT`), end as by SIGTERM when it is no
    more, however it ended: then nobody reads what we say, or tells of it. It holds the other end of
    our standard input.

    It may write lines of two moments of `steady` there: when to end, and when to be dead, unless
    the next line says later ones; the first two may be in the variable. So this process does not
    outlive what it may do, even where the one that watches over it was stopped in its tracks.
    """
    said = os.environ.get(OF_PARENT)
    if not said:
        return
    import threading

    moments = (float("inf"), float("inf")) if said == "1" else map(float, said.split())
    threading.Thread(target=_heed_parent, args=moments, daemon=True).start()


def steady() -> float:
    """Seconds since some moment in the past, by a clock that nobody can set, the same for all
    processes of a machine. It goes on while the machine sleeps, where there is such a clock."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)


def _heed_parent(end_at: float, dead_at: float) -> None:
    import select

    rest, is_there = b"", True
    while True:
        now = steady()
        if now >= dead_at:
            os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
        if now >= end_at:
            end_at = float("inf")
            os.kill(os.getpid(), signal.SIGTERM)
        left = min(end_at, dead_at) - now
        if not is_there:
            if left == float("inf"):
                return
            time.sleep(left)
            continue
        # short, for the clock of `select` stands still while the machine sleeps; Windows has none
        # for pipes
        if sys.platform != "win32" and not select.select([0], [], [], min(left, 1.0))[0]:
            continue
        try:
            data = os.read(0, 4096)
        except OSError:
            return
        if data:
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                end_at, dead_at = map(float, line.split())
        else:
            is_there, end_at = False, now


_USUAL: dict[signal.Signals, Any] = {
    signal.SIGINT: signal.default_int_handler,
    signal.SIGTERM: signal.SIG_DFL,
}


def _leave(signum: int, frame: object) -> None:
    # not print: the signal may have come in the middle of one
    os.write(2, b"hemeroteca: stopped\n")
    os._exit(128 + signum)


def _last_word(
    kind: type[BaseException], error: BaseException, traceback: TracebackType | None
) -> None:
    """Python's last word on an exception, without the traceback where somebody pressed Ctrl-C, or
    where there is no space for what is printed, or nobody who reads it."""
    if isinstance(error, BrokenPipeError) and error.filename is None:
        with open(os.devnull, "w") as nowhere:  # noqa: PTH123
            os.dup2(nowhere.fileno(), 1)  # or Python complains once more at its end
        sys.exit(PIPE_CLOSED)
    if isinstance(error, OSError) and error.errno == errno.ENOSPC and error.filename is None:
        from crawler.bundled import PROGRAM

        print(f"{PROGRAM}: no space is left for the output", file=sys.stderr)  # noqa: T201
        sys.exit(5)
    if not issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, traceback)
        return
    _say_stopped()
    sys.exit(130)


def _terminated(signum: int, frame: object) -> None:
    _say_stopped()
    raise SystemExit(143)


def _say_stopped() -> None:
    from crawler.bundled import PROGRAM

    print(f"{PROGRAM}: stopped", file=sys.stderr)  # noqa: T201 (no command is there yet)
