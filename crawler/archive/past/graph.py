"""The graph of linked stories: which address is which article, and the views on top of it.

A link is tied to the article that it leads to by a key that all spellings of an address share
(`urls.story_key`), not by a row number: so it makes no difference which of the two arrives first.
"""

from __future__ import annotations

import sqlite3

from sqlite_utils import Database

from crawler.urls import story_key

TABLES = """
ALTER TABLE linked_stories ADD COLUMN key TEXT NOT NULL DEFAULT '';
UPDATE linked_stories SET key = story_key(url);
CREATE INDEX linked_stories_key ON linked_stories(key);

CREATE TABLE story_addresses (
    key TEXT PRIMARY KEY,
    article_id INTEGER REFERENCES articles(id),
    leads_to TEXT,
    CHECK (article_id IS NOT NULL OR leads_to IS NOT NULL)
) STRICT, WITHOUT ROWID;
CREATE INDEX story_addresses_article ON story_addresses(article_id);
CREATE INDEX story_addresses_leads_to ON story_addresses(leads_to) WHERE leads_to IS NOT NULL;

INSERT OR IGNORE INTO story_addresses (key, article_id) SELECT story_key(url), id FROM articles;
INSERT OR IGNORE INTO story_addresses (key, article_id)
    SELECT story_key(url), article_id FROM urls WHERE article_id IS NOT NULL;
"""

# Redirects that were captured before there was a table for them.
REDIRECTS = """
SELECT u.url, c.location FROM captures c JOIN urls u ON u.id = c.url_id
WHERE c.location IS NOT NULL ORDER BY c.id
"""

VIEWS = """
DROP VIEW story_links;
CREATE VIEW story_links AS
SELECT
    l.article_id,
    a.url AS from_url,
    r.title AS from_title,
    l.relation,
    l.label,
    l.position,
    l.title,
    l.excerpt,
    l.url AS to_url,
    coalesce(x.id, s.article_id) AS to_article_id,
    l.first_seen_at,
    l.last_seen_at
FROM linked_stories l
JOIN articles a ON a.id = l.article_id AND a.revision_id = l.revision_id
JOIN revisions r ON r.id = a.revision_id
LEFT JOIN articles x ON x.url = l.url
LEFT JOIN story_addresses s ON s.key = l.key;

CREATE VIEW story_graph AS
WITH links AS (
    SELECT
        l.article_id, l.relation, l.label, l.position, l.title, l.url, l.key, l.first_seen_at,
        l.last_seen_at, coalesce(x.id, s.article_id) AS to_article_id
    FROM linked_stories l
    LEFT JOIN articles x ON x.url = l.url
    LEFT JOIN story_addresses s ON s.key = l.key
),
edges AS (
    SELECT
        article_id, relation, label, min(position) AS position, max(title) AS title,
        min(url) AS url, min(key) AS key, to_article_id, min(first_seen_at) AS first_seen_at,
        max(last_seen_at) AS last_seen_at
    FROM links
    GROUP BY article_id, relation, label, ifnull(to_article_id, key)
)
SELECT
    e.article_id AS from_article_id,
    a.url AS from_url,
    r.title AS from_title,
    r.published_at AS from_published_at,
    si.host AS from_site,
    e.relation,
    e.label,
    e.position,
    e.to_article_id,
    ifnull(ta.url, e.url) AS to_url,
    ifnull(tr.title, e.title) AS to_title,
    tr.published_at AS to_published_at,
    ifnull(ts.host, substr(e.key, 1, instr(e.key || '/', '/') - 1)) AS to_site,
    e.key AS to_key,
    e.to_article_id IS NOT NULL AS to_archived,
    e.first_seen_at,
    e.last_seen_at
FROM edges e
JOIN articles a ON a.id = e.article_id
JOIN revisions r ON r.id = a.revision_id
JOIN sites si ON si.id = a.site_id
LEFT JOIN articles ta ON ta.id = e.to_article_id
LEFT JOIN revisions tr ON tr.id = ta.revision_id
LEFT JOIN sites ts ON ts.id = ta.site_id;

CREATE VIEW missing_stories AS
WITH missing AS (
    SELECT
        l.key, min(l.url) AS url, max(l.title) AS title, count(DISTINCT l.article_id) AS linked_by,
        group_concat(DISTINCT l.relation) AS relations, min(l.first_seen_at) AS first_seen_at,
        max(l.last_seen_at) AS last_seen_at
    FROM linked_stories l
    WHERE NOT EXISTS (SELECT 1 FROM articles x WHERE x.url = l.url)
        AND NOT EXISTS (
            SELECT 1 FROM story_addresses s WHERE s.key = l.key AND s.article_id IS NOT NULL)
    GROUP BY l.key
)
SELECT
    m.url,
    substr(m.key, 1, instr(m.key || '/', '/') - 1) AS site,
    m.title,
    m.linked_by,
    m.relations,
    m.first_seen_at,
    m.last_seen_at,
    u.state,
    u.reason
FROM missing m
LEFT JOIN urls u ON u.url = m.url
ORDER BY m.linked_by DESC, m.url;

CREATE VIEW most_linked AS
SELECT
    to_article_id AS article_id,
    min(to_url) AS url,
    to_site AS site,
    max(to_title) AS title,
    to_published_at AS published_at,
    count(DISTINCT from_article_id) AS linked_by,
    group_concat(DISTINCT relation) AS relations,
    min(first_seen_at) AS first_seen_at,
    max(last_seen_at) AS last_seen_at
FROM story_graph
GROUP BY ifnull(to_article_id, to_key)
ORDER BY linked_by DESC, url;
"""


def upgrade(db: Database) -> None:
    """Give an archive of the version before the keys of its links and the views."""
    db.conn.create_function("story_key", 1, story_key, deterministic=True)
    db.executescript(TABLES)
    for url, location in db.execute(REDIRECTS).fetchall():
        _note_redirect(db.conn, url, location)
    db.executescript(VIEWS)


def _note_redirect(connection: sqlite3.Connection, url: str, target: str) -> None:
    """Note that an address leads to another, which may be a story's now or later.

    Chains are kept short: what led to `url` leads to where it leads. Raises sqlite3.Error.
    """
    key, to = story_key(url), story_key(target)
    row = connection.execute(
        "SELECT article_id, leads_to FROM story_addresses WHERE key = ?", (to,)
    ).fetchone()
    article_id, further = row or (None, None)
    to = further or to
    if key == to:
        return
    connection.execute(
        "INSERT INTO story_addresses (key, article_id, leads_to) VALUES (?, ?, ?)"
        " ON CONFLICT (key) DO UPDATE SET leads_to = excluded.leads_to,"
        " article_id = ifnull(article_id, excluded.article_id)",
        (key, article_id, to),
    )
    connection.execute(
        "UPDATE story_addresses SET leads_to = ?, article_id = ifnull(article_id, ?)"
        " WHERE leads_to = ? AND key <> ?",
        (to, article_id, key, to),
    )
