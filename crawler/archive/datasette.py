"""What Datasette is told of an archive: descriptions, the search box, what is to be hidden."""

from __future__ import annotations

import sqlite3
from typing import Any

NAME = "archive"
"""What Datasette calls the database: its file's name without its ending."""


def metadata(connection: sqlite3.Connection) -> dict[str, Any]:
    """Metadata for Datasette, made of the archive's own descriptions. Raises sqlite3.Error."""
    sites = [site for (site,) in connection.execute("SELECT host FROM sites ORDER BY id LIMIT 3")]
    return {
        "title": f"Archive of {', '.join(sites)}" if sites else "Archive",
        "databases": {NAME: {"tables": described(connection, "id")}},
    }


def described(connection: sqlite3.Connection, key: str) -> dict[str, dict[str, Any]]:
    """What is told of each table of a database that has `descriptions`, and `stories` with a search
    index; key: the column of `stories` by which that means them. Raises sqlite3.Error."""
    tables: dict[str, dict[str, Any]] = {}
    for table, column, text in connection.execute(
        "SELECT table_name, column_name, description FROM descriptions"
    ):
        told = tables.setdefault(table, {})
        if column:
            told.setdefault("columns", {})[column] = text
        else:
            told["description"] = text
    names = connection.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")
    for (name,) in names:
        if name.startswith(("_", "stories_fts")):
            tables.setdefault(name, {})["hidden"] = True
    if "stories" in tables:
        tables["stories"].update(fts_table="stories_fts", fts_pk=key, sort_desc="published_utc")
    return dict(sorted(tables.items()))
