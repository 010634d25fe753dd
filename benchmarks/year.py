"""Alarms of a simulated year: right, wrong, late, missed, beside Media Cloud's published rule.

`python -m benchmarks.year` writes benchmarks/results/monitors.md; `--seed N` prints one year and
each alarm of it.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import repeat
from pathlib import Path
from statistics import fmean, pstdev

from benchmarks.year_papers import FIRST, NUMBERS, VOLUME, Paper, Truth, invent
from crawler.monitors import Episode, ratio, together, watch

RESULTS = Path(__file__).parent / "results" / "monitors.md"
ASIDE = 7
"""Days after an event in which what it leaves behind is still its own."""


@dataclass(frozen=True)
class Alarm:
    """A finding of a paper's, and the day at whose end it was told."""

    paper: str
    kind: str
    subject: str
    since: int
    at: int
    numbers: str = ""


@dataclass
class Score:
    """What alarms were worth. delays: publishing days after the first one of an event, of those
    that were found."""

    events: int = 0
    in_time: int = 0
    by_two: int = 0
    late: int = 0
    missed: int = 0
    right: int = 0
    wrong: int = 0
    papers: int = 0
    notes: list[str] = field(default_factory=list)
    by_kind: Counter[str] = field(default_factory=Counter)

    def add(self, other: Score) -> None:
        """Take another year's to it."""
        for name in ("events", "in_time", "by_two", "late", "missed", "right", "wrong", "papers"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.notes += other.notes
        self.by_kind.update(other.by_kind)


Rule = Callable[[Sequence[Paper]], list[Alarm]]


def ours(papers: Sequence[Paper]) -> list[Alarm]:
    """What the monitors tell, evening after evening."""
    alarms: list[Alarm] = []
    past: dict[str, list[Episode]] = {each.name: [] for each in papers}
    ratios: dict[date, dict[str, float]] = {}
    for each in papers:
        counts = [day.stories for day in each.days]
        for at, day in enumerate(each.days):
            if (one := ratio(counts, at)) is not None:
                ratios.setdefault(day.day, {})[each.name] = one
    for at in range(14, len(papers[0].days)):
        for paper in papers:
            days = paper.days[max(0, at - 399) : at + 1]
            others = {
                day.day: [r for name, r in ratios.get(day.day, {}).items() if name != paper.name]
                for day in days[-70:]
            }
            report = watch(days, past[paper.name], together(others))
            known = past[paper.name]
            for over in report.over:
                known[:] = [
                    replace(each, until=over.until, is_habit=over.is_habit)
                    if each.until is None and (each.kind, each.subject) == (over.kind, over.subject)
                    else each
                    for each in known
                ]
            for found in report.found:
                known.append(Episode(found.kind, found.subject, found.since))
                since = (found.since - FIRST).days
                alarms.append(
                    Alarm(
                        paper.name, found.kind, found.subject, since, at, str(dict(found.numbers))
                    )
                )
    return alarms


def media_cloud(papers: Sequence[Paper]) -> list[Alarm]:
    """The rule of Media Cloud's web-search (backend/sources/alerts.py): the mean of 7 days below
    that of 28 by more than one and a half of their standard deviations, or above it by more than
    two, or nothing at all; an alarm when it begins."""
    alarms = []
    for paper in papers:
        counts = [each.stories for each in paper.days]
        before = ""
        for at in range(28, len(counts)):
            month, week = counts[at - 27 : at + 1], fmean(counts[at - 6 : at + 1])
            mean, deviation = fmean(month), pstdev(month)
            now = ""
            if not any(month):
                now = "silent"
            elif week < mean - 1.5 * deviation:
                now = "fewer"
            elif week > mean + 2 * deviation:
                now = "more"
            if now and not before:
                alarms.append(Alarm(paper.name, now, "", at - 6, at))
            before = now
    return alarms


def score(papers: Sequence[Paper], alarms: Iterable[Alarm], *, of_numbers: bool = False) -> Score:
    """What alarms were worth. of_numbers: only what happened to numbers of stories counts; any
    alarm then tells of it."""
    found = Score(papers=len(papers))
    by_paper: dict[str, list[Alarm]] = {each.name: [] for each in papers}
    for alarm in alarms:
        by_paper[alarm.paper].append(alarm)
    for paper in papers:
        truths = [each for each in paper.truths if not of_numbers or each.what in NUMBERS]
        right: set[Alarm] = set()
        for truth in truths:
            _judge(paper, truth, by_paper[paper.name], of_numbers, right, found)
        for alarm in by_paper[paper.name]:
            if alarm in right:
                found.right += 1
            else:
                found.wrong += 1
                found.by_kind[f"wrong {alarm.kind}"] += 1
                found.notes.append(f"wrong  {_told(alarm)}")
    return found


def _judge(
    paper: Paper, truth: Truth, alarms: Sequence[Alarm], of_numbers: bool,
    right: set[Alarm], found: Score,
) -> None:  # fmt: skip
    its = [
        each for each in alarms
        if (of_numbers or each.kind in truth.kinds) and truth.first <= each.at <= truth.last + ASIDE
    ]  # fmt: skip
    right.update(its)
    from_ = truth.first + truth.grace
    issues = [at for at in range(from_, truth.last) if paper.publishes(at)]
    if len(issues) < 3:  # it was over before there could be talk of it
        return
    found.events += 1
    if not its:
        found.missed += 1
        found.by_kind[f"missed {truth.what}"] += 1
        found.notes.append(
            f"missed {truth.paper} {truth.what} {_day(truth.first)}–{_day(truth.last)}"
        )
        return
    at = min(each.at for each in its)
    delay = sum(each <= at for each in issues) - 1
    found.in_time += delay <= 1
    found.by_two += delay <= 2
    if delay == 2:
        found.by_kind[f"a day later {truth.what}"] += 1
    if delay > 2:
        found.late += 1
        found.by_kind[f"late {truth.what}"] += 1
        found.notes.append(f"late   {truth.paper} {truth.what} {_day(truth.first)}: +{delay}")


def _day(at: int) -> str:
    return (FIRST + timedelta(at)).isoformat()


def _told(alarm: Alarm) -> str:
    days = f"since {_day(alarm.since)}, told {_day(alarm.at)}"
    return f"{alarm.paper} {alarm.kind} {alarm.subject} {days} {alarm.numbers}"


def one_year(
    seed: int, kinds: tuple[str, ...] | None = None, alone: bool = False
) -> tuple[Score, Score, Score]:
    """Ours on all events, ours on those of a number of stories, and Media Cloud's rule on these.
    alone: each paper in an archive of its own."""
    papers = invent(seed, kinds) if kinds else invent(seed)
    groups = [[each] for each in papers] if alone else [papers]
    alarms = [alarm for group in groups for alarm in ours(group)]
    about = [each for each in alarms if each.kind in (*VOLUME, "blocked")]
    return score(papers, alarms), score(papers, about, of_numbers=True), score(
        papers, media_cloud(papers), of_numbers=True
    )  # fmt: skip


def years(
    seeds: Iterable[int], kinds: tuple[str, ...] | None = None, *, alone: bool = False
) -> tuple[Score, Score, Score]:
    """The same of several years."""
    totals = Score(), Score(), Score()
    with ProcessPoolExecutor(2) as pool:
        for result in pool.map(one_year, seeds, repeat(kinds), repeat(alone)):
            for total, one in zip(totals, result, strict=True):
                total.add(one)
    return totals


def row(name: str, one: Score) -> str:
    """A line of the table."""

    def share(number: int) -> str:
        return f"{number / one.events:.1%}" if one.events else "–"

    return (
        f"| {name} | {one.events} | {share(one.in_time)} | {share(one.by_two)} | {one.late} |"
        f" {one.missed} | {one.right} | {one.wrong} | {one.wrong / one.papers:.2f} |"
    )


HEAD = (
    "| | events | found by the 2nd day of publication | by the 3rd | later | missed |"
    " alarms right | wrong | wrong a paper a year |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|"
)


QUOTED = tuple(range(101, 111))
"""Seeds of the years in the results; the rules were tuned on others (1 to 20)."""
OTHERS = (
    ("weekly", "twenty weeklies"),
    ("tiny", "twenty of 2 to 5 stories a day"),
    ("large", "twenty of 180 to 480 stories a day"),
)


_NOTE = "../../docs/decisions/0056-what-is-out-of-the-ordinary.md"


def write() -> None:
    """Write the results."""
    total, volume, peer = years(QUOTED)
    lines = [
        "# Alarms of a simulated year",
        "",
        f"`make bench-monitors`: {len(QUOTED)} years of twenty invented papers each (seeds"
        f" {QUOTED[0]} to {QUOTED[-1]}), from the first day on, without any history before. How"
        f" they are judged: [docs/decisions/0056]({_NOTE}).",
        "",
        HEAD,
        row("all events", total),
        row("numbers of stories", volume),
        row("the same, by Media Cloud's rule", peer),
    ]
    alone = years(QUOTED[:2], alone=True)[0]
    lines.append(row("all events, each paper alone in its archive (2 years)", alone))
    for kind, name in OTHERS:
        lines.append(row(f"{name} (1 year)", years(QUOTED[:1], (kind,) * 20)[0]))
    lines += ["", "Of the first row, by what happened and by what was found:", ""]
    lines += [f"- {name}: {count}" for name, count in sorted(total.by_kind.items())]
    RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


def main() -> None:
    """Print years, or write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, action="append")
    parser.add_argument("--kind", action="append", help="twenty papers of this kind")
    asked = parser.parse_args()
    kinds = tuple(asked.kind * (20 // len(asked.kind))) if asked.kind else None
    if not asked.seed:
        write()
    else:
        total, volume, peer = years(asked.seed, kinds)
        print(HEAD)
        print(row("all", total), row("volume", volume), row("peer", peer), sep="\n")
        for line in sorted(total.notes):
            print(line)
        print(total.by_kind)


if __name__ == "__main__":
    main()
