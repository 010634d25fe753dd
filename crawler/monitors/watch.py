"""All monitors of a newspaper, at the end of a day."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from crawler.monitors import alarms, shares, volume
from crawler.monitors.alarms import AS_USUAL, Alarms
from crawler.monitors.calendar import like_days
from crawler.monitors.days import Day, Episode, Found, Over, Report

_OF_VOLUME = (volume.SILENT, volume.FEWER, volume.MORE, volume.SOURCE)
_NO_HABIT = (volume.SILENT, volume.FEWER, volume.MORE, shares.BLOCKED)
"""Findings whose days say nothing of how many stories are usual."""
_NOTHING_COMES = (volume.SILENT, shares.BLOCKED)
_QUALITY_DAYS, _FILLED_DAYS = 400, 70
"""Days, and days with stories, that tell what stories are like."""


def watch(
    days: Sequence[Day], past: Iterable[Episode] = (), usual: Mapping[date, float] | None = None,
    wanted: Alarms = AS_USUAL, *, has_stories: bool = True,
) -> Report:  # fmt: skip
    """What is not as this newspaper's past has it, and which earlier findings are over.

    days: in order, without gaps; the last one is over, too. past: earlier findings of it. usual:
    how much of what was expected came on each day from all newspapers, as `together` has it.
    wanted: what is to be told of, and from where on. has_stories: whether any story of it was ever
    archived. A finding that is still open is not found again.
    """
    if not days or not days[-1].is_watched:
        return Report()
    episodes = list(past)
    over = list(alarms.dismissed(episodes, wanted, days[-1].day))
    factors = {**like_days(days), **(usual or {})}
    unseen = frozenset(each.day for each in days if not each.is_watched)
    counts = [(each.day, each.stories) for each in days]
    seen = [each for each in days[-_QUALITY_DAYS:] if each.is_watched]

    def whole(known: Iterable[Episode]) -> volume.Series:
        return volume.Series(counts, unseen | _days_of(known, days, _NO_HABIT), factors)

    for each in episodes:
        if each.until is None and each.kind not in wanted.off:
            without = [one for one in episodes if one is not each and one.since < each.since]
            one = _over(days, seen, each, whole(without), unseen, wanted)
            over += [one] if one is not None else []
    ended = {(each.kind, each.subject): each for each in over}
    episodes = [
        replace(each, until=one.until, is_habit=one.is_habit)
        if each.until is None and (one := ended.get((each.kind, each.subject)))
        else each
        for each in episodes
    ]
    still_open = {(each.kind, each.subject) for each in episodes if each.until is None}
    excused = {
        (kind, subject): _days_of(episodes, days, (kind,), subject)
        for kind, subject in {(each.kind, each.subject) for each in episodes}
    }
    found = shares.quality(_recent(seen), excused, wanted.field_share)
    kinds = {each.kind for each in found} | {kind for kind, _ in still_open}
    if not kinds & {shares.BLOCKED, volume.SILENT}:
        # what is few now may be nothing soon: its days are looked at still
        ended_ones = [each for each in episodes if each.until or each.kind in _NOTHING_COMES]
        fewer = next((e for e in episodes if e.kind == volume.FEWER and not e.until), None)
        if not has_stories:
            quiet = alarms.never(days, wanted.silent_days)
        elif wanted.silent_days is None:
            quiet = volume.silent(whole(ended_ones), fewer.since if fewer else None)
        else:
            quiet = alarms.silent(days, wanted.silent_days)
        if quiet is not None:
            found.append(quiet)
        else:
            found += _numbers(days, whole(episodes), kinds, episodes, unseen)
    known = still_open | set(ended)
    told = (each for each in found if each.kind not in wanted.off)
    return Report(tuple(f for f in told if (f.kind, f.subject) not in known), tuple(over))


def _numbers(
    days: Sequence[Day], whole: volume.Series, kinds: Collection[str],
    episodes: Sequence[Episode], unseen: frozenset[date],
) -> Iterator[Found]:  # fmt: skip
    """Findings about how many stories come, the gravest alone."""
    moved = None
    if not {volume.FEWER, volume.MORE} & set(kinds):
        moved = volume.shift(whole)
    if moved is not None:
        yield moved
    if volume.FEWER not in kinds and (moved is None or moved.kind != volume.FEWER):
        yield from _sources(days, episodes, unseen, whole.usual or {})


def _sources(
    days: Sequence[Day], episodes: Sequence[Episode], unseen: frozenset[date],
    usual: Mapping[date, float],
) -> Iterable[Found]:  # fmt: skip
    names = {name for each in days[-90:] for name in each.sources}
    unseen_of = {
        name: unseen
        | _unheard(days, name)
        | _days_of(episodes, days, (volume.SOURCE,), name)
        | _days_of(episodes, days, (volume.SILENT, shares.BLOCKED))
        for name in names
    }
    return volume.sources_silent(days, unseen_of, usual)


def _unheard(days: Sequence[Day], name: str) -> frozenset[date]:
    return frozenset(each.day for each in days if name in each.unheard)


def _recent(seen: Sequence[Day]) -> Sequence[Day]:
    """The last days, as many as have stories on as many days as a habit and what is looked at
    take."""
    filled = 0
    for at in range(len(seen) - 1, -1, -1):
        filled += seen[at].stories > 0
        if filled > _FILLED_DAYS:
            return seen[at:]
    return seen


def _over(
    days: Sequence[Day], seen: Sequence[Day], one: Episode, whole: volume.Series,
    unseen: frozenset[date], wanted: Alarms,
) -> Over | None:  # fmt: skip
    if one.kind not in _OF_VOLUME:
        return shares.over(seen, one, wanted.field_share)
    if one.kind == volume.SILENT and (
        wanted.silent_days is not None or not any(d.stories for d in days if d.day < one.since)
    ):
        return alarms.speaks(days, one.since)
    if one.kind == volume.SOURCE:
        counts = [(each.day, each.sources.get(one.subject, 0)) for each in days]
        unheard = unseen | _unheard(days, one.subject)
        return volume.still(volume.Series(counts, unheard, whole.usual), one)
    return volume.still(whole, one)


def _days_of(
    episodes: Iterable[Episode], days: Sequence[Day], kinds: Iterable[str], subject: str = ""
) -> frozenset[date]:
    """Days that were part of findings, and are no habit; of one that has become the habit, those
    before it are not."""
    found: set[date] = set()
    wanted = set(kinds)
    for each in episodes:
        if each.kind not in wanted or each.subject != subject:
            continue
        if each.is_habit:
            found |= {day.day for day in days if day.day < each.since}
        else:
            until = each.until or days[-1].day + timedelta(1)
            found |= {each.since + timedelta(n) for n in range((until - each.since).days)}
    return frozenset(found)
