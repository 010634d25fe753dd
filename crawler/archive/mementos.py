"""What other archives of the web list, what of it has come, and what was asked for."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

from crawler.archive import why
from crawler.reasons import Reason
from crawler.urls import normalise, site_host

# Runs that may try a capture again before it has failed for good.
_MOST_ATTEMPTS = 5
# Links of front pages to a host of somebody else, before they count as the newspaper's own.
_ENOUGH_LINKS = 3

Listed = tuple[str, str, int | None, str | None, str | None, str | None]
"""Address, moment (ISO 8601, UTC), status, type, digest, and, as JSON, the place in a file."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A listed capture that is to be fetched."""

    id: int
    url: str
    captured_at: str
    """ISO 8601, UTC, to the second."""
    status: int | None
    content_type: str | None
    digest: str | None
    place: tuple[str, int, int] | None
    """File, offset and length, of Common Crawl."""


@dataclass(frozen=True, slots=True)
class Held:
    """A capture that the archive has already."""

    record_id: str
    warc_file: str
    warc_offset: int
    warc_length: int
    source_uri: str | None = None
    is_read: bool = True
    """Whether a visit has said what its answer is; else a run that was killed had written it."""
    is_of_whole_run: bool = True
    """Whether the run that wrote it came to its end, with all that it had in hand."""


class Mementos:
    """Those tables, in one open archive.

    Methods that write belong into a transaction of the caller's. All raise sqlite3.Error.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection, self._sql = connection, connection.execute

    def web_archive(self, endpoint: str, now: str) -> int:
        """The key of a web archive, which is asked now (ISO 8601, UTC)."""
        row = self._sql(
            "INSERT INTO web_archives (endpoint, first_asked_at, last_asked_at) VALUES (?1, ?2, ?2)"
            " ON CONFLICT DO UPDATE SET last_asked_at = excluded.last_asked_at RETURNING id",
            (endpoint, now),
        ).fetchone()
        return cast(int, row[0])

    # -- captures --------------------------------------------------------------------------------

    def add(self, web_archive: int, wanted_by: str, rows: Iterable[Listed]) -> int:
        """Enter captures that an index lists; returns how many were not known. What waits already
        waits for whoever asks last."""
        before = self._connection.total_changes
        rows = list(rows)
        self._connection.executemany(
            "INSERT OR IGNORE INTO mementos (web_archive_id, wanted_by, url, captured_at, status,"
            " content_type, digest, source, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'queued')",
            [(web_archive, wanted_by, *row) for row in rows],
        )
        new = self._connection.total_changes - before
        if new < len(rows):
            self._connection.executemany(
                "UPDATE mementos SET wanted_by = ? WHERE web_archive_id = ? AND url = ?"
                " AND captured_at = ? AND state IN ('queued', 'retry') AND wanted_by <> ?",
                [(wanted_by, web_archive, row[0], row[1], wanted_by) for row in rows],
            )
        return new

    def wake(self, web_archive: int, wanted_by: str) -> None:
        """Have what failed in earlier runs wait again."""
        self._sql(
            "UPDATE mementos SET state = 'queued' WHERE web_archive_id = ? AND wanted_by = ?"
            " AND state = 'retry'",
            (web_archive, wanted_by),
        )

    def waiting(
        self, web_archive: int, wanted_by: str, span: tuple[str, str], after: tuple[str, str],
        limit: int, *, was_tried: bool, first_alone: bool,
    ) -> list[Waiting]:  # fmt: skip
        """Captures that wait, by address and then by date. span: of their dates. after: address and
        date of the last one that was given out. was_tried: those that an earlier run could not
        have, or the others. first_alone: the first one of each address."""
        first = (
            " AND NOT EXISTS (SELECT 1 FROM mementos e WHERE e.web_archive_id = m.web_archive_id"
            " AND e.url = m.url AND e.captured_at < m.captured_at AND e.captured_at >= ?3)"
        )
        waits = (
            "state IN ('queued', 'retry') AND state = 'queued'"
            f" AND attempts {'>' if was_tried else '='} 0{first if first_alone else ''}"
        )
        rows: list[tuple[Any, ...]] = self._sql(
            "SELECT id, url, captured_at, status, content_type, digest, source FROM mementos m"  # noqa: S608
            " WHERE web_archive_id = ?1 AND wanted_by = ?2 AND captured_at BETWEEN ?3 AND ?4"
            f" AND (url, captured_at) > (?5, ?6) AND {waits} ORDER BY url, captured_at LIMIT ?7",
            (web_archive, wanted_by, *span, *after, limit),
        ).fetchall()
        return [
            Waiting(key, url, captured_at, status, content_type, digest, _place(source))
            for key, url, captured_at, status, content_type, digest, source in rows
        ]

    def count_waiting(self, web_archive: int, wanted_by: str, span: tuple[str, str]) -> int:
        """How many captures wait, or are to be tried again by the next run."""
        row = self._sql(
            "SELECT count(*) FROM mementos WHERE web_archive_id = ? AND wanted_by = ?"
            " AND state IN ('queued', 'retry') AND captured_at BETWEEN ? AND ?",
            (web_archive, wanted_by, *span),
        ).fetchone()
        return cast(int, row[0])

    def has_waiting(self, endpoint: str, wanted_by: str) -> bool:
        """Whether captures wait of an archive. endpoint: of the archive."""
        row = self._sql(
            "SELECT 1 FROM mementos m JOIN web_archives w ON w.id = m.web_archive_id"
            " WHERE w.endpoint = ? AND m.wanted_by = ? AND m.state IN ('queued', 'retry') LIMIT 1",
            (endpoint, wanted_by),
        ).fetchone()
        return row is not None

    def settle(
        self, key: int, state: str, reason: Reason | None = None, *, counts: bool = True
    ) -> None:
        """Say what became of a listed capture; what has failed often enough has failed for good.
        counts: whether it was tried, and is one of these times."""
        self._sql(
            f"UPDATE mementos SET attempts = attempts + ?, {why.SET}, state = CASE"  # noqa: S608
            " WHEN ? = 'retry' AND attempts + ? >= ? THEN 'failed' ELSE ? END WHERE id = ?",
            (counts, *why.columns(reason), state, counts, _MOST_ATTEMPTS, state, key),
        )

    def held(self, url: str, captured_at: str) -> Held | None:
        """The capture of an address at a second, from wherever it came."""
        row = self._sql(
            "SELECT c.record_id, c.warc_file, c.warc_offset, c.warc_length, c.source_uri,"
            " ifnull(u.visited_at >= c.fetched_at, 0),"
            " r.outcome IN ('finished', 'partly', 'max_pages') FROM captures c"
            " JOIN urls u ON u.id = c.url_id JOIN runs r ON r.id = c.run_id"
            " WHERE u.url = ? AND substr(c.fetched_at, 1, 19) = ? LIMIT 1",
            (normalise(url) or url, captured_at[:19]),
        ).fetchone()
        return Held(*row) if row else None

    def same_payload(self, web_archive: int, waiting: Waiting) -> str | None:
        """The WARC-Record-ID of a response that is here and has, by the index, the same payload."""
        rows = self._sql(
            "SELECT url, captured_at FROM mementos WHERE web_archive_id = ? AND digest = ?"
            " AND state = 'archived' AND status = 200 AND reason_code IS NULL AND id <> ?"
            " ORDER BY url <> ?, captured_at LIMIT 5",
            (web_archive, waiting.digest, waiting.id, waiting.url),
        ).fetchall()
        for url, captured_at in rows:
            row = self._sql(
                "SELECT ifnull(o.record_id, c.record_id) FROM captures c"
                " JOIN urls u ON u.id = c.url_id LEFT JOIN captures o ON o.id = c.refers_to_id"
                " WHERE u.url = ? AND substr(c.fetched_at, 1, 19) = ? AND c.truncated IS NULL"
                " AND ifnull(o.id, c.id) NOT IN (SELECT capture_id FROM lost_captures)"
                " AND c.status = 200 LIMIT 1",
                (normalise(url) or url, captured_at[:19]),
            ).fetchone()
            if row is not None:
                return cast(str, row[0])
        return None

    # -- lists, and single addresses -------------------------------------------------------------

    def listing(self, endpoint: str, what: str) -> str | None:
        """What is to come of a list that an earlier run had begun. endpoint: of the archive."""
        row = self._sql(
            "SELECT l.to_come FROM _listings l JOIN web_archives w ON w.id = l.web_archive_id"
            " WHERE w.endpoint = ? AND l.what = ?",
            (endpoint, what),
        ).fetchone()
        return row[0] if row else None

    def note_listing(self, web_archive: int, what: str, to_come: str | None, now: str) -> None:
        """Keep what is to come of a list; None: it is complete."""
        if to_come is None:
            self._sql(
                "DELETE FROM _listings WHERE web_archive_id = ? AND what = ?", (web_archive, what)
            )
            return
        self._sql(
            "INSERT OR REPLACE INTO _listings VALUES (?, ?, ?, ?)",
            (web_archive, what, to_come, now),
        )

    def look_up(
        self, web_archive: int, wanted_by: str, urls: Iterable[str], *, is_own: bool
    ) -> None:
        """Have single addresses asked for, if they were not yet. is_own: surely the newspaper's;
        others count once enough of their host are linked."""
        self._connection.executemany(
            "INSERT INTO _lookups (web_archive_id, wanted_by, url, host, is_own)"
            " VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            [(web_archive, wanted_by, url, site_host(url), is_own) for url in urls],
        )

    def ask(self, web_archive: int, wanted_by: str, urls: Iterable[str]) -> None:
        """Have single addresses asked for, whether they were or not."""
        self._connection.executemany(
            "INSERT INTO _lookups (web_archive_id, wanted_by, url, host, is_own)"
            " VALUES (?, ?, ?, ?, 1) ON CONFLICT DO UPDATE SET wanted_by = excluded.wanted_by,"
            " is_own = 1, asked_at = NULL",
            [(web_archive, wanted_by, url, site_host(url)) for url in urls],
        )

    def to_look_up(self, web_archive: int, wanted_by: str, after: int) -> tuple[int, str] | None:
        """The next address to ask for, and its key. after: the key of the last one."""
        row = self._sql(
            "SELECT id, url FROM _lookups l WHERE web_archive_id = ?1 AND wanted_by = ?2"
            " AND asked_at IS NULL AND id > ?3 AND (is_own OR (SELECT count(*) FROM (SELECT 1"
            " FROM _lookups o WHERE o.web_archive_id = ?1 AND o.wanted_by = ?2 AND o.host = l.host"
            " LIMIT ?4)) >= ?4) ORDER BY id LIMIT 1",
            (web_archive, wanted_by, after, _ENOUGH_LINKS),
        ).fetchone()
        return (row[0], row[1]) if row else None

    def note_lookup(self, web_archive: int, url: str, now: str, found: int) -> None:
        """An address was asked for. found: how many captures of it are listed."""
        self._sql(
            "UPDATE _lookups SET asked_at = ?, found = ? WHERE web_archive_id = ? AND url = ?",
            (now, found, web_archive, url),
        )

    def missing(self) -> Iterator[str]:
        """Addresses of stories that archived ones link to and that are not archived, the most
        linked first; then of those that are gone."""
        for view in ("missing_stories ORDER BY linked_by DESC, url", "gone_stories ORDER BY url"):
            for (url,) in self._sql(f"SELECT url FROM {view}"):  # noqa: S608
                yield url

    def was_asked(self, endpoint: str, url: str, since: str) -> bool:
        """Whether an address was asked for since a moment, or captures of it are known."""
        row = self._sql(
            "SELECT 1 FROM _lookups l JOIN web_archives w ON w.id = l.web_archive_id"
            " WHERE w.endpoint = ? AND l.url = ? AND (l.found > 0 OR l.asked_at >= ?)",
            (endpoint, url, since),
        ).fetchone()
        return row is not None


def place_of(filename: str | None, offset: int, length: int) -> str | None:
    """Where a capture is in a file, as JSON."""
    return None if filename is None else json.dumps([filename, offset, length])


def _place(text: str | None) -> tuple[str, int, int] | None:
    if text is None:
        return None
    name, offset, length = cast("Sequence[object]", json.loads(text))
    return str(name), int(cast(int, offset)), int(cast(int, length))
