"""Page readers in their own processes."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from multiprocessing.process import BaseProcess

import psutil
import pytest

from crawler.errors import HemerotecaError, PageError
from crawler.extract import extract
from crawler.runs import Workers, reader_process, workers


@pytest.fixture
def pool() -> Iterator[Workers]:
    pool = Workers(1)
    yield pool
    pool.close()


def test_a_function_runs_in_another_process(pool: Workers) -> None:
    assert asyncio.run(pool.run(os.getpid)) != os.getpid()


def test_what_it_raises_for_the_user_comes_back(pool: Workers) -> None:
    with pytest.raises(PageError, match="page is empty"):
        asyncio.run(pool.run(extract, b"", "https://news.example/"))
    with pytest.raises(FileNotFoundError):
        asyncio.run(pool.run(os.stat, "/no/such/file"))
    assert pool.faults == 0


def test_any_other_fault_costs_one_page_and_is_counted(pool: Workers) -> None:
    with pytest.raises(PageError, match=r"reading the page failed: a fault of the program"):
        asyncio.run(pool.run(divmod, 1, 0))
    assert asyncio.run(pool.run(abs, -1)) == 1
    assert pool.faults == 1


class _NoError(Exception):
    """Sent to another process, it comes as a text."""

    def __reduce__(self) -> tuple[type, tuple[str]]:
        return str, ("no error",)


def _stop_iteration() -> None:
    raise StopIteration


def _no_error() -> None:
    raise _NoError


@pytest.mark.parametrize("function", [_stop_iteration, _no_error, sys.exit])
def test_what_cannot_be_raised_here_as_it_was_there_costs_one_page(
    pool: Workers, function: Callable[[], None]
) -> None:
    async def read_both() -> list[object]:
        pages = pool.run(function), pool.run(abs, -1)
        return await asyncio.wait_for(asyncio.gather(*pages, return_exceptions=True), 60)

    failed, read = asyncio.run(read_both())
    assert isinstance(failed, PageError)
    assert read == 1


@pytest.mark.parametrize(("ended", "is_read"), [(2, True), (3, False)])
def test_readers_that_end_while_they_load_are_no_fault_of_the_page(
    pool: Workers, monkeypatch: pytest.MonkeyPatch, ended: int, is_read: bool
) -> None:
    left = iter(range(ended))
    start = workers._start

    def start_and_end(line: socket.socket) -> BaseProcess:
        process = start(line)
        if next(left, None) is not None:
            process.kill()
        return process

    monkeypatch.setattr(workers, "_start", start_and_end)
    if is_read:
        assert asyncio.run(pool.run(abs, -1)) == 1
    else:
        with pytest.raises(HemerotecaError, match="cannot be started") as raised:
            asyncio.run(pool.run(abs, -1))
        assert not isinstance(raised.value, PageError)


def test_an_end_in_the_middle_of_a_long_page_leaves_the_loop_nothing_to_look_for() -> None:
    async def close_early() -> list[dict[str, object]]:
        faults: list[dict[str, object]] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, fault: faults.append(fault))
        pool = Workers(1)
        assert await pool.run(abs, -1) == 1
        pages = [asyncio.ensure_future(pool.run(_length, 0.2, bytes(9_000_000))) for _ in range(2)]
        await asyncio.sleep(0.1)  # the second one is half sent
        pool.kill()
        await asyncio.wait(pages)
        await asyncio.sleep(0.1)
        return faults

    assert asyncio.run(close_early()) == []


def test_readers_that_died_leave_nothing_open(pool: Workers) -> None:
    async def read_on() -> tuple[int, int]:
        await pool.run(abs, -1)
        before = psutil.Process().num_fds()
        for _ in range(2):
            with pytest.raises(PageError):
                await pool.run(os.abort)
        await pool.run(abs, -1)
        return before, psutil.Process().num_fds()

    gc.disable()  # which closes what it comes upon
    try:
        before, after = asyncio.run(read_on())
    finally:
        gc.enable()
    assert after == before


def test_a_page_that_kills_its_reader_is_given_up_and_the_next_one_read(pool: Workers) -> None:
    async def read_many() -> list[object]:
        pages = [pool.run(abs, -1), pool.run(os.abort), *(pool.run(abs, -n) for n in range(5))]
        return await asyncio.gather(*pages, return_exceptions=True)

    first, killer, *others = asyncio.run(read_many())
    assert isinstance(killer, PageError)
    assert "ends its process" in str(killer)
    assert [first, *others] == [1, 0, 1, 2, 3, 4]


def test_what_is_longer_than_its_line_holds_goes_both_ways(pool: Workers) -> None:
    pages = [os.urandom(3_000_000) for _ in range(4)]

    async def read_many() -> list[bytes]:
        return await asyncio.gather(*(pool.run(bytes, page) for page in pages))

    assert asyncio.run(read_many()) == pages


def test_a_reader_that_is_killed_takes_nothing_with_it() -> None:
    async def read_many() -> tuple[list[float], set[int]]:
        pool = Workers(2)
        try:
            before = {await pool.run(os.getpid)}
            pages = [asyncio.ensure_future(pool.run(_sleep, 0.05)) for _ in range(20)]
            await asyncio.sleep(0.3)
            for reader in list(pool._readers):
                assert reader.process.pid is not None
                os.kill(reader.process.pid, signal.SIGKILL)
            return await asyncio.gather(*pages), before & {await pool.run(os.getpid)}
        finally:
            pool.close()

    slept, survivors = asyncio.run(read_many())
    assert slept == [0.05] * 20
    assert not survivors


def test_no_page_waits_behind_a_list_while_another_reader_has_nothing_to_do() -> None:
    async def read() -> bool:
        pool = Workers(2)
        try:
            # a list, and pages that come one after the other: the first of them waited behind it
            long = asyncio.ensure_future(pool.run_list(_sleep, 600))
            assert await pool.run(abs, -1) == 1
            assert await pool.run(abs, -2) == 2
            short = asyncio.ensure_future(pool.run_list(_sleep, 0.2))
            assert await pool.run(abs, -3) == 3  # both have a list now: the one that ends takes it
            assert await short == 0.2
            return long.done()
        finally:
            pool.kill()

    assert not asyncio.run(read())


def test_a_reader_that_ended_while_it_had_nothing_to_do_is_replaced(pool: Workers) -> None:
    async def kill_between() -> tuple[int, int]:
        first = await pool.run(os.getpid)
        os.kill(first, signal.SIGKILL)
        await asyncio.sleep(0.1)
        return first, await pool.run(os.getpid)

    first, second = asyncio.run(kill_between())
    assert first != second


def test_who_does_not_wait_any_more_holds_nobody_up(pool: Workers) -> None:
    async def give_up() -> int:
        pages = [asyncio.ensure_future(pool.run(_sleep, 0.05)) for _ in range(6)]
        await asyncio.sleep(0.01)
        for page in pages:
            page.cancel()
        return await pool.run(abs, -1)

    assert asyncio.run(give_up()) == 1


def test_what_cannot_be_sent_costs_one_page(pool: Workers) -> None:
    for function, argument in ((abs, lambda: 1), (open, os.devnull)):  # the second one's result
        with pytest.raises(PageError, match="fault of the program"):
            asyncio.run(pool.run(function, argument))
    assert asyncio.run(pool.run(abs, -1)) == 1


def test_a_program_that_forgets_to_close_its_readers_ends() -> None:
    program = (
        "import asyncio, os\n"
        "from crawler.runs import Workers\n"
        "pool = Workers(1)\n"
        "if __name__ == '__main__':\n"
        "    print(asyncio.run(pool.run(abs, -1)))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, b"1\n"), done.stderr


def test_what_a_reader_loads_once_is_no_part_of_what_its_first_page_may_take() -> None:
    pool = Workers(1, cpu_seconds=0.2)  # to load tables and libraries takes half a second
    try:
        html = (
            b"<html lang=en><h1>Ferry returns</h1>" + b"<p>The ferry is back on the river.</p>" * 9
        )
        page = asyncio.run(pool.run(extract, html, "https://news.example/ferry-returns-1"))
        assert page.article.title == "Ferry returns"
        with pytest.raises(PageError, match="CPU time"):
            asyncio.run(pool.run(_spin))
    finally:
        pool.close()


def test_endless_work_is_ended(pool: Workers) -> None:
    previous = signal.signal(signal.SIGPROF, reader_process._too_long)
    try:
        with pytest.raises(PageError, match="CPU time"):
            reader_process._bounded(0.2, _spin)
    finally:
        signal.signal(signal.SIGPROF, previous)


def test_endless_work_that_hears_no_signal_is_ended_by_the_kernel() -> None:
    # this pattern backtracks for longer than anyone waits, in C, holding the interpreter
    program = (
        "import re, signal\n"
        "from crawler.runs import reader_process\n"
        "signal.signal(signal.SIGPROF, reader_process._too_long)\n"
        "reader_process._bounded(0.5, re.fullmatch, '(a|a)*b', 'a' * 40)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], timeout=500, capture_output=True)
    assert done.returncode == -signal.SIGXCPU or b"CPU time" in done.stderr


def _sleep(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


def _length(seconds: float, data: bytes) -> int:
    time.sleep(seconds)
    return len(data)


def _spin() -> None:
    while True:
        pass


def test_a_page_is_read_without_scrapy_and_the_archive() -> None:
    # each reader would load them anew: half a second, and thirty megabytes
    program = (
        "import sys, crawler.runs.reader_process, crawler.runs.readings, crawler.runs.sightings\n"
        "print([m for m in ('scrapy', 'twisted', 'sqlite_utils') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


def test_no_reader_outlives_a_killed_crawl() -> None:
    program = (
        "import asyncio, os\n"
        "from crawler.runs import Workers\n"
        "async def main():\n"
        "    pool = Workers(1)\n"
        "    print(await pool.run(os.getpid), flush=True)\n"
        "    await asyncio.sleep(60)\n"
        "if __name__ == '__main__':\n"
        "    asyncio.run(main())\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True
    ) as run:
        assert run.stdout is not None
        reader = int(run.stdout.readline())
        run.kill()
    while _is_alive(reader):
        time.sleep(0.05)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    try:
        with open(f"/proc/{pid}/stat") as stat:  # noqa: PTH123
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
