"""What one tool did on one corpus, and the figures of it."""

from __future__ import annotations

import gzip
import json
import statistics
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from benchmarks.peers.turns import Turn
from benchmarks.scoring import Answer, instant, score, strings_f1
from crawler.items import Confidence
from crawler.urls import owner

FIELD_OF = {
    "body F1": "body", "body precision": "body", "body recall": "body", "body below 0.5": "body",
    "string F1": "body", "string precision": "body", "string recall": "body",
    "sentences": "body", "title": "title", "authors F1": "authors",
    "day": "date", "instant": "date", "no date for none": "date",
    "standfirst": "standfirst", "image": "image", "language": "language",
}  # fmt: skip
"""Figure → the field it is about, in the order of the report."""

BAD_PAGES = {
    "body F1 below 0.8": ("body F1", 0.8, "body"),
    "a wrong author": ("authors F1", 1.0, "authors"),
    "another day": ("day", 1.0, "published"),
    "body F1 below 0.8, by all": ("body F1", 0.8, "overall"),
}
"""What is wrong with a page → the figure that says so, its least where nothing is, and the part of
our confidence that should tell."""


@dataclass(frozen=True, slots=True)
class GoldPage:
    """A page of a corpus with its gold."""

    id: str
    url: str
    html: bytes
    gold: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Corpus:
    """Pages of one folder."""

    name: str
    pages: tuple[GoldPage, ...]
    set_aside: bool = False
    """Whether nothing but figures is told of it."""

    @property
    def has_body(self) -> bool:
        """Whether its gold is about bodies, or about dates alone."""
        return any("body" in page.gold or "with" in page.gold for page in self.pages)


def read_corpus(folder: Path) -> Corpus:
    """The pages of `gold.jsonl` whose rows have `gold`, with their gzipped `html`.

    Raises OSError, ValueError or KeyError if the folder has another form.
    """
    rows = [json.loads(line) for line in (folder / "gold.jsonl").open(encoding="utf-8")]
    return Corpus(
        folder.name,
        tuple(
            GoldPage(
                row["id"], row["url"], gzip.decompress((folder / row["html"]).read_bytes()),
                row["gold"],
            )
            for row in rows
            if "gold" in row
        ),
    )  # fmt: skip


PARTED = frozenset({"fresh"})
"""Corpora of which a third is set aside, so that some pages are left that nobody has looked at."""


def in_parts(corpus: Corpus) -> list[Corpus]:
    """A corpus, or where a third of it is set aside the pages that one may look at and that third,
    by the owners of their sites."""
    if corpus.name not in PARTED:
        return [corpus]
    kept: list[GoldPage] = []
    aside: list[GoldPage] = []
    for page in corpus.pages:
        (aside if is_held_out(owner(page.url) or page.url) else kept).append(page)
    return [
        Corpus(corpus.name, tuple(kept)),
        Corpus(f"{corpus.name}, set aside", tuple(aside), set_aside=True),
    ]


def is_held_out(publisher: str) -> bool:
    """Whether a publisher, named by its registered domain, is of the third that is set aside."""
    return int(sha256(publisher.encode()).hexdigest(), 16) % 3 == 0


@dataclass(slots=True)
class Tally:
    """One tool on one corpus."""

    tool: str
    corpus: str
    pages: int = 0
    values: dict[str, list[float]] = field(default_factory=dict)
    worst: list[tuple[float, str, str]] = field(default_factory=list)
    """(how well, page, what is amiss); lower is worse."""
    raised: list[tuple[str, str]] = field(default_factory=list)
    nothing: list[str] = field(default_factory=list)
    """Pages of which the field was not found that the corpus is about: the body, else the date."""
    told_instant: bool = False
    """Whether any date came with time and offset: a tool that gives days is no worse for it."""
    last: dict[str, float] = field(default_factory=dict)
    """The figures of the page that was scored last."""
    sure: dict[str, tuple[list[float], list[float]]] = field(default_factory=dict)
    """What is wrong with pages → how sure we were of those where it is, and of the others."""
    turns: list[Turn] = field(default_factory=list)
    """What each reading cost, without its answer."""

    @property
    def read_ms(self) -> float:
        """CPU of all readings."""
        return sum(turn.read_ms for turn in self.turns)

    @property
    def parse_ms(self) -> float:
        """CPU of the bare parses beside them."""
        return sum(turn.parse_ms for turn in self.turns)

    def time(self, turn: Turn) -> None:
        """Count a turn's cost."""
        self.turns.append(replace(turn, answer=None))

    def note(self, figure: str, value: float) -> None:
        """Note one page's value of a figure."""
        self.values.setdefault(figure, []).append(value)

    def add(self, page: GoldPage, turn: Turn, has_body: bool, remark: str = "") -> None:
        """Score a turn; one without an answer scores as nothing. remark: put behind what is said of
        a page that went wrong."""
        answer = to_answer(turn.answer or {})
        marks = score(answer, page.gold)
        self.pages += 1
        self.last = dict(marks.figures)
        for figure, value in marks.figures.items():
            self.note(figure, value)
        self.worst += [(value, page.id, said + remark) for value, said in marks.remarks]
        if turn.error is not None:
            self.raised.append((page.id, turn.error))
        elif not (answer.body.strip() if has_body else answer.date) and (
            has_body or isinstance(page.gold.get("date"), str)
        ):
            self.nothing.append(page.id)
        self.told_instant |= instant(answer.date) is not None

    def note_how_sure(self, sure: Confidence | None) -> None:
        """Note how far a tool believed the answer that was scored last; None: it does not say."""
        if sure is None:
            return
        for name, (figure, least, part) in BAD_PAGES.items():
            if figure in self.last:
                pages = self.sure.setdefault(name, ([], []))
                pages[self.last[figure] >= least].append(getattr(sure, part))

    def figures(self) -> dict[str, float]:
        """Figure → its value over the corpus."""
        found = {k: statistics.fmean(v) for k, v in self.values.items() if not k.startswith("#")}
        if "#tp" in self.values:
            tp, fp, fn = (sum(self.values[k]) for k in ("#tp", "#fp", "#fn"))
            (
                found["string F1"],
                found["string precision"],
                found["string recall"],
            ) = strings_f1(tp, fp, fn)
        return found


def to_answer(found: Mapping[str, Any]) -> Answer:
    """What a reader gave, as an answer; None and missing fields count as not found."""
    authors = found.get("authors") or ()
    return Answer(
        title=found.get("title") or None,
        authors=[authors] if isinstance(authors, str) else [str(name) for name in authors],
        date=found.get("date") or None,
        standfirst=found.get("standfirst") or None,
        body=found.get("body") or "",
        image=found.get("image") or None,
        language=found.get("language") or None,
    )
