"""Backups in an object store: a local server that speaks S3."""

from __future__ import annotations

import http.client
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from http import HTTPStatus
from pathlib import Path

import pytest

from benchmarks.replay_server import free_port
from crawler.archive.takedowns import all_takedowns
from crawler.backup.later import note_beside, takedowns_after
from crawler.backup.restoring import restore
from crawler.backup.saving import TAKEDOWNS
from crawler.backup.store import LOCK, ObjectStore, backup_to_store
from crawler.demo.server import serve
from crawler.errors import ArchiveError, BusyError, DamageError, UsageError

from .conftest import ROOT, Archived, crawl, query
from .test_backup import STORIES, copy_of, sound, spoil
from .test_takedown import taken_down

MOTO = ROOT / ".venv-replay" / "bin" / "moto_server"


def nothing(done: int, whole: int) -> None:
    pass


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    """A place for backups: an S3 of our own with one bucket."""
    if not MOTO.exists():
        pytest.fail("no S3 to test with is installed: make replay-tools")
    port = free_port()
    with subprocess.Popen(
        [str(MOTO), "-H", "127.0.0.1", "-p", str(port)], stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as server:  # fmt: skip
        try:
            with pytest.MonkeyPatch.context() as patch:
                for name, value in (
                    ("AWS_ENDPOINT", f"http://127.0.0.1:{port}"), ("AWS_ALLOW_HTTP", "true"),
                    ("AWS_ACCESS_KEY_ID", "x"), ("AWS_SECRET_ACCESS_KEY", "x"),
                    ("AWS_REGION", "us-east-1"),
                ):  # fmt: skip
                    patch.setenv(name, value)
                _make_bucket(port, "press")
                yield "s3://press"
        finally:
            server.terminate()


def _make_bucket(port: int, name: str) -> None:
    """Once the server answers. Buckets are no matter of ours, nor of obstore."""
    ends = time.monotonic() + 120
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            connection.request("PUT", f"/{name}")
            assert connection.getresponse().status == HTTPStatus.OK
            return
        except OSError:
            if time.monotonic() > ends:
                raise
            time.sleep(0.2)
        finally:
            connection.close()


def test_what_is_in_the_store_is_restored_and_only_what_is_new_is_sent(
    tmp_path: Path, archived: Archived, bucket: str
) -> None:
    folder, address = copy_of(archived, tmp_path / "a"), f"{bucket}/one"
    first = backup_to_store(folder, address, nothing)
    assert (first.files, first.new_files) == (1, 1)
    with serve("evening") as url:
        crawl("news", folder, site=url)
    second = backup_to_store(folder, address, nothing)
    assert (second.files, second.new_files) == (2, 1)
    assert LOCK not in ObjectStore(address).sizes()
    assert {"destination": address} in query(folder, "SELECT destination FROM backups")
    again = tmp_path / "r"
    restore(address, again, lambda folder: 0)
    assert query(again, STORIES) == query(folder, STORIES)
    sound(again)


def test_two_backups_at_once_are_told_apart(
    tmp_path: Path, archived: Archived, bucket: str
) -> None:
    folder, address = copy_of(archived, tmp_path / "a"), f"{bucket}/two"
    store = ObjectStore(address)
    backup_to_store(folder, address, nothing)
    store.write(LOCK, b'{"pid": 1, "host": "h", "since": "2999-01-01T00:00:00+00:00"}')
    with pytest.raises(BusyError, match="in use by process 1"):
        backup_to_store(folder, address, nothing)
    # one that died long ago is in nobody's way
    store.write(LOCK, b'{"pid": 1, "host": "h", "since": "2020-01-01T00:00:00+00:00"}')
    backup_to_store(folder, address, nothing)


def test_what_is_no_backup_of_this_archive_is_refused(
    tmp_path: Path, archived: Archived, bucket: str
) -> None:
    folder, other = copy_of(archived, tmp_path / "a"), tmp_path / "o"
    with serve("morning") as url:
        crawl("news", other, site=url)
    backup_to_store(other, f"{bucket}/three", nothing)
    with pytest.raises(ArchiveError, match="another archive"):
        backup_to_store(folder, f"{bucket}/three", nothing)
    ObjectStore(f"{bucket}/four").write("letter.txt", b"keep")
    with pytest.raises(ArchiveError, match="other objects"):
        backup_to_store(folder, f"{bucket}/four", nothing)
    with pytest.raises(ArchiveError, match="no backup at"):
        restore(f"{bucket}/nothing", tmp_path / "r", lambda folder: 0)
    assert not (tmp_path / "r").exists()


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("gopher://x/y", "no address of an object store"),
        ("file:///mnt/backup", "name the folder: /mnt/backup"),
        ("memory://press", "is in no object store"),
    ],
)
def test_what_is_no_place_that_lasts_is_told_in_one_line(address: str, says: str) -> None:
    with pytest.raises(UsageError, match=says) as caught:
        ObjectStore(address)
    assert "\n" not in str(caught.value)


def test_damage_does_not_reach_the_store(tmp_path: Path, archived: Archived, bucket: str) -> None:
    folder, address = copy_of(archived, tmp_path / "a"), f"{bucket}/five"
    backup_to_store(folder, address, nothing)
    before = ObjectStore(address).sizes()
    with serve("evening") as url:
        crawl("news", folder, site=url)
    with sqlite3.connect(folder / "archive.db") as db:
        (name,) = db.execute("SELECT name FROM warc_files ORDER BY closed_at DESC").fetchone()
    spoil(folder / "warc" / name)
    with pytest.raises(DamageError):
        backup_to_store(folder, address, nothing)
    assert ObjectStore(address).sizes() == before


def test_a_takedown_is_written_beside_it_and_taken_out_by_the_next_one(
    tmp_path: Path, archived: Archived, bucket: str
) -> None:
    folder, address = copy_of(archived, tmp_path / "a"), f"{bucket}/six"
    backup_to_store(folder, address, nothing)
    before = ObjectStore(address).sizes()
    url = query(folder, "SELECT url FROM stories ORDER BY url LIMIT 1")[0]["url"]
    assert taken_down(folder, url).returncode == 0
    with closing(sqlite3.connect(folder / "archive.db")) as db:
        (takedown,) = all_takedowns(db)
    if TAKEDOWNS not in ObjectStore(address).sizes():
        assert note_beside([address], takedown) == []
    assert [each.uuid for each in takedowns_after(address, None)] == [takedown.uuid]
    backup_to_store(folder, address, nothing)
    after = ObjectStore(address).sizes()
    assert TAKEDOWNS not in after
    assert not {name for name in before if name.startswith("warc/")} & set(after)
    shutil.rmtree(folder)
    restore(address, folder, lambda folder: 0)
    assert query(folder, "SELECT url FROM stories WHERE url = '" + url + "'") == []
    sound(folder)
