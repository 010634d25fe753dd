"""Hosts that have asked to be left alone for a while."""

from __future__ import annotations

from sqlite_utils import Database

from crawler.archive import schema

_ADDED = """
DROP TRIGGER sites_added_in_utc;
DROP TRIGGER sites_changed_in_utc;
ALTER TABLE sites ADD COLUMN paused_until TEXT;
"""


def upgrade(db: Database) -> None:
    """Bring the version before up to date. Raises sqlite3.Error."""
    schema.run(db.conn, _ADDED + schema.guards("sites", ("first_seen_at", "paused_until")))
