"""Views for what analysts count, and an index that finds a story's bands."""

from __future__ import annotations

from sqlite_utils import Database

from crawler.archive import schema

_UPGRADE = """
CREATE INDEX _article_bands_article ON _article_bands(article_id);
CREATE VIEW story_days AS
SELECT
    a.id AS article_id,
    (SELECT s.host FROM sites s WHERE s.id = a.site_id) AS site,
    (SELECT f.value FROM _story_facets t JOIN _facets f ON f.id = t.section
        WHERE t.article_id = a.id) AS section,
    (SELECT f.value FROM _story_facets t JOIN _facets f ON f.id = t.language
        WHERE t.article_id = a.id) AS language,
    a.published_day AS day,
    CASE WHEN a.published_utc LIKE '%T%' THEN a.published_utc END AS moment,
    CAST(substr(ifnull(a.published_day, a.published_utc), 1, 4) AS INTEGER) AS year,
    CASE WHEN length(ifnull(a.published_day, a.published_utc)) >= 7
        THEN substr(ifnull(a.published_day, a.published_utc), 1, 7) END AS month,
    -- the week of its Thursday: SQLite knows no weeks of ISO 8601 before version 3.46
    strftime('%Y-W', a.published_day, '-3 days', 'weekday 4') || substr('0' ||
        ((strftime('%j', a.published_day, '-3 days', 'weekday 4') + 6) / 7), -2) AS week,
    (strftime('%w', a.published_day) + 6) % 7 + 1 AS weekday,
    (SELECT CAST(substr(r.published_at, 12, 2) AS INTEGER) FROM revisions r
        WHERE r.id = a.revision_id AND r.published_at LIKE '%T%') AS hour,
    (SELECT substr(r.published_at, -6) FROM revisions r
        WHERE r.id = a.revision_id AND r.published_at LIKE '%T%'
        AND substr(r.published_at, -6, 1) IN ('+', '-')) AS utc_offset,
    a.word_count
FROM articles a
WHERE a.revision_id IS NOT NULL;

CREATE VIEW author_stories AS
SELECT
    w.author_id,
    o.name AS author,
    (SELECT s.host FROM sites s WHERE s.id = o.site_id) AS site,
    w.article_id,
    (SELECT a.url FROM articles a WHERE a.id = w.article_id) AS url,
    (SELECT r.title FROM articles a JOIN revisions r ON r.id = a.revision_id
        WHERE a.id = w.article_id) AS title,
    (SELECT f.value FROM _story_facets t JOIN _facets f ON f.id = t.section
        WHERE t.article_id = w.article_id) AS section,
    (SELECT a.published_day FROM articles a WHERE a.id = w.article_id) AS published_day,
    (SELECT a.word_count FROM articles a WHERE a.id = w.article_id) AS word_count,
    w.position,
    (SELECT count(*) FROM article_authors n WHERE n.article_id = w.article_id) AS authors
FROM article_authors w
JOIN authors o ON o.id = w.author_id;

CREATE VIEW tag_pairs AS
SELECT
    t.name AS tag,
    o.name AS other_tag,
    x.article_id,
    (SELECT s.host FROM articles a JOIN sites s ON s.id = a.site_id WHERE a.id = x.article_id)
        AS site,
    (SELECT a.published_day FROM articles a WHERE a.id = x.article_id) AS published_day
FROM article_tags x
JOIN article_tags y ON y.article_id = x.article_id AND y.tag_id <> x.tag_id
JOIN tags t ON t.id = x.tag_id
JOIN tags o ON o.id = y.tag_id;

CREATE VIEW story_copies AS
SELECT
    m.article_id,
    a.url,
    (SELECT s.host FROM sites s WHERE s.id = a.site_id) AS site,
    (SELECT r.title FROM revisions r WHERE r.id = a.revision_id) AS title,
    a.published_utc,
    n.article_id AS other_article_id,
    b.url AS other_url,
    (SELECT s.host FROM sites s WHERE s.id = b.site_id) AS other_site,
    (SELECT r.title FROM revisions r WHERE r.id = b.revision_id) AS other_title,
    b.published_utc AS other_published_utc,
    (SELECT CASE count(*) WHEN 1 THEN 0.77 WHEN 2 THEN 0.84 WHEN 3 THEN 0.88 WHEN 4 THEN 0.92
            WHEN 5 THEN 0.94 WHEN 6 THEN 0.96 WHEN 7 THEN 0.98 ELSE 1.0 END
        FROM _article_bands x CROSS JOIN _article_bands y
            ON y.band = x.band AND y.value = x.value AND y.article_id = n.article_id
        WHERE x.article_id = m.article_id) AS likeness
FROM _article_bands m
CROSS JOIN _article_bands n
    ON n.band = m.band AND n.value = m.value AND n.article_id <> m.article_id
CROSS JOIN articles a ON a.id = m.article_id
CROSS JOIN articles b ON b.id = n.article_id AND b.site_id <> a.site_id
WHERE m.band IN (0, 1, 2, 3, 4, 5, 6, 7)
    AND NOT EXISTS (
        SELECT 1 FROM _article_bands x CROSS JOIN _article_bands y
            ON y.band = x.band AND y.value = x.value AND y.article_id = n.article_id
        WHERE x.article_id = m.article_id AND x.band < m.band);
"""


def upgrade(db: Database) -> None:
    """Bring the twenty-fourth version up to date. Raises sqlite3.Error."""
    schema.run(db.conn, _UPGRADE)
