"""What the fourteenth version of the tables adds: what an answer was that is no state of its story,
what became of a story and when, what kind of change brought a revision, and how much it changed."""

from __future__ import annotations

from sqlite_utils import Database

from crawler.archive.past.times import refuse_others

UTC_COLUMNS = {"story_events": ("at",), "taken_back": ("at",)}

UPGRADE = """
CREATE TABLE verdicts (
    capture_id INTEGER PRIMARY KEY REFERENCES captures(id),
    article_id INTEGER NOT NULL REFERENCES articles(id),
    verdict TEXT NOT NULL
) STRICT;
CREATE INDEX verdicts_article ON verdicts(article_id);

ALTER TABLE articles ADD COLUMN access TEXT CHECK (access IN ('full', 'teaser'));
ALTER TABLE articles ADD COLUMN successor_id INTEGER REFERENCES articles(id);
CREATE INDEX articles_successor ON articles(successor_id) WHERE successor_id IS NOT NULL;

ALTER TABLE revisions ADD COLUMN seo_title TEXT;
ALTER TABLE revisions ADD COLUMN access TEXT CHECK (access IN ('full', 'teaser'));
ALTER TABLE revisions ADD COLUMN change TEXT NOT NULL DEFAULT 'edit'
    CHECK (change IN ('edit', 'typography', 'completed'));

CREATE TABLE taken_back (
    revision_id INTEGER PRIMARY KEY REFERENCES revisions(id),
    at TEXT NOT NULL,
    reason TEXT NOT NULL
) STRICT;

CREATE TABLE story_events (
    id INTEGER PRIMARY KEY,
    article_id INTEGER NOT NULL REFERENCES articles(id),
    event TEXT NOT NULL CHECK (event IN
        ('gone', 'taken_down', 'replaced', 'back', 'teaser', 'full', 'mistaken')),
    at TEXT NOT NULL,
    capture_id INTEGER REFERENCES captures(id),
    reason TEXT,
    text TEXT,
    successor_id INTEGER REFERENCES articles(id)
) STRICT;
CREATE INDEX story_events_article ON story_events(article_id, at);
CREATE INDEX story_events_capture ON story_events(capture_id) WHERE capture_id IS NOT NULL;
CREATE INDEX story_events_successor ON story_events(successor_id)
    WHERE successor_id IS NOT NULL;

INSERT INTO story_events (article_id, event, at, reason)
SELECT a.id, 'gone', a.gone_at,
    (SELECT u.reason FROM urls u WHERE u.article_id = a.id AND u.state = 'gone'
        ORDER BY u.visited_at DESC LIMIT 1)
FROM articles a WHERE a.gone_at IS NOT NULL;

CREATE TABLE edits (
    revision_id INTEGER PRIMARY KEY REFERENCES revisions(id),
    words_out INTEGER NOT NULL,
    words_in INTEGER NOT NULL,
    numbers_changed INTEGER NOT NULL,
    quotes_changed INTEGER NOT NULL,
    names_changed INTEGER,
    share REAL NOT NULL
) STRICT;

DROP VIEW edited_stories;
CREATE TABLE changed_fields (
    revision_id INTEGER NOT NULL REFERENCES revisions(id),
    field TEXT NOT NULL,
    PRIMARY KEY (revision_id, field)
) STRICT, WITHOUT ROWID;
INSERT INTO changed_fields SELECT * FROM revision_changes;
DROP TABLE revision_changes;
ALTER TABLE changed_fields RENAME TO revision_changes;
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
    e.words_out,
    e.words_in,
    e.numbers_changed,
    e.quotes_changed,
    e.names_changed,
    e.share,
    r.cause
FROM revisions r
JOIN revisions before ON before.id = (
    SELECT b.id FROM revisions b
    WHERE b.article_id = r.article_id AND b.id <> r.id
        AND b.id NOT IN (SELECT revision_id FROM taken_back)
        AND (b.captured_at, b.number) < (r.captured_at, r.number)
    ORDER BY b.captured_at DESC, b.number DESC LIMIT 1)
JOIN articles a ON a.id = r.article_id
JOIN sites s ON s.id = a.site_id
LEFT JOIN edits e ON e.revision_id = r.id
WHERE r.cause <> 'extractor' AND r.change = 'edit'
    AND r.id NOT IN (SELECT revision_id FROM taken_back);

DROP VIEW gone_stories;
CREATE VIEW gone_stories AS
SELECT
    a.id AS article_id,
    a.url,
    s.host AS site,
    r.title,
    r.published_at,
    a.gone_at,
    e.event,
    e.reason,
    e.text,
    (SELECT b.url FROM articles b WHERE b.id = a.successor_id) AS successor_url,
    a.last_captured_at,
    r.number AS last_revision
FROM articles a
JOIN sites s ON s.id = a.site_id
JOIN revisions r ON r.id = a.revision_id
LEFT JOIN story_events e ON e.id = (
    SELECT f.id FROM story_events f WHERE f.article_id = a.id
        AND f.event IN ('gone', 'taken_down', 'replaced')
    ORDER BY f.at DESC, f.id DESC LIMIT 1)
WHERE a.gone_at IS NOT NULL;

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
    r.published_precision,
    r.modified_at,
    r.read_time_minutes,
    r.read_time_shown,
    r.section,
    (SELECT group_concat(name, ', ') FROM (
        SELECT t.name FROM article_tags atg JOIN tags t ON t.id = atg.tag_id
        WHERE atg.article_id = a.id ORDER BY atg.position)) AS tags,
    r.language,
    r.word_count,
    r.standfirst,
    r.body_text,
    (SELECT i.url FROM images i
        WHERE i.revision_id = a.revision_id AND i.role = 'lead') AS image_url,
    a.first_captured_at,
    a.last_captured_at,
    a.revisions,
    a.gone_at,
    a.access,
    r.captured_at AS text_captured_at
FROM articles a
JOIN sites s ON s.id = a.site_id
JOIN revisions r ON r.id = a.revision_id;

CREATE TRIGGER story_events_are_never_changed BEFORE UPDATE ON story_events
BEGIN SELECT RAISE(ABORT, 'story events are append-only'); END;
CREATE TRIGGER story_events_are_never_deleted BEFORE DELETE ON story_events
BEGIN SELECT RAISE(ABORT, 'story events are append-only'); END;
"""


def upgrade(db: Database) -> None:
    """Bring the version before up to date."""
    db.executescript(UPGRADE)
    for table, columns in UTC_COLUMNS.items():
        refuse_others(db.conn, table, columns)
