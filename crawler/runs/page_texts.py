"""The words of captured pages, read back from WARC, for comparing two captures of one page."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from crawler.archive.database import WARC_FOLDER
from crawler.archive.renderings import rendering_of
from crawler.archive.replay import capture_by_id, same_payload, whole_response
from crawler.errors import PageError
from crawler.extract.page import Document, shown_text, told_text
from crawler.history.beside import PageText
from crawler.kept_records import readable_record
from crawler.warc import http
from crawler.warc.members import DamagedError
from crawler.warc.reader import read_record
from crawler.warc.records import HTML

_MOST_BYTES = 2 * 1024 * 1024
"""Of a page that is compared: it is parsed in the process that stores."""


class PageTexts:
    """Reads the captures of an archive. folder: the archive's."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(self, connection: sqlite3.Connection, capture_id: int) -> PageText | None:
        """The words of a captured page; None where its record cannot be read, or is no page.
        Raises sqlite3.Error."""
        capture = whole_response(connection, capture_by_id(connection, capture_id))
        shown = rendering_of(connection, capture_id)
        try:
            if shown is not None:
                place = (shown.warc_file, shown.warc_offset, shown.warc_length)
                record = read_record(self._folder / WARC_FOLDER, *place)
                if len(record.block) >= _MOST_BYTES:
                    return None
                doc = Document(record.block, capture.url, HTML)
                return PageText(shown_text(doc), told_text(doc))
            others = same_payload(connection, capture)
            _, record, _ = readable_record(self._folder, [capture, *others])
            html = http.decoded(http.message_in(record), _MOST_BYTES)
            if len(html) >= _MOST_BYTES:
                return None
            doc = Document(html, capture.url, capture.content_type)
        except (DamagedError, PageError, OSError):
            return None
        return PageText(shown_text(doc), told_text(doc))
