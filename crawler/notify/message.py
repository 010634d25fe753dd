"""What to tell of a run: one message, worst first, or none."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from crawler.archive.findings import Finding, findings
from crawler.archive.run_reports import RunReport, last_runs
from crawler.bundled import PROGRAM
from crawler.counted import counted
from crawler.errors import BlockedError, DamageError, UnreachableError
from crawler.monitors import LEVELS, Level, advice, sentence
from crawler.outcome import MEANINGS
from crawler.text import shown

_IN_ORDER = frozenset({0, 8, 9})
"""Exit codes of runs that did what was asked of them."""
_BY_HAND = 130
_LASTING = frozenset({UnreachableError.exit_code, BlockedError.exit_code})
"""Those by which a newspaper that is gone has every run end."""
_MOST = 20
"""Findings that are told one by one."""


@dataclass(frozen=True, slots=True)
class News:
    """What a run brought to one archive. found, over: what the monitors found new, and what is
    over. run: the row of the run; None where it left none. before: that of the one before."""

    folder: Path
    found: tuple[Finding, ...] = ()
    over: tuple[Finding, ...] = ()
    run: RunReport | None = None
    before: RunReport | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """What is told. is_bad: whether the run failed."""

    title: str
    body: str
    is_bad: bool


def is_bad(exit_code: int) -> bool:
    """Whether a run needs somebody: not one that was stopped by hand."""
    return exit_code not in _IN_ORDER and exit_code != _BY_HAND


def news_of(db: sqlite3.Connection, folder: Path, since: str) -> News:
    """What is new in an archive since a moment (ISO 8601, UTC). Raises sqlite3.Error."""
    every = findings(db, recovered=True)
    found = tuple(each for each in every if each.noted_at >= since and each.state == "open")
    over = tuple(each for each in every if each.recovered_at and each.recovered_at >= since)
    runs = last_runs(db, 2)
    if not runs or runs[0].started_at[:19] < since[:19]:
        return News(folder, found, over)
    return News(folder, found, over, *runs)


def message(
    news: Sequence[News], exit_code: int, level: Level, problem: str = "", *, always: bool = False
) -> Message | None:
    """What to tell of a run; None where all is well. level: the least that is worth a message.
    problem: why there was no run, if so. always: tell of it, however it went."""
    worth = LEVELS[: LEVELS.index(level) + 1]
    found = [each for one in news for each in one.found if each.level in worth]
    over = [each for one in news for each in one.over if each.level in worth]
    bad = is_bad(exit_code) and not _is_known(news, exit_code)
    if not (found or over or bad or always):
        return None
    found.sort(key=lambda each: (worth.index(each.level), each.since))
    lines = []
    if bad or problem:
        lines += [f"Exit code {exit_code}: {problem or MEANINGS.get(exit_code, 'ended')}", ""]
    for each in found[:_MOST]:
        lines += [f"{each.level}: {_said(each)}", *(f"  {url}" for url in each.urls)]
        lines += [f"  {advice(each.kind, PROGRAM)}", ""]
    if len(found) > _MOST:
        lines += [f"… and {len(found) - _MOST:,} more", ""]
    lines += [f"over: {_said(each)}" for each in over[:_MOST]] + ([""] if over else [])
    lines += [line for one in news for line in _run_lines(one)]
    return Message(shown(_title(found, over, exit_code)), shown("\n".join(lines).rstrip()), bad)


def _is_known(news: Sequence[News], exit_code: int) -> bool:
    """Whether somebody was told of a failure the night before, or is by what was found."""
    if exit_code == DamageError.exit_code:
        return True
    return (
        exit_code in _LASTING
        and bool(news)
        and all(
            one.run is not None
            and (
                one.run.exit_code != exit_code
                or (one.before is not None and one.before.exit_code == exit_code)
            )
            for one in news
        )
    )


def _said(one: Finding) -> str:
    about = sentence(one.kind, one.subject, one.numbers)
    return f"{one.site or 'the archive'}: {about} (since {one.since}; number {one.id})"


def _title(found: Iterable[Finding], over: Sequence[Finding], exit_code: int) -> str:
    levels = Counter(each.level for each in found)
    said = [counted(levels[level], level) for level in LEVELS if levels[level]]
    if is_bad(exit_code):
        said.insert(0, f"the run failed (exit code {exit_code})")
    if not said:
        said = [f"{counted(len(over), 'finding')} over"] if over else ["all is well"]
    return f"Hemeroteca: {', '.join(said)}"


def _run_lines(one: News) -> list[str]:
    if one.run is None:
        return [f"{one.folder}: no run was entered"]
    run = one.run
    return [
        f"{one.folder}: run {run.id}, {run.started_at[:16].replace('T', ' ')} UTC:"
        f" {run.new_articles:,} new, {run.new_revisions:,} revised, {run.failures:,} failed;"
        f" {PROGRAM} findings and {PROGRAM} runs {run.id} say more"
    ]
