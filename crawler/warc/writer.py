"""Writing WARC 1.1 (ISO 28500:2017): one gzip member a record, through warcio."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import socket
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from io import BytesIO, FileIO
from pathlib import Path
from types import TracebackType
from typing import Self

from isal import igzip
from warcio.recordbuilder import RecordBuilder
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawler.items import Capture

MAX_FILE_BYTES = 1 << 30
"""A file is closed and the next one begun when it has grown past this: 1 GiB, as WARC 1.1, annex C
suggests."""

# Level 2 of igzip: a tenth of zlib's time for a sixth more bytes.
_GZIP_LEVEL = 2


class WarcWriter:
    """Appends records to files `<prefix>-<time>-<serial>.warc.gz` in a folder.

    Nothing is created before the first record. Records are on disk after `sync()`.
    """

    def __init__(self, folder: Path, *, prefix: str, software: str, user_agent: str) -> None:
        """prefix: first part of the file names. software, user_agent: for the warcinfo record."""
        self.folder = folder
        self.prefix = prefix
        self._info = {
            "software": software,
            "http-header-user-agent": user_agent,
            "format": "WARC File Format 1.1",
            "conformsTo": "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
            "robots": "RFC 9309",
            "hostname": socket.gethostname(),
        }
        self._builder = RecordBuilder(warc_version="WARC/1.1")
        self._started = datetime.now(UTC).strftime("%Y%m%d%H%M%S%f")[:17]
        self._serial = 0
        self._file: FileIO | None = None
        self._name = ""
        self._dirty = False

    def write_response(
        self,
        *,
        url: str,
        status_line: str,
        headers: Iterable[tuple[bytes, bytes]],
        body: bytes,
        fetched_at: datetime,
        ip: str | None = None,
        location: str | None = None,
    ) -> Capture:
        """Write a `response` record and say where it is.

        status_line: "200 OK". headers: as received, in order. body: the entity body with transfer
        coding removed and content coding kept; so a Transfer-Encoding header is kept under another
        name, for what is stored is no longer chunked. fetched_at: UTC. ip: the server's address.
        location: absolute target of a redirect, kept in the capture only.

        Raises OSError where the disk refuses.
        """
        headers = list(headers)
        head = b"HTTP/1.1 " + _one_line(status_line.encode("latin-1", "replace")) + b"\r\n"
        head += b"".join(_archived(name) + b": " + _one_line(v) + b"\r\n" for name, v in headers)
        block = head + b"\r\n" + body
        payload_digest = _digest(body)
        record_id = f"<urn:uuid:{uuid.uuid4()}>"
        warc_headers = [
            ("WARC-Type", "response"),
            ("WARC-Record-ID", record_id),
            ("WARC-Date", warc_date(fetched_at)),
            ("WARC-Target-URI", url),
            ("WARC-Payload-Digest", payload_digest),
            ("WARC-Block-Digest", _digest(block)),
        ]
        if ip:
            warc_headers.append(("WARC-IP-Address", ip))
        # No http_headers: warcio would write them anew, percent-encoding what is not ASCII.
        record = ArcWarcRecord(
            "warc",
            "response",
            StatusAndHeaders("", warc_headers, protocol="WARC/1.1"),
            BytesIO(block),
            None,
            "application/http; msgtype=response",
            len(block),
        )
        offset, length = self._append(record)
        content_type = next((v for k, v in headers if k.lower() == b"content-type"), None)
        return Capture(
            url=url,
            fetched_at=fetched_at.isoformat(timespec="microseconds"),
            status=int(status_line.split(" ", 1)[0]),
            content_type=content_type.decode("latin-1") if content_type is not None else None,
            payload_digest=payload_digest,
            payload_bytes=len(body),
            record_id=record_id,
            warc_file=self._name,
            warc_offset=offset,
            warc_length=length,
            location=location,
        )

    def sync(self) -> None:
        """Put on disk what was written; call it before the database refers to it."""
        if self._file is not None and self._dirty:
            os.fsync(self._file.fileno())
            self._dirty = False

    def close(self) -> None:
        """Sync and end the open file."""
        if self._file is not None:
            self.sync()
            self._file.close()
            self._file = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _append(self, record: ArcWarcRecord) -> tuple[int, int]:
        """Write a record; returns offset and length of its gzip member."""
        if self._file is not None and self._file.tell() >= MAX_FILE_BYTES:
            self.close()
        if self._file is None:
            self._open()
        assert self._file is not None
        buffer = BytesIO()
        WARCWriter(buffer, gzip=False).write_record(record)
        member = igzip.compress(buffer.getvalue(), compresslevel=_GZIP_LEVEL, mtime=0)
        offset = self._file.tell()
        try:
            _write_all(self._file, member)
        except OSError:
            # What did fit is no record: whatever comes next must not stand behind it.
            with contextlib.suppress(OSError):
                self._file.truncate(offset)
                self._file.seek(offset)
            raise
        self._dirty = True
        return offset, len(member)

    def _open(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._serial += 1
        self._name = f"{self.prefix}-{self._started}-{self._serial:05d}.warc.gz"
        # "x": a file that is there already is never written over
        # unbuffered: what a record's write does not raise, the record has
        self._file = (self.folder / self._name).open("xb", buffering=0)
        self._append(self._builder.create_warcinfo_record(self._name, self._info))


def _write_all(file: FileIO, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        written = file.write(rest)
        rest = rest[written or 0 :]


def warc_date(moment: datetime) -> str:
    """A WARC-Date: UTC, microseconds, `Z` (WARC 1.1, 5.4)."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _digest(data: bytes) -> str:
    return "sha256:" + base64.b32encode(hashlib.sha256(data).digest()).decode()


def _archived(name: bytes) -> bytes:
    return b"X-Archive-Orig-Transfer-Encoding" if name.lower() == b"transfer-encoding" else name


def _one_line(value: bytes) -> bytes:
    return value.replace(b"\r", b" ").replace(b"\n", b" ")
