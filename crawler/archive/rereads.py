"""Which revisions are to be read again, and where their pages are."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, replace

from crawler.archive import why
from crawler.reasons import NOT_THE_STORY, Reason


@dataclass(frozen=True, slots=True)
class Held:
    """A revision, and the record that its page is in."""

    revision_id: int
    article_id: int
    article_url: str
    record_id: str
    """Of the capture; its payload may be in another record."""
    page_url: str
    captured_at: str
    run_id: int
    warc_file: str
    warc_offset: int
    warc_length: int
    rendered_by: str | None = None
    """By what the page was shown, where its record is that of what a browser showed."""


_HELD = (
    "SELECT r.id, a.id, a.url, c.record_id, u.url, c.fetched_at, c.run_id,"
    " ifnull(g.warc_file, p.warc_file), ifnull(g.warc_offset, p.warc_offset),"
    " ifnull(g.warc_length, p.warc_length), g.made_by"
    " FROM articles a JOIN sites s ON s.id = a.site_id"
    " JOIN revisions r ON {which}"
    " JOIN captures c ON c.id = r.capture_id JOIN captures p ON p.id = ifnull(c.refers_to_id, c.id)"
    " LEFT JOIN renderings g ON g.capture_id = c.id JOIN urls u ON u.id = c.url_id"
)


def standing(
    connection: sqlite3.Connection, site: str, after: int = 0, limit: int = 500
) -> list[Held]:
    """The revisions that stand of a site's stories, by the keys of the stories.

    site: its host. after: the key of the story to go on behind. Raises sqlite3.Error.
    """
    rows = connection.execute(
        f"{_HELD.format(which='r.id = a.revision_id')} WHERE s.host = ? AND a.id > ?"
        " ORDER BY a.id LIMIT ?",
        (site, after, limit),
    )
    return [Held(*row) for row in rows]


def of_story(connection: sqlite3.Connection, article_id: int) -> Held | None:
    """The revision of a story that stands. Raises sqlite3.Error."""
    row = connection.execute(
        f"{_HELD.format(which='r.id = a.revision_id')} WHERE a.id = ?", (article_id,)
    ).fetchone()
    return Held(*row) if row else None


def of_record(connection: sqlite3.Connection, record_id: str) -> Held | None:
    """The revision that was read from a capture, by its WARC-Record-ID. Raises sqlite3.Error."""
    row = connection.execute(
        f"{_HELD.format(which='r.article_id = a.id')} WHERE r.capture_id ="  # noqa: S608
        " (SELECT id FROM captures WHERE record_id = ?) ORDER BY r.id LIMIT 1",
        (record_id,),
    ).fetchone()
    return Held(*row) if row else None


def unread(
    connection: sqlite3.Connection,
    extractor: str,
    *,
    after: tuple[int, int] = (0, 0),
    limit: int = 500,
    site: str | None = None,
    url: str | None = None,
    again: bool = False,
    of_sites: Mapping[str, str] | None = None,
    version: str = "",
) -> list[Held]:
    """Revisions that were not read by an extractor yet, by the keys of their stories and their own.

    All of a story's, so that two of them differ by what the newspaper changed; not those that were
    found to be no state of it. after: the keys of the last one, to go on behind. site, url: only of
    this host, only of this story. again: those that it has read, too. of_sites: host → the
    extractor of a site that has one of its own. version: only what this version of the extractor
    has read, with whatever profile. Raises sqlite3.Error.
    """
    own = "SELECT value FROM json_each(:of_sites) WHERE key = s.host"
    by = f"ifnull(({own}), :extractor)"
    left = (
        f"r.extractor <> {by} AND NOT EXISTS (SELECT 1 FROM rereadings w"  # noqa: S608
        f" WHERE w.article_id = a.id AND w.revision_id = r.id AND w.extractor = {by}"
        " AND w.outcome NOT IN ('changed', 'unchanged'))"
    )
    rows = connection.execute(
        f"{_HELD.format(which='r.article_id = a.id')}"  # noqa: S608
        f" WHERE (a.id, r.id) > (:story, :revision) AND (:again OR ({left}))"
        " AND (:site IS NULL OR s.host = :site) AND (:url IS NULL OR a.url = :url)"
        " AND substr(r.extractor, 1, length(:version)) = :version"
        " AND r.id NOT IN (SELECT revision_id FROM taken_back WHERE reason_code = :no_state)"
        " ORDER BY a.id, r.id LIMIT :limit",
        {"extractor": extractor, "story": after[0], "revision": after[1], "limit": limit,
         "site": site, "url": url, "again": again, "version": version,
         "no_state": NOT_THE_STORY, "of_sites": json.dumps(dict(of_sites or {}))},
    )  # fmt: skip
    return [Held(*row) for row in rows]


def part_of(connection: sqlite3.Connection, whole: Held, url: str) -> Held | None:
    """The capture of a later page of a story, of the same run as its first; None if there is none.
    Raises sqlite3.Error."""
    row = connection.execute(
        "SELECT c.record_id, c.fetched_at, ifnull(g.warc_file, p.warc_file),"
        " ifnull(g.warc_offset, p.warc_offset), ifnull(g.warc_length, p.warc_length), g.made_by"
        " FROM captures c JOIN captures p ON p.id = ifnull(c.refers_to_id, c.id)"
        " LEFT JOIN renderings g ON g.capture_id = c.id"
        " JOIN urls u ON u.id = c.url_id WHERE u.url = ? AND c.run_id = ?"
        " AND c.status BETWEEN 200 AND 299"
        " ORDER BY c.fetched_at DESC LIMIT 1",
        (url, whole.run_id),
    ).fetchone()
    if row is None:
        return None
    record_id, fetched_at, *place = row
    return Held(
        whole.revision_id,
        whole.article_id,
        whole.article_url,
        record_id,
        url,
        fetched_at,
        whole.run_id,
        *place,
    )


def elsewhere(connection: sqlite3.Connection, each: Held) -> list[Held]:
    """The same page in other responses with its payload, the newest first; of what a browser showed
    there is but one record. Raises sqlite3.Error."""
    if each.rendered_by is not None:
        return []
    rows = connection.execute(
        "SELECT o.warc_file, o.warc_offset, o.warc_length FROM captures c JOIN captures o"
        " ON o.payload_digest = c.payload_digest WHERE c.record_id = ? AND o.truncated IS NULL"
        " AND o.record_type = 'response' AND o.payload_bytes > 0"
        " AND (o.warc_file, o.warc_offset) <> (?, ?) ORDER BY o.id DESC",
        (each.record_id, each.warc_file, each.warc_offset),
    )
    return [
        replace(each, warc_file=name, warc_offset=offset, warc_length=length)
        for name, offset, length in rows
    ]


def note_unread(connection: sqlite3.Connection, each: Held, extractor: str, reason: Reason) -> None:
    """Note why the page of a revision could not be read again. Raises sqlite3.Error."""
    connection.execute(
        "INSERT OR REPLACE INTO rereadings VALUES (?, ?, ?, ?, ?, ?)",
        (each.article_id, each.revision_id, extractor, *why.columns(reason)),
    )
