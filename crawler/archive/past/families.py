"""What the twelfth version of the tables adds: families of addresses, and which are held."""

from __future__ import annotations

from sqlite_utils import Database

TABLES = """
DROP TABLE url_shapes;
CREATE TABLE url_families (
    id INTEGER PRIMARY KEY,
    site_id INTEGER NOT NULL REFERENCES sites(id),
    name TEXT NOT NULL,
    is_open INTEGER NOT NULL CHECK (is_open IN (0, 1)),
    admitted INTEGER NOT NULL DEFAULT 0,
    visits INTEGER NOT NULL DEFAULT 0,
    stories INTEGER NOT NULL DEFAULT 0,
    led_to INTEGER NOT NULL DEFAULT 0,
    slashed INTEGER NOT NULL DEFAULT 0,
    deepest INTEGER NOT NULL DEFAULT 0,
    UNIQUE (site_id, name)
) STRICT;

CREATE TABLE url_tellers (
    url_id INTEGER NOT NULL REFERENCES urls(id),
    list_id INTEGER NOT NULL REFERENCES urls(id),
    PRIMARY KEY (url_id, list_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE copies (
    url_id INTEGER PRIMARY KEY REFERENCES urls(id),
    article_id INTEGER NOT NULL REFERENCES articles(id),
    likeness REAL NOT NULL,
    is_split INTEGER NOT NULL DEFAULT 0 CHECK (is_split IN (0, 1))
) STRICT;

ALTER TABLE sites DROP COLUMN listing_visits;
ALTER TABLE sites RENAME COLUMN listing_led_to TO lists_led_to;
ALTER TABLE sites ADD COLUMN round_from INTEGER NOT NULL DEFAULT 0;
ALTER TABLE urls DROP COLUMN shape;
ALTER TABLE urls ADD COLUMN family_id INTEGER REFERENCES url_families(id);
ALTER TABLE urls ADD COLUMN held INTEGER NOT NULL DEFAULT 0 CHECK (held IN (0, 1, 2));

DROP INDEX urls_queued;
CREATE INDEX urls_queued ON urls(site_id, priority DESC, id) WHERE state = 'queued' AND held <> 1;
CREATE INDEX urls_held ON urls(site_id, family_id, priority DESC, key) WHERE held = 1;

UPDATE urls SET state = 'queued', reason = NULL, due_at = NULL
WHERE state = 'excluded' AND reason = 'no new stories on pages like this one';
"""


def upgrade(db: Database) -> None:
    """Replace the shapes of addresses, which were judged one by one, by families, which are judged
    when nothing better is left. What was left out by the old rule gets its turn anew."""
    db.executescript(TABLES)
