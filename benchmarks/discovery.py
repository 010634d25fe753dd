"""`make bench-discovery`: how much of a site is found, and at what cost.

Crawls the demo newspaper, which has sitemaps and a feed, the Arle Ledger, which has nothing but
links, and the invented newspapers of `benchmarks/newspapers.py`, each given only by its home page;
then once more, with nothing changed.
"""

from __future__ import annotations

import argparse
import sqlite3
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks import newspapers
from benchmarks.newspapers import PLANS, Plan
from crawler.demo import ledger
from crawler.demo.server import serve
from crawler.demo.truth import expected

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "discovery.md"


@dataclass(frozen=True, slots=True)
class Reach:
    """What two runs on one site brought."""

    site: str
    stories: int
    """Stories that the site has."""
    archived: int
    """… that are in the archive."""
    articles: int
    """Articles in the archive, stories or not."""
    fetches: int
    """Requests of the first run, robots.txt and errors among them."""
    bodies: int
    """Answers with a body in the second run: 304s have none."""

    def row(self) -> str:
        """As a line of a Markdown table."""
        return (
            f"| {self.site} | {self.stories} | {self.archived / self.stories:.1%} |"
            f" {self.archived / max(1, self.articles):.1%} |"
            f" {self.fetches / max(1, self.archived):.2f} |"
            f" {self.bodies / max(1, self.archived):.3f} |"
        )


def measure(site: str) -> Reach:
    """Crawl a demo site twice."""
    if site == "links":
        wanted = {piece.path for piece in ledger.stories()}
    else:
        wanted = {story.path for story in expected("morning")}
    with tempfile.TemporaryDirectory() as scratch:
        log, archive = Path(scratch) / "log", Path(scratch) / "archive"
        with serve("morning", log=log, site=site) as url:
            crawl(url, archive)
            first = log.read_text().splitlines()
            crawl(url, archive)
            second = log.read_text().splitlines()[len(first) :]
        with sqlite3.connect(archive / "archive.db") as db:
            kept = [row[0] for row in db.execute("SELECT url FROM stories")]
    paths = [target(url) for url in kept]
    return Reach(
        site, len(wanted), len(wanted & set(paths)), len(paths), len(first),
        sum(not line.endswith(" 304") for line in second),
    )  # fmt: skip


def measure_invented(plan: Plan) -> Reach:
    """Crawl an invented newspaper twice."""
    with tempfile.TemporaryDirectory() as scratch, newspapers.serve(plan) as paper:
        archive = Path(scratch) / "archive"
        crawl(paper.base, archive)
        first = len(paper.asked)
        crawl(paper.base, archive)
        second = paper.asked[first:]
        with sqlite3.connect(archive / "archive.db") as db:
            paths = [target(row[0]) for row in db.execute("SELECT url FROM stories")]
    wanted = paper.addresses
    return Reach(
        plan.name, len(wanted), len(wanted & set(paths)), len(paths), first,
        sum(not line.endswith(" 304") for line in second),
    )  # fmt: skip


def target(url: str) -> str:
    """Path and query of an address."""
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def crawl(url: str, archive: Path) -> None:
    """One run at full speed."""
    command = [
        sys.executable, "-m", "scrapy", "crawl", "news", "-a", f"site={url}",
        "-a", f"archive={archive}", "-a", "allow_private=1", "-s", "DOWNLOAD_DELAY=0",
        "-s", "CONCURRENT_REQUESTS_PER_DOMAIN=8", "-s", "AUTOTHROTTLE_ENABLED=False",
    ]  # fmt: skip
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def main() -> None:
    """Measure all, print and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sites", nargs="*", default=["courier", "links"])
    parser.add_argument("--invented", nargs="*", default=None, help="names; all if not said")
    options = parser.parse_args()
    chosen = [plan for plan in PLANS if options.invented is None or plan.name in options.invented]
    rows = []
    for reach in chain(map(measure, options.sites), map(measure_invented, chosen)):
        rows.append(reach.row())
        print(rows[-1], flush=True)
    text = (
        "# Reach\n\nWritten by `make bench-discovery`: two demo sites, and newspapers invented to"
        " be unlike each other (`benchmarks/newspapers.py`), each given by its home page only.\n\n"
        "| site | stories | archived | of the archive, stories | fetches a story |"
        " second run, bodies a story |\n|---|---:|---:|---:|---:|---:|\n" + "\n".join(rows) + "\n"
    )
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
