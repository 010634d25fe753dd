"""HTTP messages in WARC blocks: heads, and bodies without their codings."""

from __future__ import annotations

import re
import sys
import zlib
from dataclasses import dataclass

import brotli

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

MAX_DECODED = 64 * 1024 * 1024
"""Bytes that a body may have when its content coding is removed."""
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_SIZE = re.compile(rb"([0-9a-fA-F]{1,15})[ \t]*(?:;[^\r\n]*)?\r?\n")
_STATUS = re.compile(rb"HTTP/(\d+(?:\.\d+)?)\s+(\d{3})\s*([^\r\n]*)")


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

    def get(self, name: str) -> str | None:
        """The first header of a name, in any case."""
        wanted = name.lower().encode()
        found = next((v for n, v in self.headers if n.lower() == wanted), None)
        return None if found is None else found.decode("latin-1")


def parse(block: bytes) -> Message:
    """A block of `application/http` as a message; whatever it holds, it is one."""
    end = _HEAD_END.search(block)
    head = block[: end.end()] if end else block
    lines = head.split(b"\n")
    headers: list[tuple[bytes, bytes]] = []
    for line in lines[1:]:
        line = line.rstrip(b"\r")
        if not line:
            continue
        if line[:1] in b" \t" and headers:
            name, value = headers[-1]
            headers[-1] = (name, value + b" " + line.strip())
        else:
            name, colon, value = line.partition(b":")
            if colon:
                headers.append((name.strip(), value.strip()))
    return Message(lines[0].rstrip(b"\r"), tuple(headers), head, block[len(head) :])


def payload(message: Message) -> bytes:
    """The entity body: without transfer coding, with its content coding (RFC 9112, 7.1).

    Many writers keep the header and not the chunks: what is not chunked is taken as it is.
    """
    if "chunked" not in (message.get("Transfer-Encoding") or "").lower():
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
            return b"".join(parts)
        if len(body) - at < length and not parts and not _SIZE.match(body):
            return None
        parts.append(body[at : at + length])
        at += length
        if body[at : at + 2] == b"\r\n":
            at += 2
        elif body[at : at + 1] == b"\n":
            at += 1
        elif at < len(body) and len(parts) == 1:
            return None  # no line break behind the first chunk: never was one


def decoded(message: Message, limit: int = MAX_DECODED) -> bytes:
    """The body as a browser reads it, without transfer and content coding; as far as it can be
    decoded, and never more than `limit` bytes (RFC 9110, 8.4)."""
    data = payload(message)
    codings = (message.get("Content-Encoding") or "").lower().split(",")
    for coding in reversed([each.strip() for each in codings if each.strip()]):
        data = _decode(data, coding, limit)
    return data[:limit]


def _decode(data: bytes, coding: str, limit: int) -> bytes:
    """One coding removed; what it does not fit is left as it is."""
    if coding in ("gzip", "x-gzip"):
        return _inflate(data, 31, limit) if data[:2] == b"\x1f\x8b" else data
    if coding == "deflate":  # zlib's wrapping by the standard, none by many servers
        return _inflate(data, 15, limit) or _inflate(data, -15, limit) or data
    if coding == "br":
        return _unbrotli(data, limit)
    if coding == "zstd":
        return _unzstd(data, limit)
    return data


def _inflate(data: bytes, wbits: int, limit: int) -> bytes:
    out = b""
    while data and len(out) < limit:
        inner = zlib.decompressobj(wbits)
        try:
            out += inner.decompress(data, limit - len(out))
        except zlib.error:
            return out
        data = inner.unused_data if inner.eof and wbits == 31 else b""
    return out


def _unbrotli(data: bytes, limit: int) -> bytes:
    inner, out = brotli.Decompressor(), b""
    try:
        out = inner.process(data, output_buffer_limit=limit)
        while len(out) < limit and not inner.can_accept_more_data() and not inner.is_finished():
            more = inner.process(b"", output_buffer_limit=limit - len(out))
            if not more:
                break
            out += more
    except brotli.error:
        return out or data
    return bytes(out)


def _unzstd(data: bytes, limit: int) -> bytes:
    out = b""
    try:
        while data and len(out) < limit:
            inner = zstd.ZstdDecompressor(
                options={int(zstd.DecompressionParameter.window_log_max): 27}
            )
            out += inner.decompress(data, limit - len(out))
            data = inner.unused_data if inner.eof else b""
    except zstd.ZstdError:
        return out or data
    return out
