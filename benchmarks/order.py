"""`make bench-order`: whether a site gives the same stories at any pace, in any order of answers,
in any number of runs.

Each invented newspaper of `benchmarks/newspapers.py` is crawled one request at a time with several
delays; at once, with answers that take their time at random; killed and resumed; and a few pages a
run. The archived headlines must be the same, and all that the newspaper has.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from benchmarks import newspapers
from benchmarks.newspapers import PLANS, Newspaper, Plan

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "order.md"
WAYS = ("0", "0.05", "0.2", "shuffled", "killed", "few pages a run")


def crawl(paper: Newspaper, archive: Path, way: str, seed: int) -> int:
    """Archive a newspaper in one of the `WAYS`; returns how many requests it took."""
    more: list[str] = []
    at_once, delay = 1, way
    if way in ("shuffled", "killed", "few pages a run"):
        at_once, delay = 8, "0"
    if way == "few pages a run":
        more = ["-a", f"max_pages={max(10, paper.plan.stories // 2)}"]
    command = [
        sys.executable, "-m", "scrapy", "crawl", "news", "-a", f"site={paper.base}",
        "-a", f"archive={archive}", "-a", "allow_private=1", "-s", f"DOWNLOAD_DELAY={delay}",
        "-s", f"CONCURRENT_REQUESTS_PER_DOMAIN={at_once}", "-s", "AUTOTHROTTLE_ENABLED=False",
        "-s", "RANDOMIZE_DOWNLOAD_DELAY=False", *more,
    ]  # fmt: skip
    if way == "killed":
        draw = random.Random(seed)
        for _ in range(3):
            kill_after(command, paper, draw.randrange(5, paper.plan.stories // 2))
    for _ in range(12 if way == "few pages a run" else 1):
        before = len(paper.asked)
        done = subprocess.run(
            command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        if done.returncode not in (0, 8):
            raise RuntimeError(f"{paper.plan.name}, {way}: exit {done.returncode}: {done.stderr}")
        if len(paper.asked) - before < 5:
            break
    return len(paper.asked)


def kill_after(command: list[str], paper: Newspaper, requests: int) -> None:
    """Begin a crawl and kill it when the server has had so many more requests."""
    until = len(paper.asked) + requests
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    while len(paper.asked) < until and process.poll() is None:
        time.sleep(0.005)
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def headlines(archive: Path) -> list[str]:
    """Of all archived stories, sorted, without the newspaper's name."""
    with sqlite3.connect(archive / "archive.db") as db:
        titles = [title for (title,) in db.execute("SELECT title FROM stories")]
    return sorted(title.partition(" | ")[0] for title in titles)


def orders(plan: Plan, ways: tuple[str, ...], seed: int) -> Iterator[tuple[str, list[str], int]]:
    """Way, headlines archived, requests."""
    for way in ways:
        jitter = 0.05 if way in ("shuffled", "killed") else 0.0
        with (
            tempfile.TemporaryDirectory() as scratch,
            newspapers.serve(replace(plan, jitter=jitter)) as paper,
        ):
            archive = Path(scratch) / "archive"
            requests = crawl(paper, archive, way, seed)
            yield way, headlines(archive), requests


def main() -> None:
    """Crawl all, print and write the table; exit code 1 where a story is missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plans", nargs="*", default=None, help="names; all if not said")
    parser.add_argument("--ways", nargs="*", default=list(WAYS), choices=WAYS)
    parser.add_argument("--stories", type=int, default=80, help="of each newspaper, at most")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    options = parser.parse_args()
    rows, same = [], True
    for plan in PLANS:
        if options.plans is not None and plan.name not in options.plans:
            continue
        small = replace(plan, stories=min(plan.stories, options.stories))
        wanted = sorted(story.title for story in Newspaper(small).stories)
        cells = []
        for _, found, requests in orders(small, tuple(options.ways), options.seed):
            same &= found == wanted
            cells.append(f"{len(set(found) & set(wanted))} ({requests})")
        rows.append(f"| {plan.name} | {len(wanted)} | {' | '.join(cells)} |")
        print(rows[-1], flush=True)
    head = f"| newspaper | stories | {' | '.join(options.ways)} |"
    RESULTS.write_text(
        "# The same stories in any order\n\nWritten by `make bench-order`: stories archived, and"
        f" requests in brackets, for each way to crawl. Seed {options.seed}.\n\n{head}\n"
        f"|---|---:|{'---:|' * len(options.ways)}\n" + "\n".join(rows) + "\n",
        encoding="utf-8",
    )
    sys.exit(not same)


if __name__ == "__main__":
    main()
