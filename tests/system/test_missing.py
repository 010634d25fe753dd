"""Stories that are linked and not archived are asked for elsewhere, each once in a while."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from benchmarks.web_archive import Kept, warc
from crawler.demo.server import serve
from tests.web_archives import Answer, common_crawl, internet_archive

from .conftest import crawl, query
from .test_hostile import STORY
from .test_internet_archive import asked_for
from .test_proof import tool

MISSING = "SELECT url FROM missing_stories ORDER BY url"


@pytest.fixture(scope="module")
def linked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of a newspaper whose stories link to some that are not there any more."""
    folder = tmp_path_factory.mktemp("linked") / "archive"
    with serve("morning") as url:
        done = crawl("news", folder, site=url, max_pages="12")
    assert done.returncode == 0, done.stderr
    assert len(query(folder, MISSING)) > 5
    return folder


def test_a_dead_link_becomes_a_story_and_is_asked_for_once(linked: Path) -> None:
    missing = [row["url"] for row in query(linked, MISSING)]
    kept = [Kept(missing[0], "20190102030405", STORY.encode())]
    asked: list[str] = []

    def run() -> str:
        asked.clear()
        done = crawl("missing", linked, endpoint=f"{url}/cdx/search/cdx")
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    with internet_archive(kept, asked) as url:
        out = run()
        assert f"{len(missing)} single addresses looked up, 1 of them found" in out
        assert len(asked_for(asked)) == 1
        (story,) = query(linked, "SELECT id, title, first_captured_at FROM stories WHERE url = ?",
                         missing[0])  # fmt: skip
        assert story["title"] == "Weir repaired"
        assert story["first_captured_at"].startswith("2019-01-02T03:04:05")
        assert query(linked, "SELECT 1 FROM story_links WHERE to_article_id = ?", story["id"])
        assert missing[0] not in [row["url"] for row in query(linked, MISSING)]

        out = run()
        assert "no story is missing or gone that was not asked for in the last 30 days" in out
        assert asked == []

        with sqlite3.connect(linked / "archive.db") as db:  # a month later
            db.execute("UPDATE _lookups SET asked_at = '2026-01-01T00:00:00+00:00'")
        kept.append(Kept(missing[1], "20190102030405", STORY.replace("Weir", "Lock").encode()))
        out = run()
        assert f"{len(missing) - 1} single addresses looked up, 1 of them found" in out
        assert missing[1] not in [row["url"] for row in query(linked, MISSING)]


def test_common_crawl_is_asked_for_single_addresses_in_its_newest_collections(
    linked: Path, tmp_path: Path
) -> None:
    missing = [row["url"] for row in query(linked, MISSING)]
    page = STORY.replace("Weir", "Sluice").encode()
    path = warc([Kept(missing[-1], "20250301000000", page)], tmp_path / "x-1.warc.gz")
    index = tool("cdxj-indexer", "--sort", path).stdout
    collections = {f"CC-MAIN-20{10 + number}-01": "" for number in range(14, -1, -1)}
    collections["CC-MAIN-2024-01"] = index
    asked: list[str] = []
    with common_crawl({f"crawl-data/x/{path.name}": path}, collections, asked) as url:
        done = crawl("missing", linked, endpoint=f"{url}/collinfo.json", data=url)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(missing)} single addresses looked up, 1 of them found" in done.stdout
    assert missing[-1] not in [row["url"] for row in query(linked, MISSING)]
    of_one = [path for path in asked if "-index?" in path and missing[0].split("/")[-2] in path]
    assert {path[9:13] for path in of_one} == {str(year) for year in range(2013, 2025)}


def test_a_story_that_moves_on_and_on_is_followed_for_a_while(linked: Path, tmp_path: Path) -> None:
    folder, fetched = tmp_path / "a", list[str]()
    shutil.copytree(linked, folder)
    missing = query(folder, MISSING)[-1]["url"]

    def instead(path: str) -> Answer | None:
        address = parse_qs(urlsplit(path).query).get("url", [""])[0]
        if address and address != missing and "moved.example" not in address:
            return 200, {}, b"[]"
        if address:
            names = ["timestamp", "original", "mimetype", "statuscode", "digest"]
            row = ["20100101000000", address, "text/html", "301", "-"]
            return 200, {}, json.dumps([names, row]).encode()
        if not path.startswith("/web/") or len(fetched) > 30:
            return None
        fetched.append(path)
        place = f"http://moved.example/2010/01/01/weir-repaired-{len(fetched)}"
        return 301, {"Memento-Datetime": "Fri, 01 Jan 2010 00:00:00 GMT", "Location": place}, b""

    with internet_archive([], None, instead) as url:
        done = crawl("missing", folder, endpoint=f"{url}/cdx/search/cdx")
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(fetched) == 11


def test_without_an_archive_nothing_is_missing(tmp_path: Path) -> None:
    done = crawl("missing", tmp_path / "none", endpoint="http://127.0.0.1:1/cdx/search/cdx")
    assert done.returncode == 0
    assert "no story is missing" in done.stderr
    assert not (tmp_path / "none").exists()
