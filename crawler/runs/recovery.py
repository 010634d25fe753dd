"""What every run does with an archive's WARC files beside writing them: bring into order what a
crash has left, say what is missing, enter what is closed."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from pathlib import Path

from crawler import times
from crawler.archive.captures import closed_files, count_captures, enter_file, is_known, warc_end
from crawler.archive.store import Store
from crawler.holdings import lines, wrong_files
from crawler.runs.visits import role_of
from crawler.warc.recover import recover
from crawler.warc.writer import ClosedFile

logger = logging.getLogger(__name__)


def mend(store: Store, folder: Path, own: set[str]) -> Iterator[str]:
    """Close the WARC files that a dead run left open, and enter their captures that no visit had
    acknowledged.

    own: names of files that this run has in hand. Yields a line for whatever was done that
    a person may want to know. Raises sqlite3.Error, OSError.
    """
    connection = store.db.conn
    found = recover(
        folder,
        closed=closed_files(connection),
        own=own,
        known_end=lambda name: warc_end(connection, name),
        is_known=lambda record_id: is_known(connection, record_id),
    )
    for each in found:
        with store.db.atomic():
            for capture in each.captures:
                store.adopt(capture, role_of(capture), each.run)
            enter_files(store, [each.file], each.run)
        if each.cut:
            yield f"{each.file.name} was cut back to its last whole record"


def say_what_is_missing(store: Store, folder: Path) -> int:
    """Warn of WARC files that are gone or have another length, unless that is known and noted;
    returns how many. folder: the archive's. Raises sqlite3.Error."""
    wrong = [each for each in wrong_files(store.db.conn, folder) if each.noted_at is None]
    for line in lines(wrong):
        logger.warning("%s", line)
    return len(wrong)


def enter_files(
    store: Store, files: Iterable[ClosedFile], run: str | None = None
) -> list[ClosedFile]:
    """Enter WARC files as closed, in a transaction of the caller's; those with captures that are
    not entered yet are left, for a crash may leave them to `mend`.

    run: UUID of the one that wrote them; None: the one that is open. Returns those that were left.
    Raises sqlite3.Error.
    """
    now = times.now()
    left = []
    for each in files:
        if count_captures(store.db.conn, each.name) < each.captures:
            left.append(each)
            continue
        enter_file(
            store.db.conn, store.run_with(run), each.name, each.bytes, each.records, each.sha256,
            now,
        )  # fmt: skip
    return left
