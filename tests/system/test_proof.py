"""What we write, other people's tools read: each of them as its users run it.

They live in an environment of their own (`make replay-tools`), for they pin old things.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import random
import sqlite3
import struct
import subprocess
import urllib.request
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from benchmarks import replay_server
from crawler.demo.server import serve
from crawler.warc.surt import surt

from .conftest import ROOT, crawl, query, run_scrapy

TOOLS = ROOT / ".venv-replay" / "bin"


def tool(name: str, *arguments: object, **more: object) -> subprocess.CompletedProcess[str]:
    """Run another project's tool."""
    if not TOOLS.is_dir():
        pytest.fail("the tools that read archives back are not installed: make replay-tools")
    return subprocess.run(
        [str(TOOLS / name), *map(str, arguments)], capture_output=True, text=True, timeout=500,
        env={**os.environ, "PYTHONWARNINGS": "ignore"}, **more,
    )  # type: ignore[call-overload,no-any-return]  # fmt: skip


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """The demo newspaper archived in three runs, and its base URL, where it still answers. The
    second run asked as if it had no validators and got the same bytes, the third got 304s."""
    folder = tmp_path_factory.mktemp("proof") / "archive"
    with serve("morning") as url:
        for forgets in (False, True, False):
            if forgets:
                with sqlite3.connect(folder / "archive.db") as connection:
                    connection.execute("UPDATE urls SET etag = NULL, last_modified = NULL")
            done = crawl("news", folder, "-s", "WARC_FILE_BYTES=100000", site=url, revisit="now")
            assert done.returncode == 0, done.stderr
        yield folder, url


@pytest.fixture(scope="module")
def archive(served: tuple[Path, str]) -> Path:
    return served[0]


@pytest.fixture(scope="module")
def index(archive: Path) -> str:
    """Our index of it."""
    done = run_scrapy("export", "cdxj", str(archive))
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wacz(archive: Path) -> Path:
    """It, in one file."""
    path = archive.parent / "archive.wacz"
    done = run_scrapy("export", "wacz", str(archive), "-o", str(path))
    assert done.returncode == 0, done.stderr
    return path


def files(archive: Path) -> list[Path]:
    found = sorted((archive / "warc").glob("*.warc.gz"))
    assert len(found) > 3
    return found


# -- WARC ------------------------------------------------------------------------------------------


def test_warcio_finds_nothing_wrong(archive: Path) -> None:
    done = tool("warcio", "check", "-v", *files(archive))
    assert done.returncode == 0, done.stdout
    assert "digest failed" not in done.stdout
    (records,) = query(archive, "SELECT sum(records) AS n FROM warc_files")
    # warcio speaks of each record that it looks at; the payload of a revisit is not there to check
    assert done.stdout.count("WARC-Record-ID") == records["n"]
    revisits = done.stdout.count(" revisit\n")
    assert done.stdout.count("digest pass") == records["n"] - revisits
    assert revisits > 10


def test_warcio_reads_every_record_to_its_end(archive: Path) -> None:
    seen: dict[str, int] = {}
    for path in files(archive):
        with path.open("rb") as stream:
            for record in ArchiveIterator(stream, check_digests="raise"):
                record.content_stream().read()
                seen[record.rec_type] = seen.get(record.rec_type, 0) + 1
    assert set(seen) == {
        "warcinfo", "response", "revisit", "request", "metadata", "conversion", "resource",
    }  # fmt: skip
    assert seen["response"] + seen["revisit"] == seen["request"] == seen["metadata"]


FASTWARC = """
import sys
from fastwarc.warc import ArchiveIterator, WarcRecordType
for path in sys.argv[1:]:
    for record in ArchiveIterator(open(path, "rb"), record_types=WarcRecordType.any_type,
                                  parse_http=False):
        block = record.verify_block_digest()
        payload = None
        if record.record_type == WarcRecordType.response:
            record.parse_http()
            payload = record.verify_payload_digest()
        print(str(record.record_type).rpartition('.')[2], block, payload)
"""


def test_fastwarc_finds_every_digest_right(archive: Path) -> None:
    done = tool("python", "-c", FASTWARC, *files(archive))
    assert done.returncode == 0, done.stderr
    told = [line.split() for line in done.stdout.splitlines()]
    (records,) = query(archive, "SELECT sum(records) AS n FROM warc_files")
    assert len(told) == records["n"]
    assert {block for _, block, _ in told} == {"True"}
    assert {payload for kind, _, payload in told if kind == "response"} == {"True"}


# -- the index -------------------------------------------------------------------------------------


def lines(text: str) -> list[tuple[str, dict[str, str]]]:
    found = []
    for line in text.splitlines():
        key, _, content = line.partition(" {")
        found.append((key, json.loads("{" + content)))
    return found


def test_our_index_is_that_of_cdxj_indexer(archive: Path, index: str) -> None:
    done = tool("cdxj-indexer", "--sort", "--records", "response,revisit", *files(archive))
    assert done.returncode == 0, done.stderr
    # "304 Not Modified" is no page that can be replayed
    theirs = [line for line in done.stdout.splitlines() if '"status": "304"' not in line]
    assert index.splitlines() == theirs
    pages = "SELECT count(*) AS n FROM captures WHERE status <> 304"
    assert len(theirs) == query(archive, pages)[0]["n"]
    assert index.count('"mime": "warc/revisit"') > 10


def test_our_sort_keys_are_those_of_the_surt_package() -> None:
    chance = random.Random(5)
    hosts = [
        "a.example", "www.a.example", "WWW3.News.Example", "a.example:80", "a.example:8080",
        "127.0.0.1:99", "bücher.example", "[::1]:8080", "a.example.", "user:pw@a.example",
    ]  # fmt: skip
    parts = [
        "a", "B", "/", "//", ".", "..", "/./", "/../", "?", "&", "=", "%20", "%2F", "%25", "%zz",
        "%", "#", "+", " ", "ü", "|", ";", "sid=0123456789abcdef0123456789abcdef", "-", "~", "[",
        "PHPSESSID=0123456789ABCDEF0123456789abcdef", "(a(0123456789abcdef01234567))/", "x.aspx",
        "cfid=1&cftoken=2", "'", '"', "<", "{", ",", "*", "\\\\", "^", "`", "]",
    ]  # fmt: skip
    urls = [
        f"{chance.choice(['http', 'https'])}://{chance.choice(hosts)}{chance.choice('/?')}"
        + "".join(chance.choices(parts, k=chance.randrange(9)))
        for _ in range(5000)
    ] + ["http://a.example", "urn:hemeroteca:run:1", "dns:a.example"]
    script = (
        "import json, sys, surt; print(json.dumps([surt.surt(u) for u in json.load(sys.stdin)]))"
    )
    done = tool("python", "-c", script, input=json.dumps(urls))
    assert done.returncode == 0, done.stderr
    theirs = json.loads(done.stdout)
    assert [(u, surt(u)) for u in urls] == list(zip(urls, theirs, strict=True))


# -- WACZ ------------------------------------------------------------------------------------------


def test_py_wacz_finds_the_file_valid(wacz: Path) -> None:
    done = tool("wacz", "validate", "-f", wacz)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Version detected as 1.1.1" in done.stdout
    assert "Validation succeeded, the passed WACZ is valid" in done.stdout


def test_py_wacz_finds_one_changed_byte(wacz: Path, tmp_path: Path) -> None:
    data = bytearray(wacz.read_bytes())
    with zipfile.ZipFile(wacz) as whole:
        info = next(each for each in whole.infolist() if each.filename.startswith("archive/"))
    data[info.header_offset + 5000] ^= 1
    harmed = tmp_path / "harmed.wacz"
    harmed.write_bytes(data)
    assert tool("wacz", "validate", "-f", harmed).returncode != 0


def test_a_player_reads_single_records_out_of_the_middle_of_the_file(
    archive: Path, index: str, wacz: Path
) -> None:
    """As ReplayWeb.page does: the index of the index, one block of the index, one record."""
    with zipfile.ZipFile(wacz) as whole:
        infos = {info.filename: info for info in whole.infolist()}
        entries = whole.read("indexes/index.idx").decode().splitlines()
        package = json.loads(whole.read("datapackage.json"))
        pages = [json.loads(line) for line in whole.read("pages/pages.jsonl").splitlines()]
    for path in [*(f"archive/{each.name}" for each in files(archive)), "indexes/index.cdx.gz"]:
        assert infos[path].compress_type == zipfile.ZIP_STORED
    assert json.loads(entries[0].removeprefix("!meta 0 ")) == {
        "format": "cdxj-gzip-1.0", "filename": "index.cdx.gz",
    }  # fmt: skip

    def part(path: str, offset: int, length: int) -> bytes:
        with wacz.open("rb") as file:
            file.seek(infos[path].header_offset + 26)
            name, extra = struct.unpack("<HH", file.read(4))
            file.seek(name + extra + offset, os.SEEK_CUR)
            return file.read(length)

    read = ""
    for _, place in lines("\n".join(entries[1:])):
        block = part("indexes/index.cdx.gz", int(place["offset"]), int(place["length"]))
        assert place["digest"] == "sha256:" + hashlib.sha256(block).hexdigest()
        read += gzip.decompress(block).decode()
    assert read == index
    for key, fields in lines(read):
        member = part(f"archive/{fields['filename']}", int(fields["offset"]), int(fields["length"]))
        (record,) = ArchiveIterator(io.BytesIO(member))
        assert record.rec_headers["WARC-Target-URI"] == fields["url"]
        date = record.rec_headers["WARC-Date"]
        assert key.split()[1] == date[:19].translate({ord(c): None for c in "-:T"})
    # each page of the list is a capture of the index
    captured = {(fields["url"], key.split()[1]) for key, fields in lines(read)}
    assert pages[0] == {
        "format": "json-pages-1.0", "id": "pages", "title": "Stories", "hasText": True,
    }  # fmt: skip
    assert len(pages) == 1 + 1 + query(archive, "SELECT count(*) AS n FROM stories")[0]["n"]
    for page in pages[1:]:
        moment = page["ts"].translate({ord(c): None for c in "-:TZ"})
        assert (page["url"], moment) in captured
    assert package["mainPageURL"] == pages[1]["url"]
    titles = {row["title"] for row in query(archive, "SELECT title FROM stories")}
    assert titles == {page["title"] for page in pages[2:]}
    assert all(page["text"] for page in pages[2:])


# -- replay ----------------------------------------------------------------------------------------


INDEXES = ("news", "by-cdxj-indexer", "by-pywb")
"""Collections that hold the same files: by our index, cdxj-indexer's and pywb's own."""


@pytest.fixture(scope="module")
def player(archive: Path, index: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """pywb, replaying our files by each index; gives its base URL."""
    folder = tmp_path_factory.mktemp("pywb")
    listed = tool("cdxj-indexer", "--sort", *files(archive))
    assert listed.returncode == 0, listed.stderr
    for name, lines_of in zip(INDEXES, (index, listed.stdout), strict=False):
        collection = folder / "collections" / name
        (collection / "indexes").mkdir(parents=True)
        (collection / "archive").symlink_to((archive / "warc").resolve())
        (collection / "indexes" / "index.cdxj").write_text(lines_of)
    for words in (["init", "by-pywb"], ["add", "by-pywb", *map(str, files(archive))]):
        done = tool("wb-manager", *words, cwd=folder)
        assert done.returncode == 0, done.stdout + done.stderr
    with replay_server.wayback(TOOLS, folder) as url:
        yield url


@pytest.fixture(scope="module")
def wayback(player: str) -> str:
    """The collection with our index."""
    return f"{player}/news"


def fetch(url: str) -> bytes:
    """A body, without its coding."""
    request = urllib.request.Request(url, headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request, timeout=500) as answer:
        data: bytes = answer.read()
        if answer.headers["Content-Encoding"] == "gzip":
            data = zlib.decompress(data, 31)
        return data


@pytest.mark.parametrize("name", INDEXES)
def test_pywb_replays_every_page_as_the_newspaper_served_it(
    served: tuple[Path, str], player: str, name: str
) -> None:
    """Whoever made the index: one that takes in every record finds no page but the page."""
    folder, base = served
    captures = query(
        folder,
        "SELECT u.url, c.fetched_at, c.record_type FROM captures c JOIN urls u ON u.id = c.url_id"
        " WHERE c.status = 200 ORDER BY c.id",
    )
    kinds = [row["record_type"] for row in captures]
    assert len(captures) >= 50
    assert len({row["url"] for row in captures}) >= 40
    assert kinds.count("revisit") >= 40
    wrong = []
    for row in captures:
        moment = row["fetched_at"][:19].translate({ord(c): None for c in "-:T"})
        replayed = fetch(f"{player}/{name}/{moment}id_/{row['url']}")
        if replayed != fetch(row["url"]):
            wrong.append(row)
    assert wrong == []
    assert base in captures[0]["url"]


def test_what_is_derived_is_listed_under_no_pages_address(archive: Path, index: str) -> None:
    done = tool("cdxj-indexer", "--records", "all", *files(archive))
    assert done.returncode == 0, done.stderr
    derived = [line for line in done.stdout.splitlines() if '"application/json"' in line]
    stories = query(archive, "SELECT url FROM stories")
    assert len(derived) > len(stories) > 0
    assert [line for line in derived if not line.startswith("urn:hemeroteca:")] == []
    assert "urn:" not in index


def test_an_answer_that_nothing_has_changed_does_not_hide_the_page(
    served: tuple[Path, str], wayback: str
) -> None:
    folder, _ = served
    urls = query(
        folder,
        "SELECT DISTINCT u.url FROM captures c JOIN urls u ON u.id = c.url_id"
        " WHERE c.status = 304 LIMIT 5",
    )
    assert urls
    for row in urls:
        assert fetch(f"{wayback}/id_/{row['url']}") == fetch(row["url"])
