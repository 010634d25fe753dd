"""What came of it, by kind, as a table, and as figures that two runs can be compared by."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any

from benchmarks.history.judge import Verdict
from benchmarks.history.kinds import GROUPS, Kind

NONE = "·"


@dataclass(slots=True)
class Count:
    """Visits of one kind, and what was wrong with them."""

    visits: int = 0
    false_revisions: int = 0
    false_gone: int = 0
    missed: int = 0
    misdescribed: int = 0
    told: int = 0
    to_tell: int = 0
    """Visits of which a reason should be named."""

    def add(self, verdict: Verdict) -> None:
        """Count a visit."""
        self.visits += 1
        self.false_revisions += verdict.false_revision
        self.false_gone += verdict.false_gone
        self.missed += verdict.missed
        self.misdescribed += verdict.misdescribed
        self.told += bool(verdict.told)
        self.to_tell += verdict.told is not None

    def plus(self, other: Count) -> Count:
        """Both together."""
        return Count(
            *(getattr(self, each.name) + getattr(other, each.name) for each in fields(Count))
        )

    def figures(self) -> dict[str, int]:
        """By name."""
        return {each.name: getattr(self, each.name) for each in fields(Count)}


@dataclass(frozen=True, slots=True)
class Judged:
    """One visit with its verdict."""

    kind: str
    publisher: str
    url: str
    visit: int
    held_out: bool
    verdict: Verdict


def count(judged: Iterable[Judged]) -> dict[tuple[str, bool], Count]:
    """(kind, held out) → how many were wrong."""
    counts: dict[tuple[str, bool], Count] = {}
    for each in judged:
        counts.setdefault((each.kind, each.held_out), Count()).add(each.verdict)
    return counts


_HEADS = ("visits", "false revision", "false gone", "missed", "misdescribed", "told")


def markdown(kinds: Sequence[Kind], counts: dict[tuple[str, bool], Count], about: str) -> str:
    """The report."""
    parts = ["# How far an archive's edit history can be trusted", about]
    for group, heading in GROUPS.items():
        names = [kind.name for kind in kinds if kind.group == group]
        lines = _table(names, counts)
        if lines:
            parts += [f"## {heading}", "\n".join(lines)]
    parts += ["## All", "\n".join(_table([], counts, kinds)), _NOTES]
    return "\n\n".join(parts) + "\n"


_NOTES = """\
- **false revision**: a visit after which the archive tells an edit that the newspaper has not made,
  or shows less of the story than was there.
- **false gone**: the story is told as gone, and is not.
- **missed**: an edit, a going, a coming back or another story in its place that is not told.
- **misdescribed**: an edit that is told as one of other fields.
- **told**: of the visits of which a reason can be named (a wall, a broken answer, a status), how
  many have one in the archive; a reason that is not named counts as no error.
- Behind the bar: publishers that are set aside; nothing but their figures is ever shown."""


def _table(
    names: Sequence[str], counts: dict[tuple[str, bool], Count], of_all: Sequence[Kind] = ()
) -> list[str]:
    heads = ["kind", *_HEADS, *(f"│ {head}" for head in _HEADS)]
    lines = [_line(heads), _line(["---", *["---:"] * (2 * len(_HEADS))])]
    total = {held: Count() for held in (False, True)}
    for name in names:
        pair = [counts.get((name, held), Count()) for held in (False, True)]
        if any(each.visits for each in pair):
            lines.append(_line([name, *_cells(pair[0]), *_cells(pair[1])]))
    for name in names or [kind.name for kind in of_all]:
        for held in (False, True):
            total[held] = total[held].plus(counts.get((name, held), Count()))
    if not any(each.visits for each in total.values()):
        return []
    lines.append(_line(["**all**", *_cells(total[False]), *_cells(total[True])]))
    if of_all:
        lines.append(_line(["share of visits", *_shares(total[False]), *_shares(total[True])]))
    return lines


def _shares(c: Count) -> list[str]:
    wrong = (c.false_revisions, c.false_gone, c.missed, c.misdescribed)
    return ["", *(f"{n / c.visits:.1%}" if c.visits else "" for n in wrong), ""]


def _cells(c: Count) -> list[str]:
    wrong = [str(n) if n else NONE for n in (c.false_revisions, c.false_gone, c.missed)]
    told = f"{c.told} of {c.to_tell}" if c.to_tell else ""
    return [str(c.visits), *wrong, str(c.misdescribed) if c.misdescribed else NONE, told]


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def figures(
    kinds: Sequence[Kind], counts: dict[tuple[str, bool], Count], judged: Iterable[Judged]
) -> dict[str, Any]:
    """The run for a program: figures of all, and what went wrong with publishers not set aside."""
    return {
        "kinds": {
            kind.name: {
                "group": kind.group,
                "looked_at": counts.get((kind.name, False), Count()).figures(),
                "held_out": counts.get((kind.name, True), Count()).figures(),
            }
            for kind in kinds
        },
        "wrong": [
            {
                "kind": each.kind, "publisher": each.publisher, "url": each.url,
                "visit": each.visit, "verdict": wrongs(each.verdict), "remark": each.verdict.remark,
            }
            for each in judged
            if not each.held_out and not each.verdict.is_right
        ],
    }  # fmt: skip


def wrongs(verdict: Verdict) -> list[str]:
    """What is wrong with a visit, in words."""
    names = ("false_revision", "false_gone", "missed", "misdescribed")
    return [name.replace("_", " ") for name in names if getattr(verdict, name)]


def details(judged: Iterable[Judged]) -> str:
    """A line for each visit that was told wrongly, of publishers not set aside."""
    return "\n".join(
        f"{each.kind} | visit {each.visit} | {', '.join(wrongs(each.verdict))} | {each.publisher} |"
        f" {each.url} | {each.verdict.remark}"
        for each in judged
        if not each.held_out and not each.verdict.is_right
    )


def compared(old: dict[str, Any], new: dict[str, Any]) -> str:
    """Kinds whose figures are others than in an earlier run."""
    lines = []
    for name, now in new["kinds"].items():
        then = old["kinds"].get(name)
        for part in ("looked_at", "held_out"):
            if then is not None and then[part] != now[part]:
                pairs = (
                    f"{key.replace('_', ' ')} {then[part][key]} → {now[part][key]}"
                    for key in now[part]
                    if then[part][key] != now[part][key]
                )
                lines.append(f"{name} ({part.replace('_', ' ')}): {', '.join(pairs)}")
    return "\n".join(lines)
