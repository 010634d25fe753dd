"""HTTP messages in WARC blocks: heads, and bodies without their codings."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import brotli

from crawler.warc.members import GZIP, DamagedError, Inflater, deflate, zstandard
from crawler.warc.reader import Record

MAX_DECODED = 64 * 1024 * 1024
"""Bytes that a body may have when its content coding is removed."""
_MAX_HEAD = 1 << 18
_MAX_CODINGS = 4
# Members that a coded body may have: each costs something, even one of no bytes.
_MAX_MEMBERS = 4096
_PIECE = 1 << 14
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_SIZE = re.compile(rb"([0-9a-fA-F]{1,15})[ \t]*(?:;[^\r\n]*)?\r?\n")
_TRAILERS = re.compile(rb"(?:[^\r\n:]+:[^\r\n]*\r?\n)*(?:\r?\n)*")
_ZLIB = re.compile(rb"[\x08\x18\x28\x38\x48\x58\x68\x78]")
# A header with the lines that it is folded into (RFC 9112, 5.2).
_COOKIES = re.compile(
    rb"^(?:set-)?cookie2?[ \t]*:[^\n]*\n(?:[ \t][^\n]*\n)*", re.IGNORECASE | re.MULTILINE
)
_TEXT = re.compile(rb"[\t\n\r\x20-\x7e\x80-\xff]*")
_STATUS = re.compile(rb"HTTP/(\d+(?:\.\d+)?)\s+(\d{3})(?!\d)\s*([^\r\n]*)")


@dataclass(frozen=True, slots=True)
class Message:
    """An HTTP response or request, as a record's block has it."""

    start_line: bytes
    headers: tuple[tuple[bytes, bytes], ...]
    """In order, folded lines made one."""
    head: bytes
    """Start line and headers as they stand there, with the empty line."""
    body: bytes
    """As it stands there, codings included."""

    @property
    def status(self) -> int | None:
        """HTTP status code; None for a request or what is no HTTP."""
        found = _STATUS.match(self.start_line)
        return int(found[2]) if found else None

    def every(self, name: str) -> str:
        """The headers of a name, in any case, as one list (RFC 9110, 5.3)."""
        wanted = name.lower().encode()
        return b",".join(v for n, v in self.headers if n.lower() == wanted).decode("latin-1")

    def get(self, name: str) -> str | None:
        """The first header of a name, in any case."""
        wanted = name.lower().encode()
        found = next((v for n, v in self.headers if n.lower() == wanted), None)
        return None if found is None else found.decode("latin-1")


def parse(block: bytes) -> Message:
    """A block of `application/http` as a message; whatever it holds, it is one."""
    end = _HEAD_END.search(block, 0, _MAX_HEAD)
    head = block[: end.end() if end else _MAX_HEAD]
    lines = head.split(b"\n")
    headers: list[tuple[bytes, list[bytes]]] = []
    for line in lines[1:]:
        line = line.rstrip(b"\r")
        if not line:
            continue
        if line[:1] in b" \t" and headers:
            headers[-1][1].append(line.strip())
        else:
            name, colon, value = line.partition(b":")
            if colon:
                headers.append((name.strip(), [value.strip()]))
    joined = tuple((name, b" ".join(parts)) for name, parts in headers)
    return Message(lines[0].rstrip(b"\r"), joined, head, block[len(head) :])


def without_cookies(head: bytes) -> bytes:
    """A head, of a request or a response, without its cookies; all else as it stands there."""
    return _COOKIES.sub(b"", head)


def message_in(record: Record) -> Message:
    """The HTTP message that a record holds. A `resource` holds a body alone, and so does what a
    browser showed: it is taken for an answer of success, as replay tools do."""
    if record.kind not in ("resource", "conversion"):
        return parse(record.block)
    kind = (record.get("Content-Type") or "").encode("utf-8", "replace")
    headers = ((b"Content-Type", kind),) if kind else ()
    return Message(b"HTTP/1.1 200 OK", headers, b"", record.block)


def payload(message: Message) -> bytes:
    """The entity body: without transfer coding, with its content coding (RFC 9112, 7.1).

    Many writers keep the header and not the chunks: what is not chunked is taken as it is.
    """
    if "chunked" not in message.every("Transfer-Encoding").lower():
        return message.body
    plain = without_chunks(message.body)
    return message.body if plain is None else plain


def without_chunks(body: bytes) -> bytes | None:
    """A chunked body without its chunks, as far as it goes; None if it does not begin as one."""
    parts: list[bytes] = []
    at = 0
    while True:
        size = _SIZE.match(body, at)
        if size is None:
            return b"".join(parts) if parts else None
        length, at = int(size[1], 16), size.end()
        if length == 0:
            # what is behind the end are trailers, unless the body was text that begins with a 0
            return b"".join(parts) if parts or _TRAILERS.fullmatch(body, at) else None
        parts.append(body[at : at + length])
        at += length
        if body[at : at + 2] == b"\r\n":
            at += 2
        elif body[at : at + 1] == b"\n":
            at += 1
        elif len(parts) == 1 and body[at:] not in (b"", b"\r"):
            return None  # no line break behind the first chunk: never was one


def decoded(message: Message, limit: int = MAX_DECODED) -> bytes:
    """The body as a browser reads it, without transfer and content coding; as far as it can be
    decoded, and never more than `limit` bytes (RFC 9110, 8.4).

    Many writers keep the header and not the coding: what is not coded is taken as it is.
    """
    data = payload(message)
    codings = [each.strip() for each in message.every("Content-Encoding").lower().split(",")]
    codings = [each for each in codings if each]
    if len(codings) <= _MAX_CODINGS:
        for coding in reversed(codings):
            data = _decode(data, coding, limit)
    return data[:limit]


class _Brotli:
    def __init__(self) -> None:
        self._inner = brotli.Decompressor()

    @property
    def eof(self) -> bool:
        return bool(self._inner.is_finished())

    @property
    def hungry(self) -> bool:
        return bool(self._inner.can_accept_more_data())

    rest = b""

    def feed(self, data: bytes, limit: int) -> bytes:
        try:
            return bytes(self._inner.process(data, output_buffer_limit=limit))
        except brotli.error as error:
            raise DamagedError(f"brotli data that cannot be read ({error})") from None


def _decode(data: bytes, coding: str, limit: int) -> bytes:
    """One coding removed; what it does not fit is left as it is."""
    if coding in ("gzip", "x-gzip"):
        return _read_on(deflate, data, limit) if data.startswith(GZIP[:2]) else data
    if coding == "deflate":
        if _ZLIB.match(data) and int.from_bytes(data[:2]) % 31 == 0:  # RFC 1950, 2.2
            return _read_on(lambda: deflate(15), data, limit)
        # without zlib's wrapping: what many servers send. Not much begins in a way it could not.
        out, failed = _read(lambda: deflate(-15), data, limit)
        broken_off = failed == len(data) and not _TEXT.fullmatch(data, 0, 512)
        return out if failed is None or (broken_off and out) else data
    if coding == "br":
        return _read_on(_Brotli, data, limit)
    if coding == "zstd":
        return _read_on(zstandard, data, limit)
    return data


def _read_on(new: Callable[[], Inflater], data: bytes, limit: int) -> bytes:
    """Data decompressed, as far as it can be; as it is where it is text already, or nothing comes
    out."""
    out, failed = _read(new, data, limit)
    if failed is None:
        return out
    if _TEXT.fullmatch(data, 0, 512):
        return data
    if failed == len(data):
        return out
    # Up to the very byte that does not fit: often it is a wrong checksum behind it all.
    return _read(new, data, limit, fine=failed)[0] or data


def _read(
    new: Callable[[], Inflater], data: bytes, limit: int, fine: int | None = None
) -> tuple[bytes, int | None]:
    """The members in some data, decompressed, and where the piece begins that cannot be: where the
    data break off, their end; None if all can.

    fine: from where on byte after byte is read.
    """
    parts: list[bytes] = []
    room, at = limit, 0
    for _ in range(_MAX_MEMBERS):
        member = new()
        while room > 0 and not member.eof:
            piece, begin = b"", at
            if member.hungry:
                piece = data[at : at + (_PIECE if fine is None or at < fine else 1)]
                at += len(piece)
            try:
                parts.append(member.feed(piece, room))
            except DamagedError:
                return b"".join(parts), begin
            room -= len(parts[-1])
            if at >= len(data) and member.hungry and not (parts[-1] or member.eof):
                return b"".join(parts), len(data)
        at -= len(member.rest)
        if room <= 0 or at >= len(data) or isinstance(member, _Brotli):
            break
    return b"".join(parts), None
