"""Where the fleet's archives are kept: a folder that all machines reach, or an object store.

Objects are written whole, under names that were never used before, and read back.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from crawler.backup.copying import copy_part
from crawler.backup.parts import Part
from crawler.backup.store import ObjectStore, is_address
from crawler.errors import ArchiveError, DamageError
from crawler.warc.writer import sync_folder

Progress = Callable[[int], None]
HALF = ".part"
"""Ends the name of a file that is being written."""
_MARK = "hemeroteca.fleet"
"""In a folder of archives: where it is not, something is not mounted."""


class Place(Protocol):
    """Objects by name, of one paper. Methods raise ArchiveError where the place cannot be reached,
    OSError where this machine's disk fails."""

    def sizes(self) -> dict[str, int]:
        """All objects, with their lengths."""

    def read(self, name: str) -> bytes | None:
        """A small object; None where there is none."""

    def write(self, name: str, data: bytes) -> object:
        """Put a small object."""

    def upload(self, name: str, path: Path, size: int, progress: Progress) -> str:
        """Put the beginning of a file, and read it back; returns its SHA-256, hexadecimal."""

    def download(self, name: str, path: Path, progress: Progress) -> None:
        """Get an object into a file. Raises DamageError where there is none."""

    def delete(self, name: str) -> None:
        """Take an object away, if it is there."""


def place_of(state: str, paper: str) -> Place:
    """Where a paper's archive is kept. state: the fleet's folder or address. Raises UsageError."""
    if is_address(state):
        return ObjectStore(f"{state.rstrip('/')}/{paper}")
    return FolderPlace(Path(state), paper)


def has(state: str, paper: str, name: str) -> bool:
    """Whether an object of a paper is at a place that is perhaps no fleet's yet. Raises UsageError,
    ArchiveError."""
    if is_address(state):
        return place_of(state, paper).read(name) is not None
    return (Path(state) / paper / name).is_file()


def make_folder(state: Path) -> None:
    """Have a folder be one for a fleet's archives. Raises OSError."""
    state.mkdir(parents=True, exist_ok=True)
    (state / _MARK).touch()
    sync_folder(state)


class FolderPlace:
    """Objects as files of a folder."""

    def __init__(self, state: Path, paper: str) -> None:
        self._state, self._folder = state, state / paper

    def sizes(self) -> dict[str, int]:
        """All objects, with their lengths."""
        self._refuse_if_away()
        found = (path for path in self._folder.rglob("*") if path.is_file())
        return {path.relative_to(self._folder).as_posix(): path.stat().st_size for path in found}

    def read(self, name: str) -> bytes | None:
        """A small object; None where there is none."""
        self._refuse_if_away()
        try:
            return (self._folder / name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._told(error) from error

    def write(self, name: str, data: bytes) -> None:
        """Put a small object, whole or not at all."""
        path = self._at(name)
        half = path.with_name(f"{path.name}{HALF}")
        try:
            with half.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            half.replace(path)
            sync_folder(path.parent)
        except OSError as error:
            raise self._told(error) from error

    def upload(self, name: str, path: Path, size: int, progress: Progress) -> str:
        """Copy the beginning of a file, and read it back; returns its SHA-256."""
        whole, left = hashlib.sha256(), size
        with path.open("rb") as file:
            while left and (data := file.read(min(1 << 20, left))):
                whole.update(data)
                left -= len(data)
        found = whole.hexdigest()
        try:
            copy_part(Part(name, path, size, found), self._at(name), progress)
        except OSError as error:
            raise self._told(error) from error
        return found

    def download(self, name: str, path: Path, progress: Progress) -> None:
        """Copy an object into a file."""
        self._refuse_if_away()
        source = self._folder / name
        if not source.is_file():
            raise DamageError(f"{source} is not there")
        copy_part(Part(name, source, source.stat().st_size, None), path, progress)

    def delete(self, name: str) -> None:
        """Take an object away, if it is there."""
        self._refuse_if_away()
        try:
            (self._folder / name).unlink(missing_ok=True)
        except OSError as error:
            raise self._told(error) from error

    def _at(self, name: str) -> Path:
        self._refuse_if_away()
        path = self._folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._told(error) from error
        return path

    def _refuse_if_away(self) -> None:
        """Raise ArchiveError where the shared folder itself is not there: a mount that is missing
        leaves an empty folder, which must not be taken for it."""
        if not (self._state / _MARK).is_file():
            raise ArchiveError(
                f"{self._state} is not the fleet's folder ({_MARK} is not in it); mount the folder"
                " that the archives are in"
            )

    def _told(self, error: OSError) -> ArchiveError:
        return ArchiveError(f"{self._folder} cannot be used ({error.strerror or error})")
