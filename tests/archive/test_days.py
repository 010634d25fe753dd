"""published_day is the day in the newspaper's own zone, as far as its stories tell that."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from crawler.archive.soundness import unsound
from crawler.archive.store import Store
from crawler.items import Article, Moment

from .conftest import MakeVisit

WORDS = [
    "bridge",
    "weir",
    "lock",
    "mill",
    "ferry",
    "quay",
    "harbour",
    "orchard",
    "tram",
    "depot",
    "market",
    "square",
]


def article(number: int, told: str | None) -> Article:
    drawn = random.Random(number)
    body = "\n\n".join(" ".join(drawn.choices(WORDS, k=30)) for _ in range(4))
    published = Moment(told, "minute", told, "meta") if told else None
    url = f"https://news.example/{number}"
    return Article(url=url, title=f"Story {number}", published=published, body=body, word_count=120)


def days(store: Store, make_visit: MakeVisit, told: list[str | None]) -> list[str | None]:
    for number, each in enumerate(told):
        story = article(number, each)
        store.record([make_visit(story.url, story)])
    store.finish_run("finished", "2026-01-02T13:59:00+00:00")
    assert list(unsound(store.db.conn)) == []
    rows = dict(store.db.execute("SELECT url, published_day FROM stories").fetchall())
    return [rows[f"https://news.example/{number}"] for number in range(len(told))]


LATE = "2025-07-10T22:30+00:00"
"""Half past midnight in Vienna."""


@pytest.mark.parametrize(
    ("others", "day"),
    [
        ([], "2025-07-10"),
        # two forms of one paper's pages
        (["2025-07-09T08:00+00:00", "2025-07-10T09:00+02:00"], "2025-07-11"),
        (["2025-07-11T09:00+02:00", "2025-07-12T08:00+00:00"], "2025-07-11"),
        (["2025-07-09T08:00+00:00", "2025-07-10T09:00-05:00"], "2025-07-10"),
        # the offset that most tell; that of the season
        (["2025-07-09T08:00+00:00", "2025-07-10T07:00-05:00", "2025-07-10T09:00+02:00",
          "2025-07-10T09:10+02:00"], "2025-07-11"),
        (["2025-01-09T08:00+00:00", *["2025-01-10T09:00+01:00"] * 9,
          *[f"2025-07-0{n}T08:00+00:00" for n in range(1, 9)],
          *[f"2025-07-0{n}T08:30-03:00" for n in range(1, 9)]], "2025-07-10"),
        # the other form may be of another time of the year, or of the paper's: it tells nothing
        (["2025-07-09T09:00+01:00", "2025-07-10T09:00+01:00"], "2025-07-10"),
        (["2025-07-11T09:00+01:00"], "2025-07-10"),
        ([None, "2025", "2025-07-09", "2025-07-09T08:00"], "2025-07-10"),
    ],
)  # fmt: skip
def test_a_page_that_tells_utc_gets_the_day_that_its_paper_counts(
    store: Store, make_visit: MakeVisit, others: list[str | None], day: str
) -> None:
    assert days(store, make_visit, [*others, LATE])[-1] == day


def test_the_order_of_answers_does_not_matter(store: Store, make_visit: MakeVisit) -> None:
    told = [LATE, "2025-07-09T08:00+00:00", "2025-07-10T09:00+02:00"]
    assert days(store, make_visit, [*told])[0] == "2025-07-11"


def test_an_own_offset_and_a_bare_time_stay_as_they_are(
    store: Store, make_visit: MakeVisit
) -> None:
    told = ["2025-07-10T00:10+02:00", "2025-07-10T23:50-05:00", "2025-07-10T23:50", "2025-07"]
    assert days(store, make_visit, [*told]) == ["2025-07-10", "2025-07-10", "2025-07-10", None]


def test_no_date_of_the_calendar_s_ends_is_too_much(store: Store, make_visit: MakeVisit) -> None:
    told = ["0001-01-01T00:10+00:00", "0001-01-01T00:20-05:00", "0001-01-01T06:10+00:00"]
    assert days(store, make_visit, [*told])[0] == "0001-01-01"


def test_another_paper_s_zone_says_nothing(store: Store, make_visit: MakeVisit) -> None:
    elsewhere = ["2025-07-10T08:00+00:00", "2025-07-10T09:00+02:00"]
    for number, each in enumerate(elsewhere, 100):
        story = replace(article(number, each), url=f"https://other.example/{number}")
        store.record([make_visit(story.url, story)])
    assert days(store, make_visit, [LATE]) == ["2025-07-10"]
