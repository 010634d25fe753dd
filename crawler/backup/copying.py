"""Copying files so that what is there afterwards is known to be what was read."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from crawler.backup.parts import Part
from crawler.bundled import PROGRAM
from crawler.errors import NO_SPACE, DamageError, FullError
from crawler.warc.writer import sync_folder

Progress = Callable[[int], None]
"""Told of bytes that were copied."""

_CHUNK = 1 << 20
# Bytes that must stay free beside a copy.
_SPARE = 1 << 26


def copy_part(part: Part, to: Path, progress: Progress) -> None:
    """Copy a part to a place of its own, whole or not at all, and read it back from the disk.

    Raises DamageError where the part, or its copy, is not what it should be, OSError.
    """
    half = to.with_name(f"{to.name}.part")
    try:
        with part.path.open("rb") as source, half.open("wb") as target:
            read = _copy(source, target, part.bytes, progress)
            target.flush()
            os.fsync(target.fileno())
            _forget(target)  # what is read back comes from the disk, where the system can
        if part.sha256 is not None and read != part.sha256:
            raise DamageError(
                f"{part.path} is not what it was when it was closed; {PROGRAM} verify says where."
                " Nothing was changed"
            )
        if digest_of(half) != read:
            raise DamageError(f"{half} does not hold what was written to it: its disk is failing")
        half.replace(to)
        sync_folder(to.parent)
    finally:
        half.unlink(missing_ok=True)


def digest_of(path: Path) -> str:
    """SHA-256 of a file, hexadecimal. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def told_if_full(where: Path, what: str) -> Iterator[None]:
    """Raise FullError where a disk is full. what: stands as it was then."""
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if getattr(error, "errno", None) not in NO_SPACE and code != sqlite3.SQLITE_FULL:
            raise
        raise FullError(
            f"{where}: no space is left on the disk; {what}. Make space, and run the same command"
            " again"
        ) from error


def refuse_if_too_large(where: Path, needed: int) -> None:
    """Raise FullError where a disk has too little space for what is to come. needed: bytes.
    Raises OSError."""
    free = shutil.disk_usage(where).free
    if needed and free < needed + _SPARE:
        raise FullError(
            f"{where}: {needed:,} bytes are to be copied, and {free:,} are free. Nothing was"
            " changed; make space, or name another folder"
        )


def _copy(source: BinaryIO, target: BinaryIO, size: int, progress: Progress) -> str:
    whole, left = hashlib.sha256(), size
    while left and (data := source.read(min(_CHUNK, left))):
        target.write(data)
        whole.update(data)
        left -= len(data)
        progress(len(data))
    if left:
        raise DamageError(f"{source.name} became shorter while it was copied. Nothing was changed")
    return whole.hexdigest()


def _forget(file: BinaryIO) -> None:
    if hasattr(os, "posix_fadvise"):
        with contextlib.suppress(OSError):
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
