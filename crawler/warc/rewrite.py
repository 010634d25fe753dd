"""A WARC file written once more without some of its records. What stays, stays byte for byte, but
for the name of the file in its first record."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Collection
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from isal import igzip

from crawler.warc.check import Checked, read_record
from crawler.warc.walk import Member, Source, members
from crawler.warc.writer import GZIP_LEVEL, ClosedFile

_CHUNK = 1 << 20
# Fields by which a record says that it is about another one.
_ABOUT = ("warc-concurrent-to", "warc-refers-to")
_FILENAME = re.compile(rb"^WARC-Filename:[^\r\n]*", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Rewritten:
    """What became of a file."""

    file: ClosedFile
    moved: list[tuple[str, int, int]]
    """WARC-Record-ID, new offset and length of each record that stays."""
    removed: int
    """Records that went."""
    bytes: int
    """Of these, in the file."""


def without(path: Path, to: Path, record_ids: Collection[str]) -> Rewritten | None:
    """Write a file without some captures and all records about them; None where it has none of
    these, and nothing is written. What cannot be read as a record stays as it is.

    to: gets its name when it is on disk. record_ids: WARC-Record-IDs of the captures. Raises
    OSError.
    """
    gone: list[tuple[int, int]] = []
    kept: list[tuple[str, int, int]] = []
    captures = 0
    with path.open("rb") as file:
        for member in members(Source(file)):
            checked = read_record(member)
            if not checked.broken and _is_about(checked, record_ids):
                gone.append((member.offset, member.length))
            elif not checked.broken:
                kept.append((checked["warc-record-id"], member.offset, member.length))
                captures += checked.kind in ("response", "revisit")
        if not gone:
            return None
        size = file.seek(0, os.SEEK_END)
        half = to.with_name(f"{to.name}.part")
        with half.open("wb") as target:
            head, old = _head(file, to.name)
            target.write(head)
            whole = hashlib.sha256(head)
            for begin, end in _between(gone, old, size):
                _copy(file, target, begin, end, whole)
            written = target.tell()
            target.flush()
            os.fsync(target.fileno())
    half.replace(to)
    moved = _moved(kept, gone, len(head), old)
    return Rewritten(
        ClosedFile(to.name, written, len(kept), captures, whole.hexdigest()), moved, len(gone),
        sum(length for _, length in gone),
    )  # fmt: skip


def _is_about(checked: Checked, record_ids: Collection[str]) -> bool:
    named = (checked["warc-record-id"], *(checked[name] for name in _ABOUT))
    return any(name in record_ids for name in named if name)


def _head(file: BinaryIO, name: str) -> tuple[bytes, int]:
    """The first member with a file's new name in it, and how long it was; nothing and 0 where it is
    no warcinfo record."""
    file.seek(0)
    member = Member(Source(file))
    found = read_record(member)
    if found.faults or found.kind != "warcinfo":
        return b"", 0
    file.seek(0)
    again = Member(Source(BytesIO(file.read(member.length))))
    data = b""
    while piece := again.read():
        data += piece
    head, end, block = data.partition(b"\r\n\r\n")
    head = _FILENAME.sub(b"WARC-Filename: " + name.encode(), head)
    data = igzip.compress(head + end + block, compresslevel=GZIP_LEVEL, mtime=0)
    return data, member.length


def _between(gone: list[tuple[int, int]], begin: int, size: int) -> list[tuple[int, int]]:
    """What lies between the parts that go."""
    found = []
    for offset, length in gone:
        found.append((begin, offset))
        begin = offset + length
    return [(start, end) for start, end in [*found, (begin, size)] if start < end]


def _copy(source: BinaryIO, target: BinaryIO, begin: int, end: int, whole: hashlib._Hash) -> None:
    source.seek(begin)
    while begin < end and (data := source.read(min(_CHUNK, end - begin))):
        target.write(data)
        whole.update(data)
        begin += len(data)


def _moved(
    kept: list[tuple[str, int, int]], gone: list[tuple[int, int]], head: int, old: int
) -> list[tuple[str, int, int]]:
    moved = []
    rest, less = list(reversed(gone)), old - head
    for record_id, offset, length in kept:
        while rest and rest[-1][0] < offset:
            less += rest.pop()[1]
        if old and not offset:
            moved.append((record_id, 0, head))
        else:
            moved.append((record_id, offset - less, length))
    return moved
