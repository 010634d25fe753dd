"""Archived pages read again from WARC: what is read takes the place of what was read before."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from benchmarks.kill import faults
from crawler.extract.version import extractor_version
from tests.loopback import Answers, site

from .conftest import PLAINLY, Archived, crawl, query, run_scrapy
from .test_errors import complaint
from .test_parts import part


def copy_of(archived: Archived, tmp_path: Path) -> Path:
    folder = tmp_path / "a"
    shutil.copytree(archived.folder, folder)
    return folder


def rewrite(archive: Path, sql: str, *parameters: object) -> None:
    """Change what can only be added to, as another extractor would have written it."""
    with sqlite3.connect(archive / "archive.db") as db:
        guards = db.execute(
            "SELECT name, sql FROM sqlite_master WHERE name LIKE 'revision%_are_never_changed'"
        ).fetchall()
        for name, _ in guards:
            db.execute(f"DROP TRIGGER {name}")
        db.execute(sql, parameters)
        for _, guard in guards:
            db.execute(guard)


def outcomes(archive: Path) -> dict[str, int]:
    rows = query(archive, "SELECT outcome, count(*) AS n FROM rereadings GROUP BY 1")
    return {row["outcome"]: row["n"] for row in rows}


def test_what_is_read_anew_takes_the_place_of_what_another_extractor_had_read(
    archived: Archived, tmp_path: Path
) -> None:
    folder = copy_of(archived, tmp_path)
    before = query(folder, "SELECT * FROM stories ORDER BY id")
    told = "SELECT * FROM revisions ORDER BY id"
    revisions = query(folder, told)
    rewrite(folder, "UPDATE revisions SET extractor = 'hemeroteca/0.0'")
    rewrite(folder, "UPDATE revisions SET title = 'Menu' WHERE article_id < 3")
    rewrite(folder, "UPDATE revision_texts SET body_text = 'x' WHERE revision_id < 3")
    done = run_scrapy("reextract", *PLAINLY, str(folder), "--jobs", "2")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("39 pages re-extracted: 2 changed")
    after = query(folder, "SELECT * FROM stories ORDER BY id")
    assert after == before
    assert query(folder, told) == revisions
    assert query(folder, "SELECT * FROM edited_stories") == []
    assert query(folder, "SELECT revised FROM site_summary") == [{"revised": 0}]
    found = query(folder, "SELECT rowid FROM stories_fts WHERE stories_fts MATCH ?", "Menu")
    assert found == []
    run = query(folder, "SELECT spider, outcome, new_revisions FROM runs ORDER BY id DESC")[0]
    assert (run["spider"], run["outcome"]) == ("reextract", "finished")
    assert faults(folder) == []
    assert run["new_revisions"] == 0
    (written,) = (folder / "warc").glob("a-*")
    with written.open("rb") as stream:
        kinds = [each.rec_type for each in ArchiveIterator(stream)]
    assert kinds == ["warcinfo", "conversion", "conversion", "resource"]


def test_what_was_read_is_not_read_again_and_what_is_broken_off_goes_on(
    archived: Archived, tmp_path: Path
) -> None:
    folder = copy_of(archived, tmp_path)
    assert run_scrapy("reextract", *PLAINLY, str(folder)).stdout.startswith("0 pages")
    rewrite(folder, "UPDATE revisions SET extractor = 'hemeroteca/0.0'")
    (one,) = query(folder, "SELECT url FROM articles WHERE id = 7")
    assert run_scrapy("reextract", *PLAINLY, str(folder), "--url", one["url"]).stdout.startswith(
        "1 page "
    )
    assert run_scrapy("reextract", *PLAINLY, str(folder)).stdout.startswith("38 pages")
    assert run_scrapy("reextract", *PLAINLY, str(folder)).stdout.startswith("0 pages")
    assert run_scrapy("reextract", *PLAINLY, str(folder), "--again").stdout.startswith("39 pages")
    assert outcomes(folder) == {"unchanged": 39}


def test_a_rebuilt_archive_has_what_was_read_again(archived: Archived, tmp_path: Path) -> None:
    folder = copy_of(archived, tmp_path)
    rewrite(folder, "UPDATE revisions SET title = 'Menu' WHERE article_id = 3")
    assert (
        " re-extracted: 1 changed"
        in run_scrapy("reextract", *PLAINLY, str(folder), "--again").stdout
    )
    wanted = query(folder, "SELECT url, revisions FROM stories ORDER BY url")
    done = run_scrapy("rebuild", str(folder), "--replace")
    assert done.returncode == 0, done.stderr
    # the records never said "Menu": what was read again says the same as they do
    found = query(folder, "SELECT url, 1 AS revisions FROM stories ORDER BY url")
    assert [row["url"] for row in found] == [row["url"] for row in wanted]
    assert outcomes(folder) == {"unchanged": 1}


def test_a_story_on_several_pages_stays_whole(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    base = "/2026/05/01/the-long-read/"
    links = "".join(f"<a href='{base}{n}/'>{n}</a> " for n in (2, 3))
    pages: Answers = {
        base: part(1, links), base + "2/": part(2, links), base + "3/": part(3, links),
    }  # fmt: skip
    with site(pages) as home:
        crawl("article", folder, url=home + base)
    before = query(folder, "SELECT body_text FROM stories")
    assert "Sentence 0 of page 3" in before[0]["body_text"]
    done = run_scrapy("reextract", *PLAINLY, str(folder), "--again")
    assert "1 page re-extracted: 0 changed" in done.stdout, done.stderr
    assert query(folder, "SELECT body_text FROM stories") == before


def test_what_cannot_be_read_keeps_its_revision_and_is_told(
    archived: Archived, tmp_path: Path
) -> None:
    folder = copy_of(archived, tmp_path)
    (place,) = query(
        folder,
        "SELECT c.warc_file AS name, c.warc_offset + c.warc_length / 2 AS at FROM revisions r"
        " JOIN captures c ON c.id = r.capture_id WHERE r.article_id = 5",
    )
    path = folder / "warc" / place["name"]
    data = bytearray(path.read_bytes())
    data[place["at"]] ^= 0xFF
    path.write_bytes(data)
    done = run_scrapy("reextract", *PLAINLY, str(folder), "--again")
    assert done.returncode == 0, done.stderr
    assert "1 could not be read" in done.stdout
    (told,) = query(folder, "SELECT * FROM rereadings WHERE article_id = 5")
    assert told["reason_code"] == "damaged_record"
    assert path.name in told["outcome"]
    assert len(query(folder, "SELECT 1 FROM stories")) == 39


@pytest.mark.parametrize("words", [
    ["no-such-folder"], ["--url", "not an address"], ["--url", ""], ["--site", ""],
    ["--site", "//"], ["--jobs", "0"], ["--jobs", "-2"], ["--jobs", "many"],
])  # fmt: skip
def test_bad_words_get_one_line(tmp_path: Path, words: list[str]) -> None:
    done = run_scrapy("reextract", *PLAINLY, *words)
    assert done.returncode == 2
    assert complaint(done.stderr).startswith("scrapy reextract: ")


def test_a_conversion_says_by_which_extractor(archived: Archived) -> None:
    with min((archived.folder / "warc").iterdir()).open("rb") as stream:
        found = [
            json.loads(each.content_stream().read())
            for each in ArchiveIterator(stream)
            if each.rec_type == "conversion"
        ]
    read = {each["article"]["canonical_url"] or each["url"] for each in found}
    assert len(read) == 39  # a story that is printed under a second address is read twice
    assert {each["extractor"] for each in found} == {extractor_version()}
