"""`scrapy status` and `scrapy runs` of a large archive: what they ask reads a few rows of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from benchmarks.library import build
from benchmarks.reading import walked
from crawler.archive.database import open_for_reading
from crawler.archive.queries import status
from crawler.archive.run_reports import last_runs
from crawler.archive.soundness import unsound

STORIES = 300
_STEPS = 100


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    folder = tmp_path_factory.mktemp("glance") / "archive"
    build(folder, STORIES)
    with closing(open_for_reading(folder)) as db:
        yield db


def _asked(db: Database, ask: Callable[[], object]) -> list[str]:
    """The statements that answer a question."""
    found: list[str] = []
    db.conn.set_trace_callback(found.append)
    try:
        ask()
    finally:
        db.conn.set_trace_callback(None)
    return [sql for sql in found if not sql.startswith("--")]


def test_no_table_that_grows_with_the_stories_is_walked_through(archive: Database) -> None:
    asked = _asked(archive, lambda: (status(archive), last_runs(archive.conn, 20)))
    assert len(asked) > 8
    large = {"articles", "revisions", "urls", "captures", "_links", "_linked", "revision_texts"}
    for sql in asked:
        assert not walked(archive.conn, sql) & large, sql


def test_the_last_capture_of_each_newspaper_is_found_in_an_index(archive: Database) -> None:
    steps = 0

    def step() -> int:
        nonlocal steps
        steps += 1
        return 0

    archive.conn.set_progress_handler(step, 1)
    try:
        archive.execute("SELECT last_captured_at FROM site_summary").fetchall()
    finally:
        archive.conn.set_progress_handler(None, 0)
    assert steps < STORIES


def test_what_is_said_is_what_is_there(archive: Database) -> None:
    told = status(archive)
    count = archive.execute("SELECT count(*) FROM linked_stories").fetchone()[0]
    assert told.linked_stories == count > 10 * STORIES
    first, last = archive.execute(
        "SELECT (SELECT published_at FROM stories ORDER BY published_utc IS NULL, published_utc"
        " LIMIT 1), (SELECT published_at FROM stories ORDER BY published_utc DESC LIMIT 1)"
    ).fetchone()
    assert (told.first_published, told.last_published) == (first, last)
    waiting = archive.execute("SELECT count(*) FROM urls WHERE state = 'queued'").fetchone()[0]
    assert told.waiting == waiting > 0


@pytest.mark.parametrize("harm", ["UPDATE _totals SET number = number + 1", "DELETE FROM _totals"])
def test_a_total_that_is_wrong_or_gone_is_damage(
    archive: Database, tmp_path: Path, harm: str
) -> None:
    with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
        archive.conn.backup(copy)
        assert list(unsound(copy)) == []
        copy.execute(harm)
        copy.commit()
        assert [each.what for each in unsound(copy)] == [
            "the number of links is not how many there are"
        ]


def test_stories_that_are_gone_are_counted_in_an_index_of_their_own(
    archive: Database, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
        archive.conn.backup(copy)
        # as far as anybody has counted, none is: so it is in most archives
        copy.execute("DELETE FROM sqlite_stat1 WHERE idx LIKE 'articles_gone%'")
        copy.commit()
    with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
        plan = copy.execute("EXPLAIN QUERY PLAN SELECT gone FROM site_summary").fetchall()
        assert any("articles_gone_of_site" in row[3] for row in plan)
