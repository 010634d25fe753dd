"""`make bench-discovery`: how much of a site is found, and at what cost.

Crawls the demo newspaper, which has sitemaps and a feed, the Arle Ledger, which has nothing but
links, and the invented newspapers of `benchmarks.newspapers`, each given only by its home page;
then each once more, with nothing changed.
"""

from __future__ import annotations

import argparse
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.newspapers import PLANS, Plan
from benchmarks.newspapers import serve as serve_plan
from crawler.demo import ledger
from crawler.demo.server import serve
from crawler.demo.truth import expected

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "discovery.md"
DEMOS = ("courier", "links")


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
        return _reach(site, wanted, archive, first, second)


def measure_plan(plan: Plan) -> Reach:
    """Crawl an invented newspaper twice."""
    with tempfile.TemporaryDirectory() as scratch, serve_plan(plan) as paper:
        archive = Path(scratch) / "archive"
        crawl(f"{paper.base}/", archive)
        first = list(paper.asked)
        crawl(f"{paper.base}/", archive)
        second = paper.asked[len(first) :]
        return _reach(plan.name, paper.by_path.keys(), archive, first, second)


def _reach(
    site: str, wanted: Collection[str], archive: Path, first: list[str], second: list[str]
) -> Reach:
    """What is in an archive of what is wanted. first, second: what the server was asked for, each
    ending in the status that it gave."""
    with sqlite3.connect(archive / "archive.db") as db:
        kept = [target(row[0]) for row in db.execute("SELECT url FROM stories")]
    return Reach(
        site, len(wanted), len(set(wanted) & set(kept)), len(kept), len(first),
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
    quiet = subprocess.DEVNULL
    subprocess.run(command, cwd=ROOT, check=True, stdout=quiet, stderr=quiet)


def main() -> None:
    """Measure all that are asked for, print and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sites", nargs="+", help="measure only these, and write nothing")
    options = parser.parse_args()
    to_do: dict[str, Callable[[], Reach]] = {name: partial(measure, name) for name in DEMOS}
    to_do |= {plan.name: partial(measure_plan, plan) for plan in PLANS}
    rows = []
    for name, crawl_twice in to_do.items():
        if not options.sites or name in options.sites:
            rows.append(crawl_twice().row())
            print(rows[-1], flush=True)
    if options.sites:
        return
    text = (
        "# Reach\n\nWritten by `make bench-discovery`: two demo sites, then invented newspapers of"
        " many builds (`benchmarks/newspapers.py` says what each is like), each given by its home"
        " page only.\n\n| site | stories | archived | of the archive, stories | fetches a story |"
        " second run, bodies a story |\n|---|---:|---:|---:|---:|---:|\n" + "\n".join(rows) + "\n"
    )
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
