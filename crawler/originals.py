"""The response that a new answer repeats: one that is in its WARC file still.

The database says which there were. What is lost there is not referred to, and nobody is asked
whether it has changed: it is fetched and written once more.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from crawler.archive.captures import last_response, responses_with
from crawler.archive.database import WARC_FOLDER
from crawler.items import Reference
from crawler.warc.presence import is_there


def same_payload(
    connection: sqlite3.Connection, folder: Path, payload_digest: str
) -> Reference | None:
    """A whole response with this payload, of whatever URL and run. folder: the archive's. Raises
    sqlite3.Error."""
    for found, place in responses_with(connection, payload_digest):
        if is_there(folder / WARC_FOLDER, *place, found.record_id):
            return found
    return None


def still_holds(connection: sqlite3.Connection, folder: Path, url: str) -> Reference | None:
    """The response with what a URL last answered in full, or another one with the same payload.
    folder: the archive's. Raises sqlite3.Error."""
    last = last_response(connection, url)
    if last is None:
        return None
    found, place, payload_digest = last
    if is_there(folder / WARC_FOLDER, *place, found.record_id):
        return found
    return same_payload(connection, folder, payload_digest)
