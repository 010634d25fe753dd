"""Profiles of an archive's newspapers: learned from it, exported, and read with from then on."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.learn.newspaper import Story
from tests.loopback import HTML, site
from tests.system.conftest import FULL_SPEED, query, run_scrapy

pytestmark = pytest.mark.usefixtures("loaded_commands")

COFFEE = "Our reporters drink a lot of coffee, and every cup of it is paid for by people like you."
BOX = f"<div class='mug'><p>{COFFEE}</p></div>"


def crawl(folder: Path, url: str, stories: list[Story], tmp_path: Path) -> None:
    names = tmp_path / "urls.txt"
    names.write_text("".join(f"{url}/2024/05/a-story-of-the-town-{s.number}\n" for s in stories))
    done = run_scrapy(
        "crawl", "article", "-a", f"urls={names}", "-a", f"archive={folder}",
        "-a", "allow_private=1", *FULL_SPEED,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


@pytest.fixture
def served() -> Iterator[tuple[str, list[Story]]]:
    stories = [Story(n, inside=BOX) for n in range(12)]
    with site({
        f"/2024/05/a-story-of-the-town-{s.number}": (200, HTML, s.html.encode()) for s in stories
    }) as url:  # fmt: skip
        yield url, stories


def bodies(folder: Path) -> list[str]:
    return [row["body_text"] for row in query(folder, "SELECT body_text FROM stories")]


def test_a_profile_is_learned_exported_and_read_with(
    tmp_path: Path, served: tuple[str, list[Story]]
) -> None:
    url, stories = served
    folder = tmp_path / "archive"
    host = url.removeprefix("http://")
    crawl(folder, url, stories[:8], tmp_path)
    assert all(COFFEE in body for body in bodies(folder))

    said = run_scrapy("profile", host, "-a", f"archive={folder}")
    assert said.returncode == 0, said.stderr
    assert "learned from 8 stories" in said.stdout
    assert "our reporters drink a lot of coffee" in said.stdout
    assert not (folder / "sites").exists()  # nothing was written

    done = run_scrapy("profile", host, "-a", f"archive={folder}", "--export")
    assert done.returncode == 0, done.stderr
    (file,) = (folder / "sites").iterdir()
    again = run_scrapy("profile", host, "-a", f"archive={folder}", "--export")
    assert again.returncode == 2
    assert "--replace" in again.stderr

    read = run_scrapy("reextract", "-a", f"archive={folder}")
    assert "8 pages re-extracted: 8 changed" in read.stdout
    assert all(COFFEE not in body for body in bodies(folder))
    assert "0 pages" in run_scrapy("reextract", "-a", f"archive={folder}").stdout

    crawl(folder, url, stories, tmp_path)  # four new ones, read with the profile at once
    assert len(bodies(folder)) == 12
    assert all(COFFEE not in body for body in bodies(folder))
    assert query(folder, "SELECT count(*) AS n FROM edited_stories") == [{"n": 0}]
    with sqlite3.connect(folder / "archive.db") as connection:
        by = connection.execute(
            "SELECT DISTINCT extractor FROM revisions r JOIN articles a ON a.revision_id = r.id"
        ).fetchall()
    assert len(by) == 1

    file.unlink()  # without it, pages are read as they stand
    back = run_scrapy("reextract", "-a", f"archive={folder}")
    assert "12 changed" in back.stdout


def test_an_archive_is_rebuilt_as_it_was_read(
    tmp_path: Path, served: tuple[str, list[Story]]
) -> None:
    url, stories = served
    folder = tmp_path / "archive"
    (folder / "sites").mkdir(parents=True)
    (folder / "sites" / "any.toml").write_text(
        f"host = '{url.removeprefix('http://')}'\n[[furniture_places]]\nplace = 'div.mug'\n"
    )
    crawl(folder, url, stories, tmp_path)
    before = sorted(bodies(folder))
    assert all(COFFEE not in body for body in before)
    (folder / "archive.db").unlink()
    done = run_scrapy("rebuild", "-a", f"archive={folder}")
    assert done.returncode == 0, done.stderr
    assert sorted(bodies(folder)) == before


def test_a_faulty_profile_stops_a_crawl_before_it_begins(tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    (folder / "sites").mkdir(parents=True)
    (folder / "sites" / "news.example.toml").write_text("[fields]\ntitel = 'h1'\n")
    done = run_scrapy(
        "crawl", "news", "-a", "site=http://127.0.0.1:9/", "-a", f"archive={folder}",
        "-a", "allow_private=1",
    )  # fmt: skip
    assert done.returncode == 2
    assert "fields.titel is none of title" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("text", ["", "[fields]\ntitel = 'h1'\n"])
def test_a_faulty_profile_leaves_an_archive_as_it_is(
    tmp_path: Path, served: tuple[str, list[Story]], text: str
) -> None:
    url, stories = served
    folder = tmp_path / "archive"
    crawl(folder, url, stories[:2], tmp_path)
    (folder / "sites").mkdir()
    (folder / "sites" / "news.example.toml").write_text(text)
    (warc,) = (folder / "warc").glob("*.warc.gz")
    for command in (["reextract"], ["rebuild", "--replace"], ["import", str(warc)], ["recheck"]):
        done = run_scrapy(*command, "-a", f"archive={folder}")
        assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
        assert "news.example.toml" in done.stderr
    assert list((folder / "warc").glob("*.warc.gz")) == [warc]
    assert not list(folder.glob("archive.db.before*"))
    assert query(folder, "SELECT count(*) AS n FROM runs") == [{"n": 1}]


def test_unchanged_pages_that_are_visited_again_with_another_profile_are_no_edits(
    tmp_path: Path,
) -> None:
    stories = [Story(n, inside=BOX) for n in range(5)]
    pages = {f"/2024/05/a-story-of-the-town-{s.number}": s.html.encode() for s in stories}
    front = "".join(f'<a href="{path}">A story of the town</a>' for path in pages)
    answers = {path: (200, HTML, html) for path, html in pages.items()}
    answers["/"] = (200, HTML, f"<html><body>{front}</body></html>".encode())
    folder = tmp_path / "archive"
    with site(answers) as url:
        file = folder / "sites" / "any.toml"
        text = f"host = '{url.removeprefix('http://')}'\n[[furniture_places]]\nplace = 'div.mug'\n"
        for profile in (None, text, text + "[[title_ends]]\ntext = ' of'\n", None):
            file.unlink(missing_ok=True)
            if profile is not None:
                file.parent.mkdir(exist_ok=True)
                file.write_text(profile)
            done = run_scrapy(
                "crawl", "news", "-a", f"site={url}/", "-a", f"archive={folder}",
                "-a", "allow_private=1", "-a", "revisit=now", *FULL_SPEED,
            )  # fmt: skip
            assert done.returncode == 0, done.stderr
            assert query(folder, "SELECT count(*) AS n FROM edited_stories") == [{"n": 0}]
            assert len(bodies(folder)) == 5
    assert run_scrapy("verify", "-a", f"archive={folder}").returncode == 0


def test_profile_of_what_is_not_there(tmp_path: Path, served: tuple[str, list[Story]]) -> None:
    url, stories = served
    folder = tmp_path / "archive"
    crawl(folder, url, stories[:2], tmp_path)
    missing = run_scrapy("profile", "other.example", "-a", f"archive={folder}")
    assert missing.returncode == 7
    assert "no such newspaper" in missing.stderr
    few = run_scrapy("profile", url.removeprefix("http://"), "-a", f"archive={folder}")
    assert few.returncode == 0
    assert "2 stories teach nothing" in few.stdout
    assert run_scrapy("profile", "-a", f"archive={folder}").returncode == 2
    alone = run_scrapy("profile", "a.example", "--replace", "-a", f"archive={folder}")
    assert (alone.returncode, "--export" in alone.stderr) == (2, True)
    assert run_scrapy("profile", " ", "-a", f"archive={folder}").returncode == 2
