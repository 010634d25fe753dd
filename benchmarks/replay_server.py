"""pywb's server over a folder with its collections."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def free_port() -> int:
    """A port of this machine that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def wayback(tools: Path, folder: Path) -> Iterator[str]:
    """The server's address, once it answers. tools: the folder of pywb's programs. Raises
    FileNotFoundError where it is not there, RuntimeError with its log where it ends."""
    port = free_port()
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [tools / "wayback", "-b", "127.0.0.1", "-p", str(port)], cwd=folder,
            stdout=log, stderr=log, env={**os.environ, "PYTHONWARNINGS": "ignore"},
        )  # fmt: skip
    try:
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                if process.poll() is not None:
                    raise RuntimeError((folder / "log").read_text()) from None
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)
