"""WARC files of other programs are read as they were written, and damaged ones as far as they
are whole."""

from __future__ import annotations

import base64
import contextlib
import gzip
import hashlib
import io
import shutil
import subprocess
import time
import tracemalloc
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from crawler.warc.http import decoded, parse, payload
from crawler.warc.members import DamagedError
from crawler.warc.reader import Damage, Record, read_file, read_record
from crawler.warc.stream import Stream
from crawler.warc.writer import OPEN
from tests.loopback import serving

from .foreign import PACKINGS, page, written

RECORDS = written()
PLAIN = "f.warc"
GZIP = "f.warc.gz"
ONE_EACH = [name for name in PACKINGS if not name.startswith("one-")]


def read(path: Path, **options: int) -> tuple[list[Record], list[Damage]]:
    """What is in a file; fails where it is more than can be."""
    records, damage = [], []
    for each in read_file(path, **options):
        if isinstance(each, Record):
            records.append(each)
        else:
            damage.append(each)
        assert len(records) + len(damage) <= 2 * path.stat().st_size
    return records, damage


def content(record: Record) -> tuple[object, ...]:
    return (record.version, record.headers, record.block)


def put(tmp_path: Path, name: str, data: bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(data)
    return path


def whole(name: str = PLAIN, records: list[bytes] = RECORDS) -> bytes:
    return PACKINGS[name](records).data


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[object, ...]]:
    """The records as they are read when nothing is wrong."""
    path = put(tmp_path_factory.mktemp("whole"), PLAIN, whole())
    return [content(each) for each in read(path)[0]]


def plain_record(block: bytes, length: int | str | None = None, number: int = 0) -> bytes:
    stated = len(block) if length is None else length
    return (
        b"WARC/1.0\r\nWARC-Type: resource\r\nWARC-Target-URI: urn:n:%d\r\nContent-Length: %b\r\n"
        b"\r\n%b\r\n\r\n" % (number, str(stated).encode(), block)
    )


@contextlib.contextmanager
def bounded(seconds: float, size: int) -> Iterator[None]:
    """What happens within takes no more time and no more memory, in bytes."""
    tracemalloc.start()
    begin = time.process_time()
    try:
        yield
        assert time.process_time() - begin < seconds
        assert tracemalloc.get_traced_memory()[1] < size
    finally:
        tracemalloc.stop()


# -- Whole files -----------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["1.0", "1.1"])
@pytest.mark.parametrize("name", PACKINGS)
def test_every_record_is_read_as_warcio_reads_it(tmp_path: Path, name: str, version: str) -> None:
    written_here = written(version)
    packed = PACKINGS[name](written_here)
    records, damage = read(put(tmp_path, name, packed.data))
    assert damage == []
    unpacked = io.BytesIO(b"".join(written_here))
    theirs = [
        (each.rec_type, each.rec_headers.headers, each.raw_stream.read())
        for each in ArchiveIterator(unpacked, no_record_parse=True)
    ]
    assert [(r.kind, list(r.headers), r.block) for r in records] == theirs
    assert {record.version for record in records} == {version}
    assert records[1].url == "https://news.example/0"
    assert records[1].date.startswith("2024-02-29T23:59:00")
    assert records[1].record_id == records[2].get("warc-concurrent-to")
    assert records[-1].kind == "revisit"
    for record, (begin, end) in zip(records, packed.places, strict=True):
        place = (begin, 0 if name.startswith("one-") else end - begin)
        assert (record.offset, record.length) == place


@pytest.mark.parametrize("name", ONE_EACH)
def test_every_record_is_found_at_its_place(tmp_path: Path, name: str) -> None:
    path = put(tmp_path, name, whole(name))
    for record in read(path)[0]:
        assert read_record(tmp_path, name, record.offset, record.length) == record


def test_payloads_are_read_as_warcio_reads_them(tmp_path: Path) -> None:
    records, _ = read(put(tmp_path, GZIP, whole(GZIP)))
    with (tmp_path / GZIP).open("rb") as stream:
        theirs = [
            each.content_stream().read()
            for each in ArchiveIterator(stream)
            if each.rec_type == "response"
        ]
    ours = [decoded(parse(each.block)) for each in records if each.kind == "response"]
    assert ours == theirs == [page(number) for number in range(6)]


@pytest.mark.parametrize(("name", "packing"), [("x.warc.gz", PLAIN), ("x.dat", GZIP)])
def test_what_a_file_is_decides_and_not_its_name(tmp_path: Path, name: str, packing: str) -> None:
    records, damage = read(put(tmp_path, name, whole(packing)))
    assert (len(records), damage) == (len(RECORDS), [])


def test_one_line_break_or_many_between_records_do_no_harm(tmp_path: Path) -> None:
    for gap in (b"", b"\n", b"\r\n", b"\r\n" * 500):
        records = [each.removesuffix(b"\r\n\r\n") + gap for each in RECORDS]
        assert len(read(put(tmp_path, PLAIN, b"".join(records)))[0]) == len(RECORDS)
        found, damage = read(put(tmp_path, GZIP, whole(GZIP, records)))
        assert (len(found), damage) == (len(RECORDS), [])


def test_heads_are_read_in_all_their_forms(tmp_path: Path) -> None:
    data = (
        b"WARC/1.0\nwarc-type: Response\nWARC-Target-URI: <https://a.example/>\n"
        b"X-Long: one\n two\n\tthree\nX-City: K\xc3\xb6ln\nX-Bad: \xff\n"
        b"Content-Length:  3 \n\nabc\n\n"
    )
    (record,), damage = read(put(tmp_path, PLAIN, data))
    assert damage == []
    assert (record.kind, record.url, record.block) == ("response", "https://a.example/", b"abc")
    assert record.get("x-long") == "one two three"
    assert record.get("x-city") == "Köln"
    assert record.get("x-bad") == "�"
    assert (record.record_id, record.date, record.get("none")) == ("", "", None)


def test_a_warc_file_within_a_page_is_part_of_the_page(tmp_path: Path) -> None:
    block = b"\r\n\r\n" + whole()
    for name in PACKINGS:
        data = whole(name, [plain_record(block), plain_record(b"next")])
        records, damage = read(put(tmp_path, name, data))
        assert ([record.block for record in records], damage) == ([block, b"next"], [])


def test_what_repeats_much_is_read_whole(tmp_path: Path) -> None:
    blocks = [bytes(size) for size in (0, 1, 1 << 13, (1 << 18) - 1, 1 << 18, 5_000_000)]
    for name in PACKINGS:
        path = put(tmp_path, name, whole(name, [plain_record(block) for block in blocks]))
        records, damage = read(path)
        assert ([record.block for record in records], damage) == (blocks, [])


def test_an_open_file_is_read_under_its_final_name(tmp_path: Path) -> None:
    path = put(tmp_path, GZIP + OPEN, whole(GZIP))
    record = read(path)[0][1]
    assert read_record(tmp_path, GZIP, record.offset, record.length) == record


# -- Files that are not what they should be --------------------------------------------------------


def test_where_no_record_is_the_place_is_named(tmp_path: Path) -> None:
    packed = PACKINGS[GZIP](RECORDS)
    put(tmp_path, GZIP, packed.data)
    begin, end = packed.places[1]
    for offset, length in [(begin + 1, 0), (len(packed.data), 0), (begin, end - begin - 1)]:
        with pytest.raises(DamagedError, match=rf"f\.warc\.gz, byte {offset:,}: "):
            read_record(tmp_path, GZIP, offset, length)
    put(tmp_path, PLAIN, b"WARC/1.0\r\nContent-Length: x\r\n\r\n")
    with pytest.raises(DamagedError, match="Content-Length is x"):
        read_record(tmp_path, PLAIN, 0, 0)
    with pytest.raises(FileNotFoundError):
        read_record(tmp_path, "none.warc.gz", 0, 0)


NO_WARC = {
    "text": b"Dear Sir,\nthis is no archive.\n",
    "zeros": bytes(100_000),
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9,
    "something packed": gzip.compress(b"a tar file, say\n" * 1_000),
    "a gzip mark": b"\x1f\x8b",
    "a zstd mark": b"\x28\xb5\x2f\xfd",
    "too large a dictionary": b"\x5d\x2a\x4d\x18\xff\xff\xff\xff" + bytes(10),
    "no dictionary": b"\x5d\x2a\x4d\x18\x08\x00\x00\x00\x37\xa4\x30\xec" + whole(),
    "half a dictionary": b"\x5d\x2a\x4d\x18\x08\x00\x00\x00abc",
    "half a line": b"WARC/1.0",
}


@pytest.mark.parametrize("data", NO_WARC.values(), ids=NO_WARC)
def test_what_is_no_warc_file_is_told_once(tmp_path: Path, data: bytes) -> None:
    for name in (PLAIN, GZIP, "f.warc.zst"):
        records, damage = read(put(tmp_path, name, data))
        assert records == []
        assert [each.offset for each in damage] == [0]
    assert read(put(tmp_path, "empty.warc.gz", b"")) == ([], [])


@pytest.mark.parametrize("name", PACKINGS)
def test_a_block_over_the_limit_is_passed_over_with_a_reason(tmp_path: Path, name: str) -> None:
    sizes = [10, 2_000_000, 20, 3_000_000, 30]
    made = [plain_record(bytes(size), number=size) for size in sizes]
    path = put(tmp_path, name, whole(name, made))
    with bounded(2, 8_000_000):
        records, damage = read(path, max_block=1_000_000)
    assert [record.url for record in records] == ["urn:n:10", "urn:n:20", "urn:n:30"]
    assert [each.reason for each in damage] == [
        "a block of 2,000,000 bytes, resource urn:n:2000000",
        "a block of 3,000,000 bytes, resource urn:n:3000000",
    ]


NO_RECORD = {
    "garbage": b"garbage\r\nmore of it\r\n",
    "zeros": bytes(700),
    "half a head": RECORDS[1][:40],
    "half a block": RECORDS[1][:-150],
    "no length": RECORDS[1].replace(b"Content-Length", b"Content-Lemgth"),
    "a length below zero": plain_record(b"abc" * 50, -1),
    "a length that is none": plain_record(b"abc" * 50, "12x"),
    "a length of too many digits": plain_record(b"abc" * 50, 9 * 10**17),
    "a length into the next record": plain_record(b"abc" * 50, 160),
    "a length over more records": plain_record(b"abc" * 50, 1_000),
    "a length over all": plain_record(b"abc" * 50, 10**8),
    "a length of no file": plain_record(b"abc" * 50, 10**12),
}


@pytest.mark.parametrize("bad", NO_RECORD.values(), ids=NO_RECORD)
@pytest.mark.parametrize("name", PACKINGS)
def test_reading_goes_on_behind_what_is_no_record(
    tmp_path: Path, name: str, bad: bytes, expected: list[tuple[object, ...]]
) -> None:
    packed = PACKINGS[name]([*RECORDS[:4], bad, *RECORDS[4:]])
    records, damage = read(put(tmp_path, name, packed.data))
    assert [content(record) for record in records] == expected
    assert [each.offset for each in damage] == [packed.places[4][0]]


def test_too_short_a_length_costs_the_rest_of_its_block_only(
    tmp_path: Path, expected: list[tuple[object, ...]]
) -> None:
    short = plain_record(b"abc" * 50, 60)
    for name in PACKINGS:
        path = put(tmp_path, name, whole(name, [*RECORDS[:4], short, *RECORDS[4:]]))
        records, damage = read(path)
        cut = records.pop(4)
        assert cut.block == b"abc" * 20
        assert [content(record) for record in records] == expected
        assert [each.reason for each in damage] == ["no WARC record where one should begin"]


@pytest.mark.parametrize("name", ONE_EACH)
def test_a_cut_file_has_all_records_before_the_cut(
    tmp_path: Path, name: str, expected: list[tuple[object, ...]]
) -> None:
    packed = PACKINGS[name](RECORDS)
    ends = {end for _, end in packed.places}
    for cut in range(packed.places[0][0] + 1, len(packed.data), 37):
        records, damage = read(put(tmp_path, name, packed.data[:cut]))
        before = sum(end <= cut for end in ends)
        # in a plain file, only the line breaks behind a record may be missing
        breaks = name == PLAIN and any(end - 4 <= cut < end for end in ends)
        assert [content(record) for record in records] == expected[: before + breaks]
        assert len(damage) == (cut not in ends and not breaks)


@pytest.mark.parametrize("name", ["one-member.warc.gz", "one-frame.warc.zst"])
def test_of_a_cut_stream_is_read_what_comes_out_of_it(
    tmp_path: Path, name: str, expected: list[tuple[object, ...]]
) -> None:
    records = written(count=300)
    data = whole(name, records)
    path = put(tmp_path, PLAIN, b"".join(records))
    all_of_them = [content(record) for record in read(path)[0]]
    found, damage = read(put(tmp_path, name, data[: len(data) - 300]))
    assert len(found) > 100
    assert [content(record) for record in found] == all_of_them[: len(found)]
    assert len(damage) == 1


@pytest.mark.parametrize("name", ["f.warc", "f.warc.gz"])
def test_a_wrong_bit_costs_one_record_at_most(
    tmp_path: Path, name: str, expected: list[tuple[object, ...]]
) -> None:
    packed = PACKINGS[name](RECORDS)
    for number, (begin, end) in enumerate(packed.places):
        others = expected[:number] + expected[number + 1 :]
        for at in range(begin, end, 5):
            data = bytearray(packed.data)
            data[at] ^= 1 << at % 8
            records, damage = read(put(tmp_path, name, bytes(data)))
            found = [content(record) for record in records]
            assert [each for each in found if each in others] == others
            assert len(found) <= len(expected)
            # a header of gzip has bytes that nobody checks, as has most of a plain record
            assert damage or len(found) == len(expected)


def test_a_gzip_file_may_end_in_zeros(tmp_path: Path, expected: list[tuple[object, ...]]) -> None:
    records, damage = read(put(tmp_path, GZIP, whole(GZIP) + bytes(10_000)))
    assert [content(record) for record in records] == expected
    assert [each.offset for each in damage] == [len(whole(GZIP))]


def test_the_marks_of_other_data_are_no_members(
    tmp_path: Path, expected: list[tuple[object, ...]]
) -> None:
    """Among what cannot be read lie gzip files that were never members of the WARC file."""
    lost = b"\x1f\x8b\x08\x00broken" + gzip.compress(b"a sitemap") * 50 + b"\x1f\x8b\x08\x08" * 50
    packed = PACKINGS[GZIP](RECORDS)
    end = packed.places[3][1]
    data = packed.data[:end] + lost + packed.data[end:]
    records, damage = read(put(tmp_path, GZIP, data))
    assert [content(record) for record in records] == expected
    assert [each.offset for each in damage] == [end]


# -- Files that were made to do harm ---------------------------------------------------------------


HOSTILE: dict[str, tuple[str, Callable[[], bytes]]] = {
    "zeros": (GZIP, lambda: gzip.compress(bytes(1 << 28), 1)),
    "line breaks": (GZIP, lambda: gzip.compress(b"\n" * (1 << 28), 1)),
    "a head": (GZIP, lambda: gzip.compress(b"WARC/1.0\r\n" + b"a: b\r\n" * 5_000_000, 1)),
    "folded lines": (PLAIN, lambda: b"WARC/1.0\r\na: b\r\n" + b" \r\n" * 500_000),
    "a block": (GZIP, lambda: gzip.compress(plain_record(bytes(1 << 28), 10**14), 1)),
    "marks": (GZIP, lambda: whole(GZIP) + b"\x1f\x8b\x08\x08" * 500_000),
    "empty members": (GZIP, lambda: gzip.compress(b"") * 20_000),
    "empty frames": (
        "f.warc.zst",
        lambda: (b"\x50\x2a\x4d\x18" + bytes(4)) * 30_000 + whole("f.warc.zst"),
    ),
    "claims": (PLAIN, lambda: plain_record(b"y", 8_000_000) * 50_000),
    "packed claims": (GZIP, lambda: gzip.compress(plain_record(b"y", 8_000_000) * 50_000)),
    "starts": (PLAIN, lambda: b"WARC/1.0\r\n" * 60_000),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_costs_little_time_and_memory(tmp_path: Path, kind: str) -> None:
    name, data = HOSTILE[kind]
    path = put(tmp_path, name, data())
    with bounded(30, 60_000_000):
        for _ in read_file(path, 1 << 23):
            pass


def _damage() -> st.SearchStrategy[list[tuple[str, int, bytes]]]:
    kind = st.sampled_from(["flip", "drop", "insert", "repeat", "cut"])
    place = st.integers(0, 1 << 20)
    piece = st.one_of(
        st.binary(max_size=40),
        st.sampled_from([b"\x1f\x8b\x08\x00", b"\x28\xb5\x2f\xfd", b"\r\nWARC/1.0\r\n", b"9"]),
    )
    return st.lists(st.tuples(kind, place, piece), min_size=1, max_size=6)


def _damaged(data: bytes, damage: list[tuple[str, int, bytes]]) -> bytes:
    for kind, place, piece in damage:
        at = place % (len(data) + 1)
        size = len(piece) + 1
        if kind == "flip":
            data = data[:at] + bytes(b ^ 1 << place % 8 for b in data[at : at + 1]) + data[at + 1 :]
        elif kind == "drop":
            data = data[:at] + data[at + size :]
        elif kind == "insert":
            data = data[:at] + piece + data[at:]
        elif kind == "repeat":
            data = data[:at] + data[max(0, at - size * 20) :]
        else:
            data = data[: max(at, len(data) // 2)]
    return data


@pytest.mark.parametrize("name", PACKINGS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(damage=_damage())
def test_however_a_file_is_damaged_reading_ends(
    tmp_path: Path, name: str, damage: list[tuple[str, int, bytes]]
) -> None:
    data = _damaged(whole(name), damage)
    records, found = read(put(tmp_path, name, data))
    for each in [*records, *found]:
        assert 0 <= each.offset <= len(data)
    for record in records:
        decoded(parse(record.block), 1 << 20)
        with contextlib.suppress(DamagedError):
            read_record(tmp_path, name, record.offset, record.length)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(damage=_damage())
def test_every_gzip_member_that_is_still_whole_is_found(
    tmp_path: Path, damage: list[tuple[str, int, bytes]], expected: list[tuple[object, ...]]
) -> None:
    packed = PACKINGS[GZIP](RECORDS)
    data = _damaged(packed.data, damage)
    assume(not data.startswith((b"\x28\xb5\x2f\xfd", b"WARC/")))  # says that it is no gzip file
    records, _ = read(put(tmp_path, GZIP, data))
    found = [content(record) for record in records]
    for number, (begin, end) in enumerate(packed.places):
        if packed.data[begin:end] in data:
            assert expected[number] in found


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=400), name=st.sampled_from(list(PACKINGS)))
def test_whatever_follows_a_mark_reading_ends(tmp_path: Path, data: bytes, name: str) -> None:
    for mark in (b"", b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd", b"\x5d\x2a\x4d\x18", b"WARC/1.0\r\n"):
        read(put(tmp_path, name, mark + data))


# -- wget ------------------------------------------------------------------------------------------


class _Site(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path == "/moved":
            self._head(302, 0, Location="/chunked")
        elif self.path == "/chunked":
            self._head(200, None, **{"Transfer-Encoding": "chunked"})
            for part in (page(3)[:100], page(3)[100:]):
                self.wfile.write(b"%x\r\n%b\r\n" % (len(part), part))
            self.wfile.write(b"0\r\n\r\n")
        elif self.path == "/gzip":
            body = gzip.compress(page(4))
            self._head(200, len(body), **{"Content-Encoding": "gzip"})
            self.wfile.write(body)
        elif self.path == "/plain":
            self._head(200, len(page(5)))
            self.wfile.write(page(5))
        else:
            self._head(404, 4)
            self.wfile.write(b"none")

    def _head(self, status: int, length: int | None, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "text/html")
        if length is not None:
            self.send_header("Content-Length", str(length))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()


@pytest.mark.skipif(shutil.which("wget") is None, reason="wget is not on this machine")
@pytest.mark.parametrize("packed", [True, False])
def test_what_wget_writes_is_read_with_every_digest_right(tmp_path: Path, packed: bool) -> None:
    with serving(_Site) as site:
        urls = [f"{site}/{path}" for path in ("plain", "moved", "gzip", "none")]
        options = ["--warc-file=w", "--no-config", "--no-proxy", "--tries=1", "-q", "-O", "out"]
        if not packed:
            options.append("--no-warc-compression")
        subprocess.run(["wget", *options, *urls], cwd=tmp_path, timeout=60)
    path = tmp_path / ("w.warc.gz" if packed else "w.warc")
    records, damage = read(path)
    assert damage == []
    answers = {each.url: parse(each.block) for each in records if each.kind == "response"}
    assert {url.removeprefix(site): answer.status for url, answer in answers.items()} == {
        "/plain": 200,
        "/moved": 302,
        "/chunked": 200,
        "/gzip": 200,
        "/none": 404,
    }
    bodies = [decoded(answers[f"{site}/{name}"]) for name in ("chunked", "gzip", "plain")]
    assert bodies == [page(3), page(4), page(5)]
    checked = 0
    for record in records:
        assert read_record(tmp_path, path.name, record.offset, record.length) == record
        told = {"WARC-Block-Digest": record.block}
        if record.kind == "response" and record.url != f"{site}/chunked":
            # of a chunked body, wget takes the digest of the chunks too
            told["WARC-Payload-Digest"] = payload(parse(record.block))
        for name, data in told.items():
            if value := record.get(name):
                sha1 = base64.b32encode(hashlib.sha1(data).digest()).decode()
                assert value == f"sha1:{sha1}"
                checked += 1
    assert checked > len(records)


# -- heads -----------------------------------------------------------------------------------------

_LINES = st.sampled_from([
    b"WARC-Type: response", b"warc-type:request", b"WARC-Target-URI:  https://a.example/\xc3\xa9 ",
    b"X: \xc3", b": no name", b"no colon", b" folded", b"\tfolded", b"", b" ", b"\r", b"A: b\rc",
    b"WARC-Record-ID: <urn:uuid:1>", b"software: it wrote WARC/1.0", b"X: 1:2",
    b"Content-Length: 3",
])  # fmt: skip
_ENDS = st.sampled_from([b"\r\n"] * 6 + [b"\n", b"\r\r\n"])


@given(lines=st.lists(st.tuples(_LINES, _ENDS), max_size=12))
def test_a_head_is_read_at_once_as_it_is_line_by_line(
    lines: list[tuple[bytes, bytes]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    head = b"WARC/1.1\r\n" + b"".join(line + end for line, end in lines)
    data = head + b"Content-Length: 3\r\n\r\nabc\r\n\r\n"
    path = tmp_path_factory.mktemp("head") / "a.warc.gz"
    path.write_bytes(gzip.compress(data) + gzip.compress(data))
    at_once = list(read_file(path))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Stream, "head", lambda stream: None)
        assert list(read_file(path)) == at_once
