"""WARC files as one program writes them, damaged at one place; claims that no file fulfils."""

from __future__ import annotations

import gzip
import random
import sys
import time
import tracemalloc
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator
from warcio.warcwriter import WARCWriter

from crawler.warc.members import DamagedError
from crawler.warc.reader import Damage, Record, read_file, read_record
from tests.examples import at_least

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

BODIES = [b"%d " % n * (50 + 400 * n) for n in range(8)]


def warc(*, packed: bool = True, version: str = "1.1") -> bytes:
    """A file of warcio's with a record for each of the bodies."""
    out = BytesIO()
    writer = WARCWriter(out, gzip=packed, warc_version=version)
    for number, body in enumerate(BODIES):
        url = f"https://a.example/{number}"
        writer.write_record(
            writer.create_warc_record(
                url, "resource", payload=BytesIO(body), warc_content_type="text/plain"
            )
        )
    return out.getvalue()


def saved(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "x.warc.gz"
    path.write_bytes(data)
    return path


def whole(path: Path, **options: int) -> list[Record]:
    return [each for each in read_file(path, **options) if isinstance(each, Record)]


def damage(path: Path, **options: int) -> list[Damage]:
    return [each for each in read_file(path, **options) if isinstance(each, Damage)]


FILES = {
    "gzip": warc(),
    "plain": warc(packed=False),
    "1.0": warc(version="1.0"),
    "one gzip member": gzip.compress(warc(packed=False)),
    "zstd": b"".join(zstd.compress(gzip.decompress(m)) for m in [warc()]),
}


@pytest.mark.parametrize("kind", FILES)
def test_the_same_is_read_as_by_warcio(tmp_path: Path, kind: str) -> None:
    found = whole(saved(tmp_path, FILES[kind]))
    assert [each.block for each in found] == BODIES
    plain = warc(packed=False, version="1.0" if kind == "1.0" else "1.1")
    for ours, theirs in zip(found, ArchiveIterator(BytesIO(plain)), strict=True):
        names = [name for name, _ in theirs.rec_headers.headers]
        assert [name for name, _ in ours.headers] == names
        assert ours.url == theirs.rec_headers["WARC-Target-URI"]
        assert ours.kind == "resource"
    assert damage(saved(tmp_path, FILES[kind])) == []


@pytest.mark.parametrize("kind", ["gzip", "plain"])
def test_a_record_is_found_again_by_its_place(tmp_path: Path, kind: str) -> None:
    path = saved(tmp_path, FILES[kind])
    found = whole(path)
    end = 0
    for each in found:
        assert each.offset == end
        end += each.length
        assert read_record(tmp_path, path.name, each.offset, each.length) == each
    assert end == len(FILES[kind])
    path.rename(tmp_path / (path.name + ".open"))
    assert read_record(tmp_path, path.name, found[2].offset, 0).block == BODIES[2]
    with pytest.raises(DamagedError, match=r"x\.warc\.gz"):
        read_record(tmp_path, path.name, found[2].offset + 1, 0)
    with pytest.raises(DamagedError, match="not 7"):
        read_record(tmp_path, path.name, found[2].offset, 7)


@pytest.mark.parametrize("kind", ["gzip", "plain"])
@pytest.mark.parametrize("broken", range(len(BODIES)))
def test_behind_damage_reading_goes_on(tmp_path: Path, kind: str, broken: int) -> None:
    places = whole(saved(tmp_path, FILES[kind]))
    data = bytearray(FILES[kind])
    at = places[broken].offset + (30 if kind == "gzip" else 2)
    data[at] ^= 0xFF
    path = saved(tmp_path, bytes(data))
    assert [each.block for each in whole(path)] == [
        body for number, body in enumerate(BODIES) if number != broken
    ]
    assert [each.offset for each in damage(path)] == [places[broken].offset]


def test_a_file_that_ends_too_early_keeps_what_is_whole(tmp_path: Path) -> None:
    path = saved(tmp_path, FILES["gzip"][:-9])
    assert [each.block for each in whole(path)] == BODIES[:-1]
    (told,) = damage(path)
    assert "ends in the middle" in told.reason


def test_a_block_beyond_the_limit_is_passed_over_with_a_reason(tmp_path: Path) -> None:
    path = saved(tmp_path, FILES["gzip"])
    limit = len(BODIES[-1]) - 1
    assert [each.block for each in whole(path, max_block=limit)] == BODIES[:-1]
    (told,) = damage(path, max_block=limit)
    assert "https://a.example/7" in told.reason


@pytest.mark.parametrize(
    "head",
    [
        b"WARC/1.1\r\nContent-Length: 99999999999999\r\n\r\n",
        b"WARC/1.1\r\nContent-Length: -5\r\n\r\nabc",
        b"WARC/1.1\r\nContent-Length: ten\r\n\r\nabc",
        b"WARC/1.1\r\nNothing: said\r\n\r\n",
        b"WARC/1.1\r\n" + b"X: y\r\n" * 100_000,
        b"WARC/1.1\r\nX: " + b"y" * 1_000_000,
        b"WARC/",
        b"\x1f\x8b\x08\x00" + bytes(40),
        b"\x28\xb5\x2f\xfd" + bytes(40),
        b"\x5d\x2a\x4d\x18\xff\xff\xff\xff" + bytes(40),
        b"",
        b"<html>",
    ],
)
def test_nonsense_is_told_and_ends(tmp_path: Path, head: bytes) -> None:
    path = saved(tmp_path, head)
    assert whole(path) == []
    assert bool(damage(path)) == bool(head)


def test_memory_does_not_grow_with_what_a_file_claims(tmp_path: Path) -> None:
    bomb = gzip.compress(b"WARC/1.1\r\nX: " + bytes(400_000_000), 9)
    long = gzip.compress(
        b"WARC/1.1\r\nContent-Length: 400000000\r\n\r\n" + bytes(400_000_000) + b"\r\n\r\n", 9
    )
    path = saved(tmp_path, bomb + long + FILES["gzip"])
    tracemalloc.start()
    found = whole(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [each.block for each in found] == BODIES
    assert peak < 30_000_000


@at_least(150)
@given(st.sampled_from(sorted(FILES)), st.integers(0, 2**32), st.booleans())
def test_no_damage_breaks_or_holds_it(
    tmp_path_factory: pytest.TempPathFactory, kind: str, seed: int, cut: bool
) -> None:
    draw = random.Random(seed)
    data = bytearray(FILES[kind])
    for _ in range(draw.randint(1, 6)):
        data[draw.randrange(len(data))] = draw.randrange(256)
    if cut:
        del data[draw.randrange(len(data)) :]
    path = tmp_path_factory.mktemp("fuzz") / "x"
    path.write_bytes(data)
    began = time.process_time()
    for each in read_file(path):
        assert isinstance(each, Record) or each.reason
    assert time.process_time() - began < 10  # of CPU time, which no other program takes from us
