"""Records of an archive's captures, read back from its WARC files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from crawler.archive.database import WARC_FOLDER
from crawler.archive.replay import KeptCapture
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
            record = read_record(
                folder / WARC_FOLDER, each.warc_file, each.warc_offset, each.warc_length
            )
            return each, record, why
        except DamagedError as error:
            why = why or str(error)
        except OSError as error:
            why = why or f"{each.warc_file}: {error.strerror}"
    raise DamagedError(why)
