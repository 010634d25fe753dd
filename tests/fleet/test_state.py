"""A paper's archive goes to whoever has its lease, and only that one can replace it."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from benchmarks.bucket import Bucket, bucket
from crawler.backup.store import ObjectStore
from crawler.demo.server import serve
from crawler.errors import ArchiveError, DamageError
from crawler.fixity.archive import verify
from crawler.fleet.leases import DONE, Lease, give_back, note_state, take
from crawler.fleet.places import FolderPlace, Place, make_folder, place_of
from crawler.fleet.state import ASIDE, Workplace, clear, read_manifest, refuse_unusable
from tests.system.conftest import Archived, archived, crawl  # noqa: F401 (a fixture)

from .conftest import Fleet, papers, worker

Sql = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def s3() -> Iterator[Bucket]:
    with bucket() as found, pytest.MonkeyPatch.context() as patch:
        for name, value in found.environment.items():
            patch.setenv(name, value)
        yield found


@pytest.fixture(params=["folder", "bucket"])
def state(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where archives are kept: each test once in a folder, once in an object store."""
    if request.param == "folder":
        make_folder(tmp_path / "kept")
        return str(tmp_path / "kept")
    found: Bucket = request.getfixturevalue("s3")
    return f"{found.address}/{tmp_path.name}"


def lease(fence: int, manifest: str | None = None) -> Lease:
    return Lease("daily", fence, "w", 60, 0, manifest, datetime.now(UTC), "")


def put(here: Workplace, place: Place, fence: int, serial: int = 1) -> str:
    found = here.put(place, lease(fence), serial, lambda count: None)
    assert found is not None
    here.stored(found, is_running=False)
    return found


def titles(folder: Path) -> list[str]:
    with closing(sqlite3.connect(folder / "archive.db")) as db:
        return [title for (title,) in db.execute("SELECT title FROM stories ORDER BY url")]


def begun(scratch: Path, archive: Path) -> Workplace:
    """A worker's place in which a run has made this archive."""
    here = Workplace(scratch, "daily")
    here.enter()
    here.begin()
    shutil.copytree(archive, here.archive, dirs_exist_ok=True)
    return here


def test_an_archive_goes_from_worker_to_worker_and_closed_files_are_put_once(
    tmp_path: Path, state: str, archived: Archived  # noqa: F811
) -> None:  # fmt: skip
    place = place_of(state, "daily")
    one = begun(tmp_path / "one", archived.folder)
    first = put(one, place, 1)
    two = Workplace(tmp_path / "two", "daily")
    two.enter()
    two.fetch(place, first)
    assert titles(two.archive) == titles(archived.folder)
    two.begin()
    with serve("evening") as url:
        crawl("news", two.archive, site=url)
    second = put(two, place, 2)
    assert clear(place, lease(2), first, second) == 2, "the database and the manifest of before"
    files = read_manifest(place, second).files
    warcs = [thing.name for path, thing in files.items() if path.startswith("warc/")]
    assert sorted({name.split("/")[1] for name in warcs}) == ["0000000001-0001", "0000000002-0001"]
    assert set(place.sizes()) == {second, *(each.name for each in files.values())}
    # the first worker has the older files already
    downloaded: list[str] = []
    real = place.download
    place.download = lambda name, path, progress: (  # type: ignore[method-assign]
        downloaded.append(name),
        real(name, path, progress),
    )[1]
    one.fetch(place, second)
    assert len(downloaded) == 2, "the new WARC file and the database"
    assert titles(one.archive) == titles(two.archive)
    assert verify(one.archive).sound


def test_who_has_lost_the_lease_cannot_replace_the_archive_of_who_has_it(
    fleet: Fleet, sql: Sql, tmp_path: Path, state: str, archived: Archived  # noqa: F811
) -> None:  # fmt: skip
    fleet.add(papers("daily"))
    place = place_of(state, "daily")
    old = take(fleet.db, worker("old"), fleet.digest)
    assert old is not None
    slow = begun(tmp_path / "old", archived.folder)
    sql("UPDATE site_leases SET expires_at = now() - interval '1 second'")
    new = take(fleet.db, worker("new"), fleet.digest)
    assert new is not None
    quick = begun(tmp_path / "new", archived.folder)
    kept = quick.put(place, new, 1, lambda count: None)
    assert give_back(fleet.db, new, DONE, 0, kept) is not None
    before = place.sizes()
    # it knows nothing of all that
    late = slow.put(place, old, 1, lambda count: None)
    assert late is not None
    assert not note_state(fleet.db, old, late)
    assert give_back(fleet.db, old, DONE, 0, late) is None
    assert sql("SELECT manifest FROM site_leases") == [(kept,)]
    after = place.sizes()
    assert {name: after[name] for name in before} == before
    assert kept is not None
    assert clear(place, lease(20), None, kept) == 3, "what it put is taken away some time later"
    three = Workplace(tmp_path / "three", "daily")
    three.enter()
    three.fetch(place, kept)
    assert verify(three.archive).sound


def test_what_a_dead_worker_left_on_its_disk_is_gone_on_with_by_the_next_one_there(
    tmp_path: Path, archived: Archived  # noqa: F811
) -> None:  # fmt: skip
    make_folder(tmp_path / "kept")
    place = place_of(str(tmp_path / "kept"), "daily")
    dead = begun(tmp_path / "scratch", archived.folder)
    dead.leave()
    again = Workplace(tmp_path / "scratch", "daily")
    again.enter()
    again.fetch(place, None)
    assert titles(again.archive) == titles(archived.folder)
    # killed when PostgreSQL had noted the archive, and this disk not yet
    sent = again.put(place, lease(1), 1, lambda count: None)
    again.leave()
    third = Workplace(tmp_path / "scratch", "daily")
    third.enter()
    third.fetch(place, sent)
    assert not (tmp_path / "scratch" / ASIDE).exists()


def test_a_copy_that_the_fleet_went_on_without_is_set_aside(
    tmp_path: Path, archived: Archived  # noqa: F811
) -> None:  # fmt: skip
    make_folder(tmp_path / "kept")
    place = place_of(str(tmp_path / "kept"), "daily")
    lost = begun(tmp_path / "lost", archived.folder)
    other = begun(tmp_path / "other", archived.folder)
    theirs = put(other, place, 2)
    lost.fetch(place, theirs)
    [aside] = (tmp_path / "lost" / ASIDE).iterdir()
    assert titles(aside) == titles(archived.folder)
    assert verify(lost.archive).sound


def test_the_archive_of_a_run_that_goes_on_is_put_as_it_is_at_that_moment(
    tmp_path: Path, archived: Archived  # noqa: F811
) -> None:  # fmt: skip
    make_folder(tmp_path / "kept")
    place = place_of(str(tmp_path / "kept"), "daily")
    here = begun(tmp_path / "one", archived.folder)
    with closing(sqlite3.connect(here.archive / "archive.db")) as db:
        db.execute("BEGIN IMMEDIATE")  # as a run does that is writing
        between = here.put(place, lease(1), 1, lambda count: None)
    there = Workplace(tmp_path / "two", "daily")
    there.enter()
    there.fetch(place, between)
    assert titles(there.archive) == titles(archived.folder)


def test_a_bucket_that_refuses_is_told_and_loses_nothing(
    tmp_path: Path, s3: Bucket, archived: Archived  # noqa: F811
) -> None:  # fmt: skip
    place = place_of(f"{s3.address}/{tmp_path.name}", "daily")
    here = begun(tmp_path / "one", archived.folder)
    s3.refuses = True
    try:
        with pytest.raises(ArchiveError):
            here.put(place, lease(1), 1, lambda count: None)
        with pytest.raises(ArchiveError):
            refuse_unusable(f"{s3.address}/{tmp_path.name}")
    finally:
        s3.refuses = False
    assert place.sizes() == {}
    put(here, place, 1, 2)
    assert titles(here.archive) == titles(archived.folder)


def test_what_is_damaged_in_its_place_is_not_taken(
    tmp_path: Path, archived: Archived  # noqa: F811
) -> None:  # fmt: skip
    make_folder(tmp_path / "kept")
    place = place_of(str(tmp_path / "kept"), "daily")
    manifest = put(begun(tmp_path / "one", archived.folder), place, 1)
    database = tmp_path / "kept" / "daily" / "archive.db" / "0000000001-0001"
    data = bytearray(database.read_bytes())
    data[5_000] ^= 1
    database.write_bytes(data)
    there = Workplace(tmp_path / "two", "daily")
    there.enter()
    with pytest.raises(DamageError, match="is not what was put there"):
        there.fetch(place, manifest)
    assert not there.archive.exists()
    place.write(
        "manifests/bad.json", b'{"files": {"../x": {"name": "x", "bytes": 1, "sha256": ""}}}'
    )
    with pytest.raises(DamageError, match="outside of the archive"):
        read_manifest(place, "manifests/bad.json")


def test_a_folder_that_is_not_mounted_is_not_taken_for_an_empty_one(tmp_path: Path) -> None:
    place = FolderPlace(tmp_path / "nowhere", "daily")
    for ask in (place.sizes, lambda: place.read("x"), lambda: place.write("x", b"")):
        with pytest.raises(ArchiveError, match="mount the folder"):
            ask()
    assert not (tmp_path / "nowhere").exists()
    (tmp_path / "nowhere").mkdir()  # where it is mounted when it is
    with pytest.raises(ArchiveError, match="mount the folder"):
        place.write("x", b"")
    assert list((tmp_path / "nowhere").iterdir()) == []


def test_what_a_killed_worker_left_half_written_goes_in_the_next_sweep(
    tmp_path: Path, archived: Archived  # noqa: F811
) -> None:  # fmt: skip
    make_folder(tmp_path / "kept")
    place = place_of(str(tmp_path / "kept"), "daily")
    here = begun(tmp_path / "one", archived.folder)
    manifest = put(here, place, 2)
    place.write("archive.db/0000000001-0001.part", b"half")
    place.write("manifests/0000000001-0001.json.part", b"half")
    clear(place, lease(2), None, manifest)
    assert not [name for name in place.sizes() if name.endswith(".part")]


def test_a_place_that_lost_the_list_of_an_archive_gets_all_of_it_anew(
    tmp_path: Path, state: str, archived: Archived  # noqa: F811
) -> None:  # fmt: skip
    place = place_of(state, "daily")
    here = begun(tmp_path / "one", archived.folder)
    first = put(here, place, 1)
    for name in place.sizes():
        place.delete(name)
    here.begin()
    second = put(here, place, 2)
    assert second != first
    two = Workplace(tmp_path / "two", "daily")
    two.enter()
    two.fetch(place, second)
    assert titles(two.archive) == titles(archived.folder)


def test_two_that_try_a_place_at_once_do_not_hinder_each_other(
    tmp_path: Path, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = FolderPlace.write if state.startswith("/") else ObjectStore.write
    tried: list[str] = []

    def meanwhile(self: Any, name: str, data: bytes) -> None:
        write(self, name, data)
        if len(tried) < 1:
            tried.append(name)
            refuse_unusable(state)

    monkeypatch.setattr(FolderPlace, "write", meanwhile)
    monkeypatch.setattr(ObjectStore, "write", meanwhile)
    refuse_unusable(state)
    assert len(tried) == 1


def test_a_bucket_that_is_not_there_is_told_in_one_line(
    tmp_path: Path, s3: Bucket, archived: Archived  # noqa: F811
) -> None:  # fmt: skip
    place = place_of("s3://nowhere/archives", "daily")
    here = begun(tmp_path / "one", archived.folder)
    for ask in (
        lambda: refuse_unusable("s3://nowhere/archives"),
        lambda: here.put(place, lease(1), 1, lambda count: None),
    ):
        with pytest.raises(
            ArchiveError, match=r"^s3://nowhere\S+ there is no such bucket; [^\n]+$"
        ):
            ask()
