"""What revisits repeat, however they say so."""

from __future__ import annotations

import sqlite3

from crawler.archive.captures import capture_with, captured_at_moment, response_with
from crawler.items import Capture
from crawler.warc.dates import warc_moment
from crawler.warc.http import parse
from crawler.warc.reader import Record


class Originals:
    """The responses that revisits may repeat: those in the archive, and those that wait to be
    stored."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._waiting: dict[str, Capture] = {}
        self._same_url: dict[str, dict[str, Capture]] = {}
        self._same_payload: dict[str, Capture] = {}

    def add(self, capture: Capture) -> None:
        """Take a capture that is not stored yet."""
        self._waiting[capture.record_id] = capture
        if capture.record_type == "response":
            self._same_url.setdefault(capture.url, {})[capture.record_id] = capture
            self._same_payload.setdefault(capture.payload_digest, capture)

    def stored(self, capture: Capture) -> None:
        """A capture is in the archive now."""
        if self._waiting.pop(capture.record_id, None) is None:
            return
        same = self._same_url.get(capture.url, {})
        same.pop(capture.record_id, None)
        if not same:
            self._same_url.pop(capture.url, None)
        first = self._same_payload.get(capture.payload_digest)
        if first is not None and first.record_id == capture.record_id:
            del self._same_payload[capture.payload_digest]

    def get(self, record_id: str | None) -> Capture | None:
        """The capture with a WARC-Record-ID. Raises sqlite3.Error."""
        if not record_id:
            return None
        return self._waiting.get(record_id) or capture_with(self._connection, record_id)

    def of(self, record: Record) -> Capture | None:
        """The response that a revisit repeats: the one that it names, the one of an address and a
        time, or any with the same payload. None if it is not here. Raises sqlite3.Error."""
        said = "" if _not_modified(record) else record.get("WARC-Payload-Digest") or ""
        named = self.get(record.get("WARC-Refers-To"))
        if named is not None and named.record_type == "revisit":
            named = self.get(named.refers_to)
        if named is not None and named.record_type == "response" and not _differ(named, said):
            return named
        url, date = record.get("WARC-Refers-To-Target-URI"), record.get("WARC-Refers-To-Date")
        found = self._at((url or record.url).strip("<>"), date, said) if date else None
        return found or (self._with(said) if said else None)

    def _at(self, url: str, date: str, said: str) -> Capture | None:
        try:
            moment = warc_moment(date).isoformat(timespec="microseconds")
        except ValueError:
            return None
        whole = moment[20:26] == "000000"
        for each in self._same_url.get(url, {}).values():
            same = each.fetched_at[:19] == moment[:19] if whole else each.fetched_at == moment
            if same and not _differ(each, said):
                return each
        known = captured_at_moment(self._connection, url, moment, to_the_second=whole)
        return None if known is None or _differ(known, said) else known

    def _with(self, payload_digest: str) -> Capture | None:
        known = response_with(self._connection, payload_digest)
        if known is None:
            return self._same_payload.get(payload_digest)
        return self.get(known.record_id)


def _not_modified(record: Record) -> bool:
    """Whether a revisit is of "304 Not Modified": if it has a digest, that is of nothing."""
    profile = (record.get("WARC-Profile") or "").lower()
    return "not-modified" in profile or parse(record.block).status == 304


def _differ(capture: Capture, digest: str) -> bool:
    """Whether a capture has surely another payload than a revisit says: by a digest of the same
    algorithm and spelling."""
    known, said = capture.payload_digest.upper(), digest.upper()
    alike = known.partition(":")[0] == said.partition(":")[0] and len(known) == len(said)
    return alike and known != said
