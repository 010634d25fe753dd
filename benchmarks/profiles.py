"""`make bench-profiles`: what the pages of one paper teach together.

Invented papers (`benchmarks/templates.py`), each of its own template: profiles are learned from 5,
20 and 100 of a paper's pages, and thirty others are read without a profile and with each.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.scoring import names_f1, overlap
from benchmarks.templates import StoryPage, Template, pages
from crawler.errors import NotAnArticleError
from crawler.items import Article
from crawler.learn import SiteProfile, learn, written
from crawler.page_reader import extract, sighting

RESULTS = Path(__file__).resolve().parent / "results" / "profiles.md"
TAUGHT = (5, 20, 100)
_READ = 30


@dataclass(slots=True)
class Row:
    """How well pages were read, and at what cost."""

    taught: int
    bodies: list[float]
    titles: list[bool]
    authors: list[float]
    pictures: list[bool]
    read_ms: float
    learn_ms: float = 0.0
    size: float = 0.0
    """Bytes of a profile, on average."""


def measure(templates: int, taught: Sequence[int] = TAUGHT, read: int = _READ) -> list[Row]:
    """A row for no profile, and one for each number of pages.

    templates: papers. taught: numbers of pages that are learned from. read: pages of each paper
    that are read.
    """
    rows = [Row(n, [], [], [], [], 0.0) for n in (0, *taught)]
    for number in range(templates):
        template = Template(number)
        new = pages(template, read, first=1_000)
        old = pages(template, max(taught))
        began = time.process_time()
        seen = [one for page in old if (one := sighting(page.html.encode(), page.url))]
        surveyed = (time.process_time() - began) / len(old)
        for row in rows:
            began = time.process_time()
            profile = learn(template.host, seen[: row.taught]) if row.taught else None
            row.learn_ms += 1e3 * (time.process_time() - began + surveyed * row.taught) / templates
            row.size += len(written(profile)) / templates if profile else 0
            _read(row, new, profile)
    for row in rows:
        row.read_ms = 1e3 * row.read_ms / len(row.bodies)
    return rows


def _read(row: Row, new: list[StoryPage], profile: SiteProfile | None) -> None:
    for page in new:
        began = time.process_time()
        article = _article(page, profile)
        row.read_ms += time.process_time() - began
        row.bodies.append(overlap(article.body, page.body)[2])
        row.titles.append(article.title == page.title)
        row.authors.append(names_f1(article.authors, [page.author]))
        row.pictures.append((article.image and article.image.url) == page.picture)


def _article(page: StoryPage, profile: SiteProfile | None) -> Article:
    try:
        return extract(page.html, page.url, profile=profile)
    except NotAnArticleError as error:
        return error.article


def table(rows: list[Row]) -> str:
    """The rows as Markdown."""
    lines = [
        "| learned from | body F1 | title | author | picture | reading, ms a page | learning, ms |"
        " profile, bytes |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        means = (
            statistics.mean(row.bodies), statistics.mean(row.titles),
            statistics.mean(row.authors), statistics.mean(row.pictures),
        )  # fmt: skip
        quality = " | ".join(f"{mean:.3f}" for mean in means)
        name = f"{row.taught} pages" if row.taught else "nothing"
        cost = f"{row.read_ms:.1f} | {row.learn_ms:.0f} | {row.size:,.0f}"
        lines.append(f"| {name} | {quality} | {cost} |")
    return "\n".join(lines)


def main() -> int:
    """Measure, print, and write the results."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--papers", type=int, default=30, help="invented papers")
    options = parser.parse_args()
    found = table(measure(options.papers))
    print(found)
    if options.papers == parser.get_default("papers"):
        text = (
            "# What the pages of one paper teach together\n\n"
            f"`make bench-profiles`: {options.papers} invented papers, each of its own template; "
            f"{_READ} pages of each are read that taught nothing.\n\n{found}\n"
        )
        RESULTS.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
