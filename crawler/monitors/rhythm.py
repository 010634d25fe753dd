"""What a newspaper's days are like: its level, its week, how far it strays from them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from statistics import fmean

Counts = Sequence[tuple[date, int]]
"""Days in order, each with a count."""

WEEKS = 8
"""How far back the habit of now goes."""
_LONGEST = 26
"""The same where there are stories on few days."""
_FEW = 16
LEAST_DAYS = 14
"""Days without which nothing is said."""
_FULL_WEEKS = 3
"""Weekdays are told apart where there are so many of each."""
_USUAL_SPREAD, _USUAL_DAYS = 0.08, 10.0
"""A spread to begin with, and how many days it is worth."""
_USUAL_ECHO = 0.2
_HALF_A_STORY = 0.5


@dataclass(frozen=True, slots=True)
class Rhythm:
    """What is expected. week: stories on each weekday, from Monday on. spread: relative variance of
    a day, beyond a Poisson count's. echo: correlation of a day with the next. days: of how many it
    was learned; is_weekly: whether weekdays are told apart. publishes: on which weekdays something
    comes more often than not."""

    week: tuple[float, ...]
    spread: float
    echo: float
    days: int
    is_weekly: bool
    publishes: tuple[bool, ...]

    def on(self, day: date) -> float:
        """Stories expected on a day."""
        return self.week[day.weekday()]

    def is_publishing(self, day: date) -> bool:
        """Whether something is to be expected on a day."""
        return self.publishes[day.weekday()]

    def spread_of(self, days: int) -> float:
        """Relative variance of the sum of some days in a row, with that of the level itself, which
        is an estimate."""
        echoes = sum((1 - lag / days) * self.echo**lag for lag in range(1, days))
        own = self.spread * (1 + 2 * echoes) / days
        of_level = self.spread * (1 + self.echo) / (1 - self.echo) / self.days
        if self.is_weekly:  # each weekday's level is of fewer days
            of_level *= max(1.0, 7 / days)
        return own + of_level


def habit_days(counts: Counts, without: Collection[date]) -> Counts:
    """The last days of a series that show its habit of now: eight weeks, more where something comes
    on few of them. without: days that say nothing."""
    kept = [each for each in counts if each[0] not in without]
    least = WEEKS * 7
    for length in range(least, _LONGEST * 7 + 1, 28):
        some = kept[-length:]
        if length >= len(kept) or sum(count > 0 for _, count in some) >= _FEW:
            return some
    return kept[-_LONGEST * 7 :]


def learn(counts: Counts, without: Collection[date] = ()) -> Rhythm | None:
    """The rhythm of a series; None where there are too few days."""
    days = habit_days(counts, without)
    if len(days) < LEAST_DAYS:
        return None
    by_weekday: list[list[int]] = [[] for _ in range(7)]
    for day, count in days:
        by_weekday[day.weekday()].append(count)
    is_weekly = min(map(len, by_weekday)) >= _FULL_WEEKS
    if is_weekly:
        whole = fmean(map(_level, by_weekday))
        week = tuple(
            (_level(each) * len(each) + _HALF_A_STORY) / (len(each) + _HALF_A_STORY / whole)
            if whole
            else 0.0
            for each in by_weekday
        )
        publishes = tuple(2 * sum(map(bool, each)) > len(each) for each in by_weekday)
    else:
        week = (fmean(count for _, count in days),) * 7
        publishes = (2 * sum(count > 0 for _, count in days) > len(days),) * 7
    spread, echo = _strays(days, week)
    return Rhythm(week, spread, echo, len(days), is_weekly, publishes)


def _level(counts: Sequence[int]) -> float:
    """The mean without the largest and the smallest where there are enough: one holiday, one
    outage, one election is no level."""
    if len(counts) < 5:
        return fmean(counts)
    cut = max(1, len(counts) // 8)
    return fmean(sorted(counts)[cut:-cut])


def _strays(days: Counts, week: Sequence[float]) -> tuple[float, float]:
    """The spread, and how far a day's stray is the next day's."""
    usable = [(day, count, week[day.weekday()]) for day, count in days if week[day.weekday()] > 0.2]
    if not usable:
        return 1.0, _USUAL_ECHO
    strays = [(day, (count - mean) / mean, 1 / mean) for day, count, mean in usable]
    squares = sorted(stray**2 - noise for _, stray, noise in strays)
    kept = squares[: len(squares) - len(squares) // 20]  # holidays are no spread
    spread = (max(0.0, sum(kept)) * 1.15 + _USUAL_SPREAD * _USUAL_DAYS) / (len(kept) + _USUAL_DAYS)
    pairs = [(one[1], other[1]) for one, other in pairwise(strays) if (other[0] - one[0]).days == 1]
    own = sum(one * one for one, _ in pairs)
    echo = sum(one * other for one, other in pairs) / own if own else 0.0
    echo = (echo * len(pairs) + _USUAL_ECHO * _USUAL_DAYS) / (len(pairs) + _USUAL_DAYS)
    return spread, min(max(echo, 0.0), 0.7)
