"""What the demo server answers for one path."""

from __future__ import annotations

import gzip
import hashlib
import struct
import zlib
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property


@dataclass(frozen=True)
class Answer:
    """One response, before conditions and content coding are looked at."""

    body: bytes
    content_type: str
    status: int = 200
    modified: datetime | None = None
    """Aware; None: no Last-Modified."""
    location: str | None = None
    dynamic: bool = False
    """Made anew for each asker: no ETag, no Last-Modified."""

    @classmethod
    def moved(cls, target: str) -> Answer:
        """A permanent redirect to an absolute address."""
        return cls(b"Moved permanently\n", "text/plain", status=301, location=target)

    @cached_property
    def tag(self) -> str:
        """What an ETag of the body is made of."""
        return hashlib.sha256(self.body).hexdigest()[:16]

    @cached_property
    def zipped(self) -> bytes:
        """The body in gzip, without a time stamp: the same bytes each time."""
        return gzip.compress(self.body, mtime=0)


def picture(name: str) -> bytes:
    """A small PNG in a colour of the name's own (RFC 2083): 32 by 20 pixels."""
    width, height = 32, 20
    rows = (b"\x00" + hashlib.sha256(name.encode()).digest()[:3] * width) * height

    def chunk(kind: bytes, data: bytes) -> bytes:
        checksum = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = (chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)
