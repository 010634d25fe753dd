"""A newspaper of script, with a browser and without: a real crawl, a real Chromium."""

from __future__ import annotations

import gzip
import json
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator

from crawler import extract, open_archive
from crawler.demo import scripted
from crawler.demo.server import serve
from crawler.fixity.archive import verify
from crawler.render import what_lacks

from .conftest import crawl, run_scrapy
from .conftest import query as rows_of

needs_browser = pytest.mark.skipif(what_lacks() is not None, reason=f"{what_lacks()}")
PIECES = {scripted.path_of(piece): piece for piece in scripted.stories()}
DIGESTS = "SELECT content_digest FROM revisions ORDER BY content_digest"


@dataclass(frozen=True)
class Crawled:
    folder: Path
    home: str
    log: Path
    said: str


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    """The Arle Signal, the first stories of it."""
    folder = tmp_path_factory.mktemp("signal") / "archive"
    log = folder.parent / "asked"
    with serve(site="script", log=log) as home:
        done = crawl("news", folder, site=home, max_pages="9", render="auto")
        assert done.returncode == 0, done.stderr
        yield Crawled(folder, home, log, done.stdout + done.stderr)


def query(folder: Path, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in rows_of(folder, sql, *parameters)]


def rendered(folder: Path) -> dict[str, tuple[str, str, str]]:
    """URL → record of the answer, of what was shown, how that was made."""
    rows = query(
        folder,
        "SELECT c.url, c.record_id AS raw, r.record_id AS shown, r.made_by FROM renderings r"
        " JOIN captures c ON c.id = r.capture_id",
    )
    return {url: (raw, shown, made_by) for url, raw, shown, made_by in rows}


def records(folder: Path) -> Iterator[tuple[dict[str, str], bytes]]:
    for path in sorted((folder / "warc").glob("*.warc.gz")):
        with path.open("rb") as file:
            for record in ArchiveIterator(file):
                yield dict(record.rec_headers.headers), record.content_stream().read()


@needs_browser
def test_stories_of_script_are_read_as_a_reader_sees_them(crawled: Crawled) -> None:
    rows = query(
        crawled.folder,
        "SELECT s.url, s.title, s.authors, s.published_at, s.body_text, t.sources FROM stories s"
        " JOIN articles a ON a.id = s.id JOIN revision_texts t ON t.revision_id = a.revision_id",
    )
    assert len(rows) == 8
    shown = 0
    for url, title, authors, published, text, sources in rows:
        piece = PIECES[url.removeprefix(crawled.home)]
        assert (title, authors) == (piece.title, piece.author)
        assert published == f"{piece.published:%Y-%m-%dT%H:%M:%S}+01:00"
        assert text == "\n\n".join(piece.paragraphs)
        said = json.loads(sources)
        if scripted.has_state(piece):
            assert said["body"]["source"] == "script-json:__STATE__.route.article.body"
        else:
            shown += 1
            assert said["page"]["source"] == "rendered"
            assert said["page"]["text"].startswith("Chromium/")
    assert 0 < shown < len(rows)


@needs_browser
def test_what_a_browser_showed_is_kept_beside_what_the_server_sent(crawled: Crawled) -> None:
    made = rendered(crawled.folder)
    assert crawled.home + "/" in made
    by_id = {head["WARC-Record-ID"]: (head, block) for head, block in records(crawled.folder)}
    for url, (raw, shown, made_by) in made.items():
        head, block = by_id[shown]
        assert head["WARC-Type"] == "conversion"
        assert head["WARC-Refers-To"] == raw
        assert head["WARC-Target-URI"] == f"urn:hemeroteca:rendered:{url}"
        assert head["Hemeroteca-Rendered-By"] == made_by
        assert "viewport 1280x1600" in made_by
        assert by_id[raw][0]["WARC-Target-URI"] == url
        assert b"<article>" in block or url.endswith("/")
    sources = [row[0] for row in query(crawled.folder, "SELECT url FROM urls WHERE kind = 'other'")]
    assert f"{crawled.home}/app.js" in sources
    assert sum("/api/story/" in url for url in sources) == len(made) - 1


@needs_browser
def test_python_is_given_what_a_browser_showed(crawled: Crawled) -> None:
    with open_archive(crawled.folder) as archive:
        for story in archive.stories():
            capture = archive.revisions(story)[-1].capture
            shown = archive.shown(capture)
            assert (shown is None) == scripted.has_state(
                PIECES[story.url.removeprefix(crawled.home)]
            )
            if shown is not None:
                assert extract(shown, story.url).body == story.article.body
                assert b"<article>" not in archive.body(capture)
                url = story.url
    done = run_scrapy("show", url, "-a", f"archive={crawled.folder}", "--shown")
    assert "<article>" in done.stdout
    done = run_scrapy(
        "show", crawled.home + "/app.js", "-a", f"archive={crawled.folder}", "--shown"
    )
    assert done.returncode == 7
    assert "no browser has shown" in done.stderr


@needs_browser
def test_the_browser_asks_for_nothing_that_we_would_not(crawled: Crawled) -> None:
    asked = [line.split()[:2] for line in crawled.log.read_text().splitlines()]
    assert {method for method, _ in asked} == {"GET"}
    targets = [target for _, target in asked]
    assert targets.count("/app.js") == 1  # once a run
    for never in ("/api/private/reader.json", "/api/beacon", "/api/count", "/api/socket",
                  "/pixel.png", "/worker.js", "/style.css", "/favicon.ico"):  # fmt: skip
        assert never not in targets
    (why,) = query(
        crawled.folder, "SELECT state, reason_code FROM urls WHERE url LIKE '%/api/private/%'"
    )
    assert why == ("excluded", "robots_forbids")


@needs_browser
def test_a_list_that_scripts_fetch_is_followed_without_a_browser(crawled: Crawled) -> None:
    rows = query(
        crawled.folder,
        "SELECT url, source FROM urls WHERE role = 'feed' AND url LIKE '%/api/stories%'"
        " AND state = 'done' ORDER BY id",
    )
    assert rows[0] == (f"{crawled.home}/api/stories?page=1", "script")
    assert (f"{crawled.home}/api/stories?page=2", "feed") in rows
    assert len(query(crawled.folder, "SELECT 1 FROM urls WHERE url LIKE '%-2___'")) > 12


@needs_browser
def test_it_is_read_back_rebuilt_and_imported_as_it_is(crawled: Crawled, tmp_path: Path) -> None:
    report = verify(crawled.folder, processes=1)
    assert not report.damage
    assert report.counts["renderings"] == len(rendered(crawled.folder))
    digests = query(crawled.folder, DIGESTS)
    copy = tmp_path / "copy"
    shutil.copytree(crawled.folder, copy)
    assert run_scrapy("reextract", str(copy), "--again").returncode == 0
    assert query(copy, DIGESTS) == digests
    assert run_scrapy("rebuild", str(copy), "--replace").returncode == 0
    assert query(copy, DIGESTS) == digests
    assert rendered(copy) == rendered(crawled.folder)
    assert not verify(copy, processes=1).damage
    imported = tmp_path / "imported"
    files = [str(path) for path in sorted((crawled.folder / "warc").glob("*.warc.gz"))]
    assert run_scrapy("import", *files, "-a", f"archive={imported}").returncode == 0
    assert query(imported, DIGESTS) == digests
    assert len(rendered(imported)) == len(rendered(crawled.folder))
    assert run_scrapy("rebuild", str(imported), "--replace").returncode == 0
    assert query(imported, DIGESTS) == digests


@needs_browser
def test_an_import_that_broke_off_before_what_was_shown_brings_it_the_next_time(
    crawled: Crawled, tmp_path: Path
) -> None:
    (file,) = (crawled.folder / "warc").glob("*.warc.gz")
    ((offset,),) = query(crawled.folder, "SELECT min(warc_offset) FROM renderings")
    begun, whole = tmp_path / "begun.warc.gz", ("-a", f"archive={tmp_path / 'imported'}")
    begun.write_bytes(file.read_bytes()[:offset])
    assert run_scrapy("import", str(begun), *whole).returncode == 0
    assert rendered(tmp_path / "imported") == {}
    assert run_scrapy("import", str(file), *whole).returncode == 0
    assert len(rendered(tmp_path / "imported")) == len(rendered(crawled.folder))
    number = "SELECT count(*) FROM stories"
    assert query(tmp_path / "imported", number) == query(crawled.folder, number)


@needs_browser
def test_what_is_lost_or_changed_of_it_is_found(crawled: Crawled, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(crawled.folder, copy)
    with closing(sqlite3.connect(copy / "archive.db")) as db, db:
        db.execute("UPDATE renderings SET digest = 'sha256:X' WHERE capture_id ="
                   " (SELECT max(capture_id) FROM renderings)")  # fmt: skip
    (problem,) = verify(copy, processes=1).damage
    assert "what a browser showed" in problem.what


@needs_browser
def test_a_takedown_takes_what_was_shown_and_what_its_scripts_fetched(
    crawled: Crawled, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(crawled.folder, copy)
    ((url,),) = query(  # the one whose answer the others repeat
        copy,
        "SELECT s.url FROM stories s JOIN renderings r JOIN captures c"
        " ON c.id = r.capture_id AND c.url = s.url ORDER BY c.refers_to_id IS NOT NULL, c.id"
        " LIMIT 1",
    )
    told = re.search(r"[A-Za-z ]{30,}", PIECES[url.removeprefix(crawled.home)].paragraphs[1])
    assert told is not None
    words = told[0].strip().encode()
    others = query(copy, "SELECT url FROM stories WHERE url <> ?", url)
    assert any(words in block for _, block in records(copy))
    done = run_scrapy(
        "takedown",
        url,
        "-a",
        f"archive={copy}",
        "--reason",
        "asked for",
        "--by",
        "The mayor",
        "--yes",
    )
    assert done.returncode == 0, done.stderr
    assert not any(words in block for _, block in records(copy))
    assert url not in rendered(copy)
    assert query(copy, "SELECT url FROM stories") == others  # they share its shell
    assert run_scrapy("rebuild", str(copy), "--replace").returncode == 0
    assert sorted(query(copy, "SELECT url FROM stories")) == sorted(others)
    assert not verify(copy, processes=1).damage
    for path in (copy / "warc").glob("*.warc.gz"):
        assert words not in gzip.decompress(path.read_bytes())


def test_without_a_browser_it_is_said_what_is_not_there_and_what_to_do(tmp_path: Path) -> None:
    state = next(piece for piece in scripted.stories() if scripted.has_state(piece))
    shell = next(piece for piece in scripted.stories() if not scripted.has_state(piece))
    folder = tmp_path / "archive"
    with serve(site="script") as home:
        none = crawl("news", folder, site=home, render="never")
        paths = (scripted.path_of(state), scripted.path_of(shell), scripted.WALLED)
        urls = ",".join(home + path for path in paths)
        done = crawl("article", folder, url=urls, render="never")
    assert none.returncode == 3
    assert "its home page shows nothing without its scripts" in none.stderr
    assert done.returncode == 9
    assert "1 page shows nothing without its scripts; to have them shown" in done.stderr
    assert '--reason "no_article needs_script"' in done.stderr
    rows = query(folder, "SELECT title FROM stories")
    assert [row[0] for row in rows] == [state.title]
    (why,) = query(folder, "SELECT reason FROM urls WHERE url LIKE '%' || ?", paths[1])
    assert why[0] == "no article: it shows nothing without its scripts"
    (wall,) = query(folder, "SELECT reason FROM urls WHERE url LIKE '%' || ?", paths[2])
    assert wall[0] == "no article: a login or consent wall"
    told = run_scrapy("status", str(folder)).stdout
    assert "2 pages show nothing without their scripts" in told


def test_render_always_without_a_browser_is_refused_before_anything_is_done(
    tmp_path: Path,
) -> None:
    done = crawl("news", tmp_path / "a", "-s", "RENDER_BROWSER=/nowhere/chromium",
                 site="http://127.0.0.1:1/", render="always")  # fmt: skip
    assert done.returncode == 2
    assert "render=always needs a browser: there is no browser /nowhere/chromium" in done.stderr
    assert not (tmp_path / "a").exists()
