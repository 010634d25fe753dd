"""A database that is lost, damaged or copied: said in one line, and never made anew in silence."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from crawler.fixity.archive import verify

from .conftest import PLAINLY, Archived, query, run_scrapy
from .test_errors import complaint, fingerprint
from .test_interrupted import start, wait_for_stories


@pytest.fixture
def copy(archived: Archived, tmp_path: Path) -> Path:
    return Path(shutil.copytree(archived.folder, tmp_path / "copy"))


def crawl_article(folder: Path, base: str) -> subprocess.CompletedProcess[str]:
    return run_scrapy("crawl", "article", "-a", f"url={base}/", "-a", f"archive={folder}",
                      "-a", "allow_private=1")  # fmt: skip


@pytest.mark.parametrize("how", ["gone", "empty"])
def test_no_new_database_is_made_where_one_is_lost(
    copy: Path, archived: Archived, how: str
) -> None:
    (warc,) = (copy / "warc").iterdir()
    (copy / "archive.db").unlink()
    if how == "empty":
        (copy / "archive.db").touch()
    before = fingerprint(copy)
    commands = [("status", str(copy)), ("import", str(warc), "-a", f"archive={copy}")]
    if how == "empty":
        del commands[0]
    for done in (crawl_article(copy, archived.base), *(run_scrapy(*each) for each in commands)):
        assert done.returncode == 2, done.stderr
        said = complaint(done.stderr)
        assert "has 1 WARC file" in said
        assert f"scrapy rebuild {copy}" in said
    assert fingerprint(copy) == before
    # and what is said is the remedy
    words = said[said.index("scrapy rebuild") + 7 :].split()
    assert run_scrapy(*words).returncode == 0
    assert verify(copy).sound


def test_the_log_of_a_lost_database_does_not_get_into_the_next_one(
    copy: Path, tmp_path: Path
) -> None:
    connection = sqlite3.connect(copy / "archive.db")
    connection.execute("UPDATE urls SET reason = 'of the lost database'")
    connection.commit()
    shutil.copy(copy / "archive.db-wal", tmp_path / "log")
    connection.close()
    (copy / "archive.db").unlink()
    shutil.copy(tmp_path / "log", copy / "archive.db-wal")
    assert run_scrapy("rebuild", str(copy)).returncode == 0
    report = verify(copy)
    assert report.sound, report.damage
    assert not query(copy, "SELECT 1 FROM urls WHERE reason = 'of the lost database'")


@pytest.mark.parametrize("page", [1, 12])
def test_a_damaged_database_costs_no_command_more_than_a_line(
    copy: Path, archived: Archived, tmp_path: Path, page: int
) -> None:
    """Zeros over forty thousand bytes, as a bad disk leaves them."""
    url = archived.rows("SELECT url FROM stories LIMIT 1")[0]["url"]
    with (copy / "archive.db").open("r+b") as file:
        file.seek(8192 * page)
        file.write(b"\0" * 40_000)
    failed = 0
    for command in (
        ("status", str(copy)),
        ("diff", url, "-a", f"archive={copy}"),
        ("show", url, "-a", f"archive={copy}"),
        ("graph", str(copy), "-o", str(tmp_path / "g")),
        ("export", "cdxj", str(copy), "-o", str(tmp_path / "i")),
        ("export", "wacz", str(copy), "-o", str(tmp_path / "w")),
        ("reextract", str(copy), "--again"),
    ):
        done = run_scrapy(*command)
        assert "Traceback" not in done.stderr, command
        if done.returncode:
            # the page that is damaged may be one that a command has no need of: 7, nothing to show
            assert done.returncode in (2, 6, 7), (command, done.stderr)
            assert str(copy) in complaint(done.stderr) or command[0] == "diff"
            failed += 1
    done = crawl_article(copy, archived.base)
    assert "Traceback" not in done.stderr
    assert failed
    done = run_scrapy("verify", str(copy))
    assert done.returncode == 6, done.stderr
    assert "rebuild --replace" in done.stdout
    assert run_scrapy("rebuild", str(copy), "--replace").returncode == 0
    assert verify(copy).sound


def test_a_copy_that_is_made_beside_a_crawl_is_sound(demo: str, tmp_path: Path) -> None:
    """As docs/operate.md says: the database first, then the WARC files."""
    folder = tmp_path / "a"
    copies = []
    with start(demo, folder) as run:
        for number in (3, 12, 24):
            wait_for_stories(folder, number)
            copied = tmp_path / f"copy-{number}"
            copied.mkdir()
            with closing(sqlite3.connect(folder / "archive.db")) as source:
                source.execute("VACUUM INTO ?", (str(copied / "archive.db"),))
            shutil.copytree(folder / "warc", copied / "warc")
            copies.append(copied)
        run.communicate(timeout=500)
    for copied in copies:
        report = verify(copied)
        assert report.sound, report.damage
        # and half a record at its end, as a copy in flight has it
        (path,) = (copied / "warc").iterdir()
        os.truncate(path, path.stat().st_size - 5)
        report = verify(copied)
        assert report.sound, report.damage


def test_a_copy_in_two_steps_has_a_file_open_and_closed(copy: Path, archived: Archived) -> None:
    (path,) = (copy / "warc").iterdir()
    whole = path.read_bytes()
    beginning = path.with_name(path.name + ".open")
    with sqlite3.connect(copy / "archive.db") as connection:
        connection.execute("DELETE FROM warc_files")  # the run that closed it came later
    beginning.write_bytes(whole[: len(whole) // 2])
    report = verify(copy)
    assert report.sound, report.damage
    assert "the beginning of a file" in " ".join(each.what for each in report.notices)
    assert run_scrapy("reextract", *PLAINLY, str(copy)).returncode == 0
    assert not beginning.exists()
    assert path.read_bytes() == whole
    assert verify(copy).sound
    # one that says something else is nobody's copy: it is left, and told
    beginning.write_bytes(b"something else")
    assert "open and closed" in verify(copy).damage[0].what
    assert run_scrapy("reextract", *PLAINLY, str(copy)).returncode == 0
    assert path.read_bytes() == whole
    assert beginning.exists()


@pytest.mark.parametrize(
    "tail", [b"", b"\0" * 4096, b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff\x01"]
)
def test_what_a_crash_leaves_in_a_file_is_a_notice_until_the_next_run(
    copy: Path, tail: bytes
) -> None:
    """An answer that was not acknowledged before others behind it, and the end that power loss
    leaves: zeros, or the beginning of a record."""
    (path,) = (copy / "warc").iterdir()
    with sqlite3.connect(copy / "archive.db") as connection:
        connection.execute("DELETE FROM warc_files")
        (trigger,) = connection.execute(
            "SELECT sql FROM sqlite_master WHERE name = 'captures_are_never_deleted'"
        ).fetchone()
        connection.execute("DROP TRIGGER captures_are_never_deleted")
        connection.execute(
            "DELETE FROM captures WHERE url_id = (SELECT id FROM urls WHERE role = 'robots')"
        )
        connection.execute(trigger)
    connection.close()
    with path.open("ab") as file:
        file.write(tail)
    path.rename(path.with_name(path.name + ".open"))
    report = verify(copy)
    assert report.sound, report.damage
    assert report.counts["records not acknowledged"] == 1
    assert run_scrapy("reextract", *PLAINLY, str(copy)).returncode == 0
    report = verify(copy)
    assert report.sound, report.damage
    assert report.notices == []
