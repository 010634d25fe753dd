"""What the fourth version of the tables adds: revisits, and the WARC files themselves."""

from __future__ import annotations

TABLES = """
ALTER TABLE captures ADD COLUMN record_type TEXT NOT NULL DEFAULT 'response'
    CHECK (record_type IN ('response', 'revisit'));
ALTER TABLE captures ADD COLUMN refers_to_id INTEGER REFERENCES captures(id);
ALTER TABLE captures ADD COLUMN truncated TEXT
    CHECK (truncated IN ('length', 'time', 'disconnect', 'unspecified'));
ALTER TABLE captures ADD COLUMN fetch_ms INTEGER;
ALTER TABLE captures ADD COLUMN reservations TEXT
    CHECK (reservations IS NULL OR json_valid(reservations));
CREATE INDEX captures_payload ON captures(payload_digest)
    WHERE record_type = 'response' AND truncated IS NULL AND payload_bytes > 0;
CREATE INDEX captures_refers ON captures(refers_to_id) WHERE refers_to_id IS NOT NULL;

ALTER TABLE runs ADD COLUMN uuid TEXT;

CREATE TABLE warc_files (
    name TEXT PRIMARY KEY,
    run_id INTEGER NOT NULL REFERENCES runs(id),
    bytes INTEGER NOT NULL,
    records INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    closed_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
"""
