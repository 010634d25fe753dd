"""How an answer is compared with gold: pure functions, the same for every tool.

Which measures a page has follows from the keys of its gold: `body` (with `summary` or `dek`),
`with` and `without`, `contains`, `first`, `title`, `authors`, `date`, `dek`, `image`, `language`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote, urlsplit

_UNSPACED = "\u0e00-\u0e7f\u1000-\u109f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_UNSEEN = re.compile("[\xad\u200b\u2060\ufeff]")
"""Marks of where a line may break: some tools keep them, readers see none."""
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+")

BAD = 0.5
"""A body with an F1 below this counts as bad."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a tool read from one page."""

    title: str | None = None
    authors: Sequence[str] = ()
    date: str | None = None
    """Publication as ISO 8601, as fine as the tool gives it."""
    standfirst: str | None = None
    body: str = ""
    image: str | None = None
    language: str | None = None


@dataclass(slots=True)
class Marks:
    """The figures of one page, and remarks on what is wrong with it."""

    figures: dict[str, float] = field(default_factory=dict)
    """Figure → value. Counts, which are summed over pages, begin with `#`; of the others the mean
    over pages is reported."""
    remarks: list[tuple[float, str]] = field(default_factory=list)
    """How well the page did, lower is worse, and what is amiss."""


def score(answer: Answer, gold: Mapping[str, Any]) -> Marks:
    """Compare an answer with gold, by all measures that the gold has keys for."""
    marks = Marks()
    if "body" in gold:
        _score_body(answer, gold, marks)
    if "with" in gold:
        _score_strings(answer.body, gold["with"], gold.get("without", ()), marks)
    if gold.get("contains") or gold.get("first"):
        wanted = [*gold.get("contains", ()), *([gold["first"]] if gold.get("first") else ())]
        flat = letters(f"{answer.standfirst or ''} {answer.body}")
        marks.figures["sentences"] = sum(letters(s) in flat for s in wanted) / len(wanted)
    if gold.get("title"):
        right = letters(answer.title or "") == letters(gold["title"])
        marks.figures["title"] = float(right)
        if not right:
            marks.remarks.append((1.0, f"title {answer.title!r} for {gold['title']!r}"))
    if gold.get("authors"):
        value = names_f1(answer.authors, gold["authors"])
        marks.figures["authors F1"] = value
        if value < 1:
            marks.remarks.append((2.0, f"authors {list(answer.authors)} for {gold['authors']}"))
    if "date" in gold:
        _score_date(answer.date, gold["date"], marks)
    if gold.get("dek"):
        marks.figures["standfirst"] = float(
            letters(answer.standfirst or "") == letters(gold["dek"])
        )
        if not marks.figures["standfirst"]:
            said = f"standfirst {(answer.standfirst or '')[:90]!r} for {gold['dek'][:90]!r}"
            marks.remarks.append((4.0, said))
    if gold.get("image"):
        marks.figures["image"] = float(file_name(answer.image) == file_name(gold["image"]))
        if not marks.figures["image"]:
            marks.remarks.append((5.0, f"image {answer.image} for {gold['image']}"))
    if gold.get("language"):
        spoken = (answer.language or "").lower().partition("-")[0]
        marks.figures["language"] = float(spoken == gold["language"].lower().partition("-")[0])
        if not marks.figures["language"]:
            marks.remarks.append((6.0, f"language {answer.language} for {gold['language']}"))
    return marks


def words(text: str) -> list[str]:
    """Words as they are compared; a character of a script without spaces is one.

    >>> words("It’s 5 o'clock, Zoë!"), words("2年前")
    (['it', 's', '5', 'o', 'clock', 'zoë'], ['2', '年', '前'])
    """
    return _WORD.findall(_UNSEEN.sub("", text.lower()))


def letters(text: str) -> str:
    """Letters and digits alone, in lower case.

    >>> letters("It’s 5 o'clock, Zoë!")
    'its5oclockzoë'
    """
    return "".join(re.findall(r"[^\W_]+", text.lower()))


def file_name(url: str | None) -> str:
    """The last part of an address's path.

    >>> file_name("https://a.example/b/c.jpg?w=640")
    'c.jpg'
    """
    return unquote(urlsplit(url or "").path.rpartition("/")[2])


def shingles(text: str) -> Counter[tuple[str, ...]]:
    """Runs of four words, each with its number; a shorter text is one run."""
    found = words(text)
    return Counter(tuple(found[i : i + 4]) for i in range(max(1, len(found) - 3)))


def overlap(got: str, gold: str) -> tuple[float, float, float]:
    """F1, precision and recall of the multisets of shingles."""
    a, b = shingles(got), shingles(gold)
    both = sum((a & b).values())
    precision, recall = both / sum(a.values()), both / sum(b.values())
    return f1(precision, recall), precision, recall


def f1(precision: float, recall: float) -> float:
    """Harmonic mean; 0 where both are."""
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def strings_f1(tp: float, fp: float, fn: float) -> tuple[float, float, float]:
    """F1, precision and recall of counts over a whole corpus; 0 where nothing was found."""
    precision = tp / (tp + fp) if tp else 0.0
    recall = tp / (tp + fn) if tp else 0.0
    return f1(precision, recall), precision, recall


def names_f1(got: Iterable[str], gold: Iterable[str]) -> float:
    """F1 of two sets of names, compared by their words in order."""
    a, b = ({" ".join(words(name)) for name in names} for names in (got, gold))
    return 2 * len(a & b) / (len(a) + len(b)) if a or b else 1.0


def _score_body(answer: Answer, gold: Mapping[str, Any], marks: Marks) -> None:
    """Body with or without standfirst, on both sides, whichever agrees best."""
    summary = set(gold.get("summary") or ()) | ({gold["dek"]} if gold.get("dek") else set())
    bare = "\n".join(line for line in gold["body"].split("\n") if line not in summary)
    got = [answer.body]
    if answer.standfirst:
        got.append(f"{answer.standfirst}\n{answer.body}")
    best = max(overlap(ours, want) for ours in got for want in {gold["body"], bare})
    marks.figures["body F1"], marks.figures["body precision"], marks.figures["body recall"] = best
    marks.figures["body below 0.5"] = float(best[0] < BAD)
    marks.remarks.append((best[0], f"P {best[1]:.2f} R {best[2]:.2f}"))


def _score_strings(body: str, wanted: Sequence[str], unwanted: Sequence[str], marks: Marks) -> None:
    """Strings that the body must and must not hold, runs of white space counting as one space."""
    flat = " ".join(body.split())
    missed = [s for s in wanted if " ".join(s.split()) not in flat]
    extra = [s for s in unwanted if " ".join(s.split()) in flat]
    marks.figures["#tp"] = float(len(wanted) - len(missed))
    marks.figures["#fn"] = float(len(missed))
    marks.figures["#fp"] = float(len(extra))
    marks.remarks.append((-float(len(missed) + len(extra)), f"missed {missed} extra {extra}"))


def _score_date(got: str | None, gold: object, marks: Marks) -> None:
    """The day as written or in UTC; the instant in UTC, to the second, where gold has one.

    Gold that is no string says that the page has no date.
    """
    if not isinstance(gold, str):
        marks.figures["no date for none"] = float(got is None)
        return
    want = datetime.fromisoformat(gold)
    right = bool(days(gold) & days(got))
    marks.figures["day"] = float(right)
    if want.tzinfo is not None:
        marks.figures["instant"] = float(instant(got) == instant(gold))
    if not right:
        marks.remarks.append((3.0, f"day {got} for {gold}"))


def ranks(sure_of_bad: Sequence[float], sure_of_good: Sequence[float]) -> float | None:
    """How often a bad page is held for less sure than a good one, ties for half: the area under the
    curve. None where there are none of either.

    >>> ranks([0.1, 0.5], [0.5, 0.9])
    0.875
    """
    if not sure_of_bad or not sure_of_good:
        return None
    pairs = [(bad < good) + 0.5 * (bad == good) for bad in sure_of_bad for good in sure_of_good]
    return sum(pairs) / len(pairs)


def instant(date: str | None) -> datetime | None:
    """The instant in UTC, to the second; None of a date without time or offset.

    >>> instant("2026-02-03T01:00:07.5+02:00")
    datetime.datetime(2026, 2, 2, 23, 0, 7, tzinfo=datetime.timezone.utc)
    """
    try:
        when = datetime.fromisoformat(date or "")
    except ValueError:
        return None  # a year, a month, or no date
    return when.astimezone(UTC).replace(microsecond=0) if when.tzinfo else None


def days(date: str | None) -> set[str]:
    """The day as written and the day in UTC, where they are known.

    >>> sorted(days("2026-02-03T01:00+02:00")), days("2026-02"), days(None)
    (['2026-02-02', '2026-02-03'], set(), set())
    """
    if not date or len(date) < 10:
        return set()
    when = instant(date)
    return {date[:10]} | ({when.date().isoformat()} if when else set())
