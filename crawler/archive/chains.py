"""Lists that name further lists: followed for as long as they tell of stories.

A sitemap may name sitemaps, a feed its next page (RFC 5005), a WordPress list the pages after it, a
story the one before. Each may go on without end. A row of them ends where several in a row told of
nothing new; those of a whole site wait where they cost more fetches than its stories explain, and
are taken up again with the next story. So a server decides how much of it there is to fetch, and
its stories how much of that is fetched.
"""

from __future__ import annotations

import sqlite3

from crawler.archive import why
from crawler.items import FoundUrl, Role
from crawler.reasons import WITHHELD

ROW = 5
"""Lists on the way to a further one, each told of by the one before, that may tell of no story."""
WAITING = 50_000
"""Lists of one site that may wait: as many as one index may name (sitemaps.org)."""
# Lists of a site that may tell of nothing; further ones for each that told of something, and for
# each story: a newspaper of one issue a week may have a sitemap for each day since 1990.
_EMPTY = 100
_EMPTY_EARNED = 10
_EMPTY_A_STORY = 1
# As how many of these one counts that tells of nothing but further lists: what an index told of may
# be one (sitemaps.org has them one deep), and few are.
_ONLY_LISTS = 4
# … and in all: where what they tell of is never visited, nobody knows what it is worth.
_ALL = 2_000
_ALL_EARNED = 4
# Addresses that lists told of, that were visited, and how few of them may be stories.
_TRIED = 200
_STORIES = 0.05
# Withheld lists that a new story has taken up.
_TAKEN_UP = 4

ASKED_FOR = 2
"""`urls.held` of an address that the user wants fetched whatever its like turned out to be."""
ROW_ENDED = ("row_ended", "lists_wait")
"""Codes of the reason of a list that names more lists than were entered."""

TOLD_BY: dict[Role, int] = {"sitemap": 1, "feed": 2, "wordpress": 4}
"""Bits of `urls.told_by`."""

LISTS = frozenset({"sitemap", "feed"})
"""Kinds that an answer has which is a list, as it was hoped to be."""

URLS = {
    "told_by": "Which kinds of lists named it: the sum of 1 (sitemaps), 2 (feeds) and 4"
    " (WordPress).",
    "dry": "How many lists on the way to it, each named by the one before, named no story.",
}
SITES = {
    "lists_told": "Sitemaps, feed pages and WordPress lists that another one had named, and that"
    " named new addresses.",
    "lists_empty": "The same that named no new address; one that named only further lists counts as"
    " four.",
    "told_visits": "Visited addresses that sitemaps, feeds or WordPress lists were first to name.",
    "told_stories": "Those of them that were stories.",
}


def is_chained(found: FoundUrl) -> bool:
    """Whether a list was told of by another one of its kind."""
    return found.role != "page" and found.source == found.role


def is_step(found: FoundUrl) -> bool:
    """Whether an address is the next one in a row: of lists, or of stories one before the other."""
    return is_chained(found) or found.source == "previous"


class Chains:
    """What is known of the lists of sites, in one open archive.

    Methods that write belong into a transaction of the caller's. All raise sqlite3.Error.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._sql = connection.execute
        self.withheld = 0
        """How many lists were withheld since this was last set to 0, less those taken up."""

    def dry(self, url_id: int, told: int) -> int:
        """What a list or story passes on to those that it tells of: how many in a row, itself
        included, told of nothing new. told: of how many new addresses or stories it told."""
        (before,) = self._sql("SELECT dry FROM urls WHERE id = ?", (url_id,)).fetchone()
        return 0 if told else int(before) + 1

    def room(self, site_id: int) -> int:
        """How many further lists of a site may wait."""
        (waiting,) = self._sql(
            "SELECT count(*) FROM urls WHERE site_id = ? AND role <> 'page'"
            " AND role <> 'requisite' AND state IN ('queued', 'excluded')",
            (site_id,),
        ).fetchone()
        return max(0, WAITING - int(waiting))

    def note_list(self, site_id: int, told: int, further: int) -> None:
        """A list that another one told of was read for the first time, and told of so many pages
        and so many further lists."""
        weight = 0 if told else _ONLY_LISTS if further else 1
        self._sql(
            "UPDATE sites SET lists_told = lists_told + ?, lists_empty = lists_empty + ?"
            " WHERE id = ?",
            (int(not weight), weight, site_id),
        )

    def note_page(self, site_id: int, *, is_story: bool) -> None:
        """An address that a list told of first was visited for the first time."""
        self._sql(
            "UPDATE sites SET told_visits = told_visits + 1, told_stories = told_stories + ?"
            " WHERE id = ?",
            (int(is_story), site_id),
        )

    def is_fruitless(self, site_id: int) -> bool:
        """Whether the lists of a site have cost more than its stories explain."""
        stories, told, empty, visits, found = self._sql(
            "SELECT stories, lists_told, lists_empty, told_visits, told_stories FROM sites"
            " WHERE id = ?",
            (site_id,),
        ).fetchone()
        return bool(
            empty >= _EMPTY + _EMPTY_EARNED * told + _EMPTY_A_STORY * stories
            or told + empty >= _ALL + _ALL_EARNED * stories
            or (visits >= _TRIED and found < _STORIES * visits)
        )

    def withhold(self, site_id: int) -> int:
        """Leave out the lists of a site that wait; returns how many."""
        number = self._sql(
            f"UPDATE urls SET state = 'excluded', {why.SET} WHERE site_id = ? AND role <> 'page'"  # noqa: S608
            " AND role <> 'requisite' AND role = source AND state = 'queued' AND held <> ?",
            (*why.columns(WITHHELD), site_id, ASKED_FOR),
        ).rowcount
        self.withheld += number
        return number

    def take_up(self, site_id: int) -> int:
        """A site has a new story: some of its lists get their turn; returns how many."""
        ids = self._sql(
            f"SELECT id FROM urls WHERE site_id = ? AND reason_code = '{WITHHELD.code}'"  # noqa: S608
            " LIMIT ?",
            (site_id, _TAKEN_UP),
        ).fetchall()
        if not ids or self.is_fruitless(site_id):
            return 0
        for row in ids:
            self._sql(f"UPDATE urls SET state = 'queued', {why.NONE} WHERE id = ?", row)  # noqa: S608
        self.withheld -= len(ids)
        return len(ids)

    def ask_for(self, host: str | None = None) -> int:
        """Queue the lists that were withheld, and the last ones of rows that ended, to be followed
        further whatever they told of so far; returns how many. host: of this site alone.

        The last list of a row is read anew, for what it names was never entered.
        """
        of_site = "(?1 IS NULL OR site_id = (SELECT id FROM sites WHERE host = ?1))"
        withheld = self._sql(
            f"UPDATE urls SET state = 'queued', {why.NONE}, due_at = NULL, held = ?2, dry = 0"  # noqa: S608
            f" WHERE reason_code = '{WITHHELD.code}' AND {of_site}",
            (host, ASKED_FOR),
        ).rowcount
        ended = self._sql(
            f"UPDATE urls SET state = 'queued', {why.NONE}, due_at = NULL, held = ?2, dry = 0,"  # noqa: S608
            " etag = NULL, last_modified = NULL WHERE role <> 'page' AND role <> 'requisite'"
            f" AND state = 'done' AND reason_code IN {ROW_ENDED} AND {of_site}",
            (host, ASKED_FOR),
        ).rowcount
        return withheld + ended
