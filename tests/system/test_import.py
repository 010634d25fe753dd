"""WARC files of other programs become captures and articles, each once."""

from __future__ import annotations

import gzip
import shutil
import subprocess
import sys
import zlib
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from benchmarks.kill import faults
from crawler.demo.truth import expected
from tests.loopback import NOT_FOUND, raw_site

from .conftest import PLAINLY, Archived, crawl, query, run_scrapy
from .test_errors import complaint
from .test_hostile import STORY
from .test_warc import plain

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

PATHS = {story.path for story in expected("morning")}
PAGE = "https://news.example/2026/05/01/a-story-of-the-weir"
HTML = [("Content-Type", "text/html; charset=utf-8")]
Answer = tuple[str, str, str, bytes, list[tuple[str, str]]]


def answer(
    url: str = PAGE, date: str = "2024-05-02T10:00:00Z", body: bytes = STORY.encode(),
    status: str = "200 OK", headers: list[tuple[str, str]] = HTML,
) -> Answer:  # fmt: skip
    return url, date, status, body, headers


def warc(answers: Iterable[Answer], version: str = "1.1", *, packed: bool = True) -> bytes:
    """A WARC file as warcio writes it."""
    out = BytesIO()
    writer = WARCWriter(out, gzip=packed, warc_version=version)
    writer.write_record(writer.create_warcinfo_record("other.warc", {"software": "Other/1"}))
    for url, date, status, body, headers in answers:
        head = StatusAndHeaders(status, headers, protocol="HTTP/1.1")
        record = writer.create_warc_record(
            url, "response", payload=BytesIO(body), http_headers=head,
            warc_headers_dict={"WARC-Date": date},
        )  # fmt: skip
        request = writer.create_warc_record(
            url,
            "request",
            http_headers=StatusAndHeaders("GET / HTTP/1.1", [], is_http_request=True),
        )
        writer.write_request_response_pair(request, record)
    return out.getvalue()


def import_(archive: Path, *files: Path | str) -> subprocess.CompletedProcess[str]:
    return run_scrapy("import", *PLAINLY, *map(str, files), "-a", f"archive={archive}")


def stories(archive: Path) -> list[str]:
    return [row["url"] for row in query(archive, "SELECT url FROM stories ORDER BY url")]


def sound(archive: Path) -> None:
    assert faults(archive) == []
    done = subprocess.run(
        [sys.executable, "-m", "warcio.cli", "check", *(archive / "warc").iterdir()],
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


def zstd_with_dictionary(data: bytes) -> bytes:
    """A file in Zstandard as its WARC specification has it: the dictionary in a skippable frame, a
    frame for each record."""
    records = [zlib.decompress(member, 31) for member in members(data)]
    dictionary = zstd.ZstdDict(STORY.encode() * 3, is_raw=True)
    kept = zstd.compress(dictionary.dict_content)
    frames = b"".join(zstd.compress(each, zstd_dict=dictionary) for each in records)
    return b"\x5d\x2a\x4d\x18" + len(kept).to_bytes(4, "little") + kept + frames


def members(data: bytes) -> list[bytes]:
    found = []
    while data:
        inner = zlib.decompressobj(31)
        inner.decompress(data)
        found.append(data[: len(data) - len(inner.unused_data)])
        data = inner.unused_data
    return found


PACKINGS = {
    "gzip": lambda: warc([answer()]),
    "1.0": lambda: warc([answer()], "1.0"),
    "plain": lambda: warc([answer()], packed=False),
    "one member": lambda: gzip.compress(warc([answer()], packed=False)),
    "zstd": lambda: zstd.compress(warc([answer()], packed=False)),
    "zstd, dictionary": lambda: zstd_with_dictionary(warc([answer()])),
}


@pytest.mark.parametrize("packing", PACKINGS)
def test_every_packing_is_read(tmp_path: Path, packing: str) -> None:
    file = tmp_path / "other.warc.gz"
    file.write_bytes(PACKINGS[packing]())
    done = import_(tmp_path / "a", file)
    assert done.returncode == 0, done.stderr
    (story,) = query(tmp_path / "a", "SELECT * FROM stories")
    assert story["url"] == PAGE
    assert story["first_captured_at"] == "2024-05-02T10:00:00.000000+00:00"
    (capture,) = query(tmp_path / "a", "SELECT * FROM captures")
    assert capture["fetched_at"] == story["first_captured_at"]
    assert query(tmp_path / "a", "SELECT spider, outcome, captures FROM runs") == [
        {"spider": "import", "outcome": "finished", "captures": 1}
    ]
    sound(tmp_path / "a")


@pytest.mark.skipif(shutil.which("wget") is None, reason="needs wget")
def test_what_wget_archived_of_the_demo_newspaper(
    archived: Archived, demo: str, tmp_path: Path
) -> None:
    urls = [demo + path for path in sorted(PATHS)]
    subprocess.run(
        ["wget", "-q", "-O", "/dev/null", f"--warc-file={tmp_path / 'w'}", "--no-warc-keep-log",
         *urls],
        cwd=tmp_path, check=False, timeout=500,
    )  # fmt: skip
    done = import_(tmp_path / "a", tmp_path / "w.warc.gz")
    assert done.returncode == 0, done.stderr
    got = {
        urlsplit(row["url"]).path: (row["title"], row["body_text"])
        for row in query(tmp_path / "a", "SELECT url, title, body_text FROM stories")
    }
    assert got == {
        urlsplit(row["url"]).path: (row["title"], row["body_text"])
        for row in archived.rows("SELECT url, title, body_text FROM stories")
    }
    assert faults(tmp_path / "a") == []


def test_our_own_files_make_the_same_articles(archived: Archived, tmp_path: Path) -> None:
    done = import_(tmp_path / "a", f"{archived.folder}/warc/*.gz")
    assert done.returncode == 0, done.stderr
    sql = "SELECT url, title, authors, published_at, body_text, last_captured_at FROM stories"
    assert query(tmp_path / "a", f"{sql} ORDER BY url") == archived.rows(f"{sql} ORDER BY url")
    sound(tmp_path / "a")


def test_the_same_import_again_brings_nothing(tmp_path: Path) -> None:
    file = tmp_path / "other.warc.gz"
    file.write_bytes(
        warc([answer(), answer(PAGE + "-2", body=STORY.replace("Weir", "Mill").encode())])
    )
    import_(tmp_path / "a", file)
    before = query(tmp_path / "a", "SELECT record_id FROM captures ORDER BY 1")
    assert len(before) == 2
    done = import_(tmp_path / "a", file)
    assert done.returncode == 0
    assert "Records copied: none; 2 responses were already here" in done.stdout
    assert query(tmp_path / "a", "SELECT record_id FROM captures ORDER BY 1") == before
    sound(tmp_path / "a")
    # the monitors look at the archive as after a crawl
    copied = min((tmp_path / "a" / "warc").iterdir())
    copied.unlink()
    assert f"error: archive: {copied.name} is not there" in import_(tmp_path / "a", file).stdout


def test_every_record_is_copied_byte_for_byte(tmp_path: Path) -> None:
    file = tmp_path / "other.warc.gz"
    file.write_bytes(warc([answer()]))
    import_(tmp_path / "a", file)
    with file.open("rb") as stream:
        wanted = [
            (each.rec_type, each.rec_headers["WARC-Record-ID"], each.raw_stream.read())
            for each in ArchiveIterator(stream, no_record_parse=True)
        ]
    found = []
    for path in sorted((tmp_path / "a" / "warc").iterdir()):
        with path.open("rb") as stream:
            found += [
                (each.rec_type, each.rec_headers["WARC-Record-ID"], each.raw_stream.read())
                for each in ArchiveIterator(stream, no_record_parse=True)
            ]
    assert [each for each in found if each in wanted] == wanted


def test_chunks_and_codings_are_understood(tmp_path: Path) -> None:
    body = gzip.compress(STORY.encode())
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    coded = [*HTML, ("Content-Encoding", "gzip"), ("Transfer-Encoding", "chunked")]
    file = tmp_path / "other.warc.gz"
    # the second says so, and is not: many writers remove the chunks and keep the header
    other = gzip.compress(STORY.replace("Weir", "Mill").encode())
    file.write_bytes(
        warc([answer(body=chunked, headers=coded), answer(PAGE + "-2", body=other, headers=coded)])
    )
    done = import_(tmp_path / "a", file)
    assert done.returncode == 0, done.stderr
    assert stories(tmp_path / "a") == [PAGE, PAGE + "-2"]


def test_a_revisit_is_read_where_its_payload_is(tmp_path: Path) -> None:
    out = BytesIO()
    writer = WARCWriter(out, gzip=True)
    head = StatusAndHeaders("200 OK", HTML, protocol="HTTP/1.1")
    first = writer.create_warc_record(
        PAGE, "response", payload=BytesIO(STORY.encode()), http_headers=head,
        warc_headers_dict={"WARC-Date": "2024-05-02T10:00:00Z"},
    )  # fmt: skip
    writer.write_record(first)
    digest = first.rec_headers["WARC-Payload-Digest"]
    for date, url in (("2024-06-02T10:00:00Z", PAGE), ("2024-06-03T10:00:00Z", PAGE + "-gone")):
        again = writer.create_revisit_record(
            url, digest if url == PAGE else "sha1:" + "A" * 32, PAGE if url == PAGE else url,
            "2024-05-02T10:00:00Z", http_headers=head,
        )  # fmt: skip
        again.rec_headers.replace_header("WARC-Date", date)
        writer.write_record(again)
    file = tmp_path / "other.warc.gz"
    file.write_bytes(out.getvalue())
    done = import_(tmp_path / "a", file)
    assert done.returncode == 0, done.stderr
    (story,) = query(tmp_path / "a", "SELECT * FROM stories")
    assert story["last_captured_at"] == "2024-06-02T10:00:00.000000+00:00"
    assert story["revisions"] == 1
    rows = query(tmp_path / "a", "SELECT record_type, refers_to_id FROM captures ORDER BY id")
    assert [row["record_type"] for row in rows] == ["response", "revisit", "revisit"]
    assert [row["refers_to_id"] for row in rows] == [None, 1, None]
    (lost,) = query(tmp_path / "a", "SELECT reason FROM urls WHERE url LIKE '%gone'")
    assert lost["reason"] == "repeats an answer that is not in the archive"


def test_damage_is_passed_over_and_told(tmp_path: Path) -> None:
    pages = [
        answer(f"{PAGE}-{n}", body=STORY.replace("Weir", f"Weir {n}").encode()) for n in range(5)
    ]
    data = bytearray(warc(pages))
    places = [data.find(member) for member in members(bytes(data))]
    data[places[3] + 60] ^= 0xFF  # the second answer
    file = tmp_path / "other.warc.gz"
    file.write_bytes(data[:-40])  # and the end is missing
    done = import_(tmp_path / "a", file)
    assert done.returncode == 0, done.stderr
    assert f"other.warc.gz, byte {places[3]:,}: " in done.stderr
    assert "Skipped, because they could not be read: 2" in done.stdout
    assert len(stories(tmp_path / "a")) >= 3
    assert faults(tmp_path / "a") == []


def test_what_is_older_does_not_take_the_place_of_what_is_newer(tmp_path: Path) -> None:
    archive = tmp_path / "a"
    new = STORY.replace("The weir", "The new weir")
    for number, each in enumerate((
        answer(date="2024-06-01T00:00:00Z", body=new.encode()),
        answer(date="2024-05-01T00:00:00Z"),
        answer(date="2024-04-01T00:00:00Z", status="404 Not Found", body=b"<p>not yet</p>"),
        answer(date="2024-05-15T00:00:00Z"),
    )):  # fmt: skip
        file = tmp_path / f"{number}.warc.gz"
        file.write_bytes(warc([each]))
        assert import_(archive, file).returncode == 0
    (story,) = query(archive, "SELECT * FROM stories")
    assert "The new weir" in story["body_text"] or "The new weir" in story["title"]
    assert story["gone_at"] is None
    assert story["first_captured_at"].startswith("2024-05-01")
    assert story["last_captured_at"].startswith("2024-06-01")
    assert story["revisions"] == 2
    (edited,) = query(archive, "SELECT * FROM edited_stories")
    assert edited["captured_at"].startswith("2024-06-01")
    (url,) = query(archive, "SELECT state, visited_at FROM urls WHERE url = ?", PAGE)
    assert url["state"] == "done"
    assert url["visited_at"].startswith("2024-06-01")
    before = query(archive, "SELECT title, body_text, revisions FROM stories")
    assert run_scrapy("rebuild", str(archive), "--replace").returncode == 0
    assert query(archive, "SELECT title, body_text, revisions FROM stories") == before


def test_a_crawl_goes_on_in_an_archive_of_imports(tmp_path: Path) -> None:
    archive = tmp_path / "a"
    page = plain(STORY.encode(), b'ETag: "1"')
    with raw_site(lambda path: page if path == "/2026/s" else NOT_FOUND) as (base, _):
        file = tmp_path / "other.warc.gz"
        file.write_bytes(warc([answer(f"{base}/2026/s")]))
        assert import_(archive, file).returncode == 0
        done = crawl("article", archive, url=f"{base}/2026/s")
        assert done.returncode == 0, done.stderr
    (story,) = query(archive, "SELECT revisions, first_captured_at FROM stories")
    assert story == {"revisions": 1, "first_captured_at": "2024-05-02T10:00:00.000000+00:00"}
    assert faults(archive) == []


@pytest.mark.parametrize(
    ("words", "says"),
    [([], "name WARC files"), (["no-such-*.gz"], "no file matches no-such-*.gz")],
    ids=["nothing", "no such file"],
)
def test_bad_words_get_one_line(tmp_path: Path, words: list[str], says: str) -> None:
    done = import_(tmp_path / "a", *words)
    assert done.returncode == 2
    assert says in complaint(done.stderr)
    assert not (tmp_path / "a").exists()


def test_a_file_that_is_no_warc_is_told(tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text(STORY)
    done = import_(tmp_path / "a", file)
    assert done.returncode == 2
    assert "neither gzip nor zstd nor a WARC or ARC record begins the file" in done.stderr
