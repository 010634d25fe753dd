"""What publishers reserve is recorded with each capture, and keeps no page from being fetched."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from crawler.reservations import from_json, reserved
from tests.loopback import HTML, Answers, page, site

from .conftest import crawl, query, run_scrapy
from .test_hostile import STORY

ROWS = (
    "SELECT url, what, value, reserved, source, name, agent, stated_at FROM reservations"
    " ORDER BY fetched_at, capture_id, what"
)
ROLES = "SELECT url, role FROM urls WHERE visited_at IS NOT NULL ORDER BY url"


@dataclass(frozen=True)
class Archive:
    """A crawl of a paper that reserves whatever can be reserved."""

    folder: Path
    base: str
    asked: list[str]


def story(head: str = "") -> bytes:
    return STORY.replace("<head>", f"<head>{head}").encode()


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    folder = tmp_path_factory.mktemp("reserved") / "a"
    answers: Answers = {
        "/robots.txt": (200, {}, b"User-agent: *\nContent-Usage: / train-ai=n\n"
                        b"Content-Usage: /2026/05/open train-ai=y\nDisallow: /no/\n"),
        "/.well-known/tdmrep.json": (200, {}, json.dumps(
            [{"location": "/2026/05/closed", "tdm-reservation": 1, "tdm-policy": "/policy"}]
        ).encode()),
        "/": page("/2026/05/closed-weir-of-the-river", "/2026/05/open-weir-of-the-river"),
        "/2026/05/closed-weir-of-the-river": (
            200, {**HTML, "X-Robots-Tag": "noarchive, otherbot: noai"},
            story("<link rel=license type=application/rsl+xml href=/rsl.xml>"),
        ),
        "/2026/05/open-weir-of-the-river": (
            200, HTML, story("<meta name=robots content=noindex>").replace(b"week", b"month"),
        ),
    }  # fmt: skip
    asked: list[str] = []
    with site(answers, asked) as base:
        done = crawl("news", folder, site=base)
        assert done.returncode == 0, done.stderr
    return Archive(folder, base, asked)


def test_each_host_is_asked_once_and_its_stories_are_archived_all_the_same(
    archive: Archive,
) -> None:
    asked = archive.asked
    assert asked[0] == "/robots.txt"
    assert asked.index("/.well-known/tdmrep.json") < asked.index("/")
    assert asked.count("/.well-known/tdmrep.json") == asked.count("/robots.txt") == 1
    assert len(query(archive.folder, "SELECT url FROM stories")) == 2
    assert query(
        archive.folder, "SELECT role, state, reason FROM urls WHERE url LIKE '%/tdmrep.json'"
    ) == [{"role": "robots", "state": "done", "reason": None}]


def test_each_statement_says_what_it_reserves_and_where_it_stands(archive: Archive) -> None:
    base, found = archive.base, query(archive.folder, ROWS)
    closed = f"{base}/2026/05/closed-weir-of-the-river"
    tdmrep = f"{base}/.well-known/tdmrep.json"
    assert [tuple(row.values())[1:] for row in found if row["url"] == closed] == [
        ("license", f"{base}/rsl.xml", 1, "link", "license", None, closed),
        ("noai", None, 1, "header", "X-Robots-Tag", "otherbot", closed),
        ("noarchive", None, 1, "header", "X-Robots-Tag", None, closed),
        ("tdm", "1", 1, "tdmrep.json", "tdm-reservation", None, tdmrep),
        ("tdm-policy", f"{base}/policy", 0, "tdmrep.json", "tdm-policy", None, tdmrep),
        ("train-ai", "n", 1, "robots.txt", "Content-Usage", None, f"{base}/robots.txt"),
    ]
    opened = [row for row in found if "/open-" in row["url"]]
    assert [(row["what"], row["value"], row["reserved"]) for row in opened] == [
        ("noindex", None, 1), ("train-ai", "y", 0),
    ]  # fmt: skip
    assert not [row for row in found if row["url"] == tdmrep]  # a file is no content of its own
    (kept,) = query(archive.folder, "SELECT reservations FROM captures WHERE url = ?", closed)
    assert reserved(from_json(kept["reservations"])) == {"license", "noarchive", "tdm", "train-ai"}


def test_show_says_what_is_reserved_and_by_whom(archive: Archive) -> None:
    done = run_scrapy(
        "show",
        f"{archive.base}/2026/05/closed-weir-of-the-river",
        "-a",
        f"archive={archive.folder}",
    )
    assert done.returncode == 0, done.stderr
    assert "\nrights reserved: license, noarchive, tdm, train-ai\n" in done.stdout
    said = f"\n  tdm: 1, by tdm-reservation in {archive.base}/.well-known/tdmrep.json\n"
    assert said in done.stdout
    assert "\n  noai (for otherbot), by header X-Robots-Tag\n" in done.stdout


def test_a_rebuild_has_them_again(archive: Archive) -> None:
    before = query(archive.folder, ROWS), query(archive.folder, ROLES)
    done = run_scrapy("rebuild", str(archive.folder), "--replace")
    assert done.returncode == 0, done.stderr
    assert (query(archive.folder, ROWS), query(archive.folder, ROLES)) == before


def test_robots_txt_decides_of_that_file_too_and_an_error_is_none_of_the_run_s(
    tmp_path: Path,
) -> None:
    answers: Answers = {
        "/robots.txt": (200, {}, b"User-agent: *\nDisallow: /.well-known/\n"),
        "/2026/05/weir": (200, HTML, story()),
    }
    asked: list[str] = []
    with site(answers, asked) as base:
        assert crawl("article", tmp_path / "a", url=f"{base}/2026/05/weir").returncode == 0
        assert "/.well-known/tdmrep.json" not in asked
        answers["/robots.txt"] = (200, {}, b"")
        # as many servers answer whatever they do not have
        answers["/.well-known/tdmrep.json"] = (302, {"Location": "/"}, b"")
        assert crawl("article", tmp_path / "b", url=f"{base}/2026/05/weir").returncode == 0
        assert asked.count("/.well-known/tdmrep.json") == 1
        assert "/" not in asked
        answers["/.well-known/tdmrep.json"] = (500, {}, b"")
        assert crawl("article", tmp_path / "c", url=f"{base}/2026/05/weir").returncode == 0
        assert asked.count("/.well-known/tdmrep.json") == 2
    for name in "abc":
        assert query(tmp_path / name, "SELECT count(*) AS n FROM stories") == [{"n": 1}]
        assert query(tmp_path / name, "SELECT failures FROM runs") == [{"failures": 0}]


def test_the_file_may_be_at_another_host(tmp_path: Path) -> None:
    file = b'[{"location": "/2026/", "tdm-reservation": 1}]'
    own: Answers = {"/2026/05/weir": (200, HTML, story())}
    with site({"/.well-known/tdmrep.json": (200, {}, file)}) as other, site(own) as base:
        own["/.well-known/tdmrep.json"] = (
            301,
            {"Location": f"{other}/.well-known/tdmrep.json"},
            b"",
        )
        assert crawl("article", tmp_path / "a", url=f"{base}/2026/05/weir").returncode == 0
    (row,) = query(tmp_path / "a", ROWS)
    assert (row["url"], row["what"]) == (f"{base}/2026/05/weir", "tdm")
    assert row["stated_at"] == f"{base}/.well-known/tdmrep.json"
