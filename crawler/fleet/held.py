"""A lease that this worker has, and the crawl under it, which ends before the lease can.

Deadlines are moments of `steady`, counted from before PostgreSQL was asked: the lease runs
out there no sooner. Half of it without a heartbeat, and the crawl is told to end; three quarters,
and it is killed. The crawl's own process knows the same moments (`crawler/interrupts.py`): they
hold where this one is killed, or stopped in its tracks.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from crawler.fleet.leases import Lease
from crawler.interrupts import OF_PARENT, steady

_END, _DEAD = 1 / 2, 3 / 4
"""Parts of a lease."""
_LOOK = 0.5
"""Seconds between two looks at a crawl that goes on."""


class Held:
    """One lease, by several threads."""

    def __init__(self, lease: Lease) -> None:
        self.lease = lease
        self._lock = threading.Lock()
        self._kept_since = lease.since
        self._child: subprocess.Popen[bytes] | None = None
        self._is_told_to_end = False
        self.is_lost = False
        """Whether the paper is somebody else's: nothing may be written any more."""
        self.is_ended_by_us = False
        """Whether the crawl was told to end."""
        self.trouble: str | None = None
        """What keeps its archive from being fetched or put, for as long as it does."""
        self.is_given_back = False
        """Whether it is being given back: that PostgreSQL has it no more then says nothing."""

    def keep(self, since: float) -> None:
        """A heartbeat has arrived. since: when it was sent."""
        with self._lock:
            self._kept_since = since
            self._tell_child()

    def lose(self) -> None:
        """Another may have the paper: end its crawl on the spot."""
        with self._lock:
            self.is_lost = True
            self._signal(signal.SIGKILL)

    def end(self) -> None:
        """Have the crawl end in order."""
        with self._lock:
            self._tell_to_end()

    def watch(self) -> None:
        """End the crawl if the lease was not kept; called several times a second."""
        with self._lock:
            if self._child is None:
                return
            gone = steady() - self._kept_since
            if gone >= self.lease.seconds * _DEAD:
                self.is_ended_by_us = True
                self._signal(signal.SIGKILL)
            elif gone >= self.lease.seconds * _END:
                self._tell_to_end()

    def run(
        self, command: Sequence[str], environment: Mapping[str, str], log: Path,
        meanwhile: Callable[[], None],
    ) -> int | None:  # fmt: skip
        """Run a crawl to its end; returns its exit code, None where it may not begin. meanwhile:
        called now and then. Raises OSError."""
        with log.open("ab") as out:
            with self._lock:
                if self.is_lost or self._is_told_to_end or self._is_late():
                    return None
                # its own session: Ctrl-C at ours reaches it through us alone
                self._child = subprocess.Popen(  # noqa: S603
                    command, stdin=subprocess.PIPE, stdout=out, stderr=subprocess.STDOUT,
                    start_new_session=True, env={**environment, OF_PARENT: self._moments()},
                )  # fmt: skip
            child = self._child
            while True:
                try:
                    code = child.wait(_LOOK)
                    break
                except subprocess.TimeoutExpired:
                    meanwhile()
        with self._lock:
            # page readers and what else is of its session: nothing of it outlives it
            self._signal(signal.SIGKILL)
            self._child = None
            if child.stdin is not None:
                with contextlib.suppress(OSError):
                    child.stdin.close()
        return code if code >= 0 else 128 - code

    def _is_late(self) -> bool:
        return steady() - self._kept_since >= self.lease.seconds * _END

    def _moments(self) -> str:
        """When the crawl is to end, and when to be dead."""
        return " ".join(str(self._kept_since + self.lease.seconds * part) for part in (_END, _DEAD))

    def _tell_child(self) -> None:
        child = self._child
        if child is None or child.stdin is None:
            return
        with contextlib.suppress(OSError, ValueError):  # it has ended
            os.set_blocking(child.stdin.fileno(), False)
            os.write(child.stdin.fileno(), f"{self._moments()}\n".encode())

    def _tell_to_end(self) -> None:
        if not self._is_told_to_end:
            self._is_told_to_end = self.is_ended_by_us = True
            if self._child is not None:
                with contextlib.suppress(OSError):
                    self._child.send_signal(signal.SIGTERM)

    def _signal(self, signum: signal.Signals) -> None:
        if self._child is not None:
            with contextlib.suppress(OSError):
                os.killpg(self._child.pid, signum)
