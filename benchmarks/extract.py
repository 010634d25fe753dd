"""Quality and cost of extraction on the development corpora.

    python -m benchmarks.extract [--corpora DIR] [--worst N] [--only fundus,trafilatura,htmldate]

Body: shingles of four words, precision and recall of their multisets, F1 a page. Titles: equal
lower-case words. Authors: F1 of the sets. Day and instant: as in the gold answer. Cost: CPU time of
extraction without linked stories against `lxml.html.fromstring` on the same bytes, turn by turn in
one run.
"""

from __future__ import annotations

import argparse
import gc
import gzip
import json
import re
import statistics
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest import mock

import lxml.html

import crawler.extract
from crawler.extract import extract
from crawler.extract.normalise import normalise
from crawler.items import Article, Moment, Page

CORPORA = Path(__file__).resolve().parents[2] / "shared" / "corpora"
CAPTURED = datetime(2026, 11, 1, tzinfo=UTC)


@dataclass
class Scores:
    """Figures of one corpus, and its pages from worst to best."""

    name: str
    pages: int = 0
    figures: dict[str, list[float]] = field(default_factory=dict)
    worst: list[tuple[float, str, str]] = field(default_factory=list)
    parse_ms: list[float] = field(default_factory=list)
    extract_ms: list[float] = field(default_factory=list)

    def add(self, figure: str, value: float) -> None:
        """Note one page's value of a figure."""
        self.figures.setdefault(figure, []).append(value)


def corpus(folder: Path) -> Iterator[tuple[dict[str, Any], bytes]]:
    """Each row of a corpus with its page."""
    with (folder / "gold.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            yield row, gzip.decompress((folder / row["html"]).read_bytes())


def words(text: str) -> list[str]:
    """Words as they are compared."""
    return re.findall(r"\w+", text.lower())


def shingles(text: str) -> Counter[tuple[str, ...]]:
    """Runs of four words, each with its number."""
    found = words(text)
    return Counter(tuple(found[i : i + 4]) for i in range(max(1, len(found) - 3)))


def overlap(got: str, gold: str) -> tuple[float, float, float]:
    """F1, precision and recall of shingles."""
    a, b = shingles(got), shingles(gold)
    both = sum((a & b).values())
    precision, recall = both / max(1, sum(a.values())), both / max(1, sum(b.values()))
    return f1(precision, recall), precision, recall


def f1(precision: float, recall: float) -> float:
    """Harmonic mean."""
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def score_fundus(page: Page, gold: dict[str, Any], scores: Scores, page_id: str) -> None:
    """Body, title, authors, date and verdict of a news page."""
    article = page.article
    summary = set(gold.get("summary") or [])
    bare = "\n".join(line for line in gold["body"].split("\n") if line not in summary)
    body = article.body
    ours = [body] if not article.standfirst else [body, f"{article.standfirst}\n{body}"]
    best = max(overlap(got, want) for got in ours for want in (gold["body"], bare))
    scores.add("body F1", best[0])
    scores.add("body precision", best[1])
    scores.add("body recall", best[2])
    scores.add("body below 0.5", float(best[0] < 0.5))
    note = f"P {best[1]:.2f} R {best[2]:.2f}"
    if gold.get("title"):
        right = words(article.title or "") == words(gold["title"])
        scores.add("title", float(right))
        if not right:
            scores.worst.append((1.0, page_id, f"title {article.title!r} for {gold['title']!r}"))
    if gold.get("authors"):
        want, got = (
            {" ".join(words(n)) for n in names} for names in (gold["authors"], article.authors)
        )
        common = len(want & got)
        value = 2 * common / (len(want) + len(got))
        scores.add("authors F1", value)
        if value < 1:
            source = article.sources.get("authors")
            scores.worst.append(
                (
                    2.0,
                    page_id,
                    f"authors {article.authors} for {gold['authors']} ({source and source.source})",
                )
            )
    if gold.get("date"):
        score_date(article, gold["date"], scores, page_id)
    scores.add("judged an article", float(page.not_article is None))
    if page.not_article:
        scores.worst.append(
            (0.5, page_id, f"judged {page.not_article!r} of {article.word_count} words")
        )
    scores.worst.append((best[0], page_id, note))


def score_date(article: Article, gold: object, scores: Scores, page_id: str) -> None:
    """The day as written or in UTC; the instant in UTC where gold has one."""
    if not isinstance(gold, str):
        scores.add("no date for none", float(article.published is None))
        return
    want = datetime.fromisoformat(gold)
    days = {want.date().isoformat()}
    got_days = set()
    instant = None
    moment: Moment | None = article.published
    if moment is not None:
        got_days.add(moment.value[:10])
        if len(moment.value) > 10:
            when = datetime.fromisoformat(moment.value)
            if when.tzinfo is not None:
                instant = when.astimezone(UTC).replace(microsecond=0)
                got_days.add(instant.date().isoformat())
    if want.tzinfo is not None:
        days.add(want.astimezone(UTC).date().isoformat())
        scores.add("instant", float(instant == want.astimezone(UTC).replace(microsecond=0)))
    right = bool(days & got_days)
    scores.add("day", float(right))
    if not right:
        claims = [(c.text, c.source) for c in article.published_claims[:4]]
        scores.worst.append((3.0, page_id, f"day {moment and moment.value} for {gold}; {claims}"))


def score_strings(page: Page, gold: dict[str, Any], scores: Scores, page_id: str) -> None:
    """Strings that the body must and must not hold."""
    body = " ".join(page.article.body.split())
    found = [" ".join(s.split()) in body for s in gold["with"]]
    wrong = [" ".join(s.split()) in body for s in gold["without"]]
    scores.add("_tp", sum(found))
    scores.add("_fn", len(found) - sum(found))
    scores.add("_fp", sum(wrong))
    missed = [s for s, ok in zip(gold["with"], found, strict=True) if not ok]
    extra = [s for s, bad in zip(gold["without"], wrong, strict=True) if bad]
    bad = len(missed) + len(extra)
    scores.worst.append((-float(bad), page_id, f"missed {missed} extra {extra}"))
    scores.add("judged an article", float(page.not_article is None))


def run(name: str, folder: Path, rounds: int) -> Scores:
    """Score one corpus and time it."""
    scores = Scores(name)
    pages = list(corpus(folder))
    for row, html in pages:
        page = extract(html, row["url"])
        article = normalise(page.article, CAPTURED)
        page = Page(page.url, article, page.not_article, page.out_links, page.feeds)
        scores.pages += 1
        if name == "fundus":
            score_fundus(page, row["gold"], scores, row["id"])
        elif name == "trafilatura":
            score_strings(page, row["gold"], scores, row["id"])
        else:
            score_date(article, row["gold"]["date"], scores, row["id"])
    gc.collect()
    with mock.patch.object(crawler.extract, "linked_stories", return_value=()):
        for _ in range(rounds):
            for row, html in pages:
                start = time.process_time()
                lxml.html.fromstring(html)
                middle = time.process_time()
                extract(html, row["url"])
                end = time.process_time()
                scores.parse_ms.append((middle - start) * 1000)
                scores.extract_ms.append((end - middle) * 1000)
    return scores


def report(all_scores: list[Scores], worst: int) -> None:
    """Print the table, and the worst pages where asked for."""
    print(f"{'corpus':12} {'pages':>5}  figure")
    for scores in all_scores:
        figures = {k: statistics.fmean(v) for k, v in scores.figures.items() if k[0] != "_"}
        if "_tp" in scores.figures:
            tp, fn, fp = (sum(scores.figures[k]) for k in ("_tp", "_fn", "_fp"))
            figures["string F1"] = f1(tp / (tp + fp), tp / (tp + fn))
            figures["string precision"], figures["string recall"] = tp / (tp + fp), tp / (tp + fn)
        for figure, value in figures.items():
            print(f"{scores.name:12} {scores.pages:5}  {figure:20} {value:.3f}")
        if scores.parse_ms:
            parse, ours = statistics.fmean(scores.parse_ms), statistics.fmean(scores.extract_ms)
            print(f"{scores.name:12} {scores.pages:5}  {'CPU ms a page':20} {ours:.2f}")
            print(
                f"{scores.name:12} {scores.pages:5}  {'× one lxml parse':20} {ours / parse:.2f}"
                f" ({parse:.2f} ms)"
            )
        for value, page_id, note in sorted(scores.worst)[:worst] if worst else ():
            print(f"    {value:5.2f} {page_id}  {note}")
    parse = sum(sum(s.parse_ms) for s in all_scores)
    ours = sum(sum(s.extract_ms) for s in all_scores)
    if parse:
        print(f"all corpora: {ours / parse:.2f} × one lxml parse")


def main() -> None:
    """Entry point."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--corpora", type=Path, default=CORPORA, help="folder of the corpora")
    parser.add_argument("--worst", type=int, default=0, metavar="N", help="show the N worst pages")
    parser.add_argument("--only", default="fundus,trafilatura,htmldate", help="names, by commas")
    parser.add_argument("--rounds", type=int, default=1, help="how often each page is timed")
    args = parser.parse_args()
    found = [name for name in args.only.split(",") if (args.corpora / name / "gold.jsonl").exists()]
    if not found:
        raise SystemExit(f"no corpora in {args.corpora}: nothing to measure")
    report([run(name, args.corpora / name, args.rounds) for name in found], args.worst)


if __name__ == "__main__":
    main()
