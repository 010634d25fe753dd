"""What runs tell of themselves, and what each newspaper of a run came to: runs of before do not
say."""

from __future__ import annotations

UPGRADE = """
ALTER TABLE runs ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN seconds REAL;
ALTER TABLE runs ADD COLUMN exit_code INTEGER;
ALTER TABLE runs ADD COLUMN visits TEXT CHECK (visits IS NULL OR json_valid(visits));
ALTER TABLE runs ADD COLUMN settings_digest TEXT;
ALTER TABLE runs ADD COLUMN versions TEXT CHECK (versions IS NULL OR json_valid(versions));
UPDATE runs SET bytes = ifnull((SELECT sum(payload_bytes) FROM captures c
        WHERE c.run_id = runs.id AND c.status <> 304), 0),
    seconds = round((julianday(finished_at) - julianday(started_at)) * 86400.0, 3);
CREATE TABLE run_papers (
    run_id INTEGER NOT NULL REFERENCES runs(id),
    site_id INTEGER NOT NULL REFERENCES sites(id),
    paper TEXT NOT NULL,
    since TEXT,
    until TEXT,
    captures INTEGER NOT NULL DEFAULT 0,
    new_articles INTEGER NOT NULL DEFAULT 0,
    new_revisions INTEGER NOT NULL DEFAULT 0,
    unchanged_articles INTEGER NOT NULL DEFAULT 0,
    failures INTEGER NOT NULL DEFAULT 0,
    bytes INTEGER NOT NULL DEFAULT 0,
    outcome TEXT,
    reason TEXT,
    reason_code TEXT,
    reason_subject TEXT,
    PRIMARY KEY (run_id, site_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX run_papers_site ON run_papers(site_id, run_id);
"""
