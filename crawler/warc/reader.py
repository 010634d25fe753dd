"""Reading WARC files of anybody: gzip, zstd or plain, of all versions, whole or damaged; and ARC
files, as if they were WARC."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from crawler.warc import arc
from crawler.warc.members import (
    PLAIN,
    DamagedError,
    Member,
    first_mark,
    first_offset,
    next_mark,
    opener,
    packing,
)
from crawler.warc.writer import OPEN

MAX_BLOCK = 128 * 1024 * 1024
"""Bytes of a block that are read: a longer one is passed over, with a reason."""
_MAX_HEAD = 1 << 18
_MAX_LINE = 1 << 16
_MAX_GAP = 1 << 20
"""Bytes of line breaks between two records."""
_BEGIN = re.compile(rb"WARC/\d", re.IGNORECASE)
_MARK = re.compile(rb"WARC/\d\.\d{1,2}[ \t]*\r?\n", re.IGNORECASE)
"""A record's beginning where no record was to begin: in the middle of a line, too."""
_BREAKS = re.compile(rb"[\r\n]*")
# What is read a second time in search of records behind damage: so many bytes, and so many for each
# byte of the file. No file that was damaged by accident comes near.
_EFFORT, _EFFORT_A_BYTE = 1 << 26, 32
_PEEK = 16
"""Bytes that tell a record's beginning."""
_MAX_RATIO = 1 << 16
"""What a byte can become when it is decompressed (zstd: 2^17 bytes in a block of 4)."""
_NO_RECORD = "no WARC record where one should begin"


@dataclass(frozen=True, slots=True)
class Record:
    """A WARC record, read whole."""

    version: str
    """`1.1`."""
    headers: tuple[tuple[str, str], ...]
    """Named fields, in order."""
    block: bytes
    offset: int
    """Bytes from the file's start to the record's member; in a plain file, to the record."""
    length: int
    """Of the same; 0 where other records share the member."""

    def get(self, name: str) -> str | None:
        """The first field of a name, in any case."""
        wanted = name.lower()
        return next((v for n, v in self.headers if n.lower() == wanted), None)

    @property
    def kind(self) -> str:
        """WARC-Type."""
        return (self.get("WARC-Type") or "").lower()

    @property
    def record_id(self) -> str:
        """WARC-Record-ID, as given."""
        return self.get("WARC-Record-ID") or ""

    @property
    def url(self) -> str:
        """WARC-Target-URI; angle brackets, which some writers of 1.0 put around it, taken off."""
        return (self.get("WARC-Target-URI") or "").strip("<>")

    @property
    def date(self) -> str:
        """WARC-Date, as given."""
        return self.get("WARC-Date") or ""


@dataclass(frozen=True, slots=True)
class Damage:
    """What could not be read."""

    offset: int
    reason: str


class _Stream:
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
                raise _FormError("a line without end in a record's head")
            if not self._more():
                end = len(self._buffer) - 1
                break
        if end + 1 - self._at > _MAX_LINE:
            raise _FormError("a line without end in a record's head")
        return self._take(end + 1 - self._at)

    def exactly(self, size: int) -> bytes:
        """So many bytes. Where there are fewer, they can be read again."""
        parts = [self._take(min(size, len(self._buffer) - self._at))]
        missing = size - len(parts[0])
        while missing:
            more = self._member.read(missing)
            if not more:
                self.unread(b"".join(parts))
                raise _FormError("a block shorter than its Content-Length")
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
            breaks = _BREAKS.match(self._buffer, self._at)
            assert breaks is not None
            parts.append(self._take(len(breaks[0])))
            size += len(parts[-1])
            if self._at < len(self._buffer):
                break
            if size > _MAX_GAP:
                raise _FormError("line breaks without end")
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
        last = self._member.glance(self.position + size - 1, _PEEK)
        behind = last[1:].lstrip(b"\r\n")
        begins = self.is_arc or behind[: len(PLAIN)].upper() == PLAIN
        return bool(last) and (not behind or begins)

    @property
    def waiting(self) -> int:
        """Bytes that were decompressed and not read, or put back."""
        return len(self._buffer) - self._at

    def to_record(self) -> bool:
        """Go on to the next place where a record may begin."""
        if _BEGIN.match(self.peek(_PEEK)):
            return True
        mark, kept = (arc.MARK, arc.LONGEST) if self.is_arc else (_MARK, _PEEK)
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


class _FormError(DamagedError):
    """What was decompressed is no record; what comes behind it may be one."""


class _Effort:
    """What may still be read in search of records behind damage."""

    def __init__(self, size: int) -> None:
        self._left = _EFFORT + _EFFORT_A_BYTE * size

    def spend(self, size: int) -> None:
        """Note that so many bytes are read again. Raises _TooMuchError."""
        self._left -= size
        if self._left < 0:
            raise _TooMuchError("too much damage: the rest of the file is not read")


class _TooMuchError(Exception):
    """Reading on would take too long."""


def read_file(path: Path, max_block: int = MAX_BLOCK) -> Iterator[Record | Damage]:
    """The records of a file, in order, and what of it could not be read.

    After damage, reading goes on at the next record that can be found; time and memory are bounded
    whatever the file holds. Raises OSError.
    """
    with path.open("rb") as file:
        yield from read_content(file, path.stat().st_size, path.name, max_block)


def read_content(
    file: BinaryIO, size: int, name: str, max_block: int = MAX_BLOCK
) -> Iterator[Record | Damage]:
    """The same of an open file. size: its length in bytes. name: it is believed where the first
    bytes do not tell how a file is packed."""
    file.seek(0)
    mark = packing(file.read(8))
    if size == 0:
        return
    offset: int | None
    lost = mark is None
    try:
        if mark is None:
            yield Damage(0, "neither gzip nor zstd nor a WARC or ARC record begins the file")
            offset, mark = first_mark(file, name) or (None, PLAIN)
        else:
            offset = first_offset(file, mark)
        open_member = opener(file, mark)
    except DamagedError as error:
        yield Damage(0, str(error))
        return
    effort = _Effort(size)
    is_arc = name.lower().endswith((".arc", ".arc.gz")) or (
        offset is not None and _begins_arc(open_member(offset))
    )
    while offset is not None and offset < size:
        member = open_member(offset)
        try:
            for each in _records(member, max_block, effort, sure=not lost, is_arc=is_arc):
                lost = False
                yield each
            offset, lost = max(member.end, offset + 1), False
            continue
        except DamagedError as error:
            if not lost:
                yield Damage(offset, str(error))
        except _TooMuchError as error:
            yield Damage(offset, str(error))
            return
        lost = True
        begin, offset = offset, next_mark(file, mark, offset)
        try:
            effort.spend(member.fed + (offset or begin) - begin)
        except _TooMuchError as error:
            yield Damage(begin, str(error))
            return


def _begins_arc(member: Member) -> bool:
    """Whether a file's first member is the head of an ARC file. Raises OSError."""
    try:
        return _Stream(member).peek(_PEEK).startswith(arc.BEGINS)
    except DamagedError:
        return False


def read_record(folder: Path, name: str, offset: int, length: int) -> Record:
    """The record at a place in one of an archive's own files.

    name: without `.open`, whether the file has that still or not. Raises DamagedError where no
    whole record is there, OSError.
    """
    path = folder / name
    if not path.exists() and (open_one := path.with_name(name + OPEN)).exists():
        path = open_one
    try:
        with path.open("rb") as file:
            file.seek(offset)
            mark = packing(file.read(8))
            if mark is None:
                raise DamagedError("no record begins there")
            found = _records(opener(file, mark)(offset), MAX_BLOCK, _Effort(0), sure=True)
            each = next(found, None)
        if isinstance(each, Damage):
            raise DamagedError(each.reason)
        if each is None:
            raise DamagedError("nothing is there")
        if length and each.length and each.length != length:
            raise DamagedError(f"a record of {each.length:,} bytes, not {length:,}")
    except DamagedError as error:
        raise DamagedError(f"{path.name}, byte {offset:,}: {error}") from None
    return each


def _records(
    member: Member, max_block: int, effort: _Effort, *, sure: bool, is_arc: bool = False
) -> Iterator[Record | Damage]:
    """The records in a member, and what of it is none.

    sure: a member begins there; else it may be the mark of one within other data. Raises
    DamagedError where it cannot be decompressed or is no member, _TooMuchError, OSError.
    """
    stream = _Stream(member, is_arc=is_arc)
    alone = True
    while True:
        begin = stream.position
        each: Record | Damage
        try:
            stream.gap()
            begin = stream.position
            if not stream.peek(1):
                return
            each = _record(stream, max_block)
            more = _is_more(stream, each, alone=alone)
        except _FormError as error:
            if not sure:
                raise
            each = Damage(member.offset + (begin if member.plain else 0), str(error))
            yield each
            effort.spend(stream.waiting)
            stream.skip(begin + 1 - stream.position)
            if not stream.to_record():
                return
            alone = False
            continue
        sure = True
        if member.plain:
            yield _placed(each, member.offset + begin, stream.position - begin)
        elif alone and not more:
            yield _placed(each, member.offset, member.end - member.offset)
        else:
            yield _placed(each, member.offset, 0)
        alone = False


def _is_more(stream: _Stream, each: Record | Damage, *, alone: bool) -> bool:
    """Whether something comes behind a record that was read.

    Raises _FormError where a record swallowed the next one's beginning, which can then be read
    again; DamagedError where the member's end is damaged, unless it has other records.
    """
    try:
        gap = stream.gap()
        if near := _MARK.search(stream.peek(_PEEK)):  # a line break is damaged, nothing else
            stream.skip(near.start())
        next_one = stream.peek(_PEEK)
    except _FormError:
        return True
    except DamagedError:
        if alone:
            raise
        return True
    if next_one and isinstance(each, Record) and not _BEGIN.match(next_one):
        swallowed = each.block + gap
        if _MARK.search(swallowed + next_one):
            stream.unread(swallowed)
            raise _FormError("a block shorter than its Content-Length: the next record is in it")
    return bool(next_one)


def _repeats(names: Iterable[str]) -> bool:
    """Whether fields are repeated that every record has once."""
    counts = Counter(name.lower() for name in names)
    return any(counts[each] > 1 for each in ("warc-type", "warc-record-id", "warc-date"))


def _placed(each: Record | Damage, offset: int, length: int) -> Record | Damage:
    if isinstance(each, Damage):
        return Damage(offset, each.reason)
    return Record(each.version, each.headers, each.block, offset, length)


def _record(stream: _Stream, max_block: int) -> Record | Damage:
    """The record that begins there; damage where its block is too long. Raises _FormError."""
    first = stream.line()
    if not _BEGIN.match(first):
        named = arc.warc_headers(first) if stream.is_arc else None
        if named is not None:
            return _with_block(stream, Record("1.0", named, b"", 0, 0), max_block)
        stream.unread(first)
        raise _FormError(_NO_RECORD)
    headers: list[tuple[str, list[str]]] = []
    lines: list[bytes] = []
    size = 0
    while line := stream.line():
        size += len(line)
        if size > _MAX_HEAD:
            raise _FormError("a head without end")
        lines.append(line)
        text = line.decode("utf-8", "replace").rstrip("\r\n")
        if not text:
            break
        if text[0] in " \t" and headers:  # a folded line (ISO 28500, 4)
            headers[-1][1].append(text.strip())
        else:
            name, _, value = text.partition(":")
            headers.append((name.strip(), [value.strip()]))
    if any(_MARK.search(line) for line in lines) and _repeats(name for name, _ in headers):
        stream.unread(b"".join(lines))
        raise _FormError("a head that goes on with another one's")
    version = first[5:].strip().decode("ascii", "replace")
    record = Record(version, tuple((n, " ".join(v)) for n, v in headers), b"", 0, 0)
    return _with_block(stream, record, max_block)


def _with_block(stream: _Stream, record: Record, max_block: int) -> Record | Damage:
    """A record whose head was read, with its block; damage where that is too long. Raises
    _FormError."""
    stated = record.get("Content-Length")
    if stated is None or not stated.isascii() or not stated.isdigit() or len(stated) > 15:
        raise _FormError(f"Content-Length is {stated and stated[:40]}")
    length = int(stated)
    if length > max_block:
        if not stream.holds(length):
            raise _FormError(f"no block of {length:,} bytes is there")
        stream.skip(length)
        return Damage(0, f"a block of {length:,} bytes, {record.kind} {record.url:.200}")
    return Record(record.version, record.headers, stream.exactly(length), 0, 0)
