"""Opening archives, good and bad."""

from __future__ import annotations

import hashlib
import sqlite3
from pathlib import Path

import pytest

from crawler.archive import database
from crawler.archive.migrations import migrations
from crawler.archive.store import Store
from crawler.errors import ArchiveError


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    Store(tmp_path).close()
    return tmp_path


def test_an_archive_opens_again(archive: Path) -> None:
    database.check(archive)
    with database.open_for_reading(archive) as db:
        assert db["stories"].count == 0


def test_a_new_archive_has_the_promised_settings(archive: Path) -> None:
    with database.open_for_writing(archive) as db:
        pragma = {name: db.execute(f"PRAGMA {name}").fetchone()[0] for name in
                  ("journal_mode", "foreign_keys", "page_size", "synchronous")}  # fmt: skip
    assert pragma == {"journal_mode": "wal", "foreign_keys": 1, "page_size": 8192, "synchronous": 1}


def test_all_tables_are_strict(archive: Path) -> None:
    with database.open_for_reading(archive) as db:
        tables = [
            row for row in db.query("PRAGMA table_list")
            if row["type"] == "table" and not row["name"].startswith(("sqlite_", "_sqlite"))
        ]  # fmt: skip
    assert len(tables) >= 13
    assert all(row["strict"] for row in tables)


def test_looking_at_an_archive_changes_no_byte(archive: Path) -> None:
    path = archive / database.FILE_NAME
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    database.check(archive)
    with database.open_for_reading(archive) as db:
        assert list(db.query("SELECT * FROM stories")) == []
    assert hashlib.sha256(path.read_bytes()).hexdigest() == before


def test_checking_a_folder_that_is_not_there_makes_none(tmp_path: Path) -> None:
    database.check(tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_a_file_in_place_of_the_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("x")
    with pytest.raises(ArchiveError, match="is a file"):
        database.check(tmp_path / "f")


def test_reading_no_archive_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match=r"no archive at .* scrapy crawl news"):
        database.open_for_reading(tmp_path)


def test_a_file_that_is_no_database_is_told_and_kept(tmp_path: Path) -> None:
    path = tmp_path / database.FILE_NAME
    path.write_bytes(b"no database at all, but long enough to look" * 100)
    with pytest.raises(ArchiveError, match="cannot open"):
        database.check(tmp_path)
    with pytest.raises(ArchiveError, match="cannot open"):
        Store(tmp_path)
    assert path.read_bytes().startswith(b"no database at all")


def test_somebody_elses_database_is_told_and_kept(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / database.FILE_NAME) as other:
        other.execute("CREATE TABLE mine (x)")
    with pytest.raises(ArchiveError, match="not a Hemeroteca archive"):
        Store(tmp_path)


def test_an_archive_whose_making_was_broken_off_is_made_anew(tmp_path: Path) -> None:
    with database.open_for_writing(tmp_path) as db:
        pass
    path = tmp_path / database.FILE_NAME
    for file in tmp_path.iterdir():
        file.unlink()
    from sqlite_utils import Database

    with Database(sqlite3.connect(path)) as db:
        migrations.ensure_migrations_table(db)
    database.check(tmp_path)
    Store(tmp_path).close()
    with database.open_for_reading(tmp_path) as db:
        assert db["stories"].count == 0


def test_an_archive_of_a_newer_version_is_left_alone(archive: Path) -> None:
    with database.open_for_writing(archive) as db:
        db.table(migrations.migrations_table).insert(
            {"migration_set": migrations.name, "name": "m999_future", "applied_at": "2030"}
        )
    with pytest.raises(ArchiveError, match=r"newer version .*m999_future"):
        database.check(archive)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("x")
    with pytest.raises(ArchiveError, match="cannot write"):
        database.open_for_writing(tmp_path / "f" / "deep")
