"""Files of other programs, conformant or not: what is imported is sound, and a rebuild makes the
same of it."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import random
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from scrapy.utils.project import get_project_settings

from crawler.archive.database import open_for_writing
from crawler.fixity.archive import verify
from crawler.runs import Imported, Workers, import_files, offline_run, rebuild

from .conftest import Archived, query
from .test_hostile import STORY

ROWS = {
    "captures": "SELECT u.url, c.fetched_at, c.status, c.content_type, c.payload_digest,"
    " c.payload_bytes, c.record_id, c.warc_file, c.warc_offset, c.warc_length, c.location,"
    " c.record_type, o.record_id AS refers_to, c.truncated, c.reservations FROM captures c"
    " JOIN urls u ON u.id = c.url_id LEFT JOIN captures o ON o.id = c.refers_to_id"
    " ORDER BY c.warc_file, c.warc_offset",
    "urls": "SELECT u.url, u.role, u.state, u.reason, u.kind, u.source, u.visited_at, u.due_at,"
    " a.url AS article FROM urls u LEFT JOIN articles a ON a.id = u.article_id ORDER BY 1",
    "stories": "SELECT url, title, body_text, revisions, first_captured_at, last_captured_at,"
    " gone_at FROM stories ORDER BY 1",
}


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    made = Workers(1)
    yield made
    made.close()


def import_here(archive: Path, workers: Workers, *files: Path) -> Imported:
    with offline_run(archive, get_project_settings(), "import", {}) as run:
        return asyncio.run(import_files(run, workers, files))


def content(archive: Path) -> dict[str, list[dict[str, Any]]]:
    return {name: query(archive, sql) for name, sql in ROWS.items()}


def checked(archive: Path, workers: Workers, *files: Path) -> Imported:
    """Import, verify, rebuild, verify; the same import again brings nothing."""
    told = import_here(archive, workers, *files)
    assert [each.what for each in verify(archive, processes=1).damage] == []
    before = content(archive)
    assert rebuild(archive, ()).damage == []
    after = content(archive)
    for name, rows in before.items():
        for row in rows:
            row.pop("due_at", None)
        for row in after[name]:
            row.pop("due_at", None)
        assert after[name] == rows, name
    assert [each.what for each in verify(archive, processes=1).damage] == []
    again = import_here(archive, workers, *files)
    assert again.totals["captures"] == 0
    assert len(query(archive, "SELECT 1 FROM captures")) == len(before["captures"])
    return told


# -- records by hand -------------------------------------------------------------------------------

HTML = "Content-Type: text/html"


def story(number: int) -> bytes:
    return (
        STORY.replace("repaired this week", f"mended {number}")
        .replace("Weir repaired", f"Weir {number} repaired")
        .encode()
    )


def http(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", *headers, "", ""]).encode() + body


def warc(kind: str, number: int, block: bytes, *fields: str, first: str = "WARC/1.0",
         date: str | None = "2024-05-02T10:00:00Z", url: str | None = None,
         record_id: str | None = "", more: str = "application/http; msgtype=response",
         end: str = "\r\n") -> bytes:  # fmt: skip
    """A record; "" stands for a name of its own."""
    if record_id == "":
        record_id = f"<urn:uuid:00000000-0000-4000-8000-{number:012}>"
    lines = [first, f"WARC-Type: {kind}"]
    lines += [f"WARC-Target-URI: {url or page(number)}"] if kind != "warcinfo" else []
    lines += [f"WARC-Date: {date}"] if date is not None else []
    lines += [f"WARC-Record-ID: {record_id}"] if record_id is not None else []
    lines += [*fields, f"Content-Type: {more}", f"Content-Length: {len(block)}", "", ""]
    return end.join(lines).encode() + block + b"\r\n\r\n"


def page(number: int) -> str:
    return f"http://news.example/2024/05/weir-story-{number}"


def sha1(body: bytes) -> str:
    return "WARC-Payload-Digest: sha1:" + hashlib.sha1(body).hexdigest()


RESPONSE = warc("response", 1, http(story(1), HTML), sha1(story(1)))
SAME = "WARC-Profile: http://netpreserve.org/warc/1.0/revisit/identical-payload-digest"
CSS = gzip.compress(b"a { color: red }", mtime=0)
CHUNKED = b"%x\r\n%b\r\n0\r\n\r\n" % (len(story(1)), story(1))
CODED = (HTML, "Transfer-Encoding: chunked")


def revisit(number: int, *fields: str, block: bytes = http(b"", HTML), of: int = 1,
            **more: Any) -> bytes:  # fmt: skip
    return warc("revisit", number, block, SAME, sha1(story(of)), *fields, **more)


# name → the file, how many captures and stories it has, and why what is refused is
FILES: dict[str, tuple[bytes, int, int, set[str]]] = {
    "the same revisit twice": (RESPONSE + revisit(2) + revisit(2), 2, 2, set()),
    "the same response twice": (RESPONSE + RESPONSE, 1, 1, set()),
    "a revisit before its response": (revisit(2) + RESPONSE, 2, 2, set()),
    "a revisit of a revisit": (
        RESPONSE + revisit(2) + revisit(
            3, "WARC-Refers-To: <urn:uuid:00000000-0000-4000-8000-000000000002>"), 3, 3, set(),
    ),
    "a revisit that contradicts itself": (
        RESPONSE + revisit(
            2, "WARC-Refers-To: <urn:uuid:00000000-0000-4000-8000-000000000001>",
            "WARC-Refers-To-Target-URI: http://else.example/", "WARC-Refers-To-Date: 2001-01-01"),
        2, 2, set(),
    ),
    "a revisit by address and time": (
        RESPONSE + warc(
            "revisit", 2, http(b"", HTML), SAME, f"WARC-Refers-To-Target-URI: {page(1)}",
            "WARC-Refers-To-Date: 2024-05-02T10:00:00Z"), 2, 2, set(),
    ),
    "a revisit of what is not there any more under its address and time": (
        RESPONSE + warc("response", 2, http(story(2), HTML), sha1(story(2)), url=page(1))
        + warc("revisit", 3, http(b"", HTML), SAME, sha1(story(2)),
               f"WARC-Refers-To-Target-URI: {page(1)}", "WARC-Refers-To-Date: 2024-05-02T10:00:00Z",
               "WARC-Refers-To: <urn:uuid:00000000-0000-4000-8000-000000000001>"), 3, 2, set(),
    ),
    "nothing has changed": (
        RESPONSE + warc(
            "revisit", 2, http(b"", status="304 Not Modified"), sha1(b""), url=page(1),
            date="2024-06-02T10:00:00Z"), 2, 1, set(),
    ),
    "a revisit without a head": (RESPONSE + revisit(2, block=b""), 2, 2, set()),
    "a revisit without a head of what is elsewhere": (
        RESPONSE + revisit(2, block=b"", of=9), 1, 1,
        {"a revisit without a head, of a response that is not here"},
    ),
    "no record has a name": (
        warc("response", 1, http(story(1), HTML), record_id=None)
        + warc("request", 1, b"GET / HTTP/1.1\r\n\r\n", record_id=None)
        + warc("response", 2, http(story(2), HTML), record_id=None), 2, 2, set(),
    ),
    "two pages under one name": (
        RESPONSE + warc("response", 2, http(story(2), HTML),
                        record_id="<urn:uuid:00000000-0000-4000-8000-000000000001>"), 2, 2, set(),
    ),
    "one page at two times under one name": (
        RESPONSE + warc("response", 1, http(story(2), HTML), date="2024-06-02T10:00:00Z"), 2, 1,
        set(),
    ),
    "odd dates": (
        b"".join(
            warc("response", number, http(story(number), HTML), date=date)
            for number, date in enumerate((
                "2008-10-294T07:20:01Z", "20240504100000", "2024-05-03", "2024-05-02T10:00Z",
                "2024-05-01T10:00:00+02:00", "2024-05-05T10:00:00.123456789Z", "2024",
                "2024-05-02T10:00:00", "2024-05-02t10:00:00z", "2024-05-02 10:00:00", "2024-05",
                " 2024-05-02T10:00:00Z ", "2016-12-31T23:59:60Z", "20240504T100000Z",
            ))
        ), 14, 14, set(),
    ),
    "no date, and none that is one": (
        RESPONSE + warc("response", 2, http(story(2), HTML), date=None)
        + warc("response", 3, http(story(3), HTML), date="yesterday")
        + warc("response", 4, http(story(4), HTML), date="2024-13-41T00:00:00Z"), 1, 1,
        {"no WARC-Date", "WARC-Date is no date"},
    ),
    "folded heads": (
        warc("response", 1, http(story(1), HTML), "X-Long: one\r\n two\r\n\tthree",
             "WARC-IP-Address:\r\n 192.0.2.1"), 1, 1, set(),
    ),
    "lower case": (
        RESPONSE.replace(b"WARC/1.0", b"warc/1.0").replace(b"WARC-", b"warc-").replace(
            b"response\r\n", b"Response\r\n", 1), 1, 1, set(),
    ),
    "version 0.17": (RESPONSE.replace(b"WARC/1.0", b"WARC/0.17"), 1, 1, set()),
    "version 0.18": (RESPONSE.replace(b"WARC/1.0", b"WARC/0.18"), 1, 1, set()),
    "line feeds alone": (warc("response", 1, http(story(1), HTML), end="\n"), 1, 1, set()),
    "angle brackets": (
        warc("response", 1, http(story(1), HTML), url=f"<{page(1)}>"), 1, 1, set()),
    "no content type": (
        RESPONSE.replace(b"Content-Type: application/http; msgtype=response\r\n", b""), 1, 1, set(),
    ),
    "DNS and other schemes": (
        warc("response", 7, b"20240502 news.example 192.0.2.1", url="dns:news.example",
             more="text/dns") + RESPONSE
        + warc("response", 8, b"220 hello", url="ftp://news.example/a", more="text/plain")
        + warc("metadata", 9, b"fetchTimeMs: 3\r\n", "WARC-Concurrent-To:"
               " <urn:uuid:00000000-0000-4000-8000-000000000001>", url=page(1),
               more="application/warc-fields"), 1, 1, set(),
    ),
    "resource records": (
        warc("resource", 1, story(1), more="text/html")
        + warc("resource", 2, b"\x89PNG\r\n\x1a\n\0", more="image/png")
        + warc("resource", 3, b"a log", url="metadata://gnu.org/wget.log", more="text/plain")
        + warc("resource", 4, b"{}", url="urn:pageinfo:http://news.example/",
               more="application/json"), 2, 1, set(),
    ),
    "chunks, and none": (
        warc("response", 1, http(CHUNKED, *CODED), sha1(story(1)))
        + warc("response", 2, http(CSS.replace(b"\n", b"\0"), *CODED, "Content-Encoding: gzip"))
        + warc("response", 3, http(b"x" * 300, *CODED))
        + warc("response", 4, http(b"0 weirs\nare open\n", *CODED))
        + warc("response", 5, http(b"4\r\nweir\r\nff\r\nis open", *CODED))
        + warc("response", 6, http(b"", *CODED)) + warc("response", 7, http(b"4", *CODED))
        + warc("response", 8, http(CHUNKED[:-5], *CODED))
        + warc("response", 9, http(CHUNKED + b"rest", *CODED))
        + warc("response", 10, http(CHUNKED.replace(b"\r\n", b"\n", 1), *CODED)), 10, 4, set(),
    ),
    "no HTTP": (
        RESPONSE + warc("response", 2, story(2)) + warc("response", 3, b"", more="text/html")
        + warc("response", 4, b"HTTP/1.1 OK\r\n\r\nx"), 1, 1, {"no HTTP response in its block"},
    ),
    "truncated": (
        warc("response", 1, http(story(1), HTML), "WARC-Truncated: length"), 1, 1, set()),
    "odd addresses": (
        warc("response", 1, http(story(1), HTML), url=page(1) + "?utm_source=x&fbclid=1#top")
        + warc("response", 2, http(story(2), HTML), url="HTTP://News.Example:80/2024/05/two-weirs")
        + warc("response", 3, http(story(3), HTML), url=page(3) + "/a b")
        + warc("response", 4, http(story(4), HTML), url="http://news.example:bad/"), 4, 3, set(),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_what_is_imported_is_sound_and_a_rebuild_makes_the_same(
    name: str, tmp_path: Path, workers: Workers
) -> None:
    data, captures, stories, refused = FILES[name]
    file = tmp_path / "other.warc"
    file.write_bytes(data)
    told = checked(tmp_path / "a", workers, file)
    assert len(query(tmp_path / "a", "SELECT 1 FROM captures")) == captures, told.damage
    pages = query(
        tmp_path / "a", "SELECT DISTINCT u.url FROM urls u WHERE u.article_id IS NOT NULL"
    )
    assert len(pages) == stories, query(tmp_path / "a", "SELECT url, state, reason FROM urls")
    assert set(told.refused) == refused
    assert len(told.damage) == sum(told.refused.values())


def test_any_mixture_is_imported_and_rebuilt_alike(tmp_path: Path, workers: Workers) -> None:
    draw = random.Random(12)
    for number in range(8):
        names = draw.sample(sorted(FILES), 6)
        parts = [FILES[name][0] for name in names]
        draw.shuffle(parts)
        file = tmp_path / f"{number}.warc.gz"
        file.write_bytes(b"".join(gzip.compress(part, mtime=0) for part in parts))
        checked(tmp_path / f"a{number}", workers, file)


def test_a_revisit_waits_for_its_response_in_a_later_file(tmp_path: Path, workers: Workers) -> None:
    first, second = tmp_path / "1.warc", tmp_path / "2.warc"
    first.write_bytes(revisit(2) + revisit(3, block=b"") + revisit(4, of=9))
    second.write_bytes(RESPONSE)
    told = checked(tmp_path / "a", workers, first, second)
    assert told.damage == []
    rows = query(
        tmp_path / "a",
        "SELECT u.url, u.reason FROM captures c JOIN urls u ON u.id = c.url_id"
        " WHERE c.record_type = 'revisit' AND c.refers_to_id IS NULL",
    )
    assert rows == [{"url": page(4), "reason": "repeats an answer that is not in the archive"}]


def test_an_archive_of_ours_is_imported_and_rebuilt_alike(
    archived: Archived, tmp_path: Path, workers: Workers
) -> None:
    """What its own records say of its visits is no account of the import."""
    checked(tmp_path / "a", workers, *sorted((archived.folder / "warc").iterdir()))
    rows = query(tmp_path / "a", "SELECT DISTINCT source FROM urls")
    assert [row["source"] for row in rows] == ["import"]


# -- ARC and WACZ ----------------------------------------------------------------------------------


def arc(version: int) -> list[bytes]:
    """An ARC file's records, as Heritrix 1 and its predecessors wrote them."""
    fields = "URL IP-address Archive-date Content-type Archive-length"
    if version == 2:
        fields = (
            "URL IP-address Archive-date Content-type Result-code Checksum Location Offset"
            " Filename Archive-length"
        )
    about = f"{version} 0 Somebody\n{fields}\n\n".encode()

    def record(url: str, kind: str, block: bytes, date: str = "20040502100000") -> bytes:
        middle = f"{kind} 200 - - 0 f.arc" if version == 2 else kind
        return f"{url} 192.0.2.1 {date} {middle} {len(block)}\n".encode() + block + b"\n"

    head = f"filedesc://f.arc 0.0.0.0 20040502100000 text/plain {len(about)}\n".encode()
    if version == 2:
        head = (
            f"filedesc://f.arc 0.0.0.0 20040502100000 text/plain 200 - - 0 f.arc {len(about)}\n"
        ).encode()
    return [
        head + about + b"\n",
        record("dns:news.example", "text/dns", b"20040502100000\nnews.example. 1 IN A 192.0.2.1\n"),
        record(page(1), "text/html", http(story(1), HTML)),
        record(page(2) + "/a b", "text/html", http(story(5), HTML)),
        record("http://news.example/a.png", "image/png", http(b"\x89PNG\r\n\x1a\n\n\n", "A: b")),
        record(page(3), "no-type", b"<p>no head at all"),
        record(page(4), "text/html", http(story(4), HTML), "200405021000"),
    ]


def zipped(files: dict[str, bytes], path: Path, packing: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", packing) as out:
        for name, data in files.items():
            out.writestr(name, data)
    return path


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_arc_files_are_read(version: int, packed: bool, tmp_path: Path, workers: Workers) -> None:
    records = arc(version)
    file = tmp_path / ("f.arc.gz" if packed else "f.arc")
    file.write_bytes(b"".join(gzip.compress(r, mtime=0) if packed else r for r in records))
    told = checked(tmp_path / "a", workers, file)
    assert told.refused == {"no HTTP response in its block": 1}
    rows = query(tmp_path / "a", "SELECT url, first_captured_at FROM stories ORDER BY 1")
    assert [row["url"] for row in rows] == [page(1), page(2) + "/a%20b", page(4)]
    assert {row["first_captured_at"] for row in rows} == {"2004-05-02T10:00:00.000000+00:00"}
    assert len(query(tmp_path / "a", "SELECT 1 FROM captures")) == 4


def test_behind_damage_in_an_arc_file_reading_goes_on(tmp_path: Path, workers: Workers) -> None:
    records = arc(1)
    records[2] = records[2].replace(b"text/html", b"text/html lots", 1)[:-400]
    file = tmp_path / "f.arc"
    file.write_bytes(b"".join(records))
    told = import_here(tmp_path / "a", workers, file)
    assert told.damage
    assert page(4) in [row["url"] for row in query(tmp_path / "a", "SELECT url FROM stories")]
    assert verify(tmp_path / "a", processes=1).damage == []


@pytest.mark.parametrize("packing", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_wacz_files_are_read(packing: int, tmp_path: Path, workers: Workers) -> None:
    files = {
        "datapackage.json": b"{}",
        "pages/pages.jsonl": b"{}",
        "archive/one.warc.gz": gzip.compress(RESPONSE, mtime=0),
        "archive/two.warc": warc("response", 2, http(story(2), HTML)),
        "archive/three.arc.gz": b"".join(gzip.compress(each, mtime=0) for each in arc(1)),
        "indexes/index.cdx": b"not a WARC file",
    }
    file = zipped(files, tmp_path / "news.wacz", packing)
    checked(tmp_path / "a", workers, file)
    urls = [row["url"] for row in query(tmp_path / "a", "SELECT url FROM stories ORDER BY 1")]
    assert urls == [page(1), page(2), page(2) + "/a%20b", page(4)]


def test_a_zip_file_that_is_no_wacz_is_refused_by_name(tmp_path: Path, workers: Workers) -> None:
    other = zipped({"readme.txt": b"hello"}, tmp_path / "other.zip")
    broken = tmp_path / "broken.wacz"
    broken.write_bytes(b"PK\x03\x04 and nothing more")
    bomb = zipped(
        {"archive/one.warc": RESPONSE, "archive/bomb.warc": b"\0" * 3_000_000},
        tmp_path / "bomb.wacz", zipfile.ZIP_DEFLATED,
    )  # fmt: skip
    told = import_here(tmp_path / "a", workers, other, broken, bomb)
    assert told.damage[0] == "other.zip: a zip file without archive/*.warc.gz: no WACZ"
    assert told.damage[1].startswith("broken.wacz: a zip file that cannot be read")
    assert told.damage[2] == "bomb.wacz: archive/bomb.warc would unpack to 3,000,000 bytes"
    assert len(query(tmp_path / "a", "SELECT 1 FROM captures")) == 1


def test_an_import_that_was_killed_goes_on(tmp_path: Path, workers: Workers) -> None:
    """The database is as it was before the records were acknowledged, the files are not."""
    file = tmp_path / "other.warc"
    file.write_bytes(
        RESPONSE + warc("response", 2, http(CHUNKED, *CODED)) + FILES["resource records"][0]
    )
    import_here(tmp_path / "a", workers, tmp_path / "other.warc")
    whole = content(tmp_path / "a")["urls"]
    (tmp_path / "b").mkdir()
    open_for_writing(tmp_path / "b").close()
    shutil.copytree(tmp_path / "a" / "warc", tmp_path / "b" / "warc")
    told = import_here(tmp_path / "b", workers, file)
    assert told.records["response"] + told.records["resource"] == 0
    again = content(tmp_path / "b")["urls"]
    assert [(row["url"], row["state"], row["article"]) for row in again] == [
        (row["url"], row["state"], row["article"]) for row in whole
    ]
    assert [each.what for each in verify(tmp_path / "b", processes=1).damage] == []
