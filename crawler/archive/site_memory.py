"""What is remembered of a site between visits: its robots.txt, its lists, its mirrors."""

from __future__ import annotations

import sqlite3
from typing import cast


class SiteMemory:
    """What visits have taught of sites, in one open archive.

    Methods that write belong into a transaction of the caller's. All raise sqlite3.Error.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._sql = connection.execute

    def shared(self, host: str) -> tuple[int, int]:
        """How many addresses of a host led to a story, and to one that another host has, too."""
        row = self._sql(
            "SELECT count(*), ifnull(sum(a.site_id <> u.site_id OR EXISTS (SELECT 1 FROM urls v"
            " WHERE v.article_id = a.id AND v.site_id <> u.site_id)), 0)"
            " FROM urls u JOIN articles a ON a.id = u.article_id"
            " WHERE u.site_id = (SELECT id FROM sites WHERE host = ?)",
            (host,),
        ).fetchone()
        return cast("tuple[int, int]", row)

    def has_stories(self, host: str) -> bool:
        """Whether a story of a host is archived, gone or not; or one that has moved there."""
        row = self._sql(
            "SELECT EXISTS (SELECT 1 FROM articles WHERE site_id = s.id) OR EXISTS (SELECT 1"
            " FROM urls WHERE site_id = s.id AND article_id IS NOT NULL) FROM sites s"
            " WHERE s.host = ?",
            (host,),
        ).fetchone()
        return row is not None and bool(row[0])

    def led_to_stories(self, url: str) -> bool:
        """Whether a page has told of addresses that turned out to be stories. Looks through all
        stories: for what happens seldom."""
        row = self._sql(
            "SELECT 1 FROM urls WHERE article_id IS NOT NULL"
            " AND via_id = (SELECT id FROM urls WHERE url = ?) LIMIT 1",
            (url,),
        ).fetchone()
        return row is not None

    def was_shut(self, site_id: int, run_id: int) -> bool:
        """Whether a run asked a site for pages and lists beside its home page, and none was to be
        had: a wall, an error, or something else stood in each place."""
        asked, had = self._sql(
            "SELECT count(*), ifnull(sum(u.state = 'done' AND NOT (u.article_id IS NULL"
            " AND ifnull(u.reason_code, '') = 'no_article'"
            " AND ifnull(u.reason_subject, '') = 'wall')), 0)"
            " FROM captures c JOIN urls u ON u.id = c.url_id"
            " WHERE c.run_id = ? AND u.site_id = ?"
            " AND u.role IN ('page', 'sitemap', 'feed', 'wordpress') AND u.source <> 'usual'",
            (run_id, site_id),
        ).fetchone()
        return asked > 0 and not had

    def posts_listed(self, host: str) -> tuple[str, str] | None:
        """Of a WordPress site: the address of its first list of posts, and when the last such list
        was read, ISO 8601; None if none was."""
        row = self._sql(
            "SELECT min(url) FILTER (WHERE source = 'link'), max(visited_at) FROM urls"
            " WHERE site_id = (SELECT id FROM sites WHERE host = ?)"
            " AND role <> 'page' AND role <> 'requisite' AND role = 'wordpress' AND state = 'done'",
            (host,),
        ).fetchone()
        return cast("tuple[str, str]", row) if row[0] and row[1] else None

    def pause(self, host: str, until: str, latest: str) -> None:
        """Remember until when a known host is to be left alone, ISO 8601, UTC; what it has asked
        for before, unless that is over sooner, or lies beyond `latest`."""
        self._sql(
            "UPDATE sites SET paused_until = ?1 WHERE host = ?2"
            " AND (paused_until IS NULL OR paused_until < ?1 OR paused_until > ?3)",
            (until, host, latest),
        )

    def pauses(self, now: str, latest: str) -> list[tuple[str, str]]:
        """Hosts that are to be left alone now, and until when. latest: what lies beyond that was
        written by a clock that was wrong."""
        return self._sql(
            "SELECT host, paused_until FROM sites WHERE paused_until > ? AND paused_until <= ?",
            (now, latest),
        ).fetchall()

    def keep_robots(self, origin: str, url: str, fetched_at: str, status: int, body: bytes) -> None:
        """Remember a host's robots.txt for the runs of the next day (RFC 9309, 2.4)."""
        self._sql(
            "INSERT OR REPLACE INTO _robots_files VALUES (?, ?, ?, ?, ?)",
            (origin, url, fetched_at, status, body),
        )

    def robots(self, origin: str) -> tuple[str, str, int, bytes] | None:
        """(url, fetched_at, status, body) of a host's robots.txt as last fetched."""
        row = self._sql(
            "SELECT url, fetched_at, status, body FROM _robots_files WHERE origin = ?", (origin,)
        ).fetchone()
        return cast("tuple[str, str, int, bytes] | None", row)
