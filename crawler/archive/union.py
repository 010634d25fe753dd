"""A union: one database with the stories of many archives, for reading alone.

It has the tables and views of an archive, and tables of its own that say which archives it is made
of and what each of them had. WARC files stay where they are: `captures.warc_file` is
`ARCHIVE/FILE` in it, by the name of the archive.
"""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from crawler.archive.database import (
    FILE_NAME,
    WARC_FOLDER,
    is_database,
    open_file_for_writing,
    read_only_connection,
)
from crawler.errors import ArchiveError

# archives.stamp: by which an archive is known not to have been written to since.
# _union_stories: which archive has which story; digest: of what it has of it. part: that itself,
# where several archives have it (crawler/archive/story_part.py); else it is what the tables have.
# _union_articles: by what spellings of one address have in common; a story that only another one
# names as its successor is there, too. _union_links: stories whose links are to be counted anew.
# _union_via: what named an address.
_TABLES = """
CREATE TABLE archives (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    folder TEXT NOT NULL,
    identity TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('begun', 'merged', 'set aside')),
    reason TEXT,
    stories INTEGER NOT NULL DEFAULT 0,
    stamp TEXT
) STRICT;
CREATE TABLE _union_stories (
    archive_id INTEGER NOT NULL REFERENCES archives(id),
    url TEXT NOT NULL,
    article_id INTEGER NOT NULL REFERENCES articles(id),
    digest BLOB NOT NULL,
    part BLOB,
    PRIMARY KEY (archive_id, url)
) STRICT, WITHOUT ROWID;
CREATE INDEX _union_stories_article ON _union_stories(article_id);
CREATE TABLE _union_articles (
    article_id INTEGER PRIMARY KEY REFERENCES articles(id),
    key INTEGER NOT NULL
) STRICT;
CREATE INDEX _union_articles_key ON _union_articles(key);
CREATE TABLE _union_sites (
    site_id INTEGER NOT NULL REFERENCES sites(id),
    archive_id INTEGER NOT NULL REFERENCES archives(id),
    PRIMARY KEY (site_id, archive_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE _union_links (linked_id INTEGER PRIMARY KEY) STRICT;
CREATE TABLE _union_via (url_id INTEGER PRIMARY KEY, via TEXT NOT NULL) STRICT;
CREATE INDEX _union_runs ON runs(started_at);
"""

_DESCRIPTIONS = {
    ("archives", ""): "The archives that this union is made of",
    ("archives", "name"): "Its folder's name: the first part of `captures.warc_file`",
    ("archives", "folder"): "Where it was when it was merged; its WARC files are in `warc/` there",
    ("archives", "identity"): "The identifier of its first run",
    ("archives", "state"): "`merged`; `begun` or `set aside`: not all of it is here",
    ("archives", "reason"): "Why it was set aside",
    ("archives", "stories"): "How many stories it has",
    ("archives", "stamp"): "By which it is known not to have been written to since",
}

_NEW = ".new"


@dataclass(frozen=True, slots=True)
class Member:
    """An archive of a union."""

    id: int
    name: str
    folder: str
    identity: str
    state: str
    stamp: str | None


def refuse_as_union(path: Path) -> None:
    """Raise ArchiveError where no union can be at a path, changing nothing."""
    if path.is_dir():
        raise ArchiveError(f"{path} is a folder; a union is one file: name it with -o union.db")
    if path.name == FILE_NAME:
        raise ArchiveError(f"{path}: {FILE_NAME} is what an archive has; name it -o union.db")
    if path.exists() and not is_database(path):
        raise ArchiveError(
            f"{path} is there and is no union of archives; name another file with -o"
        )


def open_union(path: Path) -> Database:
    """A union's database, made if it is not there; for who holds its lock. Raises ArchiveError,
    sqlite3.Error, OSError."""
    refuse_as_union(path)
    if not path.exists():
        new = path.with_name(path.name + _NEW)
        for ending in ("", "-wal", "-shm"):  # of one that was killed
            new.with_name(new.name + ending).unlink(missing_ok=True)
        db = open_file_for_writing(new)
        with db.atomic():
            for statement in _TABLES.split(";\n"):
                if statement.strip():
                    db.execute(statement)
            db.conn.executemany(
                "INSERT OR REPLACE INTO descriptions VALUES (?, ?, ?)",
                [(*names, text) for names, text in _DESCRIPTIONS.items()],
            )
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        db.close()
        new.replace(path)
    db = open_file_for_writing(path)
    if not is_union(db.conn):
        db.close()
        raise ArchiveError(f"{path} is an archive, and no union of archives; name another with -o")
    return db


def warc_place(folder: Path, warc_file: str) -> tuple[Path, str]:
    """The folder and the name of a WARC file, as `captures.warc_file` has it: of an archive; of a
    union, in the archive that it is from. Raises sqlite3.Error, OSError where nobody knows."""
    if not folder.is_file():
        return folder / WARC_FOLDER, warc_file
    name, _, file = warc_file.rpartition("/")
    with closing(read_only_connection(folder)) as connection:
        row = connection.execute("SELECT folder FROM archives WHERE name = ?", (name,)).fetchone()
    if row is None:
        raise FileNotFoundError(errno.ENOENT, f"of no archive of {folder}", warc_file)
    return Path(row[0]) / WARC_FOLDER, file


def is_union(connection: sqlite3.Connection) -> bool:
    """Whether a database is a union. Raises sqlite3.Error."""
    sql = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'archives'"
    return connection.execute(sql).fetchone() is not None


def members(connection: sqlite3.Connection) -> Iterator[Member]:
    """The archives of a union, by name. Raises sqlite3.Error."""
    for row in connection.execute(
        "SELECT id, name, folder, identity, state, stamp FROM archives ORDER BY name"
    ).fetchall():
        yield Member(*row)


def begin(connection: sqlite3.Connection, name: str, folder: str, identity: str) -> int:
    """Enter an archive that is going to be merged; its key. Raises sqlite3.Error."""
    connection.execute(
        "INSERT INTO archives (name, folder, identity, state) VALUES (?, ?, ?, 'begun')"
        " ON CONFLICT (name) DO UPDATE SET folder = excluded.folder, state = 'begun',"
        " identity = excluded.identity, reason = NULL, stamp = NULL",
        (name, folder, identity),
    )
    key: int = connection.execute("SELECT id FROM archives WHERE name = ?", (name,)).fetchone()[0]
    return key


def end(connection: sqlite3.Connection, archive_id: int, stamp: str, stories: int) -> None:
    """Enter that all of an archive is in the union. Raises sqlite3.Error."""
    connection.execute(
        "UPDATE archives SET state = 'merged', reason = NULL, stamp = ?, stories = ? WHERE id = ?",
        (stamp, stories, archive_id),
    )


def set_aside(connection: sqlite3.Connection, archive_id: int, reason: str) -> None:
    """Enter why not all of an archive is in the union. Raises sqlite3.Error."""
    connection.execute(
        "UPDATE archives SET state = 'set aside', reason = ?, stamp = NULL WHERE id = ?",
        (reason, archive_id),
    )


# -- numbers of links ------------------------------------------------------------------------------


def touch_links(connection: sqlite3.Connection, article_id: int) -> None:
    """Note that what a story links to is to be counted anew, and what links to it. Raises
    sqlite3.Error."""
    connection.execute(
        "INSERT OR IGNORE INTO _union_links SELECT linked_id FROM _links WHERE article_id = ?1"
        " UNION SELECT id FROM _linked WHERE article_id = ?1",
        (article_id,),
    )


def settle_links(connection: sqlite3.Connection, most: int) -> bool:
    """Count anew what leads to some of the stories noted, in a transaction of the caller's; whether
    there are more. What is counted does not depend on what was merged first. Raises
    sqlite3.Error."""
    rows = connection.execute(
        "SELECT linked_id, k.article_id FROM _union_links"
        " LEFT JOIN _linked k ON k.id = linked_id LIMIT ?",
        (most,),
    ).fetchall()
    for linked_id, article_id in rows:
        # each of the two has an index of its own
        which = (
            "l.to_article_id = ?1" if article_id else "l.linked_id = ?1 AND l.to_article_id IS NULL"
        )
        by, first, last = connection.execute(
            "SELECT count(DISTINCT l.article_id), min(f.fetched_at), max(e.fetched_at)"  # noqa: S608
            " FROM _links l JOIN captures f ON f.id = l.first_capture_id"
            f" JOIN captures e ON e.id = l.last_capture_id WHERE {which}",
            (article_id or linked_id,),
        ).fetchone()
        relations = [
            each
            for (each,) in connection.execute(
                "SELECT DISTINCT b.relation FROM _links l JOIN _link_blocks b ON b.id = l.block_id"  # noqa: S608
                f" WHERE {which} ORDER BY 1",
                (article_id or linked_id,),
            )
        ]
        connection.execute(
            "UPDATE _linked SET linked_by = ?, relations = ?, first_seen_at = ?, last_seen_at = ?"
            " WHERE id = ?",
            (by, ",".join(relations) or None, first, last, linked_id),
        )
        if article_id is None and by:
            connection.execute(
                "UPDATE _linked SET (url, title) = (SELECT c.url, c.title FROM _links l"
                " JOIN _link_cards c ON c.id = l.card_id"
                " JOIN captures f ON f.id = l.first_capture_id"
                " JOIN articles a ON a.id = l.article_id"
                " WHERE l.linked_id = ?1 AND l.to_article_id IS NULL"
                " ORDER BY c.title IS NULL, f.fetched_at, a.url, c.url, c.title LIMIT 1)"
                " WHERE id = ?1",
                (linked_id,),
            )
    connection.executemany(
        "DELETE FROM _union_links WHERE linked_id = ?", [(linked_id,) for linked_id, _ in rows]
    )
    return len(rows) == most
