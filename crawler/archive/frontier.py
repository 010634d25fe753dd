"""The frontier's SQL: find, claim, acknowledge, release.

Nothing here reads more rows than it gives back, and nothing is kept in memory but a bounded memo:
ten million URLs cost what ten thousand do.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple, cast

from crawler.archive import why
from crawler.archive.chains import (
    ASKED_FOR,
    ROW,
    TOLD_BY,
    Chains,
    is_chained,
    is_step,
)
from crawler.archive.families import NEVER_HELD, Families, is_stronger
from crawler.archive.keys import url_key
from crawler.archive.outcomes import Outcome, Plan, starts_open
from crawler.items import STORY_LIKE, Capture, Due, FoundUrl, Role, Source, State, Visit
from crawler.reasons import OUTSIDE, Reason, because
from crawler.times import LAST, after, is_later, utc
from crawler.urls import same_story, site_host

# URLs promoted from due to queued in one step, addresses remembered as known.
_PROMOTE = 500
_MEMO = 50_000
# Lists named at once from which on those that wait already are counted.
_MANY = 100
# A sitemap that says of more than half of its known pages, and of at least as many as this, that
# they changed since its last reading, has its dates from a clock.
_ENOUGH = 20

_FIELDS = (
    "u.url, u.role, u.source, (SELECT url FROM urls v WHERE v.id = u.via_id), u.claimed_at,"
    " u.claimed_title, u.claimed_changed_at, u.priority, u.state, u.etag, u.last_modified,"
    " u.visited_at, u.due_at, u.article_id IS NOT NULL,"
    " ifnull((SELECT name FROM _url_families k WHERE k.id = u.family_id), ''), u.held"
)


class Told(NamedTuple):
    """What a source told of."""

    fresh: int
    """New addresses that look like stories'."""
    first: int
    """Addresses of pages that are new, or that no source of its kind had told of."""

    def plus(self, other: Told) -> Told:
        """Both together."""
        return Told(self.fresh + other.fresh, self.first + other.first)


class Steps(NamedTuple):
    """The next ones in a row of lists or stories."""

    found: list[FoundUrl]
    dry: int
    """How many on the way to them told of nothing."""
    left_out: Reason | None
    """What is not to be entered, and why, for the reader; None if all is."""


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
        self.families = Families(connection)
        self._known: dict[str, tuple[int, str]] = {}
        """Addresses that are in the table → their key, and the most that was said of them: links to
        them that say no more need no look."""
        self.woken: set[str] = set()
        """Hosts of sites that something was queued for since this was last emptied."""
        self.begun_at = utc(LAST)
        """When the run began, ISO 8601, UTC: what it has visited itself, it visits no second time,
        but to try again what gave no answer."""
        self._promoted: dict[int, str] = {}
        """site → up to which date all that is due was queued: what is still due before that, the
        run has visited itself."""
        self.grown = 0
        """How many URLs were queued since this was last set to 0."""
        self.chains = Chains(connection)

    def begin(self, at: str) -> None:
        """A run begins. at: ISO 8601, UTC."""
        self.begun_at = at
        self._promoted.clear()

    # -- claiming --------------------------------------------------------------------------------

    def claim(self, site_id: int, limit: int, now: str, above: int = -(1 << 31)) -> list[Due]:
        """Take up to `limit` queued URLs of a site in hand, the best first.

        What is due by `now` (ISO 8601, UTC) is queued first. above: only those of a higher
        priority.
        """
        self.promote(site_id, now)
        sql = (
            f"SELECT {_FIELDS}, u.id FROM urls u WHERE u.site_id = ? AND u.state = 'queued'"  # noqa: S608
            " AND u.held <> 1 AND u.priority > ? ORDER BY u.priority DESC, u.id LIMIT ?"
        )
        rows = self._sql(sql, (site_id, above, limit)).fetchall()
        if any(is_chained(_due(row).found) for row in rows) and self.chains.is_fruitless(site_id):
            self.grown -= self.chains.withhold(site_id)
            rows = self._sql(sql, (site_id, above, limit)).fetchall()
        self._many("UPDATE urls SET state = 'claimed' WHERE id = ?", [(row[-1],) for row in rows])
        return [_due(row) for row in rows]

    def best_waiting(self, site_id: int) -> int | None:
        """The highest priority among the queued URLs of a site; None if none is queued."""
        row = self._sql(
            "SELECT priority FROM urls WHERE site_id = ? AND state = 'queued' AND held <> 1"
            " ORDER BY priority DESC, id LIMIT 1",
            (site_id,),
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
            (site_id, self._promoted.get(site_id, ""), now, self.begun_at, _PROMOTE),
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
            " AND role IN ('feed', 'sitemap') AND state = 'done' AND source IN ('robots', 'usual',"
            " 'link')",
            (site_id,),
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
            " WHERE article_id IS NULL AND role <> 'robots' AND state = 'done'"
            " AND source <> 'import' AND ifnull(kind, '') NOT IN ('other', 'reply')"
        )

    def count_queued(self, site_id: int) -> int:
        """How many URLs of a site are queued, without those that are claimed."""
        row = self._sql(
            "SELECT (SELECT count(*) FROM urls WHERE site_id = ?1 AND state = 'queued'"
            " AND held <> 1) + (SELECT count(*) FROM urls WHERE site_id = ?1 AND held = 1"
            " AND state = 'queued')",
            (site_id,),
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
            "   AND u.held <> 1)"
            " OR EXISTS (SELECT 1 FROM urls u WHERE u.site_id = s.id AND u.held = 1))",
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
        self, found: Sequence[FoundUrl], site_id: Callable[[str], int], now: str, *, listed: bool,
        by: Role = "page", dry: int = 0, teller: int | None = None,
    ) -> Told:  # fmt: skip
        """Enter URLs that a page or file told of.

        What is known gets the source's newest claims, and is queued again where the source says
        that it changed. listed: the source is a list with dates of change, whose word on that
        counts. by: its role. dry: how many sources on the way to these, one after the other, told
        of nothing. teller: the key of the page that told, where that is no story.
        """
        fresh = first = 0
        bit = TOLD_BY.get(by, 0)
        an_hour_ago = utc(after(datetime.fromisoformat(now), -3_600), exact=True)
        news: list[tuple[int, FoundUrl]] = []
        known = 0
        rounds: dict[int, int] = {}
        """site → the last URL that was known when its round began."""
        for each in found:
            plain = not listed and each.claimed_title is None and teller is None
            memo = self._known.get(each.url)
            if plain and memo is not None and not is_stronger(each.family, memo[1]):
                continue
            row = self._sql(
                "SELECT id, state, claimed_at, claimed_title, claimed_changed_at, visited_at,"
                " listed, article_id, site_id, told_by, held FROM urls WHERE url = ?",
                (each.url,),
            ).fetchone()
            site = site_id(each.url) if row is None else cast(int, row[8])
            if teller is not None and site not in rounds:
                rounds[site] = self.families.round_from(site)
            if row is None:
                is_new, url_id, held = self._insert(
                    each, site, now, listed=listed, bit=bit, dry=dry
                )
                fresh += is_new
                # of what is not to be fetched, a list need not have told
                first += each.role == "page" and not held
                self._remember(each.url, url_id, each.family[:1])
                if teller is not None:
                    self.families.tell(url_id, teller, is_story=False)
                continue
            self._remember(each.url, row[0], each.family[:1])
            known += 1
            if teller is not None and row[0] > rounds[site]:
                self.families.tell(row[0], teller, is_story=row[7] is not None)
            if row[5] is None and each.family and row[1] in ("queued", "excluded"):
                self._say_more(row[0], site, each)
            if bit & ~row[9]:
                self._sql("UPDATE urls SET told_by = told_by | ? WHERE id = ?", (bit, row[0]))
                first += each.role == "page" and row[10] != 1
            if listed and each.source != "feed" and not row[6]:
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
                just_seen = row[5] and row[5] >= self.begun_at and row[5] > an_hour_ago
                said = renamed or (changed and (row[4] or is_later(each.changed_at, row[5])))
                if row[5] and said and not just_seen:
                    news.append((row[0], each))
        if listed and news and not (known >= _ENOUGH and len(news) > known / 2):
            for url_id, each in news:
                self._queue_again(url_id, site_host(each.url), now)
        return Told(fresh, first)

    def _say_more(self, url_id: int, site_id: int, found: FoundUrl) -> None:
        """A URL that was not visited yet is told of again: perhaps more is said of it this time."""
        before = self._sql(
            "SELECT ifnull(k.name, ''), u.held, u.family_id IS NULL FROM urls u"
            " LEFT JOIN _url_families k ON k.id = u.family_id WHERE u.id = ?",
            (url_id,),
        ).fetchone()
        if before[2] or not is_stronger(found.family, before[0]):
            return
        family_id, held = self.families.enter(
            site_id, found.family, is_open=starts_open(found.priority, found.family[:1])
        )
        self._sql(
            "UPDATE urls SET family_id = ?, priority = max(priority, ?) WHERE id = ?",
            (family_id, found.priority, url_id),
        )
        if before[1] == 1 and not held:
            self._sql(
                f"UPDATE urls SET held = 0, state = 'queued', {why.NONE} WHERE id = ?",  # noqa: S608
                (url_id,),
            )
            self.woken.add(site_host(found.url))
            self.grown += 1

    def _insert(
        self, found: FoundUrl, site_id: int, now: str, *, listed: bool, bit: int, dry: int
    ) -> tuple[int, int, bool]:
        """Whether it looks like a new story, 0 or 1, its key, and whether it is held."""
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
        listed = listed and found.source != "feed"  # a feed has the newest alone
        family_id, held = None, False
        if found.role == "page":
            family_id, held = self.families.enter(
                site_id, found.family, is_open=starts_open(found.priority, found.family[:1])
            )
            held = held and found.source not in NEVER_HELD
        cursor = self._sql(
            "INSERT INTO urls (url, key, site_id, role, state, reason, reason_code, reason_subject,"
            " source, via_id, found_at, claimed_at, claimed_title, claimed_changed_at, listed,"
            " priority, article_id, family_id, held, told_by, dry)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, (SELECT id FROM urls WHERE url = ?),"
            " ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                found.url, key, site_id, found.role, "excluded" if twin else "queued",
                *why.columns(because("other_spelling", twin[0]) if twin else None), found.source,
                found.via, now,
                found.claimed_at, found.claimed_title, found.changed_at, listed,
                found.priority, twin[1] if twin else None, family_id, int(held and not twin),
                bit, dry,
            ),
        )  # fmt: skip
        assert cursor.lastrowid is not None
        if twin:
            return 0, cursor.lastrowid, False
        self.woken.add(site_host(found.url))
        self.grown += not held
        is_new = int(found.role == "page" and found.priority >= STORY_LIKE)
        return is_new, cursor.lastrowid, held

    def _queue_again(self, url_id: int, host: str, now: str) -> None:
        """Have a URL visited once more: now, or by the next run if this one has visited it."""
        self._sql(
            "UPDATE urls SET due_at = ? WHERE id = ? AND visited_at >= ?"
            " AND state NOT IN ('queued', 'claimed', 'retry')",
            (now, url_id, self.begun_at),
        )
        done = self._sql(
            "UPDATE urls SET state = 'queued', due_at = NULL WHERE id = ? AND visited_at < ?"
            " AND state NOT IN ('queued', 'claimed')",
            (url_id, self.begun_at),
        )
        if done.rowcount:
            self.woken.add(host)
            self.grown += 1

    def _remember(self, url: str, url_id: int, says: str) -> None:
        if len(self._known) >= _MEMO:
            for old in list(self._known)[: _MEMO // 2]:
                del self._known[old]
        before = self._known.get(url)
        if before is None or is_stronger(says, before[1]):
            self._known[url] = (url_id, says)

    def forget(self, grown: int, woken: set[str]) -> None:
        """Go back to what was known before a transaction that failed; `grown` and `woken` as they
        were then."""
        self._known.clear()
        self._promoted.clear()
        self.families.forget()
        self.grown, self.woken = grown, woken

    def next_steps(
        self, url_id: int, visit: Visit, site_id: int, told: Told, *, revised: bool
    ) -> Steps:
        """What of that which a visited list or story names as the next in its row is to be entered:
        nothing where the row has told of nothing for too long, and no more than may wait.

        told: what else it told of. revised: whether an article got a revision from it.
        """
        named = [each for each in visit.found if is_step(each)]
        if not named:
            return Steps([], 0, None)
        if visit.role not in TOLD_BY:
            dry = self.chains.dry(url_id, revised)
            # beside pages that are no new stories, a story's neighbours are links like any other
            return Steps(
                named if dry <= ROW else [replace(each, source="link") for each in named], dry, None
            )
        dry = self.chains.dry(url_id, told.first)
        room, code = len(named), "lists_wait"
        if dry > ROW:
            room, code = 0, "row_ended"
        elif len(named) > _MANY:
            room = self.chains.room(site_id)
        left = len(named) - room
        return Steps(named[:room], dry, because(code, f"{left:,}") if left > 0 else None)

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
            f"UPDATE urls SET state = 'redirected', {why.SET}, visited_at = ?,"  # noqa: S608
            " attempts = attempts + 1 WHERE url = ? AND state = 'queued' AND visited_at IS NULL",
            (
                *why.columns(because("redirected", capture.location or visited)),
                capture.fetched_at, capture.url,
            ),
        )  # fmt: skip

    def knows_later(self, url_id: int, now: str, *, reply: bool = False) -> bool:
        """Whether a URL was visited after a moment, or at all where this is the answer to a form.
        What is in hand was not: whoever wrote a later time had a clock that was fast."""
        row = self._sql(
            "SELECT 1 FROM urls WHERE id = ? AND (visited_at > ? OR (? AND visited_at IS NOT NULL))"
            " AND state <> 'claimed'",
            (url_id, now, reply),
        ).fetchone()
        return row is not None

    def acknowledge(
        self, url_id: int, visit: Visit, now: str, article_id: int | None, changed: bool
    ) -> bool:
        """Set what became of a URL, and when it is to be visited again.

        article_id: the article found there. changed: whether the visit brought something new.
        Returns whether it was the first visit.
        """
        (role, source, code, subject, known_article, interval, failures, visited_at, site_id,
            revisits, edits, kind) = self._sql(
            "SELECT u.role, u.source, u.reason_code, u.reason_subject, u.article_id,"
            " u.interval_seconds, u.failures, u.visited_at, u.site_id, s.revisits, s.edits, u.kind"
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
                article_id is not None,
            )
        )  # fmt: skip
        self._sql(
            f"UPDATE urls SET state = ?, {why.SET}, visited_at = ?, attempts = attempts + 1,"  # noqa: S608
            " failures = ?, article_id = ?, due_at = ?, interval_seconds = ?, held = 0, kind = ?"
            " WHERE id = ?",
            (
                plan.state,
                *why.columns(why.told(code, subject) if visit.not_modified else visit.reason),
                now, failures,
                article_id, utc(plan.due_at) if plan.due_at else None,
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
                " AND article_id IS NULL AND reason_code = 'other_spelling'",
                (article_id, key),
            )
        elif state in ("failed", "gone", "excluded") and article_id is None:
            done = self._sql(
                f"UPDATE urls SET state = 'queued', {why.NONE} WHERE key = ? AND"  # noqa: S608
                " state = 'excluded' AND url <> ? AND reason_code = 'other_spelling'",
                (key, visit.url),
            )
            if done.rowcount:
                self.woken.add(site_host(visit.url))
                self.grown += done.rowcount

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
        """Exclude whatever waits of a host, unvisited."""
        self._sql(
            f"UPDATE urls SET state = 'excluded', {why.SET}, due_at = NULL, held = 0"  # noqa: S608
            " WHERE site_id = ? AND state IN ('queued', 'claimed', 'retry')",
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
        family,
        held,
    ) = row[:16]
    found = FoundUrl(
        cast(str, url), cast(Role, role), cast(Source, source), cast("str | None", via),
        cast("str | None", at), cast("str | None", title), cast("str | None", changed),
        cast(int, priority), cast(str, family),
    )  # fmt: skip
    return Due(
        found, cast(State, state), cast("str | None", etag), cast("str | None", modified),
        cast("str | None", visited), cast("str | None", due), bool(story), held == ASKED_FOR,
    )  # fmt: skip
