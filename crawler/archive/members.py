"""The archives that something is made of: what they are called, and whether they have changed."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path

from crawler.archive.database import database_of


@dataclass(frozen=True, slots=True)
class Named:
    """An archive, and what it is called."""

    name: str
    folder: Path


def stamp_of(folder: Path) -> str:
    """Changes whenever somebody writes to an archive, and seldom else."""
    path = database_of(folder)
    found = []
    for file in (path, path.with_name(f"{path.name}-wal")):
        with contextlib.suppress(OSError):
            stat = file.stat()
            if stat.st_size:
                found += [stat.st_size, stat.st_mtime_ns]
    return " ".join(map(str, found))
