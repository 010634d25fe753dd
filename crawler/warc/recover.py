"""After a crash: the last WARC file is cut back to its last whole record."""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable
from pathlib import Path

_CHUNK = 1 << 20


def recover(folder: Path, known_end: Callable[[str], int]) -> list[str]:
    """Cut what is broken off the ends of the WARC files in a folder.

    known_end: file name → bytes from its start to the end of the last record that the database
    refers to, 0 if it refers to none. Only what lies behind is read: those records were written and
    not acknowledged. Whole ones stay, they are true; half a one goes, and so does a file that holds
    nothing whole.

    Returns the names of the files that were cut or removed. Raises OSError.
    """
    mended = []
    for path in sorted(folder.glob("*.warc.gz")):
        size, start = path.stat().st_size, known_end(path.name)
        if size <= start:
            continue
        end = whole_members(path, start)
        if end == size:
            continue
        mended.append(path.name)
        if end == 0:
            path.unlink()
        else:
            os.truncate(path, end)
    return mended


def whole_members(path: Path, start: int = 0) -> int:
    """Bytes from a file's start to the end of its last whole gzip member (RFC 1952).

    start: where a member begins; what is before is taken as whole. Checks each member's checksum.
    Raises OSError.
    """
    end = start
    with path.open("rb") as file:
        file.seek(start)
        rest = b""
        while chunk := rest or file.read(_CHUNK):
            member = zlib.decompressobj(wbits=31)
            try:
                while chunk:
                    _feed(member, chunk)
                    if member.eof:
                        break
                    chunk = file.read(_CHUNK)
                else:
                    return end
            except zlib.error:
                return end
            rest = member.unused_data
            end = file.tell() - len(rest)
    return end


def _feed(member: zlib._Decompress, data: bytes) -> None:
    """Decompress and forget, never much at a time."""
    member.decompress(data, _CHUNK)
    while member.unconsumed_tail and not member.eof:
        member.decompress(member.unconsumed_tail, _CHUNK)
