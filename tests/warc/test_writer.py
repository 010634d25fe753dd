"""WARC files, read back by warcio."""

from __future__ import annotations

import gzip
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from crawler.items import Capture
from crawler.warc import writer
from crawler.warc.writer import WarcWriter

NOON = datetime(2026, 1, 2, 12, 0, 0, 123456, tzinfo=UTC)


@pytest.fixture
def warc(tmp_path: Path) -> WarcWriter:
    return WarcWriter(tmp_path / "warc", prefix="t", software="Test/1", user_agent="Test")


def write(warc: WarcWriter, body: bytes = b"<p>text</p>", **changes: object) -> Capture:
    values: dict[str, object] = {
        "url": "https://news.example/a",
        "status_line": "200 OK",
        "headers": [(b"Content-Type", b"text/html")],
        "body": body,
        "fetched_at": NOON,
        "ip": "192.0.2.1",
    }
    return warc.write_response(**(values | changes))  # type: ignore[arg-type]


def test_nothing_is_created_before_the_first_record(warc: WarcWriter) -> None:
    warc.sync()
    warc.close()
    assert not warc.folder.exists()


def test_other_tools_find_every_record_whole_and_every_digest_right(warc: WarcWriter) -> None:
    for number in range(3):
        write(warc, b"<p>%d</p>" % number, url=f"https://news.example/{number}")
    warc.close()
    (path,) = warc.folder.iterdir()
    checked = subprocess.run(
        [sys.executable, "-m", "warcio.cli", "check", "-v", path], capture_output=True, text=True
    )
    assert checked.returncode == 0, checked.stdout
    assert checked.stdout.count("digest pass") == 4
    with path.open("rb") as stream:
        types = [record.rec_type for record in ArchiveIterator(stream)]
    assert types == ["warcinfo", "response", "response", "response"]


def test_a_capture_points_at_its_own_record(warc: WarcWriter) -> None:
    write(warc, b"first")
    capture = write(warc, b"second", url="https://news.example/2")
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


def test_headers_are_kept_as_they_came_but_for_the_removed_transfer_coding(
    warc: WarcWriter,
) -> None:
    headers = [
        (b"Set-Cookie", b"a=1"),
        (b"Set-Cookie", b"b=2"),
        (b"X-City", "Köln".encode("latin-1")),
        (b"Transfer-Encoding", b"chunked"),
    ]
    capture = write(warc, headers=headers)
    warc.close()
    data = gzip.decompress((warc.folder / capture.warc_file).read_bytes())
    assert b"Set-Cookie: a=1\r\nSet-Cookie: b=2\r\nX-City: K\xf6ln\r\n" in data
    assert b"\r\nX-Archive-Orig-Transfer-Encoding: chunked\r\n" in data
    assert b"\r\nTransfer-Encoding:" not in data


def test_a_header_cannot_smuggle_in_a_line(warc: WarcWriter) -> None:
    capture = write(warc, headers=[(b"X", b"a\r\nY: b")])
    warc.close()
    assert b"\nY: b" not in gzip.decompress((warc.folder / capture.warc_file).read_bytes())


def test_a_full_file_is_closed_and_the_next_one_begun(
    warc: WarcWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "MAX_FILE_BYTES", 1)
    first, second = write(warc), write(warc)
    warc.close()
    assert first.warc_file != second.warc_file
    assert len(list(warc.folder.iterdir())) == 2


def test_records_are_on_disk_after_sync(warc: WarcWriter) -> None:
    capture = write(warc)
    warc.sync()
    size = (warc.folder / capture.warc_file).stat().st_size
    assert size == capture.warc_offset + capture.warc_length
    warc.close()
