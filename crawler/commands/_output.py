"""Where a verb writes what it gives out: standard output, or a file that `-o` names."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from crawler.archive.database import FILE_NAME, WARC_FOLDER
from crawler.archive.lock import FILE_NAME as LOCK_NAME
from crawler.errors import NO_SPACE, FullError, UsageError


@contextmanager
def opened(name: str | None, *archives: Path) -> Iterator[BinaryIO]:
    """Standard output, or a file that is complete or not there; a device, a pipe or where a link
    leads is written to as it is. Raises UsageError, also for a file of the archives' own."""
    if name is None or name == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    for archive in archives:
        refuse_own_files(name, archive)
    if Path(name).is_symlink() or (Path(name).exists() and not Path(name).is_file()):
        with _writing(name), Path(name).open("wb") as file:
            yield file
        return
    part = Path(f"{name}.{os.getpid()}.part")  # no other export's, and nothing of somebody's
    with _writing(name):
        file = part.open("xb")
    try:
        with _writing(name), file:
            yield file
        with _writing(name):
            part.replace(name)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def _writing(name: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        what = FullError if error.errno in NO_SPACE else UsageError
        raise what(f"cannot write {name} ({error.strerror}); name another with -o") from error


def refuse_own_files(name: str, archive: Path) -> None:
    """Raise UsageError where an archive would write over itself, or over another, also by way of a
    link."""
    path, folder = Path(os.path.realpath(name)), Path(os.path.realpath(archive))
    archives = {folder, *(each for each in path.parents if (each / FILE_NAME).is_file())}
    beside = path.parent in archives and path.name.startswith((FILE_NAME, LOCK_NAME))
    if beside or any(path.is_relative_to(each / WARC_FOLDER) for each in archives):
        whose = "the archive itself" if path.is_relative_to(folder) else "an archive"
        raise UsageError(f"{name} is a file of {whose}; name another with -o")
