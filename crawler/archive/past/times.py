"""What the tenth version of the tables adds: times that are compared are UTC, in one form.

SQLite compares them as text. Triggers refuse any other form: a CHECK would need each table to be
made anew, and the largest of them is the archive.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime

from sqlite_utils import Database

from crawler.times import utc

UTC_COLUMNS: dict[str, tuple[str, ...]] = {
    "sites": ("first_seen_at",),
    "runs": ("started_at", "finished_at"),
    "urls": ("found_at", "due_at", "visited_at"),
    "captures": ("fetched_at",),
    "articles": ("first_captured_at", "last_captured_at", "gone_at"),
    "revisions": ("captured_at",),
    "linked_stories": ("first_seen_at", "last_seen_at"),
    "robots_files": ("fetched_at",),
    "warc_files": ("closed_at",),
    "damaged_files": ("noted_at",),
    "lost_captures": ("noted_at",),
}
"""Every column that the program compares or sorts by. What a page or a source says of its times
(published_at, modified_at, claimed_at …) keeps the offset that it was told in."""

AS_TOLD = frozenset(
    {"published_at", "modified_at", "claimed_at", "claimed_changed_at", "to_published_at"}
)
"""Columns of tables with the words of others."""

_SECOND = "[0-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]"
_FORMS = (f"{_SECOND}+00:00", f"{_SECOND}.{'[0-9]' * 6}+00:00")

PUBLISHED = (
    "ifnull(julianday(CASE length({0}) WHEN 4 THEN {0} || '-01-01' WHEN 7 THEN {0} || '-01'"
    " ELSE {0} END), julianday(substr({0}, 1, 19)))"
)
"""Sorts what pages say of their dates, whatever their offsets and however exact."""


def upgrade(db: Database) -> None:
    """Write the times of an archive of the version before as UTC, and refuse others from now on."""
    connection: sqlite3.Connection = db.conn
    connection.create_function("as_utc", 1, _as_utc, deterministic=True)
    for table, columns in UTC_COLUMNS.items():
        # history is append-only: what says so steps aside while its times are spelled anew
        guards = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?"
            " AND sql LIKE '%BEFORE UPDATE%'",
            (table,),
        ).fetchall()
        for name, _ in guards:
            connection.execute(f"DROP TRIGGER [{name}]")
        wanted = {row[1] for row in connection.execute(f"PRAGMA table_info([{table}])") if row[3]}
        for column in columns:
            value = f"as_utc([{column}])"
            if column in wanted:
                value = f"ifnull({value}, '{utc(datetime.fromtimestamp(0, UTC))}')"
            connection.execute(
                f"UPDATE [{table}] SET [{column}] = {value} WHERE NOT {_is_utc(column)}"  # noqa: S608
            )
        for _, sql in guards:
            connection.execute(sql)
        refuse_others(connection, table, columns)


def refuse_others(connection: sqlite3.Connection, table: str, columns: Iterable[str]) -> None:
    """Have a table refuse times of any other form in some columns. Raises sqlite3.Error."""
    sound = " AND ".join(_is_utc(f"new.{column}") for column in columns)
    events = (("added", "INSERT"), ("changed", f"UPDATE OF {', '.join(columns)}"))
    for name, event in events:
        connection.execute(
            f"CREATE TRIGGER {table}_{name}_in_utc BEFORE {event} ON {table}"
            f" WHEN NOT ({sound})\n"
            f"BEGIN SELECT RAISE(ABORT, 'times in {table} are UTC:"
            " 2026-01-02T03:04:05+00:00'); END"
        )


def _is_utc(column: str) -> str:
    forms = " OR ".join(f"{column} GLOB '{form}'" for form in _FORMS)
    return f"ifnull({forms}, 1)"


def _as_utc(text: str) -> str | None:
    """A time in any offset as UTC, as exact as it was; None where it is none."""
    with contextlib.suppress(ValueError):
        moment = datetime.fromisoformat(text.strip())
        return utc(moment, exact="." in text)
    return None
