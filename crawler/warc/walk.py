"""Our own WARC files, member by member and byte by byte, for whoever checks or copies them.

A member is inflated without its wrapping, so that header, data and trailer (RFC 1952) are looked at
apart: what is wrong with one of them is no reason not to read the rest. Memory is bounded, whatever
a file holds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import BinaryIO

from isal import isal_zlib

HEADER = bytes.fromhex("1f8b08000000000000ff")
"""The header of every gzip member that `writer` writes: deflate, no name, no time, system unknown.

No checksum covers it."""

_CHUNK = 1 << 20
_PIECE = 1 << 14
_LIMIT = 1 << 18
_BEGINS = b"WARC/1."


class BrokenError(Exception):
    """A member cannot be read to its end; says why."""


class Source:
    """A file that is read from one end to the other, with small steps back; digested on the way."""

    def __init__(
        self, file: BinaryIO, note: Callable[[int], None] = lambda count: None,
        begin: int | None = None,
    ) -> None:  # fmt: skip
        """note: told of the bytes that were read, now and then. begin: where to begin, for who
        wants no digest of the file. Raises OSError."""
        self._file = file
        self._note = note
        self._chunk = b""
        self._at = 0
        self._end = self._hashed = begin or 0
        """Bytes from the file's start to the end of the chunk; to what was told and digested."""
        self._sha256 = hashlib.sha256() if begin is None else None
        if begin:
            file.seek(begin)

    @property
    def position(self) -> int:
        """Bytes from the file's start."""
        return self._end - len(self._chunk) + self._at

    def take(self, limit: int) -> bytes:
        """The next bytes, at least one and at most `limit`; none at the file's end. Raises
        OSError."""
        if self._at == len(self._chunk):
            self._chunk, self._at = self._file.read(_CHUNK), 0
            self._end += len(self._chunk)
            new = self._end - self._hashed
            if new > 0:
                if self._sha256 is not None:
                    self._sha256.update(memoryview(self._chunk)[-new:])
                self._hashed = self._end
                self._note(new)
        taken = self._chunk[self._at : self._at + limit]
        self._at += len(taken)
        return taken

    def exactly(self, count: int) -> bytes:
        """The next `count` bytes; fewer only at the file's end. Raises OSError."""
        found = self.take(count)
        while len(found) < count and (more := self.take(count - len(found))):
            found += more
        return found

    def seek(self, position: int) -> None:
        """Go back, or to where reading has been. Raises OSError."""
        at = self._at + position - self.position
        if 0 <= at <= len(self._chunk):
            self._at = at
            return
        self._file.seek(position)
        self._chunk, self._at, self._end = b"", 0, position

    def digest(self) -> tuple[int, str]:
        """Length and SHA-256, in hexadecimal digits, of the whole file. Raises OSError."""
        assert self._sha256 is not None
        self.seek(self._hashed)
        while self.take(_CHUNK):
            pass
        return self._hashed, self._sha256.hexdigest()


class Member:
    """One gzip member, read from its beginning; drained by whoever wants the next one."""

    def __init__(self, source: Source) -> None:
        self.offset = source.position
        """Bytes from the file's start."""
        self.length = 0
        """Bytes in the file; known at its end."""
        self.faults: list[str] = []
        """What is wrong with its header and trailer; complete at its end."""
        self.broken: str | None = None
        """Why it could not be read to its end."""
        self._source = source
        self._crc = 0
        self._size = 0
        self._inflater = isal_zlib.decompressobj(wbits=-15)
        header = source.exactly(len(HEADER))
        if header != HEADER:
            self.faults.append(f"its gzip header is {header.hex()}, where all have {HEADER.hex()}")

    def read(self) -> bytes:
        """Some bytes more; none at the end. Raises BrokenError, OSError."""
        if self.broken is not None:
            raise BrokenError(self.broken)
        while not self.length:
            data = self._inflater.unconsumed_tail or self._source.take(_PIECE)
            if not data:
                raise self._fail("the file ends in the middle of it")
            try:
                out: bytes = self._inflater.decompress(data, _LIMIT)
            except isal_zlib.error as error:  # type: ignore[misc]
                raise self._fail(f"its gzip data cannot be read: {error}") from None
            self._crc = isal_zlib.crc32(out, self._crc)
            self._size += len(out)
            if self._inflater.eof:
                self._source.seek(self._source.position - len(self._inflater.unused_data))
                self._finish()
            if out:
                return out
        return b""

    def _finish(self) -> None:
        trailer = self._source.exactly(8)
        if len(trailer) < 8:
            raise self._fail("the file ends in the middle of it")
        if int.from_bytes(trailer[:4], "little") != self._crc:
            self.faults.append("its gzip checksum is wrong")
        if int.from_bytes(trailer[4:], "little") != self._size & 0xFFFFFFFF:
            self.faults.append("the length in its gzip trailer is wrong")
        self.length = self._source.position - self.offset

    def _fail(self, why: str) -> BrokenError:
        self.broken = why
        return BrokenError(why)


def members(source: Source, end: int | None = None) -> Iterator[Member]:
    """Each member from where the source stands; behind one that cannot be read, the next that can.

    end: none that begins there or behind; None: up to the file's end. The gap that a broken one
    leaves ends where the next member begins, or at the file's end. Raises OSError.
    """
    while (end is None or source.position < end) and source.take(1):
        source.seek(source.position - 1)
        member = Member(source)
        yield member
        try:
            while member.read():
                pass
        except BrokenError:
            following = _next_record(source, member.offset + 1)
            if following is None:
                return
            source.seek(following)


def _next_record(source: Source, start: int) -> int | None:
    """Where behind `start` the next member begins that holds a record; None if there is none."""
    source.seek(start)
    kept = b""
    while data := source.take(_CHUNK):
        end = source.position
        window = kept + data
        found = window.find(HEADER)
        while found >= 0:
            at = end - len(window) + found
            if _begins_record(source, at):
                return at
            found = window.find(HEADER, found + 1)
        source.seek(end)
        kept = window[-len(HEADER) + 1 :]
    return None


def _begins_record(source: Source, at: int) -> bool:
    source.seek(at)
    try:
        return Member(source).read().startswith(_BEGINS)
    except BrokenError:
        return False
