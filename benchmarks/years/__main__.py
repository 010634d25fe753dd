"""Years of a newspaper in minutes: a run each night, the clock of the crawl and that of the server
put forward between two, and then the archive compared with what there was.

`python -m benchmarks.years` needs libfaketime (Debian: `apt install faketime`).
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import random
import shutil
import signal
import sqlite3
import sys
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.years.compare import compare, told
from benchmarks.years.paper import Paper, Spells
from benchmarks.years.server import Server

FAKETIME = tuple(
    Path(f"/usr/lib/{machine}/faketime/libfaketime.so.1")
    for machine in ("x86_64-linux-gnu", "aarch64-linux-gnu")
)
FIRST = datetime(2023, 9, 1, tzinfo=UTC)
SPEED = (
    "-s", "DOWNLOAD_DELAY=0", "-s", "CONCURRENT_REQUESTS_PER_DOMAIN=16",
    "-s", "AUTOTHROTTLE_ENABLED=False", "-s", "EXTRACT_WORKERS=1", "-s", "RENDER=never",
    "-s", "WARC_FILE_BYTES=2000000",
)  # fmt: skip
EVER = 1e8
LIFE: Spells = {
    "https": (60, EVER), "markup1": (100, EVER), "consent": (150, 157), "503": (190, 191),
    "refused": (191, 192), "no_dns": (192, 193), "soft404": (230, 251), "hacked": (260, 262),
    "host1": (300, EVER), "paths1": (340, EVER), "host2": (420, EVER), "markup2": (480, EVER),
    "no_author": (480, 540), "paywall": (560, EVER), "paths2": (640, EVER),
    "no_sitemap": (700, 730), "feed2": (740, EVER), "robots": (760, 767), "no_sport": (800, 860),
    "half": (890, 940), "nobody": (960, 990), "clock_back": (1010, 1011), "full": (1020, 1021),
    "moved_away": (1030, 1040),
}  # fmt: skip
"""What befalls the newspaper, and him who archives it."""


class Archivist:
    """Runs commands at a time of their own."""

    def __init__(self, scratch: Path, server: Server) -> None:
        self.server, self.scratch = server, scratch
        self.file = scratch / "clock"
        library = next((path for path in FAKETIME if path.exists()), None)
        if library is None:
            sys.exit("benchmarks.years: no libfaketime found. Install it: apt install faketime")
        self.clock = {
            "LD_PRELOAD": str(library), "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_CACHE_DURATION": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
        }  # fmt: skip
        self.file.write_text("+0\n")
        os.environ.update(self.clock)
        self.loaded = importlib.import_module("tests.system.loaded").Loaded()
        for name in self.clock:
            del os.environ[name]

    def set(self, now: datetime, theirs: datetime | None = None) -> None:
        """Put the clocks to a moment. theirs: what the crawl's shows, if it is another one."""
        self.server.set(now)
        off = (theirs or now) - datetime.now(UTC)
        self.file.write_text(f"{off.total_seconds():+.0f}\n")

    def run(self, *words: str, kill_after: float | None = None) -> tuple[int, str, str]:
        """Exit code, output, errors."""
        if kill_after is None:
            done = self.loaded.run(list(words), 900, **self.clock)
            return done.returncode, done.stdout.decode(), done.stderr.decode()
        with (self.scratch / "killed.out").open("wb") as out, Path(os.devnull).open("rb") as none:
            files = [none.fileno(), out.fileno(), out.fileno()]
            child, answers = self.loaded.start(
                "scrapy", list(words), {**os.environ, **self.clock}, Path.cwd(), False, files
            )
            killer = threading.Timer(kill_after, os.kill, (child, signal.SIGKILL))
            killer.start()
            with answers:
                code = int(answers.recv(64))
            killer.cancel()
        return code, "", ""


def main() -> None:
    """Live through the years."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.years", description=__doc__)
    parser.add_argument("scratch", type=Path, help="folder, emptied before")
    parser.add_argument("--days", type=int, default=1096)
    parser.add_argument("--a-day", type=float, default=6, help="stories, of a working day")
    parser.add_argument("--every", type=int, default=1, help="days between two runs")
    parser.add_argument("--only", help="spells, apart by commas; none: -")
    parser.add_argument("--from-day", type=int, default=0, help="spells come so much earlier")
    opts = parser.parse_args()
    spells = {
        name: (begin - opts.from_day, end - opts.from_day)
        for name, (begin, end) in LIFE.items()
        if opts.only is None or name in opts.only.split(",")
    }
    papers, folder = live(opts.scratch, opts.days, opts.a_day, spells, opts.every)
    found = compare(folder, papers)
    print(", ".join(f"{count:,} {name}" for name, count in found.counts.items()))
    for kind, lines in sorted(found.faults.items()):
        print(f"{len(lines):6,}  {kind}")
    for line in told(folder):
        print(line)
    (opts.scratch / "faults.txt").write_text(
        "".join(f"{kind}\n  " + "\n  ".join(lines) + "\n" for kind, lines in found.faults.items())
    )


def live(
    scratch: Path, days: int, a_day: float, spells: Spells, every: int = 1
) -> tuple[list[Paper], Path]:
    """Run each night; gives the papers and the archive. `runs.jsonl` in the scratch folder tells of
    each night."""
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    chance = random.Random(7)
    hosts = ("www.courier.localhost", "courier.localhost", "courier-online.localhost")
    courier = Paper("The Courier", hosts, FIRST, days, a_day, spells, 1)
    bulletin = Paper("Bulletin", ("bulletin.localhost",), FIRST, days, 2, {}, 2, lively=False)
    server = Server([courier, bulletin], scratch)
    server.start()
    archivist = Archivist(scratch, server)
    first, here = courier.base(FIRST), scratch / "archive"
    moved = spells.get("host2", (EVER, EVER))[0]
    with (scratch / "runs.jsonl").open("w") as log:
        for day in range(0, days, every):
            night = FIRST + timedelta(days=day + 1, hours=2, minutes=chance.randrange(30))
            if courier.on("nobody", night):
                continue
            back = timedelta(days=1, hours=3) if courier.on("clock_back", night) else timedelta()
            archivist.set(night, night - back)
            server.listen(not courier.on("refused", night))
            away = courier.on("moved_away", night)
            here = _carried(here, scratch / ("elsewhere" if away else "archive"))
            # who looks after it takes the new host into the configuration ten days after the move
            site = first if day < moved + 10 else courier.base(night)
            words = ["crawl", "news", "-a", f"site={site},{bulletin.base(night)}",
                     "-a", f"archive={here}", "-a", "allow_private=1",
                     "--logfile", str(scratch / "log.jsonl"), *SPEED]  # fmt: skip
            if courier.on("full", night):
                words += ["-s", f"DISK_SPARE_BYTES={10**15}"]
            if courier.on("no_dns", night):
                words += ["-s", "TWISTED_DNS_RESOLVER=benchmarks.years.names.NoNames"]
            killed = day > 0 and day % 37 == 0
            if killed:
                archivist.run(*words, kill_after=chance.uniform(0.3, 2.0))
            server.asked.clear()
            row = {
                "day": day, "night": f"{night:%Y-%m-%d}", "killed": killed,
                "on": [name for name in spells if courier.on(name, night)],
                **_ran(archivist, words), "requests": server.asked.total(),
                "asked": dict(server.asked.most_common(14)), **_held(here, night - back),
            }  # fmt: skip
            log.write(f"{json.dumps(row)}\n")
            log.flush()
    server.listen(False)
    return [courier, bulletin], here


def _carried(here: Path, there: Path) -> Path:
    """An archive as it is copied to another machine, and removed from the first."""
    if here != there and here.exists():
        shutil.copytree(here, there)
        shutil.rmtree(here)
    return there


def _ran(archivist: Archivist, words: Sequence[str]) -> dict[str, Any]:
    began = time.monotonic()
    code, out, err = archivist.run(*words)
    took = round(time.monotonic() - began, 2)
    if "Traceback" in err:
        print(err)
    said = out.strip().partition("\n")[0]
    return {"code": code, "seconds": took, "said": said, "errors": err[-600:]}


def _held(folder: Path, since: datetime) -> dict[str, Any]:
    """How large an archive is, and what the monitors have said of it since a moment."""
    if not (folder / "archive.db").exists():
        return {}
    db = sqlite3.connect(folder / "archive.db")
    findings = db.execute(
        "SELECT (SELECT host FROM sites WHERE id = site_id), kind, subject, since, state"
        " FROM findings WHERE noted_at >= :since OR recovered_at >= :since",
        {"since": f"{since:%Y-%m-%dT%H:%M}"},
    ).fetchall()
    db.close()
    return {
        "bytes": (folder / "archive.db").stat().st_size,
        "warc_files": len(list((folder / "warc").glob("*"))),
        "findings": findings,
    }


if __name__ == "__main__":
    main()
