"""What users build on: each name here stays. A column may come, none may go."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlite_utils import Database

from crawler.archive.migrations import bring_up_to_date

CONTRACT = Path(__file__).with_name("contract.txt").read_text(encoding="utf-8")
"""A view or table a line, with its columns."""


def promised() -> dict[str, list[str]]:
    lines = [line for line in CONTRACT.splitlines() if line and not line.startswith("#")]
    return {name: columns.split() for name, _, columns in (line.partition(":") for line in lines)}


@pytest.fixture(scope="module")
def db() -> Database:
    db = Database(memory=True)
    bring_up_to_date(db)
    return db


def columns_of(db: Database, name: str) -> list[str]:
    return [row[1] for row in db.execute(f"PRAGMA table_info([{name}])")]


@pytest.mark.parametrize("name", promised())
def test_no_name_that_users_build_on_vanishes(db: Database, name: str) -> None:
    assert [column for column in promised()[name] if column not in columns_of(db, name)] == []


def test_every_public_name_is_promised(db: Database) -> None:
    public = {
        name
        for name in [*db.table_names(), *db.view_names()]
        if not name.startswith(("sqlite_", "_", "stories_fts_"))
    }
    assert set(promised()) == public
    for name in public:
        assert promised()[name] == columns_of(db, name), f"write the new columns of {name} down"
