"""No view and no query of the documentation walks through what is large."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from benchmarks.library import build
from benchmarks.reading import LARGE, ask, documented, questions, walked
from crawler.archive.database import FILE_NAME, open_for_reading


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reading") / "archive"
    build(folder, 800)
    return folder


@pytest.fixture(scope="module")
def connection(archive: Path) -> Iterator[sqlite3.Connection]:
    with closing(open_for_reading(archive)) as db:
        yield db.conn


def test_no_question_walks_through_a_large_table(
    archive: Path, connection: sqlite3.Connection
) -> None:
    asked = list(questions(connection))
    assert len(asked) > 60
    walks = {}
    for question in asked:
        answer = ask(archive / FILE_NAME, question.sql)
        # the first rows of all need no index
        if answer.walked and not question.name.endswith(": 100 rows"):
            walks[question.name] = answer.walked
    assert walks == {}


def test_a_walk_is_seen(connection: sqlite3.Connection) -> None:
    for sql in (
        "SELECT max(length(body_text)) FROM revision_texts",
        "SELECT count(*) FROM stories WHERE body_text LIKE '%river%'"
        " AND id IN (SELECT revision_id FROM revision_texts WHERE sources LIKE '%x%')",
    ):
        assert walked(connection, sql) & LARGE == {"revision_texts"}
    assert not walked(connection, "SELECT body_text FROM stories WHERE id = 7") & LARGE


def test_the_documentation_is_asked() -> None:
    names = [question.name for question in documented()]
    assert any(name.startswith("README.md") for name in names)
    assert sum(name.startswith("docs/query.md") for name in names) >= 20
