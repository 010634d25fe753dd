"""History is append-only, and this is the one place where that is lifted."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

_GUARDS = (
    "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
    " AND (name LIKE '%\\_are\\_never\\_changed' ESCAPE '\\'"
    " OR name LIKE '%\\_are\\_never\\_deleted' ESCAPE '\\') ORDER BY name"
)


@contextmanager
def history_unlocked(connection: sqlite3.Connection) -> Iterator[None]:
    """Let what is in the block change and delete what else may only be added to: for takedowns and
    prunings, which leave a tombstone in the same transaction.

    The triggers are gone within the caller's transaction alone: nobody else sees the database
    without them, and a kill brings them back. Raises sqlite3.Error.
    """
    assert connection.in_transaction
    guards = connection.execute(_GUARDS).fetchall()
    for name, _ in guards:
        connection.execute(f"DROP TRIGGER {name}")
    yield
    for _, sql in guards:
        connection.execute(sql)
