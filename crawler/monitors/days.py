"""What is known of a newspaper, day by day: all that the monitors look at."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

NOTHING = "nothing"
"""The source of a field that a page does not have."""

Level = Literal["error", "warning", "note"]
LEVELS: tuple[Level, ...] = ("error", "warning", "note")
"""Worst first."""


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a newspaper, by the day of publication, or of capture where that is not told.

    stories: how many came out. sources: how they were found → how many. unheard: sources that have
    not all been asked since. fields: field → where its
    value is from (or `nothing`) → how many stories. words: lengths of bodies, of a sample at most.
    ahead: stories whose date is after their capture. answers, refused: responses to us, and those
    that refused us or were a wall. reading: what read the stories (the extractor's version).
    is_watched: whether a run has looked since; a day that none has looked at says nothing.
    """

    day: date
    stories: int = 0
    sources: Mapping[str, int] = field(default_factory=dict)
    fields: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    words: Sequence[int] = ()
    ahead: int = 0
    answers: int = 0
    refused: int = 0
    reading: str = ""
    is_watched: bool = True
    unheard: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """Something that is not as this newspaper's past has it.

    kind: as `KINDS` has them. subject: the field or the source that it is about, or ''. since: the
    first day on which it was so. numbers: what it was and what it is, by name.
    """

    kind: str
    subject: str
    level: Level
    since: date
    numbers: Mapping[str, float | str]


@dataclass(frozen=True, slots=True)
class Episode:
    """A finding of before. until: the day from which it was over, None where it is not; is_habit:
    it was over because the newspaper is so now."""

    kind: str
    subject: str
    since: date
    until: date | None = None
    is_habit: bool = False


@dataclass(frozen=True, slots=True)
class Over:
    """A finding that holds no more, from a day on."""

    kind: str
    subject: str
    until: date
    is_habit: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """What the monitors say of a newspaper at the end of a day."""

    found: tuple[Found, ...] = ()
    over: tuple[Over, ...] = ()
