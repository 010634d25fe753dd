"""Worker processes that read pages, so that the crawl's own process only waits and stores."""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import os
import pickle
import socket
import weakref
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from typing import Any, ParamSpec, TypeVar

from crawler import processes
from crawler.errors import HemerotecaError, PageError
from crawler.reasons import in_words
from crawler.runs.reader_process import HEAD, serve

P = ParamSpec("P")
T = TypeVar("T")

START_METHOD = processes.START_METHOD

CPU_SECONDS = 2.0
"""CPU time that one page may take before it is given up; an average page takes 0.01."""
LIST_TIMES = 10
"""Times that which a sitemap, feed or other list may take: fifty thousand addresses take 3 s."""

_AHEAD = 2
"""Pages that a reader is given at most: the one that it reads, and the next; none after a list,
which may take hundreds of times as long as a page."""
_TRIES = 2
"""How many readers a page may take with it before it is given up."""
_STARTS = 3
"""How many readers in a row may end while they load, before it is given up that any can be had."""
_LAST_SECONDS = 1.0
"""What a reader may take to end when nobody waits for its answers any more."""
_CHUNK = 256 * 1024

logger = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class _Job:
    """A function that is to run in a reader."""

    cpu_seconds: float
    function: Callable[..., Any]
    args: tuple[object, ...]
    answer: asyncio.Future[Any]
    is_list: bool
    deaths: int = 0
    """Readers that have died of it."""


class Workers:
    """A pool of processes for pure functions of this program.

    Each has a line of its own to the crawl's process, and answers in the order in which it was
    asked: where one dies (out of memory, a crash or an endless loop in a C library), it was of the
    page that it had in hand. That is tried once more, then given up; nothing else is lost.
    """

    def __init__(self, count: int, cpu_seconds: float = CPU_SECONDS) -> None:
        """count: processes; 0 for one a core. cpu_seconds: what one page may take."""
        self.count = count or os.cpu_count() or 1
        self.cpu_seconds = cpu_seconds
        self.faults = 0
        """How often a function failed in a way that it should not."""
        self._unloaded = 0
        """Readers that have ended while they loaded, since the last one that did not."""
        self._readers: list[_Reader] = []
        self._waiting: deque[_Job] = deque()
        self._loop: asyncio.AbstractEventLoop | None = None

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `function(*args)` in a worker.

        function: importable by name, its arguments and result picklable.
        Raises HemerotecaError and OSError as it does; PageError where it raises anything else, took
        too long or broke its process twice.
        """
        assert not kwargs, "positional arguments only"
        return await self._guarded(False, function, *args)

    async def run_list(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """As `run`, for a sitemap or another list: one file of fifty thousand addresses may be all
        that tells of them, and takes LIST_TIMES as long as a page may."""
        assert not kwargs, "positional arguments only"
        return await self._guarded(True, function, *args)

    async def _guarded(self, is_list: bool, function: Callable[..., T], *args: object) -> T:
        try:
            return await self._run(is_list, function, *args)
        except (HemerotecaError, OSError):
            raise
        except Exception as error:  # a fault of ours costs this page alone
            self.faults += 1
            logger.error("%s failed", function.__qualname__, exc_info=error)
            raise PageError("reading_failed", in_words(error)) from error

    async def _run(self, is_list: bool, function: Callable[..., T], *args: object) -> T:
        loop = asyncio.get_running_loop()
        if loop is not self._loop:  # readers talk to the loop that has started them
            self.close()
            self._loop = loop
        seconds = LIST_TIMES * self.cpu_seconds if is_list else self.cpu_seconds
        job = _Job(seconds, function, args, loop.create_future(), is_list)
        self._waiting.append(job)
        self._hand_out()
        answer: T = await job.answer
        return answer

    def _hand_out(self) -> None:
        """Give what waits to the readers that have the least to do."""
        while self._waiting:
            least = min(self._readers, key=lambda each: each.load, default=None)
            if least is None or least.load >= _AHEAD:
                # a run of few pages, or one that asks politely, has enough of one
                may_start = len(self._readers) < self.count and self._unloaded < _STARTS
                least = self._started() if may_start else None
            if least is None:
                return
            job = self._waiting.popleft()
            if not job.answer.done():  # nobody waits for it any more
                least.give(job)

    def _started(self) -> _Reader | None:
        """A new reader; None where none can be started: what waits is then told so, if there is no
        other one."""
        assert self._loop is not None
        try:
            reader = _Reader(self._loop, self._hand_out, self._lose)
        except Exception as error:  # no process, thread or memory to be had
            if not self._readers:
                self._do_without(in_words(error), error)
            return None
        self._readers.append(reader)
        return reader

    def _do_without(self, why: str, error: Exception | None = None) -> None:
        """Tell whoever waits that no reader can be had."""
        failed = HemerotecaError(
            f"page readers cannot be started ({why}); free some memory and run the same command"
            " again: it goes on from here"
        )
        failed.__cause__ = error
        while self._waiting:
            _tell(self._waiting.popleft(), failed)

    def _lose(self, reader: _Reader) -> None:
        """A reader has died, and with it what it had in hand."""
        if reader not in self._readers:
            return
        logger.warning("a page reader died; starting a new one")
        self._readers.remove(reader)
        reader.end()
        if reader.is_loaded:
            self._unloaded = 0
            if reader.jobs:
                reader.jobs[0].deaths += 1
        else:  # no page has done that
            self._unloaded += 1
        for job in reversed(reader.jobs):
            if job.deaths < _TRIES:
                self._waiting.appendleft(job)
            else:
                _tell(job, PageError("reader_died"))
        if self._unloaded >= _STARTS and not self._readers:
            self._unloaded = 0
            self._do_without(f"{_STARTS} have ended while they were loading")
        self._hand_out()

    def close(self) -> None:
        """End the processes; of what they read nobody hears."""
        readers, self._readers = self._readers, []
        left = [*(job for reader in readers for job in reader.jobs), *self._waiting]
        self._waiting.clear()
        if self._loop is not None and not self._loop.is_closed():
            for job in left:
                job.answer.cancel()
        for reader in readers:
            reader.hang_up()
        for reader in readers:
            reader.end()

    def kill(self) -> None:
        """End the processes now, whatever they are reading."""
        for reader in self._readers:
            reader.process.kill()
        self.close()


class _Reader:
    """A reader's process, and the line to it."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, on_answer: Callable[[], None],
        on_death: Callable[[_Reader], None],
    ) -> None:  # fmt: skip
        """on_answer: told of each answer. on_death: told when it has ended, if nobody has ended it.
        Raises OSError and the like where it cannot be started."""
        self.jobs: deque[_Job] = deque()
        """What it was asked for, in order; the first is what it does."""
        self.is_loaded = False
        """Whether it has got as far as to read what it is asked for."""
        self._loop, self._on_answer, self._on_death = loop, on_answer, on_death
        self._line, far = socket.socketpair()
        self._unsent: deque[memoryview] = deque()
        with far:
            try:
                self.process = _start(far)
            except BaseException:
                self._line.close()
                raise
        self._line.setblocking(False)
        # a process that nobody has ended would be waited for when this one ends
        self._hang_up = weakref.finalize(self, _hang_up, self._line)
        self._sending: asyncio.Task[None] | None = None
        self._hearing = loop.create_task(self._hear())

    @property
    def load(self) -> int:
        """How much it has to do, in pages; a list is as much as it is given at once."""
        return sum(_AHEAD if job.is_list else 1 for job in self.jobs)

    def give(self, job: _Job) -> None:
        """Have it do something, after what it does already."""
        try:
            asked = pickle.dumps((job.cpu_seconds, job.function, job.args), -1)
        except Exception as error:
            _tell(job, error)
            return
        self.jobs.append(job)
        self._unsent.append(memoryview(HEAD.pack(len(asked))))
        self._unsent.append(memoryview(asked))
        if self._sending is None:
            self._send_what_fits()

    def _send_what_fits(self) -> None:
        """Most pages fit into what the line holds, and nobody has to wait."""
        with suppress(OSError):  # that it cannot take more, or has ended: its hearing tells
            while self._unsent:
                sent = self._line.send(self._unsent[0])
                if sent == len(self._unsent[0]):
                    self._unsent.popleft()
                else:
                    self._unsent[0] = self._unsent[0][sent:]
        if self._unsent:
            self._sending = self._loop.create_task(self._send_the_rest())

    async def _send_the_rest(self) -> None:
        try:
            while self._unsent:
                await self._loop.sock_sendall(self._line, self._unsent[0])
                self._unsent.popleft()
        except OSError:  # how much of it was sent is not known: its hearing ends, too
            self.hang_up()
        finally:
            self._sending = None

    async def _hear(self) -> None:
        """Take its answers until it has ended."""
        try:
            await self._take_answers()
        except OSError:  # it was killed
            pass
        except Exception as error:  # no memory for its answer
            logger.error("a page reader's answer was not understood", exc_info=error)
        self._on_death(self)

    async def _take_answers(self) -> None:
        chunk = memoryview(bytearray(_CHUNK))
        heard = bytearray()
        while count := await self._loop.sock_recv_into(self._line, chunk):
            heard += chunk[:count]
            while len(heard) >= HEAD.size:
                end = HEAD.size + HEAD.unpack_from(heard)[0]
                if len(heard) < end:
                    break
                if end > HEAD.size:
                    with memoryview(heard) as whole, whole[HEAD.size : end] as told:
                        _answer(self.jobs.popleft(), told)
                else:
                    self.is_loaded = True
                del heard[:end]
                self._on_answer()

    def hang_up(self) -> None:
        """Let it end as soon as it has finished what it does."""
        self._hang_up()

    def end(self) -> None:
        """Wait for its end, but not for long."""
        self.hang_up()
        if not self._loop.is_closed():
            for task in (self._hearing, self._sending):
                if task is not None:
                    task.cancel()
            # the loop is not to look for a file that is closed, or is another one by then
            with suppress(NotImplementedError):  # a loop that does not look for files
                self._loop.remove_reader(self._line)
                self._loop.remove_writer(self._line)
        self.process.join(_LAST_SECONDS)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()
        self.process.close()  # else its files stay open until cycles are looked for
        self._line.close()


def _hang_up(line: socket.socket) -> None:
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)


def _answer(job: _Job, told: memoryview) -> None:
    """Tell whoever waits what a reader has answered."""
    try:
        is_well, found, *more = pickle.loads(told)  # noqa: S301 (from a process of our own)
        if is_well:
            if not job.answer.done():
                job.answer.set_result(found)
            return
        found.__cause__ = _InReaderError(more[0])
        _tell(job, found)
    except Exception as error:  # what is not to be understood, or not to be raised here
        _tell(job, error)


class _InReaderError(Exception):
    """Where in a reader something was raised: its traceback, as text."""

    def __str__(self) -> str:
        return f"\n{self.args[0]}"


def _tell(job: _Job, error: BaseException) -> None:
    if not job.answer.done():
        job.answer.set_exception(error)


def _start(line: socket.socket) -> BaseProcess:
    context: Any = multiprocessing.get_context(START_METHOD)
    process: BaseProcess = context.Process(target=serve, args=(line,))
    with processes.starting():
        process.start()
    return process
