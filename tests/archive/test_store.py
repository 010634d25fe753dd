"""What is stored, once and for good."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from crawler.archive.queries import status
from crawler.archive.run_papers import Ended, Wanted
from crawler.archive.soundness import unsound
from crawler.archive.store import Store
from crawler.items import Article, Block, Claim, FoundUrl, Image, LinkedStory, Moment, ReadTime
from crawler.reasons import because

from .conftest import MakeVisit

URL = "https://news.example/a"
STORY = Article(
    url=URL,
    title="Mill wheel turns again",
    authors=("Ada Brook", "Ben Carr"),
    published=Moment("2026-01-01T10:00+01:00", "minute", "1 January 2026, 10:00", "html:time"),
    read_time=ReadTime(2, True, "2 min read"),
    standfirst="After forty years.",
    section="News",
    tags=("mill", "river"),
    language="en",
    image=Image("https://news.example/i.jpg", "lead", "The wheel"),
    blocks=(
        Block("paragraph", "The wheel turned.", "The wheel turned."),
        Block(
            "figure",
            "Cap",
            "![](x)",
            image=Image("https://news.example/j.jpg", "body", None, "Cap"),
        ),
    ),
    body="The wheel turned.",
    body_markdown="The wheel turned.",
    word_count=3,
    links=(LinkedStory("next", "https://news.example/b", "Weir repaired", "Next"),),
    sources={"title": Claim("Mill wheel turns again", "html:h1")},
)


def rows(store: Store, sql: str) -> list[dict[str, object]]:
    return list(store.db.query(sql))


def counts(store: Store) -> dict[str, int]:
    tables = ("articles", "revisions", "authors", "article_authors", "tags", "article_tags",
              "images", "linked_stories", "urls", "sites")  # fmt: skip
    return {table: store.db[table].count for table in tables}  # type: ignore[union-attr]


def test_a_story_is_one_row_with_all_an_analyst_asks_for(
    store: Store, make_visit: MakeVisit
) -> None:
    store.record([make_visit(URL, STORY)])
    (row,) = rows(store, "SELECT * FROM stories")
    assert row["title"] == "Mill wheel turns again"
    assert row["authors"] == "Ada Brook, Ben Carr"
    assert row["tags"] == "mill, river"
    assert row["published_at"] == "2026-01-01T10:00+01:00"
    assert row["published_precision"] == "minute"
    assert (row["read_time_minutes"], row["read_time_shown"]) == (2, 1)
    assert row["image_url"] == "https://news.example/i.jpg"
    assert (row["site"], row["revisions"], row["word_count"]) == ("news.example", 1, 3)
    assert row["first_captured_at"] == row["last_captured_at"]
    assert counts(store)["images"] == 2


def test_the_same_story_again_adds_no_revision_and_no_row(
    store: Store, make_visit: MakeVisit
) -> None:
    store.record([make_visit(URL, STORY)])
    before = counts(store)
    stored = store.record([make_visit(URL, STORY)])
    assert counts(store) == before
    assert stored["unchanged_articles"] == 1
    (row,) = rows(store, "SELECT * FROM stories")
    assert str(row["last_captured_at"]) > str(row["first_captured_at"])
    (link,) = rows(store, "SELECT * FROM linked_stories")
    assert str(link["last_seen_at"]) > str(link["first_seen_at"])


@pytest.mark.parametrize(
    "change",
    [
        {"tags": ("mill",)},
        {"section": "Town"},
        {"published": None},
        {"published": Moment("2026-01-01", "day", "1 January 2026", "html:time")},
        {"published": Moment("2026-01-01T09:00:00+00:00", "second", "x", "meta:date")},
        {"title": "Mill\u00a0wheel turns\u00ad again"},
        {"body": "The  wheel turned.\u200b"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_readers_do_not_see_makes_no_revision(
    store: Store, make_visit: MakeVisit, change: dict[str, object]
) -> None:
    store.record([make_visit(URL, STORY)])
    stored = store.record([make_visit(URL, replace(STORY, **change))])  # type: ignore[arg-type]
    assert (stored["new_revisions"], stored["unchanged_articles"]) == (0, 1)


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Mill wheel stops"},
        {"standfirst": None},
        {"authors": ("Ada Brook",)},
        {"body": "The wheel stopped."},
        {"published": Moment("2026-01-03T10:00+01:00", "minute", "3 January", "html:time")},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_changed_story_is_a_new_revision_and_the_old_one_is_kept(
    store: Store, make_visit: MakeVisit, change: dict[str, object]
) -> None:
    store.record([make_visit(URL, STORY)])
    stored = store.record([make_visit(URL, replace(STORY, **change))])  # type: ignore[arg-type]
    assert stored["new_revisions"] == 1
    assert [row["number"] for row in rows(store, "SELECT number FROM revisions ORDER BY id")] == [
        1,
        2,
    ]
    (first,) = rows(store, "SELECT * FROM revisions WHERE number = 1")
    assert first["title"] == STORY.title
    (row,) = rows(store, "SELECT * FROM stories")
    assert row["revisions"] == 2


@pytest.mark.parametrize(
    "change",
    [
        {"links": (LinkedStory("latest", "https://news.example/z", "Other"),)},
        {"image": Image("https://news.example/i.jpg?w=9")},
        {"modified": Moment("2026-01-02", "day", "2 January 2026", "html")},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_change_around_the_story_is_no_revision(
    store: Store, make_visit: MakeVisit, change: dict[str, object]
) -> None:
    store.record([make_visit(URL, STORY)])
    stored = store.record([make_visit(URL, replace(STORY, **change))])  # type: ignore[arg-type]
    assert stored["unchanged_articles"] == 1


def test_a_date_counted_back_from_today_is_no_revision(store: Store, make_visit: MakeVisit) -> None:
    for value, raw in (
        ("2026-01-02T10:00+00:00", "2 hours ago"),
        ("2026-01-02T10:05+00:00", "3 h ago"),
    ):
        moment = Moment(value, "minute", raw, "html", relative=True)
        store.record([make_visit(URL, replace(STORY, published=moment))])
    assert counts(store)["revisions"] == 1


def test_search_finds_the_newest_revision_only(store: Store, make_visit: MakeVisit) -> None:
    store.record([make_visit(URL, STORY)])
    store.record([make_visit(URL, replace(STORY, body="The sluice jammed."))])
    find = "SELECT rowid FROM stories_fts WHERE stories_fts MATCH '{}'"
    assert rows(store, find.format("turned")) == []
    assert len(rows(store, find.format("sluice"))) == 1
    # FTS5 compares its index with the content and raises where they differ
    store.db.execute("INSERT INTO stories_fts(stories_fts, rank) VALUES ('integrity-check', 1)")


def test_history_cannot_be_changed_or_deleted(store: Store, make_visit: MakeVisit) -> None:
    store.record([make_visit(URL, STORY)])
    for sql in (
        "UPDATE revisions SET title = 'x'",
        "DELETE FROM revisions",
        "UPDATE captures SET status = 1",
        "DELETE FROM captures",
    ):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            store.db.execute(sql)


def test_a_gone_story_is_marked_and_kept_and_may_come_back(
    store: Store, make_visit: MakeVisit
) -> None:
    store.record([make_visit(URL, STORY)])
    store.record([make_visit(URL, state="gone", reason=because("http_status", 410))])
    (row,) = rows(store, "SELECT * FROM stories")
    assert row["gone_at"] == "2026-01-02T12:01:00.000000+00:00"
    assert row["body_text"] == STORY.body
    store.record([make_visit(URL, STORY)])
    (row,) = rows(store, "SELECT * FROM stories")
    assert row["gone_at"] is None


def test_two_addresses_of_one_story_are_one_article(store: Store, make_visit: MakeVisit) -> None:
    for url in (URL, URL + "?page=amp"):
        store.record([make_visit(url, replace(STORY, url=url, canonical_url=URL))])
    assert counts(store)["articles"] == 1
    urls = rows(store, "SELECT article_id FROM urls ORDER BY id")
    assert [row["article_id"] for row in urls] == [1, 1]


def test_a_page_cannot_pass_for_a_story_of_another_site(
    store: Store, make_visit: MakeVisit
) -> None:
    store.record([make_visit(URL, STORY)])
    forged = "https://evil.example2.org/x"
    store.record([make_visit(forged, replace(STORY, url=forged, canonical_url=URL, title="Lies"))])
    (row,) = rows(store, f"SELECT title, revisions FROM stories WHERE url = '{URL}'")
    assert row == {"title": STORY.title, "revisions": 1}
    (row,) = rows(store, "SELECT canonical_url FROM revisions WHERE title = 'Lies'")
    assert row == {"canonical_url": URL}


@pytest.mark.parametrize("state", ["done", "claimed", "queued"])
def test_a_story_is_not_gone_from_where_it_was_seen_last(
    store: Store, make_visit: MakeVisit, state: str
) -> None:
    """Whichever of its two addresses answers first: the other one's answer may be on its way."""
    text = STORY.blocks[0].text * 20
    long = replace(STORY, blocks=(Block("paragraph", text, text),), body=text, word_count=60)
    there = replace(long, url="https://news.example/b")
    store.record([make_visit(URL, long), make_visit(there.url, there)])
    store.record([make_visit(URL, state="gone"), make_visit(there.url, there)])
    store.db.execute("UPDATE urls SET state = ? WHERE url = ?", (state, there.url))
    store.record([make_visit(URL, state="gone")])
    assert [row["event"] for row in rows(store, "SELECT event FROM story_events")] == [
        "gone", "back",
    ]  # fmt: skip


def test_a_linked_story_leads_to_its_article_whichever_came_first(
    store: Store, make_visit: MakeVisit
) -> None:
    store.record([make_visit(URL, STORY)])
    (link,) = rows(store, "SELECT * FROM story_links")
    assert link["to_article_id"] is None
    other = replace(STORY, url="https://news.example/b", links=())
    store.record([make_visit("https://news.example/b", other)])
    (link,) = rows(store, "SELECT * FROM story_links")
    assert link["to_article_id"] == 2


def test_found_urls_wait_for_the_next_run(store: Store, make_visit: MakeVisit) -> None:
    found = FoundUrl("https://news.example/b", "page", "link", URL, "2026-01-01", "Weir")
    store.record([make_visit(URL, found=(found, found))])
    site = store.find_site("news.example")
    assert site is not None
    assert store.frontier.count_queued(site) == 1
    with store.db.atomic():
        assert [due.found for due in store.frontier.claim(site, 9, "2026-01-02")] == [found]
    store.record([make_visit("https://news.example/b")])
    assert store.frontier.count_queued(site) == 0


def test_a_batch_is_stored_whole_or_not_at_all(store: Store, make_visit: MakeVisit) -> None:
    def full() -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        store.record([make_visit(URL, STORY)], before_commit=full)
    assert set(counts(store).values()) == {0}
    store.record([make_visit(URL, STORY)])
    assert counts(store)["articles"] == 1


def test_the_run_counts_what_it_brought(store: Store, make_visit: MakeVisit) -> None:
    store.record([make_visit(URL, STORY), make_visit("https://news.example/x", state="failed")])
    store.finish_run("finished")
    found = status(store.db)
    assert (found.articles, found.captures, found.linked_stories) == (1, 2, 1)
    (run,) = found.runs
    assert (run.new_articles, run.captures, run.failures, run.outcome) == (1, 2, 1, "finished")
    assert run.arguments == {"site": "https://news.example/"}


def test_a_run_s_numbers_are_those_of_its_newspapers_together(
    store: Store, make_visit: MakeVisit
) -> None:
    other = replace(STORY, url="https://sport.other.example/x", title="Cup final goes to replay")
    home = "https://other.example/"
    assert store.run_id is not None
    with store.db.atomic():
        wanted = Wanted(home, "other", since="2024")
        assert store.papers.want(store.run_id, wanted, {})  # the run before asked for all
    store.papers.paper_of = lambda url: home if "other.example" in url else url
    store.record([make_visit(URL, STORY), make_visit(other.url, other)])
    store.record([make_visit(home, state="failed")])
    with store.db.atomic():
        store.papers.end(store.run_id, home, Ended("unreachable", because("http_status", 500)))
    store.finish_run("finished", exit_code=3, totals={"visit: page done": 2, "captures": 3})
    papers = "SELECT paper, since, captures, new_articles, failures, bytes, outcome, reason"
    assert rows(store, f"{papers} FROM run_papers ORDER BY paper") == [
        {"paper": "news.example", "since": None, "captures": 1, "new_articles": 1, "failures": 0,
         "bytes": 9, "outcome": None, "reason": None},
        {"paper": "other", "since": "2024", "captures": 2, "new_articles": 1, "failures": 1,
         "bytes": 18, "outcome": "unreachable", "reason": "HTTP 500"},
    ]  # fmt: skip
    told = "SELECT captures, new_articles, failures, bytes, exit_code, visits FROM runs"
    assert rows(store, told) == [
        {"captures": 3, "new_articles": 2, "failures": 1, "bytes": 27, "exit_code": 3,
         "visits": '{"page": {"done": 2}}'}
    ]  # fmt: skip
    assert list(unsound(store.db.conn)) == []
    store.db.execute("UPDATE run_papers SET bytes = 0")
    (finding,) = unsound(store.db.conn)
    assert finding.what == "the numbers of run 1 are not those of its newspapers together"


def test_every_reference_resolves(store: Store, make_visit: MakeVisit) -> None:
    store.record([make_visit(URL, STORY), make_visit(URL, replace(STORY, title="New"))])
    assert rows(store, "PRAGMA foreign_key_check") == []
    assert rows(store, "PRAGMA integrity_check") == [{"integrity_check": "ok"}]


def test_a_closed_archive_is_one_file(store: Store, make_visit: MakeVisit, folder: Path) -> None:
    store.record([make_visit(URL, STORY)])
    store.close()
    assert [path.name for path in folder.iterdir()] == ["archive.db"]
    with sqlite3.connect(folder / "archive.db") as plain:
        assert plain.execute("SELECT count(*) FROM stories").fetchone() == (1,)


def test_links_are_seen_again_where_a_server_says_that_nothing_changed(
    store: Store, make_visit: MakeVisit
) -> None:
    """Those that the page shows now; what it showed before, and no more, is not."""
    other = LinkedStory("next", "https://news.example/c", "Lock repaired", "Next")
    store.record([make_visit(URL, STORY)])
    store.record([make_visit(URL, replace(STORY, links=(other,)))])
    store.record([make_visit(URL, not_modified=True)])
    links = rows(store, "SELECT url, first_seen_at, last_seen_at FROM linked_stories ORDER BY id")
    assert [(row["url"], str(row["last_seen_at"])[14:16]) for row in links] == [
        ("https://news.example/b", "00"), ("https://news.example/c", "02"),
    ]  # fmt: skip
    assert rows(store, "SELECT count(*) AS n FROM revisions") == [{"n": 1}]


def test_a_revision_says_that_the_stories_linked_in_its_text_are_others(
    store: Store, make_visit: MakeVisit
) -> None:
    """A site's own lists change with each new story: of them alone there is no word."""
    inline = LinkedStory("inline", "https://news.example/d", "the lock")
    later = replace(STORY, links=(LinkedStory("latest", "https://news.example/z", "News"),))
    store.record([make_visit(URL, STORY)])
    store.record([make_visit(URL, replace(later, body="The wheel stopped."))])
    store.record([make_visit(URL, replace(later, body="It turns.", links=(*later.links, inline)))])
    told = rows(store, "SELECT number, field FROM revision_changes c JOIN revisions r"
                       " ON r.id = c.revision_id ORDER BY 1, 2")  # fmt: skip
    assert [(row["number"], row["field"]) for row in told] == [
        (2, "body"), (3, "body"), (3, "linked_stories"),
    ]  # fmt: skip


def test_an_address_and_the_story_it_leads_to_are_stored_together_or_not_at_all(
    store: Store, make_visit: MakeVisit
) -> None:
    """Or a crash between the two forgets the story: nothing else need link to where it is now."""
    old = make_visit(
        "https://news.example/old", state="redirected", reason=because("redirected", URL)
    )
    visit = replace(make_visit(URL, STORY), along=(old,))

    def fail() -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        store.record([*visit.along, visit], before_commit=fail)
    assert not list(store.db.query("SELECT * FROM urls"))
    store.record([*visit.along, visit])
    states = [row["state"] for row in store.db.query("SELECT state FROM urls ORDER BY url")]
    assert sorted(states) == ["done", "redirected"]
