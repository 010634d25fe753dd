"""Indexes of WARC files as replay tools read them: CDXJ, one line a capture, sorted.

The fields, their order and their spelling are those of cdxj-indexer and pywb.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from isal import igzip

from crawler.warc.surt import surt

LINES = 1024
"""Lines in a block of a compressed index."""
_END = re.compile(r"[;\s]")


def index_line(
    url: str, fetched_at: str, record_type: str, content_type: str | None, status: int,
    payload_digest: str, warc_length: int, warc_offset: int, warc_file: str,
) -> str:  # fmt: skip
    """A capture's line, without a line break: sort key, time to the second, the rest as JSON.

    fetched_at: ISO 8601.
    """
    mime = _END.split(content_type or "", maxsplit=1)[0]
    fields = {
        "url": url,
        "mime": "warc/revisit" if record_type == "revisit" else mime,
        "status": str(status),
        "digest": payload_digest,
        "length": str(warc_length),
        "offset": str(warc_offset),
        "filename": warc_file,
    }
    told = {name: value for name, value in fields.items() if value}
    return f"{surt(url)} {timestamp(fetched_at)} {json.dumps(told)}"


def timestamp(moment: str) -> str:
    """An ISO 8601 time as 14 digits, UTC."""
    return datetime.fromisoformat(moment).astimezone(UTC).strftime("%Y%m%d%H%M%S")


@dataclass(frozen=True, slots=True)
class IndexBlock:
    """Some lines of a compressed index."""

    data: bytes
    """A gzip member."""
    entry: str
    """Its line in the index of the index, without a line break."""


def compressed(lines: Iterable[str]) -> Iterator[IndexBlock]:
    """A sorted index in blocks that can be read one by one (ZipNum)."""
    offset = 0
    block: list[str] = []
    for line in lines:
        block.append(line)
        if len(block) == LINES:
            yield (made := _block(block, offset))
            offset += len(made.data)
            block = []
    if block:
        yield _block(block, offset)


def meta_line(filename: str) -> str:
    """The first line of the index of a compressed index, without a line break."""
    return "!meta 0 " + json.dumps({"format": "cdxj-gzip-1.0", "filename": filename})


def _block(lines: list[str], offset: int) -> IndexBlock:
    text = "".join(f"{line}\n" for line in lines)
    data = igzip.compress(text.encode("utf-8", "replace"), compresslevel=2, mtime=0)
    place = {
        "offset": offset,
        "length": len(data),
        "digest": "sha256:" + hashlib.sha256(data).hexdigest(),
    }
    prefix = lines[0].partition("{")[0].strip()
    return IndexBlock(data, f"{prefix} {json.dumps(place)}")
