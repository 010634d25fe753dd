"""What a web archive answers for a capture, as the WARC record that the capture was."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from uuid import NAMESPACE_URL, uuid5

from crawler.items import Capture
from crawler.mementos.cdx import Listed, is_time
from crawler.warc.digests import agrees, hasher
from crawler.warc.http import Message, parse
from crawler.warc.records import HTTP_RESPONSE, SAME_PAYLOAD, record, warc_date

_ORIGINAL = "x-archive-orig-"
_SHA1 = re.compile(r"[A-Z2-7]{32}", re.IGNORECASE)
_REPLAYED = re.compile(r"/(\d{14})(?:[a-z]{2}_)?/(https?:/?/?.+)", re.IGNORECASE)
# What replay servers add of their own.
_OF_REPLAY = frozenset(
    {"memento-datetime", "content-location", "preference-applied", "vary", "server-timing",
     "date", "server", "connection", "keep-alive", "transfer-encoding", "content-length",
     "alt-svc", "strict-transport-security", "permissions-policy"}
)  # fmt: skip
# What has to fit the body that is kept.
_OF_BODY = frozenset({"content-length", "content-encoding", "transfer-encoding"})


@dataclass(frozen=True, slots=True)
class AsSent:
    """An answer as it came over the wire."""

    head: bytes
    """Status line, headers and the empty line."""
    body: bytes
    """Without transfer coding, with its content coding."""
    truncated: str | None = None
    """Why not all of it came, if it did not."""


@dataclass(frozen=True, slots=True)
class Made:
    """A WARC record of a capture, and what there is to say of it."""

    data: bytes
    """The record, not compressed."""
    differs: bool = False
    """Whether the payload is surely not the one that the index has the digest of."""


def moment_of(message: Message) -> datetime | None:
    """When a capture that an archive answers with was made (RFC 7089, 2.1.1); None where it does
    not say so: then the answer is the archive's own."""
    try:
        moment = parsedate_to_datetime(message.get("Memento-Datetime") or "")
        if moment.tzinfo is None:
            return moment.replace(tzinfo=UTC)
        return moment.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        return None


def leads_elsewhere(sent: AsSent, listed: Listed) -> str | None:
    """The 14 digits of the capture that an archive sends to, or gives, in place of the listed one;
    None where it gives what was asked for, or none at all.

    Replay servers lead to the nearest capture where they do not have one of that very second.
    """
    message = parse(sent.head)
    moment = moment_of(message)
    if moment is not None:
        digits = f"{moment:%Y%m%d%H%M%S}".zfill(14)
        return digits if digits != listed.timestamp else None
    location = message.get("Location") or ""
    if not 300 <= (message.status or 0) < 400:
        return None
    found = _REPLAYED.search(location)
    if found is None or found[1] == listed.timestamp or not is_time(found[1]):
        return None
    return found[1]


def memento(
    listed: Listed, sent: AsSent, plain: bytes, source: str, collection: str, now: datetime
) -> Made | None:
    """The `response` record of a capture; None where the answer is none, but the archive's own.

    plain: the body without content coding. source: the address that was asked for. collection: the
    archive's. Kept is the body that has the listed digest: as it came, or without a coding that the
    archive's server has put on. Its headers are the original's, as far as the server tells them.
    """
    message = parse(sent.head)
    if moment_of(message) is None or message.status is None:
        return None
    body, differs = sent.body, False
    is_sent = has_digest(sent.body, listed.digest)
    if is_sent is False:
        differs = not has_digest(plain, listed.digest)
        body = sent.body if differs else plain
    elif (
        is_sent is None
        and message.get(_ORIGINAL + "content-encoding") is None
        and _is_described(message)
    ):
        body = plain  # the original had no coding, as its own headers say
    is_coded = body is sent.body and message.get("Content-Encoding") is not None
    head = _head(message, len(body), is_coded=is_coded)
    headers = [
        ("WARC-Target-URI", listed.url),
        *_provenance(source, collection, now),
        ("Content-Type", HTTP_RESPONSE),
    ]
    date = warc_date(datetime.fromisoformat(listed.captured_at))
    return Made(record("response", _name(source), date, headers, head, body), differs)


def repeated(
    listed: Listed, original: Capture, source: str, collection: str, now: datetime
) -> bytes:
    """The `revisit` record of a capture that has, by the index, the payload of another one of the
    same address. It has no head: nobody has asked for it."""
    headers = [
        ("WARC-Target-URI", listed.url),
        *_provenance(source, collection, now),
        ("WARC-Payload-Digest", original.payload_digest),
        ("WARC-Profile", SAME_PAYLOAD),
        ("WARC-Refers-To", original.record_id),
        ("WARC-Refers-To-Target-URI", original.url),
        ("WARC-Refers-To-Date", warc_date(datetime.fromisoformat(original.fetched_at))),
        ("WARC-Truncated", "length"),
        ("Content-Type", HTTP_RESPONSE),
    ]
    date = warc_date(datetime.fromisoformat(listed.captured_at))
    return record("revisit", _name(source), date, headers, b"")


def _provenance(source: str, collection: str, now: datetime) -> list[tuple[str, str]]:
    """Named fields that say where a record is from: `WARC-Source-URI` and `WARC-Creation-Date` as
    pywb's recorder has them, and the archive's CDX server or collection."""
    return [
        ("WARC-Source-URI", source),
        ("WARC-Source-Collection", collection),
        ("WARC-Creation-Date", warc_date(now)),
    ]


def _name(source: str) -> str:
    """A WARC-Record-ID that is the same whenever a capture is fetched."""
    return f"<urn:uuid:{uuid5(NAMESPACE_URL, source)}>"


def _is_described(message: Message) -> bool:
    """Whether a server tells the original's headers apart from its own."""
    return any(_own(name).startswith(_ORIGINAL) for name, _ in message.headers)


def _head(message: Message, length: int, *, is_coded: bool) -> bytes:
    """The head of the original answer, with headers that fit the body that is kept."""
    originals = [(n[len(_ORIGINAL) :], v) for n, v in message.headers if _begins(n, _ORIGINAL)]
    # the Internet Archive repeats all headers so, and adds many; pywb those alone that would not
    # fit any more, and gives the others as they were
    is_repeated = message.get("X-Archive-Src") is not None
    kept: list[tuple[bytes, bytes]] = []
    for name, value in message.headers:
        own = _own(name)
        if own.startswith("x-archive-") or own in _OF_REPLAY or own in _OF_BODY:
            continue
        if own == "link" and b'rel="original"' in value.replace(b" ", b""):
            continue
        if is_repeated and own not in ("content-type", "location"):
            continue
        if is_repeated and any(_own(each) == own for each, _ in originals):
            continue
        kept.append((name, _unreplayed(value) if own == "location" else value))
    kept += [
        (name, _unreplayed(value) if _own(name) == "location" else value)
        for name, value in originals
        if _own(name) not in _OF_BODY
    ]
    was = {_own(name): value for name, value in originals}
    if is_coded:
        kept.append((b"Content-Encoding", (message.get("Content-Encoding") or "").encode()))
    elif (coding := was.get("content-encoding")) is not None:
        kept.append((b"X-Archive-Orig-Content-Encoding", coding))
    if (transfer := was.get("transfer-encoding")) is not None:
        kept.append((b"X-Archive-Orig-Transfer-Encoding", transfer))
    kept.append((b"Content-Length", str(length).encode()))
    lines = [message.start_line, *(name + b": " + value for name, value in kept)]
    return b"\r\n".join(lines) + b"\r\n\r\n"


def _unreplayed(location: bytes) -> bytes:
    """The target of a redirect as the original answer had it."""
    found = _REPLAYED.search(location.decode("latin-1"))
    return location if found is None else found[2].encode("latin-1", "replace")


def _begins(name: bytes, prefix: str) -> bool:
    return _own(name).startswith(prefix)


def _own(name: bytes) -> str:
    return name.decode("latin-1").lower()


def is_digest(listed: str | None) -> bool:
    """Whether a digest that an index has is of a kind that can be compared with a payload: some
    have one word for all."""
    return has_digest(b"", listed) is not None


def has_digest(data: bytes, listed: str | None) -> bool | None:
    """Whether a payload has the digest that an index has; None where that is of a kind that tells
    nothing."""
    wanted = f"sha1:{listed}" if _SHA1.fullmatch(listed or "") else listed or ""
    found = hasher(wanted)
    if found is None:
        return None
    found.update(data)
    return agrees(wanted, found.digest())


def with_provenance(
    headers: Iterable[tuple[str, str]], source: str, collection: str, now: datetime
) -> tuple[tuple[str, str], ...]:
    """The named fields of another program's record, with where it is from."""
    added = _provenance(source, collection, now)
    own = {name.lower() for name, _ in added}
    return (*(each for each in headers if each[0].lower() not in own), *added)
