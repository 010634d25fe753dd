"""What analysts count from: days, bylines, tags and copies, a row for each story."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlite_utils import Database

from crawler.archive.store import Store
from crawler.items import Article, Moment

from .conftest import MakeVisit
from .test_duplicates import text
from .test_store import STORY


def story(url: str, **changes: object) -> Article:
    return replace(STORY, url=url, links=(), **changes)  # type: ignore[arg-type]


def rows(store: Store, sql: str) -> list[dict[str, Any]]:
    return list(store.db.query(sql))


@pytest.mark.parametrize(
    ("told", "precision", "day", "hour", "offset", "moment"),
    [
        ("2026-01-04T23:30:05-05:00", "second", "2026-01-04", 23, "-05:00", "2026-01-05T04:30:05"),
        ("2026-01-04T23:30+01:00", "minute", "2026-01-04", 23, "+01:00", "2026-01-04T22:30:00"),
        ("2026-01-04T09:30", "minute", "2026-01-04", 9, None, "2026-01-04T09:30:00"),
        ("2026-01-04", "day", "2026-01-04", None, None, None),
        ("2026-01", "month", None, None, None, None),
        ("2026", "year", None, None, None, None),
    ],
)
def test_a_day_and_an_hour_are_those_of_the_newspaper(
    store: Store, make_visit: MakeVisit, told: str, precision: str, day: str | None,
    hour: int | None, offset: str | None, moment: str | None,
) -> None:  # fmt: skip
    published = Moment(told, precision, told, "html:time")  # type: ignore[arg-type]
    url = "https://news.example/a"
    store.record([make_visit(url, story(url, published=published, language="de-AT"))])
    (row,) = rows(store, "SELECT * FROM story_days")
    assert (row["day"], row["hour"], row["utc_offset"]) == (day, hour, offset)
    assert row["moment"] == (f"{moment}+00:00" if moment else None)
    assert (row["year"], row["month"]) == (2026, told[:7] if precision != "year" else None)
    assert row["weekday"] == (7 if day else None)
    assert row["week"] == ("2026-W01" if day else None)
    assert (row["site"], row["section"], row["language"]) == ("news.example", STORY.section, "de")


def test_weeks_and_weekdays_are_those_of_iso_8601(db: Database) -> None:
    days = [date(2019, 12, 20) + timedelta(number) for number in range(0, 2_600, 3)]
    db["articles"].insert_all(  # type: ignore[union-attr]
        {"id": number, "site_id": 1, "url": f"u{number}", "revision_id": number,
         "published_day": day.isoformat(), "published_utc": day.isoformat(),
         "first_captured_at": "2026-01-02T12:00:00+00:00",
         "last_captured_at": "2026-01-02T12:00:00+00:00"}
        for number, day in enumerate(days, 1)
    )  # fmt: skip
    found = db.execute("SELECT week, weekday FROM story_days ORDER BY article_id").fetchall()
    assert found == [(f"{d:%G-W%V}", d.isoweekday()) for d in days]


def test_a_story_by_two_is_of_both(store: Store, make_visit: MakeVisit) -> None:
    for path, authors in (("a", ("Ann", "Bo")), ("b", ("Bo",)), ("c", ())):
        url = f"https://news.example/{path}"
        body = text(ord(path))
        store.record([make_visit(url, story(url, authors=authors, title=path, body=body))])
    sql = "SELECT author, title, position, authors, site, section FROM author_stories ORDER BY 1, 2"
    assert [tuple(row.values())[:4] for row in rows(store, sql)] == [
        ("Ann", "a", 1, 2), ("Bo", "a", 2, 2), ("Bo", "b", 1, 1)
    ]  # fmt: skip
    assert {(row["site"], row["section"]) for row in rows(store, sql)} == {
        ("news.example", STORY.section)
    }


def test_a_pair_of_tags_is_there_in_both_orders(store: Store, make_visit: MakeVisit) -> None:
    for path, tags in (("a", ("x", "y", "z")), ("b", ("y", "x")), ("c", ("x",))):
        url = f"https://news.example/{path}"
        store.record([make_visit(url, story(url, tags=tags, title=path, body=text(ord(path))))])
    pairs = rows(store, "SELECT tag, other_tag, count(*) AS n FROM tag_pairs GROUP BY 1, 2")
    found = {(row["tag"], row["other_tag"]): row["n"] for row in pairs}
    once = {("x", "y"): 2, ("x", "z"): 1, ("y", "z"): 1}
    assert found == once | {(other, one): n for (one, other), n in once.items()}


def test_copies_are_those_of_other_papers(store: Store, make_visit: MakeVisit) -> None:
    store.add_site("https://press.example/")
    agency = text(1)
    for url, title, body in (
        ("https://news.example/a", "Ferry runs again", agency),
        ("https://press.example/a", "After a year, a ferry", f"{agency} {text(7, 30)}"),
        ("https://news.example/b", "Ferry runs, once more", agency),
        ("https://press.example/b", "Other things", text(2)),
    ):
        store.record([make_visit(url, story(url, title=title, body=body, word_count=200))])
    found = rows(store, "SELECT * FROM story_copies ORDER BY url, other_url")
    assert [(row["url"], row["other_url"]) for row in found] == [
        ("https://news.example/a", "https://press.example/a"),
        ("https://news.example/b", "https://press.example/a"),
        ("https://press.example/a", "https://news.example/a"),
        ("https://press.example/a", "https://news.example/b"),
    ]
    assert (found[0]["site"], found[0]["other_site"]) == ("news.example", "press.example")
    assert found[0]["other_title"] == "After a year, a ferry"
    assert all(0.9 < row["likeness"] <= 1 for row in found)


@pytest.mark.parametrize(
    ("sql", "tables"),
    [
        ("SELECT month, count(*) FROM story_days GROUP BY 1", {"a"}),
        ("SELECT day, hour FROM story_days WHERE article_id = 7", set()),
        ("SELECT count(*) FROM author_stories WHERE article_id = 7", set()),
        ("SELECT title FROM author_stories WHERE author = 'Ann'", {"o"}),
        ("SELECT author, count(*) FROM author_stories GROUP BY author_id", {"w"}),
        ("SELECT other_tag, count(*) FROM tag_pairs WHERE tag = 'x' GROUP BY 1", set()),
        ("SELECT other_url FROM story_copies WHERE article_id = 7", set()),
        ("SELECT other_url, likeness FROM story_copies WHERE article_id IN (7, 8)", set()),
    ],
)
def test_what_is_asked_of_one_story_scans_no_table(
    db: Database, sql: str, tables: set[str]
) -> None:
    plan = db.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()
    scans = {step.split()[1] for *_, step in plan if step.startswith("SCAN")}
    assert scans == tables, plan


@pytest.fixture
def db(store: Store) -> Database:
    store.db.execute("PRAGMA foreign_keys = OFF")
    return store.db
