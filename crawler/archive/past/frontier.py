"""The frontier's columns and indexes: what the second version added to the first one's `urls`.

Each index is partial: a claim, a look for what is due and the recovery after a crash each read a
few rows, however many millions are known.
"""

from __future__ import annotations

import sqlite3

from sqlite_utils import Database

from crawler.archive.keys import url_key

URLS = """
CREATE TABLE urls_new (
    id INTEGER PRIMARY KEY,
    url TEXT NOT NULL UNIQUE,
    key INTEGER NOT NULL,
    site_id INTEGER NOT NULL REFERENCES sites(id),
    role TEXT NOT NULL
        CHECK (role IN ('home', 'robots', 'sitemap', 'feed', 'wordpress', 'page')),
    state TEXT NOT NULL CHECK (state IN ('queued', 'claimed', 'done', 'retry', 'redirected',
        'failed', 'gone', 'excluded')),
    reason TEXT,
    source TEXT NOT NULL,
    via_id INTEGER REFERENCES urls(id),
    found_at TEXT NOT NULL,
    claimed_at TEXT,
    claimed_changed_at TEXT,
    claimed_title TEXT,
    listed INTEGER NOT NULL DEFAULT 0 CHECK (listed IN (0, 1)),
    priority INTEGER NOT NULL DEFAULT 0,
    due_at TEXT,
    interval_seconds INTEGER,
    attempts INTEGER NOT NULL DEFAULT 0,
    failures INTEGER NOT NULL DEFAULT 0,
    visited_at TEXT,
    etag TEXT,
    last_modified TEXT,
    article_id INTEGER REFERENCES articles(id)
) STRICT;
INSERT INTO urls_new (id, url, key, site_id, role, state, reason, source, via_id, found_at,
    claimed_at, claimed_title, attempts, visited_at, article_id)
SELECT id, url, url_key(url), site_id, role, state, reason, source, via_id, found_at,
    claimed_at, claimed_title, attempts, visited_at, article_id
FROM urls;
DROP TABLE urls;
ALTER TABLE urls_new RENAME TO urls;
CREATE INDEX urls_key ON urls(key);
CREATE INDEX urls_queued ON urls(site_id, priority DESC, id) WHERE state = 'queued';
CREATE INDEX urls_claimed ON urls(site_id) WHERE state = 'claimed';
CREATE INDEX urls_due ON urls(site_id, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX urls_failed ON urls(site_id) WHERE state = 'failed';
CREATE INDEX urls_sources ON urls(site_id) WHERE role <> 'page';
CREATE INDEX urls_outside ON urls(site_id)
    WHERE reason = 'published outside the dates asked for';
CREATE INDEX urls_article ON urls(article_id) WHERE article_id IS NOT NULL;
"""

TABLES = """
CREATE TABLE url_shapes (
    site_id INTEGER NOT NULL REFERENCES sites(id),
    shape TEXT NOT NULL,
    visits INTEGER NOT NULL DEFAULT 0,
    stories INTEGER NOT NULL DEFAULT 0,
    led_to INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (site_id, shape)
) STRICT, WITHOUT ROWID;

CREATE TABLE robots_files (
    origin TEXT PRIMARY KEY,
    url TEXT NOT NULL,
    fetched_at TEXT NOT NULL,
    status INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE revision_changes (
    revision_id INTEGER NOT NULL REFERENCES revisions(id),
    field TEXT NOT NULL CHECK (field IN ('title', 'standfirst', 'authors', 'published_at',
        'section', 'tags', 'body', 'linked_stories')),
    PRIMARY KEY (revision_id, field)
) STRICT, WITHOUT ROWID;

CREATE TABLE article_bands (
    band INTEGER NOT NULL,
    value INTEGER NOT NULL,
    article_id INTEGER NOT NULL REFERENCES articles(id),
    PRIMARY KEY (band, value, article_id)
) STRICT, WITHOUT ROWID;

ALTER TABLE sites ADD COLUMN listing_visits INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sites ADD COLUMN listing_led_to INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sites ADD COLUMN stories INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sites ADD COLUMN listed_stories INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sites ADD COLUMN revisits INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sites ADD COLUMN edits INTEGER NOT NULL DEFAULT 0;
UPDATE sites SET stories = (SELECT count(*) FROM articles WHERE site_id = sites.id);
"""

VIEWS = """
DROP VIEW not_archived;
CREATE VIEW not_archived AS
SELECT
    u.url,
    s.host AS site,
    u.role,
    u.state,
    u.reason,
    u.attempts,
    u.visited_at,
    v.url AS linked_from
FROM urls u
JOIN sites s ON s.id = u.site_id
LEFT JOIN urls v ON v.id = u.via_id
WHERE (u.state IN ('failed', 'retry', 'gone', 'excluded')
        AND NOT (u.state = 'excluded' AND u.article_id IS NOT NULL))
    OR (u.state = 'done' AND u.role = 'page' AND u.article_id IS NULL);

CREATE VIEW edited_stories AS
SELECT
    r.article_id,
    a.url,
    s.host AS site,
    r.number,
    r.captured_at,
    r.title,
    before.title AS title_before,
    r.word_count - before.word_count AS words_added,
    (SELECT group_concat(field, ', ') FROM (
        SELECT field FROM revision_changes c WHERE c.revision_id = r.id ORDER BY field)) AS changed
FROM revisions r
JOIN revisions before ON before.article_id = r.article_id AND before.number = r.number - 1
JOIN articles a ON a.id = r.article_id
JOIN sites s ON s.id = a.site_id;

CREATE VIEW gone_stories AS
SELECT
    a.id AS article_id,
    a.url,
    s.host AS site,
    r.title,
    r.published_at,
    a.gone_at,
    (SELECT u.reason FROM urls u WHERE u.article_id = a.id AND u.state = 'gone'
        ORDER BY u.visited_at DESC LIMIT 1) AS reason,
    a.last_captured_at,
    r.number AS last_revision
FROM articles a
JOIN sites s ON s.id = a.site_id
JOIN revisions r ON r.id = a.revision_id
WHERE a.gone_at IS NOT NULL;
"""


def upgrade(db: Database) -> None:
    """Bring the first version's tables up to the frontier's.

    Foreign keys must be off: the table that others refer to is made anew, because SQLite cannot
    change a CHECK in place (https://www.sqlite.org/lang_altertable.html#otheralter).
    """
    connection: sqlite3.Connection = db.conn
    if connection.execute("PRAGMA foreign_keys").fetchone()[0]:
        raise sqlite3.OperationalError("a migration needs foreign keys off")
    connection.create_function("url_key", 1, url_key, deterministic=True)
    # Renaming a table reads every view; those that name it must be away meanwhile.
    views = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'view' ORDER BY rowid"
    ).fetchall()
    for name, _ in views:
        connection.execute(f"DROP VIEW [{name}]")
    db.executescript(URLS)
    for _, sql in views:
        connection.execute(sql)
    db.executescript(TABLES)
    db.executescript(VIEWS)
    if connection.execute("PRAGMA foreign_key_check").fetchone():
        raise sqlite3.IntegrityError("references broken by the migration")
