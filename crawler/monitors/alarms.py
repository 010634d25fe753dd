"""What is asked of a newspaper's monitors, where that is not what they take as usual."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from crawler.monitors import volume
from crawler.monitors.days import Day, Episode, Found, Over


@dataclass(frozen=True, slots=True)
class Alarms:
    """off: kinds that are not told of. silent_days: as many days without a new story are silence,
    whatever the newspaper's habit is. field_share: a field falls away where less than that part of
    the stories that had it have it still. None: as the newspaper's past has it."""

    off: tuple[str, ...] = ()
    silent_days: int | None = None
    field_share: float | None = None


_NEVER = 13
"""Days without any story that a new newspaper has at most: two weeks are told of."""
AS_USUAL = Alarms()
"""All that is found, by the newspaper's own past."""


def silent(days: Sequence[Day], longest: int) -> Found | None:
    """No new story on more than so many days, of those that a run has looked at."""
    number = 0
    for each in reversed(days):
        if each.stories:
            numbers = {"limit": float(longest), "stories": 0.0}
            since = each.day + timedelta(1)
            is_silent = number > longest
            return Found(volume.SILENT, "", "error", since, numbers) if is_silent else None
        number += each.is_watched
    return None


def never(days: Sequence[Day], longest: int | None) -> Found | None:
    """No story at all, in so many days that a run has looked at: it has no habit to be compared
    with."""
    number = sum(each.is_watched for each in days)
    if number <= (_NEVER if longest is None else longest):
        return None
    numbers = {"days": float(number), "stories": 0.0}
    return Found(volume.SILENT, "", "error", days[0].day, numbers)


def speaks(days: Sequence[Day], since: date) -> Over | None:
    """Whether such a silence is over: from the first day with a story on."""
    first = next((each.day for each in days if each.day >= since and each.stories), None)
    return None if first is None else Over(volume.SILENT, "", first)


def dismissed(open_ones: Sequence[Episode], alarms: Alarms, today: date) -> tuple[Over, ...]:
    """Findings of kinds that are not told of any more: they are the newspaper's habit."""
    return tuple(
        Over(each.kind, each.subject, today, is_habit=True)
        for each in open_ones
        if each.until is None and each.kind in alarms.off
    )
