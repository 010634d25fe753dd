"""`make bench`: what archiving costs beside downloading, and beside what others do.

One loopback site of real pages: those of many publishers, or a real newspaper's. A bare Scrapy
spider that only downloads them, the full archive crawl, wget with WARC, trafilatura's downloader
and news-please take turns. The site's server has to share the machine: ratios within one run are
what counts.
"""

from __future__ import annotations

import argparse
import configparser
import math
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from benchmarks import stages
from benchmarks.corpora import CORPORA
from benchmarks.peers.process import PEERS_PYTHON

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "crawl.md"
ARCHIVED = frozenset({0, 9})
"""Exit codes of a crawl that went well. 9: some of the pages are no stories."""
_OF_PEERS = 100
"""Pages that the slow peers get."""
_PATIENCE = 180.0
"""Seconds after which a peer is ended."""
_GROWTH = (500, 10_000, 50_000)


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


class TooSlowError(Exception):
    """A program has not finished in time."""


@dataclass(slots=True)
class Contestant:
    """A program that fetches the pages."""

    name: str
    command: Callable[[Path, Path], list[str]]
    """Gives the command for a file of addresses and an empty folder."""
    codes: frozenset[int] = frozenset({0})
    """Exit codes that are no failure."""
    is_slow: bool = False
    """Whether it gets a part of the pages."""
    costs: list[Cost] = field(default_factory=list)
    failed: str = ""
    """Why it is not measured any more, if it is not."""


def contestants() -> tuple[list[Contestant], list[str]]:
    """Those that are here, and why the others are not."""
    found = [
        Contestant("bare Scrapy", lambda urls, _: _bare(urls)),
        Contestant("bare Scrapy and a title by parsel", lambda urls, _: _bare(urls, "title")),
        Contestant("Hemeroteca", _archive, ARCHIVED),
    ]
    missing = []
    if shutil.which("wget"):
        # 8: some answer was an error
        found.append(Contestant("wget with WARC", _wget, frozenset({0, 8})))
    else:
        missing.append("wget is not installed")
    if PEERS_PYTHON.exists():
        found += [
            Contestant("trafilatura's downloader", _trafilatura, is_slow=True),
            Contestant("news-please", _news_please, is_slow=True),
        ]
    else:
        missing.append("trafilatura and news-please are not installed (make peers)")
    return found, missing


def _archive(urls: Path, folder: Path) -> list[str]:
    return archive_command(urls, folder / "archive")


def _bare(urls: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "benchmarks.bare_spider", str(urls), *more]


def archive_command(urls: Path, archive: Path) -> list[str]:
    """The full crawl at full speed. archive: a new folder."""
    return [
        sys.executable, "-m", "scrapy", "crawl", "article",
        "-a", f"urls={urls}", "-a", f"archive={archive}", "-a", "allow_private=1",
        "-s", "DOWNLOAD_DELAY=0", "-s", "CONCURRENT_REQUESTS_PER_DOMAIN=32",
        "-s", "AUTOTHROTTLE_ENABLED=False", "-a", "render=never",
    ]  # fmt: skip


def _wget(urls: Path, folder: Path) -> list[str]:
    return [
        "wget", "--quiet", "--no-config", "--tries=1", "--compression=gzip",
        f"--input-file={urls}", f"--warc-file={folder / 'wget'}", "--no-warc-keep-log",
        "--delete-after", f"--directory-prefix={folder}",
    ]  # fmt: skip


def _trafilatura(urls: Path, folder: Path) -> list[str]:
    import_of = "import trafilatura, pathlib; print(pathlib.Path(trafilatura.__file__).parent)"
    home = subprocess.check_output([PEERS_PYTHON, "-c", import_of], text=True).strip()
    settings = configparser.ConfigParser()
    settings.read(Path(home) / "settings.cfg")
    settings["DEFAULT"].update({"SLEEP_TIME": "0", "SSRF_PROTECTION": "off"})
    config = folder / "trafilatura.cfg"
    with config.open("w") as file:
        settings.write(file)
    return [
        str(PEERS_PYTHON.parent / "trafilatura"), "--input-file", str(urls), "--parallel", "2",
        "--output-dir", str(folder / "out"), "--config-file", str(config), "--json",
        "--with-metadata",
    ]  # fmt: skip


def _news_please(urls: Path, folder: Path) -> list[str]:
    program = (
        "import json, pathlib, sys\n"
        "from newsplease import NewsPlease\n"
        "urls = pathlib.Path(sys.argv[1]).read_text().split()\n"
        "found = NewsPlease.from_urls(urls)\n"
        "told = {url: each.get_serializable_dict() for url, each in found.items() if each}\n"
        "pathlib.Path(sys.argv[2]).write_text(json.dumps(told))\n"
    )
    return [str(PEERS_PYTHON), "-c", program, str(urls), str(folder / "articles.json")]


# -- one crawl -----------------------------------------------------------------------------------


_ENVIRONMENT = {
    name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"
}
"""As users have it: with that variable, each start would compile what has changed anew."""


def measure(
    command: list[str], pages: int, codes: frozenset[int] = frozenset({0}),
    seconds: float = math.inf,
) -> Cost:  # fmt: skip
    """Run a command and measure it with all its children. Ends the program where it fails. Raises
    TooSlowError where `seconds` have passed before."""
    began = time.monotonic()
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        env=_ENVIRONMENT, start_new_session=True,
    )  # fmt: skip
    peak = 0
    done = threading.Event()
    is_ended = False

    def watch() -> None:
        nonlocal peak, is_ended
        while not done.wait(0.2):
            peak = max(peak, memory(process.pid))
            if time.monotonic() - began > seconds and not is_ended:
                is_ended = True
                os.killpg(process.pid, signal.SIGKILL)

    watcher = threading.Thread(target=watch)
    watcher.start()
    assert process.stderr is not None
    errors = process.stderr.read().decode(errors="replace")
    _, status, usage = os.wait4(process.pid, 0)
    took = time.monotonic() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    done.set()
    watcher.join()
    if is_ended:
        raise TooSlowError(f"it had not finished {pages:,} pages after {seconds:.0f} s")
    if process.returncode not in codes:
        sys.exit(f"bench: {' '.join(command)} ended with {process.returncode}:\n{errors[-2000:]}")
    if "Traceback" in errors and "crawl" in command:
        sys.exit(f"bench: a traceback in the log:\n{errors[-2000:]}")
    return Cost(pages, took, usage.ru_utime + usage.ru_stime, peak)


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
def site(source: Path, wanted: int = 0) -> Iterator[tuple[int, int, int]]:
    """Serve pages; gives port, number of pages, bytes of all. source, wanted: as the server has
    them."""
    command = [sys.executable, "-m", "benchmarks.page_server", str(source), str(wanted)]
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


def addresses(file: Path, port: int, pages: int) -> Path:
    """A file with the addresses of so many pages."""
    file.write_text("".join(f"http://127.0.0.1:{port}/{number}\n" for number in range(pages)))
    return file


def in_turn(
    source: Path, wanted: int, found: Sequence[Contestant], rounds: int, tell: Callable[[str], None]
) -> None:
    """Have the contestants fetch the pages in turn."""
    with site(source, wanted) as (port, pages, size), tempfile.TemporaryDirectory() as scratch:
        tell(f"{pages:,} pages of {size / pages / 1000:,.0f} kB on average, sent gzip-coded")
        every = addresses(Path(scratch) / "urls.txt", port, pages)
        some = addresses(Path(scratch) / "some.txt", port, few := min(pages, _OF_PEERS))
        for number in range(rounds):
            for each in found:
                if each.failed:
                    continue
                with tempfile.TemporaryDirectory(dir=scratch) as folder:
                    urls, count = (some, few) if each.is_slow else (every, pages)
                    command = each.command(urls, Path(folder))
                    limit = _PATIENCE if each.is_slow else math.inf
                    try:
                        each.costs.append(measure(command, count, each.codes, limit))
                    except TooSlowError as error:
                        each.failed = str(error)
                        tell(f"round {number + 1}: {each.name}: {error}")
                        continue
                tell(f"round {number + 1}: {each.name}: {line(each.costs[-1])}")


def line(cost: Cost) -> str:
    """One crawl's cost, for a person."""
    return (
        f"{cost.pages_per_second:.0f} pages/s, {cost.cpu_ms:.2f} ms CPU a page, "
        f"{cost.peak_bytes / 1e6:.0f} MB"
    )


# -- what is told of it --------------------------------------------------------------------------


def table(found: Sequence[Contestant]) -> list[str]:
    """The medians, as Markdown; ratios are medians of those within a round."""
    bare = found[0].costs
    lines = [
        "| | pages | pages/s | × bare | CPU ms a page | × bare | peak MB |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for each in found:
        if not each.costs:
            lines.append(f"| {each.name} | {each.failed} | | | | | |")
            continue
        pairs = list(zip(each.costs, bare, strict=False))
        rate = statistics.median(a.pages_per_second / b.pages_per_second for a, b in pairs)
        cpu = statistics.median(a.cpu_ms / b.cpu_ms for a, b in pairs)
        middle = statistics.median(cost.pages_per_second for cost in each.costs)
        ms = statistics.median(cost.cpu_ms for cost in each.costs)
        peak = statistics.median(cost.peak_bytes for cost in each.costs)
        lines.append(
            f"| {each.name} | {each.costs[0].pages:,} | {middle:.0f} | {rate:.2f} | {ms:.2f} |"
            f" {cpu:.2f} | {peak / 1e6:.0f} |"
        )
    return lines


def split(source: Path, wanted: int, cpu_ms: float) -> list[str]:
    """Where the CPU time of a page goes, as Markdown. cpu_ms: as it was measured undisturbed."""
    with site(source, wanted) as (port, pages, _), tempfile.TemporaryDirectory() as scratch:
        urls = addresses(Path(scratch) / "urls.txt", port, pages)
        shares = stages.shares(_archive(urls, Path(scratch)), Path(scratch), ROOT)
    lines = ["| stage | share | ms a page |", "|---|---:|---:|"]
    lines += [f"| {name} | {share:.3f} | {share * cpu_ms:.2f} |" for name, share in shares]
    return lines


def draw(source: Path, wanted: int, svg: Path) -> None:
    """Write the flame graph of a crawl."""
    with site(source, wanted) as (port, pages, _), tempfile.TemporaryDirectory() as scratch:
        urls = addresses(Path(scratch) / "urls.txt", port, pages)
        stages.draw(_archive(urls, Path(scratch)), svg, ROOT)


def growth(source: Path, sizes: Sequence[int], tell: Callable[[str], None]) -> list[str]:
    """Speed and memory of the full crawl by the number of pages, as Markdown."""
    lines = ["| pages | pages/s | CPU ms a page | peak MB |", "|---:|---:|---:|---:|"]
    for size in sizes:
        ours = [each for each in contestants()[0] if each.name == "Hemeroteca"]
        in_turn(source, size, ours, 1, tell)
        cost = ours[0].costs[0]
        lines.append(
            f"| {size:,} | {cost.pages_per_second:.0f} | {cost.cpu_ms:.2f} |"
            f" {cost.peak_bytes / 1e6:.0f} |"
        )
    return lines


def main() -> None:
    """Measure, print, and write the results down."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=Path, default=CORPORA, help="folder of .html.gz files")
    parser.add_argument("--site", type=Path, help="a zipped site, measured besides")
    parser.add_argument("--count", type=int, default=0, help="pages of the site; default: all")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--flame", type=Path, help="write a flame graph of the last crawl (SVG)")
    parser.add_argument("--growth", action="store_true", help="also 500, 10,000, 50,000 pages")
    parser.add_argument("--ours-alone", action="store_true", help="no peers but bare Scrapy")
    options = parser.parse_args()
    if not any(options.pages.rglob("*.html.gz")):
        sys.exit(f"bench: no .html.gz files under {options.pages}; name a folder: --pages DIR")
    if options.site is not None and not options.site.exists():
        sys.exit(f"bench: no zipped site {options.site}; name another: --site FILE.zip")
    told = ["# What a crawl costs", "", "Written by `make bench`, on a machine of"]
    told[-1] += f" {os.cpu_count()} cores that the site's server shares."
    if options.ours_alone:
        told[-1] += f" A short form: {options.rounds} round(s), without the peers."
    sources = [("Pages of many publishers", options.pages, 0)]
    if options.site is not None:
        sources.append(("One newspaper", options.site, options.count))
    for title, source, count in sources:
        found, missing = contestants()
        if options.ours_alone:
            found, missing = found[:3], []
        in_turn(source, count, found, options.rounds, _tell)
        ours = next(each for each in found if each.name == "Hemeroteca")
        told += ["", f"## {title}", "", *table(found)]
        told += ["", *(f"Not measured: {reason}." for reason in missing)] if missing else []
        if stages.PY_SPY.exists():
            cpu_ms = statistics.median(cost.cpu_ms for cost in ours.costs)
            told += ["", *split(source, count, cpu_ms)]
        else:
            told += ["", "Not split by stage: py-spy is not installed (make peers)."]
    if options.flame is not None:
        draw(*sources[-1][1:], options.flame.absolute())
    if options.growth:
        told += ["", "## As it grows", "", *growth(sources[-1][1], _GROWTH, _tell)]
    print("\n".join(told[3:]))
    RESULTS.write_text("\n".join(told) + "\n")


def _tell(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    main()
