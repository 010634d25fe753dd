"""Bytes of a discovery file: unpacked from gzip, never beyond a bound."""

from __future__ import annotations

import zlib

MAX_BYTES = 52_428_800
"""50 MiB: the most that a sitemap may be, uncompressed (sitemaps.org protocol)."""

_GZIP = b"\x1f\x8b"


def unpack(body: bytes, limit: int = MAX_BYTES) -> tuple[bytes, bool]:
    """The bytes of a file, without gzip if it has that, and whether it was cut at the limit.

    Where a server packs what is packed already, it is unpacked twice. A file broken in the middle
    gives what comes before. Raises nothing.

    >>> import gzip
    >>> unpack(gzip.compress(b"a" * 100), limit=5)
    (b'aaaaa', True)
    """
    if not body.startswith(_GZIP):
        return body[:limit], len(body) > limit
    data, is_cut = _unpacked(body, limit)
    if data.startswith(_GZIP):
        data, is_cut = _unpacked(_unpacked(body, MAX_BYTES)[0], limit)
    return data, is_cut


def _unpacked(body: bytes, limit: int) -> tuple[bytes, bool]:
    out = bytearray()
    while body.startswith(_GZIP) and len(out) < limit:  # a file may have several members
        member = zlib.decompressobj(wbits=31)
        try:
            out += member.decompress(body, limit - len(out) + 1)
        except zlib.error:
            # What was unpacked of the broken member before the error is lost in one call: take it
            # in small steps.
            out += _salvage(body, limit - len(out) + 1)
            break
        if not member.eof:
            break
        body = member.unused_data.lstrip(b"\x00")
    return bytes(out[:limit]), len(out) > limit


def _salvage(body: bytes, limit: int) -> bytes:
    member = zlib.decompressobj(wbits=31)
    out = bytearray()
    try:
        for start in range(0, len(body), 1024):
            chunk = body[start : start + 1024]
            while chunk and len(out) < limit and not member.eof:
                out += member.decompress(chunk, limit - len(out))
                chunk = member.unconsumed_tail
            if len(out) >= limit or member.eof:
                break
    except zlib.error:
        pass
    return bytes(out)
