"""The decompressed bytes of a member, to be read as records, and what reading them may cost."""

from __future__ import annotations

import re

from crawler.warc import arc
from crawler.warc.members import PLAIN, DamagedError, Member

_MAX_LINE = 1 << 16
_MAX_GAP = 1 << 20
"""Bytes of line breaks between two records."""
BEGIN = re.compile(rb"WARC/\d", re.IGNORECASE)
MARK = re.compile(rb"WARC/\d\.\d{1,2}[ \t]*\r?\n", re.IGNORECASE)
"""A record's beginning where no record was to begin: in the middle of a line, too."""
_BREAKS = re.compile(rb"[\r\n]*")
# What is read a second time in search of records behind damage: so many bytes, and so many for each
# byte of the file. No file that was damaged by accident comes near.
_EFFORT, _EFFORT_A_BYTE = 1 << 26, 32
PEEK = 16
"""Bytes that tell a record's beginning."""
_MAX_RATIO = 1 << 16
"""What a byte can become when it is decompressed (zstd: 2^17 bytes in a block of 4)."""


class Stream:
    """The decompressed bytes of a member, line by line or in pieces."""

    def __init__(self, member: Member, *, is_arc: bool = False) -> None:
        self._member = member
        self.is_arc = is_arc
        self._buffer = b""
        self._at = 0
        self.position = 0
        """Bytes from the member's start, decompressed."""

    def line(self) -> bytes:
        """The next line with its end; what there is where the member ends."""
        while (end := self._buffer.find(b"\n", self._at)) < 0:
            if len(self._buffer) - self._at > _MAX_LINE:
                raise FormError("a line without end in a record's head")
            if not self._more():
                end = len(self._buffer) - 1
                break
        if end + 1 - self._at > _MAX_LINE:
            raise FormError("a line without end in a record's head")
        return self._take(end + 1 - self._at)

    def head(self) -> bytes | None:
        """What comes next, up to and with the first empty line, if all of that was decompressed
        already and is no longer than a line may be; it is not passed over."""
        end = self._buffer.find(b"\r\n\r\n", self._at, self._at + _MAX_LINE - 4)
        return None if end < 0 else self._buffer[self._at : end + 4]

    def exactly(self, size: int) -> bytes:
        """So many bytes. Where there are fewer, they can be read again."""
        parts = [self._take(min(size, len(self._buffer) - self._at))]
        missing = size - len(parts[0])
        while missing:
            more = self._member.read(missing)
            if not more:
                self.unread(b"".join(parts))
                raise FormError("a block shorter than its Content-Length")
            parts.append(more[:missing])
            self.position += len(parts[-1])
            if len(more) > missing:
                self._buffer, self._at = more[missing:], 0
            missing -= len(parts[-1])
        return b"".join(parts)

    def skip(self, size: int) -> None:
        """Pass over so many bytes, or all there are."""
        while size > 0 and (self._at < len(self._buffer) or self._more()):
            size -= len(self._take(min(size, len(self._buffer) - self._at)))

    def unread(self, data: bytes) -> None:
        """Put back what was read last."""
        self._buffer, self._at = data + self._buffer[self._at :], 0
        self.position -= len(data)

    def gap(self) -> bytes:
        """Read the line breaks that come next."""
        parts, size = [], 0
        while self._at < len(self._buffer) or self._more():
            if self._buffer[self._at] not in b"\r\n":
                break
            breaks = _BREAKS.match(self._buffer, self._at)
            assert breaks is not None
            parts.append(self._take(len(breaks[0])))
            size += len(parts[-1])
            if self._at < len(self._buffer):
                break
            if size > _MAX_GAP:
                raise FormError("line breaks without end")
        return b"".join(parts)

    def peek(self, size: int) -> bytes:
        """What comes next; less than so many bytes only at the member's end."""
        while len(self._buffer) - self._at < size and self._more():
            pass
        return self._buffer[self._at : self._at + size]

    def holds(self, size: int) -> bool:
        """Whether a block of so many bytes can be whole, as far as that is told without reading
        it: in a plain file, whether it ends where a record or the file does."""
        if not self._member.plain:
            return size < _MAX_RATIO * self._member.file_bytes()
        last = self._member.glance(self.position + size - 1, PEEK)
        behind = last[1:].lstrip(b"\r\n")
        begins = self.is_arc or behind[: len(PLAIN)].upper() == PLAIN
        return bool(last) and (not behind or begins)

    @property
    def waiting(self) -> int:
        """Bytes that were decompressed and not read, or put back."""
        return len(self._buffer) - self._at

    def to_record(self) -> bool:
        """Go on to the next place where a record may begin."""
        if BEGIN.match(self.peek(PEEK)):
            return True
        mark, kept = (arc.MARK, arc.LONGEST) if self.is_arc else (MARK, PEEK)
        while (found := mark.search(self._buffer, self._at)) is None:
            self._take(max(0, len(self._buffer) - self._at - kept))
            if not self._more():
                return False
        self._take(found.start() - self._at)
        return True

    def _more(self) -> bool:
        more = self._member.read()
        self._buffer, self._at = self._buffer[self._at :] + more, 0
        return bool(more)

    def _take(self, size: int) -> bytes:
        taken = self._buffer[self._at : self._at + size]
        self._at += size
        self.position += size
        return taken


class FormError(DamagedError):
    """What was decompressed is no record; what comes behind it may be one."""


class Effort:
    """What may still be read in search of records behind damage."""

    def __init__(self, size: int) -> None:
        self._left = _EFFORT + _EFFORT_A_BYTE * size

    def spend(self, size: int) -> None:
        """Note that so many bytes are read again. Raises TooMuchError."""
        self._left -= size
        if self._left < 0:
            raise TooMuchError("too much damage: the rest of the file is not read")


class TooMuchError(Exception):
    """Reading on would take too long."""
