"""What the eighth version of the tables adds: which records are known to be lost."""

from __future__ import annotations

TABLES = """
CREATE TABLE damaged_files (
    name TEXT PRIMARY KEY,
    noted_at TEXT NOT NULL,
    bytes INTEGER,
    sha256 TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE lost_captures (
    capture_id INTEGER PRIMARY KEY REFERENCES captures(id),
    noted_at TEXT NOT NULL
) STRICT;
"""
