"""What an answer of a web archive holds: the record of a capture, or why it holds none."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from crawler.mementos.answer import AsSent, has_digest, memento, with_provenance
from crawler.mementos.cdx import Listed
from crawler.mementos.collections import record_url
from crawler.mementos.endpoint import Endpoint
from crawler.reasons import Reason, because
from crawler.urls import story_key
from crawler.warc.dates import warc_moment
from crawler.warc.http import message_in, payload
from crawler.warc.members import DamagedError
from crawler.warc.one import one_record
from crawler.warc.reader import Record

_ROOM = 1 << 20
"""Bytes that may come beyond a part of a file that is asked for."""


@dataclass(frozen=True, slots=True)
class Asking:
    """How a capture is asked for."""

    url: str
    headers: tuple[tuple[str, str], ...] = ()
    most_bytes: int | None = None
    """Bytes of body beyond which nothing more is taken; None for the usual limit."""


def asking(endpoint: Endpoint, data: str, listed: Listed) -> Asking | None:
    """How a listed capture is asked for; None where the index says nothing usable. data: where
    Common Crawl's files are."""
    if endpoint.dialect != "commoncrawl":
        return Asking(endpoint.memento(listed.timestamp, listed.url))
    url = record_url(data, listed)
    if url is None:
        return None
    last = listed.offset + listed.length - 1
    headers = (("Range", f"bytes={listed.offset}-{last}"), ("Accept-Encoding", "identity"))
    return Asking(url, headers, listed.length + _ROOM)


def record_in(
    endpoint: Endpoint, listed: Listed, sent: AsSent, plain: bytes, status: int, source: str,
    now: datetime,
) -> tuple[Record, bool] | Reason:  # fmt: skip
    """The record that an answer holds, and whether its payload has surely not the listed digest; or
    why it holds none. plain: the body without content coding. source: the address that was asked
    for."""
    if endpoint.dialect == "commoncrawl":
        return _record_of_file(endpoint, listed, sent.body, status, source, now)
    made = memento(listed, sent, plain, source, endpoint.index, now)
    if made is None:
        gone = status in (404, 410)
        return because("memento_gone") if gone else because("no_memento", status)
    try:
        return one_record(made.data, "memento.warc"), made.differs
    except DamagedError as error:
        return because("damaged_record", error)


def _record_of_file(
    endpoint: Endpoint, listed: Listed, body: bytes, status: int, source: str, now: datetime
) -> tuple[Record, bool] | Reason:
    """The record in a part of a WARC file."""
    if status in (404, 410):
        return because("memento_gone")
    if status == 200:  # all of the file: its server gives no parts (RFC 9110, 14.2)
        body = body[listed.offset : listed.offset + listed.length]
    elif status != 206:
        return because("http_status", status)
    try:
        record = one_record(body, listed.filename or "")
        moment = warc_moment(record.date).strftime("%Y%m%d%H%M%S")
    except (DamagedError, ValueError) as error:
        return because("damaged_record", error)
    same = moment == listed.timestamp and story_key(record.url) == story_key(listed.url)
    if not same or record.kind not in ("response", "revisit"):
        return because("other_record")
    has = has_digest(payload(message_in(record)), listed.digest)
    headers = with_provenance(record.headers, source, endpoint.index, now)
    return replace(record, headers=headers), record.kind == "response" and has is False
