"""What a picture is, by its first bytes, whatever is said of it and whatever follows."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.demo.answer import picture
from crawler.requisites.pictures import picture_in


def jpeg(width: int, height: int, before: bytes = b"") -> bytes:
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\1\x11\0"
    return b"\xff\xd8\xff\xe0" + struct.pack(">H", 16) + b"JFIF\0" + bytes(9) + before + frame


def segment(kind: int, size: int) -> bytes:
    return bytes((0xFF, kind)) + struct.pack(">H", size + 2) + b"\xff\xc0\x55\xaa" * (size // 4)


def webp(kind: bytes, data: bytes) -> bytes:
    return b"RIFF" + bytes(4) + b"WEBP" + kind + bytes(4) + data


def avif(*sizes: tuple[int, int]) -> bytes:
    boxes = b"".join(struct.pack(">I4sIII", 20, b"ispe", 0, *size) for size in sizes)
    return struct.pack(">I4s4s", 24, b"ftyp", b"avif") + bytes(12) + boxes


KNOWN = {
    "png": (picture("x"), ("image/png", 32, 20)),
    "gif": (b"GIF89a" + struct.pack("<HH", 300, 200) + bytes(3), ("image/gif", 300, 200)),
    "jpeg": (jpeg(1200, 800), ("image/jpeg", 1200, 800)),
    # what looks like a frame inside a profile or thumbnail is none
    "jpeg with a profile": (
        jpeg(1200, 800, segment(0xE2, 60_000) + segment(0xE1, 40_000)),
        ("image/jpeg", 1200, 800),
    ),
    "jpeg, progressive": (
        jpeg(64, 48).replace(b"\xff\xc0", b"\xff\xc2"), ("image/jpeg", 64, 48),
    ),
    "webp, lossy": (
        webp(b"VP8 ", b"\0\0\0\x9d\x01\x2a" + struct.pack("<HH", 640, 360)),
        ("image/webp", 640, 360),
    ),
    "webp, lossless": (
        webp(b"VP8L", b"\x2f" + struct.pack("<I", 639 | 359 << 14)), ("image/webp", 640, 360),
    ),
    "webp, extended": (
        webp(b"VP8X", bytes(4) + (639).to_bytes(3, "little") + (359).to_bytes(3, "little")),
        ("image/webp", 640, 360),
    ),
    "avif": (avif((160, 90), (1600, 900)), ("image/avif", 1600, 900)),
    "ico": (
        b"\0\0\1\0\2\0" + bytes((16, 16)) + bytes(14) + bytes((32, 32)) + bytes(14),
        ("image/x-icon", 32, 32),
    ),
    "bmp": (
        b"BM" + bytes(12) + struct.pack("<Iii", 40, 10, -6) + bytes(20), ("image/bmp", 10, 6),
    ),
    "png that breaks off": (b"\x89PNG\r\n\x1a\n\0\0", ("image/png", None, None)),
    "png of no size": (
        picture("x")[:16] + struct.pack(">II", 0, 2**31) + b"\0", ("image/png", None, None),
    ),
    "jpeg without a frame": (b"\xff\xd8\xff\xd9" + bytes(40), ("image/jpeg", None, None)),
}  # fmt: skip


@pytest.mark.parametrize(("data", "told"), KNOWN.values(), ids=KNOWN)
def test_type_and_size_are_read_from_the_first_bytes(
    data: bytes, told: tuple[str, int | None, int | None]
) -> None:
    found = picture_in(data)
    assert found is not None
    assert (found.media_type, found.width, found.height) == told
    assert found.bytes == len(data)


@pytest.mark.parametrize(
    "data", [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"<html>", b"BM", b"RIFFxxxxWAVE"]
)
def test_what_is_no_picture_by_its_bytes_is_none(data: bytes) -> None:
    assert picture_in(data) is None


HEADS = [data[:n] for data, _ in KNOWN.values() for n in (4, 12, 30)]


@given(st.sampled_from(HEADS), st.binary(max_size=200))
def test_whatever_follows_the_first_bytes_nothing_is_raised(head: bytes, rest: bytes) -> None:
    found = picture_in(head + rest)
    assert found is None or found.bytes == len(head + rest)
