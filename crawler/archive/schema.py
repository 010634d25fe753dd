"""The tables and views of `archive.db`: `schema.sql`, and triggers on its times.

Tables are STRICT, dates are ISO 8601 text, keys are real. A change goes into `schema.sql` and into
a new migration that brings older archives to the same (tests/archive/test_old_archives.py).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

APPLICATION_ID = 0x48656D65  # "Heme": tells an archive from any other SQLite file

SQL = Path(__file__).with_name("schema.sql").read_text(encoding="utf-8")

UTC_COLUMNS: dict[str, tuple[str, ...]] = {
    "sites": ("first_seen_at", "paused_until"),
    "runs": ("started_at", "finished_at"),
    "urls": ("found_at", "due_at", "visited_at"),
    "captures": ("fetched_at",),
    "articles": ("first_captured_at", "last_captured_at", "gone_at"),
    "revisions": ("captured_at",),
    "story_events": ("at",),
    "taken_back": ("at",),
    "site_profiles": ("learned_at",),
    "layout_changes": ("since", "noted_at"),
    "findings": ("noted_at", "recovered_at"),
    "warc_files": ("closed_at",),
    "damaged_files": ("noted_at",),
    "lost_captures": ("noted_at",),
    "renderings": ("rendered_at",),
    "takedowns": ("at", "finished_at"),
    "prunings": ("at", "finished_at"),
    "pruned_captures": ("fetched_at",),
    "backups": ("at",),
    "web_archives": ("first_asked_at", "last_asked_at"),
    "mementos": ("captured_at",),
    "_listings": ("noted_at",),
    "_lookups": ("asked_at",),
    "_linked": ("first_seen_at", "last_seen_at"),
    "_robots_files": ("fetched_at",),
}
"""Every column that the program compares or sorts by: UTC, in one form. What a page or a source
says of its times (published_at, modified_at, claimed_at …) keeps the offset that it was told in."""

AS_TOLD = frozenset(
    {"published_at", "modified_at", "claimed_at", "claimed_changed_at", "to_published_at"}
)
"""Columns of tables with the words of others."""

_SECOND = "[0-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]"
_FORMS = (f"{_SECOND}+00:00", f"{_SECOND}.{'[0-9]' * 6}+00:00")


def statements() -> str:
    """All of the schema, as SQL."""
    return SQL + "".join(guards(*each) for each in UTC_COLUMNS.items())


def create(connection: sqlite3.Connection) -> None:
    """Make all tables and views in an empty database, in a transaction of the caller's. Raises
    sqlite3.Error."""
    run(connection, statements())
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")


def run(connection: sqlite3.Connection, sql: str) -> None:
    """Execute statements one by one: `executescript` would commit what went before. Raises
    sqlite3.Error."""
    for statement in each_statement(sql):
        connection.execute(statement)


def each_statement(sql: str) -> Iterator[str]:
    """The statements of some SQL, each with the comments before it."""
    statement = ""
    for line in sql.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def guards(table: str, columns: Sequence[str]) -> str:
    """Triggers that have a table refuse times of any other form in some of its columns."""
    sound = " AND ".join(_is_utc(f"new.{column}") for column in columns)
    events = (("added", "INSERT"), ("changed", f"UPDATE OF {', '.join(columns)}"))
    return "".join(
        f"CREATE TRIGGER {table}_{name}_in_utc BEFORE {event} ON {table} WHEN NOT ({sound})\n"
        f"BEGIN SELECT RAISE(ABORT, 'times in {table} are UTC: 2026-01-02T03:04:05+00:00'); END;\n"
        for name, event in events
    )


def _is_utc(column: str) -> str:
    forms = " OR ".join(f"{column} GLOB '{form}'" for form in _FORMS)
    return f"ifnull({forms}, 1)"
