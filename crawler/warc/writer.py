"""Writing WARC files: one gzip member a record, files of a bounded size."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import Self

from isal import igzip

from crawler.items import Capture, Reference, Rendering
from crawler.times import utc
from crawler.warc.exchange import Exchange, exchange_records
from crawler.warc.provenance import rendering_record
from crawler.warc.records import (
    FIELDS,
    Headers,
    digest,
    fields,
    new_id,
    one_line,
    record,
    warc_date,
)

MAX_FILE_BYTES = 1 << 30
"""A file is closed and the next one begun when it has grown past this: 1 GiB, as ISO 28500, annex
C.1 suggests."""
OPEN = ".open"
"""Ends the name of the file that is being written."""

# Level 2 of igzip: a tenth of zlib's time for a sixth more bytes.
GZIP_LEVEL = 2


@dataclass(frozen=True, slots=True)
class ClosedFile:
    """A WARC file to which nothing is written any more."""

    name: str
    bytes: int
    records: int
    captures: int
    """Responses and revisits among them."""
    sha256: str
    """Of the whole file, hexadecimal."""


class WarcWriter:
    """Appends records to files `<prefix>-<time>-<serial>.warc.gz` in a folder.

    The file that is being written has `.open` behind its name. Nothing is created before the first
    record. Records are on disk after `sync()`.
    """

    def __init__(
        self, folder: Path, *, prefix: str, info: Headers, max_bytes: int = MAX_FILE_BYTES
    ) -> None:
        """prefix: first part of the file names. info: fields of each file's warcinfo record."""
        self.folder = folder
        self.prefix = prefix
        self.closed: list[ClosedFile] = []
        """Files that were closed; whoever has noted them takes them out."""
        self._info = list(info)
        self._max_bytes = max_bytes
        self._started = datetime.now(UTC).strftime("%Y%m%d%H%M%S%f")[:17]
        self._serial = 0
        self._file: FileIO | None = None
        self.name = ""
        """Final name of the file that is being written; empty if none is."""
        self._warcinfo = ""
        self._records = self._captures = 0
        self._sha256 = hashlib.sha256()
        self._dirty = False

    def write(self, exchange: Exchange, original: Reference | None = None) -> Capture:
        """Write the records of an exchange and say where its answer is.

        original: the response that this one repeats; then a `revisit` is written. Raises OSError
        where the disk refuses.
        """
        self._ready()
        capture, records = exchange_records(exchange, original, self._warcinfo)
        name = self.name
        (offset, length), *_ = self._append_all(records)
        self._captures += 1
        return replace(capture, warc_file=name, warc_offset=offset, warc_length=length)

    def write_other(self, kind: str, headers: Headers, block: bytes) -> str:
        """Write a record that is no exchange: metadata, conversion, resource; returns its
        WARC-Record-ID. Raises OSError."""
        self._ready()
        record_id = new_id()
        self._append_other(kind, record_id, datetime.now(UTC), headers, block)
        return record_id

    def write_rendering(self, capture: Capture, made_by: str, html: bytes) -> Rendering:
        """Write what a browser showed of a capture, and say where it is. Raises OSError."""
        self._ready()
        kind, headers, block = rendering_record(capture, made_by, html)
        record_id, now, name = new_id(), datetime.now(UTC), self.name
        offset, length = self._append_other(kind, record_id, now, headers, block)
        return Rendering(
            record_id, utc(now, exact=True), one_line(made_by), digest(html), len(html), name,
            offset, length,
        )  # fmt: skip

    def _append_other(
        self, kind: str, record_id: str, now: datetime, headers: Headers, block: bytes
    ) -> tuple[int, int]:
        headers = [("WARC-Warcinfo-ID", self._warcinfo), *headers]
        (place,) = self._append_all([record(kind, record_id, warc_date(now), headers, block)])
        return place

    def write_copy(self, data: bytes, *, is_capture: bool) -> tuple[str, int, int]:
        """Write a whole record of another file as it is; returns file, offset and length.

        is_capture: whether it is a response or a revisit. Raises OSError.
        """
        self._ready()
        name = self.name
        ((offset, length),) = self._append_all([data])
        self._captures += is_capture
        return name, offset, length

    def sync(self) -> None:
        """Put on disk what was written; call it before the database refers to it."""
        if self._file is not None and self._dirty:
            os.fsync(self._file.fileno())
            self._dirty = False

    def close(self) -> None:
        """Sync and end the open file: it gets its final name. Raises OSError."""
        if self._file is None:
            return
        self.sync()
        size = self._file.tell()
        self._file.close()
        self._file = None
        finish(self.folder / (self.name + OPEN))
        self.closed.append(
            ClosedFile(self.name, size, self._records, self._captures, self._sha256.hexdigest())
        )
        self.name = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _ready(self) -> None:
        """Have a file open that has room; what belongs together is written into one file."""
        if self._file is not None and self._file.tell() >= self._max_bytes:
            self.close()
        if self._file is None:
            self._open()

    def _append_all(self, records: Iterable[bytes]) -> list[tuple[int, int]]:
        """Write records, all or none; returns offset and length of the gzip member of each."""
        assert self._file is not None
        members = [igzip.compress(data, compresslevel=GZIP_LEVEL, mtime=0) for data in records]
        begin = offset = self._file.tell()
        places = []
        for member in members:
            places.append((offset, len(member)))
            offset += len(member)
        data = b"".join(members)
        try:
            _write_all(self._file, data)
        except OSError:
            # What did fit is no record: whatever comes next must not stand behind it.
            with contextlib.suppress(OSError):
                self._file.truncate(begin)
                self._file.seek(begin)
            raise
        self._sha256.update(data)
        self._records += len(members)
        self._dirty = True
        return places

    def _open(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._serial += 1
        self.name = f"{self.prefix}-{self._started}-{self._serial:05d}.warc.gz"
        # "x": a file that is there already is never written over
        # unbuffered: what a record's write does not raise, the record has
        self._file = (self.folder / (self.name + OPEN)).open("xb", buffering=0)
        self._sha256, self._records, self._captures = hashlib.sha256(), 0, 0
        self._warcinfo = new_id()
        headers = [("WARC-Filename", self.name), ("Content-Type", FIELDS)]
        date = warc_date(datetime.now(UTC))
        self._append_all([record("warcinfo", self._warcinfo, date, headers, fields(self._info))])
        sync_folder(self.folder)


def finish(path: Path) -> Path:
    """Give a file that was being written its final name, durably; returns it. Raises OSError."""
    final = path.with_name(path.name.removesuffix(OPEN))
    path.rename(final)
    sync_folder(path.parent)
    return final


def sync_file(path: Path) -> None:
    """Put a file on disk that another program wrote. Raises OSError."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Put a folder's list of names on disk, where the system can. Raises OSError."""
    if os.name != "nt":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _write_all(file: FileIO, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        written = file.write(rest)
        rest = rest[written or 0 :]
