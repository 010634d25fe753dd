"""`make bench-search`: what a search costs in large archives, query by query.

Makes an archive of invented stories of each size (or takes one that is there), asks each query many
times for its first page, its facets and its stories over time, and says how long each took: as the
clock has it, and in time of the processor, which says more on a machine that others use too.
"""

from __future__ import annotations

import argparse
import random
import re
import shutil
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from benchmarks.library import build
from crawler.archive.database import open_for_reading
from crawler.archive.facet_counts import facets, over_time
from crawler.archive.searching import search, stories_in
from crawler.search import Query, parse

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "search.md"
SIZES = (100_000,)
"""Stories. A million by hand: --stories 1000000."""
LIMITS = {100_000: 0.1, 1_000_000: 0.2}
"""Seconds that a search or its facets may take up to so many stories."""
SHARES = (0.0001, 0.001, 0.01, 0.05, 0.2)
"""How many of the stories a word that is asked for is in."""
_TRIED = 400
"""Words of which those of the right frequency are taken."""


@dataclass(frozen=True, slots=True)
class Cost:
    """How long something took, in seconds."""

    median: float
    p95: float
    processor: float
    """Median time of the processor."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a query found, and what that cost."""

    name: str
    hits: str
    order: str
    page: Cost
    facets: Cost
    chart: Cost


def words(connection: sqlite3.Connection, stories: int) -> dict[float, str]:
    """Words of the archive that are about as frequent as `SHARES` say."""
    chance = random.Random(7)
    known: dict[str, float] = {}
    while len(known) < _TRIED:
        (text,) = connection.execute(
            "SELECT title || ' ' || body_text FROM stories WHERE id >= ? LIMIT 1",
            (chance.randrange(1, stories),),
        ).fetchone()
        for word in chance.sample(re.findall(r"[A-Za-z]{4,}", text) or ["none"], 1):
            found = connection.execute(
                "SELECT count(*) FROM stories_fts WHERE stories_fts MATCH ?", (f'"{word}"',)
            )
            known[word.lower()] = found.fetchone()[0] / stories
    return {share: min(known, key=lambda w: abs(known[w] / share - 1)) for share in SHARES}


def queries(connection: sqlite3.Connection, stories: int) -> Iterator[tuple[str, str]]:
    """What is asked: its name, and the text of the query."""
    word = words(connection, stories)
    sites = [v.condition for v in facets(connection, parse("")).values["site"]]
    values = facets(connection, parse("")).values
    for share, each in word.items():
        yield f"a word of {share:.2%}", each
    yield "the same, exact", f'"{word[0.05]}"'
    yield "two words", f"{word[0.05]} {word[0.01]}"
    yield "a phrase", f'"{word[0.05]} {word[0.01]}"'
    yield "near", f"NEAR({word[0.05]} {word[0.01]}, 20)"
    yield "either", f"{word[0.01]} OR {word[0.001]}"
    yield "but not", f"{word[0.05]} -{word[0.01]}"
    yield "not alone", f"-{word[0.05]}"
    yield "beginning", f"{word[0.001][:3]}*"
    yield "word, newspaper", f"{word[0.05]} {sites[-1]}"
    yield (
        "word, section, year",
        (f"{word[0.05]} {values['section'][0].condition} {values['year'][1].condition}"),
    )
    yield "word, author", f"{word[0.05]} {values['author'][0].condition}"
    yield "author", values["author"][-1].condition
    yield "section", values["section"][0].condition
    yield "tag", values["tag"][-1].condition
    yield "year", values["year"][1].condition
    yield "language", values["language"][-1].condition
    yield "edited", "edited:yes"
    yield "without spaces", "東京"
    yield "no query", ""


def cost(ask: Callable[[], object], times: int) -> Cost:
    """How long a question takes, asked so many times after a first time."""
    ask()
    clock: list[float] = []
    processor: list[float] = []
    for _ in range(times):
        began, used = time.perf_counter(), time.thread_time()
        ask()
        processor.append(time.thread_time() - used)
        clock.append(time.perf_counter() - began)
    clock.sort()
    return Cost(
        statistics.median(clock), clock[min(int(len(clock) * 0.95), len(clock) - 1)],
        statistics.median(processor),
    )  # fmt: skip


def answer(connection: sqlite3.Connection, name: str, query: Query, times: int) -> Answer:
    """Ask a query for all that a page of a reading room shows of it."""
    found = search(connection, query)
    return Answer(
        name, f"{found.total:,}{'+' if found.is_at_least else ''}", found.order,
        cost(lambda: search(connection, query), times),
        cost(lambda: facets(connection, query), times),
        cost(lambda: over_time(connection, query), times),
    )  # fmt: skip


def table(answers: list[Answer], stories: int, size: int) -> str:
    """What was found, as Markdown."""
    lines = [
        f"## {stories:,} stories", "",
        f"{size / stories / 1000:.1f} kB each in archive.db. Milliseconds: median and 95th"
        " percentile as the clock has them, and the median of the processor's.", "",
        "| query | hits | order | page | p95 | cpu | facets | p95 | cpu | over time | p95 | cpu |",
        "|---|---:|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]  # fmt: skip
    for each in answers:
        costs = " | ".join(
            f"{one.median * 1000:.0f} | {one.p95 * 1000:.0f} | {one.processor * 1000:.0f}"
            for one in (each.page, each.facets, each.chart)
        )
        lines.append(f"| {each.name} | {each.hits} | {each.order} | {costs} |")
    return "\n".join(lines) + "\n"


def measure(folder: Path, times: int) -> tuple[str, bool]:
    """The table of an archive, and whether all was quick enough by the processor's time."""
    with closing(open_for_reading(folder)) as db:
        connection: sqlite3.Connection = db.conn
        stories = stories_in(connection)
        answers = [
            answer(connection, name, parse(text), times)
            for name, text in queries(connection, stories)
        ]
    limit = next((s for number, s in sorted(LIMITS.items()) if stories <= number), 1.0)
    slow = [a for a in answers if max(a.page.processor, a.facets.processor) > limit]
    for each in slow:
        print(f"too slow at {stories:,} stories: {each.name}", file=sys.stderr)
    return table(answers, stories, (folder / "archive.db").stat().st_size), not slow


def main() -> int:
    """Build, ask, and say how it went. Returns 1 where an answer took too long."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stories", type=int, action="append", help="how many; several times")
    parser.add_argument("--archive", type=Path, action="append", default=[],
                        help="one that is there, in place of a new one; several times")  # fmt: skip
    parser.add_argument("--times", type=int, default=20)
    opts = parser.parse_args()
    parts: list[str] = []
    quick = True
    home = Path(tempfile.mkdtemp(prefix="search-"))
    try:
        folders = list(opts.archive)
        for stories in opts.stories or ([] if folders else SIZES):
            folders.append(home / str(stories))
            build(folders[-1], stories)
        for folder in folders:
            text, is_quick = measure(folder, opts.times)
            print(text, flush=True)
            parts.append(text)
            quick = quick and is_quick
    finally:
        shutil.rmtree(home)
    if not opts.stories or max(opts.stories) >= SIZES[0]:
        head = "# Searching a large archive\n\nWritten by `make bench-search`.\n\n"
        RESULTS.write_text(head + "\n".join(parts), encoding="utf-8")
    return 0 if quick else 1


if __name__ == "__main__":
    sys.exit(main())
