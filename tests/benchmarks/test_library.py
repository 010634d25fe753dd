"""An archive written in bulk is the one that a crawl of the same stories would have made."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing

import pytest

from benchmarks.invented import PAPERS, Library
from benchmarks.library import build, revisit, visit
from crawler.archive import audit
from crawler.archive.database import open_for_reading
from crawler.archive.soundness import unsound
from crawler.archive.store import Store

STORIES = 300


@pytest.fixture(scope="module")
def bulk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    folder = tmp_path_factory.mktemp("library") / "archive"
    build(folder, STORIES)
    with closing(open_for_reading(folder)) as db:
        yield db.conn


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    """The same visits, each stored as a crawl does it."""
    folder = tmp_path_factory.mktemp("crawled") / "archive"
    library, store = Library(STORIES), Store(folder, extractor="bench/1")
    for paper in PAPERS:
        store.add_site(f"https://{paper.host}/")
    store.begin_run(
        "news", {"site": "https://courier.example/"}, "bench/1", "2026-01-01T00:00:00+00:00"
    )
    store.record([visit(library, number) for number in range(STORIES)])
    store.finish_run("finished", "2026-01-01T00:05:00+00:00")
    revisit(store, library)
    store.close()
    with closing(open_for_reading(folder)) as db:
        yield db.conn


def test_it_is_sound(bulk: sqlite3.Connection) -> None:
    assert list(unsound(bulk)) == []


def test_each_view_says_what_that_of_a_crawl_says(
    bulk: sqlite3.Connection, crawled: sqlite3.Connection
) -> None:
    views = [
        name for (name,) in crawled.execute("SELECT name FROM sqlite_master WHERE type = 'view'")
    ]
    assert len(views) > 10
    for view in views:
        one, other = (_rows(each, view) for each in (bulk, crawled))
        assert one == other, view
        assert one or view == "story_copies", view  # none of these is in two newspapers


def test_each_table_has_as_many_rows_as_that_of_a_crawl(
    bulk: sqlite3.Connection, crawled: sqlite3.Connection
) -> None:
    one, other = _counts(bulk), _counts(crawled)
    # what only a crawl needs
    assert {name for name in one if one[name] != other[name]} <= {"_article_bands"}
    assert one["edits"]
    assert one["_links"] > 10 * STORIES


def test_the_search_index_has_what_that_of_a_crawl_has(
    bulk: sqlite3.Connection, crawled: sqlite3.Connection
) -> None:
    for words in ("the", "council OR police", "los", "title: of", '"of the"'):
        sql = "SELECT rowid FROM stories_fts WHERE stories_fts MATCH ? ORDER BY rowid"
        found = bulk.execute(sql, (words,)).fetchall()
        assert found == crawled.execute(sql, (words,)).fetchall()
        assert found, words
    config = "SELECT * FROM stories_fts_config"
    assert bulk.execute(config).fetchall() == crawled.execute(config).fetchall()


def test_its_tables_are_those_of_any_archive(
    bulk: sqlite3.Connection, crawled: sqlite3.Connection
) -> None:
    sql = "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite%' ORDER BY 1, 2"
    assert bulk.execute(sql).fetchall() == crawled.execute(sql).fetchall()
    for pragma in ("page_size", "journal_mode", "application_id"):
        assert _value(bulk, f"PRAGMA {pragma}") == _value(crawled, f"PRAGMA {pragma}")


def test_it_has_captures_as_whoever_compares_them_with_warc_reads_them(
    bulk: sqlite3.Connection, crawled: sqlite3.Connection
) -> None:
    assert audit.files_of_captures(bulk) == audit.files_of_captures(crawled)
    (name,) = audit.names_of_files(bulk)
    assert list(audit.captures_in(bulk, name)) == list(audit.captures_in(crawled, name))


def test_it_has_all_kinds_of_links_languages_and_stories(bulk: sqlite3.Connection) -> None:
    relations = {name for (name,) in bulk.execute("SELECT DISTINCT relation FROM story_links")}
    assert relations == {
        "previous", "next", "inline", "also_read", "related", "latest", "popular", "featured",
        "sponsored",
    }  # fmt: skip
    sites = dict(bulk.execute("SELECT site, count(*) FROM stories GROUP BY 1").fetchall())
    assert sites == {paper.host: STORIES * paper.share // 100 for paper in PAPERS}
    assert _value(bulk, "SELECT count(*) FROM missing_stories WHERE state IS NOT NULL")


def test_stories_are_the_same_for_the_same_number() -> None:
    one, other = Library(STORIES), Library(STORIES)
    for number in (7, 0, 299, 7):
        assert one.article(number) == other.article(number)
        assert list(one.links(number)) == list(other.links(number))


def test_words_are_as_frequent_as_in_a_language(bulk: sqlite3.Connection) -> None:
    texts = bulk.execute("SELECT body_text FROM stories WHERE language = 'en'")
    counts = Counter(word for (text,) in texts for word in re.findall(r"\w+", text.lower()))
    words, common = counts.total(), [number for _, number in counts.most_common(50)]
    assert 0.02 < common[0] / words < 0.1
    assert 0.25 < sum(common) / words < 0.5
    assert sum(number == 1 for number in counts.values()) > len(counts) / 4
    # stems have several forms
    assert sum(f"{word}s" in counts for word in counts) > 300


def _rows(connection: sqlite3.Connection, view: str) -> list[tuple[object, ...]]:
    names = [row[1] for row in connection.execute(f"PRAGMA table_info({view})")]
    # keys are as they come
    kept = [f"[{name}]" for name in names if name != "id" and not name.endswith("_id")]
    return sorted(connection.execute(f"SELECT {', '.join(kept)} FROM {view}").fetchall(), key=repr)


def _counts(connection: sqlite3.Connection) -> dict[str, int]:
    names = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%'"
        " ESCAPE '\\' AND name NOT LIKE '%\\_fts\\_%' ESCAPE '\\' AND name <> 'stories_fts'"
    ).fetchall()
    return {name: _value(connection, f"SELECT count(*) FROM {name}") for (name,) in names}


def _value(connection: sqlite3.Connection, sql: str) -> int:
    (found,) = connection.execute(sql).fetchone()
    return found
