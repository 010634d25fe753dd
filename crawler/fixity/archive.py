"""A whole archive: all WARC files, and the database."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Generator
from contextlib import ExitStack, closing
from pathlib import Path

from crawler.archive.audit import Comparison, ListedFile, files_of_captures, listed_files
from crawler.archive.database import (
    WARC_FOLDER,
    database_of,
    is_damage,
    open_for_reading,
    readable,
)
from crawler.archive.losses import DamagedFile, captures_in_file
from crawler.archive.soundness import RESTORE
from crawler.errors import ArchiveError
from crawler.fixity.alone import COPY_IN, alone
from crawler.fixity.comparisons import Comparisons
from crawler.fixity.findings import FileFindings
from crawler.fixity.losses import Losses
from crawler.fixity.report import Problem, Report
from crawler.warc.presence import kind_of
from crawler.warc.recover import is_beginning_of
from crawler.warc.writer import OPEN

_ENDING = ".warc.gz"
# Archives smaller than this, in bytes, are done before other processes would have begun.
_SMALL = 1 << 26

Progress = Callable[[int, int], None]
"""Told of the bytes that were read, and of those there are to read."""


def verify(
    folder: Path, *, processes: int | None = None, progress: Progress = lambda done, whole: None,
    refetch: Callable[[Losses], None] | None = None,
) -> Report:  # fmt: skip
    """Check everything in an archive; nothing is changed and nothing fetched.

    processes: how many at once; None: as many as there are cores, if it is worth it; 1: in this
    one. refetch: told of what is lost, before it is said which of it is replaced. Raises
    ArchiveError where there is no archive, OSError where a file cannot be read at all.
    """
    report = Report()
    database: Path | None = None
    listed: dict[str, ListedFile] = {}
    held: list[tuple[str, int, int]] = []
    with ExitStack() as stack:
        try:
            database = stack.enter_context(readable(folder))
            with closing(open_for_reading(database)) as db:
                listed = {each.name: each for each in listed_files(db.conn)}
                held = files_of_captures(db.conn)
        except (ArchiveError, sqlite3.DatabaseError) as error:
            cause = error.__cause__ if isinstance(error, ArchiveError) else error
            if not is_damage(cause):
                raise
            database, listed, held = None, {}, []
            what = f"archive.db cannot be read ({cause}); its WARC files were"
            report.harm(Problem("integrity", f"{what} checked in themselves", RESTORE))
        _check_all(folder, database, listed, held, report, processes, progress, refetch)
    return report


def _check_all(
    folder: Path, database: Path | None, listed: dict[str, ListedFile],
    held: list[tuple[str, int, int]], report: Report, processes: int | None, progress: Progress,
    refetch: Callable[[Losses], None] | None,
) -> None:  # fmt: skip
    """database: folder of the database to compare with; None: it cannot be read."""
    paths = _files(folder, report)
    if database is not None:
        _missing_files(paths, listed, held, report)
    sizes = {path: path.stat().st_size for path in paths.values() if path.exists()}
    tasks: list[tuple[Path, ListedFile | None]] = [
        (path, listed.get(name)) for name, path in sorted(paths.items())
    ]
    with Comparisons() as comparisons, Losses() as losses:
        whole = sum(sizes.values())
        length = database_of(database).stat().st_size if database is not None else 0
        cores = 1 if whole + length < _SMALL else os.cpu_count() or 1
        count = processes or cores
        told: Generator[FileFindings]
        if count == 1:
            told = alone(database, tasks, lambda done: progress(done, whole))
        else:
            from crawler.fixity.together import together  # takes longer to load

            told = together(database, tasks, count, lambda done: progress(done, whole))
        with closing(told):  # interrupted, other processes end before anything else does
            for found in told:
                report.take(found.report)
                comparisons.add(found.comparisons)
                losses.hear(found.name, found.untold, found.told)
                if found.file is not None and found.report.damage:
                    losses.add(found.file, found.lost)
        for comparison in comparisons.wrong():
            report.harm(_unequal(comparison))
        report.counts["compared with conversions"] += comparisons.count()
        if database is not None:
            with closing(open_for_reading(database)) as db:
                for name in _gone(paths, listed, held):
                    losses.add(DamagedFile(name, None, None), captures_in_file(db.conn, name))
                losses.conclude({*paths, *losses.files})
                if refetch is not None:
                    refetch(losses)
                losses.weigh(db.conn, report)


def _files(folder: Path, report: Report) -> dict[str, Path]:
    """Final name → path of each WARC file."""
    paths: dict[str, Path] = {}
    warc = folder / WARC_FOLDER
    for path in sorted(warc.iterdir()) if warc.is_dir() else []:
        name = path.name.removesuffix(OPEN)
        if name.endswith(_ENDING) and not path.is_file():
            report.harm(
                Problem(
                    "file", f"{kind_of(path)} stands where a WARC file should",
                    "take it away, and put a copy of the file in its place if there was one",
                    path.name,
                )
            )  # fmt: skip
        elif not name.endswith(_ENDING):
            report.note(
                Problem("file", "this is no WARC file of ours", "look what it is", path.name)
            )
        elif name in paths and is_beginning_of(path, paths[name]):
            report.note(
                Problem(
                    "file", "the beginning of a file that is there whole, as a copy in two steps"
                    " leaves it", "nothing: the next run takes it away", path.name,
                )
            )  # fmt: skip
        elif name in paths:
            report.harm(
                Problem(
                    "file", "the file is there open and closed",
                    "keep the one whose SHA-256 is in the table warc_files", path.name,
                )
            )  # fmt: skip
        else:
            paths[name] = path
    return paths


def _missing_files(
    paths: dict[str, Path], listed: dict[str, ListedFile], held: list[tuple[str, int, int]],
    report: Report,
) -> None:  # fmt: skip
    counts = {name: count for name, count, _ in held}
    for name in _gone(paths, listed, held):
        report.harm(
            Problem(
                "file", f"the file is not there; {counts.get(name, 0):,} captures are in it",
                COPY_IN, name,
            )
        )  # fmt: skip
    for name, path in sorted(paths.items()):
        if name not in listed:
            report.note(
                Problem(
                    "file",
                    "the file is not closed: a run is writing it, or died"
                    if path.name.endswith(OPEN)
                    else "the file is not entered as closed: a run died",
                    "nothing: the next run closes it and enters its digest", path.name,
                )
            )  # fmt: skip


def _gone(
    paths: dict[str, Path], listed: dict[str, ListedFile], held: list[tuple[str, int, int]]
) -> list[str]:
    """Names of files that the database knows and that are not there."""
    return sorted({*listed, *(name for name, *_ in held)} - set(paths))


def _unequal(found: Comparison) -> Problem:
    thing = "a linked story" if found.table == "linked_stories" else "a revision"
    return Problem(
        "content",
        f"{thing} of the story is not what its conversion record says: {found.differs[0]}"
        f" (row {found.row_id} of {found.table})",
        RESTORE,
        url=found.url,
    )
