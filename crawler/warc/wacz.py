"""WACZ 1.1.1: WARC files, their index and a list of pages in one ZIP file that can be replayed from
wherever it lies (specs.webrecorder.net/wacz/1.1.1).

Everything is written as it is read, once, from beginning to end; ZIP64 where that is needed. What
is compressed already is stored as it is, so that a player reads single records out of the middle.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Self

from isal import isal_zlib

from crawler.warc.cdxj import compressed, meta_line

VERSION = "1.1.1"
_CHUNK = 1 << 20
_INDEX = "index.cdx.gz"
_LEVEL = 3
"""Of igzip, for lists of pages."""
_WRITER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Part:
    """A WARC file, or the beginning of one."""

    name: str
    path: Path
    bytes: int
    """How many of it are taken."""
    sha256: str | None
    """What they must have, in hexadecimal digits; None: whatever they have."""


class ChangedError(Exception):
    """A WARC file is not what it is listed as; names it."""


class Wacz:
    """A WACZ file that is being written, in a `with` block: files, index and pages in any order,
    then `finish`. What is not finished is of no use."""

    def __init__(self, out: BinaryIO, created: datetime) -> None:
        """created: UTC."""
        self._zip = zipfile.ZipFile(out, "w")
        self._created = created
        self._resources: list[dict[str, Any]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):  # where the disk was full, closing fails once more
            self._zip.close()

    def add_files(self, parts: Iterable[Part]) -> None:
        """Copy WARC files. Raises ChangedError, OSError."""
        for part in parts:
            found = self._add(f"archive/{part.name}", _read(part), stored=True)
            if part.sha256 is not None and found["hash"] != f"sha256:{part.sha256}":
                raise ChangedError(part.name)
            if found["bytes"] != part.bytes:
                raise ChangedError(part.name)

    def add_index(self, lines: Iterable[str]) -> int:
        """Write the index. lines: CDXJ, sorted. Returns how many there were."""
        entries = [meta_line(_INDEX)]
        count = 0

        def counted() -> Iterator[str]:
            nonlocal count
            for line in lines:
                count += 1
                yield line

        def blocks() -> Iterator[bytes]:
            for block in compressed(counted()):
                entries.append(block.entry)
                yield block.data

        self._add(f"indexes/{_INDEX}", blocks(), stored=True)
        self._add("indexes/index.idx", (f"{entry}\n".encode() for entry in entries))
        return count

    def add_pages(self, name: str, title: str, pages: Iterable[Mapping[str, str | None]]) -> int:
        """Write a list of pages (json-pages-1.0). name: pages or extraPages. pages: each with id,
        url, ts (ISO 8601, `Z`), title and text, where it has them. Returns how many there were."""
        count = 0

        def lines() -> Iterator[bytes]:
            nonlocal count
            head = {"format": "json-pages-1.0", "id": name, "title": title, "hasText": True}
            yield _line(head)
            for page in pages:
                count += 1
                yield _line({key: value for key, value in page.items() if value is not None})

        self._add(f"pages/{name}.jsonl", lines())
        return count

    def finish(self, about: Mapping[str, str | None]) -> None:
        """Write the description of all and close. about: title, description, software,
        mainPageURL, mainPageDate, where there are."""
        package = {
            "profile": "data-package",
            "wacz_version": VERSION,
            "created": self._created.strftime("%Y-%m-%dT%H:%M:%SZ"),
            **{name: value for name, value in about.items() if value is not None},
            "resources": list(self._resources),
        }
        data = json.dumps(package, ensure_ascii=False, indent=2).encode("utf-8", "replace")
        self._add("datapackage.json", [data])
        digest = {
            "path": "datapackage.json",
            "hash": "sha256:" + hashlib.sha256(data).hexdigest(),
        }
        self._add("datapackage-digest.json", [json.dumps(digest, indent=2).encode()])
        self._zip.close()

    def _add(self, path: str, data: Iterable[bytes], *, stored: bool = False) -> dict[str, Any]:
        info = zipfile.ZipInfo(path, self._created.timetuple()[:6])
        info.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
        info.external_attr = 0o644 << 16
        sha256, size = hashlib.sha256(), 0
        with self._zip.open(info, "w", force_zip64=True) as entry:
            if not stored:
                # zlib takes twelve times as long, for a twelfth less; where a zipfile does not look
                # for it there, that is what it uses
                entry._compressor = isal_zlib.compressobj(_LEVEL, wbits=-15)  # type: ignore[attr-defined]
            for piece in data:
                sha256.update(piece)
                size += len(piece)
                entry.write(piece)
        resource = {
            "name": path.rpartition("/")[2].lower(),
            "path": path,
            "hash": f"sha256:{sha256.hexdigest()}",
            "bytes": size,
        }
        self._resources.append(resource)
        return resource


def _read(part: Part) -> Iterator[bytes]:
    left = part.bytes
    with part.path.open("rb") as file:
        while left > 0 and (data := file.read(min(_CHUNK, left))):
            left -= len(data)
            yield data
        if part.sha256 is not None and file.read(1):
            raise ChangedError(part.name)


def _line(content: Mapping[str, object]) -> bytes:
    return _WRITER.encode(content).encode("utf-8", "replace") + b"\n"
