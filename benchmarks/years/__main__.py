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
import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.years.compare import compare
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
        library = next(path for path in FAKETIME if path.exists())
        self.clock = {
            "LD_PRELOAD": str(library), "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_CACHE_DURATION": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1", "NO_FAKE_STAT": "1",
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
        with (self.scratch / "killed.out").open("wb") as out, open(os.devnull, "rb") as none:
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
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=1096)
    parser.add_argument("--a-day", type=float, default=6)
    parser.add_argument(
        "--from-day", type=int, default=0, help="every spell comes that much earlier"
    )
    parser.add_argument("--only", help="spells, apart by commas; none: -")
    parser.add_argument("--every", type=int, default=1, help="days between two runs")
    parser.add_argument("scratch", type=Path)
    opts = parser.parse_args()
    spells = {n: (a - opts.from_day, b - opts.from_day) for n, (a, b) in LIFE.items()
              if opts.only is None or n in opts.only.split(",")}  # fmt: skip
    live(opts.scratch, opts.days, opts.a_day, spells, opts.every)


def live(scratch: Path, days: int, a_day: float, spells: Spells, every: int) -> None:
    """Run each night, and compare."""
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    chance = random.Random(7)
    courier = Paper("The Courier", ("www.courier.localhost", "courier.localhost",
                    "courier-online.localhost"), FIRST, days, a_day, spells, 1)  # fmt: skip
    bulletin = Paper("Bulletin", ("bulletin.localhost",), FIRST, days, 2, {}, 2, lively=False)
    server = Server([courier, bulletin], scratch)
    server.start()
    archivist = Archivist(scratch, server)
    folder = scratch / "archive"
    first_site = courier.base(FIRST)
    log = (scratch / "runs.jsonl").open("w")
    for day in range(0, days, every):
        night = FIRST + timedelta(days=day + 1, hours=2, minutes=chance.randrange(30))
        if courier.on("nobody", night):
            continue
        on = [n for n in spells if courier.on(n, night)]
        # the operator takes the new host into the configuration ten days after the move
        host2 = spells.get("host2", (EVER, 0))[0]
        site = first_site if day < host2 + 10 else courier.base(night)
        theirs = night - timedelta(days=1, hours=3) if courier.on("clock_back", night) else None
        archivist.set(night, theirs)
        if courier.on("refused", night):
            server.stop()
        elif server._server is None:
            server.start()
        here = scratch / "elsewhere" if courier.on("moved_away", night) else folder
        other = folder if here != folder else scratch / "elsewhere"
        if other.exists():
            shutil.copytree(other, here, dirs_exist_ok=True)
            shutil.rmtree(other)
        words = ["crawl", "news", "-a", f"site={site},{bulletin.base(night)}", "-a",
                 f"archive={here}", "-a", "allow_private=1", "--logfile", str(scratch / "log.jsonl"), *SPEED]  # fmt: skip
        if courier.on("full", night):
            words += ["-s", f"DISK_SPARE_BYTES={10**15}"]
        if courier.on("no_dns", night):
            words += ["-s", "TWISTED_DNS_RESOLVER=benchmarks.years.names.NoNames"]
        server.asked.clear()
        killed = day and day % 37 == 0
        if killed:
            archivist.run(*words, kill_after=chance.uniform(0.3, 2.0))
        began = time.monotonic()
        code, out, err = archivist.run(*words)
        took = time.monotonic() - began
        asked = Counter[str]()
        for (paper, kind, status), count in server.asked.items():
            asked[f"{paper[0]}:{paper[4:7]}:{kind}:{status}"] += count
        row: dict[str, Any] = {
            "day": day, "night": f"{night:%Y-%m-%d}", "code": code, "took": round(took, 2),
            "requests": server.asked.total(), "asked": dict(asked.most_common(14)), "killed": bool(killed), "on": on,
            "db": (here / "archive.db").stat().st_size if (here / "archive.db").exists() else 0,
            "warcs": len(list((here / "warc").glob("*"))) if (here / "warc").exists() else 0,
            "said": out.strip().splitlines()[:1], "err": err[-600:],
        }  # fmt: skip
        with sqlite3.connect(here / "archive.db") as db:
            row["findings"] = db.execute(
                "SELECT f.id, (SELECT host FROM sites WHERE id = site_id), kind, subject, since, state"
                " FROM findings f WHERE noted_at >= ? OR recovered_at >= ?",
                (f"{(theirs or night):%Y-%m-%dT%H:%M}",) * 2,
            ).fetchall()
        db.close()
        log.write(json.dumps(row) + "\n")
        log.flush()
        if "Traceback" in err:
            print(day, err)
    server.start() if server._server is None else None
    archivist.set(FIRST + timedelta(days=days + 1, hours=3))
    compare(scratch, here, [courier, bulletin], archivist)


if __name__ == "__main__":
    main()
