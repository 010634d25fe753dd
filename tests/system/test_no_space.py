"""A disk that is full: exit code 5 from whatever writes, and nothing lost."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from sqlite_utils import Database

from crawler.archive.database import explain, is_full
from crawler.errors import FullError
from tests.loopback import site

from .conftest import Archived, crawl, query, run_scrapy
from .test_silent_hosts import FAST, paper


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of sixteen megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(folder)]
    try:
        done = subprocess.run(mount, capture_output=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no mount here")
    if done.returncode:
        pytest.skip("nothing can be mounted here: it takes root")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(disk: Path, left: int) -> None:
    """Leave so many bytes."""
    with (disk / "filling").open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))
    with (disk / "filling").open("r+b") as file:
        file.truncate(max(0, (disk / "filling").stat().st_size - left))


def test_a_run_that_finds_no_space_says_so_and_is_resumed(tmp_path: Path, disk: Path) -> None:
    folder = disk / "a"
    command = ("news", folder, *FAST, "-s", "DISK_SPARE_BYTES=0")
    with site(paper()) as home:
        assert crawl(*command, site=home, discover="links", max_pages="2").returncode == 0
        fill(disk, 40 * 1024)
        for _ in range(2):
            done = crawl(*command, site=home, discover="links", revisit="now")
            assert done.returncode == 5, done.stderr
            assert "no space is left to write" in done.stderr
        assert run_scrapy("verify", str(folder)).returncode == 0
        (disk / "filling").unlink()
        done = crawl(*command, site=home, discover="links", revisit="now")
        assert done.returncode == 0, done.stderr
    stories = query(folder, "SELECT count(*) AS n FROM stories")
    assert stories == [{"n": 7}]
    # none that ended for want of space is said to have done all
    ended = query(folder, "SELECT outcome, exit_code FROM runs WHERE outcome = 'finished'")
    assert ended == [{"outcome": "finished", "exit_code": 0}]
    assert run_scrapy("verify", str(folder)).returncode == 0


def test_verbs_that_find_no_space_end_with_its_exit_code(
    archived: Archived, disk: Path, tmp_path: Path
) -> None:
    fill(disk, 8 * 1024)
    # of its own: a command that breaks off may leave SQLite's files beside what it read
    copy = shutil.copytree(archived.folder, tmp_path / "copy")
    source = str(copy)
    warc = next((copy / "warc").glob("*.warc.gz"))
    for words in (
        ("merge", "-o", str(disk / "union.db"), source),
        ("import", str(warc), "-a", f"archive={disk / 'imported'}"),
        ("export", "wacz", source, "-o", str(disk / "a.wacz")),
        ("export", "sqlite", source, "-o", str(disk / "a.db")),
        ("backup", str(disk / "backup"), "-a", f"archive={source}"),
        ("graph", source, "-o", str(disk / "a.graphml")),
    ):
        done = run_scrapy(*words)
        assert done.returncode == 5, (words, done.stderr)
        assert "space" in done.stderr or "free" in done.stderr, (words, done.stderr)
        assert str(disk) in done.stderr, (words, done.stderr)
        assert len(done.stderr.splitlines()) == 1, (words, done.stderr)


def test_what_sqlite_calls_full_is_told_apart_from_damage(tmp_path: Path) -> None:
    db = Database(tmp_path / "archive.db")
    db.execute("CREATE TABLE t (x)")
    db.execute("PRAGMA max_page_count = 3")
    with pytest.raises(sqlite3.OperationalError) as caught:
        db.execute("INSERT INTO t VALUES (zeroblob(100000))")
    assert is_full(tmp_path, caught.value)
    said = explain(tmp_path, caught.value)
    assert isinstance(said, FullError)
    assert "no space is left to write" in str(said)
    assert not is_full(tmp_path, sqlite3.OperationalError("no such table"))
