"""A long WARC file checked in parts, by several processes at once.

A part begins where the database has a capture. Only what is sound can be told from parts: where
anything at all is wrong, the file is read again from end to end, and what that finds counts. So
nothing depends on where it was cut.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from crawler.archive.audit import ListedFile, first_capture_from
from crawler.fixity.files import check_part, id_mark
from crawler.fixity.findings import FileFindings
from crawler.warc.check import read_record
from crawler.warc.walk import Source, members

PART = 1 << 26
"""Bytes of a part, about."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a closed file."""

    path: Path
    listed: ListedFile
    begin: int
    """Bytes from the file's start."""
    end: int | None
    """Likewise, where the next part begins; None for the last one, to which belongs what the
    database has behind the file's end, too."""
    warcinfo: str
    """WARC-Record-ID of the file's first record."""


@dataclass(slots=True)
class PartFindings:
    """What was found in a part."""

    found: FileFindings = field(default_factory=FileFindings)
    is_sound: bool = False
    """Whether nothing is wrong with it, and a record ends where it does."""
    ids: array[int] = field(default_factory=lambda: array("Q"))
    """Of each WARC-Record-ID 64 bits."""


def is_long(listed: ListedFile | None) -> bool:
    """Whether a file is long enough to be cut."""
    return listed is not None and listed.bytes >= 2 * PART


def parts_of(path: Path, listed: ListedFile | None, connection: sqlite3.Connection) -> list[Part]:
    """The parts of a file; none where it is short, or not the one that was closed, as far as its
    length tells. Raises OSError, sqlite3.Error."""
    if listed is None or not is_long(listed) or path.stat().st_size != listed.bytes:
        return []
    begins = [0]
    for at in range(PART, listed.bytes - PART // 2, PART):
        begin = first_capture_from(connection, listed.name, at)
        if begin is not None and begins[-1] < begin < listed.bytes:
            begins.append(begin)
    with path.open("rb") as file:
        first = next(members(Source(file)), None)
        warcinfo = read_record(first)["warc-record-id"] if first is not None else ""
    return [
        Part(path, listed, begin, end, warcinfo)
        for begin, end in zip(begins, [*begins[1:], None], strict=True)
    ]


def checked_part(
    part: Part, connection: sqlite3.Connection, note: Callable[[int], None]
) -> PartFindings:
    """Check a part. connection, note: as `check_file` has them. Raises OSError, sqlite3.Error."""
    check = check_part(
        part.path, part.listed, connection, note, part.begin, part.end, part.warcinfo
    )
    end = part.listed.bytes if part.end is None else part.end
    is_sound = check.found.report.sound and check.end == end
    return PartFindings(check.found, is_sound, array("Q", check.ids))


def digest_of(path: Path) -> tuple[int, str]:
    """Length and SHA-256 of a file. Raises OSError."""
    with path.open("rb") as file:
        return Source(file).digest()


def joined(
    listed: ListedFile, parts: Iterator[PartFindings], digest: tuple[int, str] | None
) -> FileFindings | None:
    """What was found in a file, of what was found in its parts, in order, and what its length and
    SHA-256 are; None where something is wrong, and the file is to be read from end to end."""
    whole, records = FileFindings(listed.name), 0
    ids: set[int] = set()
    sound = digest == (listed.bytes, listed.sha256)
    for part in parts:
        sound = sound and part.is_sound and ids.isdisjoint(part.ids)
        if not sound:
            continue
        ids.update(part.ids)
        records += part.found.report.counts["records"]
        whole.report.put(part.found.report)
        whole.comparisons.put(part.found.comparisons)
        whole.untold |= part.found.untold
        whole.told |= part.found.told
    if not sound or records != listed.records:
        return None
    # what one part has not told of its captures, another one may have
    whole.untold -= whole.told
    whole.told = {mark for mark in whole.told if id_mark(mark[1:]) not in ids}
    whole.report.counts.update(files=1, bytes=listed.bytes)
    return whole
