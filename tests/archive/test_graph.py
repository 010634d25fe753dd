"""Which link leads to which article, whatever comes first and however its address is spelled."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.library import build
from crawler.archive.database import open_for_reading
from crawler.archive.graph import Export, Selection
from crawler.archive.soundness import unsound
from crawler.archive.store import Store
from crawler.items import Article, Capture, LinkedStory, Moment, Relation, Visit

from .conftest import MakeVisit

HOME = "https://www.news.example"
OLD = f"{HOME}/old-weir"
NEW = f"{HOME}/2026/weir-repaired/"


def story(url: str, title: str, *links: LinkedStory, **changes: object) -> Article:
    article = Article(url=url, title=title, body=f"{title}.", word_count=3, links=links)
    return replace(article, **changes)  # type: ignore[arg-type]


def link(url: str, relation: Relation = "related", title: str = "Weir repaired") -> LinkedStory:
    return LinkedStory(relation, url, title, "Related")


def redirect(url: str, target: str, number: int) -> Capture:
    return Capture(
        url=url, fetched_at="2026-01-02T13:00:00.000000+00:00", status=301, content_type=None,
        payload_digest="sha256:R", payload_bytes=0, record_id=f"<urn:uuid:r{number}>",
        warc_file="r.warc.gz", warc_offset=number, warc_length=1, location=target,
    )  # fmt: skip


def ends(store: Store) -> list[tuple[str, int | None]]:
    rows = store.db.query("SELECT to_url, to_article_id FROM story_links ORDER BY to_url")
    return [(row["to_url"], row["to_article_id"]) for row in rows]


SPELLINGS = [
    NEW,
    NEW.rstrip("/"),
    NEW.replace("https:", "http:"),
    NEW.replace("www.", ""),
    f"{NEW}index.html",
]


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("linked_first", [True, False])
def test_a_link_finds_its_article_however_it_is_spelled_and_whichever_comes_first(
    store: Store, make_visit: MakeVisit, spelling: str, linked_first: bool
) -> None:
    shows = make_visit(f"{HOME}/a", story(f"{HOME}/a", "Mill", link(spelling)))
    shown = make_visit(NEW, story(NEW, "Weir repaired"))
    for visit in (shows, shown) if linked_first else (shown, shows):
        store.record([visit])
    (article,) = store.db.query("SELECT id FROM stories WHERE url = ?", [NEW])
    assert ends(store) == [(spelling, article["id"])]
    assert not list(store.db.query("SELECT * FROM missing_stories"))


@pytest.mark.parametrize("order", ["redirect first", "article first"])
def test_a_link_to_an_address_that_moved_finds_the_article(
    store: Store, make_visit: MakeVisit, order: str
) -> None:
    moved = Visit(OLD, "page", "redirected", f"to {NEW}", (redirect(OLD, NEW, 1),))
    shown = make_visit(NEW, story(NEW, "Weir repaired"))
    shows = make_visit(f"{HOME}/a", story(f"{HOME}/a", "Mill", link(OLD)))
    visits = [moved, shown] if order == "redirect first" else [shown, moved]
    store.record([shows])
    assert [to for _, to in ends(store)] == [None]
    for visit in visits:
        store.record([visit])
    (article,) = store.db.query("SELECT id FROM stories WHERE url = ?", [NEW])
    assert ends(store) == [(OLD, article["id"])]


def test_a_chain_of_redirects_leads_to_the_article_in_any_order(
    store: Store, make_visit: MakeVisit
) -> None:
    steps = [f"{HOME}/{name}" for name in ("one", "two", "three")]
    store.record([make_visit(f"{HOME}/a", story(f"{HOME}/a", "Mill", *map(link, steps)))])
    for number, at in enumerate((2, 0, 1)):
        url, target = steps[at], [*steps, NEW][at + 1]
        store.record([Visit(url, "page", "redirected", None, (redirect(url, target, number),))])
    store.record([make_visit(NEW, story(NEW, "Weir repaired"))])
    (article,) = store.db.query("SELECT id FROM stories WHERE url = ?", [NEW])
    assert {to for _, to in ends(store)} == {article["id"]}


def test_redirects_in_a_circle_lead_nowhere_and_break_nothing(
    store: Store, make_visit: MakeVisit
) -> None:
    one, two = f"{HOME}/one", f"{HOME}/two"
    store.record([make_visit(f"{HOME}/a", story(f"{HOME}/a", "Mill", link(one), link(two)))])
    for number, (url, target) in enumerate([(one, two), (two, one), (one, one)]):
        store.record([Visit(url, "page", "redirected", None, (redirect(url, target, number),))])
    assert {to for _, to in ends(store)} == {None}


def test_a_link_to_the_page_of_an_article_with_another_canonical_address_finds_it(
    store: Store, make_visit: MakeVisit
) -> None:
    amp = f"{HOME}/2026/weir-repaired/amp"
    store.record([make_visit(f"{HOME}/a", story(f"{HOME}/a", "Mill", link(amp)))])
    store.record([make_visit(amp, story(amp, "Weir repaired", canonical_url=NEW))])
    (article,) = store.db.query("SELECT id FROM stories WHERE url = ?", [NEW])
    assert ends(store) == [(amp, article["id"])]


def test_an_address_that_was_an_article_of_its_own_stays_that_one(
    store: Store, make_visit: MakeVisit
) -> None:
    store.record([make_visit(OLD, story(OLD, "Weir leaks"))])
    store.record([make_visit(NEW, story(NEW, "Weir repaired"))])
    store.record([Visit(OLD, "page", "redirected", None, (redirect(OLD, NEW, 1),))])
    store.record([make_visit(f"{HOME}/a", story(f"{HOME}/a", "Mill", link(OLD)))])
    (old,) = store.db.query("SELECT id FROM stories WHERE url = ?", [OLD])
    assert ends(store) == [(OLD, old["id"])]


def test_missing_stories_are_counted_once_for_all_spellings_most_linked_first(
    store: Store, make_visit: MakeVisit
) -> None:
    gone = f"{HOME}/never-archived"
    pages = [
        (f"{HOME}/a", [link(gone), link(f"{HOME}/other", title="Other")]),
        (f"{HOME}/b", [link(gone.replace("https", "http"), "latest"), link(gone, "also_read")]),
        (f"{HOME}/c", [link(f"{gone}/")]),
    ]
    store.record([make_visit(url, story(url, url[-1], *links)) for url, links in pages])
    rows = list(store.db.query("SELECT * FROM missing_stories"))
    assert [(row["linked_by"], row["site"], row["title"]) for row in rows] == [
        (3, "news.example", "Weir repaired"),
        (1, "news.example", "Other"),
    ]
    assert set(rows[0]["relations"].split(",")) == {"related", "latest", "also_read"}
    assert rows[0]["first_seen_at"] < rows[0]["last_seen_at"]


def test_the_graph_has_both_ends_and_each_link_once_over_all_revisions(
    store: Store, make_visit: MakeVisit
) -> None:
    when = Moment("2026-01-01", "day", "1 January", "html:time")
    store.record([make_visit(NEW, story(NEW, "Weir repaired", published=when))])
    for body in ("First.", "Changed."):
        store.record([make_visit(OLD, story(OLD, "Mill", link(NEW), body=body, published=when))])
    assert store.db.view("linked_stories").count == 2
    (row,) = store.db.query("SELECT * FROM story_graph")
    assert (row["from_title"], row["to_title"]) == ("Mill", "Weir repaired")
    assert row["from_published_at"] == row["to_published_at"] == "2026-01-01"
    assert (row["relation"], row["label"], row["to_archived"]) == ("related", "Related", 1)
    assert row["first_seen_at"] < row["last_seen_at"]
    (most,) = store.db.query("SELECT * FROM most_linked")
    assert (most["url"], most["linked_by"], most["relations"]) == (NEW, 1, "related")


def test_the_export_selects_by_site_relation_and_date(store: Store, make_visit: MakeVisit) -> None:
    def dated(url: str, day: str, *links: LinkedStory) -> Visit:
        when = Moment(day, "day", day, "html:time")
        return make_visit(url, story(url, url[-1], *links, published=when))

    other = "https://other.example/x"
    store.record([
        dated(f"{HOME}/a", "2026-01-31", link(f"{HOME}/b"), link(other, "inline", "Other")),
        dated(f"{HOME}/b", "2026-02-01", link(f"{HOME}/a", "latest")),
        dated(other, "2025-12-31", link(f"{HOME}/a")),
    ])  # fmt: skip

    def edges(**chosen: object) -> set[tuple[str, str, str]]:
        export = Export(store.db, Selection(**chosen))  # type: ignore[arg-type]
        found = list(export.edges())
        assert {n.id for e in found for n in (e.source, e.target)} <= {n.id for n in export.nodes()}
        return {(e.source.url[-1], e.relation, e.target.url[-1]) for e in found}

    assert edges() == {("a", "related", "b"), ("a", "inline", "x"), ("b", "latest", "a"),
                       ("x", "related", "a")}  # fmt: skip
    assert edges(site="other.example") == {("x", "related", "a")}
    assert edges(relations=("latest", "inline")) == {("a", "inline", "x"), ("b", "latest", "a")}
    assert edges(since="2026-02") == {("b", "latest", "a")}
    assert edges(since="2026", until="2026-01") == {("a", "related", "b"), ("a", "inline", "x")}
    alone = Export(store.db, Selection(site="nowhere.example"))
    assert (list(alone.nodes()), list(alone.edges())) == ([], [])


def test_nodes_are_each_story_once_archived_or_missing(store: Store, make_visit: MakeVisit) -> None:
    links = (link(f"{HOME}/b"), link(f"{HOME}/gone"), link(f"{HOME}/gone/", "latest"))
    store.record([make_visit(f"{HOME}/a", story(f"{HOME}/a", "A", *links))])
    store.record([make_visit(f"{HOME}/b", story(f"{HOME}/b", "B"))])
    store.record([make_visit(f"{HOME}/c", story(f"{HOME}/c", "C, linked by none"))])
    nodes = list(Export(store.db, Selection()).nodes())
    assert len({node.id for node in nodes}) == len(nodes) == 4
    assert sorted((n.title, n.archived) for n in nodes) == [
        ("A", True), ("B", True), ("C, linked by none", True), ("Weir repaired", False),
    ]  # fmt: skip


def test_what_is_counted_is_what_is_there_whatever_came_first(
    store: Store, make_visit: MakeVisit
) -> None:
    amp, http = f"{HOME}/2026/weir-repaired/amp", NEW.replace("https", "http")
    links = [link(NEW), link(amp, "inline"), link(OLD), link(http, "latest")]
    store.record([make_visit(f"{HOME}/a", story(f"{HOME}/a", "Mill", *links))])
    store.record([make_visit(f"{HOME}/b", story(f"{HOME}/b", "Lock", link(amp), link(OLD)))])
    store.record([Visit(OLD, "page", "redirected", None, (redirect(OLD, NEW, 1),))])
    assert list(unsound(store.db.conn)) == []
    store.record([make_visit(amp, story(amp, "Weir repaired", link(NEW), canonical_url=NEW))])
    store.record([make_visit(f"{HOME}/b", story(f"{HOME}/b", "Lock", link(OLD), body="Else."))])
    assert list(unsound(store.db.conn)) == []
    (most,) = store.db.query("SELECT * FROM most_linked")
    assert (most["url"], most["linked_by"]) == (NEW, 3)
    assert set(most["relations"].split(",")) == {"related", "inline", "latest"}
    edges = list(store.db.query("SELECT from_url, relation FROM story_graph ORDER BY 1, 2"))
    assert [tuple(edge.values()) for edge in edges] == [
        (NEW, "related"), (f"{HOME}/a", "inline"), (f"{HOME}/a", "latest"),
        (f"{HOME}/a", "related"), (f"{HOME}/b", "related"),
    ]  # fmt: skip


def test_arcs_are_the_edges_by_keys(tmp_path: Path) -> None:
    build(tmp_path / "archive", 320)  # some of them edited: links of several revisions are one edge
    with closing(open_for_reading(tmp_path / "archive")) as db:
        export = Export(db, Selection())
        edges = [
            (e.source.id, e.target.id, e.relation, e.label, e.position, e.first_seen_at,
             e.last_seen_at)
            for e in export.edges()
        ]  # fmt: skip
        assert db.execute("SELECT count(*) FROM _links WHERE is_edge = 0").fetchone()[0]
        assert len(edges) > 3_000
        assert [tuple(arc) for arc in export.arcs()] == edges
        told = {
            tuple(row)
            for row in db.execute(
                "SELECT CASE WHEN to_article_id IS NULL THEN NULL ELSE 'a' || to_article_id END,"
                " 'a' || from_article_id, relation, label, position, first_seen_at, last_seen_at"
                " FROM story_graph"
            )
        }
        assert told == {
            (target if target[0] == "a" else None, source, *more) for source, target, *more in edges
        }
