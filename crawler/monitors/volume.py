"""How many stories come: none for longer than is usual, fewer or more for days, a source silent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import log
from statistics import median

from crawler.monitors.days import Day, Episode, Found, Level, Over
from crawler.monitors.rhythm import Counts, Rhythm, learn
from crawler.monitors.tails import at_least, at_most

SILENT, FEWER, MORE, SOURCE = "silent", "fewer", "more", "source_silent"
LISTS = frozenset({"sitemap", "feed", "wordpress"})
"""Sources that tell of each story, whether others do or not. By links and the like only those are
said to be found that were found by nothing else before: how many those are is chance."""

_LULL = 0.7
"""What a summer or a week of holidays takes from a newspaper is no finding."""
_SHORT_LULL = 0.5
_SURGE, _SHORT_SURGE = 1.6, 3.0
"""What an election brings is none either."""
_RARE_SILENCE, _RARE_SOURCE = 0.004, 0.002
_RARE_FALL, _RARE_RISE = 0.01, 0.001
_LEAST_SILENT = 2
"""Days of publication without a story."""
_WINDOWS = (5, 7, 10, 14, 21)
"""Days of publication that are looked at together."""
_FEW, _A_WEEK, _THREE_WEEKS = 3, 5, 21
"""Days of publication, days: from which on a week's limits hold."""
_LONGEST = 42
_LEAST_EXPECTED = 3.0
"""Fewer stories than that, once, are no measure."""
_SETTLED = 56
"""Days after which fewer or more stories are the newspaper's habit."""
_QUIET = 0.6
_REMEMBERED = 400
"""Days."""
_AGAIN = 2
"""Days of publication that show that a silence is over."""


@dataclass(frozen=True, slots=True)
class Series:
    """Counts of a newspaper's days, in order, and what they are measured by.

    unseen: days that no run has looked at, or that were part of a finding: they are no habit.
    usual: how much of what was expected came on a day from all newspapers, or from this one on the
    like day of another year; a day that is not there: all of it. lowered: since when it is known
    that only a part comes, and which.
    """

    counts: Counts
    unseen: frozenset[date] = frozenset()
    usual: Mapping[date, float] | None = None
    lowered: tuple[date, float] | None = None

    def before(self, day: date) -> Counts:
        """The days before one, as far back as anything is remembered."""
        first = day - timedelta(_REMEMBERED)
        return [each for each in self.counts if first <= each[0] < day]

    def factor(self, day: date) -> float:
        """How much of what this newspaper's own rhythm says is to be expected of a day."""
        return (self.usual or {}).get(day, 1.0)

    def is_quiet(self, day: date) -> bool:
        """Whether a day is one on which little is to be expected: a holiday."""
        return self.factor(day) < _QUIET

    def expected(self, rhythm: Rhythm, days: Counts) -> float:
        """Stories expected on some days."""
        since, part = self.lowered or (date.max, 1.0)
        return sum(
            rhythm.on(day) * self.factor(day) * (part if day >= since else 1.0) for day, _ in days
        )


def silence(series: Series, *, rare: float = _RARE_SILENCE) -> tuple[date, Rhythm, float] | None:
    """Since when nothing has come, if that is longer than this newspaper's habit: the first such
    day, the rhythm of before, stories expected since; None where it is not."""
    counts = series.counts
    at = len(counts)
    while at and not counts[at - 1][1]:
        at -= 1
    gap = [each for each in counts[at:] if each[0] not in series.unseen]
    if not at or not gap:
        return None
    known = series.before(gap[0][0])
    rhythm = learn(known, series.unseen)
    if rhythm is None:
        return None
    has_days = any(rhythm.publishes)
    missed = [
        each for each in gap
        if not series.is_quiet(each[0]) and (not has_days or rhythm.is_publishing(each[0]))
    ]  # fmt: skip
    if len(missed) < _LEAST_SILENT or len(missed) <= _longest_gap(series, known, rhythm):
        return None
    expected = series.expected(rhythm, gap)
    if at_most(0, expected * _LULL, rhythm.spread_of(len(gap))) > rare:
        return None
    return missed[0][0], rhythm, expected


def _longest_gap(series: Series, known: Counts, rhythm: Rhythm) -> int:
    """The most days of publication in a row without a story."""
    longest = now = 0
    for day, count in known:
        if count:
            now = 0
        elif (
            day not in series.unseen
            and not series.is_quiet(day)
            and (rhythm.is_publishing(day) or not any(rhythm.publishes))
        ):
            now += 1
            longest = max(longest, now)
    return longest


def shift(series: Series) -> Found | None:
    """Whether stories a day have fallen or risen, and since when."""
    seen = [
        each for each in series.counts
        if each[0] not in series.unseen and not series.is_quiet(each[0])
    ]  # fmt: skip
    best: tuple[float, Found] | None = None
    whole = learn(seen[:-1])
    if whole is None or not whole.is_weekly:
        return None
    for days in _windows(seen, whole):
        is_a_week = len(days) >= 7 and _publishing(days, whole) >= _A_WEEK
        found = _shift_in(series, seen, days, is_long=is_a_week or len(days) >= _THREE_WEEKS)
        if found is not None and (best is None or found[0] < best[0]):
            best = found
    return None if best is None else best[1]


def _publishing(days: Counts, rhythm: Rhythm) -> int:
    return sum(rhythm.is_publishing(day) for day, _ in days) if any(rhythm.publishes) else len(days)


def _windows(seen: Counts, rhythm: Rhythm) -> Iterator[Counts]:
    """The last days, as many as have some days of publication."""
    wanted = list(_WINDOWS)
    number = 0
    for length in range(1, min(_LONGEST, len(seen)) + 1):
        day = seen[-length][0]
        number += rhythm.is_publishing(day) or not any(rhythm.publishes)
        if wanted and number == wanted[0]:
            del wanted[0]
            yield seen[-length:]


def _shift_in(
    series: Series, seen: Counts, days: Counts, *, is_long: bool
) -> tuple[float, Found] | None:
    total = sum(count for _, count in days)
    known = series.before(days[0][0])
    plain = [count for day, count in known[-56:] if day not in series.unseen]
    if not plain:
        return None
    rough = sum(plain) / len(plain) * len(days)
    if 0.75 * rough < total < 1.4 * rough:  # a look that costs little
        return None
    rhythm = learn(known, series.unseen)
    if rhythm is None or not rhythm.is_weekly:
        return None
    expected, spread = series.expected(rhythm, days), rhythm.spread_of(len(days))
    if total < expected:
        lull = _LULL if is_long else _SHORT_LULL
        chance, kind = at_most(total, expected * lull, spread), FEWER
    else:
        surge = _SURGE if is_long else _SHORT_SURGE
        chance, kind = at_least(total, max(expected, _LEAST_EXPECTED) * surge, spread), MORE
    if chance > (_RARE_FALL if kind == FEWER else _RARE_RISE):
        return None
    days = _since(series, seen, rhythm, is_fall=kind == FEWER)
    before, after = _medians(series.before(days[0][0]), days, rhythm)
    total, expected = sum(count for _, count in days), series.expected(rhythm, days)
    numbers = {"before": before, "after": after, "stories": total, "expected": round(expected, 1)}
    level: Level = "warning" if kind == FEWER else "note"
    return chance, Found(kind, "", level, days[0][0], numbers)


def _since(series: Series, seen: Counts, rhythm: Rhythm, *, is_fall: bool) -> Counts:
    """The days since a change: where the likelihood that all that came since is of one other rate
    is highest."""
    best, since = 0.0, seen[-1:]
    total, expected = 0, 0.0
    for length in range(1, min(_LONGEST, len(seen)) + 1):
        day, count = seen[-length]
        total, expected = total + count, expected + rhythm.on(day) * series.factor(day)
        if expected <= 0 or (total < expected) != is_fall:
            continue
        gain = expected - total + (total * log(total / expected) if total else 0.0)
        if gain > best:
            best, since = gain, seen[-length:]
    return since


def _medians(known: Counts, days: Counts, rhythm: Rhythm) -> tuple[float, float]:
    """Stories on a day of publication, before and after."""
    has_days = any(rhythm.publishes)
    one, other = (
        [count for day, count in some if not has_days or rhythm.is_publishing(day)] or [0]
        for some in (known[-56:], days)
    )
    return median(one), median(other)


def still(series: Series, open_one: Episode) -> Over | None:
    """Whether a finding about a number of stories is over: from which day on, None where it is
    not."""
    since = open_one.since
    after = [each for each in series.counts if each[0] >= since and each[0] not in series.unseen]
    if not after:
        return None
    today = after[-1][0]
    rhythm = learn(series.before(since), series.unseen)
    if rhythm is None:
        return Over(open_one.kind, open_one.subject, today)
    if open_one.kind in (SILENT, SOURCE):
        return _speaks(series, open_one, after, rhythm)
    if (today - since).days >= _SETTLED:
        return Over(open_one.kind, "", today, is_habit=True)
    last = _last(after, rhythm, 3)
    total, expected = sum(count for _, count in last), series.expected(rhythm, last)
    spread = rhythm.spread_of(len(last))
    if open_one.kind == FEWER:
        is_over = total >= 0.8 * expected and at_most(total, _LULL * expected, spread) > 0.3
    else:
        is_over = total <= 1.3 * expected and at_least(total, _SURGE * expected, spread) > 0.3
    return Over(open_one.kind, "", last[0][0]) if is_over else None


def _speaks(series: Series, one: Episode, after: Counts, rhythm: Rhythm) -> Over | None:
    last = _last(after, rhythm, _AGAIN)
    total, expected = sum(count for _, count in last), series.expected(rhythm, last)
    if not after[-1][1] and not total:
        return None
    if (
        total >= 0.25 * expected
        or at_most(total, _LULL * expected, rhythm.spread_of(len(last))) > 0.05
    ):
        return Over(one.kind, one.subject, next(day for day, count in last if count))
    return None


def _last(days: Counts, rhythm: Rhythm, number: int) -> Counts:
    """The last days, as many as have some days of publication."""
    for length in range(1, len(days) + 1):
        if _publishing(days[-length:], rhythm) >= number:
            return days[-length:]
    return days


def silent(series: Series, fewer_since: date | None = None) -> Found | None:
    """No new story for longer than this newspaper's habit. fewer_since: where it is known already
    that fewer come, since when: less is expected then."""
    found = silence(series if fewer_since is None else _lowered(series, fewer_since))
    if found is None:
        return None
    since, _, expected = found
    return Found(
        SILENT, "", "error", since,
        {"expected": round(expected, 1), "stories": 0},
    )  # fmt: skip


def _lowered(series: Series, since: date) -> Series:
    """What is expected since a fall: as much of the habit of before as has come since, while
    something came."""
    at = len(series.counts)
    while at and not series.counts[at - 1][1]:
        at -= 1
    came = [each for each in series.counts[:at] if each[0] >= since]
    rhythm = learn(series.before(since), series.unseen)
    if rhythm is None or len(came) < _FEW:
        return series
    expected = series.expected(rhythm, came)
    part = min(1.0, sum(count for _, count in came) / expected) if expected else 1.0
    # the habit is that of before: what is few now is no part of it
    unseen = series.unseen | {day for day, _ in came}
    return replace(series, unseen=unseen, lowered=(since, part))


def sources_silent(
    days: Sequence[Day], unseen_of: Mapping[str, frozenset[date]], usual: Mapping[date, float]
) -> Iterator[Found]:
    """Lists that have gone silent while others speak. unseen_of: as `Series` has it, of each
    source."""
    names = sorted({name for each in days[-90:] for name in each.sources} & LISTS)
    for name in names:
        if days[-1].sources.get(name):
            continue
        series = source_series(days, name, unseen_of[name], usual)
        found = silence(series, rare=_RARE_SOURCE)
        if found is None:
            continue
        since, _, expected = found
        others = sum(each.stories for each in days if each.day >= since)
        yield Found(
            SOURCE, name, "warning", since,
            {"expected": round(expected, 1), "stories": 0, "of_others": others},
        )  # fmt: skip


def _of_others(day: Day, name: str) -> int:
    """How many stories others told of, at least: several may tell of one."""
    told = [count for other, count in day.sources.items() if other != name]
    return max(day.stories - day.sources.get(name, 0), *told, 0)


def source_series(
    days: Sequence[Day], name: str, unseen: frozenset[date], usual: Mapping[date, float]
) -> Series:
    """How many stories one source gave. On days when the others gave less than usual, less is
    expected of this one, too."""
    others = [(each.day, _of_others(each, name)) for each in days]
    counts = [(each.day, each.sources.get(name, 0)) for each in days]
    factors = dict(usual)
    recent = [each for each in counts[-_LONGEST:] if not each[1]]
    if recent:
        rhythm = learn([each for each in others if each[0] < recent[0][0]], unseen)
        speak = dict(others)
        for day, _ in recent:
            expected = rhythm.on(day) if rhythm else 0.0
            if expected > 0:
                factors[day] = min(factors.get(day, 1.0), max(speak[day] / expected, 0.0))
    return Series(counts, unseen, factors)
