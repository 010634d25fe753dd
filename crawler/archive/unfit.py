"""What to do with a visit that the database does not take: keep as much of it as it does take."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

from crawler.errors import HemerotecaError
from crawler.items import Visit
from crawler.reasons import because, in_words

_OF_CONTENT = frozenset({
    sqlite3.SQLITE_ERROR, sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_CONSTRAINT,
    sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_RANGE,
})  # fmt: skip
"""Primary result codes of statements that are refused for what they hold."""


def is_about_content(error: Exception) -> bool:
    """Whether a failure to store lies in what was to be stored; else it lies in the disk, the
    memory, or another program's lock, and would meet any other content, too."""
    if isinstance(error, OSError | MemoryError | HemerotecaError):
        return False
    if isinstance(error, sqlite3.Error):
        # what Python itself refuses to hand over has no code
        code: int | None = getattr(error, "sqlite_errorcode", None)
        return code is None or code & 0xFF in _OF_CONTENT
    return True


def without_content(visit: Visit, error: Exception) -> Visit:
    """A failed visit, that only says that its URL was visited, and why that cannot be stored."""
    reason = because("not_stored", in_words(error))
    origin = visit.origin
    if origin is not None:
        origin = replace(origin, claimed_at=None, claimed_title=None, changed_at=None)
    return Visit(visit.url, visit.role, "failed", reason, visit.captures, origin=origin)


def with_bare_captures(visit: Visit, error: Exception) -> Visit:
    """The same, its captures with no more than what finds them in WARC."""
    bare = (
        replace(
            capture, content_type=None, location=None, truncated=None, fetch_ms=None,
            reservations=(), refers_to=None, record_type="response",
        )
        for capture in visit.captures
    )  # fmt: skip
    return replace(visit, captures=tuple(bare))


def without_captures(visit: Visit, error: Exception) -> Visit:
    """The same without captures: the archive has them already, or never can."""
    return replace(visit, captures=(), origin=None)


LESSER = (without_content, with_bare_captures, without_captures)
"""What is tried, in this order, until one is taken."""
