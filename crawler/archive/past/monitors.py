"""What monitors find, and the days that they look at."""

from __future__ import annotations

from sqlite_utils import Database

from crawler.archive import schema

_UPGRADE = """
CREATE TABLE findings (
    id INTEGER PRIMARY KEY,
    site_id INTEGER REFERENCES sites(id),
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    level TEXT NOT NULL CHECK (level IN ('error', 'warning', 'note')),
    since TEXT NOT NULL,
    noted_at TEXT NOT NULL,
    numbers TEXT NOT NULL CHECK (json_valid(numbers)),
    urls TEXT NOT NULL CHECK (json_valid(urls)),
    state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'seen', 'muted', 'recovered')),
    muted_until TEXT,
    recovered_at TEXT,
    is_habit INTEGER NOT NULL DEFAULT 0 CHECK (is_habit IN (0, 1)),
    CHECK ((state = 'muted') = (muted_until IS NOT NULL)),
    CHECK ((state = 'recovered') = (recovered_at IS NOT NULL))
) STRICT;
CREATE INDEX findings_site ON findings(site_id, kind, subject);
CREATE INDEX findings_open ON findings(state) WHERE state <> 'recovered';
CREATE TABLE _paper_days (
    site_id INTEGER NOT NULL REFERENCES sites(id),
    day TEXT NOT NULL,
    facts TEXT NOT NULL CHECK (json_valid(facts)),
    PRIMARY KEY (site_id, day)
) STRICT, WITHOUT ROWID;
"""


def upgrade(db: Database) -> None:
    """Bring the twenty-first version up to date. Raises sqlite3.Error."""
    schema.run(db.conn, _UPGRADE)
    schema.run(db.conn, schema.guards("findings", ("noted_at", "recovered_at")))
