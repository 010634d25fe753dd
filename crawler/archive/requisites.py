"""What pages need to be shown: pictures, style sheets, fonts. It waits in the table `urls`, apart
from pages: those who claim pages never see it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection, Iterable
from datetime import datetime

from crawler.archive.due_rows import FIELDS, due_of
from crawler.archive.frontier_news import News
from crawler.archive.keys import url_key
from crawler.archive.outcomes import REQUISITE
from crawler.items import Due, FoundUrl, Picture
from crawler.times import after, utc
from crawler.urls import site_host

FRESH = 30 * 86_400
"""Seconds for which a style sheet or font is taken to be as it was; a page that needs it later has
it asked for again, whether it has changed. A picture is asked for once."""

_AT_ONCE = 1_000
"""Stories of which pictures are looked for in one step: a step holds up the run."""


class Requisites:
    """Requisites of pages in one open archive. Methods that write belong into a transaction of the
    caller's; all raise sqlite3.Error."""

    def __init__(self, connection: sqlite3.Connection, news: News) -> None:
        self._connection = connection
        self._sql = connection.execute
        self._news = news

    def add(self, found: Iterable[FoundUrl], site_id: Callable[[str], int], now: str) -> None:
        """Queue what a page needs, if it is not known, or was fetched too long ago.

        site_id: the key of the site of an address. now: ISO 8601, UTC.
        """
        stale = utc(after(datetime.fromisoformat(now), -FRESH), exact=True)
        for each in found:
            done = self._sql(
                "INSERT OR IGNORE INTO urls (url, key, site_id, role, state, source, via_id,"
                " found_at, priority) VALUES (?, ?, ?, 'requisite', 'queued', ?,"
                " (SELECT id FROM urls WHERE url = ?), ?, ?)",
                (each.url, url_key(each.url), site_id(each.url), each.source, each.via, now,
                 min(each.priority, REQUISITE)),
            )  # fmt: skip
            if not done.rowcount:  # whose page needs it counts: that of a run's newspaper, if any
                done = self._sql(
                    "UPDATE urls SET via_id = v.id FROM"
                    " (SELECT id, site_id FROM urls WHERE url = ?) v"
                    " WHERE urls.url = ? AND role = 'requisite' AND state = 'queued'"
                    " AND (SELECT w.site_id FROM urls w WHERE w.id = urls.via_id) IS NOT v.site_id",
                    (each.via, each.url),
                )
            if not done.rowcount:
                done = self._sql(
                    "UPDATE urls SET state = 'queued', due_at = NULL WHERE url = ?"
                    " AND role = 'requisite' AND state = 'done' AND visited_at < ?"
                    " AND id NOT IN (SELECT url_id FROM pictures)",
                    (each.url, stale),
                )
            if done.rowcount:
                self._news.needed.add(site_host(each.url))

    def add_missing(
        self, sites: Collection[int], after: int, site_id: Callable[[str], int], now: str
    ) -> int | None:
        """Queue the pictures of some sites' stories, as they stand, that nobody has asked for:
        those of stories that were archived without; of some thousand stories at a time.

        sites: their keys. after: key of the last story that was looked at, 0 for none. Returns the
        same for the next time; None where all were.
        """
        (last,) = self._sql("SELECT ifnull(max(id), 0) FROM articles").fetchone()
        if after >= last:
            return None
        rows = self._sql(
            "SELECT DISTINCT i.url, u.url FROM articles a JOIN images i"
            " ON i.revision_id = a.revision_id JOIN revisions r ON r.id = a.revision_id"
            " JOIN captures c ON c.id = r.capture_id JOIN urls u ON u.id = c.url_id"
            " WHERE a.id > ?1 AND a.id <= ?1 + ?2"
            " AND a.site_id IN (SELECT value FROM json_each(?3))"
            " AND NOT EXISTS (SELECT 1 FROM urls v WHERE v.url = i.url)",
            (after, _AT_ONCE, json.dumps(list(sites))),
        ).fetchall()
        self.add((FoundUrl(url, "requisite", "needed", via) for url, via in rows), site_id, now)
        return after + _AT_ONCE

    def hosts(self, sites: Collection[int], now: str) -> list[str]:
        """Hosts at which requisites of some sites' pages wait, those with the most first. sites:
        their keys. now: ISO 8601, UTC."""
        rows = self._sql(
            "SELECT s.host FROM urls u JOIN urls v ON v.id = u.via_id JOIN sites s"
            " ON s.id = u.site_id WHERE u.role = 'requisite' AND v.site_id IN"
            " (SELECT value FROM json_each(?)) AND (u.state = 'queued' OR u.due_at <= ?)"
            " GROUP BY s.host ORDER BY count(*) DESC, s.host",
            (json.dumps(list(sites)), now),
        )
        return [host for (host,) in rows]

    def claim(self, site_id: int, sites: Collection[int], limit: int, now: str) -> list[Due]:
        """Take up to `limit` queued requisites at a site in hand; what is due by `now` (ISO 8601,
        UTC) is queued first. sites: keys of those whose pages need them."""
        self._sql(
            "UPDATE urls SET state = 'queued', due_at = NULL WHERE site_id = ? AND due_at <= ?"
            " AND role = 'requisite' AND state NOT IN ('queued', 'claimed')"
            " AND (visited_at < ? OR state = 'retry')",
            (site_id, now, self._news.begun_at),
        )
        rows = self._sql(
            f"SELECT {FIELDS}, u.id FROM urls u WHERE u.role = 'requisite' AND u.site_id = ?"  # noqa: S608
            " AND u.state = 'queued' AND (SELECT v.site_id FROM urls v WHERE v.id = u.via_id) IN"
            " (SELECT value FROM json_each(?)) ORDER BY u.id LIMIT ?",
            (site_id, json.dumps(list(sites)), limit),
        ).fetchall()
        self._connection.executemany(
            "UPDATE urls SET state = 'claimed' WHERE id = ?", [(row[-1],) for row in rows]
        )
        return [due_of(row) for row in rows]

    def count(self, sites: Collection[int]) -> int:
        """How many requisites of some sites' pages are queued. sites: their keys."""
        row = self._sql(
            "SELECT count(*) FROM urls u JOIN urls v ON v.id = u.via_id WHERE u.role = 'requisite'"
            " AND u.state = 'queued' AND v.site_id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(sites)),),
        ).fetchone()
        return int(row[0])

    def note_picture(self, url_id: int, capture_id: int, picture: Picture) -> None:
        """Note what the address of a picture has answered."""
        self._sql(
            "INSERT OR REPLACE INTO pictures VALUES (?, ?, ?, ?, ?, ?)",
            (url_id, capture_id, picture.media_type, picture.bytes, picture.width, picture.height),
        )

    def note_redirect(self, url_id: int, target: str) -> None:
        """Note that an address led to another one; if that is a picture, it is this one's."""
        self._sql(
            "INSERT OR REPLACE INTO pictures SELECT ?, p.capture_id, p.media_type, p.bytes,"
            " p.width, p.height FROM urls u JOIN pictures p ON p.url_id = u.id WHERE u.url = ?",
            (url_id, target),
        )
