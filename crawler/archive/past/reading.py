"""What the fifteenth version of the tables is: those of 0.2.0, drawn for reading. Everything is
copied into tables made anew, so that an archive is the same whichever version began it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sqlite_utils import Database

from crawler.archive import schema
from crawler.archive.keys import card_hash, key_hash
from crawler.archive.texts import markdown_parts
from crawler.times import day_told, told_in_utc
from crawler.urls import site_host, story_key

_RENAMED = {
    "url_families": "_url_families",
    "url_tellers": "_url_tellers",
    "article_bands": "_article_bands",
    "robots_files": "_robots_files",
}
_TABLES = Path(__file__).with_name("reading.sql").read_text(encoding="utf-8")

_AS_THEY_WERE = (
    "sites", "runs", "urls", "warc_files", "damaged_files", "lost_captures", "tags", "article_tags",
    "images", "story_events", "verdicts", "revision_changes", "edits", "taken_back", "rereadings",
    "copies",
)  # fmt: skip

_STORIES = """
INSERT INTO authors (site_id, name)
SELECT a.site_id, o.name FROM before_article_authors w
    JOIN articles a ON a.id = w.article_id JOIN before_authors o ON o.id = w.author_id
GROUP BY 1, 2 ORDER BY min(w.article_id);
INSERT INTO article_authors
SELECT w.article_id, n.id, w.position FROM before_article_authors w
    JOIN articles a ON a.id = w.article_id JOIN before_authors o ON o.id = w.author_id
    JOIN authors n ON n.site_id = a.site_id AND n.name = o.name;

INSERT INTO revision_texts
SELECT id, body_text, markdown_parts(body_text, body_markdown), sources FROM before_revisions
ORDER BY id;
UPDATE articles SET published_utc = told_in_utc(r.published_at),
    published_day = day_told(r.published_at), word_count = r.word_count
FROM revisions r WHERE r.id = articles.revision_id;
"""

_LINKS = """
CREATE TEMP TABLE spot (key TEXT PRIMARY KEY, article_id INTEGER, leads_to TEXT, url TEXT);
INSERT INTO spot (key, article_id, leads_to)
    SELECT key, article_id, leads_to FROM before_story_addresses;
INSERT OR IGNORE INTO spot (key) SELECT leads_to FROM before_story_addresses
    WHERE leads_to IS NOT NULL;
INSERT INTO spot (key, url) SELECT key, min(url) FROM before_linked_stories WHERE 1 GROUP BY key
    ON CONFLICT (key) DO UPDATE SET url = excluded.url;

INSERT INTO _linked (article_id, key, url, site)
    SELECT id, story_key(url), url, site_host(url) FROM articles ORDER BY id;
INSERT INTO _linked (key, url, site)
    SELECT key, ifnull(url, 'https://' || key), site_host(ifnull(url, 'https://' || key))
    FROM spot WHERE article_id IS NULL;
CREATE INDEX before_linked ON _linked(key) WHERE article_id IS NULL;
INSERT INTO _addresses (hash, key, linked_id)
    SELECT key_hash(s.key), s.key, ifnull(
        (SELECT k.id FROM _linked k WHERE k.article_id = s.article_id),
        (SELECT k.id FROM _linked k WHERE k.key = s.key AND k.article_id IS NULL))
    FROM spot s;
CREATE INDEX before_addresses ON _addresses(key);
UPDATE _addresses SET leads_to_id = t.id
    FROM spot s JOIN _addresses t ON t.key = s.leads_to WHERE s.key = _addresses.key;

INSERT INTO _link_blocks (relation, label)
    SELECT relation, label FROM before_linked_stories GROUP BY 1, 2 ORDER BY min(id);
CREATE TEMP TABLE shown (id INTEGER PRIMARY KEY, hash INTEGER);
INSERT INTO shown SELECT id, card_hash(url, title, excerpt, image_url, published_raw)
    FROM before_linked_stories;
INSERT INTO _link_cards (hash, address_id, url, title, excerpt, image_url, published_raw)
    SELECT h.hash, d.id, l.url, l.title, l.excerpt, l.image_url, l.published_raw
    FROM (SELECT hash, min(id) AS id FROM shown GROUP BY hash) h
    JOIN before_linked_stories l ON l.id = h.id JOIN _addresses d ON d.key = l.key ORDER BY h.id;
CREATE INDEX before_captured ON captures(fetched_at);
INSERT INTO _links (id, article_id, revision_id, block_id, position, card_id, linked_id,
    to_article_id, first_capture_id, last_capture_id, is_edge, is_shown)
    SELECT l.id, l.article_id, l.revision_id, b.id, l.position, c.id, k.id, k.article_id,
        CASE WHEN r.captured_at = l.first_seen_at THEN r.capture_id ELSE ifnull(
            (SELECT min(id) FROM captures WHERE fetched_at = l.first_seen_at), r.capture_id) END,
        CASE WHEN r.captured_at = l.last_seen_at THEN r.capture_id ELSE ifnull(
            (SELECT min(id) FROM captures WHERE fetched_at = l.last_seen_at), r.capture_id) END,
        0, a.revision_id = l.revision_id
    FROM before_linked_stories l
    CROSS JOIN articles a ON a.id = l.article_id
    CROSS JOIN revisions r ON r.id = l.revision_id
    CROSS JOIN _link_blocks b ON b.relation = l.relation
        AND ifnull(b.label, '') = ifnull(l.label, '')
    CROSS JOIN shown h ON h.id = l.id
    CROSS JOIN _link_cards c ON c.hash = h.hash
    CROSS JOIN _addresses d ON d.id = c.address_id
    CROSS JOIN _linked k ON k.id = d.linked_id
    ORDER BY l.id;
UPDATE _links SET is_edge = 1
    WHERE id IN (SELECT min(id) FROM _links GROUP BY article_id, linked_id, block_id);
CREATE TEMP TABLE counted AS
    SELECT l.linked_id, count(DISTINCT l.article_id) AS linked_by, max(c.title) AS title,
        group_concat(DISTINCT b.relation) AS relations, min(f.fetched_at) AS first_seen_at,
        max(t.fetched_at) AS last_seen_at
    FROM _links l CROSS JOIN _link_blocks b ON b.id = l.block_id
    CROSS JOIN _link_cards c ON c.id = l.card_id
    CROSS JOIN captures f ON f.id = l.first_capture_id
    CROSS JOIN captures t ON t.id = l.last_capture_id
    GROUP BY l.linked_id;
UPDATE _linked SET linked_by = n.linked_by, title = n.title, relations = n.relations,
    first_seen_at = n.first_seen_at, last_seen_at = n.last_seen_at
    FROM counted n WHERE n.linked_id = _linked.id;
UPDATE _linked SET title = r.title
    FROM articles a JOIN revisions r ON r.id = a.revision_id WHERE a.id = _linked.article_id;
DROP INDEX before_captured;
DROP INDEX before_addresses;
DROP INDEX before_linked;
DROP TABLE temp.counted;
DROP TABLE temp.shown;
DROP TABLE temp.spot;
"""


def upgrade(db: Database) -> None:
    """Bring the version before up to date. Foreign keys must be off. Raises sqlite3.Error."""
    connection: sqlite3.Connection = db.conn
    for name, count, function in (
        ("story_key", 1, story_key), ("site_host", 1, site_host), ("key_hash", 1, key_hash),
        ("card_hash", 5, card_hash), ("markdown_parts", 2, markdown_parts),
        ("told_in_utc", 1, told_in_utc), ("day_told", 1, day_told),
    ):  # fmt: skip
        connection.create_function(name, count, function, deterministic=True)
    tables = _set_aside(connection)
    schema.run(connection, _TABLES)
    for table in _AS_THEY_WERE:
        _copy(connection, table)
    for old, new in _RENAMED.items():
        _copy(connection, old, new)
    _copy(connection, "captures", url="(SELECT u.url FROM urls u WHERE u.id = o.url_id)")
    _copy(connection, "articles")
    _copy(connection, "revisions")
    schema.run(connection, _STORIES)
    schema.run(connection, _LINKS)
    for table in tables:
        connection.execute(f"DROP TABLE before_{table}")
    connection.execute("INSERT INTO stories_fts(stories_fts) VALUES ('rebuild')")
    if connection.execute("PRAGMA foreign_key_check").fetchone():
        raise sqlite3.IntegrityError("references broken by the migration")


def _set_aside(connection: sqlite3.Connection) -> list[str]:
    """Make room for the new tables; returns the names of the old ones."""
    for kind in ("view", "trigger", "index"):
        rows = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = ? AND sql IS NOT NULL"
            " AND tbl_name NOT LIKE '\\_sqlite%' ESCAPE '\\'",
            (kind,),
        ).fetchall()
        for (name,) in rows:
            connection.execute(f"DROP {kind} [{name}]")
    connection.execute("DROP TABLE stories_fts")
    tables = [
        name
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table'"
            " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE '\\_%' ESCAPE '\\'"
        ).fetchall()
    ]
    # what refers to a table goes on naming it as it was
    connection.execute("PRAGMA legacy_alter_table = ON")
    for name in tables:
        connection.execute(f"ALTER TABLE [{name}] RENAME TO before_{name}")
    connection.execute("PRAGMA legacy_alter_table = OFF")
    return tables


def _copy(connection: sqlite3.Connection, old: str, new: str | None = None, **more: str) -> None:
    """Copy a table's columns that are still there. more: columns that are new, as SQL."""
    new = new or old
    there = {row[1] for row in connection.execute(f"PRAGMA table_info([{new}])")}
    info = connection.execute(f"PRAGMA table_info(before_{old})").fetchall()
    names = [row[1] for row in info if row[1] in there]
    keys = [f"o.[{row[1]}]" for row in info if row[5]]
    into = ", ".join(f"[{name}]" for name in (*names, *more))
    values = ", ".join((*(f"o.[{name}]" for name in names), *more.values()))
    connection.execute(
        f"INSERT INTO [{new}] ({into}) SELECT {values} FROM before_{old} o"  # noqa: S608
        f" ORDER BY {', '.join(keys)}"
    )
