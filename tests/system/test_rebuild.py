"""A lost database is made again from the WARC files: the same articles, revisions, links."""

from __future__ import annotations

import gzip
import re
import shutil
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from benchmarks.kill import faults
from crawler.demo.server import serve
from crawler.warc.provenance import ARTICLE
from crawler.warc.reader import Record, read_file
from tests.loopback import NOT_FOUND, raw_site

from .conftest import Archived, crawl, query, run_scrapy
from .test_errors import complaint
from .test_hostile import STORY
from .test_interrupted import start, wait_for_stories
from .test_warc import plain

BLOCK = "WARC-Block-Digest"
LINKING = plain(
    STORY.replace(
        "</body>",
        "<aside class=related><h3>Related stories</h3><ul><li>"
        "<a href='/2026/x'>Another lock of the river has a new master</a></ul></aside></body>",
    ).encode()
)
WHAT = {
    "stories": "SELECT * FROM (SELECT url, site, title, authors, published_at, modified_at,"
    " read_time_minutes, section, tags, language, standfirst, body_text, image_url,"
    " first_captured_at, last_captured_at, revisions, gone_at FROM stories) ORDER BY url",
    "revisions": "SELECT a.url, r.number, r.captured_at, r.extractor, r.content_digest, r.title,"
    " v.sources, v.body_markdown, r.cause, c.record_id FROM revisions r"
    " JOIN story_revisions v ON v.article_id = r.article_id AND v.number = r.number"
    " JOIN articles a ON a.id = r.article_id JOIN captures c ON c.id = r.capture_id ORDER BY 1, 2",
    "links": "SELECT a.url, r.number, l.relation, l.label, l.position, l.title, l.excerpt, l.url,"
    " l.image_url, l.published_raw, l.first_seen_at, l.last_seen_at FROM linked_stories l"
    " JOIN revisions r ON r.id = l.revision_id JOIN articles a ON a.id = l.article_id"
    " ORDER BY 1, 2, 3, 4, 5, 8",
    "images": "SELECT a.url, r.number, i.role, i.position, i.url, i.alt, i.caption FROM images i"
    " JOIN revisions r ON r.id = i.revision_id JOIN articles a ON a.id = i.article_id"
    " ORDER BY 1, 2, 3, 4",
    "captures": "SELECT u.url, c.fetched_at, c.status, c.content_type, c.payload_digest,"
    " c.payload_bytes, c.record_id, c.warc_file, c.warc_offset, c.warc_length, c.location,"
    " c.record_type, o.record_id AS refers_to, c.truncated, c.fetch_ms, c.reservations, r.uuid"
    " FROM captures c JOIN urls u ON u.id = c.url_id JOIN runs r ON r.id = c.run_id"
    " LEFT JOIN captures o ON o.id = c.refers_to_id ORDER BY c.record_id",
    "runs": "SELECT spider, arguments, software, started_at, finished_at, outcome, captures,"
    " new_articles, new_revisions, unchanged_articles, uuid FROM runs ORDER BY uuid",
    # lists are to be read again: what they told of, and nobody had visited, is lost
    "urls": "SELECT u.url, u.role, iif(u.role = 'page', u.source, '') AS source, u.reason,"
    " u.reason_code, u.reason_subject,"
    " iif(a.id IS NULL, '', u.state) AS state,"
    " iif(a.id IS NULL, '', u.etag) AS etag, a.url AS article"
    " FROM urls u LEFT JOIN articles a ON a.id = u.article_id WHERE u.visited_at IS NOT NULL"
    " AND u.id IN (SELECT url_id FROM captures) ORDER BY 1",
    "files": "SELECT name, bytes, records, sha256 FROM warc_files ORDER BY 1",
    "changes": "SELECT a.url, r.number, c.field FROM revision_changes c"
    " JOIN revisions r ON r.id = c.revision_id JOIN articles a ON a.id = r.article_id"
    " ORDER BY 1, 2, 3",
    "addresses": "SELECT s.key, a.url, s.leads_to FROM story_addresses s"
    " LEFT JOIN articles a ON a.id = s.article_id ORDER BY 1",
}


def content(archive: Path) -> dict[str, list[dict[str, Any]]]:
    return {name: query(archive, sql) for name, sql in WHAT.items()}


def lose(archive: Path) -> None:
    for path in archive.glob("archive.db*"):
        path.unlink()


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo newspaper as of the morning and the evening, and once more in full: revisions, links
    seen again, revisits, a vanished story."""
    folder = tmp_path_factory.mktemp("rebuild") / "a"
    with serve("morning") as base:
        assert crawl("news", folder, site=base).returncode == 0
        port = int(base.rpartition(":")[2])
    with serve("evening", port=port) as base:
        for _ in range(2):
            done = crawl("news", folder, site=base, revisit="now")
            assert done.returncode == 0, done.stderr
    return folder


def test_the_same_archive_is_made_again(archive: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(archive, copy)
    wanted = content(archive)
    assert any(row["record_type"] == "revisit" for row in wanted["captures"])
    assert any(row["number"] == 2 for row in wanted["revisions"])
    lose(copy)
    done = run_scrapy("rebuild", str(copy))
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("39 articles, ")
    found = content(copy)
    for name, rows in wanted.items():
        assert found[name] == rows, name
    assert faults(copy) == []
    assert {path.name for path in copy.iterdir()} == {"archive.db", "warc"}


def test_articles_are_found_under_the_addresses_that_earlier_versions_gave_them(
    archive: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    (copy / "warc").mkdir(parents=True)
    found = 0
    for path in sorted((archive / "warc").iterdir()):
        with (copy / "warc" / path.name).open("wb") as out:
            for each in read_file(path):
                assert isinstance(each, Record)
                head = "".join(f"{name}: {value}\r\n" for name, value in each.headers)
                found += ARTICLE in head
                data = f"WARC/1.1\r\n{head.replace(ARTICLE, '')}\r\n".encode() + each.block
                out.write(gzip.compress(data + b"\r\n\r\n", mtime=0))
    assert found >= 39
    done = run_scrapy("rebuild", str(copy))
    assert done.returncode == 0, done.stderr
    for name in ("stories", "revisions", "links", "images", "changes"):
        assert query(copy, WHAT[name]) == query(archive, WHAT[name]), name


def test_the_reasons_that_earlier_versions_gave_in_words_alone_are_read_as_data(
    archive: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    (copy / "warc").mkdir(parents=True)
    found = 0
    for path in sorted((archive / "warc").iterdir()):
        with (copy / "warc" / path.name).open("wb") as out:
            for each in read_file(path):
                assert isinstance(each, Record)
                block = each.block
                if each.kind == "metadata":
                    block, number = re.subn(rb"reason-(?:code|subject): .*\r\n", b"", block)
                    found += number
                sized = (("Content-Length", str(len(block))),)
                head = [(n, v) for n, v in each.headers if n not in ("Content-Length", BLOCK)]
                lines = "".join(f"{name}: {value}\r\n" for name, value in (*head, *sized))
                data = f"WARC/1.1\r\n{lines}\r\n".encode() + block
                out.write(gzip.compress(data + b"\r\n\r\n", mtime=0))
    assert found > 10
    done = run_scrapy("rebuild", str(copy))
    assert done.returncode == 0, done.stderr
    assert query(copy, WHAT["urls"]) == query(archive, WHAT["urls"])
    assert {"no_article", "http_status"} <= {
        row["reason_code"] for row in query(copy, "SELECT reason_code FROM urls")
    }


def test_a_database_that_is_there_is_not_touched_unless_asked(
    archive: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(archive, copy)
    before = (copy / "archive.db").read_bytes()
    refused = run_scrapy("rebuild", str(copy))
    assert refused.returncode == 2
    assert "--replace" in complaint(refused.stderr)
    assert (copy / "archive.db").read_bytes() == before
    done = run_scrapy("rebuild", str(copy), "--replace")
    assert done.returncode == 0, done.stderr
    assert (copy / "archive.db.before-1").read_bytes() == before
    assert content(copy) == content(archive)


def test_crawls_go_on_in_what_was_rebuilt(tmp_path: Path) -> None:
    copy = tmp_path / "a"
    with serve("morning") as base:
        with start(base, copy) as run:
            wait_for_stories(copy, 5)
            run.kill()
        lose(copy)
        done = run_scrapy("rebuild", str(copy))
        assert done.returncode == 0, done.stderr
        assert faults(copy) == []
        known = query(copy, "SELECT count(*) AS n FROM stories")[0]["n"]
        assert known >= 5
        again = crawl("news", copy, site=base)
        assert again.returncode == 0, again.stderr
    assert query(copy, "SELECT count(*) AS n FROM stories") == [{"n": 39}]
    assert query(copy, "SELECT count(*) AS n FROM revisions") == [{"n": 39}]
    assert faults(copy) == []


@pytest.mark.parametrize("story", [
    "/business/2025/06/16/bakery-cooperative-opens-third-shop",  # told of by its neighbours alone
    "/environment/otters-return-to-lower-arle/",  # told of by a redirect alone
])  # fmt: skip
def test_what_a_killed_crawl_had_not_said_yet_is_followed_all_the_same(
    tmp_path: Path, story: str
) -> None:
    folder = tmp_path / "a"
    with serve("morning") as base:
        assert crawl("news", folder, site=base).returncode == 0
        for path in (folder / "warc").iterdir():
            leave_out(path, base + story)
        (folder / "archive.db").unlink()
        assert run_scrapy("rebuild", str(folder)).returncode == 0
        assert query(folder, "SELECT count(*) AS n FROM stories") == [{"n": 38}]
        assert crawl("news", folder, site=base).returncode == 0
    assert query(folder, "SELECT count(*) AS n FROM stories") == [{"n": 39}]


def leave_out(path: Path, url: str) -> None:
    """Write a WARC file anew without what is about a URL, and without what was told of visits."""
    kept = BytesIO()
    writer = WARCWriter(kept, gzip=True)
    with path.open("rb") as stream:
        for record in ArchiveIterator(stream):
            about = record.rec_headers.get_header("WARC-Target-URI") or ""
            if record.rec_type not in ("metadata", "conversion") and about != url:
                writer.write_record(record)
    path.write_bytes(kept.getvalue())


def test_where_a_payload_came_again_the_links_were_seen_again(tmp_path: Path) -> None:
    copy = tmp_path / "a"
    with raw_site(lambda path: LINKING if path == "/2026/s" else NOT_FOUND) as (base, _):
        for _ in range(2):
            assert crawl("article", copy, url=f"{base}/2026/s").returncode == 0
    wanted = content(copy)
    assert [row["record_type"] for row in wanted["captures"]].count("revisit") == 1
    (link,) = wanted["links"]
    assert link["first_seen_at"] < link["last_seen_at"]
    lose(copy)
    assert run_scrapy("rebuild", str(copy)).returncode == 0
    assert content(copy) == wanted


def test_links_of_a_payload_that_another_address_had_first_lead_to_where_they_did(
    tmp_path: Path,
) -> None:
    copy = tmp_path / "a"
    with raw_site(lambda path: LINKING if path == "/2026/s" else NOT_FOUND) as (base, _):
        for host in ("127.0.0.1", "localhost", "localhost"):
            url = f"{base.replace('127.0.0.1', host)}/2026/s"
            assert crawl("article", copy, url=url).returncode == 0
    wanted = content(copy)
    assert [row["record_type"] for row in wanted["captures"]].count("revisit") == 2
    assert [row["url"].count("localhost") for row in wanted["links"]] == [0, 1]
    lose(copy)
    assert run_scrapy("rebuild", str(copy)).returncode == 0
    assert content(copy) == wanted


def test_files_that_tell_nothing_of_their_visits_are_read_anew(tmp_path: Path) -> None:
    warc = tmp_path / "a" / "warc"
    warc.mkdir(parents=True)
    with (warc / "old-20250101000000-00001.warc.gz").open("wb") as out:
        writer = WARCWriter(out, gzip=True, warc_version="1.0")
        for path, status, body in (
            ("/2026/s", "200 OK", STORY.encode()),
            ("/gone", "404 Not Found", b"<p>no</p>"),
        ):
            head = StatusAndHeaders(status, [("Content-Type", "text/html")], protocol="HTTP/1.1")
            record = writer.create_warc_record(
                f"https://news.example{path}", "response", payload=BytesIO(body), http_headers=head
            )
            writer.write_record(record)
    done = run_scrapy("rebuild", str(tmp_path / "a"))
    assert done.returncode == 0, done.stderr
    assert "1 page re-extracted" in done.stdout
    assert [row["url"] for row in query(tmp_path / "a", "SELECT url FROM stories")] == [
        "https://news.example/2026/s"
    ]
    states = query(tmp_path / "a", "SELECT state FROM urls ORDER BY url")
    assert [row["state"] for row in states] == ["done", "gone"]


def test_what_cannot_be_read_is_told_and_the_rest_is_kept(archive: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(archive, copy)
    lose(copy)
    path = min((copy / "warc").iterdir())
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)
    done = run_scrapy("rebuild", str(copy))
    assert done.returncode == 1
    assert path.name in done.stderr
    assert query(copy, "SELECT count(*) AS n FROM stories")[0]["n"] >= 37


def test_a_folder_in_the_place_of_a_file_is_named_and_left_out(
    archive: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(archive, copy)
    lose(copy)
    (copy / "warc" / "other.warc.gz").mkdir()
    done = run_scrapy("rebuild", str(copy))
    assert done.returncode == 1
    assert complaint(done.stderr) == (
        "scrapy rebuild: other.warc.gz: a folder stands where a WARC file should; it is left out"
    )
    assert query(copy, "SELECT count(*) AS n FROM stories")[0]["n"] == 39


def test_a_rebuild_that_fails_leaves_the_database_where_it_was(
    archive: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(archive, copy)
    before = (copy / "archive.db").read_bytes()
    shutil.rmtree(copy / "warc")
    done = run_scrapy("rebuild", str(copy), "--replace")
    assert done.returncode == 2
    assert "no WARC files" in complaint(done.stderr)
    assert (copy / "archive.db").read_bytes() == before


def test_nothing_to_rebuild_from_is_said(tmp_path: Path) -> None:
    done = run_scrapy("rebuild", str(tmp_path))
    assert done.returncode == 2
    assert "no WARC files" in complaint(done.stderr)
    assert list(tmp_path.iterdir()) == []


def test_of_a_file_that_is_cut_all_stories_are_found_whose_pages_are_there(
    archived: Archived, tmp_path: Path
) -> None:
    """What is told of them stands behind them, and is lost."""
    folder = tmp_path / "a"
    shutil.copytree(archived.folder, folder)
    (path,) = (folder / "warc").glob("*.warc.gz")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    pages = sum(
        isinstance(each, Record)
        and each.kind == "response"
        and each.url in {row["url"] for row in archived.rows("SELECT url FROM stories")}
        for each in read_file(path)
    )
    assert pages > 10
    run_scrapy("rebuild", str(folder), "--replace")
    (row,) = query(folder, "SELECT count(*) AS n FROM stories")
    assert row["n"] >= pages - 1  # but for copies
