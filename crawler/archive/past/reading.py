"""What the fifteenth version of the tables is: those of 0.2.0, drawn for reading. Everything is
copied into tables made anew, so that an archive is the same whichever version began it.

They are made in a file of their own beside the archive, of which nothing is lost if that is left
half done, and so without a log; then they take the archive's place in one step, as SQLite's backup
does it (docs/decisions/0055-made-beside-it.md).
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from sqlite_utils import Database

from crawler.archive import schema
from crawler.archive.keys import card_hash, key_hash
from crawler.archive.texts import markdown_parts
from crawler.times import day_told, told_in_utc
from crawler.urls import site_host, story_key

MADE = ".upgrading"
"""Ends the name of the file in which the new tables are made."""
_CACHE_KB = 131_072
_PAGES = 1_000
"""Pages that are copied at once."""
_RENAMED = {
    "url_families": "_url_families",
    "url_tellers": "_url_tellers",
    "article_bands": "_article_bands",
    "robots_files": "_robots_files",
}
_TABLES = Path(__file__).with_name("reading.sql").read_text(encoding="utf-8")
# An index of all rows is made much faster than one that grows with them.
_LATER = re.compile(r"CREATE (UNIQUE INDEX|INDEX|TRIGGER) ")

_AS_THEY_WERE = (
    "sites", "runs", "urls", "warc_files", "damaged_files", "lost_captures", "tags", "article_tags",
    "images", "story_events", "verdicts", "revision_changes", "edits", "taken_back", "rereadings",
    "copies",
)  # fmt: skip

_STORIES = """
INSERT INTO authors (site_id, name)
SELECT a.site_id, o.name FROM before.article_authors w
    JOIN articles a ON a.id = w.article_id JOIN before.authors o ON o.id = w.author_id
GROUP BY 1, 2 ORDER BY min(w.article_id);
INSERT INTO article_authors
SELECT w.article_id, n.id, w.position FROM before.article_authors w
    JOIN articles a ON a.id = w.article_id JOIN before.authors o ON o.id = w.author_id
    JOIN authors n ON n.site_id = a.site_id AND n.name = o.name;
INSERT INTO revision_texts
SELECT id, body_text, markdown_parts(body_text, body_markdown), sources FROM before.revisions
ORDER BY id;
"""

_LINKS = """
CREATE TEMP TABLE spot (key TEXT PRIMARY KEY, article_id INTEGER, leads_to TEXT, url TEXT)
    WITHOUT ROWID;
INSERT INTO spot (key, article_id, leads_to)
    SELECT key, article_id, leads_to FROM before.story_addresses;
INSERT OR IGNORE INTO spot (key) SELECT leads_to FROM before.story_addresses
    WHERE leads_to IS NOT NULL;
INSERT INTO spot (key, url) SELECT key, min(url) FROM before.linked_stories WHERE 1 GROUP BY +key
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
        -- by its key: SQLite would look through all that are not archived, each time
        (SELECT k.id FROM _linked k INDEXED BY before_linked
            WHERE k.key = s.key AND k.article_id IS NULL))
    FROM spot s;
CREATE INDEX before_addresses ON _addresses(key);
UPDATE _addresses SET leads_to_id = t.id
    FROM spot s JOIN _addresses t ON t.key = s.leads_to WHERE s.key = _addresses.key;

INSERT INTO _link_blocks (relation, label)
    SELECT relation, label FROM before.linked_stories GROUP BY 1, 2 ORDER BY min(id);
CREATE TEMP TABLE shown (id INTEGER PRIMARY KEY, hash INTEGER);
INSERT INTO shown SELECT id, card_hash(url, title, excerpt, image_url, published_raw)
    FROM before.linked_stories ORDER BY id;
INSERT INTO _link_cards (hash, address_id, url, title, excerpt, image_url, published_raw)
    SELECT h.hash, d.id, l.url, l.title, l.excerpt, l.image_url, l.published_raw
    FROM (SELECT hash, min(id) AS id FROM shown GROUP BY hash) h
    JOIN before.linked_stories l ON l.id = h.id JOIN _addresses d ON d.key = l.key ORDER BY h.id;
CREATE INDEX before_cards ON _link_cards(hash, address_id);
CREATE INDEX before_captured ON captures(fetched_at);
INSERT INTO _links (id, article_id, revision_id, block_id, position, card_id, linked_id,
    to_article_id, first_capture_id, last_capture_id, is_edge, is_shown)
    SELECT l.id, l.article_id, l.revision_id, b.id, l.position, c.id, k.id, k.article_id,
        CASE WHEN r.captured_at = l.first_seen_at THEN r.capture_id ELSE ifnull(
            (SELECT min(id) FROM captures WHERE fetched_at = l.first_seen_at), r.capture_id) END,
        CASE WHEN r.captured_at = l.last_seen_at THEN r.capture_id ELSE ifnull(
            (SELECT min(id) FROM captures WHERE fetched_at = l.last_seen_at), r.capture_id) END,
        1, a.revision_id = l.revision_id
    FROM before.linked_stories l
    CROSS JOIN articles a ON a.id = l.article_id
    CROSS JOIN revisions r ON r.id = l.revision_id
    CROSS JOIN _link_blocks b ON b.relation = l.relation
        AND ifnull(b.label, '') = ifnull(l.label, '')
    CROSS JOIN shown h ON h.id = l.id
    CROSS JOIN _link_cards c ON c.hash = h.hash
    CROSS JOIN _addresses d ON d.id = c.address_id
    CROSS JOIN _linked k ON k.id = d.linked_id
    ORDER BY l.id;
DROP INDEX before_captured;
DROP INDEX before_cards;
DROP INDEX before_addresses;
DROP INDEX before_linked;
DROP TABLE temp.shown;
DROP TABLE temp.spot;
"""

_COUNTS = """
UPDATE _links SET is_edge = 0 WHERE EXISTS (SELECT 1 FROM _links m
    WHERE m.article_id = _links.article_id AND m.linked_id = _links.linked_id
    AND m.block_id = _links.block_id AND m.id < _links.id);
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
DROP TABLE temp.counted;
"""


def upgrade(db: Database) -> None:
    """Bring the version before up to date: a database that is a file, outside of a transaction.
    Raises sqlite3.Error, OSError."""
    connection: sqlite3.Connection = db.conn
    (path,) = (
        Path(file) for _, name, file in connection.execute("PRAGMA database_list") if name == "main"
    )
    if db.table("_links").exists():  # killed when they were in place, and before it was noted
        path.with_name(path.name + MADE).unlink(missing_ok=True)
        return
    with _made_beside(path) as made:
        (size,) = connection.execute("PRAGMA page_size").fetchone()
        _prepare(made, path, size)
        _fill(made)
        made.execute("DETACH before")
        _replace(connection, made)


def _replace(connection: sqlite3.Connection, made: sqlite3.Connection) -> None:
    """Put what was made in the place of a database, in one transaction."""
    (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
    (patience,) = connection.execute("PRAGMA busy_timeout").fetchone()
    # The log would grow by all of it. Where somebody reads meanwhile, SQLite needs one.
    connection.execute("PRAGMA busy_timeout = 0")
    with suppress(sqlite3.OperationalError):
        connection.execute("PRAGMA journal_mode = DELETE")
    connection.execute(f"PRAGMA busy_timeout = {patience}")
    made.backup(connection, pages=_PAGES)
    connection.execute(f"PRAGMA journal_mode = {mode}")


@contextmanager
def _made_beside(path: Path) -> Iterator[sqlite3.Connection]:
    """An empty file beside a database, and what is left of one that was not finished put away."""
    beside = path.with_name(path.name + MADE)
    beside.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(beside, uri=True, isolation_level=None)) as made:
            yield made
    finally:
        beside.unlink(missing_ok=True)


def _prepare(made: sqlite3.Connection, path: Path, page_size: int) -> None:
    for name, count, function in (
        ("story_key", 1, story_key), ("site_host", 1, site_host), ("key_hash", 1, key_hash),
        ("card_hash", 5, card_hash), ("markdown_parts", 2, markdown_parts),
        ("told_in_utc", 1, told_in_utc), ("day_told", 1, day_told),
    ):  # fmt: skip
        made.create_function(name, count, function, deterministic=True)
    for pragma in (
        f"page_size = {page_size}", "journal_mode = OFF", "synchronous = OFF", "foreign_keys = OFF",
        f"cache_size = -{_CACHE_KB}", f"application_id = {schema.APPLICATION_ID}",
    ):  # fmt: skip
        made.execute(f"PRAGMA {pragma}")
    made.execute("ATTACH ? AS before", (f"{path.as_uri()}?mode=ro",))


def _fill(made: sqlite3.Connection) -> None:
    """Make the new tables of those in the database `before`."""
    made.execute("BEGIN")
    later = []
    for statement in schema.each_statement(_TABLES):
        if _LATER.search(statement):
            later.append(statement)
        else:
            made.execute(statement)
    for (statement,) in made.execute(
        "SELECT sql FROM before.sqlite_master WHERE tbl_name = '_sqlite_migrations'"
        " AND sql IS NOT NULL ORDER BY type = 'table' DESC"
    ).fetchall():
        made.execute(statement)
    _copy(made, "_sqlite_migrations")
    for table in _AS_THEY_WERE:
        _copy(made, table)
    for old, new in _RENAMED.items():
        _copy(made, old, new)
    _copy(made, "captures", url="(SELECT u.url FROM urls u WHERE u.id = o.url_id)")
    _copy(made, "revisions")
    told = "(SELECT r.published_at FROM revisions r WHERE r.id = o.revision_id)"
    _copy(
        made, "articles", published_utc=f"told_in_utc({told})", published_day=f"day_told({told})",
        word_count="(SELECT r.word_count FROM revisions r WHERE r.id = o.revision_id)",
    )  # fmt: skip
    schema.run(made, _STORIES)
    schema.run(made, _LINKS)
    for statement in later:
        made.execute(statement)
    schema.run(made, _COUNTS)
    _index_texts(made)
    if made.execute("PRAGMA main.foreign_key_check").fetchone():
        raise sqlite3.IntegrityError("references broken by the migration")
    made.execute("COMMIT")


def _index_texts(made: sqlite3.Connection) -> None:
    # some dozen megabytes at a time are sorted, not one
    made.execute("INSERT INTO stories_fts(stories_fts, rank) VALUES ('hashsize', 67108864)")
    made.execute("INSERT INTO stories_fts(stories_fts) VALUES ('rebuild')")
    made.execute("DELETE FROM stories_fts_config WHERE k = 'hashsize'")


def _copy(made: sqlite3.Connection, old: str, new: str | None = None, **more: str) -> None:
    """Copy a table's columns that are still there. more: columns that are new, as SQL."""
    new = new or old
    there = {row[1] for row in made.execute(f"PRAGMA main.table_info([{new}])")}
    info = made.execute(f"PRAGMA before.table_info([{old}])").fetchall()
    names = [row[1] for row in info if row[1] in there]
    keys = [f"o.[{row[1]}]" for row in info if row[5]]
    into = ", ".join(f"[{name}]" for name in (*names, *more))
    values = ", ".join((*(f"o.[{name}]" for name in names), *more.values()))
    made.execute(
        f"INSERT INTO main.[{new}] ({into}) SELECT {values} FROM before.[{old}] o"  # noqa: S608
        f" ORDER BY {', '.join(keys) or 'rowid'}"
    )
