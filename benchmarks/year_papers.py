"""A year of newspapers, invented by a seed: what they publish, what happens to them, and what of it
an operator would want to be told.

Nothing here is made by the monitors' own formulas: a paper's mood wanders from day to day, agencies
send stories in batches, presses break down, holidays are a calendar's.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from crawler.monitors import NOTHING, Day

FIRST = date(2025, 1, 1)
WARM_UP = 60
"""Days before anything happens to a paper."""
HOLIDAYS = (
    (date(2025, 1, 1), 1), (date(2025, 4, 18), 1), (date(2025, 4, 20), 2), (date(2025, 5, 1), 1),
    (date(2025, 5, 29), 1), (date(2025, 6, 9), 1), (date(2025, 8, 15), 1), (date(2025, 10, 3), 1),
    (date(2025, 11, 1), 1), (date(2025, 12, 24), 3), (date(2025, 12, 31), 2),
)  # fmt: skip
SOURCES = ("sitemap", "feed", "link")
FIELDS = ("title", "authors", "published_at", "standfirst", "section", "image", "body")
VOLUME = ("silent", "fewer", "more")
NUMBERS = ("outage", "closed", "blocked", "partly blocked", "fall", "rise")
"""What happens to how many stories come."""

Event = tuple[str, int, int]


@dataclass(frozen=True)
class Truth:
    """Something that an operator wants to know. kinds: findings that tell of it. first, last: days
    from the first one on. grace: days before there can be talk of it."""

    paper: str
    what: str
    kinds: tuple[str, ...]
    first: int
    last: int
    grace: int = 0


@dataclass
class Paper:
    """A newspaper and its year. week: how much of a day's stories comes on each weekday."""

    name: str
    a_day: float
    week: tuple[float, ...]
    mood: float
    lull: tuple[int, int, float]
    holiday: float
    election: float
    shares: dict[str, float]
    mix: tuple[float, ...]
    words: float
    truths: list[Truth] = field(default_factory=list)
    days: list[Day] = field(default_factory=list)
    expected: list[float] = field(default_factory=list)

    def publishes(self, at: int) -> bool:
        """Whether the paper comes out on a day, by its own week."""
        return self.week[(FIRST + timedelta(at)).weekday()] >= 0.3


KINDS_OF_PAPERS: dict[str, tuple[float, tuple[float, ...]]] = {
    "online": (60, (1, 1.05, 1.05, 1, 1, 0.6, 0.55)),
    "large": (300, (1, 1.1, 1.1, 1.1, 1, 0.7, 0.6)),
    "regional": (25, (1, 1, 1, 1, 1, 0.8, 0.1)),
    "workdays": (15, (1, 1, 1, 1, 1, 0, 0)),
    "small": (8, (1, 1, 1, 1, 1, 0.5, 0.5)),
    "tiny": (3, (1, 1, 1, 1, 1, 1, 1)),
    "weekly": (22, (0, 0, 0, 1, 0, 0, 0)),
}
USUAL_TWENTY = (
    ["online"] * 6
    + ["large"] * 2
    + ["regional"] * 5
    + ["workdays"] * 3
    + ["small"] * 3
    + ["weekly"]
)


def invent(seed: int, kinds: Sequence[str] = tuple(USUAL_TWENTY), days: int = 365) -> list[Paper]:
    """Newspapers and their year."""
    chance = random.Random(seed)
    papers = [_paper(chance, f"{kind}-{number}", kind) for number, kind in enumerate(kinds)]
    happenings = _happenings(chance, papers, days)
    election = chance.randrange(WARM_UP + 20, days - 40)
    for paper in papers:
        _live(chance, paper, happenings.get(paper.name, []), election, days)
    return papers


def _paper(chance: random.Random, name: str, kind: str) -> Paper:
    a_day, week = KINDS_OF_PAPERS[kind]
    bends = [max(0.0, each * chance.uniform(0.85, 1.15)) for each in week]
    lull_first = chance.randrange(170, 195)
    return Paper(
        name, a_day * chance.uniform(0.6, 1.6), tuple(bends), chance.uniform(0.08, 0.3),
        (lull_first, lull_first + chance.randrange(35, 60), chance.uniform(0.62, 0.9)),
        chance.choice([0.0, 0.15, 0.3, 0.5, 0.7]), chance.uniform(1.1, 1.9),
        {name: chance.choice([0.35, 0.7, 0.9, 0.97, 1.0]) for name in FIELDS}
        | {"title": 1.0, "body": 1.0},
        tuple(chance.uniform(0.5, 4) for _ in SOURCES), chance.uniform(250, 700),
    )  # fmt: skip


def _happenings(
    chance: random.Random, papers: Sequence[Paper], days: int
) -> dict[str, list[Event]]:
    """What happens, and to whom: to each paper once or twice, a closing and a redesign always."""
    kinds = [
        "outage", "outage", "source", "redesign", "fall", "rise", "bodies", "field", "blocked",
        "partly blocked", "ahead", "outage",
    ]  # fmt: skip
    found: dict[str, list[Event]] = {}
    names = [each.name for each in papers]
    closes, redesigns = chance.sample(names, 2) if len(names) > 1 else (names[0], names[0])
    for name in names:
        at = WARM_UP + chance.randrange(0, 80)
        while at < days - 45:
            what = chance.choice(kinds)
            if name == redesigns:
                what, redesigns = "redesign", ""
            length = chance.randrange(*{
                "outage": (4, 14), "blocked": (4, 14), "partly blocked": (5, 15),
                "source": (10, 40), "redesign": (400, 401), "fall": (21, 50), "rise": (21, 50),
                "bodies": (7, 40), "field": (10, 60), "ahead": (7, 30),
            }[what])  # fmt: skip
            if name.startswith("weekly"):
                length = max(length, 28)
            found.setdefault(name, []).append((what, at, min(at + length, days)))
            at += (length if length < 400 else 20) + chance.randrange(70, 140)
        if name == closes:
            gone = chance.randrange(days // 2, days - 20)
            kept = [each for each in found.get(name, []) if each[1] < gone - 60]
            found[name] = [
                *[(what, first, min(last, gone - 30)) for what, first, last in kept],
                ("closed", gone, days),
            ]
    return found


def _live(
    chance: random.Random, paper: Paper, events: Sequence[Event], election: int, days: int
) -> None:
    mood = 0.0
    holidays = {
        (first + timedelta(k) - FIRST).days for first, length in HOLIDAYS for k in range(length)
    }
    fields = dict(paper.shares)
    places = {name: f"{name} of old" for name in FIELDS}
    mix = list(paper.mix)
    plans = {first: (what, first, last) for what, first, last in events}
    active: list[tuple[int, Callable[[], None]]] = []
    factor, refused, ahead, words = 1.0, 0.0, 0.002, paper.words
    silent_source: int | None = None
    is_thin_day = 0
    for at in range(days):
        for until, undo in [each for each in active if each[0] == at]:
            undo()
            active.remove((until, undo))
        if at in plans:
            what, first, last = plans[at]
            kinds: tuple[str, ...]
            grace = 0
            if what in ("outage", "closed"):
                factor, kinds = 0.0, ("silent", "fewer")
            elif what == "blocked":
                factor, refused, kinds = 0.0, 1.0, ("blocked", "silent")
            elif what == "partly blocked":
                refused = chance.uniform(0.5, 0.9)
                factor, kinds = 1 - refused, ("blocked", "fewer", "silent")
            elif what == "fall":
                factor, kinds, grace = chance.uniform(0.15, 0.45), ("fewer", "silent"), 7
            elif what == "rise":
                factor, kinds, grace = chance.uniform(2.5, 5), ("more",), 7
            elif what == "bodies":
                words, kinds = paper.words * chance.uniform(0.05, 0.3), ("short_bodies",)
            elif what == "ahead":
                ahead, kinds = chance.uniform(0.3, 1.0), ("future_dates",)
            elif what == "source":
                silent_source = max(range(len(mix)), key=lambda k: mix[k])
                kinds = ("source_silent", "fewer")
            else:
                often = [
                    name for name in FIELDS if fields[name] >= 0.7 and name not in ("title", "body")
                ]
                number = len(often) if what == "redesign" else 1
                for name in chance.sample(often, min(len(often), number)) or ["section"]:
                    if what == "redesign" and chance.random() < 0.5:
                        places[name] = f"{name} since {at}"
                    else:
                        fields[name] *= chance.uniform(0.0, 0.2)
                if what == "redesign":
                    places["title"], places["body"] = f"title since {at}", f"body since {at}"
                kinds = ("field_dropped", "field_shifted", "short_bodies")
                if not often and what == "field":
                    kinds = ()
            if kinds:
                paper.truths.append(Truth(paper.name, what, kinds, first, last, grace))

            def undo(what: str = what) -> None:
                nonlocal factor, refused, ahead, words, silent_source
                factor, refused, ahead, words, silent_source = 1.0, 0.0, 0.002, paper.words, None
                if what == "field":
                    fields.update(paper.shares)

            active.append((last, undo))
        # a mood that wanders: what a day has of it, the next one has for the most part
        mood = 0.4 * mood + chance.gauss(0, paper.mood)
        season = 1.0
        first, last, depth = paper.lull
        if first <= at < last:
            season = depth
        if at in holidays:
            season *= paper.holiday
        if election - 6 <= at <= election + 3:
            season *= paper.election
        if is_thin_day == 0 and chance.random() < 0.004:
            is_thin_day = chance.randrange(1, 3)  # a strike, a fault in the printing house
        thin = 0.35 if is_thin_day else 1.0
        is_thin_day = max(0, is_thin_day - 1)
        day = FIRST + timedelta(at)
        usual = paper.a_day * paper.week[day.weekday()] * season
        mean = usual * math.exp(mood - paper.mood**2 / 1.7) * thin * factor
        number = _poisson(chance, mean)
        if number and chance.random() < 0.01:
            number += _poisson(chance, 0.5 * paper.a_day)  # a batch of an agency's
        paper.expected.append(usual)
        paper.days.append(_day(
            chance, day, number, mix, silent_source, fields, places, words, ahead, refused,
        ))  # fmt: skip


def _day(
    chance: random.Random, day: date, number: int, mix: Sequence[float], silent: int | None,
    fields: dict[str, float], places: dict[str, str], words: float, ahead: float, refused: float,
) -> Day:  # fmt: skip
    bends = [each * chance.uniform(0.6, 1.4) for each in mix]
    found = [SOURCES[k] for k in chance.choices(range(len(mix)), bends, k=number)]
    if silent is not None:  # half of what it told of is found by other ways
        others = [name for k, name in enumerate(SOURCES) if k != silent]
        found = [
            each if each != SOURCES[silent] else chance.choice(others)
            for each in found
            if each != SOURCES[silent] or chance.random() < 0.5
        ]
        number = len(found)
    counted = {name: found.count(name) for name in SOURCES if name in found}
    held: dict[str, dict[str, int]] = {}
    batch = chance.random() < 0.15  # a day with many unsigned ones
    for name in FIELDS:
        share = fields[name] * (0.7 if batch and name == "authors" else 1)
        has = sum(chance.random() < share for _ in range(number))
        other = sum(chance.random() < 0.04 for _ in range(has))
        held[name] = {
            key: n
            for key, n in (
                (places[name], has - other), ("another place", other), (NOTHING, number - has)
            )
            if n
        }  # fmt: skip
    pages = int(number * 1.5) + 5
    turned_away = sum(chance.random() < max(refused, 0.004) for _ in range(pages))
    return Day(
        day, number, counted, held if number else {},
        tuple(max(20, int(words * math.exp(chance.gauss(0, 0.6)))) for _ in range(min(number, 60))),
        sum(chance.random() < ahead for _ in range(number)), pages, turned_away, "1",
    )  # fmt: skip


def _poisson(chance: random.Random, mean: float) -> int:
    if mean > 200:
        return max(0, round(chance.gauss(mean, math.sqrt(mean))))
    limit, product, count = math.exp(-mean), chance.random(), 0
    while product > limit:
        product *= chance.random()
        count += 1
    return count
