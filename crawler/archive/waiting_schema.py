"""What the view of sites counts as waiting and as failed."""

from __future__ import annotations

UPGRADE = """
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
    (SELECT count(*) FROM urls u WHERE u.site_id = s.id AND u.state = 'queued')
        + (SELECT count(*) FROM urls u WHERE u.site_id = s.id AND u.state = 'claimed') AS queued,
    (SELECT count(*) FROM urls u WHERE u.site_id = s.id AND u.state = 'failed'
        AND (u.role = 'page' OR u.source <> 'usual')) AS failed
FROM sites s;
"""
