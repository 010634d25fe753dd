"""A WARC file written once more without some of its records. What stays, stays byte for byte, but
for the name of the file in its first record."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from isal import igzip

from crawler.warc.check import Checked, read_record
from crawler.warc.records import digest
from crawler.warc.walk import Member, Source, members
from crawler.warc.writer import GZIP_LEVEL, ClosedFile

_CHUNK = 1 << 20
# Fields by which a record says that it is about another one.
_ABOUT = ("warc-concurrent-to", "warc-refers-to")
_LENGTH = re.compile(rb"^Content-Length:[^\r\n]*", re.IGNORECASE | re.MULTILINE)
_DIGEST = re.compile(rb"^WARC-Block-Digest:[^\r\n]*", re.IGNORECASE | re.MULTILINE)
_FILENAME = re.compile(rb"^WARC-Filename:[^\r\n]*", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Rewritten:
    """What became of a file."""

    file: ClosedFile
    moved: list[tuple[str, int, int]]
    """WARC-Record-ID, new offset and length of each record that stays."""


def without(
    path: Path, to: Path, record_ids: Collection[str],
    edit: Callable[[bytes], bytes | None] = lambda block: None,
    kept: Collection[str] = (),
) -> Rewritten | None:  # fmt: skip
    """Write a file without some captures and all records about them; None where nothing in it
    changes, and nothing is written. What cannot be read as a record stays as it is.

    to: gets its name when it is on disk. record_ids: WARC-Record-IDs of the captures. edit: gives
    another block for that of a conversion record, or None. kept: those of the captures that stay
    themselves, with the captures that repeat them. Raises OSError.
    """
    pieces: list[tuple[int, int] | bytes] = []
    moved: list[tuple[str, int, int]] = []
    end = position = captures = 0
    changed = False
    with path.open("rb") as file:
        for member in members(Source(file)):
            checked = read_record(member)
            if checked.broken:
                continue
            # what lies between is damaged, and kept
            position += member.offset - end
            pieces.append((end, member.offset))
            end = member.offset + member.length
            if _is_about(checked, record_ids, kept):
                changed = True
                continue
            new = None
            if not member.offset and checked.kind == "warcinfo":
                new = _renamed(file, member, to.name)
            elif checked.kind == "conversion" and checked.kept and not checked.faults:
                block = edit(checked.kept)
                if block is not None:
                    new, changed = _with_block(file, member, block), True
            pieces.append((member.offset, end) if new is None else new)
            length = member.length if new is None else len(new)
            moved.append((checked["warc-record-id"], position, length))
            position += length
            captures += checked.kind in ("response", "revisit")
        if not changed:
            return None
        pieces.append((end, file.seek(0, os.SEEK_END)))
        half = to.with_name(f"{to.name}.part")
        with half.open("wb") as target:
            sha256 = _write(file, target, pieces)
            size = target.tell()
            target.flush()
            os.fsync(target.fileno())
    half.replace(to)
    return Rewritten(ClosedFile(to.name, size, len(moved), captures, sha256), moved)


def _is_about(checked: Checked, record_ids: Collection[str], kept: Collection[str]) -> bool:
    own = checked["warc-record-id"]
    if own in record_ids and own not in kept:
        return True
    named = (checked[name] for name in _ABOUT)
    about = {name for name in named if name in record_ids}
    is_capture = checked.kind in ("response", "revisit")
    return bool(about and not (is_capture and about <= set(kept)))


def _renamed(file: BinaryIO, member: Member, name: str) -> bytes:
    """A warcinfo record with a file's new name in it."""
    head, block = _content(file, member)
    head = _FILENAME.sub(b"WARC-Filename: " + name.encode(), head)
    return _packed(head, block)


def _with_block(file: BinaryIO, member: Member, block: bytes) -> bytes:
    """A record with another block."""
    head, _ = _content(file, member)
    head = _LENGTH.sub(f"Content-Length: {len(block)}".encode(), head)
    head = _DIGEST.sub(f"WARC-Block-Digest: {digest(block)}".encode(), head)
    return _packed(head, block + b"\r\n\r\n")


def _content(file: BinaryIO, member: Member) -> tuple[bytes, bytes]:
    """Head of a record, and what follows it."""
    at = file.tell()
    file.seek(member.offset)
    again = Member(Source(BytesIO(file.read(member.length))))
    file.seek(at)
    data = b""
    while piece := again.read():
        data += piece
    head, _, rest = data.partition(b"\r\n\r\n")
    return head, rest


def _packed(head: bytes, rest: bytes) -> bytes:
    data: bytes = igzip.compress(head + b"\r\n\r\n" + rest, compresslevel=GZIP_LEVEL, mtime=0)
    return data


def _write(source: BinaryIO, target: BinaryIO, pieces: Iterable[tuple[int, int] | bytes]) -> str:
    whole = hashlib.sha256()
    for piece in pieces:
        if isinstance(piece, bytes):
            target.write(piece)
            whole.update(piece)
            continue
        begin, end = piece
        source.seek(begin)
        while begin < end and (data := source.read(min(_CHUNK, end - begin))):
            target.write(data)
            whole.update(data)
            begin += len(data)
    return whole.hexdigest()
