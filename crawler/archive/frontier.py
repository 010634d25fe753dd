"""The frontier's SQL: find, claim, acknowledge, release.

Nothing here reads more rows than it gives back, and nothing is kept in memory but a bounded memo:
ten million URLs cost what ten thousand do.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import cast

from crawler.archive.keys import url_key
from crawler.archive.outcomes import Outcome, Plan
from crawler.archive.reasons import LATER_PAGE, SAME_TEXT
from crawler.items import STORY_LIKE, Capture, Due, FoundUrl, Role, Source, State, Visit
from crawler.urls import same_story, site_host

ADDRESS = "another address of "
"""Begins the reason of a URL whose story is archived under the address that follows."""
SPELLING = "another spelling of "
"""Begins the reason of a URL that differs from a known one in nothing that matters."""

# URLs promoted from due to queued in one step, addresses remembered as known.
_PROMOTE = 500
_MEMO = 50_000
# A sitemap that says of more than half of its known pages, and of at least as many as this, that
# they changed since its last reading, has its dates from a clock.
_ENOUGH = 20

_FIELDS = (
    "u.url, u.role, u.source, (SELECT url FROM urls v WHERE v.id = u.via_id), u.claimed_at,"
    " u.claimed_title, u.claimed_changed_at, u.priority, u.state, u.etag, u.last_modified,"
    " u.visited_at, u.due_at, u.article_id IS NOT NULL"
)


class FrontierTable:
    """The table `urls` of one open archive, and what belongs to it.

    Methods that write belong into a transaction of the caller's. All raise sqlite3.Error.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        plan: Callable[[Outcome], Plan] | None = None,
    ) -> None:
        """plan: says when a URL is to be visited again; None: never."""
        self._sql = connection.execute
        self._many = connection.executemany
        self._plan = plan or (lambda outcome: Plan(outcome.state))
        self._known: dict[str, None] = {}
        """Addresses that are in the table: links to them need no look."""
        self.woken: set[str] = set()
        """Hosts of sites that something was queued for since this was last emptied."""
        self.begun_at = ""
        """When the run began, ISO 8601, UTC: what it has visited itself just now, it has seen as it
        is, whichever of a site's sources tells of the change last."""
        self.grown = 0
        """How many URLs were queued since this was last set to 0."""

    # -- claiming --------------------------------------------------------------------------------

    def claim(self, site_id: int, limit: int, now: str, above: int = -(1 << 31)) -> list[Due]:
        """Take up to `limit` queued URLs of a site in hand, the best first.

        What is due by `now` (ISO 8601, UTC) is queued first. above: only those of a higher
        priority.
        """
        self.promote(site_id, now)
        rows = self._sql(
            f"SELECT {_FIELDS}, u.id FROM urls u WHERE u.site_id = ? AND u.state = 'queued'"  # noqa: S608
            " AND u.priority > ? ORDER BY u.priority DESC, u.id LIMIT ?",
            (site_id, above, limit),
        ).fetchall()
        self._many("UPDATE urls SET state = 'claimed' WHERE id = ?", [(row[-1],) for row in rows])
        return [_due(row) for row in rows]

    def best_waiting(self, site_id: int) -> int | None:
        """The highest priority among the queued URLs of a site; None if none is queued."""
        row = self._sql(
            "SELECT priority FROM urls WHERE site_id = ? AND state = 'queued'"
            " ORDER BY priority DESC, id LIMIT 1",
            (site_id,),
        ).fetchone()
        return row[0] if row else None

    def promote(self, site_id: int, now: str) -> int:
        """Queue what is due; returns how many URLs that were."""
        rows = self._sql(
            "SELECT id FROM urls WHERE site_id = ? AND due_at <= ? ORDER BY due_at LIMIT ?",
            (site_id, now, _PROMOTE),
        ).fetchall()
        self._many(
            "UPDATE urls SET due_at = NULL,"
            " state = CASE state WHEN 'claimed' THEN 'claimed' ELSE 'queued' END WHERE id = ?",
            rows,
        )
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
            " AND role IN ('feed', 'sitemap') AND state = 'done' AND source IN ('robots', 'usual',"
            " 'link')",
            (site_id,),
        )

    def make_due(self, site_id: int, now: str) -> None:
        """Make everything due that was ever read: for a visit of all."""
        self._sql(
            "UPDATE urls SET due_at = ? WHERE site_id = ? AND state = 'done' AND role <> 'robots'"
            " AND role <> 'wordpress' AND ifnull(kind, '') NOT IN ('other', 'reply')"
            " AND NOT (ifnull(reason, '') LIKE ? || '%'"
            " OR ifnull(reason, '') LIKE ? || '%')",
            (now, site_id, LATER_PAGE, SAME_TEXT),
        )

    def read_lists_again(self) -> None:
        """Queue whatever told of stories, and forget its validators: what it told of is lost.

        An import takes nothing from what its pages told of, so nothing of that is lost.
        """
        self._sql(
            "UPDATE urls SET state = 'queued', due_at = NULL, etag = NULL, last_modified = NULL"
            " WHERE article_id IS NULL AND role <> 'robots' AND state = 'done'"
            " AND source <> 'import' AND ifnull(kind, '') NOT IN ('other', 'reply')"
        )

    def count_queued(self, site_id: int) -> int:
        """How many URLs of a site wait."""
        row = self._sql(
            "SELECT count(*) FROM urls WHERE site_id = ? AND state = 'queued'", (site_id,)
        ).fetchone()
        return cast(int, row[0])

    def hosts_below(self, host: str) -> list[str]:
        """First addresses at hosts below a newspaper's own that are of some use: something waits
        there, or stories were found."""
        name = host.partition(":")[0]
        rows = self._sql(
            "SELECT host, home_url FROM sites s WHERE host LIKE '%.' || ? || '%' AND (stories > 0"
            " OR EXISTS (SELECT 1 FROM urls u WHERE u.site_id = s.id AND u.state = 'queued'))",
            (name,),
        )
        return [url for found, url in rows if found.partition(":")[0].endswith(f".{name}")]

    def lookup(self, url: str) -> Due | None:
        """What is known of a URL; None if it is not."""
        sql = f"SELECT {_FIELDS} FROM urls u WHERE u.url = ?"  # noqa: S608
        row = self._sql(sql, (url,)).fetchone()
        return _due(row) if row else None

    # -- finding ---------------------------------------------------------------------------------

    def add(
        self, found: Sequence[FoundUrl], site_id: Callable[[str], int], now: str, *, listed: bool
    ) -> int:
        """Enter URLs that a page or file told of; returns how many new ones look like stories.

        What is known gets the source's newest claims, and is queued again where the source says
        that it changed. listed: the source is a list with dates of change, whose word on that
        counts.
        """
        fresh = 0
        hour = timedelta(hours=1)
        an_hour_ago = (datetime.fromisoformat(now) - hour).isoformat(timespec="microseconds")
        news: list[tuple[int, FoundUrl]] = []
        known = 0
        for each in found:
            plain = not listed and each.claimed_title is None
            if plain and each.url in self._known:
                continue
            row = self._sql(
                "SELECT id, state, claimed_at, claimed_title, claimed_changed_at, visited_at,"
                " listed, article_id, site_id FROM urls WHERE url = ?",
                (each.url,),
            ).fetchone()
            self._remember(each.url)
            if row is None:
                fresh += self._insert(each, site_id(each.url), now, listed=listed)
                continue
            known += 1
            if listed and not row[6]:
                self._sql("UPDATE urls SET listed = 1 WHERE id = ?", (row[0],))
                if row[7] is not None:
                    self._sql(
                        "UPDATE sites SET listed_stories = listed_stories + 1 WHERE id = ?",
                        (row[8],),
                    )
            if (each.claimed_at or row[2], each.claimed_title or row[3],
                    each.changed_at or row[4]) != row[2:5]:  # fmt: skip
                self._sql(
                    "UPDATE urls SET claimed_at = ifnull(?, claimed_at), claimed_title ="
                    " ifnull(?, claimed_title), claimed_changed_at = ifnull(?, claimed_changed_at)"
                    " WHERE id = ?",
                    (each.claimed_at, each.claimed_title, each.changed_at, row[0]),
                )
                changed = each.changed_at and each.changed_at != row[4]
                renamed = each.claimed_title and row[3] and each.claimed_title != row[3]
                # the first claim of a change says something only if it is later than our visit
                just_seen = row[5] and row[5] > max(self.begun_at, an_hour_ago)
                said = renamed or (changed and (row[4] or str(each.changed_at) > (row[5] or "")))
                if row[5] and said and not just_seen:
                    news.append((row[0], each))
        if listed and news and not (known >= _ENOUGH and len(news) > known / 2):
            for url_id, each in news:
                self._queue_again(url_id, site_host(each.url))
        return fresh

    def _insert(self, found: FoundUrl, site_id: int, now: str, *, listed: bool) -> int:
        key = url_key(found.url)
        twin = None
        if found.role == "page":
            twin = self._sql(
                "SELECT url, article_id FROM urls WHERE key = ? AND role = 'page'"
                " AND state NOT IN ('failed', 'gone', 'excluded') LIMIT 1",
                (key,),
            ).fetchone()
            if twin is not None and not same_story(twin[0], found.url):
                twin = None
        self._sql(
            "INSERT INTO urls (url, key, site_id, role, state, reason, source, via_id, found_at,"
            " claimed_at, claimed_title, claimed_changed_at, listed, priority, article_id)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, (SELECT id FROM urls WHERE url = ?),"
            " ?, ?, ?, ?, ?, ?, ?)",
            (
                found.url, key, site_id, found.role, "excluded" if twin else "queued",
                SPELLING + twin[0] if twin else None, found.source, found.via, now,
                found.claimed_at, found.claimed_title, found.changed_at, int(listed),
                found.priority, twin[1] if twin else None,
            ),
        )  # fmt: skip
        if twin:
            return 0
        self.woken.add(site_host(found.url))
        self.grown += 1
        return int(found.role == "page" and found.priority >= STORY_LIKE)

    def _queue_again(self, url_id: int, host: str) -> None:
        done = self._sql(
            "UPDATE urls SET state = 'queued', due_at = NULL WHERE id = ?"
            " AND state NOT IN ('queued', 'claimed')",
            (url_id,),
        )
        if done.rowcount:
            self.woken.add(host)
            self.grown += 1

    def _remember(self, url: str) -> None:
        if len(self._known) >= _MEMO:
            for old in list(self._known)[: _MEMO // 2]:
                del self._known[old]
        self._known[url] = None

    def forget(self) -> None:
        """Drop the memo: a transaction that failed has taken back what it knew."""
        self._known.clear()

    # -- acknowledging ---------------------------------------------------------------------------

    def url_id(
        self, url: str, role: Role, site_id: Callable[[str], int], now: str,
        origin: FoundUrl | None = None,
    ) -> int:  # fmt: skip
        """The key of a URL, which is entered if it is not known. origin: how it was found; None: a
        redirect led to it."""
        row = self._sql("SELECT id FROM urls WHERE url = ?", (url,)).fetchone()
        if row:
            return cast(int, row[0])
        found = origin or FoundUrl(url, role, "redirect")
        cursor = self._sql(
            "INSERT INTO urls (url, key, site_id, role, state, source, via_id, found_at,"
            " claimed_at, claimed_title, claimed_changed_at, priority)"
            " VALUES (?, ?, ?, ?, 'queued', ?, (SELECT id FROM urls WHERE url = ?), ?, ?, ?, ?, ?)",
            (
                url, url_key(url), site_id(url), role, found.source, found.via, now,
                found.claimed_at, found.claimed_title, found.changed_at, found.priority,
            ),
        )  # fmt: skip
        assert cursor.lastrowid is not None
        return cursor.lastrowid

    def pass_by(self, capture: Capture, visited: str) -> None:
        """Settle an address that answered on the way to another one: it need not be asked again.

        visited: the other one.
        """
        self._sql(
            "UPDATE urls SET state = 'redirected', reason = ?, visited_at = ?,"
            " attempts = attempts + 1 WHERE url = ? AND state = 'queued' AND visited_at IS NULL",
            (f"to {capture.location or visited}", capture.fetched_at, capture.url),
        )

    def visited_at(self, url_id: int) -> str | None:
        """When a URL was last visited, ISO 8601, UTC; None if it never was."""
        row = self._sql("SELECT visited_at FROM urls WHERE id = ?", (url_id,)).fetchone()
        return cast("str | None", row[0])

    def acknowledge(
        self, url_id: int, visit: Visit, now: str, article_id: int | None, changed: bool
    ) -> bool:
        """Set what became of a URL, and when it is to be visited again.

        article_id: the article found there. changed: whether the visit brought something new.
        Returns whether it was the first visit.
        """
        (role, source, reason, known_article, interval, failures, visited_at, site_id, revisits,
            edits, kind) = self._sql(
            "SELECT u.role, u.source, u.reason, u.article_id, u.interval_seconds,"
            " u.failures, u.visited_at, u.site_id, s.revisits, s.edits, u.kind"
            " FROM urls u JOIN sites s ON s.id = u.site_id WHERE u.id = ?", (url_id,),
        ).fetchone()  # fmt: skip
        article_id = article_id or known_article
        if visit.kind is not None and not (article_id and visit.kind in ("other", "reply")):
            kind = visit.kind  # a story that answers with something else for once is one still
        is_story = visit.state == "done" and article_id is not None and visit.part_of is None
        story = (None, None)
        if is_story:
            story = self._sql(
                "SELECT r.published_at, a.first_captured_at FROM articles a"
                " JOIN revisions r ON r.id = a.revision_id WHERE a.id = ?",
                (article_id,),
            ).fetchone() or (None, None)
        failures = failures + 1 if visit.state in ("retry", "failed") else 0
        if is_story and visited_at is not None:
            revisits, edits = revisits + 1, edits + bool(changed)
            self._sql(
                "UPDATE sites SET revisits = ?, edits = ? WHERE id = ?", (revisits, edits, site_id)
            )
        plan = self._plan(
            Outcome(
                role, source, visit.state, datetime.fromisoformat(now), is_story, *story,
                changed if visited_at is not None else None, interval, failures, revisits, edits,
                visit.retry_at, bool(visit.captures),
                visit.part_of is not None,
                kind,
            )
        )  # fmt: skip
        self._sql(
            "UPDATE urls SET state = ?, reason = ?, visited_at = ?, attempts = attempts + 1,"
            " failures = ?, article_id = ?, due_at = ?, interval_seconds = ?, kind = ?"
            " WHERE id = ?",
            (
                plan.state, reason if visit.not_modified else visit.reason, now, failures,
                article_id, plan.due_at.isoformat(timespec="seconds") if plan.due_at else None,
                plan.interval if plan.interval is not None else interval,
                kind, url_id,
            ),
        )  # fmt: skip
        if not visit.not_modified and visit.state == "done":
            self._sql(
                "UPDATE urls SET etag = ?, last_modified = ? WHERE id = ?"
                " AND (etag IS NOT ? OR last_modified IS NOT ?)",
                (visit.etag, visit.last_modified, url_id, visit.etag, visit.last_modified),
            )
        self._settle_spellings(visit, plan.state, article_id)
        return visited_at is None

    def _settle_spellings(self, visit: Visit, state: State, article_id: int | None) -> None:
        """Other spellings of an address lead to its article, or get their turn if it is no good."""
        key = url_key(visit.url)
        if state == "done" and article_id is not None:
            self._sql(
                "UPDATE urls SET article_id = ? WHERE key = ? AND state = 'excluded'"
                " AND article_id IS NULL AND reason LIKE ? || '%'",
                (article_id, key, SPELLING),
            )
        elif state in ("failed", "gone", "excluded") and article_id is None:
            done = self._sql(
                "UPDATE urls SET state = 'queued', reason = NULL WHERE key = ? AND"
                " state = 'excluded' AND url <> ? AND reason LIKE ? || '%'",
                (key, visit.url, SPELLING),
            )
            if done.rowcount:
                self.woken.add(site_host(visit.url))
                self.grown += done.rowcount

    # -- leaving out -----------------------------------------------------------------------------

    def refuse(self, url: str, reason: str, due_at: str | None = None) -> None:
        """Exclude a URL unvisited. due_at: when to think of it again, ISO 8601, UTC."""
        same = reason.removeprefix(ADDRESS) if reason.startswith(ADDRESS) else None
        self._sql(
            "UPDATE urls SET state = 'excluded', reason = ?, due_at = ?, article_id ="
            " ifnull((SELECT article_id FROM urls WHERE url = ?), article_id) WHERE url = ?"
            " AND state IN ('queued', 'claimed')",
            (reason, due_at, same, url),
        )

    def shut(self, site_id: int, reason: str) -> None:
        """Exclude whatever waits of a host, unvisited."""
        self._sql(
            "UPDATE urls SET state = 'excluded', reason = ?, due_at = NULL WHERE site_id = ?"
            " AND state IN ('queued', 'claimed', 'retry')",
            (reason, site_id),
        )

    def readmit(self, site_id: int) -> None:
        """Queue again what was left out for its date: other dates are asked for now."""
        self._sql(
            "UPDATE urls SET state = 'queued', due_at = NULL, reason = NULL WHERE site_id = ?"
            " AND state = 'excluded' AND reason = 'published outside the dates asked for'",
            (site_id,),
        )


def _due(row: Sequence[object]) -> Due:
    (
        url,
        role,
        source,
        via,
        at,
        title,
        changed,
        priority,
        state,
        etag,
        modified,
        visited,
        due,
        story,
    ) = row[:14]
    found = FoundUrl(
        cast(str, url), cast(Role, role), cast(Source, source), cast("str | None", via),
        cast("str | None", at), cast("str | None", title), cast("str | None", changed),
        cast(int, priority),
    )  # fmt: skip
    return Due(
        found, cast(State, state), cast("str | None", etag), cast("str | None", modified),
        cast("str | None", visited), cast("str | None", due), bool(story),
    )  # fmt: skip


def utc(moment: datetime) -> str:
    """A moment as the frontier's dates are written, comparable as text."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")
