"""One run at a time on one archive.

The kernel's lock on a file, which a process loses with its life, however it ends: what is left of a
killed run never has to be cleared away by hand.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import socket
import stat
import sys
import time
from pathlib import Path

from crawler import times
from crawler.errors import ArchiveError, BusyError

if sys.platform != "win32":
    import fcntl

FILE_NAME = "run.lock"
# How often to try before it counts as held, and seconds in between.
_TRIES, _PAUSE = 4, 0.02


class ArchiveLock:
    """The right to write to the archive in a folder."""

    def __init__(self, folder: Path, *, is_file: bool = False) -> None:
        """is_file: of a union, whether it is there yet or not."""
        self._folder, self._path = folder, _lock_of(folder, is_file=is_file)
        self._file: int | None = None

    @property
    def held(self) -> bool:
        """Whether we have it."""
        return self._file is not None

    def acquire(self) -> None:
        """Take the lock; does nothing where we have it.

        Raises BusyError where another process has it, ArchiveError where its file is none of ours,
        OSError where the folder cannot be written.
        """
        tries = _TRIES
        while self._file is None:
            file = _open(self._path, os.O_RDWR | os.O_CREAT)
            try:
                _lock(file)
            except OSError as error:
                holder = _read(file)
                os.close(file)
                tries -= 1
                if tries:  # who only looks whether it is held has it for a moment
                    time.sleep(_PAUSE)
                    continue
                raise _busy(self._folder, holder) from error
            if not _is_at(file, self._path):
                os.close(file)  # its last holder took it away after we had opened it
                continue
            if os.fstat(file).st_nlink > 1:  # a backup's, or somebody else's: not written to
                self._path.unlink()
                os.close(file)
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


def _lock_of(folder: Path, *, is_file: bool = False) -> Path:
    """The lock's file; of a union, which is one file, beside that."""
    if is_file or folder.is_file():
        return folder.with_name(f"{folder.name}.lock")
    return folder / FILE_NAME


def refuse_if_held(folder: Path) -> None:
    """Raise BusyError if a process holds the archive in `folder`; changes nothing."""
    held, holder = _look(folder)
    if held:
        raise _busy(folder, holder)


def is_held(folder: Path) -> bool:
    """Whether a process holds the archive in `folder`; changes nothing. Raises ArchiveError."""
    return _look(folder)[0]


def _look(folder: Path) -> tuple[bool, dict[str, object]]:
    try:
        file = _open(_lock_of(folder), os.O_RDONLY)
    except OSError:
        return False, {}
    try:
        _lock(file, shared=True)
    except OSError:
        return True, _read(file)
    finally:
        os.close(file)
    return False, {}


def _open(path: Path, flags: int) -> int:
    """Open the lock's file. Raises ArchiveError where it is a link, or no file: what is written
    into it would be written elsewhere; OSError."""
    # nor wait for whoever would read a pipe
    flags |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        file = os.open(path, flags, 0o644)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.EISDIR, errno.ENXIO) or path.is_symlink():
            raise _none_of_ours(path) from error
        raise
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise _none_of_ours(path)
    return file


def _none_of_ours(path: Path) -> ArchiveError:
    return ArchiveError(
        f"{path} is a link, or not a regular file, and is not written to: find out who made it, and"
        " remove it"
    )


def _lock(file: int, *, shared: bool = False) -> None:
    """shared: let others that only look do so at the same time."""
    if sys.platform == "win32":
        import msvcrt

        # a byte far beyond the text, which others may read meanwhile
        os.lseek(file, 1 << 20, os.SEEK_SET)
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        os.lseek(file, 0, os.SEEK_SET)
    else:
        fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)


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
    return BusyError(f"{folder} is in use by {who}; wait until it ends, or name another archive=")
