"""An archive that cannot be written can be read: another account's, or a mounted snapshot."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from crawler.archive.database import open_for_writing
from crawler.archive.lock import ArchiveLock

from .conftest import Archived, run_loaded, run_scrapy
from .loaded import Loaded
from .test_errors import complaint, fingerprint

Run = Callable[..., "subprocess.CompletedProcess[str]"]

# As root, what a mode forbids is allowed: without this right it is not.
POWERLESS = ("setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner")
_MOUNTED = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"'


def works(*command: str) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def set_modes(folder: Path, *, writable: bool) -> None:
    for path in (folder, *folder.rglob("*")):
        path.chmod((0o755 if path.is_dir() else 0o644) if writable else
                   (0o555 if path.is_dir() else 0o444))  # fmt: skip


@cache
def powerless() -> Loaded:
    """Scrapy without the right to write everywhere, for all tests of a process of pytest."""
    return Loaded(*(POWERLESS if os.geteuid() == 0 else ()))


def running(where: Loaded) -> Run:
    """tmp: the folder for scratch files."""

    def run(*words: str, tmp: Path | None = None) -> subprocess.CompletedProcess[str]:
        return run_loaded(where, *words, **({"TMPDIR": str(tmp)} if tmp else {}))

    return run


@pytest.fixture(params=["permissions", "mount"])
def read_only(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[Path], Run]]:
    """Gives what makes a folder one that cannot be written; that gives what runs `scrapy` so."""
    made: list[Path] = []
    mounted: list[Loaded] = []

    def by_permissions(folder: Path) -> Run:
        if os.geteuid() == 0 and not works(*POWERLESS, "true"):
            pytest.skip("root may write everywhere here, and setpriv cannot take that right away")
        set_modes(folder, writable=False)
        made.append(folder)
        return running(powerless())

    def by_mount(folder: Path) -> Run:
        if not works("unshare", "-m", "sh", "-c", _MOUNTED, str(tmp_path), "true"):
            pytest.skip("nothing may be mounted here")
        mounted.append(Loaded("unshare", "-m", "sh", "-c", _MOUNTED, str(folder)))
        return running(mounted[-1])

    yield by_permissions if request.param == "permissions" else by_mount
    for folder in made:
        set_modes(folder, writable=True)
    for each in mounted:
        each.close()


@pytest.fixture
def copy(archived: Archived, tmp_path: Path) -> Path:
    return Path(shutil.copytree(archived.folder, tmp_path / "copy"))


def test_everything_that_reads_works_and_leaves_no_trace(
    copy: Path, tmp_path: Path, read_only: Callable[[Path], Run], archived: Archived
) -> None:
    url = archived.rows("SELECT url FROM stories LIMIT 1")[0]["url"]
    before = fingerprint(copy)
    scrapy = read_only(copy)
    for command in (
        ("status", str(copy)),
        ("show", url, "-a", f"archive={copy}"),
        ("export", "cdxj", str(copy)),
        ("export", "wacz", str(copy), "-o", str(tmp_path / "a.wacz")),
        ("export", "datasette", str(copy)),
        ("graph", str(copy)),
        ("search", "river", "-a", f"archive={copy}"),
    ):
        done = scrapy(*command)
        assert done.returncode == 0, (command, done.stderr)
        if command[0] == "status":
            assert done.stdout == run_scrapy(*command).stdout
    done = scrapy("verify", str(copy))
    assert done.returncode == 0, done.stdout
    assert done.stdout.endswith("sound\n")
    assert fingerprint(copy) == before


def left_by_a_kill(folder: Path, tmp_path: Path) -> Path:
    """A copy of an archive as a killed run leaves it: its last changes are in the log alone."""
    killed = Path(shutil.copytree(folder, tmp_path / "killed"))
    connection = sqlite3.connect(folder / "archive.db")
    connection.execute("UPDATE runs SET outcome = 'only in the log'")
    connection.commit()
    for name in ("archive.db", "archive.db-wal"):
        shutil.copy(folder / name, killed / name)
    connection.close()
    assert (killed / "archive.db-wal").stat().st_size > 0
    assert b"only in the log" not in (killed / "archive.db").read_bytes()
    return killed


def test_what_a_killed_run_left_in_the_log_is_read_out_of_a_private_copy(
    copy: Path, tmp_path: Path, read_only: Callable[[Path], Run]
) -> None:
    killed = left_by_a_kill(copy, tmp_path)
    before = fingerprint(killed)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    scrapy = read_only(killed)
    done = scrapy("status", str(killed), tmp=scratch)
    assert done.returncode == 0, done.stderr
    assert "only in the log" in done.stdout
    done = scrapy("verify", str(killed), tmp=scratch)
    assert done.returncode == 0, done.stdout
    assert fingerprint(killed) == before
    assert list(scratch.iterdir()) == []


@pytest.mark.parametrize("read_only", ["permissions"], indirect=True)
def test_an_archive_of_an_earlier_version_is_read_as_a_copy_of_today(
    copy: Path, read_only: Callable[[Path], Run]
) -> None:
    with sqlite3.connect(copy / "archive.db") as connection:
        connection.execute("DELETE FROM _sqlite_migrations WHERE name = 'm008_losses'")
        connection.execute("DROP TABLE lost_captures")
        connection.execute("DROP TABLE damaged_files")
    connection.close()
    before = fingerprint(copy)
    done = read_only(copy)("status", str(copy))
    assert done.returncode == 0, done.stderr
    assert "39 articles" in done.stdout
    assert fingerprint(copy) == before


@pytest.mark.parametrize("read_only", ["permissions"], indirect=True)
def test_beside_a_run_the_newest_is_read(copy: Path, read_only: Callable[[Path], Run]) -> None:
    (copy / "archive.db-wal").touch()  # a mode is set before the run comes
    lock = ArchiveLock(copy)
    lock.acquire()
    db = open_for_writing(copy)
    try:
        db.execute("UPDATE runs SET outcome = 'only in the log'")
        db.conn.commit()
        done = read_only(copy)("status", str(copy))
    finally:
        set_modes(copy, writable=True)
        db.close()
        lock.release()
    assert done.returncode == 0, done.stderr
    assert "only in the log" in done.stdout


@pytest.mark.parametrize("read_only", ["permissions"], indirect=True)
def test_what_must_write_says_in_one_line_that_it_cannot(
    copy: Path, tmp_path: Path, read_only: Callable[[Path], Run], archived: Archived
) -> None:
    (warc,) = (archived.folder / "warc").iterdir()
    before = fingerprint(copy)
    scrapy = read_only(copy)
    for command in (
        ("crawl", "article", "-a", f"url={archived.base}/", "-a", f"archive={copy}", "-a",
         "allow_private=1"),
        ("import", str(warc), "-a", f"archive={copy}"),
        ("reextract", str(copy)),
        ("rebuild", str(copy), "--replace"),
        ("verify", str(copy), "--refetch"),
    ):  # fmt: skip
        done = scrapy(*command)
        assert done.returncode == 2, (command, done.stderr)
        assert "cannot be written" in complaint(done.stderr)
    assert fingerprint(copy) == before
