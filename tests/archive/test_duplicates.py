"""The same text under two addresses is one story; two stories never become one."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from crawler.archive.store import Store
from crawler.items import Article, Moment

from .conftest import MakeVisit
from .test_store import STORY

WORDS = ("mill", "weir", "lock", "boat", "river", "town", "bridge", "ferry", "council", "valley")


def text(seed: int, words: int = 200) -> str:
    draw = random.Random(seed)
    return " ".join(draw.choice(WORDS) + str(draw.randrange(50)) for _ in range(words))


def story(path: str, body: str, **changes: object) -> Article:
    url = f"https://news.example/{path}"
    article = replace(STORY, url=url, body=body, word_count=len(body.split()), links=())
    return replace(article, **changes)  # type: ignore[arg-type]


def urls(store: Store) -> list[str]:
    return [row["url"].rsplit("/", 1)[1] for row in store.db.query("SELECT url FROM articles")]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"published": None},
        {"title": STORY.title + " - The News"},
        {"body": text(1) + " Print this page"},
    ],
    ids=["exact", "no date", "title with the site's name", "a line more"],
)
def test_a_print_page_leads_to_the_story(
    store: Store, make_visit: MakeVisit, changes: dict[str, object]
) -> None:
    store.record([make_visit("https://news.example/a", story("a", text(1)))])
    copy = story("print", **{"body": text(1), **changes})  # type: ignore[arg-type]
    stored = store.record([make_visit(copy.url, copy)])
    assert urls(store) == ["a"]
    assert stored["new_articles"] == stored["new_revisions"] == 0
    (row,) = store.db.query("SELECT * FROM urls WHERE url = ?", [copy.url])
    assert (row["article_id"], row["state"]) == (1, "done")
    assert row["reason"] == "same text as https://news.example/a"
    stored = store.record([make_visit(copy.url, replace(copy, body=copy.body + " again"))])
    assert stored["new_revisions"] == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"body": text(2)},
        {"title": "Weir repaired"},
        {"published": Moment("2026-01-08T10:00+01:00", "minute", "8 January", "html:time")},
        {"body": " ".join(text(1).split()[:100] + text(2).split()[:100])},
    ],
    ids=["another text", "another headline", "another day", "half of it"],
)
def test_what_differs_is_a_story_of_its_own(
    store: Store, make_visit: MakeVisit, changes: dict[str, object]
) -> None:
    store.record([make_visit("https://news.example/a", story("a", text(1)))])
    other = story("b", **{"body": text(1), **changes})  # type: ignore[arg-type]
    store.record([make_visit(other.url, other)])
    assert urls(store) == ["a", "b"]


def test_a_site_that_names_one_address_on_every_page_keeps_its_stories(
    store: Store, make_visit: MakeVisit
) -> None:
    for number in range(1, 5):
        each = story(
            f"s{number}", text(number), title=f"Story number {number} of the year",
            canonical_url="https://news.example/everything",
        )  # fmt: skip
        store.record([make_visit(each.url, each)])
    assert len(urls(store)) == 4
    (row,) = store.db.query("SELECT max(revisions) AS n FROM articles")
    assert row["n"] == 1


def test_copies_are_found_among_many_by_an_index(store: Store) -> None:
    sql = "SELECT article_id FROM article_bands WHERE band = 1 AND value = 2 LIMIT 20"
    plan = " ".join(row[3] for row in store.db.execute(f"EXPLAIN QUERY PLAN {sql}"))
    assert "SEARCH article_bands USING PRIMARY KEY" in plan
