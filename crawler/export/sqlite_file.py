"""A SQLite file to share: tables with types and keys, their descriptions, search."""

from __future__ import annotations

import errno
import json
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO

from sqlite_utils import Database

from crawler.archive.database import is_full
from crawler.archive.datasette import described
from crawler.archive.export_tables import Kind, Table
from crawler.archive.stoppable import stoppable
from crawler.export.values import Row, moment_text

NAME = "stories"
"""What the database is called: its file's name without its ending."""
_SETTINGS = ("page_size = 4096", "journal_mode = OFF", "synchronous = OFF", "cache_size = -32768")
_CHUNK = 1 << 20
_TYPES: dict[Kind, type] = {"integer": int, "boolean": int, "number": float}
_SEARCHED = ("title", "standfirst", "body_text")
_TOKENIZE = "unicode61 remove_diacritics 2"
_INDEXES: dict[str, tuple[tuple[str, ...], ...]] = {
    "stories": (("site", "published_day"), ("published_day",), ("published_utc",), ("section",)),
    "links": (("story_id",), ("to_story_id",)),
    "captures": (("url",), ("fetched_at",)),
}
_POINT_TO_STORIES = {
    "links": [("story_id", NAME, "id"), ("to_story_id", NAME, "id")],
    "revisions": [("url", NAME, "url")],
}
_DESCRIPTIONS = "descriptions"


def write(out: BinaryIO, tables: Iterable[Table], rows: Callable[[Table], Iterable[Row]]) -> None:
    """Write a database of these tables: the same bytes for the same rows. It is made in a temporary
    file beside `out`, where that is a file. Raises OSError, sqlite3.Error."""
    name = getattr(out, "name", None)  # of standard output: "<stdout>"
    where = Path(name).parent if isinstance(name, str) and Path(name).is_file() else None
    with tempfile.TemporaryDirectory(prefix=".stories-", dir=where) as folder:
        path = _made(Path(folder), tuple(tables), rows)
        with path.open("rb") as made:
            shutil.copyfileobj(made, out, _CHUNK)


def metadata(path: Path) -> dict[str, Any]:
    """What Datasette is told of a database that `write` made. Raises sqlite3.Error."""
    with closing(sqlite3.connect(path)) as connection:
        tables = described(connection, "rowid")
    return {
        "title": "Stories of an archive of newspapers",
        "databases": {NAME: {"tables": tables}},
    }


def _made(folder: Path, tables: tuple[Table, ...], rows: Callable[[Table], Iterable[Row]]) -> Path:
    try:
        return _filled(folder, tables, rows)
    except sqlite3.Error as error:
        if is_full(folder, error):  # this disk, not that of the archive
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from error
        raise


def _filled(
    folder: Path, tables: tuple[Table, ...], rows: Callable[[Table], Iterable[Row]]
) -> Path:
    path, vacuumed = folder / "filled.db", folder / "vacuumed.db"
    # Nobody else sees the file before it is complete, and a broken-off one is thrown away.
    with closing(Database(sqlite3.connect(path, isolation_level=None))) as db:
        for setting in _SETTINGS:
            db.conn.execute(f"PRAGMA {setting}")
        names = {table.name for table in tables}
        for table in sorted(tables, key=lambda table: table.name != NAME):  # others point to it
            _create(db, table, names)
            with db.atomic():
                _fill(db, table, rows(table))
            if table.name == NAME:
                db.table(NAME).create_index(["url"], unique=True)
            for index in _INDEXES.get(table.name, ()):
                db.table(table.name).create_index(index)
        with stoppable(db.conn):
            if NAME in names:
                db.table(NAME).enable_fts(_SEARCHED, tokenize=_TOKENIZE)
                db.table(NAME).optimize()
            _describe(db, tables)
            db.execute("VACUUM INTO ?", [str(vacuumed)])
    path.unlink()
    return vacuumed


def _create(db: Database, table: Table, names: set[str]) -> None:
    key = table.key[0] if len(table.key) == 1 else table.key or None
    db.table(table.name).create(
        {column.name: _TYPES.get(column.kind, str) for column in table.columns},
        pk=key,
        not_null=table.key,
        foreign_keys=_POINT_TO_STORIES.get(table.name) if NAME in names else None,
        strict=True,
    )


def _fill(db: Database, table: Table, rows: Iterable[Row]) -> None:
    names = [column.name for column in table.columns]
    places = ", ".join("?" * len(names))
    db.conn.executemany(
        f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({places})",  # noqa: S608
        ([_value(row[name]) for name in names] for row in rows),
    )


def _value(value: Any) -> Any:
    if isinstance(value, datetime):
        return moment_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | dict):
        # JSON has a form for half of a surrogate pair, and UTF-8 has none
        return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace").decode()
    return value


def _describe(db: Database, tables: tuple[Table, ...]) -> None:
    db.table(_DESCRIPTIONS).create(
        {"table_name": str, "column_name": str, "description": str},
        pk=("table_name", "column_name"),
        not_null={"table_name", "column_name", "description"},
        strict=True,
    )
    db.table(_DESCRIPTIONS).insert_all(_descriptions(tables))


def _descriptions(tables: tuple[Table, ...]) -> Iterator[dict[str, str]]:
    told = [(table.name, "", f"Each row is {table.row}.") for table in tables]
    told += [(table.name, c.name, c.meaning) for table in tables for c in table.columns]
    told.append((_DESCRIPTIONS, "", "What the tables and columns of this file mean."))
    for table, column, text in told:
        yield {"table_name": table, "column_name": column, "description": text}
