"""Pages shown in a browser whose scripts ask for pictures, style sheets, pages, others' data."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from crawler.archive.room_front import papers
from crawler.demo.answer import picture
from crawler.fixity.archive import verify
from crawler.render import what_lacks
from tests.loopback import Answers, site

from .conftest import crawl, query, run_scrapy
from .test_pictures import PNG, figure, paper, rows, story

pytestmark = pytest.mark.skipif(what_lacks() is not None, reason=f"{what_lacks()}")

FIRST, SECOND = "/2026/05/low-water-at-lock-1/", "/2026/05/low-water-at-lock-2/"
JSON = {"Content-Type": "application/json"}
SCRIPT = f"""<script>
const other = location.origin.replace('127.0.0.1', 'localhost');
for (const each of [location.href, '{SECOND}', '/', '/robots.txt', '/lock.png', '/lock.css',
    '/counted', other + '/data.json', '/moved.json']) fetch(each, {{mode: 'no-cors'}});
</script><link rel=stylesheet href="/lock.css">"""


@dataclass(frozen=True)
class Kept:
    folder: Path
    url: str
    answers: Answers
    asked: list[str]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    folder = tmp_path_factory.mktemp("shown") / "archive"
    asked: list[str] = []
    answers = paper(
        {1: figure("/lock.png") + SCRIPT, 2: ""},
        **{
            "/lock.png": (200, PNG, picture("lock")),
            "/lock.css": (200, {"Content-Type": "text/css"}, b"p { background: url(/water.png) }"),
            "/water.png": (200, PNG, picture("water")),
            "/moved.json": (307, {"Location": "/data.json?2"}, b""),
            "/data.json?2": (200, JSON, b"{}"),
        },
    )
    with site(answers, asked) as url:
        there = url.replace("127.0.0.1", "localhost")
        answers["/counted"] = (302, {"Location": f"{there}/visitors.json"}, b"")
        answers["/visitors.json"] = (200, JSON, b"{}")
        answers[SECOND] = story(2, figure(f"{there}/theirs.png"))
        answers["/theirs.png"] = (200, PNG, picture("theirs"))
        done = crawl("news", folder, site=url, keep="page", render="always")
        assert done.returncode == 0, done.stderr
        yield Kept(folder, url, answers, asked)


def test_what_scripts_ask_for_is_kept_as_what_it_is_and_asked_for_once(kept: Kept) -> None:
    found = rows(kept.folder)
    assert {path: found[path]["media_type"] for path in ("lock.png", "lock.css", "water.png")} == {
        "lock.png": "image/png", "lock.css": None, "water.png": "image/png",
    }  # fmt: skip
    assert not query(kept.folder, "SELECT 1 FROM story_pictures WHERE capture_id IS NULL")
    assert [kept.asked.count(path) for path in ("/lock.png", "/lock.css", "/water.png")] == [1] * 3


def test_a_page_that_a_script_fetches_keeps_what_a_browser_showed_of_it(kept: Kept) -> None:
    assert [kept.asked.count(path) for path in (FIRST, SECOND, "/")] == [1] * 3
    for path in (FIRST, SECOND):
        shown = run_scrapy("show", kept.url + path, "-a", f"archive={kept.folder}", "--shown")
        assert "says that the water has not been as low" in shown.stdout


def test_data_that_leads_to_anothers_host_is_not_asked_for_there(kept: Kept) -> None:
    assert "/counted" in kept.asked
    assert "/data.json?2" in kept.asked
    assert "/visitors.json" not in kept.asked
    assert "/data.json" not in kept.asked
    (why,) = query(kept.folder, "SELECT state, reason_code FROM urls WHERE url LIKE '%/counted'")
    assert tuple(why.values()) == ("excluded", "to_other_site")


def test_a_host_of_pictures_is_no_newspaper_of_the_reading_room(kept: Kept) -> None:
    assert rows(kept.folder)["theirs.png"]["media_type"] == "image/png"
    with closing(sqlite3.connect(kept.folder / "archive.db")) as connection:
        assert [each.host for each in papers(connection)] == [kept.url.partition("//")[2]]


def test_what_was_taken_down_no_script_brings_back(kept: Kept) -> None:
    first = kept.url + FIRST
    gone = run_scrapy(
        "takedown",
        first,
        "-a",
        f"archive={kept.folder}",
        "--reason",
        "asked",
        "--by",
        "us",
        "--yes",
    )
    assert gone.returncode == 0, gone.stderr
    before = kept.asked.count("/moved.json")
    assert before == 1
    kept.answers["/moved.json"] = (200, JSON, b'{"text": "changed meanwhile"}')
    status, headers, page = kept.answers[SECOND]
    kept.answers[SECOND] = (status, headers, page + b"<script>fetch('/moved.json')</script>")
    done = crawl("article", kept.folder, url=kept.url + SECOND, render="always")
    assert done.returncode == 0, done.stderr
    assert kept.asked.count(SECOND) == 2
    assert kept.asked.count("/moved.json") == before
    assert not verify(kept.folder, processes=1).damage


EATS = """<script>const all = [];
for (let n = 0; n < 40; n++) { const b = new Uint8Array(4e7); b.fill(1); all.push(b); }
while (true) {}</script>"""


def test_a_story_whose_page_no_browser_can_show_is_read_from_what_the_server_sent(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "archive"
    answers = paper({1: "", 2: EATS})
    with site(answers, []) as url:
        done = crawl("news", folder, "-s", "RENDER_MEMORY=600", site=url, render="always")
        assert done.returncode == 0, done.stderr
        assert "no browser could show 1 page; what the server sent is read" in done.stderr
        assert len(query(folder, "SELECT 1 FROM stories")) == 2
        # one that a browser has shown before is not taken to be edited
        answers[FIRST] = story(
            1, EATS + "<p>What only the server sends of it, in a whole line.</p>"
        )
        again = crawl(
            "article", folder, "-s", "RENDER_MEMORY=600", url=url + FIRST, render="always"
        )
    assert "the page took more than 600 MB of memory in the browser" in again.stdout + again.stderr
    (first,) = query(folder, "SELECT revisions FROM stories WHERE url LIKE '%-1/'")
    assert first["revisions"] == 1
