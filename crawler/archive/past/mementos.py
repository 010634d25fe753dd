"""Where captures were got from, and what other archives of the web list."""

from __future__ import annotations

from sqlite_utils import Database

from crawler.archive import schema

_UPGRADE = """
ALTER TABLE captures ADD COLUMN source_uri TEXT;
CREATE TABLE web_archives (
    id INTEGER PRIMARY KEY,
    endpoint TEXT NOT NULL UNIQUE,
    first_asked_at TEXT NOT NULL,
    last_asked_at TEXT NOT NULL
) STRICT;
CREATE TABLE mementos (
    id INTEGER PRIMARY KEY,
    web_archive_id INTEGER NOT NULL REFERENCES web_archives(id),
    wanted_by TEXT NOT NULL,
    url TEXT NOT NULL,
    captured_at TEXT NOT NULL,
    status INTEGER,
    content_type TEXT,
    digest TEXT,
    source TEXT CHECK (source IS NULL OR json_valid(source)),
    state TEXT NOT NULL CHECK (state IN ('queued', 'archived', 'retry', 'failed', 'gone')),
    reason TEXT,
    reason_code TEXT,
    reason_subject TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    UNIQUE (web_archive_id, url, captured_at)
) STRICT;
CREATE INDEX mementos_waiting ON mementos(web_archive_id, wanted_by, url, captured_at)
    WHERE state IN ('queued', 'retry');
CREATE INDEX mementos_payload ON mementos(web_archive_id, digest)
    WHERE state = 'archived' AND status = 200;
CREATE TABLE _listings (
    web_archive_id INTEGER NOT NULL REFERENCES web_archives(id),
    what TEXT NOT NULL,
    to_come TEXT NOT NULL CHECK (json_valid(to_come)),
    noted_at TEXT NOT NULL,
    PRIMARY KEY (web_archive_id, what)
) STRICT, WITHOUT ROWID;
CREATE TABLE _lookups (
    id INTEGER PRIMARY KEY,
    web_archive_id INTEGER NOT NULL REFERENCES web_archives(id),
    wanted_by TEXT NOT NULL,
    url TEXT NOT NULL,
    host TEXT NOT NULL,
    is_own INTEGER NOT NULL CHECK (is_own IN (0, 1)),
    asked_at TEXT,
    found INTEGER,
    UNIQUE (web_archive_id, url)
) STRICT;
CREATE INDEX _lookups_to_ask ON _lookups(web_archive_id, wanted_by, host) WHERE asked_at IS NULL;
"""


def upgrade(db: Database) -> None:
    """Bring the version before up to date. Raises sqlite3.Error."""
    schema.run(db.conn, _UPGRADE)
    schema.run(db.conn, schema.guards("web_archives", ("first_asked_at", "last_asked_at")))
    schema.run(db.conn, schema.guards("mementos", ("captured_at",)))
    schema.run(db.conn, schema.guards("_listings", ("noted_at",)))
    schema.run(db.conn, schema.guards("_lookups", ("asked_at",)))
