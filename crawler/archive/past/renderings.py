"""Where pages are that a browser showed; before, a page was read from its raw answer alone."""

from __future__ import annotations

from sqlite_utils import Database

from crawler.archive import schema

_TABLES = """
CREATE TABLE renderings (
    capture_id INTEGER PRIMARY KEY REFERENCES captures(id),
    record_id TEXT NOT NULL UNIQUE,
    rendered_at TEXT NOT NULL,
    made_by TEXT NOT NULL,
    digest TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    warc_file TEXT NOT NULL,
    warc_offset INTEGER NOT NULL,
    warc_length INTEGER NOT NULL,
    UNIQUE (warc_file, warc_offset)
) STRICT;
"""


def upgrade(db: Database) -> None:
    """Bring the version before up to date. Raises sqlite3.Error."""
    schema.run(db.conn, _TABLES)
    schema.run(db.conn, schema.guards("renderings", ("rendered_at",)))
