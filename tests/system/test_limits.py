"""What a server may send, and what it costs us."""

from __future__ import annotations

import asyncio
import gzip
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest
from scrapy import Request

from crawler.errors import HemerotecaError
from crawler.extensions import download, heads
from crawler.extensions.room import Room
from tests.loopback import NOT_FOUND, raw_site

from .conftest import FULL_SPEED, ROOT, crawl, query, run_scrapy
from .test_hostile import STORY

OK = b"HTTP/1.1 200 OK\r\n"
Said = bytes | Callable[[], Iterator[bytes]]


def endless_lines() -> Iterator[bytes]:
    yield OK
    for number in range(10**9):
        yield b"".join(b"X-%d-%d: %s\r\n" % (number, n, b"y" * 200) for n in range(100))


def many_short_lines() -> Iterator[bytes]:
    yield OK + b"".join(b"X%d:\r\n" % n for n in range(5_000)) + b"\r\n"


def one_endless_line() -> Iterator[bytes]:
    yield OK + b"X-Long: "
    while True:
        yield b"y" * 65_536


def folded_without_end() -> Iterator[bytes]:
    yield OK + b"X-Long: y\r\n"
    while True:
        yield b" folded\r\n" * 1_000


def endless_status() -> Iterator[bytes]:
    yield b"HTTP/1.1 200 "
    while True:
        yield b"O" * 65_536


def interim_without_end() -> Iterator[bytes]:
    while True:
        yield b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n" * 500


def trailers_without_end() -> Iterator[bytes]:
    yield OK + b"Transfer-Encoding: chunked\r\nContent-Type: text/html\r\n\r\n3\r\nabc\r\n0\r\n"
    while True:
        yield b"X-Trailer: y\r\n" * 1_000


def long_chunk_extension() -> Iterator[bytes]:
    yield OK + b"Transfer-Encoding: chunked\r\nContent-Type: text/html\r\n\r\n3;"
    while True:
        yield b"e" * 65_536


HEADS = (
    endless_lines, many_short_lines, one_endless_line, folded_without_end, endless_status,
    interim_without_end, trailers_without_end, long_chunk_extension,
)  # fmt: skip


def answering(body: bytes, *headers: bytes) -> bytes:
    head = OK + b"Content-Type: text/html; charset=utf-8\r\nConnection: close\r\n"
    return head + b"".join(headers) + b"Content-Length: %d\r\n\r\n" % len(body) + body


# 27 kB of one header: some have such
_STORY = answering(
    STORY.encode(), b"Content-Security-Policy: " + b"https://a.example " * 1_500 + b"\r\n"
)


def packed(size: int) -> bytes:
    body = gzip.compress(b"<html><body><p>" + b"a " * (size // 2), 9)
    return answering(body, b"Content-Encoding: gzip\r\n")


@contextmanager
def raw_server(answers: dict[str, Said]) -> Iterator[str]:
    """A server that says of each path what it should; gives its base URL."""

    def answer(path: str) -> bytes | Iterator[bytes]:
        said = answers.get(path, NOT_FOUND)
        return said if isinstance(said, bytes) else said()

    with raw_site(answer) as (url, _):
        yield url


def watched(*command: str) -> tuple[subprocess.CompletedProcess[str], int, int]:
    """Run `scrapy`; gives what became of it, the most memory that it and its readers took together
    (bytes), and how many ports it listened at."""
    process = subprocess.Popen(
        [sys.executable, "-m", "scrapy", *command], cwd=ROOT, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, "COLUMNS": "100"},
    )  # fmt: skip
    most = ports = 0
    main = psutil.Process(process.pid)
    while process.poll() is None:
        with suppress(psutil.NoSuchProcess):
            family = [main, *main.children(recursive=True)]
            most = max(most, sum(each.memory_info().rss for each in family))
            open_ports = [c for c in main.net_connections("tcp") if c.status == psutil.CONN_LISTEN]
            ports = max(ports, len(open_ports))
        time.sleep(0.05)
    out, err = process.communicate()
    return subprocess.CompletedProcess(command, process.returncode, out, err), most, ports


def test_heads_without_end_cost_their_own_pages_and_little_memory(tmp_path: Path) -> None:
    answers = {f"/{each.__name__}": each for each in HEADS}
    with raw_server({**answers, "/story": _STORY}) as url:
        pages = tmp_path / "urls.txt"
        pages.write_text("".join(f"{url}{path}\n" for path in (*answers, "/story")))
        done, memory, _ = watched(
            "crawl", "article", "-a", f"urls={pages}", "-a", f"archive={tmp_path / 'a'}",
            "-a", "allow_private=1", *FULL_SPEED,
        )  # fmt: skip
    assert "Traceback" not in done.stderr
    rows = query(tmp_path / "a", "SELECT url, state, reason FROM urls WHERE role = 'page'")
    states = {row["url"].rpartition("/")[2]: (row["state"], row["reason"]) for row in rows}
    assert states.pop("story") == ("done", None)
    assert set(states) == {each.__name__ for each in HEADS}
    for name in ("endless_lines", "many_short_lines", "folded_without_end", "interim_without_end",
                 "one_endless_line", "endless_status"):  # fmt: skip
        state, reason = states[name]
        assert state == "failed", name
        assert "head of the answer" in reason, name
    assert memory < 400e6


def test_pages_that_unpack_a_thousandfold_are_read_one_after_the_other(tmp_path: Path) -> None:
    bomb = packed(63_000_000)
    answers = {f"/packed-{n}": bomb for n in range(20)}
    with raw_server({**answers, "/story": _STORY}) as url:
        pages = tmp_path / "urls.txt"
        pages.write_text("".join(f"{url}{path}\n" for path in (*answers, "/story")))
        done, memory, ports = watched(
            "crawl", "article", "-a", f"urls={pages}", "-a", f"archive={tmp_path / 'a'}",
            "-a", "allow_private=1", *FULL_SPEED,
        )  # fmt: skip
    assert "Traceback" not in done.stderr
    assert query(tmp_path / "a", "SELECT count(*) AS n FROM urls WHERE state = 'queued'") == [
        {"n": 0}
    ]
    assert query(tmp_path / "a", "SELECT count(*) AS n FROM stories") == [{"n": 1}]
    assert memory < 500e6
    assert ports == 0


def test_long_pages_come_one_after_the_other(tmp_path: Path) -> None:
    body = b"<html><body><p>" + b"a word or two of it. " * 666_000
    answers = {f"/long-{n}": answering(body) for n in range(12)}
    with raw_server({**answers, "/story": _STORY}) as url:
        pages = tmp_path / "urls.txt"
        pages.write_text("".join(f"{url}{path}\n" for path in (*answers, "/story")))
        done, memory, _ = watched(
            "crawl", "article", "-a", f"urls={pages}", "-a", f"archive={tmp_path / 'a'}",
            "-a", "allow_private=1", "-s", "EXTRACT_CPU_SECONDS=0.5", *FULL_SPEED,
        )  # fmt: skip
    assert "Traceback" not in done.stderr
    kept = "SELECT sum(payload_bytes) AS n FROM captures WHERE payload_bytes > 10000000"
    assert query(tmp_path / "a", kept) == [{"n": 12 * len(body)}]
    assert query(tmp_path / "a", "SELECT count(*) AS n FROM stories") == [{"n": 1}]
    assert memory < 700e6  # of two at once a fast machine's readers would take 900


def test_one_page_is_fetched_under_the_limits_of_a_crawl() -> None:
    def endless() -> Iterator[bytes]:
        yield OK + b"Content-Type: text/html\r\n\r\n<html>"
        while True:
            yield b"<p>on and on " * 5_000

    with raw_server({"/endless": endless, "/head": endless_lines, "/story": _STORY}) as url:
        limit = ("-s", "DOWNLOAD_MAXSIZE=3000000")
        done, memory, ports = watched("try", f"{url}/endless", "--allow-private", *limit)
        assert memory < 300e6
        assert ports == 0
        assert done.returncode in (0, 3)
        head = run_scrapy("try", f"{url}/head", "--allow-private")
        story = run_scrapy("try", f"{url}/story", "--allow-private")
    assert head.returncode == 3
    assert "head of the answer" in head.stderr
    assert "Traceback" not in head.stderr + done.stderr
    assert "Weir repaired" in story.stdout


def test_a_crawl_leaves_nothing_at_home_and_needs_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    for variable in ("XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(variable, raising=False)
    with raw_server({"/story": _STORY}) as url:
        done = crawl("article", tmp_path / "a", url=f"{url}/story")
        assert done.returncode == 0, done.stderr
        assert not list(home.rglob("*"))
        monkeypatch.setenv("HOME", "/dev/null/none")
        again = crawl("article", tmp_path / "b", url=f"{url}/story")
    assert again.returncode == 0, again.stderr
    assert "Traceback" not in again.stderr


def test_heads_are_bounded_without_the_tap_too(tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "from crawler.extensions import tap\n"
        "tap.self_test = lambda: False\n"
        "from scrapy.cmdline import execute\n"
        "execute(['scrapy', *sys.argv[1:]])\n"
    )
    names = ("endless_lines", "many_short_lines", "one_endless_line", "interim_without_end")
    answers = {f"/{each.__name__}": each for each in HEADS if each.__name__ in names}
    with raw_server({**answers, "/story": _STORY}) as url:
        pages = tmp_path / "urls.txt"
        pages.write_text("".join(f"{url}{path}\n" for path in (*answers, "/story")))
        done = subprocess.run(
            [sys.executable, "-c", program, "crawl", "article", "-a", f"urls={pages}", "-a",
             f"archive={tmp_path / 'a'}", "-a", "allow_private=1", *FULL_SPEED],
            cwd=ROOT, capture_output=True, text=True, timeout=500,
        )  # fmt: skip
    assert "the tap on HTTP connections does not work" in done.stderr
    assert "Traceback" not in done.stderr
    rows = query(tmp_path / "a", "SELECT url, state, reason FROM urls WHERE role = 'page'")
    states = {row["url"].rpartition("/")[2]: (row["state"], row["reason"]) for row in rows}
    for name in names:
        state, reason = states.pop(name)
        if name == "one_endless_line":  # that one Twisted bounds by itself
            assert state in ("failed", "retry")
        else:
            assert state == "failed", name
            assert "head of the answer" in reason
    assert set(states) == {"story"}


def test_where_heads_cannot_be_bounded_nothing_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert heads.self_test()
    with pytest.raises(AttributeError):  # a Twisted that makes connections otherwise
        heads.self_test(lambda *args: object())
    monkeypatch.setattr(download, "bounds_heads", lambda: False)
    with pytest.raises(HemerotecaError, match="cannot be bounded"):
        download.refuse_unbounded_heads()


class Connection:
    """Stands for a connection, and for the time limit of what comes over it."""

    def __init__(self) -> None:
        self.flows = True
        self.limit = 100.0

    def pauseProducing(self) -> None:
        self.flows = False

    def resumeProducing(self) -> None:
        self.flows = True

    def active(self) -> bool:
        return True

    def getTime(self) -> float:
        return self.limit

    def seconds(self) -> float:
        return 40.0

    def reset(self, seconds: float) -> None:
        self.limit = 40.0 + seconds


def test_one_long_body_comes_and_the_others_wait_for_room() -> None:
    async def come() -> None:
        room = Room(10_000_000)
        requests = [Request(f"https://a.example/{n}") for n in range(4)]
        long, other, third, short = (Connection() for _ in requests)
        for request, connection in zip(requests, (long, other, third, short), strict=True):
            room.begin(request, connection, connection)
            room.take(request, 900_000)
        room.take(requests[0], 9_000_000)
        room.take(requests[1], 900_000)
        room.take(requests[2], 900_000)
        room.take(requests[3], 50_000)
        assert (long.flows, other.flows, third.flows, short.flows) == (True, False, False, True)
        assert other.limit > 100  # its time stands still
        free = room.keep(11_000_000)
        room.end(requests[0])  # what is held is more than there is room for: nobody goes on
        assert (other.flows, third.flows, short.flows) == (False, False, True)
        free()
        assert (other.flows, third.flows) == (True, True)
        assert other.limit == 100

    asyncio.run(come())


def test_where_no_page_reader_can_be_had_the_run_ends_in_one_line_and_loses_nothing(
    tmp_path: Path,
) -> None:
    # interpreters that are started to read pages end before they have begun
    (tmp_path / "sitecustomize.py").write_text(
        "import os, sys\nif '--multiprocessing-fork' in sys.orig_argv:\n    os._exit(1)\n"
    )
    folder = tmp_path / "a"
    story = OK + b"Content-Type: text/html\r\n\r\n" + STORY.encode()
    with raw_site(lambda path: story if path == "/a-story-of-a-weir" else NOT_FOUND) as (base, _):
        url = f"{base}/a-story-of-a-weir"
        command = [
            sys.executable, "-m", "scrapy", "crawl", "article", "-a", f"url={url}",
            "-a", f"archive={folder}", "-a", "allow_private=1", *FULL_SPEED,
        ]  # fmt: skip
        environment = {**os.environ, "PYTHONPATH": str(tmp_path), "COLUMNS": "100"}
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=500
        )
        assert done.returncode == 1
        assert "page readers cannot be started" in done.stderr.splitlines()[-1]
        assert "Traceback" not in done.stderr
        again = crawl("article", folder, url=url)
    assert again.returncode == 0, again.stderr
    assert query(folder, "SELECT count(*) AS n FROM stories") == [{"n": 1}]
