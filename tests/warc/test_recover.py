"""What a crash left at the end of a WARC file is cut off, and nothing else; what is whole and not
known is told."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from crawler.items import Capture, Reference
from crawler.warc.recover import Recovered, recover
from crawler.warc.writer import OPEN, WarcWriter

from .test_writer import EXCHANGE

ONE = gzip.compress(b"one" * 1_000)
TWO = gzip.compress(bytes(range(256)) * 20_000)


def mend(
    folder: Path,
    known_end: int = 0,
    closed: tuple[str, ...] = (),
    known: tuple[str, ...] = (),
    own: tuple[str, ...] = (),
) -> list[Recovered]:
    return list(
        recover(
            folder,
            closed=set(closed),
            own=set(own),
            known_end=lambda name: known_end,
            is_known=lambda record_id: record_id in known,
        )
    )


@pytest.mark.parametrize("cut", [1, 5, 10, len(TWO) // 2, len(TWO) - 1])
def test_half_a_record_is_cut_off(tmp_path: Path, cut: int) -> None:
    path = tmp_path / ("a.warc.gz" + OPEN)
    path.write_bytes(ONE + TWO + TWO[:cut])
    (found,) = mend(tmp_path, len(ONE))
    assert found.cut
    assert (found.file.name, found.file.bytes, found.file.records) == (
        "a.warc.gz",
        len(ONE + TWO),
        2,
    )
    assert found.file.sha256 == hashlib.sha256(ONE + TWO).hexdigest()
    assert [each.name for each in tmp_path.iterdir()] == ["a.warc.gz"]
    assert (tmp_path / "a.warc.gz").read_bytes() == ONE + TWO
    assert not mend(tmp_path, len(ONE))[0].cut


def test_a_damaged_member_is_no_whole_one(tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    bad = bytearray(TWO)
    bad[-5] ^= 1  # of the checksum
    path.write_bytes(ONE + bad + ONE)
    (found,) = mend(tmp_path)
    assert found.file.bytes == len(ONE)
    assert path.read_bytes() == ONE


def test_a_whole_file_is_left_alone_and_one_with_nothing_whole_goes(tmp_path: Path) -> None:
    (tmp_path / "a.warc.gz").write_bytes(ONE + TWO)
    (tmp_path / "b.warc.gz").write_bytes(ONE[:7])
    (tmp_path / ("c.warc.gz" + OPEN)).write_bytes(b"")
    (tmp_path / "notes.txt").write_text("x")
    assert [(each.file.name, each.cut) for each in mend(tmp_path)] == [("a.warc.gz", False)]
    assert (tmp_path / "a.warc.gz").read_bytes() == ONE + TWO
    assert {path.name for path in tmp_path.iterdir()} == {"a.warc.gz", "notes.txt"}


def test_what_is_closed_or_being_written_is_not_even_read(tmp_path: Path) -> None:
    (tmp_path / "a.warc.gz").write_bytes(ONE + TWO[:9])
    (tmp_path / ("b.warc.gz" + OPEN)).write_bytes(ONE + TWO[:9])
    assert mend(tmp_path, closed=("a.warc.gz",), own=("b.warc.gz",)) == []
    assert (tmp_path / ("b.warc.gz" + OPEN)).read_bytes() == ONE + TWO[:9]


def test_what_the_database_refers_to_is_never_cut(tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    content = b"not gzip at all" + ONE
    path.write_bytes(content)
    (found,) = mend(tmp_path, path.stat().st_size)
    assert not found.cut
    assert path.read_bytes() == content


def test_records_that_no_visit_acknowledged_are_told_as_they_were_written(tmp_path: Path) -> None:
    warc = WarcWriter(tmp_path, prefix="t", info=[("isPartOf", "the-run")])
    known = warc.write(EXCHANGE)
    moved = replace(
        EXCHANGE,
        response_head=b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\n\r\n",
        body=b"",
        location="https://news.example/elsewhere",
    )
    reference = Reference(known.record_id, known.url, known.fetched_at)
    head = b"HTTP/1.1 304 Not Modified\nETag: a\n\n"
    written = [
        warc.write(replace(EXCHANGE, body=b"other", truncated="length")),
        warc.write(moved),
        warc.write(replace(EXCHANGE, response_head=head, body=b""), reference),
    ]
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes() + TWO[:100])
    (found,) = mend(tmp_path, known=(known.record_id,))
    assert found.run == "the-run"
    assert found.cut
    assert found.file.records == 9
    # how long it took is in no record of the exchange
    assert found.captures == [replace(each, fetch_ms=None) for each in written]
    assert all(isinstance(each, Capture) for each in found.captures)
