"""Reading WARC files of anybody: gzip, zstd or plain, versions 1.0 and 1.1, whole or damaged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from crawler.warc.members import (
    MARKS,
    DamagedError,
    Member,
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

    def __init__(self, member: Member) -> None:
        self._member = member
        self._buffer = b""
        self.read_so_far = 0

    def line(self) -> bytes:
        """The next line with its end; what there is where the member ends."""
        while (at := self._buffer.find(b"\n")) < 0:
            if len(self._buffer) > _MAX_LINE:
                raise DamagedError("a line without end in a record's head")
            more = self._member.read()
            if not more:
                at = len(self._buffer) - 1
                break
            self._buffer += more
        return self._take(at + 1)

    def exactly(self, size: int) -> bytes:
        """So many bytes."""
        parts = [self._take(min(size, len(self._buffer)))]
        missing = size - len(parts[0])
        while missing:
            more = self._member.read(missing)
            if not more:
                raise DamagedError("a block shorter than its Content-Length")
            parts.append(more[:missing])
            if len(more) > missing:
                self._buffer = more[missing:]
            self.read_so_far += len(parts[-1])
            missing -= len(parts[-1])
        return b"".join(parts)

    def skip(self, size: int) -> None:
        """Pass over so many bytes."""
        while size > 0:
            size -= len(self.exactly(min(size, 1 << 20)))

    def at_end(self) -> bool:
        """Whether nothing more is in the member, line breaks aside."""
        while True:
            rest = self._buffer.lstrip(b"\r\n")
            self.read_so_far += len(self._buffer) - len(rest)
            self._buffer = rest
            if rest:
                return False
            self._buffer = self._member.read()
            if not self._buffer:
                return True

    def _take(self, size: int) -> bytes:
        taken, self._buffer = self._buffer[:size], self._buffer[size:]
        self.read_so_far += size
        return taken


def read_file(path: Path, max_block: int = MAX_BLOCK) -> Iterator[Record | Damage]:
    """The records of a file, in order, and what of it could not be read.

    After damage, reading goes on at the next record that can be found. Raises OSError.
    """
    with path.open("rb") as file:
        size = path.stat().st_size
        mark = packing(file.read(8))
        lost = mark is None and size > 0
        if lost:
            yield Damage(0, "neither gzip nor zstd nor a WARC record begins the file")
            marks = [(at, each) for each in MARKS if (at := next_mark(file, each, 0)) is not None]
            offset, mark = min(marks, default=(None, None))
        if mark is None:
            return
        try:
            open_member = opener(file, mark)
            if not lost:
                offset = first_offset(file, mark)
        except DamagedError as error:
            yield Damage(0, str(error))
            return
        while offset is not None and offset < size:
            found, end = False, None
            try:
                member = open_member(offset)
                for each in _records(member, max_block):
                    found = found or isinstance(each, Record)
                    if found or not lost:
                        yield each
                end = member.end
            except DamagedError as error:
                if not lost or found:
                    yield Damage(error.offset or offset, str(error))
                offset = error.offset or offset
            if end is None or (lost and not found):
                lost, offset = True, next_mark(file, mark, offset)
            else:
                lost, offset = False, end


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
            each = next(_records(opener(file, mark)(offset), MAX_BLOCK), None)
        if isinstance(each, Damage):
            raise DamagedError(each.reason)
        if each is None:
            raise DamagedError("nothing is there")
        if length and each.length and each.length != length:
            raise DamagedError(f"a record of {each.length:,} bytes, not {length:,}")
    except DamagedError as error:
        raise DamagedError(f"{path.name}, byte {offset:,}: {error}") from None
    return each


def _records(member: Member, max_block: int) -> Iterator[Record | Damage]:
    """The records in a member. Raises DamagedError, OSError."""
    stream = _Stream(member)
    if stream.at_end():
        return
    held: Record | Damage | None = None
    while True:
        begin = stream.read_so_far
        try:
            each = _record(stream, member.offset, max_block)
            more = not stream.at_end()
        except DamagedError as error:
            error.offset = member.offset + (begin if member.plain else 0)
            raise
        if member.plain:
            yield _placed(each, member.offset + begin, stream.read_so_far - begin)
        elif held is None and not more:
            yield _placed(each, member.offset, member.end - member.offset)
        else:
            yield each
            held = each
        if not more:
            return


def _placed(each: Record | Damage, offset: int, length: int) -> Record | Damage:
    if isinstance(each, Damage):
        return Damage(offset, each.reason)
    return Record(each.version, each.headers, each.block, offset, length)


def _record(stream: _Stream, offset: int, max_block: int) -> Record | Damage:
    first = stream.line().strip()
    if not first.startswith(b"WARC/"):
        raise DamagedError("no WARC record where one should begin")
    headers: list[tuple[str, str]] = []
    size = 0
    while line := stream.line():
        size += len(line)
        if size > _MAX_HEAD:
            raise DamagedError("a head without end")
        text = line.decode("utf-8", "replace").rstrip("\r\n")
        if not text:
            break
        if text[0] in " \t" and headers:  # a folded line (ISO 28500, 4)
            name, value = headers[-1]
            headers[-1] = (name, f"{value} {text.strip()}")
        else:
            name, _, value = text.partition(":")
            headers.append((name.strip(), value.strip()))
    record = Record(first[5:].decode("ascii", "replace"), tuple(headers), b"", offset, 0)
    stated = record.get("Content-Length")
    if stated is None or not stated.isascii() or not stated.isdigit() or len(stated) > 15:
        raise DamagedError(f"Content-Length is {stated}")
    length = int(stated)
    if length > max_block:
        stream.skip(length)
        return Damage(offset, f"a block of {length:,} bytes, {record.kind} {record.url}")
    return Record(record.version, record.headers, stream.exactly(length), offset, 0)
