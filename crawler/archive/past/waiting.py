"""What the view of sites counts as waiting and as failed, and which story is a site's first."""

from __future__ import annotations

from crawler.archive.past.times import PUBLISHED

UPGRADE = """
DROP VIEW site_summary;
CREATE VIEW site_summary AS
SELECT
    s.host AS site,
    s.home_url,
    (SELECT count(*) FROM articles a WHERE a.site_id = s.id) AS articles,
    CAST((SELECT r.published_at FROM articles a JOIN revisions r ON r.id = a.revision_id
        WHERE a.site_id = s.id AND r.published_at IS NOT NULL
        ORDER BY {published} LIMIT 1) AS TEXT) AS first_published_at,
    CAST((SELECT r.published_at FROM articles a JOIN revisions r ON r.id = a.revision_id
        WHERE a.site_id = s.id AND r.published_at IS NOT NULL
        ORDER BY {published} DESC LIMIT 1) AS TEXT) AS last_published_at,
    (SELECT max(a.last_captured_at) FROM articles a WHERE a.site_id = s.id) AS last_captured_at,
    (SELECT count(*) FROM articles a WHERE a.site_id = s.id AND EXISTS (
        SELECT 1 FROM revisions r
        WHERE r.article_id = a.id AND r.number > 1 AND r.cause <> 'extractor')) AS revised,
    (SELECT count(*) FROM articles a WHERE a.site_id = s.id AND a.gone_at IS NOT NULL) AS gone,
    (SELECT count(*) FROM urls u WHERE u.site_id = s.id AND u.state = 'queued' AND u.held <> 1)
        + (SELECT count(*) FROM urls u WHERE u.site_id = s.id AND u.held = 1
            AND u.state = 'queued')
        + (SELECT count(*) FROM urls u WHERE u.site_id = s.id AND u.state = 'claimed') AS queued,
    (SELECT count(*) FROM urls u WHERE u.site_id = s.id AND u.state = 'failed'
        AND (u.role = 'page' OR u.source <> 'usual')) AS failed
FROM sites s;
""".format(published=PUBLISHED.format("r.published_at"))  # noqa: S608
