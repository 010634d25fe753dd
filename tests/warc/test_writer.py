"""WARC files, read back by warcio."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from crawler.items import Article, Block, FoundUrl, LinkedStory, Reference, Visit
from crawler.reservations import Reservation, as_line
from crawler.text import cleaned
from crawler.warc import writer
from crawler.warc.exchange import Exchange, rebuilt_head
from crawler.warc.provenance import conversion_record, metadata_records, run_record
from crawler.warc.writer import OPEN, WarcWriter

NOON = datetime(2026, 1, 2, 12, 0, 0, 123456, tzinfo=UTC)
HEAD = b"HTTP/1.1 200 Fine\r\ncontent-TYPE: text/html\r\nX-Odd:  b\r\nSet-Cookie: a\r\n\r\n"
EXCHANGE = Exchange(
    url="https://news.example/a",
    response_head=HEAD,
    body=b"<p>text</p>",
    fetched_at=NOON,
    request_head=b"GET /a HTTP/1.1\r\nHost: news.example\r\n\r\n",
    fetch_ms=12,
    ip="192.0.2.1",
)


@pytest.fixture
def warc(tmp_path: Path) -> WarcWriter:
    info = [("software", "Test/1"), ("isPartOf", "run\r\nfrom: elsewhere"), ("operator", None)]
    return WarcWriter(tmp_path / "warc", prefix="t", info=info)


def whole(warc: WarcWriter) -> bytes:
    """What is in the one file."""
    warc.close()
    (path,) = warc.folder.iterdir()
    return gzip.decompress(path.read_bytes())


def records(warc: WarcWriter) -> Iterator[tuple[str, dict[str, str], bytes]]:
    """Type, named fields and block of each record of the closed files, as warcio reads them."""
    for path in sorted(warc.folder.iterdir()):
        with path.open("rb") as stream:
            for each in ArchiveIterator(stream, no_record_parse=True):
                yield each.rec_type, dict(each.rec_headers.headers), each.raw_stream.read()


def test_nothing_is_created_before_the_first_record(warc: WarcWriter) -> None:
    warc.sync()
    warc.close()
    assert not warc.folder.exists()


def test_other_tools_find_every_record_whole_and_every_digest_right(warc: WarcWriter) -> None:
    for number in range(3):
        warc.write(replace(EXCHANGE, body=b"<p>%d</p>" % number))
    warc.close()
    (path,) = warc.folder.iterdir()
    checked = subprocess.run(
        [sys.executable, "-m", "warcio.cli", "check", "-v", path], capture_output=True, text=True
    )
    assert checked.returncode == 0, checked.stdout
    assert checked.stdout.count("digest pass") == 1 + 3 * 2
    assert [kind for kind, _, _ in records(warc)] == ["warcinfo", *["response", "request"] * 3]


def test_a_capture_points_at_its_own_record(warc: WarcWriter) -> None:
    warc.write(EXCHANGE)
    capture = warc.write(replace(EXCHANGE, url="https://news.example/2", body=b"second"))
    warc.close()
    path = warc.folder / capture.warc_file
    member = path.read_bytes()[capture.warc_offset :][: capture.warc_length]
    assert gzip.decompress(member).endswith(b"second\r\n\r\n")
    with path.open("rb") as stream:
        stream.seek(capture.warc_offset)
        record = next(iter(ArchiveIterator(stream)))
        assert record.rec_headers["WARC-Record-ID"] == capture.record_id
        assert record.rec_headers["WARC-Target-URI"] == capture.url
        assert record.rec_headers["WARC-Date"] == "2026-01-02T12:00:00.123456Z"
        assert record.rec_headers["WARC-Payload-Digest"] == capture.payload_digest
        assert record.rec_headers["WARC-IP-Address"] == "192.0.2.1"
        assert record.http_headers.get_header("x-odd") == "b"
    sha256 = base64.b32encode(hashlib.sha256(b"second").digest()).decode()
    assert capture.payload_digest == "sha256:" + sha256
    assert (capture.status, capture.content_type, capture.fetch_ms) == (200, "text/html", 12)


def test_the_head_is_kept_byte_for_byte_but_for_the_removed_transfer_coding(
    warc: WarcWriter,
) -> None:
    city = "X-City: Köln".encode("latin-1")
    head = b"HTTP/1.0 200\nServer: x\n" + city + b"\nset-cookie: b\nSET-COOKIE: a\n"
    warc.write(replace(EXCHANGE, response_head=head + b"transfer-encoding: chunked\n\n"))
    data = whole(warc)
    kept = head + b"X-Archive-Orig-Transfer-Encoding: chunked\n\n<p>text</p>"
    assert b"\r\n\r\n" + kept + b"\r\n\r\n" in data


def test_on_request_the_transfer_coding_is_kept_too(warc: WarcWriter) -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    coded = b"b\r\n<p>text</p>\r\n0\r\n\r\n"
    capture = warc.write(replace(EXCHANGE, response_head=head, verbatim=coded))
    assert head + coded in whole(warc)
    assert capture.payload_bytes == len(b"<p>text</p>")


def test_a_value_cannot_smuggle_in_a_field(warc: WarcWriter) -> None:
    warc.write(replace(EXCHANGE, url="https://a.example/\r\nWARC-Type: x"))
    data = whole(warc)
    assert b"\nWARC-Type: x" not in data
    assert b"\nfrom: elsewhere" not in data
    assert b"operator" not in data
    assert b"\r\nY: b" not in rebuilt_head("HTTP/1.1", 200, "OK", [(b"X", b"a\r\nY: b")])


def test_a_request_says_which_answer_it_got(warc: WarcWriter) -> None:
    capture = warc.write(EXCHANGE)
    warc.close()
    _, answer, request = records(warc)
    assert request[0] == "request"
    assert request[1]["WARC-Concurrent-To"] == capture.record_id == answer[1]["WARC-Record-ID"]
    assert request[1]["WARC-Date"] == answer[1]["WARC-Date"]
    assert request[2] == EXCHANGE.request_head


@pytest.mark.parametrize("status", [200, 304])
def test_a_revisit_refers_to_the_first_response(warc: WarcWriter, status: int) -> None:
    first = warc.write(EXCHANGE)
    head = b"HTTP/1.1 %d X\r\nETag: a\r\n\r\n" % status
    again = replace(EXCHANGE, response_head=head, body=b"<p>text</p>" if status == 200 else b"")
    reference = Reference(first.record_id, first.url, first.fetched_at)
    capture = warc.write(again, reference)
    assert (capture.record_type, capture.refers_to) == ("revisit", first.record_id)
    warc.close()
    kind, named, block = list(records(warc))[3]
    assert kind == "revisit"
    assert block == head
    assert named["WARC-Refers-To"] == first.record_id
    assert named["WARC-Refers-To-Target-URI"] == first.url
    assert named["WARC-Refers-To-Date"] == "2026-01-02T12:00:00.123456Z"
    profile = "identical-payload-digest" if status == 200 else "server-not-modified"
    assert named["WARC-Profile"].endswith("/1.1/revisit/" + profile)
    assert named.get("WARC-Payload-Digest") == (first.payload_digest if status == 200 else None)
    # ISO 28500, 6.7.2: left-out payload counts as truncation
    assert named.get("WARC-Truncated") == ("length" if status == 200 else None)


def test_what_was_cut_says_why(warc: WarcWriter) -> None:
    assert warc.write(replace(EXCHANGE, truncated="time")).truncated == "time"
    assert b"\r\nWARC-Truncated: time\r\n" in whole(warc)


def test_a_full_file_is_closed_and_the_next_one_begun(tmp_path: Path) -> None:
    warc = WarcWriter(tmp_path / "warc", prefix="t", info=[], max_bytes=1)
    first, second = warc.write(EXCHANGE), warc.write(EXCHANGE)
    assert {path.name for path in warc.folder.iterdir()} == {
        first.warc_file,
        second.warc_file + OPEN,
    }
    warc.close()
    assert {path.name for path in warc.folder.iterdir()} == {first.warc_file, second.warc_file}
    assert [file.name for file in warc.closed] == [first.warc_file, second.warc_file]
    for file in warc.closed:
        data = (warc.folder / file.name).read_bytes()
        assert (file.bytes, file.sha256) == (len(data), hashlib.sha256(data).hexdigest())
        assert file.records == 3
    assert [kind for kind, _, _ in records(warc)] == ["warcinfo", "response", "request"] * 2


def test_records_are_on_disk_after_sync(warc: WarcWriter) -> None:
    capture = warc.write(replace(EXCHANGE, request_head=b""))
    warc.sync()
    size = (warc.folder / (capture.warc_file + OPEN)).stat().st_size
    assert size == capture.warc_offset + capture.warc_length
    warc.close()


def test_what_a_full_disk_refuses_leaves_no_half_record(
    warc: WarcWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    warc.write(EXCHANGE)

    def refuse(file: object, data: bytes) -> None:
        file.write(data[:30])  # type: ignore[attr-defined]
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(writer, "_write_all", refuse)
        with pytest.raises(OSError, match="No space"):
            warc.write(EXCHANGE)
    warc.write(replace(EXCHANGE, body=b"after"))
    warc.close()
    assert len(list(records(warc))) == 5


NOARCHIVE = Reservation("noarchive", None, True, "header", "X-Robots-Tag")


def test_what_stands_beside_a_capture_says_where_it_came_from_and_what_was_made_of_it(
    warc: WarcWriter,
) -> None:
    hop = replace(warc.write(EXCHANGE), reservations=(NOARCHIVE,))
    last = warc.write(replace(EXCHANGE, url="https://news.example/b", fetch_ms=None))
    article = Article(
        url=last.url,
        title="Tide \udc80 turns",
        blocks=(Block("paragraph", "a", "a"),),
        links=(LinkedStory("related", "https://news.example/c", "C"),),
    )
    found = FoundUrl("https://news.example/a", "page", "sitemap", "https://news.example/s.xml")
    visit = Visit(
        "https://news.example/a", "page", "done", captures=(hop, last), article=article,
        etag='"1"', origin=found,
    )  # fmt: skip
    for made in metadata_records(visit, last.url):
        warc.write_other(*made)
    warc.write_other(*conversion_record(last, article, last.url, "hemeroteca/1"))
    warc.write_other(*run_record("u-u-i-d", {"totals": {"captures": 2}}))
    warc.close()
    first, second, conversion, resource = list(records(warc))[5:]
    assert first[1]["WARC-Concurrent-To"] == hop.record_id
    assert first[2].decode() == (
        "visit: https://news.example/a\r\n"
        f"visit-record: {last.record_id}\r\n"
        "role: page\r\nsource: sitemap\r\nvia: https://news.example/s.xml\r\n"
        f"fetchTimeMs: 12\r\nreservation: {as_line(NOARCHIVE)}\r\n"
    )
    assert b'state: done\r\narticle: https://news.example/b\r\netag: "1"\r\n' in second[2]
    assert conversion[1]["WARC-Refers-To"] == last.record_id
    content = json.loads(conversion[2])
    assert content["article"]["links"][0]["relation"] == "related"
    assert content["article"]["title"] == cleaned("Tide \udc80 turns")
    assert content["extractor"] == "hemeroteca/1"
    assert resource[1]["WARC-Target-URI"] == "urn:hemeroteca:run:u-u-i-d"
    assert json.loads(resource[2]) == {"totals": {"captures": 2}}
