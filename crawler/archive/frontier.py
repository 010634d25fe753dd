"""The frontier's SQL: claim, release, leave out. How URLs enter it is in `finds`, what visits make
of them in `visited`.

Nothing here reads more rows than it gives back, and nothing is kept in memory but a bounded memo:
ten million URLs cost what ten thousand do.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import cast

from crawler.archive import why
from crawler.archive.chains import Chains, is_chained
from crawler.archive.due_rows import FIELDS, due_of
from crawler.archive.families import Families
from crawler.archive.finds import Finds
from crawler.archive.frontier_news import News
from crawler.archive.outcomes import FIRST_HAND, REQUISITE, Outcome, Plan
from crawler.archive.requisites import Requisites
from crawler.archive.visited import Visited
from crawler.items import Due
from crawler.reasons import OUTSIDE, Reason

# URLs promoted from due to queued in one step.
_PROMOTE = 500


class FrontierTable:
    """The table `urls` of one open archive, and what belongs to it.

    Methods that write belong into a transaction of the caller's. All raise sqlite3.Error.

    finds, visited: how URLs enter it, and what visits make of them.
    requisites: those among them that pages need to be shown.
    families, chains: what is known of URLs alike, and of lists that name lists.
    news: what was queued since somebody last looked.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        plan: Callable[[Outcome], Plan] | None = None,
    ) -> None:
        """plan: says when a URL is to be visited again; None: never."""
        self._sql = connection.execute
        self._many = connection.executemany
        self.news = News()
        self.families = Families(connection)
        self.chains = Chains(connection)
        self.requisites = Requisites(connection, self.news)
        self.finds = Finds(connection, self.news, self.families, self.chains)
        self.visited = Visited(connection, self.news, plan or (lambda outcome: Plan(outcome.state)))
        self._promoted: dict[int, str] = {}
        """site → up to which date all that is due was queued: what is still due before that, the
        run has visited itself."""

    def begin(self, at: str) -> None:
        """A run begins. at: ISO 8601, UTC."""
        self.news.begun_at = at
        self._promoted.clear()

    def forget(self) -> None:
        """Drop what is remembered of the tables."""
        self.finds.forget()
        self._promoted.clear()
        self.families.forget()

    # -- claiming --------------------------------------------------------------------------------

    def claim(self, site_id: int, limit: int, now: str, above: int = -(1 << 31)) -> list[Due]:
        """Take up to `limit` queued URLs of a site in hand, the best first; no requisites.

        What is due by `now` (ISO 8601, UTC) is queued first. above: only those of a higher
        priority.
        """
        self.promote(site_id, now)
        sql = (
            f"SELECT {FIELDS}, u.id FROM urls u WHERE u.site_id = ? AND u.state = 'queued'"  # noqa: S608
            " AND u.held <> 1 AND u.priority > ? AND u.role <> 'requisite'"
            " ORDER BY u.priority DESC, u.id LIMIT ?"
        )
        above = max(above, REQUISITE)
        rows = self._sql(sql, (site_id, above, limit)).fetchall()
        if any(is_chained(due_of(row).found) for row in rows) and self.chains.is_fruitless(site_id):
            self.news.grown -= self.chains.withhold(site_id)
            rows = self._sql(sql, (site_id, above, limit)).fetchall()
        self._many("UPDATE urls SET state = 'claimed' WHERE id = ?", [(row[-1],) for row in rows])
        return [due_of(row) for row in rows]

    def best_waiting(self, site_id: int) -> int | None:
        """The highest priority among the queued URLs of a site, but requisites; None if none is
        queued."""
        row = self._sql(
            "SELECT priority FROM urls WHERE site_id = ? AND state = 'queued' AND held <> 1"
            " AND priority > ? AND role <> 'requisite' ORDER BY priority DESC, id LIMIT 1",
            (site_id, REQUISITE),
        ).fetchone()
        return row[0] if row else None

    def promote(self, site_id: int, now: str) -> int:
        """Queue what is due; returns how many URLs that were.

        What this run has visited waits for the next one, whatever its date says, unless it is to be
        tried again.
        """
        rows = self._sql(
            "SELECT id, due_at FROM urls WHERE site_id = ? AND due_at >= ? AND due_at <= ?"
            " AND (visited_at IS NULL OR visited_at < ? OR state = 'retry')"
            " ORDER BY due_at LIMIT ?",
            (site_id, self._promoted.get(site_id, ""), now, self.news.begun_at, _PROMOTE),
        ).fetchall()
        self._many(
            "UPDATE urls SET due_at = NULL,"
            " state = CASE state WHEN 'claimed' THEN 'claimed' ELSE 'queued' END WHERE id = ?",
            [row[:1] for row in rows],
        )
        self._promoted[site_id] = rows[-1][1] if len(rows) == _PROMOTE else now
        return len(rows)

    def release(self) -> int:
        """Queue again what is claimed; returns how many URLs that were.

        One run holds an archive at a time: whatever is claimed when a run begins was left by one
        that is dead.
        """
        return self._sql("UPDATE urls SET state = 'queued' WHERE state = 'claimed'").rowcount

    def wake_sources(self, site_id: int) -> None:
        """Queue what tells of new stories first hand: it is looked at in every run."""
        self._sql(
            "UPDATE urls SET state = 'queued', due_at = NULL WHERE site_id = ? AND role <> 'page'"
            " AND role <> 'requisite' AND role IN ('feed', 'sitemap') AND state = 'done'"
            " AND source IN (?, ?, ?)",
            (site_id, *FIRST_HAND),
        )

    def make_due(self, site_id: int, now: str) -> None:
        """Make everything due that was ever read, stories that are gone and those to be tried
        again too: for a visit of all."""
        self._sql(
            "UPDATE urls SET due_at = ? WHERE site_id = ? AND (state = 'done'"
            " OR (state IN ('gone', 'retry') AND article_id IS NOT NULL)) AND role <> 'robots'"
            " AND role <> 'wordpress' AND ifnull(kind, '') NOT IN ('other', 'reply')"
            " AND ifnull(reason_code, '') NOT IN ('later_page', 'same_text')",
            (now, site_id),
        )

    def read_lists_again(self) -> None:
        """Queue whatever told of stories, and forget its validators: what it told of is lost.

        An import takes nothing from what its pages told of, so nothing of that is lost.
        """
        self._sql(
            "UPDATE urls SET state = 'queued', due_at = NULL, etag = NULL, last_modified = NULL"
            " WHERE article_id IS NULL AND role NOT IN ('robots', 'requisite') AND state = 'done'"
            " AND source <> 'import' AND ifnull(kind, '') NOT IN ('other', 'reply')"
        )

    def count_queued(self, site_id: int) -> int:
        """How many URLs of a site are queued, without those that are claimed, and requisites."""
        row = self._sql(
            "SELECT (SELECT count(*) FROM urls WHERE site_id = ?1 AND state = 'queued'"
            " AND held <> 1 AND priority > ?2) + (SELECT count(*) FROM urls WHERE site_id = ?1"
            " AND held = 1 AND state = 'queued')",
            (site_id, REQUISITE),
        ).fetchone()
        return cast(int, row[0])

    def count_due(self, site_id: int, now: str) -> int:
        """How many more URLs of a site are to be queued by `now` (ISO 8601, UTC)."""
        row = self._sql(
            "SELECT count(*) FROM urls WHERE site_id = ? AND due_at <= ?"
            " AND state NOT IN ('queued', 'claimed')",
            (site_id, now),
        ).fetchone()
        return cast(int, row[0])

    def hosts_below(self, host: str) -> list[str]:
        """First addresses at hosts below a newspaper's own that are of some use: something waits
        there, or stories were found."""
        name = host.partition(":")[0]
        rows = self._sql(
            "SELECT host, home_url FROM sites s WHERE host LIKE '%.' || ? || '%' AND (stories > 0"
            " OR EXISTS (SELECT 1 FROM urls u WHERE u.site_id = s.id AND u.state = 'queued'"
            "   AND u.held <> 1 AND u.priority > ?)"
            " OR EXISTS (SELECT 1 FROM urls u WHERE u.site_id = s.id AND u.held = 1))",
            (name, REQUISITE),
        )
        return [url for found, url in rows if found.partition(":")[0].endswith(f".{name}")]

    def lookup(self, url: str) -> Due | None:
        """What is known of a URL; None if it is not."""
        sql = f"SELECT {FIELDS} FROM urls u WHERE u.url = ?"  # noqa: S608
        row = self._sql(sql, (url,)).fetchone()
        return due_of(row) if row else None

    # -- leaving out -----------------------------------------------------------------------------

    def refuse(self, url: str, reason: Reason, due_at: str | None = None) -> None:
        """Exclude a URL unvisited. due_at: when to think of it again, ISO 8601, UTC."""
        same = reason.subject if reason.code == "other_address" else None
        self._sql(
            f"UPDATE urls SET state = 'excluded', {why.SET}, due_at = ?, held = 0, article_id ="  # noqa: S608
            " ifnull((SELECT article_id FROM urls WHERE url = ?), article_id) WHERE url = ?"
            " AND state IN ('queued', 'claimed')",
            (*why.columns(reason), due_at, same, url),
        )

    def shut(self, site_id: int, reason: Reason) -> None:
        """Exclude whatever page waits of a host, unvisited."""
        self._sql(
            f"UPDATE urls SET state = 'excluded', {why.SET}, due_at = NULL, held = 0"  # noqa: S608
            " WHERE site_id = ? AND state IN ('queued', 'claimed', 'retry')"
            " AND role <> 'requisite'",
            (*why.columns(reason), site_id),
        )

    def readmit(self, site_id: int) -> None:
        """Queue again what was left out for its date: other dates are asked for now."""
        self._sql(
            # word for word, for there is an index on it
            f"UPDATE urls SET state = 'queued', due_at = NULL, {why.NONE} WHERE site_id = ?"  # noqa: S608
            f" AND state = 'excluded' AND reason_code = '{OUTSIDE.code}'",
            (site_id,),
        )
