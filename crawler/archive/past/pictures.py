"""Requisites of pages in the frontier, and what is known of pictures."""

from __future__ import annotations

from sqlite_utils import Database

from crawler.archive import schema

_ROLES = "CHECK (role IN ('home', 'robots', 'sitemap', 'feed', 'wordpress', 'page'"
_UPGRADE = """
DROP INDEX urls_sources;
CREATE INDEX urls_sources ON urls(site_id) WHERE role <> 'page' AND role <> 'requisite';
DROP VIEW site_summary;
CREATE VIEW site_summary AS
SELECT
    s.host AS site,
    s.home_url,
    (SELECT count(*) FROM articles a WHERE a.site_id = s.id) AS articles,
    (SELECT r.published_at FROM articles a JOIN revisions r ON r.id = a.revision_id
        WHERE a.site_id = s.id AND a.published_utc IS NOT NULL
        ORDER BY a.published_utc LIMIT 1) AS first_published_at,
    (SELECT r.published_at FROM articles a JOIN revisions r ON r.id = a.revision_id
        WHERE a.site_id = s.id AND a.published_utc IS NOT NULL
        ORDER BY a.published_utc DESC LIMIT 1) AS last_published_at,
    (SELECT max(a.last_captured_at) FROM articles a WHERE a.site_id = s.id) AS last_captured_at,
    (SELECT count(*) FROM articles a WHERE a.site_id = s.id AND a.revisions > 1 AND EXISTS (
        SELECT 1 FROM revisions r
        WHERE r.article_id = a.id AND r.number > 1 AND r.cause <> 'extractor')) AS revised,
    (SELECT count(*) FROM articles a WHERE a.site_id = s.id AND a.gone_at IS NOT NULL) AS gone,
    (SELECT count(*) FROM urls u WHERE u.site_id = s.id AND u.state = 'queued' AND u.held <> 1
            AND u.priority > -2000000000)
        + (SELECT count(*) FROM urls u WHERE u.site_id = s.id AND u.held = 1
            AND u.state = 'queued')
        + (SELECT count(*) FROM urls u WHERE u.site_id = s.id AND u.state = 'claimed'
            AND u.role <> 'requisite') AS queued,
    (SELECT count(*) FROM urls u WHERE u.site_id = s.id AND u.state = 'failed'
        AND u.role <> 'requisite' AND (u.role = 'page' OR u.source <> 'usual')) AS failed
FROM sites s
-- hosts of pictures alone are no newspapers
WHERE ifnull((SELECT u.role FROM urls u WHERE u.url = s.home_url), 'home') <> 'requisite';
CREATE INDEX urls_requisites ON urls(site_id, state) WHERE role = 'requisite';
CREATE INDEX images_url ON images(url);
CREATE TABLE pictures (
    url_id INTEGER PRIMARY KEY REFERENCES urls(id),
    capture_id INTEGER NOT NULL REFERENCES captures(id),
    media_type TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    width INTEGER,
    height INTEGER
) STRICT;
CREATE INDEX pictures_capture ON pictures(capture_id);
CREATE VIEW story_pictures AS
SELECT
    i.id,
    i.article_id,
    i.revision_id,
    i.role,
    i.position,
    i.url,
    i.alt,
    i.caption,
    p.capture_id,
    (SELECT c.fetched_at FROM captures c WHERE c.id = p.capture_id) AS fetched_at,
    p.media_type,
    p.bytes,
    p.width,
    p.height,
    u.state,
    u.reason
FROM images i
LEFT JOIN urls u ON u.url = i.url
LEFT JOIN pictures p ON p.url_id = u.id;
"""


def upgrade(db: Database) -> None:
    """Let urls be requisites, and add what pictures need.

    A table's CHECK alone changes nothing of what is stored: it is changed in place, as SQLite's
    documentation has it (lang_altertable.html, 7), for a copy of the frontier may take minutes.
    """
    (version,) = db.execute("PRAGMA schema_version").fetchone()
    db.execute("PRAGMA writable_schema = ON")
    db.execute(
        "UPDATE sqlite_schema SET sql = replace(sql, ?, ?) WHERE type = 'table' AND name = 'urls'",
        (_ROLES, f"{_ROLES}, 'requisite'"),
    )
    db.execute(f"PRAGMA schema_version = {version + 1}")
    db.execute("PRAGMA writable_schema = OFF")
    schema.run(db.conn, _UPGRADE)
