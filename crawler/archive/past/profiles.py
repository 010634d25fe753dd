"""What newspapers' pages taught, and readings that take the place of earlier ones."""

from __future__ import annotations

from sqlite_utils import Database

from crawler.archive import schema

_UPGRADE = """
CREATE TABLE site_profiles (
    id INTEGER PRIMARY KEY,
    site_id INTEGER NOT NULL REFERENCES sites(id),
    run_id INTEGER NOT NULL REFERENCES runs(id),
    learned_at TEXT NOT NULL,
    extractor TEXT NOT NULL,
    stories INTEGER NOT NULL,
    learned_from TEXT NOT NULL CHECK (json_valid(learned_from)),
    rules TEXT NOT NULL,
    profile TEXT NOT NULL
) STRICT;
CREATE INDEX site_profiles_site ON site_profiles(site_id, id);
CREATE INDEX site_profiles_run ON site_profiles(run_id);
CREATE TABLE layout_changes (
    id INTEGER PRIMARY KEY,
    site_id INTEGER NOT NULL REFERENCES sites(id),
    field TEXT NOT NULL,
    since TEXT NOT NULL,
    before TEXT NOT NULL,
    after TEXT NOT NULL,
    urls TEXT NOT NULL CHECK (json_valid(urls)),
    noted_at TEXT NOT NULL,
    UNIQUE (site_id, field, since)
) STRICT;
DROP TRIGGER revisions_are_never_changed;
DROP TRIGGER revision_texts_are_never_changed;
CREATE TRIGGER revisions_are_never_changed BEFORE UPDATE ON revisions
WHEN (new.id, new.article_id, new.number, new.capture_id, new.captured_at)
        IS NOT (old.id, old.article_id, old.number, old.capture_id, old.captured_at)
    OR (old.extractor <> '' AND
        (new.content_digest, new.title, new.seo_title, new.authors, new.published_at,
            new.modified_at, new.read_time_minutes, new.standfirst, new.section, new.tags,
            new.language, new.word_count)
        IS NOT (old.content_digest, old.title, old.seo_title, old.authors, old.published_at,
            old.modified_at, old.read_time_minutes, old.standfirst, old.section, old.tags,
            old.language, old.word_count))
BEGIN SELECT RAISE(ABORT, 'revisions are append-only'); END;
CREATE TRIGGER revision_texts_are_never_changed BEFORE UPDATE ON revision_texts
WHEN new.revision_id IS NOT old.revision_id
    OR (SELECT extractor FROM revisions WHERE id = old.revision_id) IS NOT ''
BEGIN SELECT RAISE(ABORT, 'revisions are append-only'); END;
CREATE TRIGGER site_profiles_are_never_changed BEFORE UPDATE ON site_profiles
BEGIN SELECT RAISE(ABORT, 'site profiles are append-only'); END;
CREATE TRIGGER site_profiles_are_never_deleted BEFORE DELETE ON site_profiles
BEGIN SELECT RAISE(ABORT, 'site profiles are append-only'); END;
"""
_TIMES = {"site_profiles": ("learned_at",), "layout_changes": ("since", "noted_at")}


def upgrade(db: Database) -> None:
    """Bring the eighteenth version up to date. Raises sqlite3.Error."""
    schema.run(db.conn, _UPGRADE)
    for table, columns in _TIMES.items():
        schema.run(db.conn, schema.guards(table, columns))
