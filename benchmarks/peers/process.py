"""A peer's process as seen from the project: asked page by page, started anew when it dies."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import selectors
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.peers.turns import LIMIT, Turn

PEERS_PYTHON = Path(__file__).resolve().parents[2] / ".venv-peers" / "bin" / "python"
"""Of the environment that `make peers` makes."""

PATIENCE = 6 * LIMIT
"""Seconds by the clock after which a process that does not answer is ended: the machine may be
busy, and compiled code cannot be interrupted from within."""


class PeerUnavailableError(Exception):
    """The peer cannot be loaded; the message says why."""


class PeerProcess:
    """A runner, asked one page at a time. Use as a context manager."""

    def __init__(self, command: Sequence[str], patience: float = PATIENCE) -> None:
        self.command = command
        self.patience = patience
        self.versions: dict[str, str] = {}
        self._process: subprocess.Popen[bytes] | None = None
        self._pending = b""
        self._home = tempfile.TemporaryDirectory(prefix="peer-")

    def __enter__(self) -> PeerProcess:
        self._start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end()
        self._home.cleanup()

    def read(self, page_id: str, url: str, html: bytes) -> Turn:
        """The peer's turn with a page. A process that dies or hangs loses this page only.

        Raises PeerUnavailableError if the process cannot be started anew.
        """
        if self._process is None:
            self._start()
        page = {"id": page_id, "url": url, "html_b64": base64.b64encode(html).decode()}
        try:
            self._send(json.dumps(page).encode() + b"\n")
            row = self._reply()
        except (OSError, EOFError, ValueError) as error:
            status = self._end()
            return Turn(None, f"{error} ({status})", 0.0, 0.0)
        return Turn(row["answer"], row["error"], row["parse_ms"], row["read_ms"])

    def _start(self) -> None:
        home = self._home.name
        self._pending = b""
        self._process = subprocess.Popen(
            self.command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=home,
            env={
                "PATH": os.environ.get("PATH", ""), "HOME": home, "TMPDIR": home, "TZ": "UTC",
                "LANG": "C.UTF-8", "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1",
            },
        )  # fmt: skip
        try:
            row = self._reply()
        except (OSError, EOFError, ValueError) as error:
            status = self._end()
            raise PeerUnavailableError(f"{error} ({status})") from None
        if "error" in row:
            self._end()
            raise PeerUnavailableError(row["error"])
        self.versions = row

    def _send(self, line: bytes) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(line)
        self._process.stdin.flush()

    def _reply(self) -> dict[str, Any]:
        """The next line. Raises TimeoutError, EOFError if the process ended, ValueError if the
        line is no JSON."""
        assert self._process is not None
        assert self._process.stdout is not None
        deadline = time.monotonic() + self.patience
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            while b"\n" not in self._pending:
                if not selector.select(max(0.0, deadline - time.monotonic())):
                    raise TimeoutError(f"no answer in {self.patience:g} s")
                read = os.read(self._process.stdout.fileno(), 1 << 20)
                if not read:
                    raise EOFError("the process died")
                self._pending += read
        line, _, self._pending = self._pending.partition(b"\n")
        row: dict[str, Any] = json.loads(line)
        return row

    def _end(self) -> str:
        """End the process and say how it ended."""
        process, self._process = self._process, None
        if process is None:
            return "not running"
        process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):  # what was left to write has no reader
                    pipe.close()
        return f"exit status {process.wait()}"


def peer_command(python: Path, name: str) -> list[str]:
    """The command that runs a peer in its own environment."""
    return [str(python), "-W", "ignore", str(Path(__file__).with_name("run_peer.py")), name]
