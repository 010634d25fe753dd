"""What is remembered of a site between visits: what its addresses taught, its robots.txt, its
lists."""

from __future__ import annotations

import sqlite3
from typing import cast

from crawler.archive.outcomes import Learned

# Lists between a story and the first of those that led to it: year, month, day, page.
_FURTHEST = 6


class SiteMemory:
    """What visits have taught of sites, in one open archive.

    Methods that write belong into a transaction of the caller's. All raise sqlite3.Error.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._sql = connection.execute

    def learn(self, site_id: int, url_id: int, shape: str, *, is_story: bool) -> None:
        """Count the first visit of an address of this shape."""
        self._sql(
            "INSERT INTO url_shapes (site_id, shape, visits, stories) VALUES (?, ?, 1, ?)"
            " ON CONFLICT DO UPDATE SET visits = visits + 1, stories = stories + excluded.stories",
            (site_id, shape, int(is_story)),
        )
        if is_story:
            self._sql(
                "UPDATE sites SET stories = stories + 1, listed_stories = listed_stories +"
                " (SELECT listed FROM urls WHERE id = ?)"
                " WHERE id = ?",
                (url_id, site_id),
            )
        else:
            self._sql("UPDATE urls SET shape = ? WHERE id = ?", (shape, url_id))
            self._sql(
                "UPDATE sites SET listing_visits = listing_visits + 1 WHERE id = ?", (site_id,)
            )

    def credit_lists(self, url_id: int) -> None:
        """A new story was found at a URL: the list that told of it has led to one, and so have the
        lists on the way to that list."""
        shapes = self._sql(
            "WITH RECURSIVE way (id, depth) AS ("
            " SELECT via_id, 1 FROM urls WHERE id = ? AND via_id IS NOT NULL UNION"
            " SELECT u.via_id, way.depth + 1 FROM way JOIN urls u ON u.id = way.id"
            " WHERE u.shape IS NOT NULL AND u.via_id IS NOT NULL AND way.depth < ?)"
            " SELECT DISTINCT u.site_id, u.shape FROM way JOIN urls u ON u.id = way.id"
            " WHERE u.shape IS NOT NULL",
            (url_id, _FURTHEST),
        ).fetchall()
        for site_id, shape in shapes:
            self._sql(
                "UPDATE url_shapes SET led_to = led_to + 1 WHERE site_id = ? AND shape = ?",
                (site_id, shape),
            )
        for site_id in {site_id for site_id, _ in shapes}:
            self._sql(
                "UPDATE sites SET listing_led_to = listing_led_to + 1 WHERE id = ?", (site_id,)
            )

    def learned(self, host: str, shape: str) -> Learned:
        """What visits have taught of a shape of addresses on a site."""
        row = self._sql(
            "SELECT ifnull(p.visits, 0), ifnull(p.stories, 0), ifnull(p.led_to, 0), s.stories,"
            " s.listed_stories, s.listing_visits, s.listing_led_to FROM sites s"
            " LEFT JOIN url_shapes p ON p.site_id = s.id AND p.shape = ? WHERE s.host = ?",
            (shape, host),
        ).fetchone()
        return Learned(*row) if row else Learned()

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

    def posts_listed(self, host: str) -> tuple[str, str] | None:
        """Of a WordPress site: the address of its first list of posts, and when the last such list
        was read, ISO 8601; None if none was."""
        row = self._sql(
            "SELECT min(url) FILTER (WHERE source = 'link'), max(visited_at) FROM urls"
            " WHERE site_id = (SELECT id FROM sites WHERE host = ?)"
            " AND role <> 'page' AND role = 'wordpress' AND state = 'done'",
            (host,),
        ).fetchone()
        return cast("tuple[str, str]", row) if row[0] and row[1] else None

    def keep_robots(self, origin: str, url: str, fetched_at: str, status: int, body: bytes) -> None:
        """Remember a host's robots.txt for the runs of the next day (RFC 9309, 2.4)."""
        self._sql(
            "INSERT OR REPLACE INTO robots_files VALUES (?, ?, ?, ?, ?)",
            (origin, url, fetched_at, status, body),
        )

    def robots(self, origin: str) -> tuple[str, str, int, bytes] | None:
        """(url, fetched_at, status, body) of a host's robots.txt as last fetched."""
        row = self._sql(
            "SELECT url, fetched_at, status, body FROM robots_files WHERE origin = ?", (origin,)
        ).fetchone()
        return cast("tuple[str, str, int, bytes] | None", row)
