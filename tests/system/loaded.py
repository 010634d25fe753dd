"""Scrapy loaded once for many commands.

A command spends a second on loading Scrapy, Twisted and ours, and each of its page readers another
on what it reads with; the suite runs some hundreds. One process loads them and forks a child for
each command, which is then what `python -m scrapy` or `python -m crawler` is at that point:
arguments, environment, folder, input, output and exit code are its own. Its page readers are forked
from a process of its own that has everything loaded, too.
"""

from __future__ import annotations

import inspect
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar

ROOT = Path(__file__).resolve().parents[2]
_READS_PAGES = frozenset({"crawl", "demo", "extract", "import", "reextract", "try"})
_READ_AT_START = (
    "PYTHONIOENCODING", "PYTHONUTF8", "PYTHONHASHSEED", "HEMEROTECA_ARCHIVE", "HEMEROTECA_CONTACT",
)  # fmt: skip
_MODULES = frozenset({"scrapy", "crawler"})
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

    @classmethod
    def reached_by(cls, requests: socket.socket) -> Loaded:
        """One that another process has started."""
        found = cls.__new__(cls)
        found._socket, found._one_at_a_time = requests, threading.Lock()
        return found

    def close(self) -> None:
        """End it."""
        self._socket.close()
        self.process.wait()

    def run(
        self, arguments: list[str], timeout: int, **environment: str
    ) -> subprocess.CompletedProcess[bytes]:
        """Run `scrapy` with arguments. environment: on top of ours. Raises TimeoutExpired after
        seconds, the command ended."""
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            told = {**os.environ, "COLUMNS": "100", **environment}
            with Path(os.devnull).open("rb") as none:
                files = [none.fileno(), out.fileno(), err.fileno()]
                child, answers = self.start("scrapy", arguments, told, ROOT, False, files)
            with answers:
                answers.settimeout(timeout)
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

    def start(
        self,
        module: str,
        arguments: list[str],
        environment: dict[str, str],
        folder: str | Path,
        leads: bool,
        files: list[int],
    ) -> tuple[int, socket.socket]:
        """Start a command; gives its process and what tells its exit code when it has ended.

        module: scrapy or crawler. leads: whether it has a session of its own. files: its standard
        input, output and error."""
        request = json.dumps([module, arguments, environment, str(folder), leads]).encode()
        answers, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs, self._one_at_a_time:
            files = [theirs.fileno(), self._socket.fileno(), *files]
            socket.send_fds(self._socket, [request], files)
        return int(answers.recv(64)), answers


class Command(subprocess.Popen):  # type: ignore[type-arg]
    """A process, which is a loaded one where it is `python -m scrapy` or `python -m crawler`.

    What has it loaded is asked for when it is wanted: `where`."""

    where: ClassVar[Callable[[], Loaded]]
    _answers: socket.socket | None = None

    def _execute_child(self, *given: Any) -> None:
        real = super()._execute_child  # type: ignore[misc]
        how = inspect.signature(real).bind(*given).arguments
        words = how["args"]
        environment = dict(os.environ if how["env"] is None else how["env"])
        is_ours = not isinstance(words, str) and [*words[:2]] == [sys.executable, "-m"]
        is_special = how["shell"] or how["preexec_fn"] or _starts_otherwise(environment)
        if not is_ours or words[2] not in _MODULES or is_special:
            real(*given)
            return
        pipes = [how["p2cread"], how["c2pwrite"], how["errwrite"]]
        files = [number if number >= 0 else own for own, number in enumerate(pipes)]
        self.pid, self._answers = Command.where().start(
            words[2], list(map(str, words[3:])), environment, how["cwd"] or Path.cwd(),
            how["start_new_session"], files,
        )  # fmt: skip
        self._child_created = True
        self._close_pipe_fds(  # type: ignore[attr-defined]
            *(how[name] for name in ("p2cread", "p2cwrite", "c2pread", "c2pwrite", "errread",
                                     "errwrite"))
        )  # fmt: skip

    def _internal_poll(self, *given: Any, **more: Any) -> int | None:
        if self._answers is None:
            return super()._internal_poll(*given, **more)  # type: ignore[misc, no-any-return]
        # as in the original: who waits in another thread holds the lock, and it has not ended
        if self.returncode is None and self._waitpid_lock.acquire(blocking=False):  # type: ignore[attr-defined]
            try:
                with suppress(BlockingIOError):
                    self._ended(socket.MSG_DONTWAIT)
            finally:
                self._waitpid_lock.release()  # type: ignore[attr-defined]
        return self.returncode

    def _try_wait(self, flags: int) -> tuple[int, int]:
        if self._answers is None:
            return super()._try_wait(flags)  # type: ignore[misc, no-any-return]
        try:
            self._ended(socket.MSG_DONTWAIT if flags & os.WNOHANG else 0)
        except BlockingIOError:
            return 0, 0
        code = self.returncode
        return self.pid, -code if code < 0 else code << 8

    def _ended(self, flags: int) -> None:
        """Take down the exit code. Raises BlockingIOError where there is none yet."""
        if self.returncode is None and self._answers is not None:
            self.returncode = int(self._answers.recv(64, flags))
            self._answers.close()


def _starts_otherwise(environment: dict[str, str]) -> bool:
    """Whether an interpreter with these variables differs from ours from its start."""
    searched = environment.get("PYTHONPATH", "").split(os.pathsep)
    return any(environment.get(name) != os.environ.get(name) for name in _READ_AT_START) or any(
        place and place != str(ROOT) and place not in sys.path for place in searched
    )


def _serve(requests: socket.socket) -> tuple[str, list[str]]:
    """Fork a child for each request; in the child, give its module and its arguments."""
    while True:
        request, files, _, _ = socket.recv_fds(requests, _MOST, 5)
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


def _become(request: bytes, files: list[int]) -> tuple[str, list[str]]:
    import random
    import time

    module, arguments, environment, folder, leads = json.loads(request)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    if leads:
        os.setsid()
    time.tzset()
    random.seed()
    tempfile.tempdir = None
    answers, again, *streams = files
    for own, file in enumerate(streams):
        os.dup2(file, own)
    for file in (answers, *streams):
        os.close(file)
    # those of what is loaded take the new files for such as they had: files, that can be sought in
    for own, name in enumerate(("stdin", "stdout", "stderr")):
        was = getattr(sys, name)
        stream = open(  # noqa: SIM115
            own, "w" if own else "r", encoding=was.encoding, errors=was.errors, closefd=False,
        )  # fmt: skip
        if own == 2 or (own and (stream.isatty() or os.environ.get("PYTHONUNBUFFERED"))):
            stream.reconfigure(line_buffering=True)
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)
    # the commands that it starts itself, one for each newspaper, are loaded commands too
    os.set_inheritable(again, False)
    from_here = Loaded.reached_by(socket.socket(fileno=again))
    Command.where = staticmethod(lambda: from_here)
    subprocess.Popen = Command  # type: ignore[misc]
    return str(module), list(arguments)


def _load() -> None:
    import gc
    import importlib
    import pkgutil

    import scrapy.cmdline
    import scrapy.core.engine
    import scrapy.logformatter
    import scrapy.statscollectors  # noqa: F401
    from scrapy.settings import default_settings

    import crawler.runs.reader_process
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
    # a reader that is forked from here has nothing left to load on its first page's time
    crawler.runs.reader_process._is_loaded = True
    assert "twisted.internet.reactor" not in sys.modules, "each child chooses its own"
    gc.freeze()


def _fork_readers_from_here() -> None:
    """Fork what multiprocessing's fork server is, for the page readers of this command.

    They are otherwise started by `spawn`, which loads anew what is loaded here. It has to be there
    before the command has threads and connections. It ends with the command.
    """
    import multiprocessing.forkserver as forkserver
    from multiprocessing.connection import arbitrary_address

    import crawler.runs.reader_process

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
        _module, _arguments = _serve(_requests)
    import scrapy.__main__
    from scrapy.cmdline import execute

    import crawler.__main__

    if _READS_PAGES & {*_arguments}:
        _fork_readers_from_here()
    _main = crawler.__main__ if _module == "crawler" else scrapy.__main__
    sys.argv = [_main.__file__, *_arguments]
    try:
        if _module == "crawler":
            crawler.__main__.main()
        execute()
    except SystemExit as end:
        if not isinstance(end.code, int | None):
            raise
        _leave(end.code or 0)
