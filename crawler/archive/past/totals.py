"""What an archive at a glance says without a look at all rows: how many links there are, and when a
newspaper's stories were captured last. New stories enter the search index together."""

from __future__ import annotations

from sqlite_utils import Database

from crawler.archive import schema

_SQL = """
CREATE INDEX articles_captured ON articles(site_id, last_captured_at);
CREATE INDEX articles_gone_of_site ON articles(site_id) WHERE gone_at IS NOT NULL;
CREATE TABLE _totals (
    name TEXT PRIMARY KEY,
    number INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO _totals SELECT 'links', count(*) FROM _links;
CREATE TABLE _unindexed (
    article_id INTEGER PRIMARY KEY REFERENCES articles(id)
) STRICT;
DROP TRIGGER articles_search;
CREATE TRIGGER articles_search AFTER UPDATE OF revision_id ON articles
WHEN old.revision_id IS NOT new.revision_id
    AND NOT EXISTS (SELECT 1 FROM _unindexed u WHERE u.article_id = old.id)
BEGIN
    INSERT INTO stories_fts(stories_fts, rowid, title, standfirst, body_text)
    SELECT 'delete', old.id, r.title, r.standfirst, t.body_text
    FROM revisions r JOIN revision_texts t ON t.revision_id = r.id WHERE r.id = old.revision_id;
    INSERT INTO stories_fts(rowid, title, standfirst, body_text)
    SELECT new.id, r.title, r.standfirst, t.body_text
    FROM revisions r JOIN revision_texts t ON t.revision_id = r.id WHERE r.id = new.revision_id;
END;
"""


def upgrade(db: Database) -> None:
    """Bring the version before up to date. Raises sqlite3.Error."""
    schema.run(db.conn, _SQL)
