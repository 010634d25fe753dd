"""After a crash: a WARC file is cut back to its last whole record, and its records are looked
through for captures that the database does not know."""

from __future__ import annotations

import hashlib
import os
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import cast
from urllib.parse import urljoin

from crawler.items import Capture, RecordType, Truncation
from crawler.warc.reader import Record
from crawler.warc.records import digest
from crawler.warc.writer import OPEN, ClosedFile, finish

_CHUNK = 1 << 20
# Bytes of a record that are looked at: its own head and that of the HTTP message in it.
_HEAD = 1 << 16
_TRUNCATIONS = ("length", "time", "disconnect", "unspecified")


@dataclass(frozen=True, slots=True)
class Recovered:
    """A WARC file that no run had entered as closed."""

    file: ClosedFile
    cut: bool
    """Whether half a record was taken off its end."""
    run: str | None
    """UUID of the run that wrote it (isPartOf); None where it does not say."""
    captures: list[Capture] = field(default_factory=list)
    """Those that the database does not know, in order."""


def recover(
    folder: Path,
    *,
    closed: set[str],
    own: set[str],
    known_end: Callable[[str], int],
    is_known: Callable[[str], bool],
) -> Iterator[Recovered]:
    """Bring WARC files that were not closed properly into order, one by one.

    closed: names of the files that are known to be complete. They are not touched, nor are those
    that this run has in hand (`own`). known_end: file name → bytes from its start to the end of the
    last record that the database refers to. Nothing before that is cut. What is behind was written
    and not acknowledged: whole records stay, they are true; half a one goes, and so does a file
    that holds nothing whole. is_known: whether the database has a capture with a WARC-Record-ID.

    Raises OSError.
    """
    for path in sorted([*folder.glob("*.warc.gz"), *folder.glob("*.warc.gz" + OPEN)]):
        name = path.name.removesuffix(OPEN)
        if name in closed or name in own:
            continue
        found = _survey(path, known_end(name), is_known)
        if found.file.bytes == 0:
            path.unlink()
            continue
        if found.cut:
            os.truncate(path, found.file.bytes)
        if path.name != name:
            finish(path)
        yield found


def _survey(path: Path, known_end: int, is_known: Callable[[str], bool]) -> Recovered:
    size, end, records, run = path.stat().st_size, 0, 0, None
    captures, known = [], 0
    name = path.name.removesuffix(OPEN)
    for offset, length, head in _members(path):
        end, records = offset + length, records + 1
        own = _fields(head)
        if own.get("warc-type") == "warcinfo" and offset == 0:
            part = re.search(rb"^isPartOf: *(\S+)", head, re.MULTILINE)
            run = part[1].decode("ascii", "replace") if part else run
        if own.get("warc-type") in ("response", "revisit"):
            record_id = own.get("warc-record-id", "")
            capture = None
            if is_known(record_id):
                known += 1
            else:
                http = head.partition(b"\r\n\r\n")[2]
                capture = _capture(http, own, name, offset, length)
            if capture is not None:
                captures.append(capture)
    cut = end < size and end >= known_end
    if not cut:
        end = size
    file = ClosedFile(name, end, records, known + len(captures), _sha256(path, end))
    return Recovered(file, cut, run, captures)


def _members(path: Path) -> Iterator[tuple[int, int, bytes]]:
    """Offset, length and first bytes of each whole gzip member, up to the first that is not."""
    with path.open("rb") as file:
        end, rest = 0, b""
        while chunk := rest or file.read(_CHUNK):
            member, head = zlib.decompressobj(wbits=31), bytearray()
            try:
                while chunk:
                    _feed(member, chunk, head)
                    if member.eof:
                        break
                    chunk = file.read(_CHUNK)
                else:
                    return
            except zlib.error:
                return
            rest = member.unused_data
            offset, end = end, file.tell() - len(rest)
            yield offset, end - offset, bytes(head)


def _feed(member: zlib._Decompress, data: bytes, head: bytearray) -> None:
    """Decompress, keep the beginning and forget the rest, never much at a time."""
    out = member.decompress(data, _CHUNK)
    while True:
        if len(head) < _HEAD:
            head += out[: _HEAD - len(head)]
        if member.eof or not member.unconsumed_tail:
            return
        out = member.decompress(member.unconsumed_tail, _CHUNK)


def _fields(head: bytes) -> dict[str, str]:
    """Named fields of a record, names in lower case."""
    text = head.partition(b"\r\n\r\n")[0].decode("utf-8", "replace")
    pairs = (line.partition(":") for line in text.split("\r\n")[1:])
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def _capture(
    http: bytes, own: dict[str, str], name: str, offset: int, length: int
) -> Capture | None:
    """The capture that a record is; None where its head cannot be understood.

    http: the block, or the beginning of it that has the whole head.
    """
    end = re.search(rb"\r?\n\r?\n", http)
    message = http[: end.end()] if end else http
    status = re.match(rb"HTTP/\S+\s+(\d{3})(?!\d)", message)
    try:
        url, date = own["warc-target-uri"], datetime.fromisoformat(own["warc-date"])
        size = max(0, int(own["content-length"]) - len(message))
        record_id = own["warc-record-id"]
    except (KeyError, ValueError):
        return None
    if status is None:
        return None
    code = int(status[1])
    location = _header(message, b"location") if 300 <= code < 400 else None
    truncated = own.get("warc-truncated")
    kind = cast(RecordType, own["warc-type"])
    return Capture(
        url=url,
        fetched_at=date.isoformat(timespec="microseconds"),
        status=code,
        content_type=_header(message, b"content-type"),
        payload_digest=own.get("warc-payload-digest") or digest(b""),
        payload_bytes=size,
        record_id=record_id,
        warc_file=name,
        warc_offset=offset,
        warc_length=length,
        location=_join(url, location),
        record_type=kind,
        refers_to=own.get("warc-refers-to"),
        truncated=cast(Truncation, truncated)
        if kind == "response" and truncated in _TRUNCATIONS
        else None,
    )


def capture_of(record: Record, name: str) -> Capture | None:
    """The capture that a `response` or `revisit` record in a file is; None where its head cannot be
    understood."""
    own = {field.lower(): value for field, value in record.headers}
    own["warc-target-uri"] = record.url
    return _capture(record.block, own, name, record.offset, record.length)


def _header(message: bytes, name: bytes) -> str | None:
    found = re.search(
        rb"^" + name + rb"[ \t]*:[ \t]*([^\r\n]*)", message, re.IGNORECASE | re.MULTILINE
    )
    return found[1].strip().decode("latin-1") if found else None


def _join(url: str, location: str | None) -> str | None:
    try:
        return urljoin(url, location) if location else None
    except ValueError:
        return None


def _sha256(path: Path, size: int) -> str:
    whole = hashlib.sha256()
    with path.open("rb") as file:
        while size > 0 and (chunk := file.read(min(_CHUNK, size))):
            whole.update(chunk)
            size -= len(chunk)
    return whole.hexdigest()
