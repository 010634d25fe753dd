"""What a link in an archive's folder leads to is neither written nor read."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from crawler.archive.database import WARC_FOLDER, check, open_for_writing
from crawler.archive.lock import FILE_NAME, ArchiveLock, is_held
from crawler.errors import ArchiveError
from tests.system.conftest import run_scrapy
from tests.system.test_errors import complaint


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An archive, and beside it something precious."""
    made = tmp_path / "archive"
    open_for_writing(made).close()
    (made / WARC_FOLDER).mkdir()
    (tmp_path / "precious").write_text("precious")
    return made


def precious(folder: Path) -> Path:
    return folder.parent / "precious"


def by_symlink(path: Path, to: Path) -> None:
    path.symlink_to(to)


def by_dangling(path: Path, to: Path) -> None:
    to.unlink()
    path.symlink_to(to)


def by_pipe(path: Path, to: Path) -> None:
    os.mkfifo(path)


def by_folder(path: Path, to: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize("make", [by_symlink, by_dangling, by_pipe, by_folder])
def test_a_lock_that_is_no_file_of_ours_is_not_opened(
    folder: Path, make: Callable[[Path, Path], None]
) -> None:
    make(folder / FILE_NAME, precious(folder))
    with pytest.raises(ArchiveError, match="is a link, or not a regular file"):
        ArchiveLock(folder).acquire()
    with pytest.raises(ArchiveError, match="is a link, or not a regular file"):
        is_held(folder)
    if make is by_dangling:
        assert not precious(folder).exists()
    else:
        assert precious(folder).read_text() == "precious"


def test_a_lock_that_another_name_has_is_left_to_that(folder: Path) -> None:
    """A backup of hard links has the one that a killed run left; so may somebody else's file."""
    (folder / FILE_NAME).hardlink_to(precious(folder))
    lock = ArchiveLock(folder)
    lock.acquire()
    assert precious(folder).read_text() == "precious"
    assert is_held(folder)
    lock.release()
    assert precious(folder).read_text() == "precious"
    assert not (folder / FILE_NAME).exists()


@pytest.mark.parametrize(
    "name",
    ["archive.db", "archive.db-wal", "archive.db-shm", "warc", "warc/a-00001.warc.gz",
     "warc/a-00002.warc.gz.open", ".rebuilding"],
)  # fmt: skip
def test_links_in_the_folder_are_refused(folder: Path, name: str) -> None:
    path = folder / name
    if path.is_dir():
        path.rmdir()
    path.unlink(missing_ok=True)
    path.symlink_to(precious(folder))
    with pytest.raises(ArchiveError, match="is a symbolic link"):
        check(folder)


def test_the_folder_itself_may_be_a_link(folder: Path) -> None:
    link = folder.parent / "link"
    link.symlink_to(folder)
    check(link)
    lock = ArchiveLock(link)
    lock.acquire()
    assert is_held(folder)
    lock.release()


def test_commands_say_so_in_one_line(folder: Path) -> None:
    (folder / WARC_FOLDER).rmdir()
    elsewhere = folder.parent / "elsewhere"
    elsewhere.mkdir()
    (folder / WARC_FOLDER).symlink_to(elsewhere)
    for command in (
        ("status", str(folder)),
        ("crawl", "article", "-a", "url=http://127.0.0.1:9/", "-a", f"archive={folder}"),
    ):
        done = run_scrapy(*command)
        assert done.returncode == 2
        assert f"{folder / WARC_FOLDER} is a symbolic link" in complaint(done.stderr)
    assert list(elsewhere.iterdir()) == []
