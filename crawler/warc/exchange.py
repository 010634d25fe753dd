"""One HTTP exchange as WARC records: response or revisit, and request."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from crawler.items import Capture, Reference, Truncation
from crawler.reservations import Reservation
from crawler.times import utc
from crawler.warc.records import (
    HTTP_REQUEST,
    HTTP_RESPONSE,
    NOT_MODIFIED,
    SAME_PAYLOAD,
    digest,
    new_id,
    record,
    warc_date,
)

_TRANSFER_ENCODING = re.compile(rb"^transfer-encoding(?=[ \t]*:)", re.IGNORECASE | re.MULTILINE)
_CONTENT_TYPE = re.compile(rb"^content-type[ \t]*:[ \t]*([^\r\n]*)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True)
class Exchange:
    """A request and the answer to it, as they went over the wire."""

    url: str
    response_head: bytes
    """Status line, header lines and the empty line, each with its own line ending."""
    body: bytes
    """The entity body with its content coding; without transfer coding, unless `verbatim`."""
    fetched_at: datetime
    """UTC: when the request was sent."""
    request_head: bytes = b""
    """The same of the request; empty if nobody knows it."""
    fetch_ms: int | None = None
    ip: str | None = None
    """Of the server."""
    truncated: Truncation | None = None
    location: str | None = None
    """Absolute target of a redirect."""
    verbatim: bytes | None = None
    """The body with its transfer coding, if that is what is to be kept."""
    reservations: tuple[Reservation, ...] = ()

    @cached_property
    def status(self) -> int:
        """HTTP status code."""
        parts = self.response_head.split(None, 2)
        return int(parts[1])

    @cached_property
    def payload_digest(self) -> str:
        """Of the entity body, transfer coding removed."""
        return digest(self.body)

    @cached_property
    def content_type(self) -> str | None:
        """The header, as sent."""
        found = _CONTENT_TYPE.search(self.response_head)
        return found[1].strip().decode("latin-1") if found else None


def exchange_records(
    exchange: Exchange, original: Reference | None, warcinfo: str
) -> tuple[Capture, list[bytes]]:
    """The records of an exchange: its response, or the revisit in its place, and its request.

    original: the response that has the same payload, or, of a 304, the one that still holds.
    warcinfo: WARC-Record-ID of the file's first record.

    Returns the capture, which does not know its place in a file yet, and the records in order.
    """
    date, record_id = warc_date(exchange.fetched_at), new_id()
    not_modified = exchange.status == 304
    head = exchange.response_head
    if exchange.verbatim is None:
        head = _TRANSFER_ENCODING.sub(b"X-Archive-Orig-Transfer-Encoding", head)
    payload = exchange.body if exchange.verbatim is None else exchange.verbatim
    common = [
        ("WARC-Target-URI", exchange.url),
        ("WARC-IP-Address", exchange.ip),
        ("WARC-Warcinfo-ID", warcinfo),
    ]
    digested = None if not_modified and original else exchange.payload_digest
    headers = [*common, ("WARC-Payload-Digest", digested)]
    if original is not None:
        headers += [
            ("WARC-Profile", NOT_MODIFIED if not_modified else SAME_PAYLOAD),
            ("WARC-Refers-To", original.record_id),
            ("WARC-Refers-To-Target-URI", original.url),
            ("WARC-Refers-To-Date", warc_date(datetime.fromisoformat(original.fetched_at))),
            # ISO 28500, 6.7.2: the payload is left out, and that is said
            ("WARC-Truncated", None if not_modified else "length"),
        ]
        payload = b""
    else:
        headers.append(("WARC-Truncated", exchange.truncated))
    kind = "response" if original is None else "revisit"
    headers.append(("Content-Type", HTTP_RESPONSE))
    records = [record(kind, record_id, date, headers, head, payload)]
    if exchange.request_head:
        headers = [
            *common,
            ("WARC-Concurrent-To", record_id),
            ("Content-Type", HTTP_REQUEST),
        ]
        records.append(record("request", new_id(), date, headers, exchange.request_head))
    capture = Capture(
        url=exchange.url,
        fetched_at=utc(exchange.fetched_at, exact=True),
        status=exchange.status,
        content_type=exchange.content_type,
        payload_digest=exchange.payload_digest,
        payload_bytes=len(exchange.body),
        record_id=record_id,
        warc_file="",
        warc_offset=0,
        warc_length=0,
        location=exchange.location,
        record_type="response" if original is None else "revisit",
        refers_to=original.record_id if original else None,
        truncated=exchange.truncated,
        fetch_ms=exchange.fetch_ms,
        reservations=exchange.reservations,
    )
    return capture, records


def rebuilt_head(
    version: str, status: int, phrase: str, headers: list[tuple[bytes, bytes]]
) -> bytes:
    """The head of an answer from what a client library leaves of it.

    version: `HTTP/1.1`. headers: in order, repeats included.
    """
    line = f"{version} {status} {phrase}".rstrip().encode("latin-1", "replace")
    lines = [line, *(name + b": " + _one_line(value) for name, value in headers)]
    return b"\r\n".join(lines) + b"\r\n\r\n"


def _one_line(value: bytes) -> bytes:
    return value.replace(b"\r", b" ").replace(b"\n", b" ")
