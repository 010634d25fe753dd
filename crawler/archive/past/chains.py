"""What the eleventh version of the tables adds: what lists that other lists told of have cost."""

from __future__ import annotations

COLUMNS = """
ALTER TABLE urls ADD COLUMN told_by INTEGER NOT NULL DEFAULT 0;
ALTER TABLE urls ADD COLUMN dry INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sites ADD COLUMN lists_told INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sites ADD COLUMN lists_empty INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sites ADD COLUMN told_visits INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sites ADD COLUMN told_stories INTEGER NOT NULL DEFAULT 0;
CREATE INDEX urls_withheld ON urls(site_id)
    WHERE reason = 'one of many lists that tell of too few stories';
"""
