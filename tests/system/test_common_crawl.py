"""Common Crawl: an index that other tools wrote, and single records of their files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from benchmarks.kill import faults
from benchmarks.web_archive import Kept, warc
from tests.web_archives import Answer, common_crawl

from .conftest import PLAINLY, crawl, query, run_scrapy
from .test_errors import complaint
from .test_proof import tool
from .test_wayback import ALIKE, HOME, STORIES, edition, paths

SOME = tuple(sorted(STORIES))[:6]
OTHER = [Kept(f"http://other.example/{n}", "20100101000000", b"<p>other") for n in range(3)]


@contextmanager
def crawled(folder: Path, asked: list[str] | None = None, **more: object) -> Iterator[str]:
    """Two collections of Common Crawl with an edition of the newspaper each."""
    files, indexes = {}, {}
    for name, kept in (
        ("CC-MAIN-2025-10", edition("morning", "20250301000000", *SOME, "/")),
        ("CC-MAIN-2026-43", edition("evening", "20261021180000", *SOME)),
    ):
        path = warc(OTHER + kept, folder / f"{name}-00001.warc.gz")
        files[f"crawl-data/{name}/segments/1/warc/{path.name}"] = path
        listed = tool("cdxj-indexer", "--sort", path)
        assert listed.returncode == 0, listed.stderr
        indexes[name] = listed.stdout
    with common_crawl(files, indexes, asked, **more) as url:  # type: ignore[arg-type]
        yield url


def brought(archive: Path, url: str, **arguments: str):  # type: ignore[no-untyped-def]
    """`scrapy crawl commoncrawl` of the newspaper."""
    return crawl(
        "commoncrawl", archive, site="paper.example", endpoint=f"{url}/collinfo.json", data=url,
        **arguments,
    )  # fmt: skip


def records(asked: list[str]) -> Counter[str]:
    """How often records were asked for."""
    return Counter(path for path in asked if path.startswith("/crawl-data/"))


def test_single_records_become_captures_as_an_import_makes_them(tmp_path: Path) -> None:
    asked: list[str] = []
    with crawled(tmp_path, asked) as url:
        done = brought(tmp_path / "a", url)
        assert done.returncode == 0, done.stdout + done.stderr
        assert paths(tmp_path / "a") == set(SOME)
        # of 13 captures, those of a page that has not changed are not fetched
        assert sum(records(asked).values()) <= 13
        pages = [path for path in asked if "page=" in path]
        assert len(pages) == 4  # seven rows and six, five a page
        asked.clear()
        done = brought(tmp_path / "a", url)
    assert done.returncode == 0, done.stderr
    assert records(asked) == Counter()
    assert " 0 fetched," in done.stdout
    assert faults(tmp_path / "a") == []
    sources = "SELECT DISTINCT source_uri FROM captures WHERE source_uri IS NOT NULL ORDER BY 1"
    assert [row["source_uri"] for row in query(tmp_path / "a", sources)] == [
        f"{url}/crawl-data/{name}/segments/1/warc/{name}-00001.warc.gz"
        for name in ("CC-MAIN-2025-10", "CC-MAIN-2026-43")
    ]
    run_scrapy("import", *map(str, sorted(tmp_path.glob("CC-*"))), "--site", "paper.example",
               "-s", "LEARN_PROFILES=0", "-a", f"archive={tmp_path / 'b'}")  # fmt: skip
    for sql in ALIKE:
        assert query(tmp_path / "a", sql) == query(tmp_path / "b", sql)


def test_only_collections_of_the_span_are_asked(tmp_path: Path) -> None:
    asked: list[str] = []
    with crawled(tmp_path, asked) as url:
        done = brought(tmp_path / "a", url, since="2026")
    assert done.returncode == 0, done.stderr
    assert not [path for path in asked if "2025-10" in path]
    assert paths(tmp_path / "a") == set(SOME)


def test_what_is_no_record_is_said(tmp_path: Path) -> None:
    seen: list[str] = []

    def instead(path: str) -> Answer | None:
        if not path.startswith("/crawl-data/"):
            return None
        seen.append(path)
        answers: list[Answer] = [
            (404, {}, b""), (206, {}, b"no gzip"), (206, {}, b""), (200, {}, b"short"),
        ]  # fmt: skip
        return answers[len(seen) - 1] if len(seen) <= len(answers) else None

    with crawled(tmp_path, instead=instead) as url:
        done = brought(tmp_path / "a", url, since="2026")
    assert done.returncode == 9, done.stdout + done.stderr
    assert "the web archive lists it and does not have it" in done.stdout
    assert "its record is damaged" in done.stdout
    assert len(paths(tmp_path / "a")) == 2


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((200, {}, b"<html>Sorry"), "no list of collections"),
        ((200, {}, b"[]"), "no collection with a CDX server"),
        ((404, {}, b""), "HTTP 404"),
    ],
)
def test_a_list_of_collections_that_is_none_is_said(
    answer: Answer, words: str, tmp_path: Path
) -> None:
    with crawled(tmp_path, instead=lambda p: answer if "collinfo" in p else None) as url:
        done = brought(tmp_path / "a", url)
    assert done.returncode == 3
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_a_collection_that_cannot_be_asked_leaves_the_others(tmp_path: Path) -> None:
    answers: list[Answer | None] = [(500, {}, b"")]
    with crawled(tmp_path, instead=lambda p: answers[0] if "2025-10-index" in p else None) as url:
        done = brought(tmp_path / "a", url)
        assert done.returncode == 9
        assert "1 part of its index could not be had, and the next run asks for it: HTTP 500" in (
            done.stdout
        )
        assert paths(tmp_path / "a") == set(SOME)
        answers[0] = None
        assert brought(tmp_path / "a", url).returncode == 0
    dates = "SELECT DISTINCT substr(fetched_at, 1, 4) AS year FROM captures WHERE source_uri <> ''"
    assert {row["year"] for row in query(tmp_path / "a", dates)} == {"2025", "2026"}


@pytest.mark.parametrize(
    ("status", "words"), [(403, "HTTP 403"), (200, "whole files alone, no parts of them")]
)
def test_a_server_that_gives_no_records_now_is_asked_again(
    status: int, words: str, tmp_path: Path
) -> None:
    answers: list[Answer | None] = [(status, {}, bytes(3_000_000))]
    with crawled(tmp_path, instead=lambda p: answers[0] if ".warc.gz" in p else None) as url:
        done = brought(tmp_path / "a", url)
        assert done.returncode in (9, 3)
        assert words in done.stdout + done.stderr
        answers[0] = None
        assert brought(tmp_path / "a", url).returncode == 0
    assert paths(tmp_path / "a") == set(SOME)


def test_whole_files_are_imported_for_some_newspapers_alone(tmp_path: Path) -> None:
    path = warc(OTHER + edition("morning", None, *SOME), tmp_path / "CC-NEWS-1.warc.gz")
    done = run_scrapy("import", str(path), "--site", "paper.example",
                      "-s", "LEARN_PROFILES=0", "-a", f"archive={tmp_path / 'a'}")  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "3 of other sites" in done.stdout
    hosts = {row["url"].split("/")[2] for row in query(tmp_path / "a", "SELECT url FROM captures")}
    assert hosts == {HOME.removeprefix("http://")}
    done = run_scrapy("import", *PLAINLY, str(path), "--site",
                      "nobody.example,http://paper.example/business/2026/",
                      "-a", f"archive={tmp_path / 'b'}")  # fmt: skip
    assert "no record of nobody.example is in these files" in done.stderr
    assert paths(tmp_path / "b") == {path for path in SOME if path.startswith("/business/2026/")}
    done = run_scrapy("import", str(path), "--site", "not a host", "-a", f"archive={tmp_path}/a")
    assert done.returncode == 2
    assert "--site" in complaint(done.stderr)


def test_what_repeats_an_answer_of_another_site_is_left_out_and_said(tmp_path: Path) -> None:
    page = edition("morning", None, SOME[0])[0]
    path = tmp_path / "x.warc.gz"
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        head = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
        other = writer.create_warc_record(
            "http://other.example/x", "response", payload=BytesIO(page.body), http_headers=head,
            warc_headers_dict={"WARC-Date": "2026-10-20T06:00:00Z"},
        )  # fmt: skip
        writer.write_record(other)
        digest = other.rec_headers.get_header("WARC-Payload-Digest")
        writer.write_record(
            writer.create_revisit_record(
                page.url, digest, "http://other.example/x", "2026-10-20T06:00:00Z", head,
                {"WARC-Date": "2026-10-21T06:00:00Z"},
            )
        )  # fmt: skip
    one = [*PLAINLY, str(path), "-a", f"archive={tmp_path / 'a'}"]
    done = run_scrapy("import", *one, "--site", "paper.example")
    assert "it repeats an answer of another site, which is left out" in done.stdout
    assert query(tmp_path / "a", "SELECT 1 FROM captures") == []
    done = run_scrapy("import", *one)
    assert SOME[0] in paths(tmp_path / "a")
