"""Tombstones: what was taken down, and is never fetched or stored again.

A trigger on the table `urls` keeps their addresses out of every queue. Every function raises
sqlite3.Error; those that write belong into a transaction of the caller's.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace

from crawler.archive import why
from crawler.archive.keys import url_key
from crawler.archive.rows import insert
from crawler.items import LinkedStory
from crawler.reasons import because


@dataclass(frozen=True, slots=True)
class Takedown:
    """A tombstone, as it is in the database, in WARC and beside backups."""

    uuid: str
    url: str
    at: str
    """ISO 8601, UTC."""
    reason: str
    by: str
    """Who asked for it."""
    urls: tuple[str, ...]
    """All addresses under which the story was known."""
    digests: tuple[str, ...]
    """Of its payloads."""
    records: tuple[str, ...]
    """WARC-Record-IDs of captures of lists that went with it, because they show its text. Their
    addresses are fetched again, and their payloads stored."""
    captures: int
    """How many went, these among them."""

    def content(self) -> dict[str, object]:
        """The same for JSON."""
        return asdict(self)


def enter(connection: sqlite3.Connection, takedown: Takedown, *, finished: bool) -> None:
    """Enter a tombstone; one that is there stays. finished: whether nothing is left in WARC."""
    known = connection.execute(
        "SELECT id FROM takedowns WHERE uuid = ?", (takedown.uuid,)
    ).fetchone()
    if known:
        connection.execute(
            "UPDATE takedowns SET finished_at = NULL WHERE id = ? AND NOT ?",
            (known[0], finished),
        )
        return
    key = insert(
        connection, "takedowns", uuid=takedown.uuid, url=takedown.url, at=takedown.at,
        reason=takedown.reason, requested_by=takedown.by,
        records=json.dumps(takedown.records), captures=takedown.captures,
        finished_at=takedown.at if finished else None,
    )  # fmt: skip
    connection.executemany(
        "INSERT OR IGNORE INTO takedown_urls VALUES (?, ?, ?)",
        [(url_key(url), url, key) for url in takedown.urls],
    )
    connection.executemany(
        "INSERT OR IGNORE INTO takedown_digests VALUES (?, ?)",
        [(digest, key) for digest in takedown.digests],
    )
    connection.execute(
        f"UPDATE urls SET state = 'excluded', {why.SET}, due_at = NULL, interval_seconds = NULL,"  # noqa: S608
        " claimed_title = NULL, article_id = NULL, held = 0, etag = NULL, last_modified = NULL"
        " WHERE key IN (SELECT key FROM takedown_urls WHERE takedown_id = ?)",
        (*why.columns(because("taken_down")), key),
    )


def all_takedowns(connection: sqlite3.Connection) -> Iterator[Takedown]:
    """All tombstones, the oldest first."""
    rows = connection.execute(
        "SELECT uuid, url, at, reason, requested_by, captures,"
        " (SELECT json_group_array(url) FROM takedown_urls u WHERE u.takedown_id = t.id),"
        " (SELECT json_group_array(payload_digest) FROM takedown_digests d"
        " WHERE d.takedown_id = t.id), records FROM takedowns t ORDER BY at, id"
    )
    for uuid, url, at, reason, by, captures, urls, digests, records in rows:
        said = (*json.loads(urls),), (*json.loads(digests),), (*json.loads(records),)
        yield Takedown(uuid, url, at, reason, by, *said, captures)


def is_taken_down(connection: sqlite3.Connection, url: str) -> bool:
    """Whether an address is not to be fetched or stored."""
    sql = "SELECT 1 FROM takedown_urls WHERE key = ?"
    return connection.execute(sql, (url_key(url),)).fetchone() is not None


def is_digest_taken_down(connection: sqlite3.Connection, payload_digest: str) -> bool:
    """Whether a payload is not to be stored, at whatever address."""
    sql = "SELECT 1 FROM takedown_digests WHERE payload_digest = ?"
    return connection.execute(sql, (payload_digest,)).fetchone() is not None


def records_taken_down(connection: sqlite3.Connection) -> frozenset[str]:
    """The WARC-Record-IDs of all captures of lists that went with a story."""
    sql = "SELECT j.value FROM takedowns t, json_each(t.records) j"
    return frozenset(record_id for (record_id,) in connection.execute(sql))


def keys_taken_down(connection: sqlite3.Connection) -> set[int]:
    """The keys of all addresses that were taken down."""
    return {key for (key,) in connection.execute("SELECT key FROM takedown_urls")}


def has_takedowns(connection: sqlite3.Connection) -> bool:
    """Whether any address was taken down."""
    return connection.execute("SELECT 1 FROM takedown_urls LIMIT 1").fetchone() is not None


def without_words(
    connection: sqlite3.Connection, links: Iterable[LinkedStory]
) -> list[LinkedStory]:
    """Links of a page; those to what was taken down without what they show of it."""
    found = list(links)
    if not has_takedowns(connection):
        return found
    return [
        replace(link, title=None, excerpt=None, image=None, published=None)
        if is_taken_down(connection, link.url)
        else link
        for link in found
    ]


def finish(connection: sqlite3.Connection, at: str) -> None:
    """Nothing of what was taken out is left. at: ISO 8601, UTC."""
    for table in ("takedowns", "prunings"):
        connection.execute(
            f"UPDATE {table} SET finished_at = ? WHERE finished_at IS NULL",  # noqa: S608
            (at,),
        )
