"""`make bench-large`: what verbs cost on large archives, and what storing a story reads and writes.

Makes archives of invented stories: a large one, of which only the database is asked; a smaller one
with its WARC files; one that a crawl goes on with. Each verb is a process of its own. Beside the
seconds of the clock stand those of the processor, which other programs on the machine change less.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from scrapy.utils.project import get_project_settings

from benchmarks.invented import Library
from benchmarks.library import begin, build, visit
from benchmarks.store import by_sqlite_utils, ours
from crawler.archive.database import FILE_NAME, WARC_FOLDER
from crawler.extensions.session.archive import CrawlArchive
from crawler.runs import Run

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "large.md"
SCRAPY = [sys.executable, "-m", "scrapy"]
PLAIN = [sys.executable, "-m", "crawler"]


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table."""

    what: str
    ask: str
    found: str


@dataclass(frozen=True, slots=True)
class Cost:
    """What a command took."""

    seconds: float
    cpu: float
    megabytes: float
    """Of its largest process."""


# A small process in between: a child is said to be as large as the process that it was forked from.
_LAUNCH = """
import json, resource, subprocess, sys
done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([done.returncode, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024]))
"""


def ran(command: Sequence[str], folder: Path = ROOT, *, fails: bool = False) -> Cost:
    """Run a command to its end. fails: whether it may. Raises CalledProcessError."""
    begun = time.perf_counter()
    launched = [sys.executable, "-c", _LAUNCH, *command]
    told = subprocess.run(launched, cwd=folder, check=True, stdout=subprocess.PIPE).stdout
    seconds = time.perf_counter() - begun
    code, cpu, megabytes = json.loads(told)
    if code and not fails:
        raise subprocess.CalledProcessError(code, command)
    return Cost(seconds, cpu, megabytes)


def forget(folder: Path) -> None:
    """Have the system drop what it keeps of an archive's database in memory."""
    with (folder / FILE_NAME).open("rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def starts() -> Iterator[Row]:
    """How long a verb takes to begin: one that finds no archive."""
    kinds: dict[str, Callable[[], Cost]] = {
        "bare `scrapy version`": lambda: ran([*SCRAPY, "version"], Path(tempfile.gettempdir())),
        "`scrapy status`": lambda: ran([*SCRAPY, "status", "/nonesuch"], fails=True),
        "`hemeroteca status`": lambda: ran([*PLAIN, "status", "/nonesuch"], fails=True),
    }
    found: dict[str, list[Cost]] = {name: [] for name in kinds}
    for _ in range(5):
        for name, run in kinds.items():
            found[name].append(run())
    best = {name: min(each.cpu for each in costs) for name, costs in found.items()}
    clock = {name: min(each.seconds for each in costs) for name, costs in found.items()}
    bare, ours, plain = best
    yield Row("start: bare `scrapy version`", "", f"{clock[bare]:.2f} s, cpu {best[bare]:.2f} s")
    yield Row(
        "start: `scrapy VERB`", "≤ bare + 0.15 s",
        f"{clock[ours]:.2f} s, cpu {best[ours]:.2f} s: bare + {best[ours] - best[bare]:.2f} s",
    )  # fmt: skip
    yield Row(
        "start: `hemeroteca VERB` that reads", "< 0.4 s",
        f"{clock[plain]:.2f} s, cpu {best[plain]:.2f} s",
    )  # fmt: skip


def glances(folder: Path) -> Iterator[Row]:
    """status, runs and search of a large archive, beyond their start."""
    with closing(sqlite3.connect(folder / FILE_NAME)) as db:
        (stories,) = db.execute("SELECT count(*) FROM articles").fetchone()
        files = db.execute("SELECT DISTINCT warc_file FROM captures").fetchall()
    (folder / WARC_FOLDER).mkdir(exist_ok=True)
    for (name,) in files:  # that they are gone would be said of each
        (folder / WARC_FOLDER / name).touch()
    start = min(ran([*SCRAPY, "status", "/nonesuch"], fails=True).cpu for _ in range(3))
    for verb in (
        ["status", str(folder)], ["runs", str(folder)],
        ["search", "council", "-a", f"archive={folder}"],
        ["search", "council budget", "-a", f"archive={folder}"],
        ["search", "-a", f"archive={folder}"],
    ):  # fmt: skip
        forget(folder)
        cold, warm = ran([*SCRAPY, *verb]), ran([*SCRAPY, *verb])
        words = f" {verb[1]}" if verb[0] == "search" and len(verb) == 4 else ""
        yield Row(
            f"{verb[0]}{words}, {stories:,} stories", "< 0.5 s beyond the start",
            f"cold {cold.seconds:.2f} s, cpu start + {max(0, cold.cpu - start):.2f} s;"
            f" warm {warm.seconds:.2f} s, cpu start + {max(0, warm.cpu - start):.2f} s",
        )  # fmt: skip


def whole(folder: Path, home: Path) -> Iterator[Row]:
    """What goes through all of an archive with its WARC files."""
    with closing(sqlite3.connect(folder / FILE_NAME)) as db:
        (stories,) = db.execute("SELECT count(*) FROM articles").fetchone()
    asked = (
        (["graph", str(folder), "-o", str(home / "g.graphml")], "≤ 30 s"),
        (["export", "cdxj", str(folder), "-o", str(home / "i.cdxj")], "≤ 3 s"),
        (["export", "wacz", str(folder), "-o", str(home / "a.wacz")], "≤ 40 s"),
        (["verify", str(folder)], "≤ 60 s, flat memory"),
    )
    for verb, ask in asked:
        cost = ran([*SCRAPY, *verb])
        yield Row(
            f"{' '.join(word for word in verb[:2] if word != str(folder))}, {stories:,} stories",
            f"{ask} at 100,000",
            f"{cost.seconds:.1f} s, cpu {cost.cpu:.1f} s; largest process {cost.megabytes:.0f} MB",
        )  # fmt: skip


def rebuilt(home: Path, stories: int) -> Iterator[Row]:
    """A database made again."""
    folder = home / "lost"
    build(folder, stories, warc=True)
    (folder / FILE_NAME).unlink()
    cost = ran([*SCRAPY, "rebuild", str(folder)])
    yield Row(
        f"rebuild, {stories:,} stories", "≥ 296 stories/s",
        f"{stories / cost.seconds:.0f}/s, {stories / cost.cpu:.0f} per second of cpu",
    )  # fmt: skip


def stored(base: Path, library: Library, first: int, number: int) -> Iterator[Row]:
    """Stories stored in an archive that has some already, and beside it by sqlite-utils."""
    visits = [visit(library, first + n) for n in range(number)]
    theirs = by_sqlite_utils(base.parent / "plain.db", visits)
    found = ours(base, visits)
    yield Row(
        f"store, {first:,} stories there", "≥ 5,000/s",
        f"{1e6 / found.cpu:,.0f} per second of cpu; sqlite-utils with FTS5, the same stories:"
        f" {1e6 / theirs.cpu:,.0f}",
    )  # fmt: skip
    yield Row(
        "store: read and written a story", "≤ 1.27 and 0.77 MB",
        f"{found.read:.2f} and {found.written:.2f} MB",
    )  # fmt: skip


def beside_a_reader(home: Path, number: int) -> Iterator[Row]:
    """The log of a crawl's database while somebody has begun to read, and does not end."""
    run = Run(home / "read", get_project_settings(), "news", {})
    run.open()
    reader = sqlite3.connect(run.folder / FILE_NAME, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM articles").fetchone()
    log, library, most = run.folder / f"{FILE_NAME}-wal", Library(number), 0

    async def crawl() -> None:
        nonlocal most
        archive = CrawlArchive(run, get_project_settings(), lambda outcome: None)
        archive.answered = True
        for n in range(number):
            archive.add(visit(library, n))
            most = max(most, log.stat().st_size)
            if archive.waits:
                break
        archive.cancel_timer()

    asyncio.run(crawl())
    reader.close()
    (stories,) = run.store.db.execute("SELECT count(*) FROM articles").fetchone()
    run.finish("finished")
    run.release()
    yield Row(
        "log beside a reader's open transaction", "≤ 200 MB, and said",
        f"{most / 1e6:.0f} MB; the run waits from {stories:,} stories on",
    )  # fmt: skip


def table(rows: list[Row], load: float) -> str:
    """What was found, as Markdown. load: the load average before."""
    cores, after = os.cpu_count() or 1, os.getloadavg()[1]
    lines = [
        "# Large archives", "", "Written by `make bench-large`. Seconds by the clock, and of the"
        f" processor, on a machine of {cores} cores; load average {load:.1f} before, {after:.1f}"
        " at the end: what is above 1 or 2 is of other programs, and stretches the clock.",
        "", "| what | ask | found |", "|---|---|---|",
    ]  # fmt: skip
    return "\n".join([*lines, *(f"| {row.what} | {row.ask} | {row.found} |" for row in rows), ""])


def main() -> None:
    """Build, measure, print and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", type=int, default=1_000_000, help="stories that are asked for")
    parser.add_argument("--stories", type=int, default=100_000, help="with their WARC files")
    parser.add_argument("--stored", type=int, default=60_000, help="before more are stored")
    parser.add_argument("--more", type=int, default=2_000, help="that are stored then")
    parser.add_argument("--rebuilt", type=int, default=10_000)
    parser.add_argument("--large-archive", type=Path, help="one that is there, in place of a new")
    parser.add_argument("--archive", type=Path, help="the same of the one with WARC files")
    parser.add_argument("--results", type=Path, default=RESULTS)
    opts = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="large-"))
    rows: list[Row] = []
    load = os.getloadavg()[1]

    def take(more: Iterator[Row]) -> None:
        for row in more:
            rows.append(row)
            print(f"{row.what}: {row.found} (asked: {row.ask})", flush=True)

    try:
        take(starts())
        take(beside_a_reader(home, 20_000))
        library = Library(opts.stored + opts.more)
        begin(home / "base", library, opts.stored)
        take(stored(home / "base", library, opts.stored, opts.more))
        shutil.rmtree(home / "base")
        take(rebuilt(home, opts.rebuilt))
        folder = opts.archive or home / "whole"
        if opts.archive is None:
            build(folder, opts.stories, warc=True)
        take(whole(folder, home))
        folder = opts.large_archive or home / "large"
        if opts.large_archive is None:
            build(folder, opts.large)
        take(glances(folder))
    finally:
        shutil.rmtree(home)
        if rows:
            opts.results.write_text(table(rows, load), encoding="utf-8")


if __name__ == "__main__":
    main()
