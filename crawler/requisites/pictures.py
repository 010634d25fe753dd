"""What a picture is, by its first bytes. Nothing is decoded: what is hostile in its data stays
there.

PNG (RFC 2083, 3.2), GIF (GIF89a, 17 and 18), JPEG (ITU-T T.81, B.1), WebP (RFC 9649, 2), AVIF and
HEIF (ISO/IEC 23008-12, 6.5.3), ICO, BMP. Drawings in SVG are text with a language of their own, and
no pictures by this.
"""

from __future__ import annotations

from collections.abc import Callable

from crawler.items import Picture

_LOOK = 1 << 18
"""Bytes: before the size of a JPEG may stand a profile of colours and a thumbnail."""
_LARGEST = 1 << 20
"""Pixels of one side: what says more is no picture's size."""
_MOST_SEGMENTS = 500

Size = tuple[int, int]


def picture_in(data: bytes) -> Picture | None:
    """What a picture's first bytes say of it; None where they are no picture's that browsers show.

    >>> picture_in(b"GIF89a" + bytes([3, 0, 2, 0]) + b"rest")
    Picture(media_type='image/gif', bytes=14, width=3, height=2)
    """
    head = data[:_LOOK]
    for media_type, is_one, size_in in _FORMATS:
        if is_one(head):
            size = size_in(head)
            if size is None or not all(0 < side <= _LARGEST for side in size):
                return Picture(media_type, len(data))
            return Picture(media_type, len(data), *size)
    return None


def _big(head: bytes, at: int, length: int) -> int:
    return int.from_bytes(head[at : at + length], "big")


def _little(head: bytes, at: int, length: int) -> int:
    return int.from_bytes(head[at : at + length], "little")


def _png(head: bytes) -> Size | None:
    if head[12:16] != b"IHDR" or len(head) < 24:
        return None
    return _big(head, 16, 4), _big(head, 20, 4)


def _gif(head: bytes) -> Size | None:
    return (_little(head, 6, 2), _little(head, 8, 2)) if len(head) >= 10 else None


def _jpeg(head: bytes) -> Size | None:
    """That of the first frame; segments are passed over by their lengths."""
    at = 2
    for _ in range(_MOST_SEGMENTS):
        if head[at : at + 1] != b"\xff" or at + 9 > len(head):
            return None
        kind = head[at + 1]
        if kind == 0xFF:  # a byte that fills
            at += 1
        elif 0xC0 <= kind <= 0xCF and kind not in (0xC4, 0xC8, 0xCC):
            return _big(head, at + 7, 2), _big(head, at + 5, 2)
        elif kind == 0x01 or 0xD0 <= kind <= 0xD8:  # without length
            at += 2
        else:
            at += 2 + max(2, _big(head, at + 2, 2))
    return None


def _webp(head: bytes) -> Size | None:
    kind = head[12:16]
    if kind == b"VP8X" and len(head) >= 30:
        return _little(head, 24, 3) + 1, _little(head, 27, 3) + 1
    if kind == b"VP8L" and len(head) >= 25:
        bits = _little(head, 21, 4)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 " and len(head) >= 30:
        return _little(head, 26, 2) & 0x3FFF, _little(head, 28, 2) & 0x3FFF
    return None


def _heif(head: bytes) -> Size | None:
    """The largest size that one of its images has: the others are its thumbnails and masks."""
    sizes: list[Size] = []
    at = head.find(b"ispe")
    while at >= 0 and at + 16 <= len(head) and len(sizes) < _MOST_SEGMENTS:
        sizes.append((_big(head, at + 8, 4), _big(head, at + 12, 4)))
        at = head.find(b"ispe", at + 4)
    return max(sizes, key=lambda size: size[0] * size[1], default=None)


def _ico(head: bytes) -> Size | None:
    sides = [
        (head[at] or 256, head[at + 1] or 256)
        for at in range(6, 6 + 16 * min(_little(head, 4, 2), 64), 16)
        if at + 16 <= len(head)
    ]
    return max(sides, default=None)


def _bmp(head: bytes) -> Size | None:
    if len(head) < 26 or _little(head, 14, 4) < 40:
        return None
    return _little(head, 18, 4), abs(int.from_bytes(head[22:26], "little", signed=True))


def _is_ico(head: bytes) -> bool:
    return head[:4] == b"\x00\x00\x01\x00" and 0 < _little(head, 4, 2) <= 256 and len(head) >= 22


_FORMATS: tuple[tuple[str, Callable[[bytes], bool], Callable[[bytes], Size | None]], ...] = (
    ("image/png", lambda head: head[:8] == b"\x89PNG\r\n\x1a\n", _png),
    ("image/jpeg", lambda head: head[:3] == b"\xff\xd8\xff", _jpeg),
    ("image/gif", lambda head: head[:6] in (b"GIF87a", b"GIF89a"), _gif),
    ("image/webp", lambda head: head[:4] == b"RIFF" and head[8:12] == b"WEBP", _webp),
    ("image/avif", lambda head: head[4:8] == b"ftyp" and head[8:12] in (b"avif", b"avis"), _heif),
    ("image/heic", lambda head: head[4:8] == b"ftyp" and head[8:12] in (b"heic", b"heix"), _heif),
    ("image/bmp", lambda head: head[:2] == b"BM" and head[6:10] == bytes(4), _bmp),
    ("image/x-icon", _is_ico, _ico),
)
