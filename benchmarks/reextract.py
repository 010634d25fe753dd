"""`make bench-reextract`: pages read again from WARC, a second, by one reader and by two.

The archive is made of real pages served on loopback; it is read whole, each page by today's
extractor.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.corpora import CORPORA
from benchmarks.crawl import ARCHIVED, ROOT, addresses, archive_command, measure, site

RESULTS = ROOT / "benchmarks" / "results" / "reextract.md"


def reextract(archive: Path, jobs: int) -> tuple[int, float, float]:
    """Articles read, seconds by the clock, CPU seconds; start of the processes included."""
    began, before = time.monotonic(), os.times()
    done = subprocess.run(
        [sys.executable, "-m", "scrapy", "reextract", str(archive), "--again", "--jobs", str(jobs)],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    after = os.times()
    cpu = after.children_user + after.children_system
    cpu -= before.children_user + before.children_system
    return int(done.stdout.split()[0].replace(",", "")), time.monotonic() - began, cpu


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=Path, default=CORPORA, help="folder of .html.gz files")
    options = parser.parse_args()
    if not any(options.pages.rglob("*.html.gz")):
        sys.exit(
            f"bench-reextract: no .html.gz files under {options.pages}; --pages DIR names some"
        )
    told = []
    with site(options.pages) as (port, pages, size), tempfile.TemporaryDirectory() as scratch:
        urls, archive = Path(scratch) / "urls.txt", Path(scratch) / "archive"
        addresses(urls, port, pages)
        measure(archive_command(urls, archive), pages, ARCHIVED)
        told.append(f"articles among {pages:,} pages of {size / pages / 1000:,.0f} kB on average")
        rates = {}
        for jobs in (1, 2):
            articles, seconds, cpu = reextract(archive, jobs)
            rates[jobs] = articles / seconds
            told.append(
                f"{jobs} reader{'s' * (jobs > 1)}: {articles:,} articles in {seconds:.1f} s,"
                f" {articles / seconds:.0f} a second, {cpu / articles * 1000:.1f} ms CPU each"
            )
            print(told[-1], flush=True)
    told.append(f"two readers are {rates[2] / rates[1]:.2f} times as fast as one")
    print(told[-1])
    lines = "\n".join(f"- {line}" for line in told)
    RESULTS.write_text(
        f"# Reading again\n\nWritten by `make bench-reextract`, on a machine of {os.cpu_count()}"
        f" cores; the start of the processes is included.\n\n{lines}\n"
    )


if __name__ == "__main__":
    main()
