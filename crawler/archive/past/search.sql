DROP TRIGGER articles_search;
DROP TABLE stories_fts;
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
        AS confidence,
    a.id AS rowid
FROM articles a
CROSS JOIN sites s ON s.id = a.site_id
CROSS JOIN revisions r ON r.id = a.revision_id;
CREATE VIRTUAL TABLE stories_fts USING fts5(
    title, standfirst, body_text, url UNINDEXED,
    content="stories", content_rowid="id",
    tokenize="unicode61 remove_diacritics 2"
);
CREATE TRIGGER articles_search AFTER UPDATE OF revision_id ON articles
WHEN old.revision_id IS NOT new.revision_id
BEGIN
    INSERT INTO stories_fts(stories_fts, rowid, title, standfirst, body_text)
    SELECT 'delete', old.id, r.title, r.standfirst, t.body_text
    FROM revisions r JOIN revision_texts t ON t.revision_id = r.id WHERE r.id = old.revision_id;
    INSERT INTO stories_fts(rowid, title, standfirst, body_text)
    SELECT new.id, r.title, r.standfirst, t.body_text
    FROM revisions r JOIN revision_texts t ON t.revision_id = r.id WHERE r.id = new.revision_id;
END;
CREATE TABLE _word_forms (
    key TEXT NOT NULL,
    language TEXT NOT NULL,
    word TEXT NOT NULL,
    PRIMARY KEY (key, language, word)
) STRICT, WITHOUT ROWID;
CREATE VIRTUAL TABLE _pairs_fts USING fts5(
    pairs, content="", tokenize="unicode61 remove_diacritics 0 categories 'L* M* N* Co'"
);

CREATE TABLE _facets (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN
        ('site', 'month', 'section', 'author', 'tag', 'language', 'minutes')),
    value TEXT NOT NULL,
    stories INTEGER NOT NULL DEFAULT 0,
    UNIQUE (kind, value)
) STRICT;
CREATE INDEX _facets_most ON _facets(kind, stories DESC) WHERE stories > 0;

CREATE TABLE _story_facets (
    article_id INTEGER PRIMARY KEY REFERENCES articles(id),
    published TEXT,
    day TEXT,
    site INTEGER NOT NULL REFERENCES _facets(id),
    month INTEGER REFERENCES _facets(id),
    section INTEGER REFERENCES _facets(id),
    language INTEGER REFERENCES _facets(id),
    minutes INTEGER REFERENCES _facets(id)
) STRICT;
CREATE INDEX _story_facets_site ON _story_facets(site);
CREATE INDEX _story_facets_day ON _story_facets(day);
CREATE INDEX _story_facets_section ON _story_facets(section);
CREATE INDEX _story_facets_language ON _story_facets(language);

CREATE VIEW _facets_told AS
SELECT
    a.id AS article_id,
    a.published_utc AS published,
    ifnull(a.published_day, substr(a.published_utc, 1, 10)) AS day,
    s.host AS site,
    substr(ifnull(a.published_day, a.published_utc), 1, 7) AS month,
    nullif(r.section, '') AS section,
    lower(substr(r.language, 1, ifnull(nullif(instr(r.language, '-'), 0) - 1,
        length(r.language)))) AS language,
    CAST(r.read_time_minutes AS TEXT) AS minutes
FROM articles a
CROSS JOIN sites s ON s.id = a.site_id
CROSS JOIN revisions r ON r.id = a.revision_id;

CREATE TRIGGER articles_facets AFTER UPDATE OF revision_id, published_utc, published_day ON articles
WHEN old.revision_id IS NOT new.revision_id OR old.published_utc IS NOT new.published_utc
    OR old.published_day IS NOT new.published_day
BEGIN
    UPDATE _facets SET stories = stories - 1 WHERE id IN (
        SELECT site FROM _story_facets WHERE article_id = old.id
        UNION ALL SELECT month FROM _story_facets WHERE article_id = old.id
        UNION ALL SELECT section FROM _story_facets WHERE article_id = old.id
        UNION ALL SELECT language FROM _story_facets WHERE article_id = old.id
        UNION ALL SELECT minutes FROM _story_facets WHERE article_id = old.id);
    DELETE FROM _story_facets WHERE article_id = old.id;
    INSERT OR IGNORE INTO _facets (kind, value)
        SELECT 'site', site FROM _facets_told WHERE article_id = new.id
        UNION ALL SELECT 'month', month FROM _facets_told
            WHERE article_id = new.id AND month IS NOT NULL
        UNION ALL SELECT 'section', section FROM _facets_told
            WHERE article_id = new.id AND section IS NOT NULL
        UNION ALL SELECT 'language', language FROM _facets_told
            WHERE article_id = new.id AND language IS NOT NULL
        UNION ALL SELECT 'minutes', minutes FROM _facets_told
            WHERE article_id = new.id AND minutes IS NOT NULL;
    INSERT INTO _story_facets (article_id, published, day, site, month, section, language, minutes)
        SELECT article_id, published, day,
            (SELECT id FROM _facets f WHERE f.kind = 'site' AND f.value = t.site),
            (SELECT id FROM _facets f WHERE f.kind = 'month' AND f.value = t.month),
            (SELECT id FROM _facets f WHERE f.kind = 'section' AND f.value = t.section),
            (SELECT id FROM _facets f WHERE f.kind = 'language' AND f.value = t.language),
            (SELECT id FROM _facets f WHERE f.kind = 'minutes' AND f.value = t.minutes)
        FROM _facets_told t WHERE article_id = new.id;
    UPDATE _facets SET stories = stories + 1 WHERE id IN (
        SELECT site FROM _story_facets WHERE article_id = new.id
        UNION ALL SELECT month FROM _story_facets WHERE article_id = new.id
        UNION ALL SELECT section FROM _story_facets WHERE article_id = new.id
        UNION ALL SELECT language FROM _story_facets WHERE article_id = new.id
        UNION ALL SELECT minutes FROM _story_facets WHERE article_id = new.id);
END;
CREATE TRIGGER article_authors_added AFTER INSERT ON article_authors
BEGIN
    INSERT OR IGNORE INTO _facets (kind, value)
        SELECT 'author', name FROM authors WHERE id = new.author_id;
    UPDATE _facets SET stories = stories + 1 WHERE kind = 'author'
        AND value = (SELECT name FROM authors WHERE id = new.author_id);
END;
CREATE TRIGGER article_authors_taken AFTER DELETE ON article_authors
BEGIN
    UPDATE _facets SET stories = stories - 1 WHERE kind = 'author'
        AND value = (SELECT name FROM authors WHERE id = old.author_id);
END;
CREATE TRIGGER article_tags_added AFTER INSERT ON article_tags
BEGIN
    INSERT OR IGNORE INTO _facets (kind, value)
        SELECT 'tag', name FROM tags WHERE id = new.tag_id;
    UPDATE _facets SET stories = stories + 1 WHERE kind = 'tag'
        AND value = (SELECT name FROM tags WHERE id = new.tag_id);
END;
CREATE TRIGGER article_tags_taken AFTER DELETE ON article_tags
BEGIN
    UPDATE _facets SET stories = stories - 1 WHERE kind = 'tag'
        AND value = (SELECT name FROM tags WHERE id = old.tag_id);
END;
