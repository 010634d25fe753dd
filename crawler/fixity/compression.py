"""Members of a WARC file that are compressed otherwise than this computer does it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from isal import igzip

from crawler.warc.walk import BrokenError, Member, Source, members
from crawler.warc.writer import GZIP_LEVEL

# A member whose record is longer is not compressed again to see whether it was changed; bytes.
_MAX_AGAIN = 1 << 26


def written_otherwise(path: Path) -> Iterator[int]:
    """Offsets of members that this computer's compressor would write otherwise.

    Tells where a byte was changed that changes nothing that is read: the bits that fill up the
    last byte of compressed data. Where another processor wrote the file, that may be every
    member, and says nothing. Raises OSError.
    """
    with path.open("rb") as file:
        for member in members(Source(file)):
            data = bytearray()
            try:
                while len(data) <= _MAX_AGAIN and (more := member.read()):
                    data += more
                while member.read():
                    pass
            except BrokenError:
                continue
            if len(data) <= _MAX_AGAIN:
                again = igzip.compress(bytes(data), compresslevel=GZIP_LEVEL, mtime=0)
                if again != _bytes(path, member):
                    yield member.offset


def _bytes(path: Path, member: Member) -> bytes:
    with path.open("rb") as file:
        file.seek(member.offset)
        return file.read(member.length)
