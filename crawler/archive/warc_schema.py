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

CAPTURES = {
    "record_type": "response, or revisit: the record has no payload, for it is that of another.",
    "refers_to_id": "The capture whose response has a revisit's payload.",
    "truncated": "Why the record holds less than was sent (length, time, disconnect), if it does.",
    "fetch_ms": "Milliseconds from the request to the last byte.",
    "reservations": "What the answer reserves (noarchive, TDM …), a JSON list; NULL for nothing.",
}

FILES = {
    "": "WARC files that are closed: nothing is written to them any more.",
    "name": "File in the archive's warc folder.",
    "run_id": "The run that closed it.",
    "bytes": "Its length.",
    "records": "Records in it, of every type.",
    "sha256": "Digest of the whole file, in hexadecimal digits: what sha256sum says.",
    "closed_at": "UTC.",
}
