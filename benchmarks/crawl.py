"""`make bench`: what archiving costs beside downloading.

One loopback site of real pages; a bare Scrapy spider that only downloads them and the full archive
crawl take turns. The site's server has to share the machine: ratios within one run are what counts.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.corpora import CORPORA

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Cost:
    """What one crawl took, start of the interpreter included."""

    pages: int
    seconds: float
    cpu_seconds: float
    peak_bytes: int
    """Sum over its processes, memory that they share counted once (PSS)."""

    @property
    def pages_per_second(self) -> float:
        """Pages by the clock."""
        return self.pages / self.seconds

    @property
    def cpu_ms(self) -> float:
        """CPU milliseconds for a page."""
        return self.cpu_seconds / self.pages * 1000


def measure(command: list[str], pages: int) -> Cost:
    """Run a command and measure it with all its children."""
    began = time.monotonic()
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    peak = 0
    done = threading.Event()

    def watch() -> None:
        nonlocal peak
        while not done.wait(0.2):
            peak = max(peak, memory(process.pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    assert process.stderr is not None
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    done.set()
    watcher.join()
    if process.returncode:
        sys.exit(f"bench: {' '.join(command)} failed:\n{errors.decode(errors='replace')[-2000:]}")
    if b"Traceback" in errors:
        sys.exit(f"bench: a traceback in the log:\n{errors.decode(errors='replace')[-2000:]}")
    return Cost(pages, seconds, usage.ru_utime + usage.ru_stime, peak)


def memory(pid: int) -> int:
    """Bytes that a process and its descendants take (PSS); 0 if they are gone."""
    total = 0
    try:
        parent = psutil.Process(pid)
        for process in [parent, *parent.children(recursive=True)]:
            total += process.memory_full_info().pss
    except (psutil.Error, AttributeError):
        pass
    return total


@contextmanager
def site(folder: Path) -> Iterator[tuple[int, int, int]]:
    """Serve a folder's pages; gives port, number of pages, bytes of all."""
    command = [sys.executable, "-m", "benchmarks.page_server", str(folder)]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        assert server.stdin is not None
        port, pages, size = map(int, server.stdout.readline().split())
        try:
            yield port, pages, size
        finally:
            server.stdin.close()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=Path, default=CORPORA, help="folder of .html.gz files")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    if not any(options.pages.rglob("*.html.gz")):
        sys.exit(f"bench: no .html.gz files under {options.pages}; name a folder: --pages DIR")
    bare: list[Cost] = []
    full: list[Cost] = []
    with site(options.pages) as (port, pages, size), tempfile.TemporaryDirectory() as scratch:
        print(f"{pages:,} pages of {size / pages / 1000:,.0f} kB on average, sent gzip-coded")
        urls = Path(scratch) / "urls.txt"
        urls.write_text("".join(f"http://127.0.0.1:{port}/{n}\n" for n in range(pages)))
        for number in range(options.rounds):
            bare.append(
                measure(
                    [sys.executable, "-m", "benchmarks.bare_spider", str(port), str(pages)], pages
                )
            )
            archive = Path(scratch) / f"archive-{number}"
            full.append(measure(archive_command(urls, archive), pages))
            print(f"round {number + 1}: bare {line(bare[-1])}; full {line(full[-1])}", flush=True)
    cpu = statistics.median(f.cpu_ms / b.cpu_ms for f, b in zip(full, bare, strict=True))
    rate = statistics.median(
        f.pages_per_second / b.pages_per_second for f, b in zip(full, bare, strict=True)
    )
    print(f"full crawl / bare spider, median: CPU per page {cpu:.2f}, pages/s {rate:.2f}")


def archive_command(urls: Path, archive: Path) -> list[str]:
    """The full crawl at full speed."""
    return [
        sys.executable, "-m", "scrapy", "crawl", "article",
        "-a", f"urls={urls}", "-a", f"archive={archive}", "-a", "allow_private=1",
        "-s", "DOWNLOAD_DELAY=0", "-s", "CONCURRENT_REQUESTS_PER_DOMAIN=32",
        "-s", "AUTOTHROTTLE_ENABLED=False",
    ]  # fmt: skip


def line(cost: Cost) -> str:
    """One crawl's cost, for a person."""
    return (
        f"{cost.pages_per_second:.0f} pages/s, {cost.cpu_ms:.2f} ms CPU a page, "
        f"{cost.peak_bytes / 1e6:.0f} MB"
    )


if __name__ == "__main__":
    main()
