"""What was taken out of an archive, and where its backups are."""

from __future__ import annotations

from sqlite_utils import Database

from crawler.archive import schema

_UPGRADE = """
CREATE TABLE takedowns (
    id INTEGER PRIMARY KEY,
    uuid TEXT NOT NULL UNIQUE,
    url TEXT NOT NULL,
    at TEXT NOT NULL,
    reason TEXT NOT NULL,
    requested_by TEXT NOT NULL,
    records TEXT NOT NULL CHECK (json_valid(records)),
    captures INTEGER NOT NULL,
    finished_at TEXT
) STRICT;

CREATE TABLE takedown_urls (
    key INTEGER NOT NULL,
    url TEXT NOT NULL,
    takedown_id INTEGER NOT NULL REFERENCES takedowns(id),
    PRIMARY KEY (key, url)
) STRICT, WITHOUT ROWID;
CREATE INDEX takedown_urls_takedown ON takedown_urls(takedown_id);

CREATE TABLE takedown_digests (
    payload_digest TEXT PRIMARY KEY,
    takedown_id INTEGER NOT NULL REFERENCES takedowns(id)
) STRICT, WITHOUT ROWID;
CREATE INDEX takedown_digests_takedown ON takedown_digests(takedown_id);

CREATE TABLE prunings (
    id INTEGER PRIMARY KEY,
    uuid TEXT NOT NULL UNIQUE,
    at TEXT NOT NULL,
    policy TEXT NOT NULL CHECK (json_valid(policy)),
    captures INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    finished_at TEXT
) STRICT;

CREATE TABLE pruned_captures (
    record_id TEXT PRIMARY KEY,
    pruning_id INTEGER NOT NULL REFERENCES prunings(id),
    url_id INTEGER NOT NULL REFERENCES urls(id),
    fetched_at TEXT NOT NULL,
    status INTEGER NOT NULL,
    payload_digest TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX pruned_captures_pruning ON pruned_captures(pruning_id);
CREATE INDEX pruned_captures_url ON pruned_captures(url_id);

CREATE TABLE backups (
    destination TEXT PRIMARY KEY,
    at TEXT NOT NULL,
    captures INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE _removals (
    record_id TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;
CREATE TABLE _replaced_files (
    name TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

CREATE TRIGGER urls_taken_down_added AFTER INSERT ON urls
WHEN EXISTS (SELECT 1 FROM takedown_urls t WHERE t.key = new.key)
BEGIN
    UPDATE urls SET state = 'excluded', reason = 'taken down', reason_code = 'taken_down',
        reason_subject = NULL, due_at = NULL, claimed_title = NULL, article_id = NULL, held = 0
    WHERE id = new.id;
END;
CREATE TRIGGER urls_taken_down_changed
AFTER UPDATE OF state, reason_code, due_at, claimed_title, article_id ON urls
WHEN (new.state <> 'excluded' OR new.reason_code IS NOT 'taken_down' OR new.due_at IS NOT NULL
        OR new.claimed_title IS NOT NULL OR new.article_id IS NOT NULL)
    AND EXISTS (SELECT 1 FROM takedown_urls t WHERE t.key = new.key)
BEGIN
    UPDATE urls SET state = 'excluded', reason = 'taken down', reason_code = 'taken_down',
        reason_subject = NULL, due_at = NULL, claimed_title = NULL, article_id = NULL, held = 0
    WHERE id = new.id;
END;
"""
_TIMES = {
    "takedowns": ("at", "finished_at"),
    "prunings": ("at", "finished_at"),
    "pruned_captures": ("fetched_at",),
    "backups": ("at",),
}


def upgrade(db: Database) -> None:
    """Bring the version before up to date. Raises sqlite3.Error."""
    schema.run(db.conn, _UPGRADE)
    for table, columns in _TIMES.items():
        schema.run(db.conn, schema.guards(table, columns))
