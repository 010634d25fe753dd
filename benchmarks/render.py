"""A newspaper of script with a browser and without: what comes of it, and what that costs.

    python -m benchmarks.render [--write FILE]

The Arle Signal (`scrapy demo --site script`) is archived at full speed in three ways. Each time:
stories whose headline, author, date and text are right; raw answers and renderings kept; requests;
wall time, CPU time of all processes (the browser's among them), the most memory that they had
together, and the bytes of WARC.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from crawler.demo import scripted
from crawler.demo.server import serve

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "render.md"
_SPEED = (
    "-s", "DOWNLOAD_DELAY=0", "-s", "CONCURRENT_REQUESTS_PER_DOMAIN=32",
    "-s", "AUTOTHROTTLE_ENABLED=False", "-s", "LEARN_PROFILES=0",
)  # fmt: skip
_LOOK = 0.2
"""Seconds between two looks at what runs."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one archiving brought and took."""

    name: str
    stories: int
    right: int
    renderings: int
    requests: int
    seconds: float
    cpu: float
    mebibytes: float
    warc_bytes: int


def measure(name: str, spider: str, *arguments: str) -> Cost:
    """Archive the paper in one way. arguments: `NAME=VALUE`; HOME and ALL stand for its address
    and for those of all stories."""
    folder = Path(tempfile.mkdtemp(prefix="render-"))
    log = folder / "asked"
    try:
        with serve(site="script", log=log) as home:
            urls = ",".join(home + scripted.path_of(piece) for piece in scripted.stories())
            given = [each.replace("HOME", home).replace("ALL", urls) for each in arguments]
            command = [sys.executable, "-m", "scrapy", "crawl", spider]
            for each in (*given, "allow_private=1", f"archive={folder / 'a'}"):
                command += ["-a", each]
            begun = time.monotonic()
            with subprocess.Popen(
                [*command, *_SPEED], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            ) as process:
                cpu, memory = _watched(process)
            seconds = time.monotonic() - begun
            asked = len(log.read_text().splitlines())
            stories, right = _right(folder / "a", home)
        with sqlite3.connect(folder / "a" / "archive.db") as db:
            (renderings,) = db.execute("SELECT count(*) FROM renderings").fetchone()
        size = sum(path.stat().st_size for path in (folder / "a" / "warc").iterdir())
        return Cost(name, stories, right, renderings, asked, seconds, cpu, memory, size)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _watched(process: subprocess.Popen[bytes]) -> tuple[float, float]:
    """CPU seconds of a process and all that it starts, and the most mebibytes that they had."""
    spent: dict[int, float] = {}
    most = 0.0
    top = psutil.Process(process.pid)
    while process.poll() is None:
        memory = 0.0
        try:
            family = [top, *top.children(recursive=True)]
        except psutil.Error:
            break
        for each in family:
            try:
                times = each.cpu_times()
                spent[each.pid] = max(spent.get(each.pid, 0), times.user + times.system)
                memory += each.memory_info().rss - each.memory_info().shared
            except psutil.Error:
                continue
        most = max(most, memory / 2**20)
        time.sleep(_LOOK)
    process.wait()
    return sum(spent.values()), most


def _right(folder: Path, home: str) -> tuple[int, int]:
    """Stories in an archive, and those of which headline, author, date and text are right."""
    with sqlite3.connect(folder / "archive.db") as db:
        rows = db.execute(
            "SELECT url, title, authors, published_at, body_text FROM stories"
        ).fetchall()
    told = {
        home + scripted.path_of(piece): (
            piece.title, piece.author, f"{piece.published:%Y-%m-%dT%H:%M:%S}+01:00",
            "\n\n".join(piece.paragraphs),
        )
        for piece in scripted.stories()
    }  # fmt: skip
    return len(rows), sum(told.get(url) == tuple(rest) for url, *rest in rows)


def report(costs: list[Cost]) -> str:
    """The table, as it stands in the results."""
    whole = scripted.STORIES
    lines = [
        "# A newspaper of script, with a browser and without",
        "",
        f"`make bench-render`: the Arle Signal, {whole} stories, of which"
        f" {sum(map(scripted.has_state, scripted.stories()))} are shipped with their pages as a"
        " state; the others are fetched by a script. At full speed on loopback, two pages in the"
        f" browser at once; {os.cpu_count()} cores, shared with other work.",
        "",
        "| | stories | all fields right | renderings kept | requests | wall, s | CPU, s |"
        " memory, MiB | WARC, kB |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {c.name} | {c.stories} | {c.right} ({c.right / whole:.0%}) | {c.renderings}"
        f" | {c.requests} | {c.seconds:.0f} | {c.cpu:.0f} | {c.mebibytes:,.0f}"
        f" | {c.warc_bytes / 1000:,.0f} |"
        for c in costs
    ]
    base, shown = costs[0], costs[-1]
    if shown.renderings:
        each = (shown.cpu - base.cpu) / shown.renderings
        lines += [
            "",
            f"A page in the browser costs some {each:.1f} s of CPU time, where reading a page costs"
            " some hundredths of one. At a polite pace, two seconds between two requests of a host,"
            " no run waits for the browser: a page of script costs it the requests that its script"
            " makes, here one for each story.",
        ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Entry point."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.render", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--write", type=Path, metavar="FILE", help="write the report there")
    args = parser.parse_args()
    costs = [
        measure("`article`, all addresses, `render=never`", "article", "url=ALL", "render=never"),
        measure("`article`, all addresses, `render=auto`", "article", "url=ALL", "render=auto"),
        measure("`news`, the home page alone, `render=auto`", "news", "site=HOME", "render=auto"),
    ]
    text = report(costs)
    print(text)
    if args.write:
        args.write.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
