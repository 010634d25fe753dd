"""What stories are like: fields that fall away or come from elsewhere, bodies cut short, dates to
come, answers that refuse us."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

from crawler.monitors.days import NOTHING, Day, Episode, Found, Level, Over
from crawler.monitors.rhythm import WEEKS
from crawler.monitors.tails import share_at_least, share_at_most

DROPPED, SHIFTED = "field_dropped", "field_shifted"
SHORT, AHEAD, BLOCKED = "short_bodies", "future_dates", "blocked"

Parts = Sequence[tuple[date, int, int]]
"""Days in order, each with how many of how many."""

_LEAST_DAYS, _LEAST_STORIES = 8, 30
"""Days and stories without which nothing is said."""
_WINDOW_DAYS, _WINDOW_STORIES = 2, 6
_FEW_DAYS, _SAME_DAYS = 3, 10
"""As many days as are looked at together, where few and where many are known."""
_RARE = 0.0002
_WATCHED_SHARE = 0.2
"""A field that fewer stories have is not watched."""
_USUAL_LIKENESS, _USUAL_DAYS = 0.02, 10.0
_SETTLED = 56


@dataclass(frozen=True, slots=True)
class Share:
    """What a share was. likeness: how far stories of one day are alike. stories: of how many it
    was learned."""

    share: float
    likeness: float
    stories: int


@dataclass(frozen=True, slots=True)
class Limits:
    """When a share is another one: beyond bound(share it was), which is what may come and go by
    itself, and beyond told(share it was), which is worth telling."""

    is_fall: bool
    bound: Callable[[float], float]
    told: Callable[[float], float]
    least: int = _WINDOW_STORIES
    days: int = _WINDOW_DAYS


_FALL = Limits(True, lambda share: 0.8 * share, lambda share: 0.6 * share)
"""Of a field, if nothing else is asked for."""
_SHORTER = Limits(False, lambda share: 2 * share, lambda share: 0.45)
_MORE_AHEAD = Limits(False, lambda share: 2 * share + 0.02, lambda share: 0.1, least=3, days=1)
_REFUSED = Limits(
    False,
    lambda share: min(0.5, 2 * share + 0.05),
    lambda share: max(0.25, 2 * share),
    least=5,
    days=1,
)


def _fall(part: float | None) -> Limits:
    """When a field falls away: where less than a part of the stories that had it have it still."""
    if part is None:
        return _FALL
    bound = max(0.8, (1 + part) / 2)
    return Limits(True, lambda share: bound * share, lambda share: part * share)


def learn_share(parts: Parts) -> Share | None:
    """A share of the past; None where there is too little of it."""
    days = [each for each in parts[-WEEKS * 7 :] if each[2]]
    some, stories = sum(each[1] for each in days), sum(each[2] for each in days)
    if len(days) < _LEAST_DAYS or stories < _LEAST_STORIES:
        return None
    share = (some + 0.5) / (stories + 1)
    noise = share * (1 - share)
    beyond = sum((x - n * share) ** 2 / (n * noise) - 1 for _, x, n in days)
    pairs = sum(n - 1 for _, _, n in days)
    a_day = pairs / len(days)
    likeness = (max(0.0, beyond) + _USUAL_LIKENESS * _USUAL_DAYS * a_day) / (
        pairs + _USUAL_DAYS * a_day or 1
    )
    return Share(share, min(max(likeness, 0.002), 0.9), stories)


def changed(parts: Parts, limits: Limits) -> tuple[date, Share, int, int] | None:
    """Since when a share is another one: the first day, what it was, how many of how many since."""
    filled = [each for each in parts if each[2]]
    looked_at = min(_SAME_DAYS, max(_FEW_DAYS, len(filled) // 4))
    was = learn_share(filled[:-looked_at])
    if was is None:
        return None
    some = stories = squares = 0
    told = limits.told(was.share)
    best: tuple[float, tuple[date, Share, int, int]] | None = None
    for days, (day, x, n) in enumerate(reversed(filled[-looked_at:]), 1):
        some, stories, squares = some + x, stories + n, squares + n * (n - 1)
        if days < limits.days or stories < limits.least:
            continue
        now = some / stories
        if (now > told) if limits.is_fall else (now < told):
            continue
        a_day = squares / (stories * (stories - 1)) if stories > 1 else 0.0
        likeness = was.likeness * a_day + 1 / was.stories + was.likeness / _LEAST_DAYS / 4
        tail = share_at_most if limits.is_fall else share_at_least
        chance = tail(some, stories, limits.bound(was.share), min(likeness, 0.9))
        if chance <= _RARE and (best is None or chance < best[0]):
            best = chance, (day, was, some, stories)
    return None if best is None else best[1]


def _over(parts: Parts, limits: Limits, one: Episode) -> Over | None:
    """Whether a share is again what it was, or has become the habit."""
    today = parts[-1][0]
    was = learn_share([each for each in parts if each[0] < one.since])
    if was is None or (today - one.since).days >= _SETTLED:
        return Over(one.kind, one.subject, today, is_habit=was is not None)
    some = stories = 0
    for day, x, n in reversed(parts):
        if day < one.since:
            return None
        some, stories = some + x, stories + n
        if stories >= limits.least:
            now, bound = some / stories, limits.bound(was.share)
            if (now > bound) if limits.is_fall else (now < max(bound, was.share + 0.05)):
                return Over(one.kind, one.subject, day)
            return None
    return None


# -- what is counted -------------------------------------------------------------------------------


def _of_field(days: Sequence[Day], name: str, reading: str) -> Parts:
    """Stories that have a field, as one extractor read them."""
    return [
        (each.day, sum(found.values()) - found.get(NOTHING, 0), sum(found.values()))
        for each in days
        if each.reading == reading and (found := each.fields.get(name)) is not None
    ]


def _of_source(days: Sequence[Day], name: str, source: str, reading: str) -> Parts:
    """Stories that have a field from one place, among those that have it."""
    return [
        (each.day, found.get(source, 0), sum(found.values()) - found.get(NOTHING, 0))
        for each in days
        if each.reading == reading and (found := each.fields.get(name)) is not None
    ]


def _short(days: Sequence[Day], bound: float) -> Parts:
    return [(each.day, sum(n < bound for n in each.words), len(each.words)) for each in days]


def _short_bound(days: Sequence[Day]) -> float:
    """The length that one in ten bodies of the past did not have."""
    words = sorted(n for each in days for n in each.words)
    return float(words[len(words) // 10]) if words else 0.0


def _usual_source(days: Sequence[Day], name: str, reading: str) -> str | None:
    """Where most values of a field are from."""
    counted: dict[str, int] = {}
    for each in days:
        if each.reading == reading:
            for source, number in each.fields.get(name, {}).items():
                if source != NOTHING:
                    counted[source] = counted.get(source, 0) + number
    return max(counted, key=lambda source: (counted[source], source), default=None)


# -- monitors --------------------------------------------------------------------------------------


def quality(
    days: Sequence[Day], excused: Mapping[tuple[str, str], Collection[date]],
    field_share: float | None = None,
) -> list[Found]:  # fmt: skip
    """What is otherwise than it was about stories, and about answers. excused: days that are no
    habit, by kind and subject. field_share: as `Alarms` has it."""
    found = [*_fields(days, excused, _fall(field_share))]
    refused = [(each.day, each.refused, each.answers) for each in days]
    ahead = [(each.day, each.ahead, each.stories) for each in days]
    watched: tuple[tuple[str, Parts, Limits, Level], ...] = (
        (BLOCKED, refused, _REFUSED, "error"),
        (AHEAD, ahead, _MORE_AHEAD, "warning"),
    )
    for kind, parts, limits, level in watched:
        usable = _without(parts, excused.get((kind, "")))
        if usable and usable[-1][1] and (one := changed(usable, limits)):
            since, was, some, of = one
            numbers = {"share_before": round(was.share, 3), "of": of, "so_many": some}
            found.append(Found(kind, "", level, since, numbers))
    if days and days[-1].words and (body := _bodies(days)) is not None:
        found.append(body)
    return found


def _fields(
    days: Sequence[Day], excused: Mapping[tuple[str, str], Collection[date]], fall: Limits
) -> Iterator[Found]:
    last = days[-1] if days else None
    for name in sorted(last.fields) if last is not None else ():
        assert last is not None
        parts = _without(_of_field(days, name, last.reading), excused.get((DROPPED, name)))
        one = changed(parts, fall) if parts else None
        if one is not None and one[1].share >= _WATCHED_SHARE:
            since, was, some, of = one
            numbers: dict[str, float | str] = {
                "share_before": round(was.share, 3), "share": round(some / of, 3), "stories": of
            }  # fmt: skip
            yield Found(DROPPED, name, "warning", since, numbers)
            continue
        source = _usual_source(days[-WEEKS * 7 : -_SAME_DAYS], name, last.reading)
        if source is None:
            continue
        parts = _of_source(days, name, source, last.reading)
        parts = _without(parts, excused.get((SHIFTED, name)))
        one = changed(parts, _FALL) if parts else None
        if one is not None and one[1].share >= 0.5:
            since, was, some, of = one
            new = [each for each in days if each.day >= since]
            numbers = {
                "before": source, "after": _usual_source(new, name, last.reading) or NOTHING,
                "share_before": round(was.share, 3), "share": round(some / of, 3), "stories": of,
            }  # fmt: skip
            yield Found(SHIFTED, name, "note", since, numbers)


def _bodies(days: Sequence[Day]) -> Found | None:
    before = days[-WEEKS * 7 - _SAME_DAYS : -_SAME_DAYS]
    bound = _short_bound(before)
    one = changed(_short(days[-2 * WEEKS * 7 :], bound), _SHORTER)
    if one is None:
        return None
    since = one[0]
    was = median([n for each in days[-WEEKS * 7 :] if each.day < since for n in each.words])
    now = median([n for each in days if each.day >= since for n in each.words])
    if now > was / 2:
        return None
    return Found(
        SHORT, "", "warning", since, {"words_before": was, "words": now, "stories": one[3]}
    )  # fmt: skip


def over(days: Sequence[Day], one: Episode, field_share: float | None = None) -> Over | None:
    """Whether a finding about what stories are like is over. field_share: as `Alarms` has it."""
    if one.kind == SHORT:
        known = [each for each in days if each.day < one.since]
        return _over(_short(days, _short_bound(known[-WEEKS * 7 :])), _SHORTER, one)
    if one.kind == BLOCKED:
        return _over([(each.day, each.refused, each.answers) for each in days], _REFUSED, one)
    if one.kind == AHEAD:
        return _over([(each.day, each.ahead, each.stories) for each in days], _MORE_AHEAD, one)
    last = next((each for each in reversed(days) if each.fields), None)
    if last is None:
        return None
    known = [each for each in days if each.day < one.since]
    if one.kind == DROPPED:
        parts = _of_field(days, one.subject, last.reading)
    else:
        source = _usual_source(known[-WEEKS * 7 :], one.subject, last.reading)
        parts = _of_source(days, one.subject, source or "", last.reading)
    if not parts:
        return None
    return _over(parts, _fall(field_share) if one.kind == DROPPED else _FALL, one)


def _without(parts: Parts, days: Collection[date] | None) -> Parts:
    return [each for each in parts if each[0] not in days] if days else parts
