"""`make attack`: hostile servers, each crawled in one run with a well-behaved newspaper.

For each fault: seconds of the whole run, the most memory that the crawl and its page readers took
together, what the archive says of the hostile host, how much of the good newspaper is archived, and
whether `scrapy verify` finds the archive sound. All servers are on loopback.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import io
import os
import shutil
import signal
import socketserver
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "attack.md"
STORIES = [f"/2026/05/{day:02}/the-story-of-day-{day}" for day in range(1, 31)]

Answer = Callable[[str], Iterator[bytes]]
"""A path → the bytes of an answer, head and all."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A way of being hostile."""

    name: str
    answer: Answer | None = None
    """What the hostile server sends; None: the good newspaper is alone."""
    around: Callable[[str, Path], contextlib.AbstractContextManager[None]] | None = None
    """What is done to the run besides: gets the good site and the archive's folder."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one run."""

    fault: str
    seconds: float
    megabytes: float
    code: int | None
    """Exit code; None where it had to be killed."""
    reason: str
    good: int
    sound: bool

    @property
    def withstood(self) -> bool:
        """Whether the run ended by itself with all of the good newspaper and a sound archive."""
        return self.code is not None and self.good == len(STORIES) and self.sound


def page(body: str, kind: str = "text/html; charset=utf-8", head: str = "") -> bytes:
    """A whole answer with status 200."""
    data = body.encode("utf-8", "surrogatepass")
    lines = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(data)}\r\n{head}\r\n"
    return lines.encode() + data


def story(path: str, script: str = "") -> str:
    """A story's page."""
    text = "".join(
        f"<p>The lock at {path} was repaired in part {n} of the plan, said the master of the locks,"
        " who has looked after the river for twenty years and knows each of its stones.</p>"
        for n in range(6)
    )
    return (
        "<html lang=en><head><meta property='article:published_time'"
        f" content='2026-05-{int(path.rpartition('-')[2] or 1) % 28 + 1:02}'>{script}"
        f"<title>Lock {path} repaired</title></head><body><article><h1>Lock {path} repaired</h1>"
        f"{text}</article></body></html>"
    )


def links(*paths: str) -> str:
    """A page of links."""
    return "".join(f"<p><a href='{path}'>A story of some length</a></p>" for path in paths)


def good(path: str) -> Iterator[bytes]:
    """The well-behaved newspaper."""
    if path == "/":
        yield page(links(*STORIES))
    elif path in STORIES:
        yield page(story(path))
    else:
        yield NOT_FOUND


NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
_OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


def one_page(body: Callable[[], Iterator[bytes]]) -> Answer:
    """A newspaper with one story, that is answered so."""

    def answer(path: str) -> Iterator[bytes]:
        if path == "/":
            yield page(links("/2026/05/01/the-story-of-day-1"))
        elif path.startswith("/2026/"):
            yield from body()
        else:
            yield NOT_FOUND

    return answer


@cache
def _packed() -> bytes:
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=1) as out:
        for _ in range(500):
            out.write(bytes(1_000_000))
    return packed.getvalue()


def bomb() -> Iterator[bytes]:
    """Half a gigabyte in two megabytes."""
    head = b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(_packed())
    yield _OK + head + _packed()


def drip() -> Iterator[bytes]:
    """A byte now and then."""
    yield _OK + b"\r\n<html>"
    while True:
        time.sleep(0.5)
        yield b" "


def silence() -> Iterator[bytes]:
    """Nothing at all."""
    while True:
        time.sleep(0.5)
        yield b""


def endless_head() -> Iterator[bytes]:
    """One header after the other."""
    yield _OK
    while True:
        yield b"X-More: " + b"x" * 8_000 + b"\r\n"


def endless_1xx() -> Iterator[bytes]:
    """Early hints for ever."""
    while True:
        yield b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n" * 100


def huge_body() -> Iterator[bytes]:
    """Two hundred megabytes."""
    yield _OK + b"Content-Length: 200000000\r\n\r\n"
    for _ in range(2_000):
        yield b"x" * 100_000


def broken_chunks() -> Iterator[bytes]:
    """A transfer coding that is none."""
    yield _OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nzz\r\nbad\r\n"


def surrogates() -> Iterator[bytes]:
    """Half a character in the data for machines."""
    data = (
        '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "A\\udfff",'
        ' "author": {"name": "B\\udfff"}, "articleSection": "C\\udfff"}</script>'
    )
    yield page(story("/2026/05/01/the-story-of-day-1", data))


def redirect_loop() -> Iterator[bytes]:
    """To itself."""
    yield (
        b"HTTP/1.1 302 Found\r\nLocation: /2026/05/01/the-story-of-day-1\r\nContent-Length: 0\r\n"
        b"\r\n"
    )


def endless_sitemaps(path: str) -> Iterator[bytes]:
    """Indexes that name new indexes, twenty each."""
    if not path.endswith(".xml"):
        yield page(links()) if path == "/" else NOT_FOUND
        return
    stem = path.removesuffix(".xml")
    names = "".join(f"<sitemap><loc>http://HOST{stem}-{n}.xml</loc></sitemap>" for n in range(20))
    yield page(f"<sitemapindex>{names}</sitemapindex>", "application/xml")


def endless_next(path: str) -> Iterator[bytes]:
    """Each list names a next one."""
    number = int(path.rpartition("/")[2] or 0) if path.rpartition("/")[2].isdigit() else 0
    more = f"<link rel=next href='/page/{number + 1}'><link rel=prev href='/page/{number + 2}'>"
    yield page(f"<html><head>{more}</head><body><a href='/page/{number + 1}'>older</a></body>")


def calendar(path: str) -> Iterator[bytes]:
    """A page for each day, past and to come."""
    day = int(path.rpartition("=")[2]) if path.startswith("/calendar?day=") else 0
    yield page(links(*(f"/calendar?day={day + n}" for n in range(1, 8))))


def wordpress(path: str) -> Iterator[bytes]:
    """A list of posts that claims to have a hundred million million pages."""
    if path.startswith("/wp-json/"):
        yield page("[]", "application/json", "X-WP-TotalPages: 99999999999999\r\n")
    else:
        yield page("<link rel='https://api.w.org/' href='/wp-json/'>")


@contextmanager
def killed(site: str, archive: Path) -> Iterator[None]:
    """A run that is killed in the middle; the one that is measured resumes it."""
    with subprocess.Popen(
        [*command(site, archive), "-s", "DOWNLOAD_DELAY=0.1"],
        cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    ) as run:  # fmt: skip
        while run.poll() is None and count(archive, "SELECT count(*) FROM articles") < 5:
            time.sleep(0.05)
        run.kill()
    yield


@contextmanager
def full_disk(site: str, archive: Path) -> Iterator[None]:
    """A disk of three megabytes that fills up; then it is made larger."""
    archive.mkdir()
    options = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(archive)]
    subprocess.run(options, check=True, capture_output=True)
    try:
        (archive / "ballast").write_bytes(b"x" * 2_800_000)
        small = [*command(site, archive), "-s", "DISK_SPARE_BYTES=0"]
        subprocess.run(small, cwd=ROOT, capture_output=True, check=False)
        (archive / "ballast").unlink()
        subprocess.run(["mount", "-o", "remount,size=500m", str(archive)], check=True)
        yield
    finally:
        subprocess.run(["umount", "-l", str(archive)], check=False)


FAULTS = (
    Fault("half a gigabyte in two megabytes of gzip", one_page(bomb)),
    Fault("a body that drips", one_page(drip)),
    Fault("no answer at all", one_page(silence)),
    Fault("a head without end", one_page(endless_head)),
    Fault("1xx answers without end", one_page(endless_1xx)),
    Fault("a body of 200 MB", one_page(huge_body)),
    Fault("broken chunks", one_page(broken_chunks)),
    Fault("half a character in JSON-LD", one_page(surrogates)),
    Fault("a redirect to itself", one_page(redirect_loop)),
    Fault("sitemap indexes without end", endless_sitemaps),
    Fault("next pages without end", endless_next),
    Fault("a calendar without end", calendar),
    Fault("WordPress with 10^14 pages", wordpress),
    Fault("kill -9, then the same command", around=killed),
    Fault("a full disk, then the same command", around=full_disk),
)


@contextmanager
def serve(answer: Answer) -> Iterator[str]:
    """A server on loopback that sends what it is told to; gives its base URL."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            request = b""
            while not request.endswith(b"\r\n\r\n"):
                part = self.request.recv(65_536)
                if not part:
                    return
                request += part
            host = f"127.0.0.1:{self.request.getsockname()[1]}".encode()
            with contextlib.suppress(OSError):
                for part in answer(request.split()[1].decode()):
                    self.request.sendall(part.replace(b"//HOST", b"//" + host))

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True
        block_on_close = False

    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()


def command(sites: str, archive: Path) -> list[str]:
    """A crawl at full speed, whose patience with a server is short."""
    return [
        sys.executable, "-m", "scrapy", "crawl", "news", "-a", f"site={sites}",
        "-a", f"archive={archive}", "-a", "allow_private=1", "-s", "DOWNLOAD_DELAY=0.01",
        "-s", "AUTOTHROTTLE_ENABLED=False", "-s", "CONCURRENT_REQUESTS_PER_DOMAIN=8",
        "-s", "DOWNLOAD_TIMEOUT=15", "-s", "RETRY_TIMES=0", "-s", "DISK_SPARE_BYTES=0",
    ]  # fmt: skip


def attack(fault: Fault, folder: Path, patience: float = 240.0) -> Outcome:
    """Crawl a hostile server beside a good newspaper. patience: seconds until the run is killed.

    Raises OSError, subprocess.SubprocessError where the fault cannot be made here.
    """
    archive = folder / "archive"
    _packed()  # not while a client waits for it
    with contextlib.ExitStack() as stack:
        paper = stack.enter_context(serve(good))
        sites, bad = paper, None
        if fault.answer is not None:
            bad = stack.enter_context(serve(fault.answer))
            sites = f"{paper},{bad}"
        if fault.around is not None:
            stack.enter_context(fault.around(paper, archive))
        began = time.monotonic()
        code, peak = measure(command(sites, archive), patience)
        seconds = time.monotonic() - began
        kept = count(archive, "SELECT count(*) FROM articles WHERE url LIKE ? || '/2026/%'", paper)
        reason = top_reason(archive, bad) if bad else "–"
        check = [sys.executable, "-m", "scrapy", "verify", str(archive)]
        verified = subprocess.run(check, cwd=ROOT, capture_output=True, check=False)
    return Outcome(fault.name, seconds, peak / 1e6, code, reason, kept, verified.returncode == 0)


def measure(crawl: list[str], patience: float) -> tuple[int | None, int]:
    """Exit code of a crawl (None: it had to be killed), and the most bytes that it and its readers
    had in memory at one moment (shared pages counted for each)."""
    peak = 0
    until = time.monotonic() + patience
    with subprocess.Popen(
        crawl, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as run:
        whole = psutil.Process(run.pid)
        while run.poll() is None:
            if time.monotonic() > until:
                os.kill(run.pid, signal.SIGKILL)
                run.wait()
                return None, peak
            with contextlib.suppress(psutil.Error):
                family = [whole, *whole.children(recursive=True)]
                peak = max(peak, sum(each.memory_info().rss for each in family))
            time.sleep(0.1)
        return run.returncode, peak


def count(archive: Path, sql: str, *parameters: object) -> int:
    """A number that an archive gives; 0 where there is none yet."""
    with contextlib.suppress(sqlite3.Error):
        connection = sqlite3.connect(f"file:{archive / 'archive.db'}?mode=ro", uri=True)
        with contextlib.closing(connection):
            return int(connection.execute(sql, parameters).fetchone()[0])
    return 0


def top_reason(archive: Path, site: str) -> str:
    """What most addresses of a site that are no stories end with."""
    with contextlib.suppress(sqlite3.Error):
        connection = sqlite3.connect(f"file:{archive / 'archive.db'}?mode=ro", uri=True)
        with contextlib.closing(connection):
            row = connection.execute(
                "SELECT count(*), state, ifnull(reason, 'no reason') FROM urls WHERE url LIKE ? ||"
                " '/%' AND article_id IS NULL AND role <> 'robots' AND source <> 'usual'"
                " AND url <> ? || '/' GROUP BY 2, 3 ORDER BY 1 DESC LIMIT 1",
                (site, site),
            ).fetchone()
            return f"{row[0]:,} × {row[1]}: {row[2]}" if row else "all read"
    return "no archive"


def main() -> None:
    """Attack, print and write what became of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="faults with this in their name")
    options = parser.parse_args()
    lines, failed = [], 0
    for fault in FAULTS:
        if options.only not in fault.name:
            continue
        folder = Path(tempfile.mkdtemp())
        try:
            got = attack(fault, folder)
            failed += not got.withstood
            told = (
                f"{got.seconds:.0f} s | {got.megabytes:,.0f} MB |"
                f" {'killed' if got.code is None else got.code} | {got.reason} |"
                f" {got.good} of {len(STORIES)} | {'sound' if got.sound else 'DAMAGED'}"
            )
        except (OSError, subprocess.SubprocessError) as error:
            told = f"– | – | – | cannot be made here: {type(error).__name__} | – | –"
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        lines.append(f"| {fault.name} | {told} |")
        print(lines[-1], flush=True)
    verdict = f"{len(lines) - failed} of {len(lines)} withstood"
    print(verdict)
    if not options.only:
        RESULTS.write_text(
            "# Hostile servers\n\nWritten by `make attack`: each fault beside a good newspaper of"
            f" {len(STORIES)} stories in the same run. Memory is the crawl's and its readers'"
            f" together, at its peak.\n\n**{verdict}**\n\n"
            "| fault | time | memory | exit code | what is stored of it | good newspaper | verify |"
            "\n|---|---|---|---|---|---|---|\n" + "\n".join(lines) + "\n",
            encoding="utf-8",
        )
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
