"""What the database has of a capture, beside what its record says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from crawler.archive.audit import StoredCapture
from crawler.text import clean
from crawler.warc.check import Checked
from crawler.warc.dates import warc_moment
from crawler.warc.http import Message, parse

_TRUNCATIONS = ("length", "time", "disconnect", "unspecified")
_TYPE = re.compile(rb"^content-type[ \t]*:[ \t]*([^\r\n]*)", re.IGNORECASE | re.MULTILINE)


def is_capture(checked: Checked) -> bool:
    """Whether the database should have a record: not the answers of DNS that others keep."""
    if checked.kind not in ("response", "revisit") or checked.http_head[:5] != b"HTTP/":
        return False
    return checked["warc-target-uri"].lower().strip("<").startswith(("http:", "https:"))


def pairs(
    stored: StoredCapture, checked: Checked, length: int
) -> Iterator[tuple[str, object, object]]:
    """What both say: its name, as the database has it, as the record has it. length: of the record
    with its compression, in bytes."""
    yield "warc_length", stored.warc_length, length
    yield "record_id", stored.record_id, checked["warc-record-id"]
    kind = "response" if checked.kind == "resource" else checked.kind
    yield "record_type", stored.record_type, kind
    yield "url", stored.url, checked["warc-target-uri"].strip("<>")
    yield "fetched_at", *same_moment(stored.fetched_at, checked["warc-date"])
    cut = checked["warc-truncated"] if kind == "response" else ""
    yield "truncated", stored.truncated, cut if cut in _TRUNCATIONS else None
    if checked.is_http and (checked.http_head.strip() or kind != "revisit"):
        head = parse(checked.http_head)
        yield "status", stored.status, head.status
        yield "content_type", *_same_type(stored.content_type, head)
    if checked["warc-payload-digest"]:
        yield "payload_digest", stored.payload_digest, checked["warc-payload-digest"]
    if kind == "response" and checked.payload_bytes is not None:
        yield "payload_bytes", stored.payload_bytes, checked.payload_bytes


def same_moment(stored: str, said: str) -> tuple[str, str]:
    """Two times, spelled alike if they are the same as far as a WARC-Date tells."""
    try:
        there = warc_moment(said)
        known = datetime.fromisoformat(stored)
    except ValueError:
        return stored, said
    if not there.microsecond:
        known = known.replace(microsecond=0)
    return (stored, stored) if known == there else (stored, said)


def _same_type(stored: str | None, head: Message) -> tuple[str | None, str | None]:
    """Two content types; of one that goes over several lines the first may be kept alone."""
    said = head.get("Content-Type")
    first = _TYPE.search(head.head)
    if first is not None and clean(first[1].strip().decode("latin-1")) == stored:
        return stored, stored
    return stored, said
