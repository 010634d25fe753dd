"""The captures of one address, for whoever wants to see the page as it was."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from crawler.archive.keys import url_key
from crawler.errors import MissingError
from crawler.reservations import Reservation, from_json
from crawler.urls import normalise, story_key

_CAPTURES = """
SELECT u.url, c.fetched_at, c.status, c.content_type, c.payload_digest, c.payload_bytes,
    c.record_id, c.warc_file, c.warc_offset, c.warc_length, c.record_type, c.location, c.truncated,
    c.refers_to_id, (SELECT v.verdict FROM verdicts v WHERE v.capture_id = c.id),
    c.reservations
FROM captures c JOIN urls u ON u.id = c.url_id
"""


@dataclass(frozen=True, slots=True)
class KeptCapture:
    """A capture and where its record is."""

    url: str
    fetched_at: str
    """ISO 8601, UTC, to the microsecond."""
    status: int
    content_type: str | None
    payload_digest: str
    payload_bytes: int
    record_id: str
    warc_file: str
    warc_offset: int
    warc_length: int
    record_type: str
    location: str | None
    truncated: str | None
    refers_to_id: int | None
    verdict: str | None
    """What it is that is no state of the story known at its address: `wall`, `outage`, …"""
    reservations: tuple[Reservation, ...] = ()
    """What the publisher states of the rights in it."""


def _kept(row: Sequence[Any]) -> KeptCapture:
    return KeptCapture(*(*row[:-1], from_json(row[-1])))


def captures_of(connection: sqlite3.Connection, url: str) -> list[KeptCapture]:
    """The captures of an address, oldest first.

    Where the address itself was not captured, those of its other spellings are taken: with and
    without `www.` and the last slash, http and https. Raises MissingError where there are none,
    sqlite3.Error.
    """
    spelled = normalise(url) or url
    rows = connection.execute(
        f"{_CAPTURES} WHERE u.url IN (?, ?) ORDER BY c.fetched_at, c.id", (url, spelled)
    ).fetchall()
    if not rows:
        key = story_key(spelled)
        rows = [
            row
            for row in connection.execute(
                f"{_CAPTURES} WHERE u.key = ? ORDER BY c.fetched_at, c.id", (url_key(spelled),)
            )
            if story_key(row[0]) == key
        ]
    if not rows:
        raise MissingError(_why_missing(connection, url, spelled))
    return [_kept(row) for row in rows]


def captures_of_article(connection: sqlite3.Connection, article_id: int) -> list[KeptCapture]:
    """The captures of all addresses that lead to a story, oldest first. Raises sqlite3.Error."""
    rows = connection.execute(
        f"{_CAPTURES} WHERE u.article_id = ? ORDER BY c.fetched_at, c.id", (article_id,)
    )
    return [_kept(row) for row in rows]


def capture_by_id(connection: sqlite3.Connection, capture_id: int) -> KeptCapture:
    """A capture by its key. Raises sqlite3.Error."""
    return _kept(connection.execute(f"{_CAPTURES} WHERE c.id = ?", (capture_id,)).fetchone())


def whole_response(connection: sqlite3.Connection, capture: KeptCapture) -> KeptCapture:
    """The response that has a capture's payload: itself, or what it repeats. Raises
    sqlite3.Error."""
    if capture.refers_to_id is None:
        return capture
    row = connection.execute(f"{_CAPTURES} WHERE c.id = ?", (capture.refers_to_id,)).fetchone()
    return _kept(row) if row else capture


def same_payload(connection: sqlite3.Connection, capture: KeptCapture) -> list[KeptCapture]:
    """Other responses with a capture's payload, those of its own address first, then the newest.
    Raises sqlite3.Error."""
    rows = connection.execute(
        f"{_CAPTURES} WHERE c.payload_digest = ? AND c.record_type = 'response'"
        " AND c.truncated IS NULL AND c.payload_bytes > 0 AND c.record_id <> ?"
        " ORDER BY u.url = ? DESC, c.id DESC",
        (capture.payload_digest, capture.record_id, capture.url),
    )
    return [_kept(row) for row in rows]


def _why_missing(connection: sqlite3.Connection, url: str, spelled: str) -> str:
    row = connection.execute(
        "SELECT state, reason FROM urls WHERE url IN (?, ?)", (url, spelled)
    ).fetchone()
    if row is None:
        return f"{url} is not in this archive, and no source has told of it"
    state, reason = row
    return f"{url} was never captured: it is {state}{f' ({reason})' if reason else ''}"
