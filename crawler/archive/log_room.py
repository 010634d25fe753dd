"""How far the write-ahead log of a database may grow.

What is written goes into the log first, and from there into the file; but as long as a reader's
transaction is open, the log keeps all that came after its beginning (sqlite.org/wal.html, 6). A
program that reads for an hour beside a fast crawl would fill the disk.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from crawler.archive.database import FILE_NAME

MOST = 128 * 1024 * 1024
"""Bytes from which on nothing more is written before the log could be emptied: what one more batch
adds is some dozen megabytes."""
KEPT = (
    "%s has been read by another program for so long that its log has grown to %.0f MB; nothing is"
    " stored until that ends: close what has it open, or let it finish"
)
"""What is said of it: of the file's name and the megabytes."""
# Milliseconds to wait for readers that are about to end.
_WAIT = 100


def kept_by_readers(connection: sqlite3.Connection, folder: Path) -> int:
    """Bytes of a log that is as long as it may get, and cannot be emptied because somebody reads;
    0 where there is room, or is now.

    connection: outside of any transaction. folder: the archive's. Raises sqlite3.Error.
    """
    log = folder / f"{FILE_NAME}-wal"
    try:
        size = log.stat().st_size
    except OSError:
        return 0
    if size < MOST:
        return 0
    (before,) = connection.execute("PRAGMA busy_timeout").fetchone()
    connection.execute(f"PRAGMA busy_timeout = {_WAIT}")
    try:
        (is_busy, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        connection.execute(f"PRAGMA busy_timeout = {before}")
    return size if is_busy else 0
