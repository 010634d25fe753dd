"""WARC files of every packing as a row of members: gzip members, zstd frames, or the plain file.

A member is decompressed as it is read, so memory is bounded whatever a file claims.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from typing import BinaryIO, Protocol

from isal import isal_zlib

from crawler.warc.arc import BEGINS as ARC

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_CHUNK = 1 << 18
_FIRST_CHUNK = 1 << 13
"""Bytes of a member that are read at first: most records are small, most false marks show soon."""
_SILENT = 1 << 18
"""Bytes of a member that may be read before anything comes out of it."""
GZIP = b"\x1f\x8b\x08"
ZSTD = b"\x28\xb5\x2f\xfd"
_DICTIONARY = b"\x5d\x2a\x4d\x18"
"""Begins the skippable frame with the dictionary of a file (IIPC, "WARC files in Zstandard")."""
_MAX_DICTIONARY = 1 << 26
PLAIN = b"WARC/"
_MARKS = {
    GZIP: re.compile(rb"\x1f\x8b\x08[\x00-\x1f]"),  # the flags' upper bits are 0 (RFC 1952, 2.3.1)
    ZSTD: re.compile(rb"\x28\xb5\x2f\xfd"),
    PLAIN: re.compile(rb"WARC/\d\.\d{1,2}[ \t]*\r?\n", re.IGNORECASE),
}
_LONGEST_MARK = 16
# A window larger than this is refused: it would be held in memory.
_ZSTD_WINDOW = 27  # log2 of bytes


class DamagedError(Exception):
    """What was read cannot be what was written; says why."""

    def __init__(self, what: str, detail: str | None = None) -> None:
        """what: is wrong; detail: by which damages of one kind differ."""
        super().__init__(what, detail)  # both, to be pickled
        self.what = what
        self.detail = detail

    def __str__(self) -> str:
        return self.what if self.detail is None else f"{self.what}: {self.detail}"


class Inflater(Protocol):
    """Decompresses one member."""

    @property
    def eof(self) -> bool:
        """Whether the member's end was reached."""

    def feed(self, data: bytes, limit: int) -> bytes:
        """Up to `limit` bytes more; `data` is only looked at if `hungry`. Raises DamagedError."""

    @property
    def hungry(self) -> bool:
        """Whether it needs more of the file to go on."""

    @property
    def rest(self) -> bytes:
        """What was fed and lies behind the member's end."""


class _Deflate:
    def __init__(self, wbits: int) -> None:
        self._inner = isal_zlib.decompressobj(wbits=wbits)

    @property
    def eof(self) -> bool:
        return bool(self._inner.eof)

    @property
    def hungry(self) -> bool:
        return not self._inner.unconsumed_tail

    @property
    def rest(self) -> bytes:
        return bytes(self._inner.unused_data)

    def feed(self, data: bytes, limit: int) -> bytes:
        try:
            return self._inner.decompress(self._inner.unconsumed_tail or data, limit)
        except isal_zlib.error as error:  # type: ignore[misc]
            raise DamagedError(f"gzip data that cannot be read ({error})") from None


class _Zstd:
    def __init__(self, dictionary: zstd.ZstdDict | None) -> None:
        options = {int(zstd.DecompressionParameter.window_log_max): _ZSTD_WINDOW}
        self._inner = zstd.ZstdDecompressor(zstd_dict=dictionary, options=options)

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def hungry(self) -> bool:
        return self._inner.needs_input

    @property
    def rest(self) -> bytes:
        return self._inner.unused_data

    def feed(self, data: bytes, limit: int) -> bytes:
        try:
            return self._inner.decompress(data if self._inner.needs_input else b"", limit)
        except zstd.ZstdError as error:
            raise DamagedError(f"zstd data that cannot be read ({error})") from None


class _Plain:
    eof = False

    hungry = True
    rest = b""

    def feed(self, data: bytes, limit: int) -> bytes:
        return data


def deflate(wbits: int = 31) -> Inflater:
    """Reads deflate as gzip (31), zlib (15) or bare (-15): the `wbits` of zlib."""
    return _Deflate(wbits)


def zstandard() -> Inflater:
    """Reads a Zstandard frame."""
    return _Zstd(None)


class Member:
    """One member of a file, read from its beginning."""

    def __init__(self, file: BinaryIO, offset: int, inflater: Inflater, *, plain: bool) -> None:
        self.offset = offset
        """Bytes from the file's start."""
        self.plain = plain
        self._file = file
        self._inflater = inflater
        self._chunk = _FIRST_CHUNK
        self._ended = False
        self._silent = True
        self.fed = 0
        """Bytes of the file that were read for it."""

    def read(self, limit: int = _CHUNK) -> bytes:
        """Up to `limit` bytes; none at the member's end. Raises DamagedError, OSError."""
        inflater = self._inflater
        while not self._ended:
            data = b""
            if inflater.hungry:
                self._file.seek(self.offset + self.fed)
                data = self._file.read(min(limit, self._chunk) if self.plain else self._chunk)
                self._chunk = min(self._chunk * 2, _CHUNK)
                self.fed += len(data)
                if not data:
                    if self.plain:
                        self._ended = True
                        break
                    raise DamagedError("the file ends in the middle of a record")
            out = inflater.feed(data, limit)
            self._ended = inflater.eof
            if out:
                self._silent = False
                return out
            if self._silent and self.fed > _SILENT:
                raise DamagedError("nothing but headers where a record should be")
        return b""

    def file_bytes(self) -> int:
        """Size of the file that it is in. Raises OSError."""
        return self._file.seek(0, 2)

    def glance(self, at: int, size: int) -> bytes:
        """Bytes of the file, from so many behind the member's beginning; read() is not disturbed.
        Raises OSError."""
        if self.offset + at >= self.file_bytes():
            return b""  # what a head claims may be further than any file goes
        self._file.seek(self.offset + at)
        return self._file.read(size)

    @property
    def end(self) -> int:
        """Bytes from the file's start to what was read of it; behind the member, if that has
        ended."""
        return self.offset + self.fed - len(self._inflater.rest)


def packing(head: bytes) -> bytes | None:
    """The mark by which a file's members begin, from its first bytes; None for no WARC file."""
    if head.startswith(GZIP[:2]):
        return GZIP
    if head.startswith((ZSTD, _DICTIONARY)):
        return ZSTD
    plain = head[: len(PLAIN)].upper() == PLAIN or head.startswith(ARC[:8])
    return PLAIN if plain else None


def first_mark(file: BinaryIO, name: str) -> tuple[int, bytes] | None:
    """Where a member may begin in a file whose first bytes do not say how it is packed, and the
    mark that stands there; None if there is none. The file's name is believed first. Raises
    OSError."""
    supposed = GZIP if name.endswith(".gz") else ZSTD if name.endswith(".zst") else PLAIN
    for mark in sorted(_MARKS, key=lambda each: each != supposed):
        at = next_mark(file, mark, -1)
        if at is not None:
            return at, mark
    return None


def opener(file: BinaryIO, mark: bytes) -> Callable[[int], Member]:
    """How to open the member at an offset of a file that is packed so. Raises DamagedError where a
    zstd file's dictionary cannot be read, OSError."""
    if mark == GZIP:
        return lambda offset: Member(file, offset, deflate(), plain=False)
    if mark == ZSTD:
        dictionary = _dictionary(file)
        return lambda offset: Member(file, offset, _Zstd(dictionary), plain=False)
    return lambda offset: Member(file, offset, _Plain(), plain=True)


def first_offset(file: BinaryIO, mark: bytes) -> int:
    """Where the first member begins: behind a zstd file's dictionary. Raises OSError."""
    if mark != ZSTD:
        return 0
    file.seek(0)
    head = file.read(8)
    return 8 + int.from_bytes(head[4:8], "little") if head.startswith(_DICTIONARY) else 0


def next_mark(file: BinaryIO, mark: bytes, after: int) -> int | None:
    """Offset of the next place behind `after` where a member may begin; None if there is none.
    Raises OSError."""
    pattern = _MARKS[mark]
    at = max(after, 0)
    kept = b""
    chunk = _FIRST_CHUNK
    while True:
        file.seek(at)
        data = file.read(chunk)
        if not data:
            return None
        window = kept + data
        begin = at - len(kept)
        for found in pattern.finditer(window):
            if begin + found.start() > after:
                return begin + found.start()
        at += len(data)
        kept = window[-_LONGEST_MARK:]
        chunk = min(chunk * 2, _CHUNK)


def _dictionary(file: BinaryIO) -> zstd.ZstdDict | None:
    size = first_offset(file, ZSTD) - 8
    if size < 0:
        return None
    if size > _MAX_DICTIONARY:
        raise DamagedError(f"a zstd dictionary of {size:,} bytes")
    file.seek(8)
    data = file.read(size)
    if len(data) < size:
        raise DamagedError("the file ends in its zstd dictionary")
    if data.startswith(ZSTD):
        try:
            data = zstd.ZstdDecompressor().decompress(data, _MAX_DICTIONARY)
        except zstd.ZstdError as error:
            raise DamagedError(f"a zstd dictionary that cannot be read ({error})") from None
    try:
        dictionary = zstd.ZstdDict(data, is_raw=not data.startswith(b"\x37\xa4\x30\xec"))
        _Zstd(dictionary)  # only then it is looked into
    except (ValueError, zstd.ZstdError) as error:
        raise DamagedError(f"a zstd dictionary that cannot be used ({error})") from None
    return dictionary
