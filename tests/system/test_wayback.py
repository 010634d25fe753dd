"""What other archives of the web have of a newspaper becomes captures of ours, of their dates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from benchmarks.kill import faults
from benchmarks.web_archive import Kept, pywb, warc
from crawler.demo.pages import render
from crawler.demo.truth import expected

from .conftest import PLAINLY, crawl, query, run_scrapy
from .test_proof import tool

HOME = "http://paper.example"
STORIES = {story.path: story for story in expected("evening")}
CHANGED = "/business/2026/10/13/freight-siding-decision-expected"
STAMPS = {"morning": "20261020060000", "evening": "20261021180000"}
ALIKE = (
    "SELECT url, title, authors, published_at, revisions, first_captured_at, last_captured_at"
    " FROM stories ORDER BY url",
    "SELECT url, number, captured_at, title, body_text FROM story_revisions ORDER BY 1, 2",
    "SELECT from_url, relation, label, to_url FROM story_links ORDER BY 1, 2, 3, 4",
)


def edition(name: str, stamp: str | None = None, *paths: str) -> list[Kept]:
    """The pages of an edition of the demo newspaper as somebody captured them."""
    pages = render(name, HOME)
    return [
        Kept(
            f"{HOME}{path}", stamp or STAMPS[name], answer.body, answer.status,
            answer.content_type, (("Location", answer.location),) if answer.location else (),
        )
        for path, answer in pages.items()
        if (path in paths if paths else path in STORIES or path in ("/", "/robots.txt"))
    ]  # fmt: skip


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A WARC file with two editions of a newspaper that is gone."""
    path = tmp_path_factory.mktemp("collected") / "paper.warc.gz"
    return warc(edition("morning") + edition("evening"), path)


@pytest.fixture(scope="module")
def collection(collected: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with pywb(tmp_path_factory.mktemp("pywb"), collected) as url:
        yield url


@pytest.fixture(scope="module")
def back(collection: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive with all of it."""
    folder = tmp_path_factory.mktemp("back") / "archive"
    done = crawl("wayback", folder, site="paper.example", endpoint=collection)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def paths(archive: Path) -> set[str]:
    return {urlsplit(row["url"]).path for row in query(archive, "SELECT url FROM stories")}


def asked_for(asked: list[str]) -> Counter[str]:
    """How often each capture was asked for."""
    return Counter(path for path in asked if path.startswith("/web/"))


def test_every_story_of_a_collection_comes_back_with_its_dates(back: Path, collection: str) -> None:
    assert paths(back) == set(STORIES)
    for row in query(back, "SELECT url, title, published_at, first_captured_at, last_captured_at"
                           " FROM stories"):  # fmt: skip
        story = STORIES[urlsplit(row["url"]).path]
        assert row["title"] == story.title
        assert row["published_at"][:10] == story.published[:10]
        assert row["first_captured_at"] == "2026-10-20T06:00:00.000000+00:00"
        assert row["last_captured_at"] == "2026-10-21T18:00:00.000000+00:00"
    revised = query(
        back,
        "SELECT url, number, captured_at FROM story_revisions"
        " WHERE article_id IN (SELECT id FROM stories WHERE revisions > 1) ORDER BY number",
    )
    assert [(urlsplit(row["url"]).path, row["captured_at"][:10]) for row in revised] == [
        (CHANGED, "2026-10-20"), (CHANGED, "2026-10-21"),
    ]  # fmt: skip
    (front,) = query(back, "SELECT source_uri FROM captures WHERE url = ? AND fetched_at LIKE ?",
                     f"{HOME}/", "2026-10-20%")  # fmt: skip
    assert front["source_uri"] == f"{collection}/20261020060000id_/{HOME}/"
    assert query(back, "SELECT endpoint FROM web_archives") == [{"endpoint": f"{collection}/cdx"}]


def test_what_is_the_same_by_the_index_is_not_fetched_and_is_a_capture(back: Path) -> None:
    kinds = query(back, "SELECT record_type, count(*) AS n FROM captures WHERE source_uri IS NOT"
                        " NULL GROUP BY 1")  # fmt: skip
    whole = {row["record_type"]: row["n"] for row in kinds}
    changed = {each.url for each in edition("evening")} - {
        each.url for each in edition("evening") if each.body in {e.body for e in edition("morning")}
    }
    assert whole["revisit"] == len(edition("evening")) - len(changed)
    assert whole["response"] == len(edition("morning")) + len(changed)
    states = query(back, "SELECT DISTINCT state FROM mementos")
    assert states == [{"state": "archived"}]


def test_other_tools_find_its_files_sound(back: Path) -> None:
    assert faults(back) == []
    done = tool("warcio", "check", *sorted((back / "warc").iterdir()))
    assert done.returncode == 0, done.stdout


def test_they_are_what_an_import_makes_of_them(back: Path, collected: Path, tmp_path: Path) -> None:
    done = run_scrapy("import", *PLAINLY, str(collected), "-a", f"archive={tmp_path / 'imported'}")
    assert done.returncode == 0, done.stderr
    for sql in ALIKE:
        assert query(back, sql) == query(tmp_path / "imported", sql)


def test_a_second_run_fetches_nothing_and_a_lost_database_comes_again(
    back: Path, collection: str
) -> None:
    before = [query(back, sql) for sql in ALIKE]
    captures = query(back, "SELECT url, fetched_at, source_uri FROM captures ORDER BY 1, 2")
    (back / "archive.db").unlink()
    assert run_scrapy("rebuild", str(back)).returncode == 0
    assert [query(back, sql) for sql in ALIKE] == before
    done = crawl("wayback", back, site="paper.example", endpoint=collection)
    assert done.returncode == 0, done.stderr
    assert " 0 fetched," in done.stdout
    assert [query(back, sql) for sql in ALIKE] == before
    again = query(back, "SELECT url, fetched_at, source_uri FROM captures ORDER BY 1, 2")
    assert [c for c in again if c["source_uri"]] == [c for c in captures if c["source_uri"]]


def test_a_span_of_dates_is_asked_for(collection: str, tmp_path: Path) -> None:
    done = crawl("wayback", tmp_path / "a", site="paper.example", endpoint=collection,
                 since="2026-10-21", max_pages="5")  # fmt: skip
    assert done.returncode == 0, done.stderr
    dates = query(tmp_path / "a", "SELECT DISTINCT substr(fetched_at, 1, 10) AS day FROM captures"
                                  " WHERE source_uri IS NOT NULL")  # fmt: skip
    assert dates == [{"day": "2026-10-21"}]
    assert " 5 fetched," in done.stdout
    (settled,) = query(tmp_path / "a", "SELECT sum(state = 'archived') AS n FROM mementos")
    assert settled == {"n": 5}
    assert "captures to come: the same command resumes" in done.stdout
