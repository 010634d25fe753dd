"""The pages of a reading room, asked for as a browser does."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import os
import shutil
import sqlite3
from html import unescape
from pathlib import Path
from urllib.parse import quote

import pytest

from crawler.archive.describe import DESCRIPTIONS
from crawler.room.queries import questions
from crawler.room.search import _cell
from tests.system.test_errors import fingerprint
from tests.system.test_read_only import POWERLESS, set_modes, works

from .conftest import RunningRoom, browsing


def edited(room: RunningRoom) -> int:
    return int(room.row("SELECT id FROM articles WHERE revisions > 1"))


def test_the_front_page_says_what_the_archive_holds(room: RunningRoom) -> None:
    text = room.get("/").text
    for words in (
        "<b>39</b> stories",
        "19 October 2024",
        "Freight siding at Tarnholt",
        "Last runs",
    ):
        assert words in text
    assert room.get(f"/in/{room.name}?year=2025").text.count("<rect") == 365


def test_a_story_is_read_with_all_that_stands_beside_it(room: RunningRoom) -> None:
    key = edited(room)
    text = unescape(room.get(f"/in/{room.name}/story/{key}").text)
    for words in (
        "Freight siding at Tarnholt will be reopened", "Celia Montrose", "2 minutes to read",
        "13 October 2026, 07:20 +02:00", "to the second", "Who pays", "json-ld:datePublished",
        "Linked by 5 stories", "2 revisions", "freight-siding-decision-expected?ref=home",
        'rel="prev"', "Latest in Business",
    ):  # fmt: skip
        assert words in text
    first = unescape(room.get(f"/in/{room.name}/story/{key}?revision=1").text)
    assert "<h1>Decision on the freight siding expected this week</h1>" in first
    assert room.get(f"/in/{room.name}/story/{key}?revision=7").status == 404
    assert room.get(f"/in/{room.name}/story/{key}?revision=x").status == 400


def test_a_link_in_the_text_leads_to_the_archived_story(room: RunningRoom) -> None:
    text = room.get(f"/in/{room.name}/story/{edited(room)}").text
    target = room.row("SELECT id FROM articles WHERE url LIKE '%sawmill-switches-to-solar-drying'")
    assert f'href="/in/{room.name}/story/{target}" class="here"' in text


def test_a_story_is_found_by_its_address(room: RunningRoom) -> None:
    key, url = room.row("SELECT id, url FROM articles WHERE revisions > 1")
    answer = room.get(f"/in/{room.name}/at?url={quote(url + '?ref=home', safe='')}")
    assert (answer.status, answer.headers["Location"]) == (302, f"/in/{room.name}/story/{key}")
    assert room.get(f"/in/{room.name}/at?url=https://nowhere.example/").status == 404


def test_two_revisions_are_compared_word_by_word(room: RunningRoom) -> None:
    path = f"/in/{room.name}/story/{edited(room)}/revisions"
    text = room.get(path).text
    assert "<del>Decision on the freight siding expected this week</del>" in text
    assert "<ins>The first train is to run in the spring of 2028.</ins>" in text
    assert "A substantial change" in text
    beside = room.get(f"{path}?from=1&to=2&view=beside").text
    assert beside.count('<table class="columns">') == 1
    assert room.get(f"{path}?from=1&to=9").status == 404


def test_edits_are_listed_by_what_they_changed(room: RunningRoom) -> None:
    for order in ("share", "words", "numbers", "quotes", "date"):
        text = room.get(f"/in/{room.name}/edits?by={order}").text
        assert "20 % of the text" in text
        assert "Decision on the freight siding" in text
    assert room.get(f"/in/{room.name}/edits?by=whim").status == 400
    assert "No newspaper has" in room.get(f"/in/{room.name}/edits?site=other.example").text


def test_a_newspaper_s_page(room: RunningRoom) -> None:
    host = room.row("SELECT host FROM sites")
    text = room.get(f"/in/{room.name}/paper/{quote(host, safe='')}").text
    for words in ("Celia Montrose", "Culture", "sitemap-news.xml", "Gaps"):
        assert words in text
    assert room.get(f"/in/{room.name}/paper/nowhere.example").status == 404


def test_findings_and_runs_stand_on_the_front_page_and_on_the_newspapers_own(
    room: RunningRoom,
) -> None:
    host = room.row("SELECT host FROM sites")
    paper = f"/in/{room.name}/paper/{quote(host, safe='')}"
    numbers = {"share_before": 0.9, "share": 0.1, "stories": 50}
    assert "What is not as usual" not in room.get(f"/in/{room.name}").text + room.get(paper).text
    with sqlite3.connect(room.archive / "archive.db") as db:
        db.execute(
            "INSERT INTO findings (site_id, kind, subject, level, since, noted_at, numbers, urls)"
            " SELECT id, 'field_dropped', '<script>author', 'warning', '2026-01-02',"
            " '2026-01-03T00:00:00+00:00', ?, ? FROM sites WHERE host = ?",
            (json.dumps(numbers), '["javascript:alert(1)"]', host),
        )
    db.close()
    try:
        for path in (f"/in/{room.name}", paper):
            text = room.get(path).text
            assert "&lt;script&gt;author: 90% of the stories had it, 10% do now (of 50)" in text
            assert "<script>author" not in text
            assert 'href="javascript' not in text
            assert '<h2 id="runs">' in text
    finally:
        with sqlite3.connect(room.archive / "archive.db") as db:
            db.execute("DELETE FROM findings")
        db.close()


def test_the_page_as_it_was_and_its_record(room: RunningRoom) -> None:
    key = edited(room)
    text = room.get(f"/in/{room.name}/story/{key}/captures").text
    capture = int(text.split("/capture/")[1].split("/page")[0])
    newest = room.row(
        "SELECT max(c.id) FROM captures c JOIN urls u ON u.id = c.url_id WHERE u.article_id = ?"
        " AND c.status = 200",
        key,
    )
    assert capture == newest
    assert "HTTP/1.1 200 OK" in text
    page = room.get(f"/in/{room.name}/capture/{capture}/page")
    assert "sandbox" in page.headers["Content-Security-Policy"]
    assert "script-src" not in page.headers["Content-Security-Policy"]
    assert "Freight siding at Tarnholt will be reopened" in page.text
    for bad in ("<script", "<style>", "<link", "<iframe", "href=", "onclick"):
        assert bad not in page.text
    file, offset, length, digest = room.row(
        "SELECT warc_file, warc_offset, warc_length, payload_digest FROM captures WHERE id = ?",
        capture,
    )
    record = room.get(f"/in/{room.name}/capture/{capture}/record").body
    data = (room.archive / "warc" / file).read_bytes()
    assert record == data[offset : offset + length]
    assert digest.encode() in gzip.decompress(record)
    assert room.get(f"/in/{room.name}/capture/999999").status == 404


def test_the_capture_nearest_to_a_date(room: RunningRoom) -> None:
    key = edited(room)
    numbers = [
        int(room.get(f"/in/{room.name}/story/{key}/captures?at={at}").text
            .split("/capture/")[1].split("/page")[0])
        for at in ("1999-01-01", "2099-01-01")
    ]  # fmt: skip
    assert numbers[0] < numbers[1]


def test_a_story_is_cited_in_four_forms(room: RunningRoom) -> None:
    key = edited(room)
    url, digest = room.row(
        "SELECT a.url, c.payload_digest FROM articles a JOIN revisions r ON r.article_id = a.id"
        " JOIN captures c ON c.id = r.capture_id WHERE a.id = ? AND r.number = 1",
        key,
    )
    base = f"/in/{room.name}/story/{key}/cite"
    for ending in ("txt", "bib", "json"):
        text = room.get(f"{base}.{ending}?revision=1").text
        assert url in text
        assert digest.replace("_", r"\_") in text.replace("\\", "") or digest in text
        assert "Decision on the freight siding expected this week" in text
    item = json.loads(room.get(f"{base}.json").text)[0]
    assert item["type"] == "article-newspaper"
    assert item["issued"] == {"date-parts": [[2026, 10, 13]]}
    link = room.get(f"{base}.html").text
    assert f'<a href="{url}" data-originalurl="{url}" data-versionurl="urn:uuid:' in link
    assert room.get(base).status == 200


def test_a_search_is_a_page_and_a_file(room: RunningRoom) -> None:
    page = unescape(room.get("/search?q=rivers+edited:maybe").text)
    assert "<mark>river</mark>" in page
    assert "edited:maybe is neither yes nor no" in page
    told = json.loads(room.get(f"/in/{room.name}/search.json?q=mill").text)
    assert len(told["hits"]) > 2
    table = list(csv.DictReader(io.StringIO(room.get(f"/in/{room.name}/search.csv?q=mill").text)))
    assert [row["title"] for row in table] == [hit["title"] for hit in told["hits"]]


@pytest.mark.parametrize(
    "typed", ["co-op", "it's", "C&A", "river!", '"', "(", "*", "a:b", "\0", ""]
)
def test_whatever_is_typed_is_searched(room: RunningRoom, typed: str) -> None:
    for path in ("/search", f"/in/{room.name}/search"):
        answer = room.get(f"{path}?q={quote(typed)}&second={quote(typed)}")
        assert answer.status == 200
    assert room.get(f"/search?fts=1&q={quote(typed)}").status in (200, 400)


def test_a_cell_is_no_formula() -> None:
    assert [_cell(each) for each in ("=1+1", "@x", "-1", "x", 3, None)] == [
        "'=1+1", "'@x", "'-1", "x", 3, None,
    ]  # fmt: skip


def test_the_graph_is_the_same_as_a_list(room: RunningRoom) -> None:
    path = f"/in/{room.name}/story/{edited(room)}/graph"
    told = json.loads(room.get(f"{path}.json").text)
    text = unescape(room.get(path).text)
    assert told["nodes"][0]["steps"] == 0
    assert len(told["nodes"]) > 10
    assert all(node["title"] in text for node in told["nodes"])
    fewer = json.loads(room.get(f"{path}.json?relation=inline").text)
    assert len(fewer["nodes"]) < len(told["nodes"])
    assert {tie[2] for tie in fewer["ties"]} == {"inline"}


def test_datasette_is_below_with_every_table_described(room: RunningRoom) -> None:
    told = json.loads(room.get(f"/{room.name}.json").text)
    shown = {table["name"] for table in told["tables"] if not table["hidden"]}
    assert {"articles", "revisions", "captures"} <= shown
    assert not {name for name in shown if name.startswith("_")}
    page = room.get(f"/{room.name}/stories").text
    assert unescape(DESCRIPTIONS["stories"]["title"]) in unescape(page)
    assert room.get(f"/{room.name}/stories.csv").headers["Content-Type"].startswith("text/")


def test_all_questions_are_answered(room: RunningRoom) -> None:
    assert len(questions()) > 12
    for each in questions():
        filled = "&author=Celia+Montrose&since=2026-01-01&until=2026-12-31&url=x"
        answer = room.get(f"/{room.name}/{each.name}.json?_shape=array{filled}")
        assert answer.status == 200, (each.name, answer.text)


def test_what_is_not_there_is_told_on_a_page(room: RunningRoom) -> None:
    for path in ("/in/nowhere", f"/in/{room.name}/story/999", f"/in/{room.name}/story/9/graph"):
        answer = room.get(path)
        assert answer.status in (200, 404)
        assert "Traceback" not in answer.text
    assert "no archive nowhere" in room.get("/in/nowhere").text


def test_several_archives_in_one_room(demo_archive: Path, odd_archive: Path) -> None:
    with browsing(demo_archive, odd_archive) as room:
        text = room.get("/").text
        assert f'href="/in/{demo_archive.name}"' in text
        assert f'href="/in/{odd_archive.name}"' in text
        assert "/edits" not in text  # of which archive?
        assert "/edits" in room.get(f"/in/{odd_archive.name}").text
        assert room.get(f"/in/{odd_archive.name}").status == 200
        assert room.get(f"/{odd_archive.name}/stories.json").status == 200


def test_reading_writes_nothing(room: RunningRoom) -> None:
    digest = hashlib.sha256((room.archive / "archive.db").read_bytes()).hexdigest()
    before = {path: path.stat().st_mtime_ns for path in (room.archive / "warc").iterdir()}
    for path in ("/", f"/in/{room.name}/edits", f"/{room.name}/stories.json"):
        assert room.get(path).status == 200
    assert hashlib.sha256((room.archive / "archive.db").read_bytes()).hexdigest() == digest
    assert {path: path.stat().st_mtime_ns for path in (room.archive / "warc").iterdir()} == before


def test_an_archive_that_cannot_be_written_is_read_and_left_alone(
    demo_archive: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "kept"
    shutil.copytree(demo_archive, folder)
    for name in ("archive.db-wal", "archive.db-shm"):
        (folder / name).unlink(missing_ok=True)
    set_modes(folder, writable=False)
    under = POWERLESS if os.geteuid() == 0 else ()
    if under and not works(*under, "true"):
        pytest.skip("no setpriv here, and root may write everywhere")
    before = fingerprint(folder)
    try:
        with browsing(folder, under=under) as room:
            assert "Freight siding" in room.get("/").text
            assert room.get("/search?q=river").status == 200
        assert fingerprint(folder) == before
    finally:
        set_modes(folder, writable=True)


def test_a_room_that_is_closed_leaves_nothing_behind(demo_archive: Path, tmp_path: Path) -> None:
    folder = tmp_path / "closed"
    shutil.copytree(demo_archive, folder)
    with browsing(folder) as room:
        assert room.get("/").status == 200
    assert {path.name for path in folder.iterdir()} <= {"archive.db", "warc", "run.lock"}


def test_it_reads_while_a_crawl_writes_and_shows_what_is_new(odd_room: RunningRoom) -> None:
    db = sqlite3.connect(odd_room.archive / "archive.db", timeout=5)
    try:
        db.execute("BEGIN IMMEDIATE")
        db.execute("UPDATE revisions SET title = 'Weir moved' WHERE title LIKE 'Weir repaired at%'")
        before = odd_room.get("/").text  # while the transaction is open
        assert "Weir repaired at last" in before
        db.commit()  # nobody holds it up
        assert "Weir moved" in odd_room.get("/").text
        db.execute(
            "UPDATE revisions SET title = 'Weir repaired at last' WHERE title = 'Weir moved'"
        )
        db.commit()
    finally:
        db.close()
