"""URLs that were found enter the frontier."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple, cast

from crawler.archive import why
from crawler.archive.chains import ROW, TOLD_BY, Chains, is_step
from crawler.archive.families import NEVER_HELD, Families, is_stronger
from crawler.archive.frontier_news import News
from crawler.archive.keys import url_key
from crawler.archive.outcomes import starts_open
from crawler.items import STORY_LIKE, FoundUrl, Role, Visit
from crawler.reasons import Reason, because
from crawler.times import after, is_later, utc
from crawler.urls import same_story, site_host

# Addresses remembered as known.
_MEMO = 50_000
# Lists named at once from which on those that wait already are counted.
_MANY = 100
# A sitemap that says of more than half of its known pages, and of at least as many as this, that
# they changed since its last reading, has its dates from a clock.
_ENOUGH = 20


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


class Finds:
    """What enters the table `urls`. Methods belong into a transaction of the caller's; all raise
    sqlite3.Error."""

    def __init__(
        self, connection: sqlite3.Connection, news: News, families: Families, chains: Chains
    ) -> None:
        self._sql = connection.execute
        self._news = news
        self._families = families
        self._chains = chains
        self._known: dict[str, tuple[int, str]] = {}
        """Addresses that are in the table → their key, and the most that was said of them: links to
        them that say no more need no look."""

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
        if not found:
            return Told(0, 0)
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
                " listed, article_id, site_id, told_by, held, reason_code FROM urls WHERE url = ?",
                (each.url,),
            ).fetchone()
            site = site_id(each.url) if row is None else cast(int, row[8])
            if teller is not None and site not in rounds:
                rounds[site] = self._families.round_from(site)
            if row is None:
                is_new, url_id, held = self._insert(
                    each, site, now, listed=listed, bit=bit, dry=dry
                )
                fresh += is_new
                # of what is not to be fetched, a list need not have told
                first += each.role == "page" and not held
                self._remember(each.url, url_id, each.family[:1])
                if teller is not None:
                    self._families.tell(url_id, teller, is_story=False)
                continue
            self._remember(each.url, row[0], each.family[:1])
            if row[1] == "excluded" and row[11] == "to_other_site":
                fresh += self._take_up(row[0], each, site)
            known += 1
            if teller is not None and row[0] > rounds[site]:
                self._families.tell(row[0], teller, is_story=row[7] is not None)
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
                just_seen = row[5] and row[5] >= self._news.begun_at and row[5] > an_hour_ago
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
        family_id, held = self._families.enter(
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
            self._news.woken.add(site_host(found.url))
            self._news.grown += 1

    def _take_up(self, url_id: int, found: FoundUrl, site_id: int) -> int:
        """Queue a URL that only a redirect from another newspaper had led to, now that its own one
        tells of it. Whether it looks like a new story, 0 or 1."""
        family_id, held = None, False
        if found.role == "page":
            family_id, held = self._families.enter(
                site_id, found.family, is_open=starts_open(found.priority, found.family[:1])
            )
            held = held and found.source not in NEVER_HELD
        self._sql(
            f"UPDATE urls SET role = ?, state = 'queued', {why.NONE}, source = ?,"  # noqa: S608
            " via_id = (SELECT id FROM urls WHERE url = ?), priority = ?, family_id = ?, held = ?,"
            " visited_at = NULL, due_at = NULL, interval_seconds = NULL WHERE id = ?",
            (
                found.role, found.source, found.via, found.priority, family_id, int(held), url_id,
            ),
        )  # fmt: skip
        self._news.woken.add(site_host(found.url))
        self._news.grown += not held
        return int(found.role == "page" and found.priority >= STORY_LIKE)

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
            family_id, held = self._families.enter(
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
        self._news.woken.add(site_host(found.url))
        self._news.grown += not held
        is_new = int(found.role == "page" and found.priority >= STORY_LIKE)
        return is_new, cursor.lastrowid, held

    def _queue_again(self, url_id: int, host: str, now: str) -> None:
        """Have a URL visited once more: now, or by the next run if this one has visited it."""
        self._sql(
            "UPDATE urls SET due_at = ? WHERE id = ? AND visited_at >= ?"
            " AND state NOT IN ('queued', 'claimed', 'retry')",
            (now, url_id, self._news.begun_at),
        )
        done = self._sql(
            "UPDATE urls SET state = 'queued', due_at = NULL WHERE id = ? AND visited_at < ?"
            " AND state NOT IN ('queued', 'claimed')",
            (url_id, self._news.begun_at),
        )
        if done.rowcount:
            self._news.woken.add(host)
            self._news.grown += 1

    def _remember(self, url: str, url_id: int, says: str) -> None:
        if len(self._known) >= _MEMO:
            for old in list(self._known)[: _MEMO // 2]:
                del self._known[old]
        before = self._known.get(url)
        if before is None or is_stronger(says, before[1]):
            self._known[url] = (url_id, says)

    def forget(self) -> None:
        """Go back to what was known before a transaction that failed."""
        self._known.clear()

    def url_id(
        self, url: str, role: Role, site_id: Callable[[str], int], now: str,
        origin: FoundUrl | None = None,
    ) -> int:  # fmt: skip
        """The key of a URL, which is entered if it is not known. origin: how it was found; None: a
        redirect led to it."""
        return self.known_url(url, role, site_id, now, origin)[0]

    def known_url(
        self, url: str, role: Role, site_id: Callable[[str], int], now: str,
        origin: FoundUrl | None = None,
    ) -> tuple[int, bool]:  # fmt: skip
        """The same, and whether more is known of it: it was visited, or leads to a story."""
        row = self._sql(
            "SELECT id, visited_at IS NOT NULL OR article_id IS NOT NULL FROM urls WHERE url = ?",
            (url,),
        ).fetchone()
        if row:
            return cast("tuple[int, bool]", row)
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
        return cursor.lastrowid, False

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
            dry = self._chains.dry(url_id, revised)
            # beside pages that are no new stories, a story's neighbours are links like any other
            return Steps(
                named if dry <= ROW else [replace(each, source="link") for each in named], dry, None
            )
        dry = self._chains.dry(url_id, told.first)
        room, code = len(named), "lists_wait"
        if dry > ROW:
            room, code = 0, "row_ended"
        elif len(named) > _MANY:
            room = self._chains.room(site_id)
        left = len(named) - room
        return Steps(named[:room], dry, because(code, f"{left:,}") if left > 0 else None)
