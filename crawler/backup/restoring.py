"""A backup made an archive to go on with, in a folder of its own.

All is done in a folder beside it, `NAME.restoring`; that gets its name when every byte was checked.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from crawler.archive.database import COPYING, FILE_NAME, WARC_FOLDER, open_for_reading
from crawler.archive.lock import FILE_NAME as LOCK_NAME
from crawler.backup.parts import PROFILES
from crawler.backup.saving import Saved, copy_archive
from crawler.backup.store import fetch
from crawler.bundled import PROGRAM
from crawler.errors import ArchiveError, DamageError, UsageError
from crawler.fixity.archive import verify
from crawler.fixity.report import Report
from crawler.warc.writer import sync_folder

_OURS = {COPYING, FILE_NAME, f"{FILE_NAME}-wal", f"{FILE_NAME}-shm", LOCK_NAME, WARC_FOLDER,
         PROFILES, ".removing"}  # fmt: skip


def restore(
    saved: Path | str, to: Path, apply: Callable[[Path], int],
    progress: Callable[[int, int], None] = lambda done, whole: None,
) -> tuple[Saved, int, Report]:  # fmt: skip
    """Make an archive of a backup, in a folder that is not there yet, or empty.

    saved: a folder, or an address in an object store. apply: brings to an archive the takedowns
    that came after the backup; returns how many. Returns what was copied, how many takedowns were
    applied, what the check of the archive found. Raises UsageError, ArchiveError, BusyError,
    FullError, DamageError, sqlite3.Error, OSError; there is no new archive then.
    """
    if isinstance(saved, Path) and saved.resolve() == to.resolve():
        raise UsageError(f"{to} is the backup itself; name a new folder")
    if to.is_symlink() or (to.exists() and (not to.is_dir() or any(to.iterdir()))):
        raise ArchiveError(f"{to} is there already; name a new folder, or an empty one")
    around = next((each for each in to.resolve().parents if (each / FILE_NAME).exists()), None)
    if around is not None:
        raise UsageError(f"{to} would be in the archive {around}: name a folder beside it")
    scratch = to.with_name(f"{to.name}.restoring")
    if isinstance(saved, Path):
        open_for_reading(saved).close()
        _begin(scratch)
        copied = copy_archive(saved, scratch, progress)
    else:
        _begin(scratch)
        if scratch.exists():
            shutil.rmtree(scratch)
        copied = fetch(saved, scratch, progress)
    applied = apply(scratch)
    report = verify(scratch)
    if not report.sound:
        first = report.damage[0]
        raise DamageError(
            f"{saved} is damaged: {first.file or FILE_NAME}: {first.what}; {PROGRAM} verify lists"
            " all. There is no new archive"
        )
    for name in (LOCK_NAME, COPYING):
        path = scratch / name
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    if to.exists():
        to.rmdir()
    scratch.rename(to)
    sync_folder(to.absolute().parent)
    return copied, applied, report


def _begin(scratch: Path) -> None:
    """Take away what a restore that was killed had begun, but what it had copied. Raises
    ArchiveError where something else is there."""
    if not scratch.exists():
        return
    names = {path.name for path in scratch.iterdir()} if scratch.is_dir() else {""}
    if names - _OURS:
        raise ArchiveError(f"{scratch} is in the way; move it, or name another folder")
    if FILE_NAME in names:
        shutil.rmtree(scratch)
