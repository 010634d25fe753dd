"""A PostgreSQL of its own, in a temporary folder, for tests and measurements.

That of the system: `initdb` and `postgres` in HEMEROTECA_POSTGRES, on the PATH, or where Debian
puts them. It listens on loopback alone. As root it would refuse to run: then it runs as `postgres`
or `nobody`.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_USERS = ("postgres", "nobody")
_PATIENCE = 120.0
"""Seconds for it to answer."""


def programs() -> Path | None:
    """The folder with `initdb` and `postgres`; None where none is installed."""
    named = os.environ.get("HEMEROTECA_POSTGRES")
    on_path = shutil.which("initdb")
    places = [
        *([Path(named)] if named else []),
        *([Path(on_path).resolve().parent] if on_path else []),
        *sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True),
    ]
    return next((each for each in places if (each / "postgres").exists()), None)


class Postgres:
    """A server that can be stopped and started again; `url` stays."""

    def __init__(self, folder: Path, bin: Path, *, durable: bool) -> None:
        self._data, self._bin, self._durable = folder / "data", bin, durable
        self._process: subprocess.Popen[bytes] | None = None
        self._user = None
        if os.geteuid() == 0:
            self._user = next(each for each in _USERS if _is_user(each))
            entry = pwd.getpwnam(self._user)
            folder.chmod(0o755)
            self._data.mkdir()
            os.chown(self._data, entry.pw_uid, entry.pw_gid)
        self._run(
            "initdb", "--pgdata", str(self._data), "--username", "hemeroteca", "--auth", "trust",
            "--encoding", "UTF8", "--no-sync",
        )  # fmt: skip
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"postgresql://hemeroteca@127.0.0.1:{self.port}/postgres"

    @property
    def pid(self) -> int:
        """Of the server's first process."""
        return int((self._data / "postmaster.pid").read_text().split()[0])

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self._process = subprocess.Popen(
            [*self._as_user(ends=True), str(self._bin / "postgres"), "-D", str(self._data),
             "-p", str(self.port), "-c", "listen_addresses=127.0.0.1",
             "-c", "unix_socket_directories=", "-c", "max_connections=60",
             "-c", f"fsync={'on' if self._durable else 'off'}"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        ends = time.monotonic() + _PATIENCE
        while time.monotonic() < ends:
            if self._process.poll() is not None:
                raise RuntimeError("PostgreSQL ended at its start")
            done = subprocess.run(
                [str(self._bin / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)],
                check=False,
            )
            if done.returncode == 0:
                return
            time.sleep(0.05)
        raise RuntimeError("PostgreSQL does not answer")

    def stop(self, *, hard: bool = False) -> None:
        """End it; hard: as a crash does, all its processes at once."""
        if self._process is None:
            return
        if hard:
            os.kill(self.pid, signal.SIGQUIT)  # "immediate": its next start recovers
        else:
            os.kill(self.pid, signal.SIGINT)
        self._process.wait()
        self._process = None

    def _run(self, program: str, *words: str) -> None:
        subprocess.run(
            [*self._as_user(), str(self._bin / program), *words], check=True,
            stdout=subprocess.DEVNULL,
        )  # fmt: skip

    def _as_user(self, *, ends: bool = False) -> list[str]:
        """Before a command: what runs it as the user. ends: when we end, however that is."""
        words = ["--pdeathsig=INT"] if ends else []
        if self._user is not None:
            entry = pwd.getpwnam(self._user)
            words += [f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}", "--clear-groups"]
        return ["setpriv", *words, "--"] if words and shutil.which("setpriv") else []


def _is_user(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


@contextmanager
def postgres(*, durable: bool = True) -> Iterator[Postgres]:
    """One that runs; it goes with its folder. durable: whether the disk itself is waited for, as in
    use. Raises FileNotFoundError where none is installed."""
    bin = programs()
    if bin is None:
        raise FileNotFoundError("no PostgreSQL is installed: apt install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="hemeroteca-postgres-"))
    try:
        server = Postgres(folder, bin, durable=durable)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
