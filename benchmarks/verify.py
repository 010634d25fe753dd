"""`make bench-verify`: how fast an archive is checked, and in how much memory.

Makes an archive of invented pages, half of them coded as servers send them, each with its request
and its metadata, in two files; then checks it in one process and in two.
"""

from __future__ import annotations

import argparse
import gzip
import multiprocessing
import random
import resource
import tempfile
import time
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path

from crawler.archive.captures import enter_file
from crawler.archive.database import WARC_FOLDER
from crawler.archive.store import Store
from crawler.fixity.archive import verify
from crawler.items import Visit
from crawler.warc.exchange import Exchange
from crawler.warc.provenance import metadata_records
from crawler.warc.writer import WarcWriter

PAGE_BYTES = 150_000
RESULTS = Path(__file__).resolve().parent / "results" / "verify.md"


def page(chance: random.Random, words: list[str]) -> bytes:
    """A page of the length of an average one of a newspaper."""
    text = " ".join(chance.choices(words, k=PAGE_BYTES // 8))
    return f"<html><body><p>{text}</p></body></html>".encode()


def build(folder: Path, megabytes: int) -> None:
    """An archive with so many megabytes of WARC."""
    chance = random.Random(1)
    words = ["".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=7)) for _ in range(4000)]
    store = Store(folder)
    store.begin_run("news", {}, "bench", "2026-01-01T00:00:00+00:00", "bench")
    begun, number, written = datetime(2026, 1, 1, tzinfo=UTC), 0, 0
    size = megabytes * 500_000
    with WarcWriter(folder / WARC_FOLDER, prefix="bench", info=[], max_bytes=size) as warc:
        while written < 2 * size:
            visits = []
            for _ in range(50):
                number += 1
                body, coding = page(chance, words), b""
                if number % 2:
                    body, coding = gzip.compress(body, 6), b"Content-Encoding: gzip\r\n"
                url = f"https://bench.example/{number}"
                capture = warc.write(
                    Exchange(
                        url=url,
                        request_head=b"GET / HTTP/1.1\r\nHost: bench.example\r\n\r\n",
                        response_head=b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n" + coding
                        + b"\r\n",
                        body=body,
                        fetched_at=begun + timedelta(seconds=number),
                    )
                )  # fmt: skip
                written += capture.warc_length
                visits.append(Visit(url=url, role="page", state="done", captures=(capture,)))
            for visit in visits:
                for kind, headers, block in metadata_records(visit, None):
                    warc.write_other(kind, headers, block)
            warc.sync()
            store.record(visits)
    with store.db.atomic():
        for file in warc.closed:
            assert store.run_id is not None
            enter_file(store.db.conn, store.run_id, file.name, file.bytes, file.records,
                       file.sha256, "2026-01-01T00:00:00+00:00")  # fmt: skip
    store.close()


def _measure(folder: Path, processes: int, out: Connection) -> None:
    begun = time.perf_counter()
    report = verify(folder, processes=processes)
    seconds = time.perf_counter() - begun
    assert report.sound, report.damage[:3]
    who = resource.RUSAGE_SELF if processes == 1 else resource.RUSAGE_CHILDREN
    out.send((seconds, resource.getrusage(who).ru_maxrss / 1024, dict(report.counts)))


def main() -> None:
    """Build, check, and say how it went."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=400, help="of WARC, compressed")
    opts = parser.parse_args()
    lines = [
        "# Speed of verify", "", "Written by `make bench-verify`.", "",
        f"{opts.megabytes} MB of WARC in two files: invented pages of {PAGE_BYTES:,} bytes, half of"
        " them gzip-coded, each with its request and its metadata.", "",
        "| processes | MB/s | records/s | largest process, MiB |", "|---|---|---|---|",
    ]  # fmt: skip
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "archive"
        build(folder, opts.megabytes)
        for processes in (1, 2):
            ours, theirs = multiprocessing.Pipe()
            context = multiprocessing.get_context("spawn")
            process = context.Process(target=_measure, args=(folder, processes, theirs))
            process.start()
            seconds, memory, counts = ours.recv()
            process.join()
            rate = counts["bytes"] / 1e6 / seconds
            each = counts["records"] / seconds
            lines.append(f"| {processes} | {rate:,.0f} | {each:,.0f} | {memory:,.0f} |")
    RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
