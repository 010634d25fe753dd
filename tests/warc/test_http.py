"""HTTP messages out of WARC blocks: what a browser would have read, and never more than a page
may cost."""

from __future__ import annotations

import gzip
import sys
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.warc.http import Message, decoded, parse, payload, without_chunks

from .foreign import page

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

TEXT = "".join(
    f"<p>Line {number} of the tide table, at {number * 37 % 24}:00.</p>\n"
    for number in range(3_000)
).encode()


def bare_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


def checked_zstd(data: bytes) -> bytes:
    return zstd.compress(data, options={zstd.CompressionParameter.checksum_flag: 1})


PACK: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": ("gzip", gzip.compress),
    "x-gzip": ("x-gzip", gzip.compress),
    "zlib": ("deflate", zlib.compress),
    "bare deflate": ("deflate", bare_deflate),
    "brotli": ("br", lambda data: brotli.compress(data, quality=5)),
    "zstd": ("zstd", checked_zstd),
}
PACKINGS = pytest.mark.parametrize(("coding", "pack"), PACK.values(), ids=PACK)


def answer(body: bytes, *headers: str) -> Message:
    head = "".join(f"{line}\r\n" for line in ("HTTP/1.1 200 OK", *headers, ""))
    return parse(head.encode("latin-1") + body)


def chunked(body: bytes, sizes: list[int]) -> bytes:
    """A body in chunks, of the given sizes as far as they go."""
    out, at = b"", 0
    for size in [*sizes, len(body)]:
        if part := body[at : at + size]:
            out += b"%x\r\n%b\r\n" % (len(part), part)
            at += size
    return out + b"0\r\n\r\n"


@contextmanager
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


# -- Heads -----------------------------------------------------------------------------------------


def test_a_head_is_kept_as_it_stands() -> None:
    head = (
        b"HTTP/1.1 200 Alles gut\r\ncontent-TYPE:text/html\r\nX-A: one\r\n  two\r\n\tthree\r\n"
        b"Set-Cookie: a\r\nset-cookie: b\r\nno header\r\nX-City: K\xf6ln\r\n\r\n"
    )
    message = parse(head + b"body\r\n\r\nmore")
    assert (message.head, message.body) == (head, b"body\r\n\r\nmore")
    assert message.status == 200
    assert message.headers == (
        (b"content-TYPE", b"text/html"),
        (b"X-A", b"one two three"),
        (b"Set-Cookie", b"a"),
        (b"set-cookie", b"b"),
        (b"X-City", b"K\xf6ln"),
    )
    assert message.get("Content-Type") == "text/html"
    assert message.get("x-city") == "Köln"
    assert message.every("Set-Cookie") == "a,b"
    assert message.get("none") is None


@pytest.mark.parametrize(
    ("block", "status", "body"),
    [
        (b"HTTP/1.0 404\nA: b\n\nx", 404, b"x"),
        (b"HTTP/1.1 200 OK\r\n\r\nx", 200, b"x"),
        (b"HTTP/1.1 200 OK\r\nA: b\n\r\nx", 200, b"x"),
        (b"HTTP/2 204 \r\n\r\n", 204, b""),
        (b"HTTP/1.1 200 OK\r\nA: b", 200, b""),
        (b"HTTP/1.1 2000 OK\r\n\r\n", None, b""),
        (b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", None, b""),
        (b"<p>no head</p>\n\nx", None, b"x"),
        (b"", None, b""),
    ],
)
def test_heads_of_all_kinds(block: bytes, status: int | None, body: bytes) -> None:
    message = parse(block)
    assert (message.status, message.body) == (status, body)


@given(st.binary() | st.binary().map(lambda data: b"HTTP/1.1 200 OK\r\n" + data))
def test_whatever_a_block_holds_it_is_a_message(block: bytes) -> None:
    message = parse(block)
    assert message.head + message.body == block
    assert len(decoded(message, 10_000)) <= 10_000


# -- Transfer coding -------------------------------------------------------------------------------


@given(st.binary(), st.lists(st.integers(1, 9)))
def test_chunks_are_removed(body: bytes, sizes: list[int]) -> None:
    message = answer(chunked(body, sizes), "Transfer-Encoding: chunked")
    assert payload(message) == body


@given(st.binary(min_size=3), st.lists(st.integers(1, 9)), st.integers(3))
def test_of_broken_off_chunks_is_read_what_came(body: bytes, sizes: list[int], cut: int) -> None:
    coded = chunked(body, sizes)
    begins = coded.index(b"\n") + 2  # with a byte of the first chunk
    end = begins + cut % (len(coded) - begins)
    read = payload(answer(coded[:end], "Transfer-Encoding: chunked"))
    assert read
    assert body.startswith(read)


@pytest.mark.parametrize(
    "coded",
    [
        b"5;name=value\r\nhello\r\n0\r\n\r\n",
        b"5 \r\nhello\r\n0\r\nX-Trailer: a\r\nX-More: b\r\n\r\n",
        b"0005\nhello\n0\n\n",
        b"2\r\nhe\r\n3\r\nllo\r\n0\r\n",
        b"2\r\nhe\r\n3\r\nllo\r\n",
        b"2\r\nhe\r\nF\r\nllo",
        b"5\r\nhello\r\nno size",
        b"2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\nbehind it",
    ],
)
def test_chunks_of_all_kinds(coded: bytes) -> None:
    assert without_chunks(coded) == b"hello"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        page(1),
        b'{"a": 1}',
        b"face to face\r\nwith it",
        b"5",
        b"0\r\nis how it begins, and it goes on\r\n",
        b"3\r\nis how it begins, and it goes on\r\n",
        gzip.compress(page(1)),
        b"fffffffffffffffffffffffffff\r\n",
    ],
)
def test_what_is_said_to_be_chunked_and_is_not_is_taken_as_it_is(body: bytes) -> None:
    message = answer(body, "TRANSFER-encoding: Chunked")
    assert payload(message) is message.body
    assert message.body == body


def test_chunks_that_no_header_names_are_content() -> None:
    body = b"5\r\nhello\r\n0\r\n\r\n"
    assert payload(answer(body)) == body
    assert payload(answer(body, "X-Archive-Orig-Transfer-Encoding: chunked")) == body


# -- Content coding --------------------------------------------------------------------------------


@PACKINGS
@given(body=st.binary() | st.sampled_from([TEXT, b"", bytes(70_000)]))
def test_a_coding_is_removed(coding: str, pack: Callable[[bytes], bytes], body: bytes) -> None:
    assert decoded(answer(pack(body), f"Content-Encoding: {coding}")) == body
    assert decoded(answer(pack(body), f"content-encoding:  {coding.upper()} ")) == body


@PACKINGS
def test_chunks_around_a_coding_are_removed_first(
    coding: str, pack: Callable[[bytes], bytes]
) -> None:
    packed = pack(TEXT)  # once: gzip's has the time in it
    message = answer(
        chunked(packed, [100] * 20), f"Content-Encoding: {coding}", "Transfer-Encoding: chunked"
    )
    assert payload(message) == packed
    assert decoded(message) == TEXT


def test_several_codings_are_removed_from_the_last_one_on() -> None:
    body = brotli.compress(gzip.compress(TEXT))
    assert decoded(answer(body, "Content-Encoding: gzip, br")) == TEXT
    assert decoded(answer(body, "Content-Encoding: gzip", "Content-Encoding: br")) == TEXT
    assert decoded(answer(body, "Content-Encoding: gzip", "X: y", "content-encoding: , br")) == TEXT


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "identity", "aws-chunked"])
@pytest.mark.parametrize(
    "body",
    [TEXT, page(2), b"", b"x", "Überschrift und mehr davon\n".encode() * 40, b'{"a": "b", "c": 1}'],
)
def test_what_is_said_to_be_coded_and_is_not_is_taken_as_it_is(coding: str, body: bytes) -> None:
    assert decoded(answer(body, f"Content-Encoding: {coding}")) == body


@PACKINGS
def test_of_a_broken_off_body_is_read_what_can_be(
    coding: str, pack: Callable[[bytes], bytes]
) -> None:
    coded = pack(TEXT)
    read = decoded(answer(coded[: len(coded) - 20], f"Content-Encoding: {coding}"))
    assert TEXT.startswith(read)
    # a frame of zstd comes out block by block, of 128 KiB
    assert len(read) > (100_000 if coding == "zstd" else len(TEXT) * 0.9)


# Bare deflate is left out: with nothing to check, what does not fit is not taken for deflate.
@pytest.mark.parametrize(
    ("coding", "pack"),
    [PACK[name] for name in PACK if name != "bare deflate"],
    ids=[name for name in PACK if name != "bare deflate"],
)
def test_of_a_damaged_body_is_read_what_stands_before_the_damage(
    coding: str, pack: Callable[[bytes], bytes]
) -> None:
    # Noise cannot be coded, so much comes before the damage whatever the coding's blocks are.
    body = b"".join(zlib.crc32(b"%d" % n).to_bytes(4, "big") for n in range(150_000))
    coded = pack(body)
    half = len(coded) // 2
    read = decoded(
        answer(coded[:half] + b"\xff" * 5_000 + coded[half:], f"Content-Encoding: {coding}")
    )
    assert body.startswith(read[:150_000])
    assert len(read) > 150_000


@pytest.mark.parametrize(("coding", "pack"), [PACK["gzip"], PACK["zlib"]], ids=["gzip", "zlib"])
@pytest.mark.parametrize("body", [TEXT, page(1)], ids=["long", "short"])
def test_a_wrong_checksum_costs_nothing(
    coding: str, pack: Callable[[bytes], bytes], body: bytes
) -> None:
    coded = bytearray(pack(body))
    coded[-(8 if coding == "gzip" else 4)] ^= 1
    assert decoded(answer(bytes(coded), f"Content-Encoding: {coding}")) == body


@pytest.mark.parametrize(("coding", "pack"), [PACK["gzip"], PACK["zstd"]], ids=["gzip", "zstd"])
def test_all_members_of_a_body_are_read(coding: str, pack: Callable[[bytes], bytes]) -> None:
    pieces = [TEXT[at : at + 1_000] for at in range(0, len(TEXT), 1_000)]
    body = b"".join(map(pack, [*pieces, b""]))
    assert decoded(answer(body, f"Content-Encoding: {coding}")) == TEXT
    for behind in (bytes(512), b"<!-- served from the cache -->"):
        assert decoded(answer(body + behind, f"Content-Encoding: {coding}")) == TEXT


# -- Bodies that were made to do harm --------------------------------------------------------------


@PACKINGS
def test_a_bomb_becomes_no_more_than_the_limit(coding: str, pack: Callable[[bytes], bytes]) -> None:
    bomb = pack(bytes(1 << 27))
    twice = answer(pack(bomb), f"Content-Encoding: {coding}, {coding}")
    once = answer(bomb, f"Content-Encoding: {coding}")
    with bounded(5, 16_000_000):
        assert decoded(once, 1 << 20) == bytes(1 << 20)
        assert len(decoded(twice, 1 << 20)) <= 1 << 20


def test_no_body_costs_much_time_or_memory() -> None:
    gz = gzip.compress(b"")
    harmful = [
        answer(gz * 50_000, "Content-Encoding: gzip"),
        answer(zstd.compress(b"") * 100_000, "Content-Encoding: zstd"),
        answer(zstd.compress(bytes(10)) * 100_000, "Content-Encoding: zstd"),
        answer(TEXT * 30, "Content-Encoding: " + "gzip, br, deflate, zstd, " * 2_000),
        answer(b"1\r\na\r\n" * 50_000, "Transfer-Encoding: chunked"),
        answer(b"1\r\na\r\n" + b"1\r\na" * 50_000, "Transfer-Encoding: chunked"),
        answer(b"0\r\n" + b"a" * 5_000_000, "Transfer-Encoding: chunked"),
        answer(b"0\r\n" + b"a:" * 2_500_000, "Transfer-Encoding: chunked"),
        answer(b"1" + b" " * 5_000_000, "Transfer-Encoding: chunked"),
        answer(b"1;" * 2_500_000, "Transfer-Encoding: chunked"),
    ]
    for message in harmful:
        with bounded(8, 40_000_000):
            decoded(message, 1 << 22)


@pytest.mark.parametrize(
    "rest", [b"a: b\r\n", b" folded\r\n", b":", b"\r", b"\n ", b"\r\n\r", b"HTTP/1.1 200"]
)
def test_no_head_costs_much_time_or_memory(rest: bytes) -> None:
    block = b"HTTP/1.1 200 OK\r\na: b\r\n" + rest * (12_000_000 // len(rest))
    with bounded(5, 60_000_000):
        message = parse(block)
    assert message.head + message.body == block
