"""The same text under two addresses is one story; two stories never become one."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from crawler.archive.duplicates import split
from crawler.archive.store import Store
from crawler.items import Article, Image, Moment
from crawler.reasons import because

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
        {"published": None, "authors": (), "body": text(1) + " Print this page"},
        {"language": "en-GB"},
        {"published": None, "body": " ".join(text(1).split()[:190])},
    ],
    ids=[
        "exact",
        "no date",
        "title with the site's name",
        "a line more",
        "neither date nor byline",
        "another country's tag of the language",
        "the byline, and most of the text",
    ],
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
        {"language": "uk"},
        {"url": "https://news.example/2026/03/01/b", "published": None},
        {
            "published": None,
            "authors": (),
            "body": " ".join(text(1).split()[:190] + text(2).split()[:8]),
        },
        {
            "published": None,
            "authors": (),
            "blocks": (),
            "image": Image("https://news.example/i/monday.png"),
        },
    ],
    ids=[
        "another text",
        "another headline",
        "another day",
        "half of it",
        "another language",
        "another day in its address",
        "a column without day and byline, much the same",
        "a comic: boilerplate and another picture",
    ],
)
def test_what_differs_is_a_story_of_its_own(
    store: Store, make_visit: MakeVisit, changes: dict[str, object]
) -> None:
    store.record([make_visit("https://news.example/a", story("a", text(1)))])
    other = story("b", **{"body": text(1), **changes})  # type: ignore[arg-type]
    store.record([make_visit(other.url, other)])
    assert sorted(urls(store)) == ["a", "b"]


def test_a_verdict_keeps_its_likeness_and_can_be_taken_back(
    store: Store, make_visit: MakeVisit
) -> None:
    store.record([make_visit("https://news.example/a", story("a", text(1)))])
    copy = story("b", text(1) + " Print this page")
    store.record([make_visit(copy.url, copy)])
    (row,) = store.db.query("SELECT article_id, likeness FROM copies")
    assert row["article_id"] == 1
    assert 0.9 < row["likeness"] < 1
    with store.db.atomic():
        assert split(store.db.conn, copy.url) == "https://news.example/a"
        assert split(store.db.conn, "https://news.example/a") is None
    site = store.find_site("news.example")
    assert site is not None
    (due,) = store.frontier.claim(site, 9, "2026-01-03T00:00:00+00:00")
    assert (due.found.url, due.asked_for, due.etag) == (copy.url, True, None)
    store.record([make_visit(copy.url, copy)])
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


@pytest.mark.parametrize(("one", "other"), [
    ("a-story", "en/a-story"), ("de/a-story", "fr/a-story"), ("pt-br/a-story", "2026/05/a-story"),
])  # fmt: skip
def test_what_another_edition_has_not_translated_yet_is_its_story_too(
    store: Store, make_visit: MakeVisit, one: str, other: str
) -> None:
    for path in (one, other):
        store.record([make_visit(f"https://news.example/{path}", story(path, text(1)))])
    assert urls(store) == ["a-story", "a-story"]


def test_copies_are_found_among_many_by_an_index(store: Store) -> None:
    sql = "SELECT article_id FROM _article_bands WHERE band = 1 AND value = 2 LIMIT 20"
    plan = " ".join(row[3] for row in store.db.execute(f"EXPLAIN QUERY PLAN {sql}"))
    assert "SEARCH _article_bands USING PRIMARY KEY" in plan


@pytest.mark.parametrize(
    ("changes", "is_copy"),
    [
        ({}, True),
        ({"access": "full"}, False),
        ({"title": "Weir repaired"}, False),
        (
            {"published": Moment("2026-01-07T11:05:00+00:00", "second", "7 January", "html:time")},
            False,
        ),
        ({"body": text(2, 60)}, False),
    ],
    ids=["a teaser", "short news", "another headline", "another minute", "another text"],
)
def test_the_teaser_of_a_story_that_has_moved_leads_to_it(
    store: Store, make_visit: MakeVisit, changes: dict[str, object], is_copy: bool
) -> None:
    at = Moment("2026-01-07T10:05:00+00:00", "second", "7 January", "html:time")
    whole = story("a", text(1), published=at, access="full")
    store.record([make_visit(whole.url, whole)])
    beginning = " ".join(text(1).split()[:20])
    given = {"body": beginning, "access": "teaser", "published": at, **changes}
    teaser = story("b", **given)  # type: ignore[arg-type]
    store.record([make_visit(teaser.url, teaser)])
    assert urls(store) == ["a"] if is_copy else ["a", "b"]
    if not is_copy:
        return
    store.record([make_visit(whole.url, state="gone")])
    store.record([make_visit(teaser.url, teaser)])
    (row,) = store.db.query("SELECT gone_at, access, revisions FROM articles")
    assert (row["gone_at"], row["access"], row["revisions"]) == (None, "teaser", 1)
    events = [row["event"] for row in store.db.query("SELECT event FROM story_events ORDER BY id")]
    assert events == ["gone", "back", "teaser"]
    for _ in range(2):  # it is looked for at both
        store.record([make_visit(teaser.url, teaser)])
        store.record([make_visit(whole.url, state="gone")])
    assert [row["gone_at"] for row in store.db.query("SELECT gone_at FROM articles")] == [None]
    assert len(list(store.db.query("SELECT 1 FROM story_events"))) == 3


@pytest.mark.parametrize(
    ("leads", "is_one"),
    [
        ({"https://news.example/": "https://post.example/"}, True),
        ({"http://news.example/": "https://news.example/",
          "https://news.example/": "https://www.post.example/"}, True),
        ({"https://news.example/": "https://gazette.example/",
          "https://gazette.example/": "https://post.example/"}, True),
        ({}, False),
        ({"https://news.example/": "https://gazette.example/"}, False),
        ({"https://post.example/": "https://news.example/"}, False),
        ({"https://news.example/": "https://gazette.example/",
          "https://gazette.example/": "https://news.example/"}, False),
    ],
    ids=["at once", "by https", "by another", "not at all", "elsewhere", "from there", "a circle"],
)  # fmt: skip
def test_a_newspaper_that_has_moved_to_another_host_keeps_its_stories(
    store: Store, make_visit: MakeVisit, leads: dict[str, str], is_one: bool
) -> None:
    for home in ("https://gazette.example/", "https://post.example/"):
        store.add_site(home)
    store.record([make_visit("https://news.example/a", story("a", text(1)))])
    for home, target in leads.items():
        reason = because("redirected", target)
        store.record(
            [make_visit(home, role="home", state="redirected", reason=reason, leads_to=target)]
        )
    for path, body in (("b", text(1)), ("b/print", text(1)), ("b", text(1) + " It has rained.")):
        there = replace(story("", body), url=f"https://post.example/{path}")
        store.record([make_visit(there.url, there)])
    assert urls(store) == ["a"] if is_one else ["a", "b"]
    (row,) = store.db.query("SELECT u.article_id, u.reason FROM urls u WHERE url LIKE '%/b/print'")
    assert row["reason"] is not None, "it shows what the story has, at its own address"
