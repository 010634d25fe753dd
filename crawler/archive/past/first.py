"""The tables and views of `archive.db`, as the first version made them.

Tables are STRICT, dates are ISO 8601 text, keys are real. Changes come as later migrations; this
text is never edited once it has been released.
"""

from __future__ import annotations

TABLES = """
CREATE TABLE sites (
    id INTEGER PRIMARY KEY,
    host TEXT NOT NULL UNIQUE,
    home_url TEXT NOT NULL,
    first_seen_at TEXT NOT NULL
) STRICT;

CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    spider TEXT NOT NULL,
    arguments TEXT NOT NULL CHECK (json_valid(arguments)),
    software TEXT NOT NULL,
    started_at TEXT NOT NULL,
    finished_at TEXT,
    outcome TEXT,
    captures INTEGER NOT NULL DEFAULT 0,
    new_articles INTEGER NOT NULL DEFAULT 0,
    new_revisions INTEGER NOT NULL DEFAULT 0,
    unchanged_articles INTEGER NOT NULL DEFAULT 0,
    failures INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE urls (
    id INTEGER PRIMARY KEY,
    url TEXT NOT NULL UNIQUE,
    site_id INTEGER NOT NULL REFERENCES sites(id),
    role TEXT NOT NULL CHECK (role IN ('home', 'robots', 'sitemap', 'feed', 'page')),
    state TEXT NOT NULL
        CHECK (state IN ('queued', 'done', 'redirected', 'failed', 'gone', 'excluded')),
    reason TEXT,
    source TEXT NOT NULL,
    via_id INTEGER REFERENCES urls(id),
    found_at TEXT NOT NULL,
    claimed_at TEXT,
    claimed_title TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    visited_at TEXT,
    article_id INTEGER REFERENCES articles(id)
) STRICT;
CREATE INDEX urls_site_state ON urls(site_id, state);
CREATE INDEX urls_article ON urls(article_id) WHERE article_id IS NOT NULL;
CREATE INDEX urls_via ON urls(via_id) WHERE via_id IS NOT NULL;

CREATE TABLE captures (
    id INTEGER PRIMARY KEY,
    url_id INTEGER NOT NULL REFERENCES urls(id),
    run_id INTEGER NOT NULL REFERENCES runs(id),
    fetched_at TEXT NOT NULL,
    status INTEGER NOT NULL,
    content_type TEXT,
    payload_digest TEXT NOT NULL,
    payload_bytes INTEGER NOT NULL,
    record_id TEXT NOT NULL UNIQUE,
    warc_file TEXT NOT NULL,
    warc_offset INTEGER NOT NULL,
    warc_length INTEGER NOT NULL,
    location TEXT,
    UNIQUE (warc_file, warc_offset)
) STRICT;
CREATE INDEX captures_url ON captures(url_id, fetched_at);
CREATE INDEX captures_run ON captures(run_id);

CREATE TABLE articles (
    id INTEGER PRIMARY KEY,
    site_id INTEGER NOT NULL REFERENCES sites(id),
    url TEXT NOT NULL UNIQUE,
    revision_id INTEGER REFERENCES revisions(id),
    revisions INTEGER NOT NULL DEFAULT 0,
    first_captured_at TEXT NOT NULL,
    last_captured_at TEXT NOT NULL,
    gone_at TEXT
) STRICT;
CREATE INDEX articles_site ON articles(site_id);
CREATE INDEX articles_revision ON articles(revision_id);

CREATE TABLE revisions (
    id INTEGER PRIMARY KEY,
    article_id INTEGER NOT NULL REFERENCES articles(id),
    number INTEGER NOT NULL,
    capture_id INTEGER NOT NULL REFERENCES captures(id),
    captured_at TEXT NOT NULL,
    extractor TEXT NOT NULL,
    content_digest TEXT NOT NULL,
    title TEXT NOT NULL,
    canonical_url TEXT,
    authors TEXT NOT NULL CHECK (json_valid(authors)),
    published_at TEXT,
    published_precision TEXT
        CHECK (published_precision IN ('second', 'minute', 'day', 'month', 'year')),
    published_raw TEXT,
    modified_at TEXT,
    modified_precision TEXT
        CHECK (modified_precision IN ('second', 'minute', 'day', 'month', 'year')),
    modified_raw TEXT,
    read_time_minutes INTEGER,
    read_time_shown INTEGER CHECK (read_time_shown IN (0, 1)),
    read_time_raw TEXT,
    standfirst TEXT,
    section TEXT,
    tags TEXT NOT NULL CHECK (json_valid(tags)),
    language TEXT,
    body_text TEXT NOT NULL,
    body_markdown TEXT NOT NULL,
    word_count INTEGER NOT NULL,
    sources TEXT NOT NULL CHECK (json_valid(sources)),
    UNIQUE (article_id, number),
    CHECK ((published_at IS NULL) = (published_precision IS NULL)),
    CHECK ((modified_at IS NULL) = (modified_precision IS NULL))
) STRICT;
CREATE INDEX revisions_capture ON revisions(capture_id);
CREATE INDEX revisions_published ON revisions(published_at);

CREATE TABLE authors (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE article_authors (
    article_id INTEGER NOT NULL REFERENCES articles(id),
    author_id INTEGER NOT NULL REFERENCES authors(id),
    position INTEGER NOT NULL,
    PRIMARY KEY (article_id, author_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX article_authors_author ON article_authors(author_id);

CREATE TABLE tags (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE article_tags (
    article_id INTEGER NOT NULL REFERENCES articles(id),
    tag_id INTEGER NOT NULL REFERENCES tags(id),
    position INTEGER NOT NULL,
    PRIMARY KEY (article_id, tag_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX article_tags_tag ON article_tags(tag_id);

CREATE TABLE images (
    id INTEGER PRIMARY KEY,
    article_id INTEGER NOT NULL REFERENCES articles(id),
    revision_id INTEGER NOT NULL REFERENCES revisions(id),
    role TEXT NOT NULL CHECK (role IN ('lead', 'body')),
    position INTEGER NOT NULL,
    url TEXT NOT NULL,
    alt TEXT,
    caption TEXT,
    width INTEGER,
    height INTEGER,
    UNIQUE (revision_id, role, position)
) STRICT;
CREATE INDEX images_article ON images(article_id);

CREATE TABLE linked_stories (
    id INTEGER PRIMARY KEY,
    article_id INTEGER NOT NULL REFERENCES articles(id),
    revision_id INTEGER NOT NULL REFERENCES revisions(id),
    relation TEXT NOT NULL CHECK (relation IN ('previous', 'next', 'also_read', 'inline',
        'related', 'latest', 'popular', 'featured', 'sponsored')),
    label TEXT,
    position INTEGER NOT NULL,
    title TEXT,
    excerpt TEXT,
    url TEXT NOT NULL,
    image_url TEXT,
    published_raw TEXT,
    first_seen_at TEXT NOT NULL,
    last_seen_at TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX linked_stories_once
    ON linked_stories(revision_id, relation, url, ifnull(label, ''));
CREATE INDEX linked_stories_article ON linked_stories(article_id);
CREATE INDEX linked_stories_url ON linked_stories(url);

CREATE TABLE descriptions (
    table_name TEXT NOT NULL,
    column_name TEXT NOT NULL,
    description TEXT NOT NULL,
    PRIMARY KEY (table_name, column_name)
) STRICT, WITHOUT ROWID;
"""

HISTORY_IS_APPEND_ONLY = """
CREATE TRIGGER revisions_are_never_changed BEFORE UPDATE ON revisions
BEGIN SELECT RAISE(ABORT, 'revisions are append-only'); END;
CREATE TRIGGER revisions_are_never_deleted BEFORE DELETE ON revisions
BEGIN SELECT RAISE(ABORT, 'revisions are append-only'); END;
CREATE TRIGGER captures_are_never_changed BEFORE UPDATE ON captures
BEGIN SELECT RAISE(ABORT, 'captures are append-only'); END;
CREATE TRIGGER captures_are_never_deleted BEFORE DELETE ON captures
BEGIN SELECT RAISE(ABORT, 'captures are append-only'); END;
"""

VIEWS = """
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
    a.gone_at
FROM articles a
JOIN sites s ON s.id = a.site_id
JOIN revisions r ON r.id = a.revision_id;

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
    u.article_id AS to_article_id,
    l.first_seen_at,
    l.last_seen_at
FROM linked_stories l
JOIN articles a ON a.id = l.article_id AND a.revision_id = l.revision_id
JOIN revisions r ON r.id = a.revision_id
LEFT JOIN urls u ON u.url = l.url;

CREATE VIEW story_revisions AS
SELECT
    r.article_id,
    a.url,
    r.number,
    r.captured_at,
    r.title,
    r.published_at,
    r.modified_at,
    r.word_count,
    c.warc_file,
    c.warc_offset,
    r.extractor
FROM revisions r
JOIN articles a ON a.id = r.article_id
JOIN captures c ON c.id = r.capture_id;

CREATE VIEW stories_by_month AS
SELECT
    s.host AS site,
    substr(r.published_at, 1, 7) AS month,
    count(*) AS stories,
    sum(r.word_count) AS words
FROM articles a
JOIN sites s ON s.id = a.site_id
JOIN revisions r ON r.id = a.revision_id
GROUP BY 1, 2;

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
WHERE u.state IN ('failed', 'gone', 'excluded')
    OR (u.state = 'done' AND u.role = 'page' AND u.article_id IS NULL);

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
    (SELECT count(*) FROM articles a WHERE a.site_id = s.id AND a.revisions > 1) AS revised,
    (SELECT count(*) FROM articles a WHERE a.site_id = s.id AND a.gone_at IS NOT NULL) AS gone,
    (SELECT count(*) FROM urls u WHERE u.site_id = s.id AND u.state = 'queued') AS queued,
    (SELECT count(*) FROM urls u WHERE u.site_id = s.id AND u.state = 'failed') AS failed
FROM sites s;
"""

# The index covers the current revision of each article: its rows are those of the view `stories`.
# An external-content FTS5 table needs the old values to forget a row, so the trigger gives them.
SEARCH = """
CREATE VIRTUAL TABLE stories_fts USING fts5(
    title, standfirst, body_text,
    content = 'stories', content_rowid = 'id',
    tokenize = 'unicode61 remove_diacritics 2'
);
CREATE TRIGGER articles_search AFTER UPDATE OF revision_id ON articles
WHEN old.revision_id IS NOT new.revision_id
BEGIN
    INSERT INTO stories_fts(stories_fts, rowid, title, standfirst, body_text)
    SELECT 'delete', old.id, title, standfirst, body_text FROM revisions
    WHERE id = old.revision_id;
    INSERT INTO stories_fts(rowid, title, standfirst, body_text)
    SELECT new.id, title, standfirst, body_text FROM revisions
    WHERE id = new.revision_id;
END;
"""
