"""One record read to its end, with everything in it that can be checked without looking elsewhere.

ISO 28500:2017, 4 (the form of a record), 5.8 and 5.9 (digests), 5.6 (Content-Length).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from crawler.warc.digests import Dechunker, Hash, agrees, hasher
from crawler.warc.http import without_chunks
from crawler.warc.records import JSON
from crawler.warc.walk import BrokenError, Member

_MAX_HEAD = 1 << 20
# Blocks of records that are looked into are kept in memory up to this, in bytes.
_MAX_KEPT = 1 << 25
_VERSION = re.compile(rb"WARC/1\.[01]\r?\n")
_HTTP_END = re.compile(rb"\r?\n\r?\n")
_CHUNKED = re.compile(rb"^transfer-encoding[ \t]*:[^\r\n]*chunked", re.IGNORECASE | re.MULTILINE)
_FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):(.*)")
_USUAL = {
    name.encode(): name.lower()
    for name in (
        "Content-Length", "Content-Type", "WARC-Block-Digest", "WARC-Concurrent-To", "WARC-Date",
        "WARC-Filename", "WARC-IP-Address", "WARC-Payload-Digest", "WARC-Profile", "WARC-Record-ID",
        "WARC-Refers-To", "WARC-Refers-To-Date", "WARC-Refers-To-Target-URI", "WARC-Target-URI",
        "WARC-Truncated", "WARC-Type", "WARC-Warcinfo-ID",
    )
}  # fmt: skip
"""Names of fields as almost all records spell them, and in lower case."""


@dataclass(slots=True)
class Checked:
    """A record, and what is wrong with it."""

    offset: int
    fields: dict[str, str] = field(default_factory=dict)
    """Named fields, names in lower case; the first of those that are repeated."""
    faults: list[str] = field(default_factory=list)
    """What is wrong, each a clause of which the record is the subject."""
    unchecked: list[str] = field(default_factory=list)
    """Digests that could not be checked, because nobody knows their algorithm."""
    http_head: bytes = b""
    """Of an HTTP message: its first line and headers."""
    payload_bytes: int | None = 0
    """Of the entity body, transfer coding removed; None where its chunks are not sound."""
    kept: bytes | None = None
    """The block of a `conversion`, if it is not too long."""
    broken: bool = False
    """Whether it could not be read to its end."""
    kind: str = ""
    """WARC-Type, in lower case."""
    is_http: bool = False
    """Whether its block is an HTTP message: not all writers say so."""

    def read(self, fields: dict[str, str]) -> None:
        """Take in its named fields."""
        self.fields = fields
        self.kind = self["warc-type"].lower()
        if self.kind in ("response", "revisit", "request"):
            web = self["warc-target-uri"].lower().lstrip("<").startswith(("http:", "https:"))
            said = self["content-type"].lower().startswith("application/http")
            self.is_http = said or web

    def __getitem__(self, name: str) -> str:
        return self.fields.get(name, "")


def read_record(member: Member) -> Checked:
    """Read a member to its end as one record. Raises OSError."""
    found = Checked(member.offset)
    try:
        _read(member, found)
    except BrokenError as error:
        found.broken = True
        found.faults.append(str(error))
    found.faults += member.faults
    return found


def _read(member: Member, found: Checked) -> None:
    head = b""
    while b"\r\n\r\n" not in head and len(head) < _MAX_HEAD:
        data = member.read()
        if not data:
            break
        head += data
    head, end, rest = head.partition(b"\r\n\r\n")
    found.read(_fields(head, found.faults))
    if not end or not _VERSION.match(head + b"\r\n"):
        found.faults.append("it does not begin as a WARC record does")
        _drain(member)
        return
    for name in ("warc-type", "warc-record-id", "warc-date"):
        if not found[name]:
            found.faults.append(f"it has no {name}")
    length = found["content-length"]
    if not (length.isascii() and length.isdigit() and len(length) < 19):
        found.faults.append("it has no Content-Length")
        _drain(member)
        return
    _read_block(member, found, rest, int(length))


def _read_block(member: Member, found: Checked, rest: bytes, length: int) -> None:
    block = _Block(found)
    left = length
    data = rest
    while left:
        if not data:
            data = member.read()
            if not data:
                break
        block.feed(data[:left] if len(data) > left else data)
        left, data = max(0, left - len(data)), data[left:]
    block.end()
    behind = data
    extra = 0
    while data := member.read():
        if len(behind) < 16:
            behind += data
        extra += len(data)
    if left:
        found.faults.append(f"its block is {left:,} bytes shorter than Content-Length says")
    elif behind != b"\r\n\r\n" or extra > 4:
        found.faults.append("what follows its block is not the end of a record")


class _Block:
    """A block, digested as it comes."""

    def __init__(self, found: Checked) -> None:
        self._found = found
        self._block = self._hasher("warc-block-digest")
        self._payload = self._hasher("warc-payload-digest")
        self._entity: Hash | None = None
        self._dechunker: Dechunker | None = None
        self._chunked: list[bytes] | None = None
        """A body with chunks, if it is not too long."""
        self._head: bytes | None = b"" if found.is_http else None
        is_article = found.kind == "conversion" and found["content-type"] == JSON
        if is_article and int(found["content-length"]) <= _MAX_KEPT:
            found.kept = b""
        self._parts: list[bytes] = []
        self._raw_bytes = self._entity_bytes = 0

    def _hasher(self, name: str) -> Hash | None:
        labelled = self._found[name]
        made = hasher(labelled)
        if labelled and made is None:
            self._found.unchecked.append(labelled.partition(":")[0])
        return made

    def feed(self, data: bytes) -> None:
        if self._block is not None:
            self._block.update(data)
        if self._found.kept is not None:
            self._parts.append(data)
        if self._head is not None:
            self._head += data
            end = _HTTP_END.search(self._head)
            if end is None and len(self._head) < _MAX_HEAD:
                return
            data = self._end_head(end.end() if end else len(self._head))
        self._feed_payload(data)

    def _end_head(self, size: int) -> bytes:
        assert self._head is not None
        head, data = self._head[:size], self._head[size:]
        self._found.http_head, self._head = head, None
        if _CHUNKED.search(head):
            self._chunked = []
            self._dechunker = Dechunker()
            self._entity = hasher(self._found["warc-payload-digest"])
        return data

    def _feed_payload(self, data: bytes) -> None:
        self._raw_bytes += len(data)
        if self._payload is not None:
            self._payload.update(data)
        if self._chunked is not None:
            self._chunked.append(data)
            if self._raw_bytes > _MAX_KEPT:
                self._chunked = None
        if self._dechunker is not None:
            entity = self._dechunker.feed(data)
            self._entity_bytes += len(entity)
            if self._entity is not None:
                self._entity.update(entity)

    def end(self) -> None:
        found = self._found
        if self._head is not None:
            self._feed_payload(self._end_head(len(self._head)))
        if self._parts:
            found.kept = b"".join(self._parts)
        chunks = self._dechunker
        entity = self._entity
        if chunks is None:
            found.payload_bytes = self._raw_bytes
        elif self._chunked is not None:
            # whether it is chunked at all, and how far, is for one reader to say
            body = b"".join(self._chunked)
            plain = without_chunks(body)
            found.payload_bytes = len(body if plain is None else plain)
            if plain is not None and entity is not None:
                entity = hasher(found["warc-payload-digest"])
                assert entity is not None
                entity.update(plain)
        else:
            found.payload_bytes = self._entity_bytes if chunks.sound else None
        if self._block is not None and not agrees(found["warc-block-digest"], self._block.digest()):
            found.faults.append("its block is not what WARC-Block-Digest says")
        if found.kind == "revisit":
            return  # the payload is another record's
        forms = [each for each in (self._payload, entity) if each is not None]
        labelled = found["warc-payload-digest"]
        if forms and not any(agrees(labelled, each.digest()) for each in forms):
            found.faults.append("its payload is not what WARC-Payload-Digest says")


def _fields(head: bytes, faults: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    last = None
    lines = head.split(b"\r\n")[1:]
    is_plain = head.count(b"\n") == len(lines)  # else a line may have one in it
    for line in lines:
        written, colon, value = line.partition(b":")
        name = _USUAL.get(written) if colon and is_plain else None
        if name is None:
            if line[:1] in (b" ", b"\t") and last is not None:
                found[last] = f"{found[last]} {line.decode('utf-8', 'replace').strip()}".strip()
                continue
            parsed = _FIELD.fullmatch(line)
            if parsed is None:
                faults.append("it has a header line that is none")
                last = None
                continue
            name, value = parsed[1].decode("ascii").lower(), parsed[2]
        last = name if name not in found else None
        found.setdefault(name, value.decode("utf-8", "replace").strip())
    return found


def _drain(member: Member) -> None:
    while member.read():
        pass
