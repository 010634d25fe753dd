"""What the robots.txt and tdmrep.json among the records of WARC files say of the pages there."""

from __future__ import annotations

import contextlib
from pathlib import Path

from crawler.errors import PageError
from crawler.items import Capture
from crawler.reservations import Reservation, SiteReservations, is_site_wide
from crawler.runs.originals import Originals
from crawler.warc.http import decoded, message_in
from crawler.warc.members import DamagedError
from crawler.warc.reader import Record, read_record


class HostFiles:
    """Those files as they were met, in the order of the records: as in a crawl, a file counts for
    the pages behind it."""

    def __init__(self, folder: Path, originals: Originals) -> None:
        """folder: that of the archive's WARC files."""
        self._folder = folder
        self._originals = originals
        self._site = SiteReservations()

    def take(self, capture: Capture, record: Record) -> None:
        """Take a capture that may be one of them."""
        if not is_site_wide(capture.url):
            return
        with contextlib.suppress(DamagedError, PageError, OSError):
            if capture.record_type == "revisit":
                held = self._originals.get(capture.refers_to)
                if held is None:
                    return
                record = read_record(
                    self._folder, held.warc_file, held.warc_offset, held.warc_length
                )
            self._site.note(capture.url, capture.status, decoded(message_in(record)))

    def of(self, capture: Capture) -> tuple[Reservation, ...]:
        """What they say of a capture."""
        return self._site.of(capture.url, capture.status)
