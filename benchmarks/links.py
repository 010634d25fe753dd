"""Linked stories against gold answers: how many are found, with which relation, at what cost.

    python -m benchmarks.links [GOLD_FOLDER ...] [--cost FOLDER] [--rounds N] [--errors]

A folder has `gold.jsonl`: a line a page, `id`, `url`, `html` (a .html.gz beside it), `links`, each
with `relation`, `title`, `url`. `a|b` as a relation means that the page does not tell which of
them it is; a title null is not compared; `inline` links to other sites are not counted. Found: the
set of a page's story addresses. Typed: the set of addresses with their relation. Titles: of the
typed hits, equal word for word. All over all pages together.

Cost: CPU time of extraction with linked stories less that without, against
`lxml.html.fromstring` on the same bytes, turn by turn in one run.
"""

from __future__ import annotations

import argparse
import gc
import gzip
import json
import re
import statistics
import sys
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any
from unittest import mock

import lxml.html

from benchmarks.corpora import CORPORA
from crawler.extract import extract
from crawler.items import LinkedStory
from crawler.urls import site_host, story_key

Key = tuple[str, str]
"""A story's address, and the relation."""


@dataclass
class Scores:
    """Counts over all pages."""

    pages: int = 0
    found: Counter[str] = field(default_factory=Counter)
    typed: Counter[str] = field(default_factory=Counter)
    titles: Counter[str] = field(default_factory=Counter)
    relations: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    taken_for: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    errors: list[str] = field(default_factory=list)


def read_gold(folder: Path) -> list[dict[str, Any]]:
    """The rows of a folder, each with its page's bytes as `page`."""
    rows = []
    for line in (folder / "gold.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        row["page"] = gzip.decompress((folder / row["html"]).read_bytes())
        rows.append(row)
    return rows


def words(text: str | None) -> str:
    """A title as it is compared."""
    return " ".join(re.findall(r"\w+", (text or "").lower()))


def domain(url: str) -> str:
    """The last two labels of a host: whose links in prose count."""
    return ".".join(site_host(url).split(":")[0].split(".")[-2:])


def score(row: dict[str, Any], scores: Scores) -> None:
    """Add one page."""
    home = domain(row["url"])
    wanted: dict[Key, str | None] = {}
    for k in row["links"]:
        if k["relation"] != "inline" or domain(k["url"]) == home:
            wanted[story_key(k["url"]), k["relation"]] = k["title"]
    got: dict[Key, str | None] = {}
    for link in extract(row["page"], row["url"]).article.links:
        if link.relation != "inline" or domain(link.url) == home:
            got[story_key(link.url), link.relation] = link.title
    for url, relation in [key for key in wanted if "|" in key[1]]:
        for one in relation.split("|"):
            if (url, one) in got and (url, one) not in wanted:
                got[url, relation] = got.pop((url, one))
                break
    scores.pages += 1
    hits = wanted.keys() & got.keys()
    urls, got_urls = {url for url, _ in wanted}, {url for url, _ in got}
    scores.found.update(hit=len(urls & got_urls), got=len(got_urls), want=len(urls))
    scores.typed.update(hit=len(hits), got=len(got), want=len(wanted))
    for key in hits:
        if wanted[key]:
            scores.titles.update(want=1, hit=int(words(wanted[key]) == words(got[key])))
            if words(wanted[key]) != words(got[key]):
                scores.errors.append(f"{row['id']}: title {got[key]!r} for {wanted[key]!r}")
    for key in wanted:
        scores.relations[key[1]].update(want=1, hit=int(key in got))
        if key not in got:
            others = [relation for url, relation in got if url == key[0]] or ["nothing"]
            scores.taken_for[key[1]].update(others)
            scores.errors.append(f"{row['id']}: {key[1]} taken for {', '.join(others)}: {key[0]}")
    for key in got:
        scores.relations[key[1]].update(got=1)
        if key[0] not in urls:
            scores.taken_for["no story"].update([key[1]])
            scores.errors.append(f"{row['id']}: no story taken for {key[1]}: {key[0]}")


def f1(counts: Counter[str]) -> float:
    """Harmonic mean of precision and recall."""
    both = counts["got"] + counts["want"]
    return 2 * counts["hit"] / both if both else 1.0


def report(scores: Scores) -> None:
    """Print the table and the figures."""
    print(f"{'relation':34} {'gold':>5} {'got':>5} {'hit':>5}  taken for")
    for name, row in sorted(scores.relations.items(), key=lambda item: -item[1]["want"]):
        taken = ", ".join(f"{r} {n}" for r, n in scores.taken_for[name].most_common())
        print(f"{name:34} {row['want']:5} {row['got']:5} {row['hit']:5}  {taken}")
    extra = ", ".join(f"{r} {n}" for r, n in scores.taken_for["no story"].most_common())
    print(f"{'(no story)':34} {0:5} {scores.found['got'] - scores.found['hit']:5} {'':5}  {extra}")
    titles = scores.titles["hit"] / scores.titles["want"] if scores.titles["want"] else 1.0
    print(
        f"{scores.pages} pages: found F1 {f1(scores.found):.3f}, typed F1 {f1(scores.typed):.3f}, "
        f"titles {titles:.3f}"
    )


def _none(*_: object) -> tuple[LinkedStory, ...]:
    return ()


def cost(pages: list[tuple[bytes, str]], rounds: int) -> None:
    """Print what linked stories cost on top of the other fields."""
    parse, without, with_links = [], [], []
    for html, url in pages:
        extract(html, url)
    gc.collect()
    for _ in range(rounds):
        for html, url in pages:
            start = time.process_time()
            lxml.html.fromstring(html)
            parsed = time.process_time()
            with mock.patch.object(
                import_module("crawler.extract.article"), "linked_stories", _none
            ):
                rest = time.process_time()
                extract(html, url)
                rest_end = time.process_time()
            all_start = time.process_time()
            extract(html, url)
            end = time.process_time()
            parse.append(parsed - start)
            without.append(rest_end - rest)
            with_links.append(end - all_start)
    one = statistics.fmean(parse)
    more = statistics.fmean(with_links) - statistics.fmean(without)
    print(
        f"{len(pages)} pages, {rounds} rounds: linked stories cost {more / one:.2f} lxml parses"
        f" ({more * 1000:.2f} ms; one parse {one * 1000:.2f} ms; the other fields"
        f" {statistics.fmean(without) / one:.2f} parses)"
    )


def main() -> None:
    """Score every folder, then time."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.links")
    parser.add_argument("folders", nargs="*", type=Path, default=[CORPORA / "links"])
    parser.add_argument("--cost", type=Path, default=CORPORA / "fundus", metavar="FOLDER")
    parser.add_argument("--rounds", type=int, default=3, help="0: no timing")
    parser.add_argument("--errors", action="store_true", help="name each miss")
    options = parser.parse_args()
    for folder in [*options.folders, *([options.cost] if options.rounds else [])]:
        if not (folder / "gold.jsonl").is_file():
            sys.exit(f"links: no gold.jsonl in {folder}; name a folder that has one")
    for folder in options.folders:
        scores = Scores()
        for row in read_gold(folder):
            score(row, scores)
        print(f"{folder.name}:")
        report(scores)
        if options.errors:
            print("\n".join(scores.errors))
    if options.rounds:
        cost([(row["page"], row["url"]) for row in read_gold(options.cost)], options.rounds)


if __name__ == "__main__":
    main()
