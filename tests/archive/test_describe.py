"""The descriptions cover the schema, in the archive and in the documentation."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from crawler.archive import database
from crawler.archive.database import open_for_writing
from crawler.archive.describe import (
    DESCRIPTIONS,
    is_described,
    write_descriptions,
)
from crawler.archive.migrations import bring_up_to_date
from crawler.archive.schema_page import schema_markdown

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def db() -> Database:
    db = Database(memory=True)
    bring_up_to_date(db)
    return db


def test_every_table_view_and_column_is_described_and_nothing_else(db: Database) -> None:
    named = {
        name
        for name in [*db.table_names(), *db.view_names()]
        if not name.startswith(("sqlite_", "_sqlite", "stories_fts", "_pairs_fts"))
    }
    assert set(DESCRIPTIONS) == named
    for name, columns in DESCRIPTIONS.items():
        actual = [row["name"] for row in db.query(f"PRAGMA table_info([{name}])")]
        assert [column for column in columns if column] == actual, name


def test_the_archive_describes_itself(db: Database) -> None:
    write_descriptions(db)
    write_descriptions(db)
    (row,) = db.query(
        "SELECT description FROM descriptions"
        " WHERE table_name = 'stories' AND column_name = 'title'"
    )
    assert row["description"] == "Headline."


def test_an_archive_of_an_earlier_text_is_described_anew(tmp_path: Path) -> None:
    what = "SELECT description FROM descriptions WHERE table_name = 'stories' AND column_name = ''"
    with closing(open_for_writing(tmp_path)) as db:
        (said,) = db.execute(what).fetchone()
        with db.atomic():
            db.execute("UPDATE descriptions SET description = 'of old' WHERE column_name = ''")
            db.execute("INSERT INTO descriptions VALUES ('gone', '', 'a table of old')")
    with closing(open_for_writing(tmp_path)) as db:
        assert db.execute(what).fetchone() == (said,)
        assert is_described(db)
        # and is not written to where nothing has changed
        before = db.conn.total_changes
        open_for_writing(tmp_path).close()
        version = db.execute("PRAGMA data_version").fetchone()
        open_for_writing(tmp_path).close()
        assert db.execute("PRAGMA data_version").fetchone() == version
        assert db.conn.total_changes == before


def test_descriptions_wait_for_no_other_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_BUSY_TIMEOUT", 10)
    with closing(open_for_writing(tmp_path)) as db, db.atomic():
        db.execute("DELETE FROM descriptions")
        open_for_writing(tmp_path).close()
    with closing(open_for_writing(tmp_path)) as db:
        assert is_described(db)


def test_the_documented_schema_is_that_of_the_code(db: Database) -> None:
    documented = (ROOT / "docs" / "schema.md").read_text(encoding="utf-8")
    assert documented == schema_markdown(db), "run `make docs`"
