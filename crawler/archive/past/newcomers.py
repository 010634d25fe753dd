"""Authors and tags of a story that is not counted yet are counted with it."""

from __future__ import annotations

from sqlite_utils import Database

from crawler.archive import schema

_SQL = """
DROP TRIGGER article_authors_added;
CREATE TRIGGER article_authors_added AFTER INSERT ON article_authors
WHEN EXISTS (SELECT 1 FROM _story_facets t WHERE t.article_id = new.article_id)
BEGIN
    INSERT OR IGNORE INTO _facets (kind, value)
        SELECT 'author', name FROM authors WHERE id = new.author_id;
    UPDATE _facets SET stories = stories + 1 WHERE kind = 'author'
        AND value = (SELECT name FROM authors WHERE id = new.author_id);
END;
DROP TRIGGER article_tags_added;
CREATE TRIGGER article_tags_added AFTER INSERT ON article_tags
WHEN EXISTS (SELECT 1 FROM _story_facets t WHERE t.article_id = new.article_id)
BEGIN
    INSERT OR IGNORE INTO _facets (kind, value)
        SELECT 'tag', name FROM tags WHERE id = new.tag_id;
    UPDATE _facets SET stories = stories + 1 WHERE kind = 'tag'
        AND value = (SELECT name FROM tags WHERE id = new.tag_id);
END;
"""


def upgrade(db: Database) -> None:
    """Bring the version before up to date. Raises sqlite3.Error."""
    schema.run(db.conn, _SQL)
