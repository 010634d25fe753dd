"""One run at a time on one archive.

The kernel's lock on a file, which a process loses with its life, however it ends: what is left of a
killed run never has to be cleared away by hand.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import sys
from pathlib import Path

from crawler import times
from crawler.errors import BusyError

if sys.platform != "win32":
    import fcntl

FILE_NAME = "run.lock"


class ArchiveLock:
    """The right to write to the archive in a folder."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME
        self._file: int | None = None

    @property
    def held(self) -> bool:
        """Whether we have it."""
        return self._file is not None

    def acquire(self) -> None:
        """Take the lock; does nothing where we have it.

        Raises BusyError where another process has it, OSError where the folder cannot be written.
        """
        while self._file is None:
            file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
            try:
                _lock(file)
            except OSError as error:
                holder = _read(file)
                os.close(file)
                raise _busy(self._path.parent, holder) from error
            if not _is_at(file, self._path):
                os.close(file)  # its last holder took it away after we had opened it
                continue
            text = json.dumps(
                {
                    "pid": os.getpid(),
                    "host": socket.gethostname(),
                    "since": times.now(),
                }
            )
            os.ftruncate(file, 0)
            os.write(file, text.encode())
            self._file = file

    def release(self) -> None:
        """Give it back; does nothing where we have it not."""
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._path.unlink()
            os.close(self._file)
            self._file = None


def refuse_if_held(folder: Path) -> None:
    """Raise BusyError if a process holds the archive in `folder`; changes nothing."""
    try:
        file = os.open(folder / FILE_NAME, os.O_RDWR)
    except OSError:
        return
    try:
        _lock(file)
    except OSError as error:
        raise _busy(folder, _read(file)) from error
    finally:
        os.close(file)


def _lock(file: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        # a byte far beyond the text, which others may read meanwhile
        os.lseek(file, 1 << 20, os.SEEK_SET)
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        os.lseek(file, 0, os.SEEK_SET)
    else:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _read(file: int) -> dict[str, object]:
    try:
        os.lseek(file, 0, os.SEEK_SET)
        found = json.loads(os.read(file, 1000))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _is_at(file: int, path: Path) -> bool:
    try:
        there = path.stat()
    except OSError:
        return False
    here = os.fstat(file)
    return (here.st_dev, here.st_ino) == (there.st_dev, there.st_ino)


def _busy(folder: Path, holder: dict[str, object]) -> BusyError:
    who = (
        f"process {holder.get('pid')} on {holder.get('host')} since {holder.get('since')}"
        if holder
        else "another process"
    )
    return BusyError(f"{folder} is in use by {who}; wait for its end, or name another archive=")
