"""How far a reading can be believed: revisions of before do not say."""

from __future__ import annotations

from sqlite_utils import Database

from crawler.archive import schema

_UPGRADE = """
ALTER TABLE revisions ADD COLUMN body_confidence REAL;
ALTER TABLE revisions ADD COLUMN authors_confidence REAL;
ALTER TABLE revisions ADD COLUMN published_confidence REAL;
DROP VIEW stories;
CREATE VIEW stories AS
SELECT
    a.id,
    a.url,
    s.host AS site,
    r.title,
    (SELECT group_concat(name, ', ') FROM (
        SELECT au.name FROM article_authors aa JOIN authors au ON au.id = aa.author_id
        WHERE aa.article_id = a.id ORDER BY aa.position)) AS authors,
    r.published_at,
    a.published_utc,
    a.published_day,
    r.published_precision,
    r.modified_at,
    r.read_time_minutes,
    r.read_time_shown,
    r.section,
    (SELECT group_concat(name, ', ') FROM (
        SELECT t.name FROM article_tags atg JOIN tags t ON t.id = atg.tag_id
        WHERE atg.article_id = a.id ORDER BY atg.position)) AS tags,
    r.language,
    a.word_count,
    r.standfirst,
    (SELECT t.body_text FROM revision_texts t WHERE t.revision_id = a.revision_id) AS body_text,
    (SELECT i.url FROM images i
        WHERE i.revision_id = a.revision_id AND i.role = 'lead') AS image_url,
    a.first_captured_at,
    a.last_captured_at,
    a.revisions,
    a.gone_at,
    a.access,
    r.captured_at AS text_captured_at,
    CAST(round(r.body_confidence * r.authors_confidence * r.published_confidence, 2) AS REAL)
        AS confidence
FROM articles a
CROSS JOIN sites s ON s.id = a.site_id
CROSS JOIN revisions r ON r.id = a.revision_id;
"""


def upgrade(db: Database) -> None:
    """Bring the seventeenth version up to date. Raises sqlite3.Error."""
    schema.run(db.conn, _UPGRADE)
