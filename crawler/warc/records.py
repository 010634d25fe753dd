"""WARC 1.1 records as bytes (ISO 28500:2017)."""

from __future__ import annotations

import base64
import hashlib
import uuid
from collections.abc import Iterable
from datetime import datetime

from crawler.times import utc

PROFILES = "http://netpreserve.org/warc/1.1/revisit/"
SAME_PAYLOAD = PROFILES + "identical-payload-digest"
NOT_MODIFIED = PROFILES + "server-not-modified"

HTTP_RESPONSE = "application/http;msgtype=response"
HTTP_REQUEST = "application/http;msgtype=request"
FIELDS = "application/warc-fields"
JSON = "application/json"
HTML = "text/html; charset=utf-8"
"""Of what a browser showed."""

Headers = Iterable[tuple[str, str | None]]


def new_id() -> str:
    """A WARC-Record-ID: `<urn:uuid:…>`."""
    return f"<urn:uuid:{uuid.uuid4()}>"


def warc_date(moment: datetime) -> str:
    """A WARC-Date: UTC, microseconds, `Z` (ISO 28500, 5.4)."""
    return utc(moment, exact=True).replace("+00:00", "Z")


def digest(*data: bytes) -> str:
    """A labelled digest (ISO 28500, 5.8) of some parts, one behind the other: `sha256:` and
    Base32."""
    whole = hashlib.sha256()
    for part in data:
        whole.update(part)
    return "sha256:" + base64.b32encode(whole.digest()).decode()


def record(kind: str, record_id: str, date: str, headers: Headers, *block: bytes) -> bytes:
    """A whole record, not compressed.

    date: as `warc_date` gives it. headers: further named fields in order; those without a value
    are left out. block: in parts, for a long one is copied once only. A line break in a value
    becomes a space: no value can smuggle in a field.
    """
    lines = [
        "WARC/1.1",
        f"WARC-Type: {kind}",
        f"WARC-Record-ID: {record_id}",
        f"WARC-Date: {date}",
        *(f"{name}: {one_line(value)}" for name, value in headers if value),
        f"WARC-Block-Digest: {digest(*block)}",
        f"Content-Length: {sum(map(len, block))}",
    ]
    head = "\r\n".join(lines).encode("utf-8", "replace")
    return b"".join((head, b"\r\n\r\n", *block, b"\r\n\r\n"))


def fields(pairs: Headers) -> bytes:
    """A block of `application/warc-fields`: one `name: value` a line; those without a value are
    left out."""
    text = "".join(f"{name}: {one_line(value)}\r\n" for name, value in pairs if value)
    return text.encode("utf-8", "replace")


def one_line(value: str) -> str:
    """A value without line breaks."""
    return value.replace("\r", " ").replace("\n", " ")
