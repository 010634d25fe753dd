"""Profiles that were written by hand, in a folder of their own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.learn.newspaper import Story
from tests.learn.test_in_a_run import BOX, COFFEE, newspaper
from tests.loopback import site
from tests.system.conftest import crawl, query, run_scrapy

WRITTEN = "[[furniture_places]]\nplace = 'div.mug'\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "profiles"
    folder.mkdir()
    return folder


def test_pages_are_read_with_their_hosts_profile(tmp_path: Path, folder: Path) -> None:
    (folder / "gazette.example.toml").write_text(WRITTEN)
    (folder / "other.example.toml").write_text("[fields]\ntitle = 'h6'\n")
    page = tmp_path / "page.html"
    story = Story(1, inside=BOX)
    page.write_text(story.html)
    for verb in ("extract", "try"):
        asked = (verb, str(page), "--url", story.url)
        assert COFFEE in run_scrapy(*asked).stdout
        done = run_scrapy(*asked, "--profile", str(folder))
        assert done.returncode == 0, done.stderr
        shown = json.loads(done.stdout)["body"] if verb == "extract" else done.stdout
        assert shown.count("coffee") == (0 if verb == "extract" else 1)  # what was left out
    (folder / "again.toml").write_text("host = 'gazette.example'\n" + WRITTEN)
    done = run_scrapy("extract", str(page), "--profile", str(folder))
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "there is another profile of gazette.example" in done.stderr


def test_an_archive_is_read_with_a_folder_elsewhere(tmp_path: Path, folder: Path) -> None:
    archive = tmp_path / "archive"
    with site(newspaper([Story(n, inside=BOX) for n in range(4)])) as home:
        (folder / "any.toml").write_text(f"host = '{home.removeprefix('http://')}'\n" + WRITTEN)
        crawl("news", archive, "-s", f"SITE_PROFILES={folder}", site=home)
    bodies = query(archive, "SELECT body_text FROM stories")
    assert len(bodies) == 4
    assert not any(COFFEE in row["body_text"] for row in bodies)
