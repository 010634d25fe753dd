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

FILES = {
    "": "WARC files that are damaged or lost, as `scrapy verify --refetch` found them.",
    "name": "File in the archive's warc folder.",
    "noted_at": "When that was noted, UTC.",
    "bytes": "Its length then; NULL: it was not there.",
    "sha256": "Its digest then, in hexadecimal digits; NULL: it was not there.",
}

CAPTURES = {
    "": "Captures whose records are damaged or lost, as `scrapy verify --refetch` found them: their"
    " addresses are fetched again.",
    "capture_id": "The capture.",
    "noted_at": "When that was noted, UTC: what is captured later may stand for it.",
}
