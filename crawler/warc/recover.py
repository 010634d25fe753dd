"""After a crash: a WARC file is cut back to its last whole record, and its records are looked
through for captures that the database does not know."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast
from urllib.parse import urljoin

from isal import isal_zlib

from crawler.items import Capture, Rendering, Truncation
from crawler.times import utc
from crawler.warc.check import read_record as check_record
from crawler.warc.dates import warc_moment
from crawler.warc.http import message_in, payload
from crawler.warc.members import DamagedError
from crawler.warc.provenance import RENDERED, RENDERED_BY
from crawler.warc.reader import Record, read_record
from crawler.warc.records import digest
from crawler.warc.walk import Source, members
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
        if not path.is_file():
            continue  # a folder that has such a name: whoever looks for a file says so
        if path.name != name and (folder / name).exists():
            # of a copy that was made in two steps; never take the closed one's place
            if is_beginning_of(path, folder / name):
                path.unlink()
            continue
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


def rendering_in(record: Record, name: str) -> Rendering | None:
    """What a browser showed of a page, where a record holds that; None where it does not. name: of
    the file."""
    if record.kind != "conversion" or not record.url.startswith(RENDERED):
        return None
    with contextlib.suppress(ValueError):
        at = utc(warc_moment(record.date), exact=True)
        return Rendering(
            record.record_id, at, record.get(RENDERED_BY) or "", digest(record.block),
            len(record.block), name, record.offset, record.length,
        )  # fmt: skip
    return None


def whole_end(path: Path) -> int:
    """Bytes from a file's start to the end of its last whole record, as far as all before it are.
    Raises OSError."""
    end = 0
    for offset, length, _ in _members(path):
        end = offset + length
    return end


def is_beginning_of(path: Path, whole: Path) -> bool:
    """Whether all of a file is the beginning of another one. Raises OSError."""
    if path.stat().st_size > whole.stat().st_size:
        return False
    with path.open("rb") as part, whole.open("rb") as file:
        while data := part.read(_CHUNK):
            if file.read(len(data)) != data:
                return False
    return True


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
        about = Record("", tuple(own.items()), b"", offset, length)
        if is_capture(about):
            if is_known(own.get("warc-record-id", "")):
                known += 1
                continue
            with contextlib.suppress(DamagedError):
                record = read_record(path.parent, name, offset, length)
                captures.append(capture_of(record, name))
    cut = end < size and end >= known_end
    if not cut:
        records = records if end == size else _count(path)  # some may be whole behind the damage
        end = size
    file = ClosedFile(name, end, records, known + len(captures), _sha256(path, end))
    return Recovered(file, cut, run, captures)


def _count(path: Path) -> int:
    """How many records of a damaged file can be read to their end."""
    with path.open("rb") as file:
        return sum(not check_record(member).broken for member in members(Source(file)))


def _members(path: Path) -> Iterator[tuple[int, int, bytes]]:
    """Offset, length and first bytes of each whole gzip member, up to the first that is not."""
    with path.open("rb") as file:
        end, rest = 0, b""
        while chunk := rest or file.read(_CHUNK):
            member, head = isal_zlib.decompressobj(wbits=31), bytearray()
            try:
                while chunk:
                    _feed(member, chunk, head)
                    if member.eof:
                        break
                    chunk = file.read(_CHUNK)
                else:
                    return
            except isal_zlib.error:  # type: ignore[misc]
                return
            rest = member.unused_data
            offset, end = end, file.tell() - len(rest)
            yield offset, end - offset, bytes(head)


def _feed(member: Any, data: bytes, head: bytearray) -> None:
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


def is_capture(record: Record) -> bool:
    """Whether a record may be a capture: an answer of the web, or what a program has put in its
    place. Not: those of DNS, logs, pictures of the screen under addresses of their own."""
    web = record.url.lower().startswith(("http://", "https://"))
    return record.kind in ("response", "revisit", "resource") and web


def capture_of(record: Record, name: str, original: Capture | None = None) -> Capture:
    """The capture that a record in a file is.

    original: the capture that a revisit repeats, if it is known. Raises DamagedError where it
    cannot be one; says why.
    """
    message = message_in(record)
    status, content_type = message.status, message.get("Content-Type")
    location = message.get("Location")
    if not record.block.strip() and record.kind == "revisit":
        if original is None:
            raise DamagedError("a revisit without a head, of a response that is not here")
        status, content_type, location = original.status, original.content_type, original.location
    if status is None:
        raise DamagedError("no HTTP response in its block")
    try:
        fetched_at = warc_moment(record.date).isoformat(timespec="microseconds")
    except ValueError:
        if not record.date:
            raise DamagedError("no WARC-Date") from None
        raise DamagedError("WARC-Date is no date", f"{record.date!r:.50}") from None
    body = payload(message)
    truncated = record.get("WARC-Truncated")
    is_revisit = record.kind == "revisit"
    return Capture(
        url=record.url,
        fetched_at=fetched_at,
        status=status,
        content_type=content_type,
        payload_digest=record.get("WARC-Payload-Digest") or digest(body),
        payload_bytes=len(body),
        record_id=record.record_id,
        warc_file=name,
        warc_offset=record.offset,
        warc_length=record.length,
        location=_join(record.url, location if 300 <= status < 400 else None),
        record_type="revisit" if is_revisit else "response",
        refers_to=original.record_id if original else record.get("WARC-Refers-To"),
        truncated=cast(Truncation, truncated)
        if not is_revisit and truncated in _TRUNCATIONS
        else None,
        source_uri=record.get("WARC-Source-URI"),
    )


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
