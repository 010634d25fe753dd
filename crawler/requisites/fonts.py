"""Whether bytes are a font's: WOFF (W3C), WOFF2 (W3C), OpenType (ISO/IEC 14496-22)."""

from __future__ import annotations

_FONTS = (b"wOFF", b"wOF2", b"OTTO", b"true", b"ttcf", b"\x00\x01\x00\x00")


def is_font(data: bytes) -> bool:
    """Whether that is what they begin as.

    >>> is_font(b"wOF2rest"), is_font(b"<html>")
    (True, False)
    """
    return data.startswith(_FONTS)
