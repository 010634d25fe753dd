"""An older archive is brought up to date whole or not at all, whenever that is killed."""

from __future__ import annotations

import functools
import gzip
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from crawler.archive import database
from crawler.archive.migrations import migrations
from crawler.archive.past import reading
from crawler.archive.soundness import unsound
from crawler.errors import BusyError, FullError

ROOT = Path(__file__).resolve().parents[2]
OLD = Path(__file__).parent / "old" / "m014.db.gz"
ASKED = (
    "SELECT url, title, authors, published_at, body_text FROM stories ORDER BY url",
    "SELECT from_url, relation, label, position, to_url FROM story_links ORDER BY 1, 2, 3, 4, 5",
    "SELECT url, linked_by FROM most_linked ORDER BY url",
    "SELECT url, state, reason FROM urls ORDER BY url",
    "SELECT rowid FROM stories_fts WHERE stories_fts MATCH 'river OR Fluss' ORDER BY rowid",
)
UPGRADE = """
import functools, os, signal, sqlite3, sys
from pathlib import Path
from crawler.archive import database

class Dying(sqlite3.Connection):
    left = int(sys.argv[2])

    def step(self, *_):
        Dying.left -= 1
        if not Dying.left:
            os.kill(os.getpid(), signal.SIGKILL)

    def execute(self, *args):
        self.step()
        return super().execute(*args)

    def backup(self, target, **_):
        if sys.argv[3] == "put in place":
            Dying.left = 5
        super().backup(target, pages=20, progress=self.step)

sqlite3.connect = functools.partial(sqlite3.connect, factory=Dying)
database.open_for_writing(Path(sys.argv[1])).close()
print(int(sys.argv[2]) - Dying.left)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "archive"
    folder.mkdir()
    (folder / database.FILE_NAME).write_bytes(gzip.decompress(OLD.read_bytes()))
    return folder


def upgrade(folder: Path, steps: int, killed_while: str = "") -> subprocess.CompletedProcess[str]:
    """In a process of its own, which is killed after so many steps, or while the new tables are
    `put in place`."""
    return subprocess.run(
        [sys.executable, "-c", UPGRADE, str(folder), str(steps), killed_while],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip


def answers(folder: Path) -> list[list[tuple[object, ...]]]:
    with closing(sqlite3.connect(folder / database.FILE_NAME)) as connection:
        return [connection.execute(sql).fetchall() for sql in ASKED]


def test_a_killed_upgrade_loses_nothing_and_begins_anew(folder: Path, tmp_path: Path) -> None:
    before = answers(folder)
    assert all(before)
    whole = tmp_path / "whole"
    shutil.copytree(folder, whole)
    done = upgrade(whole, 1_000_000)
    steps = int(done.stdout)
    assert steps > 200
    seen = set()
    for percent in (10, 30, 50, 70, 80, 90, 100):
        killed = tmp_path / f"killed-{percent}"
        shutil.copytree(folder, killed)
        when = "put in place" if percent == 100 else ""
        assert upgrade(killed, steps * percent // 100, when).returncode == -signal.SIGKILL
        seen |= {path.name for path in killed.iterdir()}
        # whatever opens it finds all of it
        assert answers(killed) == before
        with closing(database.open_for_writing(killed)) as db:
            assert not migrations.pending(db)
            assert list(unsound(db.conn)) == []
        assert answers(killed) == before
        assert [path.name for path in killed.iterdir()] == [database.FILE_NAME]
    # it was killed while it made the new tables, and while they took the archive's place
    assert {f"{database.FILE_NAME}{end}" for end in (reading.MADE, "-journal")} <= seen


def test_an_upgrade_writes_no_log_of_all_that_there_is(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder / database.FILE_NAME
    logs = []

    class Watched(sqlite3.Connection):
        def execute(self, *args):  # type: ignore[no-untyped-def]
            log = path.with_name(path.name + "-wal")
            logs.append(log.stat().st_size if log.exists() else 0)
            return super().execute(*args)

    monkeypatch.setattr(sqlite3, "connect", functools.partial(sqlite3.connect, factory=Watched))
    database.open_for_writing(folder).close()
    assert len(logs) > 100
    # but of the search index, which a later migration makes anew, and what tables without rows take
    assert max(logs) < path.stat().st_size


def test_an_archive_that_is_being_read_is_brought_up_to_date_all_the_same(folder: Path) -> None:
    with closing(sqlite3.connect(folder / database.FILE_NAME)) as reader:
        reader.execute("PRAGMA journal_mode = WAL")
        rows = reader.execute("SELECT url FROM articles ORDER BY url")
        first = rows.fetchone()
        with closing(database.open_for_writing(folder)) as db:
            assert list(unsound(db.conn)) == []
            assert db.journal_mode == "wal"
            found = db.execute("SELECT url FROM articles ORDER BY url").fetchall()
        assert [first, *rows.fetchall()] == found


def test_an_archive_that_another_program_writes_to_is_brought_up_to_date_later(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_BUSY_TIMEOUT", 50)
    before = answers(folder)
    for how in ("IMMEDIATE", "EXCLUSIVE"):
        with closing(sqlite3.connect(folder / database.FILE_NAME, isolation_level=None)) as other:
            other.execute(f"BEGIN {how}")
            for opened in (database.open_for_writing, database.open_for_reading):
                with pytest.raises(
                    BusyError, match=r"held by another program .*wait until it ends"
                ):
                    opened(folder)
            other.execute("COMMIT")
    assert answers(folder) == before
    with closing(database.open_for_reading(folder)) as db:
        assert not migrations.pending(db)


def test_an_upgrade_that_there_is_no_room_for_leaves_the_archive_as_it_was(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = answers(folder)

    def full(*_: object) -> None:
        error = sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise error

    monkeypatch.setattr(reading, "_index_texts", full)
    with pytest.raises(FullError, match="no space is left"):
        database.open_for_writing(folder)
    assert answers(folder) == before
    assert not (folder / f"{database.FILE_NAME}{reading.MADE}").exists()
