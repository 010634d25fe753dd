"""What is written once a batch is what would be written visit by visit."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from unittest import mock
from uuid import uuid4

import pytest
from hypothesis import given, settings, strategies

from benchmarks.invented import PAPERS, Library
from benchmarks.library import capture, visit
from crawler.archive import takedowns
from crawler.archive.database import FILE_NAME
from crawler.archive.soundness import unsound
from crawler.archive.store import Store
from crawler.items import FoundUrl, LinkedStory, Visit
from crawler.reasons import because
from crawler.runs.removing import apply_takedown

from .conftest import MakeVisit
from .whatever_comes import Chance, Event, Reread, TakenDown

STORIES = 40
NOW = "2026-02-01T00:00:00+00:00"
_LATER = (
    "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%'"
    " AND name NOT LIKE '%\\_fts\\_%' ESCAPE '\\' AND name NOT IN ('descriptions', 'sqlite_stat1')"
    " AND name NOT LIKE '\\_sqlite%' ESCAPE '\\'"
)


def visits() -> Iterator[Visit]:
    """First visits to stories; among them edits, copies, redirects, other spellings, stories that
    are gone, lists, and what cannot be stored."""
    library, chance, number = Library(STORIES), random.Random(1911), STORIES

    def again(made: Visit, status: int = 200, **changes: object) -> Visit:
        nonlocal number
        number += 1
        changes.setdefault("captures", (capture(made.url, number, status),))
        return replace(made, **changes)  # type: ignore[arg-type]

    for n in range(STORIES):
        first = visit(library, n)
        article, kind = first.article, n % 10
        assert article is not None
        links = list(article.links)
        if kind == 1:  # a link in another spelling, and one that says more
            links[0] = replace(links[0], url=links[0].url.replace("https:", "http:"), title=None)
            links.append(replace(links[0], relation="sponsored", excerpt="As the page says"))
        article = replace(article, links=tuple(links))
        first = replace(first, article=article)
        if kind == 2:  # found by a list, and the page names another address as its own
            found = FoundUrl(first.url, "page", "sitemap", priority=20, family="l a/*")
            article = replace(article, canonical_url=first.url + "story")
            first = replace(first, origin=found, article=article, shape="a/*")
        if kind == 3:  # after a redirect
            short = f"{first.url[:24]}/s/{n}"
            way = again(replace(first, url=short), 301).captures[0]
            first = replace(first, captures=(replace(way, location=first.url), *first.captures))
        if kind == 4:  # in UTC: the newspaper's other stories say in which zone its day is
            assert article.published is not None
            at = f"{article.published.value[:10]}T23:30:00+00:00"
            moment = replace(article.published, value=at, precision="second")
            first = replace(first, article=replace(article, published=moment))
        if kind == 5:
            told = (FoundUrl(f"{first.url}next/", "page", "link", first.url, family="h a/*"),)
            first = replace(first, found=told, etag='"1"')
            url = f"{first.url[:24]}/list/{n}/"
            led = FoundUrl(first.url, "page", "link", url, priority=20, family="h a/*")
            yield again(replace(first, url=url), article=None, not_article="listing", found=(led,))
        yield first
        if kind == 6:  # edited within the same batch, perhaps
            edit = replace(library.edited(n), links=article.links[::2], tags=("new", "tag"))
            yield again(first, article=edit)
        if kind == 7:
            yield again(first, 304, article=None, not_modified=True)
        if kind == 8:  # the same text elsewhere
            url = f"{first.url}print"
            yield again(replace(first, url=url), article=replace(article, url=url,
                                                                 canonical_url=None))  # fmt: skip
        if kind == 9:
            yield again(first, 404, article=None, state="gone", reason=because("http_status", 404))
        if n in (15, 31):
            bad = LinkedStory("no such relation", "https://a.example/", None)  # type: ignore[arg-type]
            url = f"{first.url}bad"
            unfit = replace(article, url=url, canonical_url=None, title=f"Bad {n}", links=(bad,),
                            body=article.body[::-1])  # fmt: skip
            yield again(replace(first, url=url), article=unfit)
        if chance.random() < 0.1:
            yield again(first)


def archived(folder: Path, batches: Sequence[Sequence[Visit]]) -> list[tuple[str, object]]:
    """All rows of an archive in which these were stored, and what its search indexes have."""
    with closing(Store(folder, extractor="Test/1")) as store:
        for paper in PAPERS:
            store.add_site(f"https://{paper.host}/")
        taken_down = Library(STORIES).url(30, Library(STORIES).headline(30))
        with store.db.atomic():
            sign = takedowns.Takedown("1", taken_down, NOW, "r", "b", (taken_down,), (), (), 0)
            takedowns.enter(store.db.conn, sign, finished=True)
        store.begin_run("news", {}, "Test/1", NOW)
        for batch in batches:
            store.record(batch)
        store.finish_run("finished", NOW)
    return rows_of(folder)


def rows_of(folder: Path) -> list[tuple[str, object]]:
    """All rows of an archive that is sound, and what its search indexes have."""
    with closing(sqlite3.connect(folder / FILE_NAME)) as db:
        assert [each for each in unsound(db) if "was interrupted" not in each.what] == []
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
        tables = [name for (name,) in db.execute(_LATER)]
        assert len(tables) > 50
        rows: list[tuple[str, object]] = [
            (table, row)
            for table in tables
            for row in sorted(db.execute(f"SELECT * FROM {table}"), key=repr)
        ]
        for index in ("stories_fts", "_pairs_fts"):
            db.execute(f"CREATE VIRTUAL TABLE temp.v{index} USING fts5vocab(main, {index}, row)")
            rows += [(index, row) for row in db.execute(f"SELECT * FROM temp.v{index}")]
    return rows


def happened(folder: Path, events: Sequence[Event], size: int) -> list[tuple[str, object]]:
    """The same of an archive to which these came, as many visits at once."""
    with closing(Store(folder, extractor="Test/1")) as store:
        store.begin_run("news", {}, "Test/1", NOW)
        batch: list[Visit] = []
        for event in [*events, []]:
            if isinstance(event, list):
                batch += event
                if event and len(batch) < size:
                    continue
            store.record(batch)
            batch.clear()
            if isinstance(event, Reread):
                store.reread(event.url, event.record_id, event.article, "Test/2")
            elif isinstance(event, TakenDown):
                sign = takedowns.Takedown(
                    str(uuid4()), event.url, NOW, "r", "b", (event.url,), (), (), 0
                )
                apply_takedown(store.db, sign)
        store.finish_run("finished", NOW)
    rows = [row for row in rows_of(folder) if row[0] != "takedowns"]
    shutil.rmtree(folder)
    return rows


def test_batches_of_any_size_make_the_same_archive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crawler.times.now", lambda *, exact=False: NOW)
    monkeypatch.setattr("crawler.archive.store._now", lambda: NOW)
    all_of_them = list(visits())
    one_by_one = archived(tmp_path / "one", [[each] for each in all_of_them])
    kinds = {table for table, _ in one_by_one}
    assert kinds >= {"edits", "copies", "story_events", "_pairs_fts", "_links", "_url_tellers"}
    some = [all_of_them[at : at + 9] for at in range(0, len(all_of_them), 9)]
    for name, batches in (("some", some), ("all", [all_of_them])):
        assert archived(tmp_path / name, batches) == one_by_one


@settings(max_examples=max(2, settings.default.max_examples // 50), deadline=None)
@given(seed=strategies.integers(0, 1 << 32))
def test_whatever_comes_batches_of_any_size_make_the_same_archive(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    folder = tmp_path_factory.mktemp("whatever")
    events = list(Chance(seed).events(150))
    with (
        mock.patch("crawler.times.now", return_value=NOW),
        mock.patch("crawler.archive.store._now", return_value=NOW),
    ):
        one_by_one = happened(folder / "one", events, 1)
        assert len(one_by_one) > 1_000
        for size in (7, 1_000):
            assert happened(folder / str(size), events, size) == one_by_one


def test_a_paragraph_of_the_site_is_told_by_stories_of_the_same_batch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crawler.times.now", lambda *, exact=False: NOW)
    monkeypatch.setattr("crawler.archive.store._now", lambda: NOW)
    library = Library(STORIES)
    paper = library.paper(0)
    some = [visit(library, n) for n in range(STORIES) if library.paper(n) == paper][:4]
    told = "The council of the valley meets each month in the old hall, and its minutes are read."

    def furnished(made: Visit, number: int) -> Visit:
        assert made.article is not None
        article = replace(made.article, body=f"{made.article.body}\n\n{told}")
        return replace(made, article=article, captures=(capture(made.url, number, 200),))

    later = [furnished(made, STORIES + n) for n, made in enumerate([*some[1:], some[0]])]
    one_by_one = archived(tmp_path / "one", [[each] for each in (some[0], *later)])
    assert [row for table, row in one_by_one if table == "edits"] == []
    assert archived(tmp_path / "all", [[some[0]], later]) == one_by_one


def test_what_another_program_has_taken_out_is_not_taken_for_known(
    store: Store, make_visit: MakeVisit, folder: Path
) -> None:
    first = visit(Library(9), 0).article
    store.record([make_visit("https://news.example/a", first)])
    with closing(sqlite3.connect(folder / FILE_NAME)) as other, other:
        before = other.execute("SELECT count(*) FROM _word_forms").fetchone()
        assert before[0] > 50
        other.execute("DELETE FROM _word_forms")
    assert first is not None
    again = replace(first, url="https://news.example/b", canonical_url=None, title="Another story",
                    body=f"{first.body} And more words than there were.")  # fmt: skip
    store.record([make_visit("https://news.example/b", again)])
    after = store.db.execute("SELECT count(*) FROM _word_forms").fetchone()
    assert after[0] > before[0] - 20


def test_keys_are_looked_up_again_after_a_run(store: Store, make_visit: MakeVisit) -> None:
    article = visit(Library(9), 0).article
    store.record([make_visit("https://news.example/a", article)])
    store.finish_run("finished", NOW)
    with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
        store.db.execute("UPDATE articles SET site_id = 99")


def test_what_is_taken_out_in_a_run_leaves_nothing_that_refers_to_it(
    store: Store, make_visit: MakeVisit
) -> None:
    url = "https://news.example/a"
    store.record([make_visit(url, visit(Library(9), 0).article)])
    with store.db.atomic():  # a reader's own notes
        store.db.execute("CREATE TABLE notes (article_id INTEGER REFERENCES articles(id))")
        store.db.execute("INSERT INTO notes SELECT id FROM articles")
    sign = takedowns.Takedown("1", url, NOW, "r", "b", (url,), (), (), 0)
    with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
        apply_takedown(store.db, sign)
    assert len(list(store.db.query("SELECT * FROM stories"))) == 1
    with store.db.atomic():
        store.db.execute("DROP TABLE notes")
    apply_takedown(store.db, sign)
    assert list(store.db.query("SELECT * FROM stories")) == []
    assert store.db.execute("PRAGMA foreign_key_check").fetchall() == []


def test_what_a_transaction_has_taken_back_is_not_taken_for_known(
    store: Store, make_visit: MakeVisit
) -> None:
    url = "https://other.example/a"
    told = FoundUrl("https://third.example/b", "page", "link", url, family="h a/*")
    store.record([make_visit("https://news.example/")])
    with suppress(OSError), store.db.atomic():
        store.add_site(url)
        store.wait_for([told], NOW)
        raise OSError("the disk is full")
    # the keys that it gave go to others now
    store.record([make_visit("https://fresh.example/"), make_visit(url, found=(told,))])
    rows = store.db.execute("SELECT u.url, s.host FROM urls u JOIN sites s ON s.id = u.site_id")
    assert sorted(rows.fetchall()) == [
        ("https://fresh.example/", "fresh.example"),
        ("https://news.example/", "news.example"),
        (url, "other.example"),
        (told.url, "third.example"),
    ]
