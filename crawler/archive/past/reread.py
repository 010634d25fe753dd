"""What the sixth version of the tables adds: why a revision differs from the one before."""

from __future__ import annotations

UPGRADE = """
ALTER TABLE revisions ADD COLUMN cause TEXT NOT NULL DEFAULT 'page'
    CHECK (cause IN ('page', 'extractor', 'either'));

CREATE TABLE rereadings (
    article_id INTEGER NOT NULL REFERENCES articles(id),
    revision_id INTEGER NOT NULL REFERENCES revisions(id),
    extractor TEXT NOT NULL,
    outcome TEXT NOT NULL,
    PRIMARY KEY (article_id, revision_id, extractor)
) STRICT, WITHOUT ROWID;
CREATE INDEX rereadings_revision ON rereadings(revision_id);

DROP VIEW edited_stories;
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
        SELECT field FROM revision_changes c WHERE c.revision_id = r.id ORDER BY field)) AS changed,
    r.cause
FROM revisions r
JOIN revisions before ON before.id = (
    SELECT b.id FROM revisions b
    WHERE b.article_id = r.article_id AND b.id <> r.id
        AND (b.captured_at, b.number) < (r.captured_at, r.number)
    ORDER BY b.captured_at DESC, b.number DESC LIMIT 1)
JOIN articles a ON a.id = r.article_id
JOIN sites s ON s.id = a.site_id
WHERE r.cause <> 'extractor';

DROP VIEW site_summary;
CREATE VIEW site_summary AS
SELECT
    s.host AS site,
    s.home_url,
    (SELECT count(*) FROM articles a WHERE a.site_id = s.id) AS articles,
    (SELECT min(r.published_at) FROM articles a JOIN revisions r ON r.id = a.revision_id
        WHERE a.site_id = s.id) AS first_published_at,
    (SELECT max(r.published_at) FROM articles a JOIN revisions r ON r.id = a.revision_id
        WHERE a.site_id = s.id) AS last_published_at,
    (SELECT max(a.last_captured_at) FROM articles a WHERE a.site_id = s.id) AS last_captured_at,
    (SELECT count(*) FROM articles a WHERE a.site_id = s.id AND EXISTS (
        SELECT 1 FROM revisions r
        WHERE r.article_id = a.id AND r.number > 1 AND r.cause <> 'extractor')) AS revised,
    (SELECT count(*) FROM articles a WHERE a.site_id = s.id AND a.gone_at IS NOT NULL) AS gone,
    (SELECT count(*) FROM urls u WHERE u.site_id = s.id AND u.state = 'queued') AS queued,
    (SELECT count(*) FROM urls u WHERE u.site_id = s.id AND u.state = 'failed') AS failed
FROM sites s;
"""
