"""What the ninth version of the tables adds: what each URL turned out to hold."""

from __future__ import annotations

UPGRADE = """
ALTER TABLE urls ADD COLUMN kind TEXT
    CHECK (kind IN ('html', 'sitemap', 'feed', 'other', 'reply'));

UPDATE urls SET kind = 'other', due_at = NULL WHERE role = 'page' AND article_id IS NULL
    AND state = 'done' AND reason LIKE 'no article: not HTML%';

-- Earlier imports planned visits of pictures, style sheets and scripts.
UPDATE urls SET kind = 'other', due_at = NULL,
    state = CASE WHEN state IN ('queued', 'claimed') THEN 'done'
        WHEN state = 'retry' THEN 'failed' ELSE state END
WHERE role = 'page' AND article_id IS NULL AND source = 'import' AND visited_at IS NOT NULL
    AND EXISTS (SELECT 1 FROM captures c WHERE c.url_id = urls.id)
    AND NOT EXISTS (SELECT 1 FROM captures c WHERE c.url_id = urls.id
        AND (c.content_type IS NULL OR c.content_type LIKE '%html%' OR c.content_type LIKE '%xml%'
            OR c.content_type LIKE 'text/plain%' OR c.content_type LIKE '%octet-stream%'));
"""
