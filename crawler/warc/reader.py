"""Reading WARC files of anybody: gzip, zstd or plain, of all versions, whole or damaged; and ARC
files, as if they were WARC."""

from __future__ import annotations

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
from crawler.warc.stream import BEGIN, MARK, PEEK, Effort, FormError, Stream, TooMuchError
from crawler.warc.writer import OPEN

MAX_BLOCK = 128 * 1024 * 1024
"""Bytes of a block that are read: a longer one is passed over, with a reason."""
_MAX_HEAD = 1 << 18
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
        for known, value in self.headers:  # spelled as most writers do
            if known == name:
                return value
            if len(known) == len(name) and known.lower() == name.lower():
                return value
        return None

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
    effort = Effort(size)
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
        except TooMuchError as error:
            yield Damage(offset, str(error))
            return
        lost = True
        begin, offset = offset, next_mark(file, mark, offset)
        try:
            effort.spend(member.fed + (offset or begin) - begin)
        except TooMuchError as error:
            yield Damage(begin, str(error))
            return


def _begins_arc(member: Member) -> bool:
    """Whether a file's first member is the head of an ARC file. Raises OSError."""
    try:
        return Stream(member).peek(PEEK).startswith(arc.BEGINS)
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
            found = _records(opener(file, mark)(offset), MAX_BLOCK, Effort(0), sure=True)
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
    member: Member, max_block: int, effort: Effort, *, sure: bool, is_arc: bool = False
) -> Iterator[Record | Damage]:
    """The records in a member, and what of it is none.

    sure: a member begins there; else it may be the mark of one within other data. Raises
    DamagedError where it cannot be decompressed or is no member, TooMuchError, OSError.
    """
    stream = Stream(member, is_arc=is_arc)
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
        except FormError as error:
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


def _is_more(stream: Stream, each: Record | Damage, *, alone: bool) -> bool:
    """Whether something comes behind a record that was read.

    Raises FormError where a record swallowed the next one's beginning, which can then be read
    again; DamagedError where the member's end is damaged, unless it has other records.
    """
    try:
        gap = stream.gap()
        if near := MARK.search(stream.peek(PEEK)):  # a line break is damaged, nothing else
            stream.skip(near.start())
        next_one = stream.peek(PEEK)
    except FormError:
        return True
    except DamagedError:
        if alone:
            raise
        return True
    if next_one and isinstance(each, Record) and not BEGIN.match(next_one):
        swallowed = each.block + gap
        if MARK.search(swallowed + next_one):
            stream.unread(swallowed)
            raise FormError("a block shorter than its Content-Length: the next record is in it")
    return bool(next_one)


def _repeats(names: Iterable[str]) -> bool:
    """Whether fields are repeated that every record has once."""
    counts = Counter(name.lower() for name in names)
    return any(counts[each] > 1 for each in ("warc-type", "warc-record-id", "warc-date"))


def _placed(each: Record | Damage, offset: int, length: int) -> Record | Damage:
    if isinstance(each, Damage):
        return Damage(offset, each.reason)
    return Record(each.version, each.headers, each.block, offset, length)


def _record(stream: Stream, max_block: int) -> Record | Damage:
    """The record that begins there; damage where its block is too long. Raises FormError."""
    first = stream.line()
    if not BEGIN.match(first):
        named = arc.warc_headers(first) if stream.is_arc else None
        if named is not None:
            return _with_block(stream, Record("1.0", named, b"", 0, 0), max_block)
        stream.unread(first)
        raise FormError(_NO_RECORD)
    version = first[5:].strip().decode("ascii", "replace")
    if (plain := _plain_head(stream)) is not None:
        return _with_block(stream, Record(version, plain, b"", 0, 0), max_block)
    headers: list[tuple[str, list[str]]] = []
    lines: list[bytes] = []
    size = 0
    while line := stream.line():
        size += len(line)
        if size > _MAX_HEAD:
            raise FormError("a head without end")
        lines.append(line)
        text = line.decode("utf-8", "replace").rstrip("\r\n")
        if not text:
            break
        if text[0] in " \t" and headers:  # a folded line (ISO 28500, 4)
            headers[-1][1].append(text.strip())
        else:
            name, _, value = text.partition(":")
            headers.append((name.strip(), [value.strip()]))
    if any(MARK.search(line) for line in lines) and _repeats(name for name, _ in headers):
        stream.unread(b"".join(lines))
        raise FormError("a head that goes on with another one's")
    record = Record(version, tuple((n, " ".join(v)) for n, v in headers), b"", 0, 0)
    return _with_block(stream, record, max_block)


def _plain_head(stream: Stream) -> tuple[tuple[str, str], ...] | None:
    """The fields of a head as almost all are: whole in what was decompressed, a line each, with no
    beginning of a record in them. None, with nothing read, where it is another one."""
    head = stream.head()
    if head is None or head.startswith((b"\r", b"\n")) or b"\n " in head or b"\n\t" in head:
        return None
    if not head.count(b"\r\n") == head.count(b"\n") == head.count(b"\r"):
        return None
    if PLAIN in head.upper() and MARK.search(head):
        return None
    stream.skip(len(head))
    fields = []
    for line in head.decode("utf-8", "replace").split("\r\n")[:-2]:
        name, _, value = line.partition(":")
        fields.append((name.strip(), value.strip()))
    return tuple(fields)


def _with_block(stream: Stream, record: Record, max_block: int) -> Record | Damage:
    """A record whose head was read, with its block; damage where that is too long. Raises
    FormError."""
    stated = record.get("Content-Length")
    if stated is None or not stated.isascii() or not stated.isdigit() or len(stated) > 15:
        raise FormError(f"Content-Length is {stated and stated[:40]}")
    length = int(stated)
    if length > max_block:
        if not stream.holds(length):
            raise FormError(f"no block of {length:,} bytes is there")
        stream.skip(length)
        return Damage(0, f"a block of {length:,} bytes, {record.kind} {record.url:.200}")
    return Record(record.version, record.headers, stream.exactly(length), 0, 0)
