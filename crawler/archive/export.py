"""What an archive gives to those who replay it: an index of its captures, and its pages."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass

IndexLine = Callable[[str, str, str, str | None, int, str, int, int, str], str]
IsThere = Callable[[str, int, int, str], int]
"""Whether a record is in its file: of file, offset, length, WARC-Record-ID."""

_RECORD = "is_there({0}.warc_file, {0}.warc_offset, {0}.warc_length, {0}.record_id)"
"""Whether the record of a capture is there."""
_WITH_PAYLOAD = (
    "FROM captures t WHERE t.payload_digest = {0}.payload_digest AND t.record_type = 'response'"
    f" AND t.truncated IS NULL AND t.payload_bytes > 0 AND {_RECORD.format('t')}"
)
"""The responses with the payload of a capture that are there."""
_WHOLE = (
    f"({_RECORD} AND ({{0}}.record_type = 'response' OR {{0}}.refers_to_id IS NULL"  # noqa: S608
    f" OR EXISTS (SELECT 1 {_WITH_PAYLOAD}) OR EXISTS (SELECT 1 FROM captures t"
    f" WHERE t.id = {{0}}.refers_to_id AND {_RECORD.format('t')})))"
)
"""Whether the record of a capture is there, and its payload, that may be in another's."""
_THERE = _WHOLE.format("c")


@dataclass(frozen=True, slots=True)
class HeldFile:
    """A WARC file as far as the database knows it."""

    name: str
    end: int
    """Bytes from its start to the end of the last capture's record; 0 where it has none."""
    bytes: int | None
    """Its length and SHA-256 (hexadecimal), if it is closed."""
    sha256: str | None


@dataclass(frozen=True, slots=True)
class StoryPage:
    """A page to begin reading at: a capture that is there to be replayed."""

    url: str
    captured_at: str
    """ISO 8601, UTC."""
    title: str
    text: str | None
    """For full-text search; None for a home page."""
    record_id: str


def look_with(connection: sqlite3.Connection, is_there: IsThere) -> None:
    """Let the queries below leave out what is lost."""
    connection.create_function("is_there", 4, is_there)


def count_lost(connection: sqlite3.Connection, site: str | None = None) -> int:
    """How many captures are left out because their record or payload is lost; `look_with` comes
    first. Raises sqlite3.Error."""
    found: int = connection.execute(
        "SELECT count(*) FROM captures c JOIN urls u ON u.id = c.url_id"  # noqa: S608
        " WHERE (?1 IS NULL OR u.site_id = (SELECT id FROM sites WHERE host = ?1))"
        f" AND c.status <> 304 AND NOT {_THERE}",
        (site,),
    ).fetchone()[0]
    return found


def index_lines(
    connection: sqlite3.Connection, line: IndexLine, site: str | None = None
) -> Iterator[str]:
    """An index line of each capture that is there, sorted; SQLite sorts on disk what does not fit
    in memory. `look_with` comes first.

    "304 Not Modified" is left out: replayed, it is no page, and hides the one that it confirms.
    line: makes it of (url, fetched_at, record_type, content_type, status, payload_digest,
    warc_length, warc_offset, warc_file). site: host of a newspaper; None: all. Raises
    sqlite3.Error.
    """
    connection.create_function("index_line", 9, line, deterministic=True)
    rows = connection.execute(
        "SELECT index_line(u.url, c.fetched_at, c.record_type, c.content_type, c.status,"  # noqa: S608
        " c.payload_digest, c.warc_length, c.warc_offset, c.warc_file) AS line"
        f" FROM captures c JOIN urls u ON u.id = c.url_id WHERE c.status <> 304 AND {_THERE}"
        " AND (?1 IS NULL OR u.site_id = (SELECT id FROM sites WHERE host = ?1)) ORDER BY line",
        (site,),
    )
    return (row[0] for row in rows)


def held_files(connection: sqlite3.Connection, site: str | None = None) -> list[HeldFile]:
    """All files; of one newspaper those that its captures are in, with those that their revisits
    refer to. Raises sqlite3.Error."""
    rows = connection.execute(
        "WITH chosen AS (SELECT c.warc_file, c.refers_to_id FROM captures c"
        " JOIN urls u ON u.id = c.url_id"
        " WHERE ?1 IS NULL OR u.site_id = (SELECT id FROM sites WHERE host = ?1)),"
        " needed AS (SELECT warc_file FROM chosen UNION SELECT t.warc_file FROM chosen"
        " JOIN captures t ON t.id = chosen.refers_to_id"
        " UNION SELECT name FROM warc_files WHERE ?1 IS NULL)"
        " SELECT n.warc_file, (SELECT ifnull(max(warc_offset + warc_length), 0) FROM captures c"
        " WHERE c.warc_file = n.warc_file), w.bytes, w.sha256"
        " FROM needed n LEFT JOIN warc_files w ON w.name = n.warc_file ORDER BY 1",
        (site,),
    )
    return [HeldFile(*row) for row in rows]


def home_pages(connection: sqlite3.Connection, site: str | None = None) -> Iterator[StoryPage]:
    """The newest capture of each newspaper's home page. Raises sqlite3.Error."""
    rows = connection.execute(
        "SELECT u.url, max(c.fetched_at), s.host, NULL, c.record_id FROM captures c"  # noqa: S608
        " JOIN urls u ON u.id = c.url_id JOIN sites s ON s.id = u.site_id"
        f" WHERE u.role = 'home' AND c.status = 200 AND (?1 IS NULL OR s.host = ?1) AND {_THERE}"
        " GROUP BY u.site_id ORDER BY s.id",
        (site,),
    )
    return (StoryPage(*row) for row in rows)


def story_pages(
    connection: sqlite3.Connection, site: str | None = None, *, earlier: bool = False
) -> Iterator[StoryPage]:
    """The page of each story's newest revision, newest story first; earlier: of those before it.
    Raises sqlite3.Error."""
    rows = connection.execute(
        "SELECT u.url, c.fetched_at, r.title, x.body_text, c.record_id FROM revisions r"  # noqa: S608
        " JOIN articles a ON a.id = r.article_id JOIN captures o ON o.id = r.capture_id"
        # where that one is lost, the newest with the same payload
        f" JOIN captures c ON c.id = CASE WHEN {_WHOLE.format('o')} THEN o.id"
        f" ELSE (SELECT t.id {_WITH_PAYLOAD.format('o')}"
        " ORDER BY t.id DESC LIMIT 1) END"
        " JOIN urls u ON u.id = o.url_id JOIN sites s ON s.id = a.site_id"
        " JOIN revision_texts x ON x.revision_id = r.id WHERE (r.id <> a.revision_id) = ?2"
        " AND (?1 IS NULL OR s.host = ?1)"
        " AND (?2 = 0 OR o.id <> (SELECT capture_id FROM revisions WHERE id = a.revision_id))"
        " ORDER BY a.published_utc DESC, r.id",
        (site, earlier),
    )
    return (StoryPage(*row) for row in rows)
