"""Scrapy loaded once for many commands.

A command spends a second on loading Scrapy, Twisted and ours; the suite runs some hundreds. One
process loads them and forks a child for each command, which is then what `python -m scrapy` is at
that point: arguments, environment, folder, output and exit code are its own.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_MOST = 1 << 20
"""Bytes of one request: the arguments and the environment."""


class Loaded:
    """The process that has everything loaded. It ends with the one that started it."""

    def __init__(self) -> None:
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._one_at_a_time = threading.Lock()
        with theirs:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2 * _MOST)
            self.process = subprocess.Popen(
                [sys.executable, __file__, str(theirs.fileno())],
                cwd=ROOT,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
            )

    def run(self, arguments: list[str], timeout: int) -> subprocess.CompletedProcess[bytes]:
        """Run `scrapy` with arguments. Raises TimeoutExpired after seconds, the command ended."""
        request = json.dumps([arguments, dict(os.environ)]).encode()
        answers, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with answers, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            with theirs, self._one_at_a_time:
                files = [theirs.fileno(), out.fileno(), err.fileno()]
                socket.send_fds(self._socket, [request], files)
            answers.settimeout(timeout)
            child = int(answers.recv(64))
            try:
                code = int(answers.recv(64))
            except TimeoutError:
                os.kill(child, signal.SIGKILL)
                raise subprocess.TimeoutExpired(arguments, timeout) from None
            said = []
            for file in (out, err):
                file.seek(0)
                said.append(file.read())
        return subprocess.CompletedProcess(arguments, code, *said)


def _serve(requests: socket.socket) -> list[str]:
    """Fork a child for each request; in the child, give its arguments."""
    while True:
        request, files, _, _ = socket.recv_fds(requests, _MOST, 3)
        if not request:
            os._exit(0)
        keeper = os.fork()
        if not keeper:  # it tells the number and the exit code of the child
            requests.close()
            child = os.fork()
            if not child:
                return _become(request, files)
            with socket.socket(fileno=files[0]) as answers:
                answers.send(str(child).encode())
                _, status = os.waitpid(child, 0)
                answers.send(str(os.waitstatus_to_exitcode(status)).encode())
            os._exit(0)
        for file in files:
            os.close(file)
        while True:  # the keepers that are done
            try:
                if os.waitpid(-1, os.WNOHANG)[0] == 0:
                    break
            except ChildProcessError:
                break


def _become(request: bytes, files: list[int]) -> list[str]:
    import random
    import time

    arguments, environment = json.loads(request)
    os.environ.clear()
    os.environ.update(environment, COLUMNS="100")
    time.tzset()
    random.seed()
    answers, out, err = files
    os.dup2(out, 1)
    os.dup2(err, 2)
    for file in (answers, out, err):
        os.close(file)
    return list(arguments)


def _load() -> None:
    import gc
    import importlib
    import pkgutil

    import scrapy.cmdline
    import scrapy.core.downloader.handlers.http11
    import scrapy.core.engine  # noqa: F401

    for package in ("crawler", "spiders", "pipelines"):
        found = importlib.import_module(package)
        for each in pkgutil.walk_packages(found.__path__, f"{package}."):
            importlib.import_module(each.name)
    assert "twisted.internet.reactor" not in sys.modules, "each child chooses its own"
    gc.freeze()


if __name__ == "__main__":
    sys.path[0] = str(ROOT)
    _load()
    with socket.socket(fileno=int(sys.argv[1])) as _requests:
        _arguments = _serve(_requests)
    import scrapy.__main__
    from scrapy.cmdline import execute

    sys.argv = [scrapy.__main__.__file__, *_arguments]
    execute()
