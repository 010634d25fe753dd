"""Records of an archive's captures, read back from its WARC files."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable
from pathlib import Path

from crawler.archive import replay
from crawler.archive.renderings import rendering_of_record
from crawler.archive.replay import KeptCapture
from crawler.archive.union import warc_place
from crawler.bundled import PROGRAM
from crawler.errors import DamageError
from crawler.items import Rendering
from crawler.warc import http
from crawler.warc.digests import agrees, hasher
from crawler.warc.members import DamagedError
from crawler.warc.reader import Record, read_record


def readable_record(
    folder: Path, captures: Iterable[KeptCapture]
) -> tuple[KeptCapture, Record, str]:
    """The first of some captures whose record can be read, the record, and why those before it
    cannot; "" for the first. folder: the archive's. Raises DamagedError where none can."""
    why = ""
    seen: set[str] = set()
    for each in captures:
        if each.record_id in seen:
            continue
        seen.add(each.record_id)
        try:
            warc, name = warc_place(folder, each.warc_file)
            record = read_record(warc, name, each.warc_offset, each.warc_length)
            return each, record, why
        except DamagedError as error:
            why = why or str(error)
        except OSError as error:
            why = why or f"{each.warc_file}: {error.strerror}"
    raise DamagedError(why)


def shown_of(
    folder: Path, connection: sqlite3.Connection, record_id: str
) -> tuple[Rendering, bytes] | None:
    """What a browser showed of a capture, by its WARC-Record-ID, in UTF-8; None where none did.
    Raises DamageError where its record cannot be read, sqlite3.Error."""
    found = rendering_of_record(connection, record_id)
    if found is None:
        return None
    try:
        where, name = warc_place(folder, found.warc_file)
        return found, read_record(where, name, found.warc_offset, found.warc_length).block
    except (DamagedError, OSError) as error:
        why = getattr(error, "strerror", None) or error
        raise DamageError(
            f"what a browser showed, in {found.warc_file}, cannot be read: {why}. {PROGRAM} verify"
            " says more"
        ) from None


def message_of(folder: Path, connection: sqlite3.Connection, capture: KeptCapture) -> http.Message:
    """The response that a capture is of; of a revisit, the one that it repeats. Raises DamageError
    where neither its record nor another one with the same payload can be read, sqlite3.Error."""
    response = replay.whole_response(connection, capture)
    others = replay.same_payload(connection, response)
    try:
        kept, record, _ = readable_record(folder, [response, *others])
        message = http.message_in(record)
        found = hasher(response.payload_digest) or hashlib.sha256()
        found.update(http.payload(message))
        if not agrees(response.payload_digest, found.digest()):
            raise DamagedError(
                f"{kept.warc_file}, byte {kept.warc_offset:,}: its digest is another"
            )
    except DamagedError as error:
        raise DamageError(
            f"the body of {capture.url}, captured {capture.fetched_at}, cannot be read:"
            f" {error}. {PROGRAM} verify says more"
        ) from None
    return message
