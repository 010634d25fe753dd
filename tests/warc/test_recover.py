"""What a crash left at the end of a WARC file is cut off, and nothing else."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from crawler.warc.recover import recover, whole_members

ONE = gzip.compress(b"one" * 1_000)
TWO = gzip.compress(bytes(range(256)) * 20_000)


@pytest.mark.parametrize("cut", [1, 5, 10, len(TWO) // 2, len(TWO) - 1])
def test_half_a_record_is_cut_off(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "a.warc.gz"
    path.write_bytes(ONE + TWO + TWO[:cut])
    for known in (0, len(ONE), len(ONE + TWO)):
        assert whole_members(path, known) == len(ONE + TWO)
    assert recover(tmp_path, lambda name: len(ONE)) == ["a.warc.gz"]
    assert path.read_bytes() == ONE + TWO
    assert recover(tmp_path, lambda name: len(ONE)) == []


def test_a_damaged_member_is_no_whole_one(tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    bad = bytearray(TWO)
    bad[-5] ^= 1  # of the checksum
    path.write_bytes(ONE + bad + ONE)
    assert whole_members(path) == len(ONE)


def test_a_whole_file_is_left_alone_and_one_with_nothing_whole_goes(tmp_path: Path) -> None:
    (tmp_path / "a.warc.gz").write_bytes(ONE + TWO)
    (tmp_path / "b.warc.gz").write_bytes(ONE[:7])
    (tmp_path / "c.warc.gz").write_bytes(b"")
    (tmp_path / "notes.txt").write_text("x")
    assert recover(tmp_path, lambda name: 0) == ["b.warc.gz"]
    assert (tmp_path / "a.warc.gz").read_bytes() == ONE + TWO
    assert not (tmp_path / "b.warc.gz").exists()


def test_what_the_database_refers_to_is_never_cut(tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    path.write_bytes(b"not gzip at all" + ONE)
    assert recover(tmp_path, lambda name: path.stat().st_size) == []
