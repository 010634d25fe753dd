"""A record that is lost is fetched again, and nothing refers to it any more."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from crawler.demo.server import serve
from crawler.fixity.archive import verify
from crawler.warc.presence import is_there
from crawler.warc.reader import read_record
from tests.loopback import HTML, Answers, page, site

from .conftest import PLAINLY, ROOT, crawl, query, run_scrapy
from .test_errors import complaint
from .test_hostile import STORY

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
        " JOIN urls u ON u.id = c.url_id WHERE r.language LIKE 'en%' ORDER BY c.id",
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
    is_told = harm in ("deleted", "cut")  # by its name or length, without reading it
    assert done.returncode == (6 if is_told else 0), done.stderr
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


def test_a_visit_of_all_refers_to_nothing_that_is_lost_and_says_what_is_missing(
    paper: tuple[str, Path, Path], copy: Path
) -> None:
    url, *_ = paper
    gone, shorter, *_ = sorted(
        {row["warc_file"] for row in query(copy, "SELECT warc_file FROM captures")}
    )
    (copy / "warc" / gone).unlink()
    with (copy / "warc" / shorter).open("r+b") as file:
        file.truncate(20_000)
    done = run_scrapy("status", str(copy))
    assert f"warc/{gone} is not there" in done.stdout.replace("\n", " ")
    assert f"warc/{shorter} has 20,000 bytes" in done.stdout.replace("\n", " ")
    told = json.loads(run_scrapy("status", str(copy), "--json").stdout)
    assert [each["file"] for each in told["wrong_files"]] == [gone, shorter]
    done = crawl("news", copy, site=url, revisit="now")
    assert done.returncode == 6, done.stderr
    assert "2 WARC files of the archive are missing" in done.stderr
    assert f"warc/{gone} is not there" in done.stderr
    assert f"warc/{shorter} has 20,000 bytes" in done.stderr
    assert refers_to_what_is_lost(copy) == []
    # every story is there in full, and with the database lost as well it still is
    stories = {row["url"] for row in query(copy, "SELECT url FROM stories")}
    (copy / "archive.db").unlink()
    assert run_scrapy("rebuild", str(copy)).returncode in (0, 1)
    assert {row["url"] for row in query(copy, "SELECT url FROM stories")} == stories


def test_what_is_lost_is_fetched_again_and_what_is_there_stands_for_it(
    paper: tuple[str, Path, Path], copy: Path, tmp_path: Path
) -> None:
    url, log, _ = paper
    story = a_story(copy)
    names = sorted({row["warc_file"] for row in query(copy, "SELECT warc_file FROM captures")})
    names.remove(story["warc_file"])
    (copy / "warc" / names[0]).unlink()
    cut(copy / "warc" / names[1], {"warc_offset": 20_000, "warc_length": 2})
    flip(copy / "warc" / story["warc_file"], story)
    before = verify(copy)
    assert not before.sound

    config, told = tmp_path / "hemeroteca.toml", tmp_path / "told"
    config.write_text(
        f"[papers.a]\naddress = 'a.example'\n[notify]\ncommand = ['cp', '/dev/stdin', '{told}']\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "crawler", "verify", copy, "--refetch"], cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 6
    assert " queued for the next crawl to fetch" in done.stdout
    assert "error: archive: " in done.stdout
    assert f"damage: {names[0]}" in told.read_text()
    damaged = query(copy, "SELECT subject FROM findings WHERE state = 'open' ORDER BY 1")
    assert [row["subject"] for row in damaged] == sorted([*names[:2], story["warc_file"]])
    (queued,) = query(
        copy, "SELECT state, etag, last_modified FROM urls WHERE url = ?", story["url"]
    )
    assert queued == {"state": "queued", "etag": None, "last_modified": None}
    lines = lines_of(log)
    done = crawl("news", copy, site=url)
    assert done.returncode == 0, done.stderr
    assert "is not there" not in done.stderr  # it is known by now
    assert asked(log, lines, urlsplit(story["url"]).path) == ["200"]

    after = verify(copy)
    assert after.sound, [each.what for each in after.damage]
    replaced = [each for each in after.notices if "replaced" in each.what]
    assert {each.file for each in replaced} == {names[0], names[1], story["warc_file"]}
    assert after.counts["captures lost"] == 0

    # each derived thing is made of what is there
    shown = run_scrapy("show", story["url"], "-a", f"archive={copy}", "--at",
                       story["fetched_at"][:19], "--body")  # fmt: skip
    assert shown.returncode == 0, shown.stderr
    assert "in its place, with the same payload" in complaint(shown.stderr)
    whole = run_scrapy("show", story["url"], "-a", f"archive={copy}", "--body")
    assert shown.stdout == whole.stdout
    index = tmp_path / "index.cdxj"
    assert run_scrapy("export", "cdxj", str(copy), "-o", str(index)).returncode == 0
    fields = [json.loads(line[line.index("{") :]) for line in index.read_text().splitlines()]
    for each in fields:
        read_record(copy / "warc", each["filename"], int(each["offset"]), int(each["length"]))
    before_loss = query(copy, "SELECT DISTINCT u.url FROM captures c JOIN urls u ON"
                        " u.id = c.url_id WHERE c.status <> 304")  # fmt: skip
    # a story's second address, if it was asked for at all, has the payload of the first
    addresses = {each["url"] for each in fields}
    assert addresses >= {row["url"] for row in before_loss if "?ref=" not in row["url"]}
    assert addresses <= {row["url"] for row in before_loss}
    out = tmp_path / "a.wacz"
    done = run_scrapy("export", "wacz", str(copy), "-o", str(out))
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(out) as wacz:
        packed = {Path(name).name for name in wacz.namelist() if name.startswith("archive/")}
        pages = [json.loads(line) for line in wacz.read("pages/pages.jsonl").splitlines()]
    assert packed == {path.name for path in (copy / "warc").iterdir()}
    stories = query(copy, "SELECT url FROM stories")
    assert len(pages) == len(stories) + 2
    done = run_scrapy("reextract", *PLAINLY, str(copy), "--again", "--jobs", "1")
    assert f"{len(stories):,} pages re-extracted: 0 changed" in done.stdout
    assert "not read" not in done.stdout

    # the database made again knows of no loss; nothing that it has is missing
    assert run_scrapy("rebuild", str(copy), "--replace").returncode in (0, 1)
    assert {row["url"] for row in query(copy, "SELECT url FROM stories")} == {
        row["url"] for row in stories
    }
    rebuilt = verify(copy)
    assert rebuilt.sound, [each.what for each in rebuilt.damage]


def other_story(title: str) -> bytes:
    return STORY.replace("Weir repaired", title).replace("lock", title.split()[0]).encode()


def test_what_cannot_be_had_as_it_was_is_said_and_what_does_not_answer_stays_damage(
    tmp_path: Path,
) -> None:
    folder, paths = tmp_path / "a", [f"/2026/05/0{n}/the-story-number-{n}" for n in range(1, 5)]
    titles = ("Ferry stops", "Bridge opens", "School wins", "Market moves")
    _, changed, gone, failing = paths
    answers: Answers = {"/": page(*paths)}
    for path, title in zip(paths, titles, strict=True):
        answers[path] = (200, HTML, other_story(title))
    with site(answers) as home:
        assert crawl("news", folder, site=home, discover="links").returncode == 0
        (lost,) = (folder / "warc").iterdir()
        shutil.move(lost, tmp_path / "kept")
        answers[changed] = (200, HTML, other_story("Bridge is closed once more"))
        answers[gone] = (404, HTML, b"<title>Not found</title>")
        answers[failing] = (500, HTML, b"<title>Error</title>")
        assert run_scrapy("verify", str(folder), "--refetch").returncode == 6
        assert crawl("news", folder, "-s", "RETRY_TIMES=0", site=home).returncode == 0
        done = run_scrapy("verify", str(folder))
        assert done.returncode == 6
        assert "the file is not there; 8 captures are in it" in done.stdout
        report = verify(folder)
        assert report.counts["captures lost"] == 1
        assert report.counts["captures replaced"] == 7
        answers[failing] = (200, HTML, other_story("Market moves"))
        assert crawl("article", folder, url=home + failing).returncode == 0
        assert verify(folder).sound
        # the old text of the story that has changed is in the database, its page is lost
        at = query(folder, "SELECT min(c.fetched_at) AS at FROM captures c JOIN urls u"
                   " ON u.id = c.url_id WHERE u.url = ?", home + changed)[0]["at"]  # fmt: skip
        old = ("show", home + changed, "-a", f"archive={folder}", "--at", at[:26], "--body")
        done = run_scrapy(*old)
        assert done.returncode == 6
        assert f"captured {at[:10]}" in complaint(done.stderr)
        # the file turns up: the note is taken back
        shutil.move(tmp_path / "kept", lost)
        assert "Bridge opens" in run_scrapy(*old).stdout
        assert verify(folder).notices == []
        done = run_scrapy("verify", str(folder), "--refetch")
        assert done.returncode == 0
        assert "no capture is lost" in done.stdout
        assert query(folder, "SELECT 1 FROM lost_captures UNION SELECT 1 FROM damaged_files") == []


def test_what_single_stories_have_lost_is_fetched_again_by_naming_them(tmp_path: Path) -> None:
    folder, path = tmp_path / "a", "/2026/05/01/the-story-number-1"
    with site({path: (200, {**HTML, "ETag": '"1"'}, STORY.encode())}) as home:
        crawl("article", folder, url=home + path)
        (lost,) = (folder / "warc").iterdir()
        lost.unlink()
        assert run_scrapy("verify", str(folder), "--refetch").returncode == 6
        assert crawl("article", folder, url=home + path).returncode == 0
    report = verify(folder)
    assert report.sound, report.damage
    assert [each.file for each in report.notices] == [lost.name]
    assert "something stands for each" in report.notices[0].what


def test_a_story_whose_records_are_in_two_files_is_there_when_a_database_is_made_again(
    paper: tuple[str, Path, Path], tmp_path: Path
) -> None:
    """Files of two thousand bytes: what tells of a page is as good as never beside it."""
    url, *_ = paper
    folder = tmp_path / "a"
    done = crawl("news", folder, "-s", "WARC_FILE_BYTES=2000", site=url)
    assert done.returncode == 0, done.stderr
    stories = query(folder, "SELECT url, title FROM stories ORDER BY url")
    assert len(list((folder / "warc").iterdir())) > len(stories)
    assert run_scrapy("rebuild", str(folder), "--replace").returncode == 0
    assert query(folder, "SELECT url, title FROM stories ORDER BY url") == stories
    report = verify(folder)
    assert report.sound, report.damage
