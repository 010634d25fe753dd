"""Whether a database is sound in itself: its file, its keys, its index, its history."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from crawler.archive.backups import unfinished
from crawler.archive.facets import miscounted
from crawler.archive.run_rows import COUNTS
from crawler.bundled import PROGRAM
from crawler.reasons import NOT_THE_STORY

RESTORE = f"restore archive.db from a copy, or make it again: {PROGRAM} rebuild --replace"
"""What to do about a database that is not what it should be."""
_REBUILD = "INSERT INTO stories_fts(stories_fts) VALUES ('rebuild') makes the index again"
# Messages of one check beyond this say nothing more.
_MAX = 100
_WRITER = json.JSONEncoder(ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong with the database."""

    check: str
    """integrity, keys, search, history, counts or revisits."""
    what: str
    mend: str
    url: str | None = None
    """Of the article or capture."""
    damage: bool = True
    """False: it could not be checked."""


def unsound(connection: sqlite3.Connection) -> Iterator[Finding]:
    """Everything that is wrong with a database.

    The connection must be able to write, because the search index can be checked no other way;
    nothing is changed. A database that breaks off in the middle of a check is a finding, too.
    """
    for name in CHECKS:
        yield from unsound_in(name, connection)


def unsound_in(name: str, connection: sqlite3.Connection) -> Iterator[Finding]:
    """What one of the checks finds. name: one of CHECKS."""
    try:
        yield from CHECKS[name](connection)
    except (sqlite3.DatabaseError, ValueError) as error:
        yield Finding("integrity", f"archive.db breaks off at its {name}: {error}", RESTORE)


def _integrity(connection: sqlite3.Connection) -> Iterator[Finding]:
    for (line,) in connection.execute(f"PRAGMA integrity_check({_MAX})"):
        if line != "ok":
            yield Finding("integrity", f"archive.db: {line}", RESTORE)


def _keys(connection: sqlite3.Connection) -> Iterator[Finding]:
    rows = connection.execute("PRAGMA foreign_key_check").fetchmany(_MAX)
    for table, row, parent, _ in rows:
        yield Finding(
            "keys", f"row {row} of {table} refers to a row of {parent} that is not there", RESTORE
        )


def _search(connection: sqlite3.Connection) -> Iterator[Finding]:
    (indexed,) = connection.execute("SELECT count(*) FROM stories_fts_docsize").fetchone()
    (stories,) = connection.execute("SELECT count(*) FROM stories").fetchone()
    if indexed != stories:
        yield Finding(
            "search", f"the search index has {indexed:,} stories, the archive {stories:,}", _REBUILD
        )
    try:
        connection.execute("BEGIN")
        # 1: compare with the stories, too (fts5, 6.4)
        connection.execute(
            "INSERT INTO stories_fts(stories_fts, rank) VALUES('integrity-check', 1)"
        )
    except sqlite3.OperationalError as error:
        yield Finding(
            "search", f"the search index was not checked: {error}",
            "verify again when no run is going on, where archive.db can be written", damage=False,
        )  # fmt: skip
    except sqlite3.DatabaseError:
        yield Finding("search", "the search index is not what the stories say", _REBUILD)
    finally:
        connection.rollback()


def _revisions(connection: sqlite3.Connection) -> Iterator[Finding]:
    rows = connection.execute(
        "SELECT a.url, r.number, r.content_digest, r.title, r.standfirst, r.authors,"
        " r.published_at, r.section, r.tags, t.body_text"
        " FROM revisions r JOIN articles a ON a.id = r.article_id"
        " LEFT JOIN revision_texts t ON t.revision_id = r.id"
    )
    for url, number, stored, title, standfirst, authors, published, section, tags, body in rows:
        # the date is no part of it where it was counted back from the day of capture
        if not any(
            stored == _digest([title, standfirst, authors, date, section, tags, body])
            for date in (published, None)
        ):
            yield Finding(
                "history", f"revision {number} of the story is not what its content_digest says",
                RESTORE, url,
            )  # fmt: skip


def _digest(content: list[str | None]) -> str | None:
    """As `store.content_digest` makes it of an article."""
    authors, tags = content[2], content[5]
    try:
        values = [*content[:2], json.loads(authors or ""), *content[3:5], json.loads(tags or ""),
                  content[6]]  # fmt: skip
    except ValueError:
        return None
    data = _WRITER.encode(values).encode("utf-8", "surrogatepass")
    return "sha256:" + hashlib.sha256(data).hexdigest()


def _articles(connection: sqlite3.Connection) -> Iterator[Finding]:
    rows = connection.execute(
        "SELECT url, said, revisions, highest, current, newest FROM ("
        " SELECT a.url, a.revisions AS said, count(r.id) AS revisions, max(r.number) AS highest,"
        " a.revision_id AS current, (SELECT n.id FROM revisions n WHERE n.article_id = a.id"
        " AND n.id NOT IN (SELECT revision_id FROM taken_back WHERE reason_code = ?)"
        " ORDER BY n.captured_at DESC, n.number DESC LIMIT 1) AS newest"
        " FROM articles a LEFT JOIN revisions r ON r.article_id = a.id GROUP BY a.id)"
        " WHERE said <> revisions OR highest IS NOT revisions OR current IS NOT newest",
        (NOT_THE_STORY,),
    )
    for url, said, count, highest, current, newest in rows:
        yield Finding(
            "history",
            f"the story is said to have {said} revisions, of which row {current} stands;"
            f" there are {count}, numbered up to {highest}, and row {newest} is the newest",
            RESTORE, url,
        )  # fmt: skip


# What is kept beside what it is made of, so that views are fast: (what is said, of which address).
_KEPT = {
    "its date or length is not its newest revision's": """
        SELECT a.url FROM articles a JOIN revisions r ON r.id = a.revision_id
        WHERE a.word_count IS NOT r.word_count
            OR (a.published_utc IS NULL) <> (r.published_at IS NULL)
            OR (a.published_day IS NULL) <> (ifnull(length(r.published_at), 0) < 10)
            OR a.published_day <> substr(r.published_at, 1, 10)
                -- where the page tells UTC, the day may be that of another zone
                AND (r.published_at NOT LIKE '%T%+00:00' OR
                    abs(julianday(a.published_day) - julianday(substr(r.published_at, 1, 10))) > 1)
        """,
    "its headline where it is linked to is not its newest revision's": """
        SELECT k.url FROM _linked k JOIN articles a ON a.id = k.article_id
        JOIN revisions r ON r.id = a.revision_id WHERE k.title IS NOT r.title""",
    "linked_by is not how many stories link to it": """
        SELECT k.url FROM _linked k LEFT JOIN (
            SELECT linked_id, count(DISTINCT article_id) AS number FROM _links GROUP BY linked_id) n
            ON n.linked_id = k.id WHERE k.linked_by <> ifnull(n.number, 0)""",
    "of its links in one block to one story, not one alone is counted": """
        SELECT (SELECT a.url FROM articles a WHERE a.id = l.article_id) FROM _links l
        GROUP BY l.article_id, l.linked_id, l.block_id HAVING sum(l.is_edge) <> 1""",
    "a link to it leads to another article": """
        SELECT k.url FROM _links l JOIN _linked k ON k.id = l.linked_id
        WHERE l.to_article_id IS NOT k.article_id""",
    "links are shown that its newest revision has not, or the other way round": """
        SELECT a.url FROM _links l JOIN articles a ON a.id = l.article_id
        WHERE l.is_shown <> (l.revision_id = a.revision_id)""",
}


def _counts(connection: sqlite3.Connection) -> Iterator[Finding]:
    for what, sql in _KEPT.items():
        for url in dict.fromkeys(connection.execute(sql).fetchmany(_MAX)):
            yield Finding("counts", what, RESTORE, *url)
    sums = ", ".join(f"sum({name})" for name in COUNTS)
    for (run,) in connection.execute(
        f"SELECT r.id FROM runs r WHERE ({', '.join(f'r.{name}' for name in COUNTS)})"  # noqa: S608
        f" <> (SELECT {sums} FROM run_papers p WHERE p.run_id = r.id)"
    ).fetchmany(_MAX):
        what = f"the numbers of run {run} are not those of its newspapers together"
        yield Finding("counts", what, RESTORE)
    if connection.execute(
        "SELECT (SELECT number FROM _totals WHERE name = 'links') IS NOT count(*) FROM _links"
    ).fetchone()[0]:
        yield Finding("counts", "the number of links is not how many there are", RESTORE)
    for name in miscounted(connection, _MAX):
        yield Finding("counts", f"the number of stories of {name} is not what they are", RESTORE)


def _removals(connection: sqlite3.Connection) -> Iterator[Finding]:
    if unfinished(connection):
        yield Finding(
            "history", "a takedown or a pruning was interrupted: some of what it takes out is left",
            f"{PROGRAM} takedown --finish, or any crawl, finishes it",
        )  # fmt: skip


def _revisits(connection: sqlite3.Connection) -> Iterator[Finding]:
    rows = connection.execute(
        "SELECT u.url, c.record_id, CASE"
        " WHEN c.record_type = 'response' AND c.refers_to_id IS NOT NULL"
        " THEN 'is a response, and refers to another'"
        " WHEN t.record_type <> 'response' THEN 'is a revisit of a revisit'"
        # digests of two algorithms or spellings, as foreign records have, cannot be compared
        " WHEN c.status <> 304 AND upper(c.payload_digest) <> upper(t.payload_digest) AND"
        " length(c.payload_digest) = length(t.payload_digest) AND"
        " upper(substr(c.payload_digest, 1, instr(c.payload_digest, ':'))) ="
        " upper(substr(t.payload_digest, 1, instr(t.payload_digest, ':')))"
        " THEN 'is a revisit of another payload' END AS wrong"
        " FROM captures c JOIN urls u ON u.id = c.url_id"
        " LEFT JOIN captures t ON t.id = c.refers_to_id WHERE wrong IS NOT NULL"
    )
    for url, record_id, wrong in rows:
        yield Finding("revisits", f"capture {record_id} {wrong}", RESTORE, url)


CHECKS: dict[str, Callable[[sqlite3.Connection], Iterator[Finding]]] = {
    "integrity": _integrity,
    "keys": _keys,
    "search": _search,
    "revisions": _revisions,
    "articles": _articles,
    "counts": _counts,
    "revisits": _revisits,
    "removals": _removals,
}
"""By their names, in the order in which their findings are told."""
