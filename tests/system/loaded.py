"""Scrapy loaded once for many commands.

A command spends a second on loading Scrapy, Twisted and ours, and each of its page readers another
on what it reads with; the suite runs some hundreds. One process loads them and forks a child for
each command, which is then what `python -m scrapy` is at that point: arguments, environment,
folder, output and exit code are its own. Its page readers are forked from a process of its own that
has everything loaded, too.
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
_READS_PAGES = frozenset({"crawl", "extract", "import", "reextract"})
_MOST = 1 << 20
"""Bytes of one request: the arguments and the environment."""


class Loaded:
    """The process that has everything loaded. It ends with the one that started it."""

    def __init__(self, *before: str) -> None:
        """before: a command that runs the one that follows it, with other rights or mounts."""
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._one_at_a_time = threading.Lock()
        with theirs:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2 * _MOST)
            self.process = subprocess.Popen(
                [*before, sys.executable, __file__, str(theirs.fileno())],
                cwd=ROOT,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
            )

    def close(self) -> None:
        """End it."""
        self._socket.close()
        self.process.wait()

    def run(
        self, arguments: list[str], timeout: int, **environment: str
    ) -> subprocess.CompletedProcess[bytes]:
        """Run `scrapy` with arguments. environment: on top of ours. Raises TimeoutExpired after
        seconds, the command ended."""
        request = json.dumps([arguments, {**os.environ, **environment}]).encode()
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
    tempfile.tempdir = None
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
    import scrapy.core.engine
    import scrapy.logformatter
    import scrapy.statscollectors  # noqa: F401
    from scrapy.settings import default_settings

    from crawler.extract import extract

    for package in ("crawler", "spiders", "pipelines", "scrapy.commands"):
        found = importlib.import_module(package)
        for each in pkgutil.walk_packages(found.__path__, f"{package}."):
            importlib.import_module(each.name)
    # what Scrapy puts together for any crawl
    for name, parts in vars(default_settings).items():
        if name.endswith("_BASE") and isinstance(parts, dict):
            for part in {*parts, *parts.values()} - {"scrapy.extensions.telnet.TelnetConsole"}:
                if isinstance(part, str) and part.startswith("scrapy."):
                    importlib.import_module(part.rpartition(".")[0])
    # the first page that a process reads has it load word lists and compile expressions
    page = "<html><body><article><h1>Rain</h1><p>" + "It rained on the bridge. " * 40
    extract(page.encode(), "https://news.example/2026/rain", "text/html", True)
    assert "twisted.internet.reactor" not in sys.modules, "each child chooses its own"
    gc.freeze()


def _fork_readers_from_here() -> None:
    """Fork what multiprocessing's fork server is, for the page readers of this command.

    They are otherwise started by `spawn`, which loads anew what is loaded here. It has to be there
    before the command has threads and connections. It ends with the command.
    """
    import multiprocessing.forkserver as forkserver
    from multiprocessing.connection import arbitrary_address

    import crawler.runs.workers

    listening = socket.socket(socket.AF_UNIX)
    address = arbitrary_address("AF_UNIX")
    listening.bind(address)
    listening.listen()
    alive, ours = os.pipe()
    server = os.fork()
    if not server:
        os.close(ours)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        try:
            forkserver.main(listening.detach(), alive, [])
        finally:
            os._exit(0)
    listening.close()
    os.close(alive)
    one = forkserver._forkserver
    one._forkserver_address, one._forkserver_alive_fd, one._forkserver_pid = address, ours, server
    crawler.runs.workers.START_METHOD = "forkserver"


def _leave(code: int) -> None:
    """End as the interpreter does, but for the taking apart of what is loaded: to let go of it page
    by page costs more than most commands do."""
    import atexit

    threading._shutdown()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    sys.path[0] = str(ROOT)
    _load()
    with socket.socket(fileno=int(sys.argv[1])) as _requests:
        _arguments = _serve(_requests)
    import scrapy.__main__
    from scrapy.cmdline import execute

    if _arguments[:1] and _arguments[0] in _READS_PAGES:
        _fork_readers_from_here()
    sys.argv = [scrapy.__main__.__file__, *_arguments]
    try:
        execute()
    except SystemExit as end:
        if not isinstance(end.code, int | None):
            raise
        _leave(end.code or 0)
