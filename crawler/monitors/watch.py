"""All monitors of a newspaper, at the end of a day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from crawler.monitors import shares, volume
from crawler.monitors.calendar import like_days
from crawler.monitors.days import Day, Episode, Found, Over, Report

_OF_VOLUME = (volume.SILENT, volume.FEWER, volume.MORE, volume.SOURCE)
_NOTHING_COMES = (volume.SILENT, shares.BLOCKED)


def watch(
    days: Sequence[Day], past: Iterable[Episode] = (), usual: Mapping[date, float] | None = None
) -> Report:
    """What is not as this newspaper's past has it, and which earlier findings are over.

    days: in order, without gaps; the last one is over, too. past: earlier findings of it. usual: how
    much of what was expected came on each day from all newspapers, as `common` has it. A finding
    that is still open is not found again.
    """
    if not days or not days[-1].is_watched:
        return Report()
    episodes = list(past)
    opened = {(each.kind, each.subject): each for each in episodes if each.until is None}
    unseen = frozenset(each.day for each in days if not each.is_watched)
    factors = {**like_days(days), **(usual or {})}
    whole = volume.Series(
        [(each.day, each.stories) for each in days],
        unseen | _days_of(episodes, days, (volume.SILENT, volume.FEWER, volume.MORE, shares.BLOCKED)),
        factors,
    )
    over = [one for each in opened.values() if (one := _over(days, each, whole, unseen)) is not None]
    ended = {(each.kind, each.subject) for each in over}
    found: list[Found] = []
    seen = [each for each in days if each.is_watched]
    excused = {
        (kind, subject): _days_of(episodes, days, (kind,), subject)
        for kind, subject in {(each.kind, each.subject) for each in episodes}
    }
    found += shares.quality(seen, excused)
    kinds = {each.kind for each in found} | {kind for kind, _ in set(opened) - ended}
    if shares.BLOCKED not in kinds and volume.SILENT not in kinds:
        quiet = volume.silent(whole)
        if quiet is not None:
            found.append(quiet)
        else:
            moved = None if {volume.FEWER, volume.MORE} & kinds else volume.shift(whole)
            found += [moved] if moved is not None else []
            if not {volume.FEWER} & {each.kind for each in found}:
                found += _sources(days, episodes, unseen, factors)
    known = set(opened) | ended
    return Report(tuple(f for f in found if (f.kind, f.subject) not in known), tuple(over))


def _sources(
    days: Sequence[Day], episodes: Sequence[Episode], unseen: frozenset[date],
    usual: Mapping[date, float],
) -> Iterable[Found]:  # fmt: skip
    names = {name for each in days[-90:] for name in each.sources}
    unseen_of = {
        name: unseen
        | _days_of(episodes, days, (volume.SOURCE,), name)
        | _days_of(episodes, days, (volume.SILENT, shares.BLOCKED))
        for name in names
    }
    return volume.sources_silent(days, unseen_of, usual)


def _over(
    days: Sequence[Day], one: Episode, whole: volume.Series, unseen: frozenset[date]
) -> Over | None:
    if one.kind not in _OF_VOLUME:
        return shares.over([each for each in days if each.is_watched], one)
    since = {each for each in whole.unseen if each < one.since}
    if one.kind == volume.SOURCE:
        counts = [(each.day, each.sources.get(one.subject, 0)) for each in days]
        return volume.still(volume.Series(counts, unseen, whole.usual), one)
    return volume.still(volume.Series(whole.counts, frozenset(since) | unseen, whole.usual), one)


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
        elif each.until is not None:
            length = (each.until - each.since).days
            found |= {each.since + timedelta(number) for number in range(length)}
    return frozenset(found)
