"""`make bench-warc`: what writing WARC costs.

The same crawl with and without it take turns: without means no record made, compressed, written or
looked up, no tap on the connections; all else as ever.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

from benchmarks.corpora import CORPORA
from benchmarks.crawl import ARCHIVED, ROOT, Cost, addresses, archive_command, line, measure, site
from crawler.items import Capture, Reference
from crawler.warc.exchange import Exchange
from crawler.warc.records import Headers

RESULTS = ROOT / "benchmarks" / "results" / "warc.md"
ALLOWED = 1.15


class Nothing:
    """In the place of a WARC writer: says what one would, and writes nothing."""

    def __init__(self, folder: Path, **more: object) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.closed: list[object] = []
        self.name = ""
        self._number = 0

    def write(self, exchange: Exchange, original: Reference | None = None) -> Capture:
        """A capture of no record."""
        self._number += 1
        return Capture(
            exchange.url, exchange.fetched_at.isoformat(timespec="microseconds"), exchange.status,
            exchange.content_type, exchange.payload_digest, len(exchange.body),
            f"<urn:uuid:{self._number}>", "none", self._number, 1, exchange.location,
        )  # fmt: skip

    def write_other(self, kind: str, headers: Headers, block: bytes) -> str:
        """Nothing."""
        return ""

    def sync(self) -> None:
        """Nothing."""

    close = sync


def crawl_without(arguments: list[str]) -> None:
    """`scrapy`, with nothing in the place of WARC."""
    from scrapy.cmdline import execute

    from crawler.extensions import download
    from crawler.extensions.session.known import Known
    from crawler.runs import run

    setattr(download, "working_tap", lambda: None)  # noqa: B010
    for name, value in {
        "WarcWriter": Nothing,
        "note_visit": lambda *_: None,
        "run_record": lambda *_: ("", [], b""),
    }.items():
        setattr(run, name, value)
    setattr(Known, "original", lambda *_: None)  # noqa: B010
    execute(["scrapy", *arguments])


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=Path, default=CORPORA, help="folder of .html.gz files")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--crawl-without", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    if options.crawl_without is not None:
        crawl_without(options.crawl_without)
        return
    if not any(options.pages.rglob("*.html.gz")):
        sys.exit(f"bench-warc: no .html.gz files under {options.pages}; name a folder: --pages DIR")
    told, ratios = [], []
    with site(options.pages) as (port, pages, size), tempfile.TemporaryDirectory() as scratch:
        told.append(f"{pages:,} pages of {size / pages / 1000:,.0f} kB on average, sent gzip-coded")
        print(told[-1])
        urls = addresses(Path(scratch) / "urls.txt", port, pages)
        for number in range(options.rounds):
            costs: dict[str, Cost] = {}
            # who goes first changes: the machine may be warming up
            for kind in ("with", "without")[:: 1 if number % 2 else -1]:
                command = archive_command(urls, Path(scratch) / f"{kind}-{number}")
                if kind == "without":
                    ours = ["-m", "benchmarks.warc", "--crawl-without"]
                    command = [sys.executable, *ours, *command[3:]]
                costs[kind] = measure(command, pages, ARCHIVED)
            ratios.append(costs["with"].cpu_ms / costs["without"].cpu_ms)
            told.append(
                f"round {number + 1}: without {line(costs['without'])}; with"
                f" {line(costs['with'])}; CPU {ratios[-1]:.3f}"
            )
            print(told[-1], flush=True)
    ratio = statistics.median(ratios)
    told.append(f"CPU with WARC / without, median: {ratio:.3f} (allowed: {ALLOWED})")
    print(told[-1])
    RESULTS.write_text(
        "# Cost of WARC\n\nWritten by `make bench-warc`.\n\n"
        + "\n".join(f"- {t}" for t in told)
        + "\n"
    )
    sys.exit(ratio > ALLOWED)


if __name__ == "__main__":
    main()
