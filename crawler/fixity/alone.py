"""The steps of a check of an archive, and all of them one after another, in this process."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Generator
from contextlib import closing, nullcontext
from pathlib import Path

from crawler.archive.audit import ListedFile
from crawler.archive.database import open_for_reading
from crawler.archive.soundness import CHECKS, RESTORE, unsound_in
from crawler.bundled import PROGRAM
from crawler.fixity.files import check_file
from crawler.fixity.findings import FileFindings
from crawler.fixity.report import Problem, Report
from crawler.warc.writer import OPEN

COPY_IN = (
    f"put a copy of it into warc/; without one, {PROGRAM} verify --refetch has the next crawl fetch"
    " its pages again"
)
"""What to do about a WARC file that is gone."""
COUNTS = "rows"
"""The step that counts what is in the database, beside those of CHECKS."""
OF_DATABASE = (*CHECKS, COUNTS)
"""Steps of a check of the database, in the order in which their findings are told."""


def alone(
    folder: Path | None, files: list[tuple[Path, ListedFile | None]],
    progress: Callable[[int], None],
) -> Generator[FileFindings]:  # fmt: skip
    """What is found in each file, in order, then in the database.

    folder: of the database to compare with; None for none. files: paths, and as the database has
    them. progress: told how many bytes were read. Raises OSError.
    """
    done = 0

    def note(more: int) -> None:
        nonlocal done
        done += more
        progress(done)

    for path, listed in files:
        yield check_one(folder, path, listed, note)
    if folder is not None:
        found = FileFindings()
        for name in OF_DATABASE:
            found.report.put(check_database(folder, name))
        yield found


def check_one(
    folder: Path | None, path: Path, listed: ListedFile | None, note: Callable[[int], None]
) -> FileFindings:
    """Check a file from end to end. Raises OSError."""
    found = FileFindings()
    with closing(open_for_reading(folder)) if folder else nullcontext() as db:
        if db is not None:
            db.conn.execute("BEGIN")  # all that is seen of the database is of one moment
        for each in (path, path.with_name(path.name.removesuffix(OPEN))):
            try:
                return check_file(each, listed, db.conn if db is not None else None, note)
            except FileNotFoundError:
                continue  # closed in the meantime
            except sqlite3.DatabaseError as error:
                what = f"archive.db breaks off while {path.name} is compared with it: {error}"
                found.report.harm(Problem("integrity", what, RESTORE))
                return found
    found.report.harm(Problem("file", "the file is gone", COPY_IN, path.name))
    return found


def check_database(folder: Path, name: str) -> Report:
    """One step of a check of the database. name: one of OF_DATABASE."""
    report = Report()
    with closing(open_for_reading(folder)) as db:
        if name != COUNTS:
            for each in unsound_in(name, db.conn):
                tell = report.harm if each.damage else report.note
                tell(Problem(each.check, each.what, each.mend, url=each.url))
            return report
        try:
            for table in ("articles", "revisions", "linked_stories"):
                (count,) = db.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608
                report.counts[table] += count
        except sqlite3.DatabaseError as error:
            report.harm(Problem("integrity", f"archive.db cannot be read: {error}", RESTORE))
    return report
