"""HTTP messages as records have them, right and wrong."""

from __future__ import annotations

import gzip
import sys
import tracemalloc
import zlib

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.warc.http import decoded, parse, payload, without_chunks

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

TEXT = b"<p>" + b"The weir holds. " * 500 + b"</p>"


def message(body: bytes, *headers: bytes) -> bytes:
    return b"\r\n".join([b"HTTP/1.1 200 OK", *headers, b"", body])


def test_a_head_is_read_as_it_came() -> None:
    head = b"HTTP/1.0 404 Not  Found\nset-cookie: a\nX:  b \n  folded\nno colon\nX: c\n\n"
    found = parse(head + b"body")
    assert found.status == 404
    assert found.headers == ((b"set-cookie", b"a"), (b"X", b"b folded"), (b"X", b"c"))
    assert found.get("x") == "b folded"
    assert found.body == b"body"
    assert found.head == head
    assert parse(b"GET / HTTP/1.1\r\n\r\n").status is None
    assert parse(b"").body == b""


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        (b"gzip", gzip.compress(TEXT, mtime=0)),
        (b"x-gzip", gzip.compress(TEXT[:100], mtime=0) + gzip.compress(TEXT[100:], mtime=0)),
        (b"deflate", zlib.compress(TEXT)),
        (b"deflate", zlib.compress(TEXT)[2:-4]),
        (b"br", brotli.compress(TEXT)),
        (b"zstd", zstd.compress(TEXT)),
        (b"gzip, br", brotli.compress(gzip.compress(TEXT, mtime=0))),
        (b"identity", TEXT),
        (b"unheard-of", TEXT),
        (b"gzip", TEXT),  # says so, and is not
        (b"", TEXT),
    ],
)  # fmt: skip
def test_content_codings_are_removed(coding: bytes, body: bytes) -> None:
    assert decoded(parse(message(body, b"Content-Encoding: " + coding))) == TEXT


@pytest.mark.parametrize("cut", [1, 10, 200])
def test_what_was_cut_is_read_as_far_as_it_goes(cut: int) -> None:
    text = b"".join(b"%d %d " % (n, n * n) for n in range(20_000))
    body = gzip.compress(text, mtime=0)[:-cut]
    found = decoded(parse(message(body, b"Content-Encoding: gzip")))
    assert len(found) > len(text) * 0.9
    assert text.startswith(found)


@pytest.mark.parametrize(
    "body",
    [
        gzip.compress(bytes(300_000_000), 9),
        brotli.compress(bytes(300_000_000), quality=5),
        zstd.compress(bytes(300_000_000)),
    ],
    ids=["gzip", "br", "zstd"],
)
def test_a_bomb_does_not_go_off(body: bytes, request: pytest.FixtureRequest) -> None:
    coding = request.node.callspec.id.encode()
    held = parse(message(body, b"Content-Encoding: " + coding))
    tracemalloc.start()
    assert len(decoded(held, limit=1_000_000)) == 1_000_000
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 40_000_000


CHUNKED = b"Transfer-Encoding: chunked"


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        (b"3\r\nabc\r\n0\r\n\r\n", b"abc"),
        (b"3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nTrailer: t\r\n\r\n", b"abcde"),
        (b"00003 \nabc\n0\n\n", b"abc"),
        (b"3\r\nabc\r\n2\r\nd", b"abcd"),  # cut
        (b"3\r\nabc\r\n", b"abc"),
        (b"<p>no chunks</p>", b"<p>no chunks</p>"),
        (b"1984 was a year of floods", b"1984 was a year of floods"),
        (b"", b""),
        (b"0\r\n\r\n", b""),
    ],
)
def test_transfer_coding_is_removed_where_it_is(body: bytes, wanted: bytes) -> None:
    assert payload(parse(message(body, CHUNKED))) == wanted
    assert payload(parse(message(body))) == body


@given(st.binary(max_size=300))
def test_no_bytes_break_anything(data: bytes) -> None:
    parse(data)
    without_chunks(data)
    for coding in (b"gzip", b"deflate", b"br", b"zstd"):
        decoded(parse(message(data, b"Content-Encoding: " + coding, CHUNKED)), limit=1_000)
