"""What the monitors find, and what they leave alone: a newspaper's own past says which is which."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from crawler.monitors import OF_PAPERS, Alarms, Day, Episode, Found, Report, sentence, watch

FIRST = date(2026, 1, 5)  # a Monday
Change = Callable[[Day, random.Random], Day]


def usual(day: date, chance: random.Random, a_day: float) -> Day:
    """A day of a newspaper that is quieter at weekends."""
    mean = a_day * (0.5 if day.weekday() > 4 else 1.0)
    number = max(0, round(chance.gauss(mean, max(1.0, 0.2 * mean))))
    signed = sum(chance.random() < 0.9 for _ in range(number))
    told = sum(chance.random() < 0.7 for _ in range(number))
    return Day(
        day, number, {"sitemap": told, "feed": number - told},
        {"authors": {"json-ld": signed, "nothing": number - signed}} if number else {},
        [chance.randrange(300, 900) for _ in range(number)], 0, number + 5, 0, "1",
    )  # fmt: skip


def year(
    change: Change, first: int, last: int, *, a_day: float = 30, seed: int = 1, days: int = 120
) -> list[Day]:
    """Days of which some are changed."""
    chance = random.Random(seed)
    found = []
    for at in range(days):
        day = usual(FIRST + timedelta(at), chance, a_day)
        found.append(change(day, chance) if first <= at < last else day)
    return found


def nightly(days: list[Day], past: list[Episode] | None = None) -> dict[int, list[Found]]:
    """What is found on which day, where each evening is looked at."""
    known = list(past or [])
    told: dict[int, list[Found]] = {}
    for at in range(1, len(days) + 1):
        report = watch(days[:at], known)
        known = after(known, report)
        if report.found:
            told[at - 1] = list(report.found)
    return told


def after(known: list[Episode], report: Report) -> list[Episode]:
    over = {(each.kind, each.subject): each for each in report.over}
    kept = [
        replace(each, until=one.until, is_habit=one.is_habit)
        if each.until is None and (one := over.get((each.kind, each.subject)))
        else each
        for each in known
    ]
    return kept + [Episode(each.kind, each.subject, each.since) for each in report.found]


def nothing(day: Day, chance: random.Random) -> Day:
    return Day(day.day, answers=5)


def split(number: int) -> dict[str, int]:
    """How so many stories are found."""
    return {"sitemap": number - number // 3, "feed": number // 3}


def few(day: Day, chance: random.Random) -> Day:
    kept = day.stories // 4
    return replace(
        day, stories=kept, sources=split(kept), words=day.words[:kept],
        fields={"authors": {"json-ld": kept}} if kept else {},
    )  # fmt: skip


def many(day: Day, chance: random.Random) -> Day:
    return replace(day, stories=day.stories * 4, sources=split(day.stories * 4))


def without_sitemap(day: Day, chance: random.Random) -> Day:
    return replace(day, sources={"feed": day.stories})


def unsigned(day: Day, chance: random.Random) -> Day:
    return replace(day, fields={"authors": {"nothing": day.stories}} if day.stories else {})


def signed_elsewhere(day: Day, chance: random.Random) -> Day:
    return replace(day, fields={"authors": {"meta": day.stories}} if day.stories else {})


def cut_short(day: Day, chance: random.Random) -> Day:
    return replace(day, words=[n // 10 for n in day.words])


def from_tomorrow(day: Day, chance: random.Random) -> Day:
    return replace(day, ahead=day.stories)


def refused(day: Day, chance: random.Random) -> Day:
    return Day(day.day, answers=12, refused=12)


@pytest.mark.parametrize("a_day", [8.0, 30.0, 300.0])
@pytest.mark.parametrize(
    ("change", "kind", "subject", "within"),
    [
        (nothing, "silent", "", 2),
        (refused, "blocked", "", 1),
        (few, "fewer", "", 9),
        (many, "more", "", 9),
        (without_sitemap, "source_silent", "sitemap", 4),
        (unsigned, "field_dropped", "authors", 2),
        (signed_elsewhere, "field_shifted", "authors", 2),
        (cut_short, "short_bodies", "", 2),
        (from_tomorrow, "future_dates", "", 1),
    ],
)
def test_what_happens_is_found_once_and_nothing_else_is(
    change: Change, kind: str, subject: str, within: int, a_day: float
) -> None:
    for seed in range(3):
        told = nightly(year(change, 70, 90, a_day=a_day, seed=seed))
        assert [(f.kind, f.subject) for found in told.values() for f in found] == [(kind, subject)]
        (at,) = told
        assert 70 <= at <= 70 + within + (2 if a_day < 10 else 0)
        (found,) = told[at]
        assert abs((found.since - (FIRST + timedelta(70))).days) <= 2


def test_a_newspaper_without_weekends_is_silent_on_none() -> None:
    def workday(day: Day, chance: random.Random) -> Day:
        return day if day.day.weekday() < 5 else Day(day.day)

    days = year(workday, 0, 200, days=200)
    assert nightly(days) == {}
    days[150:] = [nothing(each, random.Random(0)) for each in days[150:]]
    (at,) = nightly(days)
    missed = [each for each in days[150 : at + 1] if each.day.weekday() < 5]
    assert len(missed) == 2


def test_a_weekly_is_silent_when_two_issues_are_missing() -> None:
    def weekly(day: Day, chance: random.Random) -> Day:
        return (
            replace(day, stories=20, sources={"feed": 20})
            if day.day.weekday() == 3
            else Day(day.day)
        )

    days = year(weekly, 0, 200, days=200)
    assert nightly(days) == {}
    days[150:] = [nothing(each, random.Random(0)) for each in days[150:]]
    (at,) = nightly(days)
    assert sum(each.day.weekday() == 3 for each in days[150 : at + 1]) == 2


def test_a_holiday_is_none_of_it_and_nor_is_a_summer() -> None:
    def holiday(day: Day, chance: random.Random) -> Day:
        return nothing(day, chance)

    def summer(day: Day, chance: random.Random) -> Day:
        return replace(
            day, stories=round(day.stories * 0.75), sources={"feed": round(day.stories * 0.75)}
        )

    assert nightly(year(holiday, 80, 81)) == {}
    kinds = {f.kind for found in nightly(year(summer, 80, 110)).values() for f in found}
    assert not kinds & {"silent", "fewer"}


def test_what_came_in_no_other_year_on_this_day_is_not_missed_in_this_one() -> None:
    days = year(lambda day, _: day, 0, 0, days=500)
    christmas = {(12, 25), (12, 26)}
    quiet = [
        nothing(each, random.Random(0)) if (each.day.month, each.day.day) in christmas else each
        for each in days
    ]
    first = nightly(quiet[:370])
    assert [f.kind for found in first.values() for f in found] == ["silent"]
    (told,) = first[next(iter(first))]
    past = [Episode("silent", "", told.since, told.since + timedelta(2))]
    more = [usual(FIRST + timedelta(at), random.Random(at), 30) for at in range(500, 730)]
    again = [
        nothing(each, random.Random(0)) if (each.day.month, each.day.day) in christmas else each
        for each in more
    ]
    both = quiet + again
    eve = next(at for at in range(600, 730) if both[at].day == date(2027, 12, 26))
    assert watch(both[: eve + 1], past).found == ()


def test_what_all_newspapers_lack_is_no_one_s_silence() -> None:
    days = year(nothing, 80, 83)
    quiet = {FIRST + timedelta(at): 0.3 for at in range(80, 83)}
    assert watch(days[:82]).found
    assert watch(days[:82], (), quiet).found == ()


def test_days_that_no_run_has_seen_say_nothing() -> None:
    days = year(nothing, 80, 90)
    unseen = [replace(each, is_watched=not 80 <= at < 90) for at, each in enumerate(days)]
    assert nightly(unseen) == {}


def test_another_extractor_is_no_redesign() -> None:
    def read_anew(day: Day, chance: random.Random) -> Day:
        return replace(unsigned(day, chance), reading="2")

    assert nightly(year(read_anew, 70, 120)) == {}


def test_a_newspaper_s_new_size_is_its_habit_in_the_end() -> None:
    told = nightly(year(few, 70, 220, days=220))
    assert [f.kind for found in told.values() for f in found] == ["fewer"]


def test_silence_is_found_after_a_fall() -> None:
    days = year(few, 70, 120, a_day=40)
    days[100:] = [nothing(each, random.Random(0)) for each in days[100:]]
    told = nightly(days)
    assert [f.kind for found in told.values() for f in found] == ["fewer", "silent"]


def test_little_history_says_little() -> None:
    assert nightly(year(nothing, 10, 14, days=14)) == {}
    assert watch([]).found == ()


# -- what is asked for -----------------------------------------------------------------------------


def told(days: list[Day], wanted: Alarms) -> dict[int, list[Found]]:
    """As `nightly`, with what is over by the day, too."""
    known: list[Episode] = []
    found: dict[int, list[Found]] = {}
    for at in range(1, len(days) + 1):
        report = watch(days[:at], known, wanted=wanted)
        known = after(known, report)
        if report.found:
            found[at - 1] = list(report.found)
    return found


def test_silence_is_as_long_as_it_is_asked_for_and_over_with_the_next_story() -> None:
    days = year(nothing, 10, 18, days=20)  # too young for a habit
    assert told(days, Alarms()) == {}
    assert told(days, Alarms(silent_days=8)) == {}
    ((at, (one,)),) = told(days, Alarms(silent_days=5)).items()
    assert (at, one.kind, one.since) == (15, "silent", days[10].day)
    assert sentence(one.kind, "", one.numbers) == "no new story for more than 5 days"
    known = [Episode("silent", "", one.since)]
    assert watch(days[:18], known, wanted=Alarms(silent_days=5)).over == ()
    (over,) = watch(days[:19], known, wanted=Alarms(silent_days=5)).over
    assert (over.until, over.is_habit) == (days[18].day, False)


def test_a_silence_of_nights_without_a_run_is_none() -> None:
    def unwatched(day: Day, chance: random.Random) -> Day:
        return Day(day.day, is_watched=False)

    days = [*year(unwatched, 10, 18, days=18), replace(nothing_on(18), answers=5)]
    assert told(days, Alarms(silent_days=5)) == {}


def nothing_on(at: int) -> Day:
    return Day(FIRST + timedelta(at), answers=5)


def test_a_field_falls_away_below_the_share_that_is_asked_for() -> None:
    def half_signed(day: Day, chance: random.Random) -> Day:
        signed = round(0.45 * day.stories)
        fields = {"authors": {"json-ld": signed, "nothing": day.stories - signed}}
        return replace(day, fields=fields if day.stories else {})

    days = year(half_signed, 90, 100, days=100)
    assert [each.kind for found in told(days, Alarms()).values() for each in found] == [
        "field_dropped"
    ]
    assert told(days, Alarms(field_share=0.3)) == {}


def test_what_is_off_is_not_told_nor_another_kind_in_its_place() -> None:
    days = year(nothing, 90, 100, days=100)
    assert [each.kind for found in told(days, Alarms()).values() for each in found] == ["silent"]
    assert told(days, Alarms(off=("silent",))) == {}
    assert told(days, Alarms(off=OF_PAPERS)) == {}
    report = watch(days, [Episode("silent", "", days[90].day)], wanted=Alarms(off=("silent",)))
    assert [(each.kind, each.is_habit) for each in report.over] == [("silent", True)]
