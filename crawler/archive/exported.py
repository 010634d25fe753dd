"""What of an archive is given out as a corpus: which stories, and their rows in a stable order."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator

from crawler.archive.export_tables import RESERVED_EVER, Table
from crawler.archive.selecting import explained, select
from crawler.errors import UsageError
from crawler.search import Query

_NOTHING_MORE = re.compile(r"(?:\s|;|--[^\n]*|/\*.*?\*/)*", re.DOTALL)
"""What may follow a statement."""
_KEYS = ("article_id", "id", "url")
"""Columns by which a query of the user's own may name stories, best first."""


def choose(
    connection: sqlite3.Connection, query: Query, sql: str | None = None
) -> tuple[int, tuple[str, ...]]:
    """Choose the stories that are given out, for `rows`; returns how many they are, and what a
    reader should know of the query.

    They are in the order of newspapers, days of publication (without one: last) and addresses,
    which is the same in each archive of the same stories. sql: a query of the user's own, one of
    whose columns (article_id, id or url) names stories; only those. Raises UsageError where `sql`
    is none such or the query cannot be read, sqlite3.Error.
    """
    selection = select(connection, query)
    wanted, values = selection.rows("f.article_id")
    if sql is not None:
        named = _named_by(connection, sql)
        wanted = f"SELECT id FROM articles WHERE id IN ({wanted}) AND {named}"  # noqa: S608
    connection.execute(
        "CREATE TEMP TABLE _chosen"
        " (position INTEGER PRIMARY KEY, article_id INTEGER NOT NULL UNIQUE)"
    )
    try:
        connection.execute(
            "INSERT INTO temp._chosen (article_id)"  # noqa: S608
            f" SELECT a.id FROM articles a JOIN sites s ON s.id = a.site_id"
            f" JOIN revisions r ON r.id = a.revision_id WHERE a.id IN ({wanted})"
            " ORDER BY s.host, ifnull(a.published_day, r.published_at) IS NULL,"
            " ifnull(a.published_day, r.published_at), a.url",
            values,
        )
    except sqlite3.OperationalError as error:
        if (wrong := explained(query, error)) is not None:
            raise wrong from None
        raise
    return chosen(connection), (*query.notes, *selection.notes)


def look_with(connection: sqlite3.Connection, terms: Callable[[str | None], str]) -> None:
    """Let rows tell what is reserved. terms: of `captures.reservations`, a JSON list of words."""
    connection.create_function("reserved_terms", 1, terms, deterministic=True)


def leave_out(connection: sqlite3.Connection, term: str) -> int:
    """Take the stories out of the chosen ones of which any capture reserves this; returns how many.
    `look_with` comes first. Raises sqlite3.Error."""
    return connection.execute(
        "DELETE FROM temp._chosen WHERE article_id IN (SELECT a.id FROM temp._chosen c"  # noqa: S608
        " CROSS JOIN articles a ON a.id = c.article_id"
        f" WHERE ? IN (SELECT value FROM json_each({RESERVED_EVER})))",
        (term,),
    ).rowcount


def chosen(connection: sqlite3.Connection) -> int:
    """How many stories are chosen. Raises sqlite3.Error."""
    count: int = connection.execute("SELECT count(*) FROM temp._chosen").fetchone()[0]
    return count


def choose_captures(connection: sqlite3.Connection, site: str | None, *, whole: bool) -> None:
    """Choose captures for `rows`: of the chosen stories' addresses; whole: all of one newspaper, or
    of the archive, also of what is no story. Raises sqlite3.Error."""
    which = (
        "?1 IS NULL OR s.host = ?1"
        if whole
        else "u.article_id IN (SELECT article_id FROM temp._chosen) AND (?1 IS NULL OR 1)"
    )
    connection.execute(
        "CREATE TEMP TABLE _chosen_captures"
        " (position INTEGER PRIMARY KEY, capture_id INTEGER NOT NULL)"
    )
    connection.execute(
        "INSERT INTO temp._chosen_captures (capture_id)"  # noqa: S608
        " SELECT c.id FROM captures c JOIN urls u ON u.id = c.url_id"
        f" JOIN sites s ON s.id = u.site_id WHERE {which}"
        " ORDER BY s.host, c.fetched_at, c.record_id",
        (site,),
    )


def rows(connection: sqlite3.Connection, table: Table) -> Iterator[tuple[object, ...]]:
    """The rows of a table, as SQLite has their values, with the month (`2026-01`, as far as it is
    known, or None) behind the columns. Raises sqlite3.Error."""
    columns = ", ".join(f"{column.sql} AS {column.name}" for column in table.columns)
    return connection.execute(f"SELECT {columns}, {table.month} {table.source}")


def count(connection: sqlite3.Connection, table: Table) -> int:
    """How many rows a table has. Raises sqlite3.Error."""
    number: int = connection.execute(
        f"SELECT count(*) {table.source.partition(' ORDER BY ')[0]}"
    ).fetchone()[0]
    return number


def _named_by(connection: sqlite3.Connection, sql: str) -> str:
    """A condition on `articles`: it is among those that a query of the user's own names."""
    ends = (at + 1 for at, letter in enumerate(sql) if letter == ";")
    end = next((end for end in ends if sqlite3.complete_statement(sql[:end])), len(sql))
    if not _NOTHING_MORE.fullmatch(sql, end):
        raise UsageError("--sql: the file has more than one statement; write one SELECT")
    query = sql[:end].strip().rstrip(";").strip()
    if not query:
        raise UsageError(
            "--sql: the file is empty; write a SELECT with a column article_id, or url"
        )
    try:
        found = connection.execute(f"SELECT * FROM (\n{query}\n) LIMIT 0")  # noqa: S608
        names = [each[0].lower() for each in found.description]
    except (sqlite3.Error, sqlite3.Warning) as error:
        raise UsageError(f"--sql: this is no SELECT that SQLite can run ({error})") from None
    for name in _KEYS:
        if name in names:
            column = "url" if name == "url" else "id"
            return f"{column} IN (SELECT {name} FROM (\n{query}\n))"  # noqa: S608
    raise UsageError(
        f"--sql: its columns ({', '.join(names)}) name no stories; let one of them be article_id,"
        " id or url"
    )
