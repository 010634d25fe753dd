"""A record that is lost is fetched again, and nothing refers to it any more."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from crawler.demo.server import serve
from crawler.originals import is_there
from crawler.warc.reader import read_record

from .conftest import crawl, query, run_scrapy

Harm = Callable[[Path, dict[str, Any]], None]


def delete(path: Path, capture: dict[str, Any]) -> None:
    path.unlink()


def cut(path: Path, capture: dict[str, Any]) -> None:
    with path.open("r+b") as file:
        file.truncate(capture["warc_offset"] + capture["warc_length"] // 2)


def flip(path: Path, capture: dict[str, Any]) -> None:
    at = capture["warc_offset"] + capture["warc_length"] // 2
    with path.open("r+b") as file:
        file.seek(at)
        (byte,) = file.read(1)
        file.seek(at)
        file.write(bytes([byte ^ 1]))


def overwrite(path: Path, capture: dict[str, Any]) -> None:
    """Another file of the same length in its place: its records have other names."""
    with path.open("r+b") as file:
        file.seek(capture["warc_offset"])
        file.write(b"\0" * capture["warc_length"])


HARMS: dict[str, Harm] = {"deleted": delete, "cut": cut, "flipped": flip, "zeros": overwrite}


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path, Path]]:
    """The demo newspaper: its address, its log, and an archive of it in files of some 40 kB."""
    folder = tmp_path_factory.mktemp("lost")
    with serve("morning", log=folder / "log") as url:
        done = crawl("news", folder / "archive", "-s", "WARC_FILE_BYTES=40000", site=url)
        assert done.returncode == 0, done.stderr
        yield url, folder / "log", folder / "archive"


@pytest.fixture
def copy(paper: tuple[str, Path, Path], tmp_path: Path) -> Path:
    return Path(shutil.copytree(paper[2], tmp_path / "copy"))


def a_story(folder: Path) -> dict[str, Any]:
    """A story's capture, in the middle of the archive."""
    rows = query(
        folder,
        "SELECT u.url, c.* FROM captures c JOIN revisions r ON r.capture_id = c.id"
        " JOIN urls u ON u.id = c.url_id ORDER BY c.id",
    )
    return rows[len(rows) // 2]


def refers_to_what_is_lost(folder: Path) -> list[dict[str, Any]]:
    """Revisits of the last run whose response is not there."""
    rows = query(
        folder,
        "SELECT c.record_id, t.warc_file, t.warc_offset, t.warc_length, t.record_id AS original"
        " FROM captures c JOIN captures t ON t.id = c.refers_to_id"
        " WHERE c.run_id = (SELECT max(id) FROM runs)",
    )
    return [
        row
        for row in rows
        if not is_there(
            folder / "warc", row["warc_file"], row["warc_offset"], row["warc_length"],
            row["original"],
        )
    ]  # fmt: skip


def asked(log: Path, before: int, path: str) -> list[str]:
    """The answers to requests of a path since the log had so many lines."""
    lines = log.read_text().splitlines()[before:]
    return [line.split()[2] for line in lines if line.split()[1] == path]


def lines_of(log: Path) -> int:
    return len(log.read_text().splitlines())


@pytest.mark.parametrize("harm", HARMS)
def test_a_page_whose_record_is_lost_is_archived_in_full_again(
    paper: tuple[str, Path, Path], copy: Path, harm: str
) -> None:
    _, log, _ = paper
    story = a_story(copy)
    HARMS[harm](copy / "warc" / story["warc_file"], story)
    before = lines_of(log)
    done = crawl("article", copy, url=story["url"])
    assert done.returncode == 0, done.stderr
    assert asked(log, before, urlsplit(story["url"]).path) == ["200"]  # it was not asked whether
    (new,) = query(
        copy,
        "SELECT record_type, payload_digest, warc_file, warc_offset, warc_length FROM captures"
        " WHERE url_id = ? ORDER BY id DESC LIMIT 1",
        story["url_id"],
    )
    assert (new["record_type"], new["payload_digest"]) == ("response", story["payload_digest"])
    assert read_record(copy / "warc", new["warc_file"], new["warc_offset"], new["warc_length"])
    # with the database lost as well, the story is there
    (copy / "archive.db").unlink()
    assert run_scrapy("rebuild", str(copy)).returncode in (0, 1)
    assert query(copy, "SELECT 1 FROM stories WHERE url = ?", story["url"])
    # and whoever asks again asks only whether it has changed
    before = lines_of(log)
    crawl("article", copy, url=story["url"])
    assert asked(log, before, urlsplit(story["url"]).path) == ["304"]
