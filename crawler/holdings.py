"""Whether the WARC files that the database knows are there, by their names and lengths: a look that
costs nothing. Whether they are what they were, `scrapy verify` says."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from crawler.archive.audit import listed_files, names_of_files
from crawler.archive.captures import count_captures
from crawler.archive.database import WARC_FOLDER
from crawler.archive.losses import noted_files
from crawler.bundled import PROGRAM
from crawler.warc.presence import size_of

_SHOWN = 10
"""Files that are named one by one."""


@dataclass(frozen=True, slots=True)
class WrongFile:
    """A WARC file that is not as the database has it."""

    file: str
    """Name in the archive's `warc/` folder."""
    what: str
    """A clause of which the file is the subject."""
    captures: int
    """Captures whose records are in it."""
    noted_at: str | None
    """When `scrapy verify --refetch` noted it as it is now, ISO 8601, UTC; None: it did not."""


def wrong_files(connection: sqlite3.Connection, folder: Path) -> list[WrongFile]:
    """The files that are missing or have another length than they had when they were closed.

    folder: the archive's. A union of archives has none of its own, and theirs are not looked at.
    Raises sqlite3.Error.
    """
    if folder.is_file():
        return []
    listed = {each.name: each.bytes for each in listed_files(connection)}
    noted = noted_files(connection)
    found = []
    for name in sorted({*listed, *names_of_files(connection)}):
        size, said = size_of(folder / WARC_FOLDER, name), listed.get(name)
        if size is None:
            what = "is not there"
        elif said is not None and size != said:
            what = f"has {size:,} bytes, not {said:,}"
        else:
            continue
        known = noted.get(name)
        at = known.at if known is not None and known.file.bytes == size else None
        found.append(WrongFile(name, what, count_captures(connection, name), at))
    return found


def lines(found: list[WrongFile]) -> Iterator[str]:
    """The same for a person, a line for each file, and what to do; not many lines."""
    for each in found[:_SHOWN]:
        yield f"{WARC_FOLDER}/{each.file} {each.what} ({each.captures:,} captures are in it)"
    if len(found) > _SHOWN:
        yield f"… and {len(found) - _SHOWN:,} more WARC files are missing or have another length"
    if found:
        yield (
            "put copies of these files into the archive's warc/ folder; without any,"
            f" {PROGRAM} verify --refetch has the next crawl fetch their pages again"
        )
