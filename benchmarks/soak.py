"""What a long crawl takes: memory of each process, open files, the write-ahead log, pages a second.

A server on loopback makes up stories, each unlike the others, and lists that lead to ever more of
them; a crawl at full speed archives them for some minutes. What grows for as long as it runs is a
leak: after the first minutes no column but the pages should.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import linear_regression

import psutil

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "soak.md"
# Minutes of a crawl that says something about its memory.
_WRITTEN = 10
_A_LIST = 60
_VOCABULARY = 5_000
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_MB = 1_000_000


@lru_cache(maxsize=_VOCABULARY)
def _word(number: int) -> str:
    pick = random.Random(number)
    return "".join(pick.choice(_LETTERS) for _ in range(pick.randint(3, 9)))


def words(number: int, count: int) -> str:
    """Some invented words, the same for the same number."""
    pick = random.Random(number)
    return " ".join(_word(pick.randrange(_VOCABULARY)) for _ in range(count)).capitalize()


def address(number: int) -> str:
    """The path of a story."""
    return f"/2026/{number % 12 + 1:02}/{words(number, 5).lower().replace(' ', '-')}-{number}/"


def answer(path: str) -> str | None:
    """The page at a path; None if there is none."""
    if path == "/" or path.startswith("/page/"):
        page = 1 if path == "/" else int(path.strip("/").rpartition("/")[2])
        stories = range((page - 1) * _A_LIST, page * _A_LIST)
        cards = "".join(f'<h2><a href="{address(n)}">{words(n, 7)}</a></h2>' for n in stories)
        return f'<html><body><main>{cards}<a rel="next" href="/page/{page + 1}/">Older</a></main>'
    last = path.strip("/").rpartition("-")[2]
    if not path.startswith("/2026/") or not last.isdecimal():
        return None
    number = int(last)
    text = "".join(
        f"<p class=p{number % 997}>{words(number * 40 + n, 60)}. <a href='{address(number + n)}'>"
        f"{words(number + n, 7)}</a></p>"
        for n in range(1, 13)
    )
    at = (
        f"2026-{number % 12 + 1:02}-{number % 28 + 1:02}T{number % 24:02}:{number % 60:02}:07+01:00"
    )
    links = "".join(
        f'<li><a href="{address(number + n)}">{words(number + n, 7)}</a></li>'
        for n in range(20, 60)
    )
    return (
        f"<html lang=en><head><title>{words(number, 7)} - The Soak</title><meta"
        f" property=og:type content=article><meta property=article:published_time content='{at}'>"
        f"</head><body><article id=post-{number} class=post-{number}><h1>{words(number, 7)}</h1>"
        f"<time datetime='{at}'>{at}</time><span class=byline>By {words(number, 2)}</span>{text}"
        f"</article><aside class=related><h3>Related</h3><ul>{links}</ul></aside></body></html>"
    )


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = (answer(self.path) or "").encode()
        self.send_response(200 if body else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


def _serve(port: Connection) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    port.send(server.server_port)
    server.serve_forever()


@dataclass(frozen=True, slots=True)
class Row:
    """What was seen at one moment."""

    minutes: float
    pages: int
    pace: float
    """Pages a second since the row before."""
    crawl: float
    readers: tuple[float, ...]
    files: int
    wal: float

    def __str__(self) -> str:
        readers = ", ".join(f"{megabytes:.1f}" for megabytes in self.readers)
        return (
            f"| {self.minutes:.1f} | {self.pages:,} | {self.pace:.1f} | {self.crawl:.1f}"
            f" | {readers} | {self.files} | {self.wal:.1f} |"
        )


HEAD = (
    "| minutes | pages | pages/s | crawl MB | readers MB | open files | WAL MB |\n"
    "|---:|---:|---:|---:|---:|---:|---:|"
)


def growth(rows: Sequence[Row], of: Callable[[Row], float]) -> float:
    """MB a minute by which something grew over the second half: the slope of the line that is
    nearest to what was seen.

    >>> rows = [Row(n, 0, 0, 100 + 2 * n, (), 0, 0) for n in range(9)]
    >>> growth(rows, lambda row: row.crawl)
    2.0
    """
    half = [row for row in rows if row.minutes >= rows[-1].minutes / 2]
    if len(half) < 2:
        return 0.0
    return linear_regression([row.minutes for row in half], list(map(of, half))).slope


def soak(minutes: float, every: float, folder: Path) -> tuple[int, list[Row]]:
    """Crawl for so many minutes and print a row every so many seconds; returns the crawl's exit
    code, and the rows."""
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(
        target=_serve, args=(theirs,), daemon=True
    )
    server.start()
    url = f"http://127.0.0.1:{ours.recv()}/"
    command = [
        sys.executable, "-m", "scrapy", "crawl", "news", "-a", f"site={url}", "-a",
        f"archive={folder}", "-a", "allow_private=1", "-s", "DOWNLOAD_DELAY=0", "-s",
        "CONCURRENT_REQUESTS_PER_DOMAIN=16", "-s", "AUTOTHROTTLE_ENABLED=False",
    ]  # fmt: skip
    crawl = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    begun = time.monotonic()
    print(HEAD, flush=True)
    rows: list[Row] = []
    try:
        while crawl.poll() is None and time.monotonic() - begun < 60 * minutes:
            time.sleep(every)
            with suppress(psutil.NoSuchProcess, OSError):
                before = rows[-1].pages if rows else 0
                rows.append(_row(psutil.Process(crawl.pid), folder, begun, every, before))
                print(rows[-1], flush=True)
    finally:
        if crawl.poll() is None:
            crawl.send_signal(signal.SIGTERM)  # SIGINT may be ignored, as it is behind "&"
        code = crawl.wait(timeout=120)
        server.terminate()
    return code, rows


def _row(main: psutil.Process, folder: Path, begun: float, every: float, before: int) -> Row:
    readers = [
        child.memory_info().rss / _MB
        for child in main.children(recursive=True)
        if "resource_tracker" not in " ".join(child.cmdline())
    ]
    pages = _pages(folder)
    wal = folder / "archive.db-wal"
    size = wal.stat().st_size / _MB if wal.exists() else 0.0
    return Row(
        (time.monotonic() - begun) / 60, pages, (pages - before) / every,
        main.memory_info().rss / _MB, tuple(readers), main.num_fds(), size,
    )  # fmt: skip


def _pages(folder: Path) -> int:
    with suppress(sqlite3.Error):
        database = sqlite3.connect(f"{(folder / 'archive.db').as_uri()}?mode=ro", uri=True)
        try:
            return int(database.execute("SELECT count(*) FROM captures").fetchone()[0])
        finally:
            database.close()
    return 0


def main() -> None:
    """Read the arguments, soak, and write what was seen if it was long enough to say something."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=15)
    parser.add_argument("--every", type=float, default=30, help="seconds between two rows")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        code, rows = soak(given.minutes, given.every, Path(folder).resolve() / "archive")
    if not rows:
        sys.exit(code)
    verdict = (
        f"Over the second half the crawl grew by {growth(rows, lambda row: row.crawl):+.2f} MB a"
        " minute, its readers together by"
        f" {growth(rows, lambda row: sum(row.readers)):+.2f} MB a minute."
    )
    print(verdict)
    if given.minutes >= _WRITTEN:
        RESULTS.write_text(
            "# A long crawl\n\nWritten by `make soak`: invented stories without end, each unlike"
            f" the others, at full speed. Exit code {code}: it was stopped by SIGTERM.\n\n"
            f"**{verdict}**\n\nThe crawl's first sixty megabytes are its database's cache, which"
            " fills; what readers remember of earlier pages fills over some eight thousand pages"
            " each, what the crawl knows of addresses over fifty thousand: a machine that reads"
            f" fewer in the time shows them filling.\n\n{HEAD}\n"
            + "".join(f"{row}\n" for row in rows),
            encoding="utf-8",
        )
    sys.exit(0 if code == 130 else code)


if __name__ == "__main__":
    main()
