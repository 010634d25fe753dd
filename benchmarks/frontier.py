"""`make bench-frontier`: what the frontier costs with ten thousand to a million URLs in it.

Each size runs in a process of its own. A sitemap's worth of URLs at a time is entered, over a
hundred hosts; then URLs are claimed, hosts in turn, and acknowledged with their visits, as a crawl
does; then the process "dies" with some in hand, and a new one takes them up.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil

from crawler.archive.store import Store
from crawler.items import Capture, FoundUrl, Visit
from crawler.policy.revisit import Revisits
from crawler.times import utc

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "frontier.md"
HOSTS = 100
CLAIM = 32
BATCH = 100
CLAIMS = 400
SIZES = (10_000, 100_000, 1_000_000)


@dataclass(frozen=True, slots=True)
class Cost:
    """What one size took. Times in microseconds for one URL, if nothing else is said."""

    urls: int
    enter: float
    claim: float
    claim_p99: float
    """The slowest hundredth."""
    acknowledge: float
    seen_again: float
    """A URL that a source tells of once more."""
    recover_ms: float
    """Opening the archive after a kill, and queueing again what was claimed: milliseconds in
    all."""
    memory_mb: float
    """What the process takes beyond what it took before the first URL, in MB."""
    file_mb: float


def urls(number: int) -> Iterator[list[FoundUrl]]:
    """Invented URLs, a thousand at a time."""
    draw = random.Random(1)
    batch: list[FoundUrl] = []
    for n in range(number):
        host = f"paper{n % HOSTS}.example"
        batch.append(
            FoundUrl(
                f"https://{host}/{2000 + n % 25}/{n % 12 + 1:02}/the-mill-wheel-turns-{n}.html",
                "page", "sitemap", None, f"{2000 + n % 25}-{n % 12 + 1:02}-01",
                changed_at=f"{2000 + n % 25}-{n % 12 + 1:02}-01", priority=draw.randrange(-40, 100),
            )
        )  # fmt: skip
        if len(batch) == 1_000:
            yield batch
            batch = []
    if batch:
        yield batch


def visit(found: FoundUrl, number: int) -> Visit:
    """A visit that found nothing: what the frontier itself costs, without the story."""
    capture = Capture(
        found.url, datetime.now(UTC).isoformat(timespec="microseconds"), 200, "text/html",
        "sha256:X", 9, f"<urn:uuid:{number}>", "w.warc.gz", number, 1,
    )  # fmt: skip
    return Visit(found.url, "page", "done", captures=(capture,), shape="/news/N/N/S.html")


def open_store(folder: Path) -> Store:
    """The archive, with a run begun."""
    store = Store(folder, Revisits((3_600, 86_400)))
    store.begin_run("bench", {}, "bench", utc(datetime.now(UTC)))
    return store


def measure(number: int, folder: Path) -> Cost:
    """Fill a frontier and use it."""
    store = open_store(folder)
    frontier = store.frontier
    process = psutil.Process()
    before = process.memory_info().rss
    began = time.perf_counter()
    for batch in urls(number):
        with store.db.atomic():
            frontier.finds.add(batch, store._site_id, utc(datetime.now(UTC)), listed=True)
    enter = (time.perf_counter() - began) / number
    claims, acknowledging, visits, done = [], 0.0, [], 0
    for turn in range(CLAIMS):
        site = store.find_site(f"paper{turn % HOSTS}.example")
        assert site is not None
        began = time.perf_counter()
        with store.db.atomic():
            claimed = frontier.claim(site, CLAIM, utc(datetime.now(UTC)))
        claims.append((time.perf_counter() - began) / max(1, len(claimed)))
        visits += [visit(due.found, done + n) for n, due in enumerate(claimed)]
        done += len(claimed)
        if len(visits) >= BATCH:
            began = time.perf_counter()
            store.record(visits)
            acknowledging += time.perf_counter() - began
            visits = []
    stored = done - len(visits)
    again = next(urls(number))
    began = time.perf_counter()
    with store.db.atomic():
        frontier.finds.add(again, store._site_id, utc(datetime.now(UTC)), listed=True)
    seen_again = (time.perf_counter() - began) / len(again)
    memory = process.memory_info().rss - before
    store.db.close()
    began = time.perf_counter()
    store = open_store(folder)
    with store.db.atomic():
        store.frontier.release()
    recover = time.perf_counter() - began
    store.close()
    size = (folder / "archive.db").stat().st_size
    return Cost(
        number, enter * 1e6, statistics.median(claims) * 1e6,
        sorted(claims)[int(len(claims) * 0.99)] * 1e6, acknowledging / stored * 1e6,
        seen_again * 1e6, recover * 1e3, memory / 1e6, size / 1e6,
    )  # fmt: skip


def table(costs: list[Cost]) -> str:
    """The results as Markdown."""
    lines = [
        "# The frontier, by its size",
        "",
        f"Written by `make bench-frontier`: URLs of {HOSTS} hosts, claimed {CLAIM} at a time,"
        f" acknowledged {BATCH} at a time with their visits. µs for one URL unless said otherwise.",
        "",
        "| URLs | enter | claim | claim, slowest 1 % | acknowledge | told again |"
        " recover after a kill | memory | file |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for c in costs:
        lines.append(
            f"| {c.urls:,} | {c.enter:.0f} µs | {c.claim:.0f} µs | {c.claim_p99:.0f} µs |"
            f" {c.acknowledge:.0f} µs | {c.seen_again:.0f} µs | {c.recover_ms:.0f} ms |"
            f" {c.memory_mb:.0f} MB | {c.file_mb:,.0f} MB |"
        )
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure each size in its own process, print and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--one", type=int, help="measure this size here and print JSON")
    options = parser.parse_args()
    if options.one:
        with tempfile.TemporaryDirectory() as scratch:
            print(json.dumps(asdict(measure(options.one, Path(scratch)))))
        return
    costs = []
    for size in options.sizes:
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.frontier", "--one", str(size)],
            cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        costs.append(Cost(**json.loads(done.stdout)))
        print(costs[-1], flush=True)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(table(costs), encoding="utf-8")
    print(table(costs))


if __name__ == "__main__":
    main()
