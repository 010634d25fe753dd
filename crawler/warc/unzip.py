"""The archive files inside a WACZ file (https://specs.webrecorder.net/wacz/1.1.1/), read where they
are."""

from __future__ import annotations

import contextlib
import io
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

from crawler.warc.members import DamagedError

MARK = b"PK\x03\x04"
_ARCHIVES = (".warc", ".warc.gz", ".warc.zst", ".arc", ".arc.gz")
_HEAD = 30
# What a compressed entry may unpack to, in bytes, for each byte of it.
_RATIO = 200


def is_zip(path: Path) -> bool:
    """Whether a file is a zip file, by its first bytes. Raises OSError."""
    with path.open("rb") as file:
        return file.read(4) == MARK


def archives(path: Path) -> Iterator[tuple[str, BinaryIO, int]]:
    """Name, content and length of each file in the folder `archive/`, in order.

    A content is to be read before the next one is asked for. One that cannot be unpacked is empty.
    Raises DamagedError where nothing can be read as a WACZ, or where something could not be
    unpacked, when all else was given; OSError.
    """
    damage: list[str] = []
    with contextlib.ExitStack() as stack:
        try:
            whole = stack.enter_context(zipfile.ZipFile(path))
            held = [
                info
                for info in whole.infolist()
                if info.filename.startswith("archive/")
                and info.filename.lower().endswith(_ARCHIVES)
            ]
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise DamagedError(f"a zip file that cannot be read ({error})") from None
        if not held:
            raise DamagedError("a zip file without archive/*.warc.gz: no WACZ")
        raw = stack.enter_context(path.open("rb"))
        for info in held:
            with _content(whole, raw, info, damage) as (content, size):
                yield info.filename, content, size
    if damage:
        raise DamagedError("; ".join(damage))


@contextlib.contextmanager
def _content(
    whole: zipfile.ZipFile, raw: BinaryIO, info: zipfile.ZipInfo, damage: list[str]
) -> Iterator[tuple[BinaryIO, int]]:
    """A file's content; one that is compressed is unpacked on disk."""
    if info.compress_type == zipfile.ZIP_STORED and not info.flag_bits & 1:
        raw.seek(info.header_offset)
        head = raw.read(_HEAD)
        behind = int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
        yield (
            cast(BinaryIO, _Slice(raw, info.header_offset + _HEAD + behind, info.file_size)),
            info.file_size,
        )
        return
    with tempfile.TemporaryFile() as unpacked:
        if info.file_size > _RATIO * max(info.compress_size, 1):
            damage.append(f"{info.filename} would unpack to {info.file_size:,} bytes")
            yield cast(BinaryIO, unpacked), 0
            return
        try:
            with whole.open(info) as packed:
                shutil.copyfileobj(packed, unpacked)
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError) as error:
            damage.append(f"{info.filename} cannot be unpacked as a whole ({error})")
        yield cast(BinaryIO, unpacked), unpacked.tell()


class _Slice:
    """Part of a file as a file of its own, as far as readers of WARC ask for that."""

    def __init__(self, file: BinaryIO, begin: int, size: int) -> None:
        self._file, self._begin, self._size = file, begin, size
        self._at = 0

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place, from the start or the end."""
        self._at = offset + (self._size if whence == io.SEEK_END else 0)
        return self._at

    def read(self, count: int = -1) -> bytes:
        """The next bytes."""
        left = max(0, self._size - self._at)
        self._file.seek(self._begin + self._at)
        data = self._file.read(left if count < 0 else min(count, left))
        self._at += len(data)
        return data
