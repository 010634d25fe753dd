"""Families of addresses in one open archive: which are open, which addresses are held, which of
them led to stories."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import cast

from crawler.archive import why
from crawler.archive.chains import ASKED_FOR
from crawler.archive.outcomes import Admission, Family, SiteYield
from crawler.items import LINK_WORDS
from crawler.reasons import LEFT_OUT

# Lists between a story and the first of those that led to it: year, month, day, page.
_FURTHEST = 6
# Families of a site that a round looks at, the most promising first; addresses counted of each.
_MOST_FAMILIES = 2_000
_COUNT = 501
# Families remembered, so that they need not be looked up for each link.
_MEMO = 5_000

NEVER_HELD = frozenset({"seed", "list", "previous"})
"""Sources of which each URL is fetched: named by the user, or a story's neighbour."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Addresses of one family that were left out, because pages like them brought nothing."""

    family_id: int
    site: str
    family: str
    """`FoundUrl.family`."""
    count: int
    visits: int
    stories: int
    """Pages of the family that were visited, and those among them that were stories."""
    looks: int
    """The highest priority among those left out."""
    examples: tuple[str, ...]
    """Up to three addresses."""

    @property
    def may_be_stories(self) -> bool:
        """Whether so many like them are stories that there is one more to expect among them."""
        return self.stories > 0 and self.count * self.stories >= self.visits


class Families:
    """The tables `_url_families` and `_url_tellers`, and what `urls` says of both.

    Methods that write belong into a transaction of the caller's. All raise sqlite3.Error.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._sql = connection.execute
        self._ids: dict[tuple[int, str], tuple[int, bool]] = {}

    def forget(self) -> None:
        """Drop the memo: a transaction that failed has taken back what it knew."""
        self._ids.clear()

    # -- finding ---------------------------------------------------------------------------------

    def enter(self, site_id: int, name: str, *, is_open: bool) -> tuple[int | None, bool]:
        """The key of a family, which is entered if it is new, and whether its URLs are held.

        name: `FoundUrl.family`. is_open: whether a new family is.
        """
        if not name:
            return None, False
        key = (site_id, name)
        known = self._ids.get(key)
        if known is None:
            if len(self._ids) >= _MEMO:
                self._ids.clear()
            known = self._ids[key] = self._enter(site_id, name, is_open=is_open)
        return known[0], not known[1]

    def _enter(self, site_id: int, name: str, *, is_open: bool) -> tuple[int, bool]:
        self._sql(
            "INSERT OR IGNORE INTO _url_families (site_id, name, is_open) VALUES (?, ?, ?)",
            (site_id, name, int(is_open)),
        )
        row = self._sql(
            "SELECT id, is_open FROM _url_families WHERE site_id = ? AND name = ?", (site_id, name)
        ).fetchone()
        return row[0], bool(row[1])

    def family(self, site_id: int, name: str) -> Family | None:
        """What is known of a family; None if it is not. `held` and what follows are not counted."""
        row = self._sql(
            "SELECT id, name, is_open, admitted, visits, stories, led_to, slashed"
            " FROM _url_families"
            " WHERE site_id = ? AND name = ?",
            (site_id, name),
        ).fetchone()
        return Family(row[0], row[1], bool(row[2]), *row[3:]) if row else None

    # -- learning --------------------------------------------------------------------------------

    def learn(
        self, site_id: int, url_id: int, name: str, *, is_story: bool, was_story: bool = False
    ) -> None:
        """Count the first visit of an address of this family. was_story: whether it shows a story
        that is known from another address."""
        family_id, _ = self.enter(site_id, name, is_open=False)
        self._sql(
            "UPDATE _url_families SET visits = visits + 1, stories = stories + ? WHERE id = ?",
            (int(is_story or was_story), family_id),
        )
        self._sql("UPDATE urls SET family_id = ? WHERE id = ?", (family_id, url_id))
        if is_story:
            self._sql(
                "UPDATE sites SET stories = stories + 1, listed_stories = listed_stories +"
                " (SELECT listed FROM urls WHERE id = ?)"
                " WHERE id = ?",
                (url_id, site_id),
            )

    def note_slash(self, site_id: int, name: str) -> None:
        """An address of a family has led to itself with a slash added."""
        self._sql(
            "UPDATE _url_families SET slashed = slashed + 1 WHERE site_id = ? AND name = ?",
            (site_id, name),
        )

    def round_from(self, site_id: int) -> int:
        """The last URL that was known when a site's round began: what has a greater key was found
        in it."""
        row = self._sql("SELECT round_from FROM sites WHERE id = ?", (site_id,)).fetchone()
        return cast(int, row[0]) if row else 0

    def tell(self, url_id: int, list_id: int, *, is_story: bool) -> None:
        """A list told of a URL that was not known when the round began. is_story: whether that is
        known to be a story's."""
        before = self._told_by(url_id) if is_story else set()
        self._sql("INSERT OR IGNORE INTO _url_tellers VALUES (?, ?)", (url_id, list_id))
        if is_story:
            self._credit(self._told_by(url_id) - before, first=not before)

    def credit(self, url_ids: Iterable[int]) -> None:
        """A new story was found at these URLs: the lists that told of it have led to one, and so
        have the lists that told of those."""
        self._credit(set().union(*map(self._told_by, url_ids)), first=True)

    def _told_by(self, url_id: int) -> set[tuple[int, int]]:
        """Families of the lists that led to a URL, with their sites."""
        # of most stories no list has told: the other question takes four times as long
        told = self._sql("SELECT 1 FROM _url_tellers WHERE url_id = ? LIMIT 1", (url_id,))
        if told.fetchone() is None:
            return set()
        return set(self._sql(
            "WITH RECURSIVE way (id, depth) AS ("
            " SELECT list_id, 1 FROM _url_tellers WHERE url_id = ? UNION"
            " SELECT t.list_id, way.depth + 1 FROM way JOIN _url_tellers t ON t.url_id = way.id"
            " WHERE way.depth < ?)"
            " SELECT DISTINCT k.id, k.site_id FROM way JOIN urls u ON u.id = way.id"
            " JOIN _url_families k ON k.id = u.family_id",
            (url_id, _FURTHEST),
        ).fetchall())  # fmt: skip

    def _credit(self, families: Iterable[tuple[int, int]], *, first: bool) -> None:
        sites = set()
        for family_id, site_id in families:
            self._sql("UPDATE _url_families SET led_to = led_to + 1 WHERE id = ?", (family_id,))
            sites.add(site_id)
        for site_id in sites if first else ():
            self._sql("UPDATE sites SET lists_led_to = lists_led_to + 1 WHERE id = ?", (site_id,))

    # -- rounds ----------------------------------------------------------------------------------

    def hold_all(self, family_id: int) -> int:
        """Close a family: what waits of it is held; returns how many URLs that were."""
        self._sql("UPDATE _url_families SET is_open = 0 WHERE id = ?", (family_id,))
        self._ids.clear()
        changed = 0
        for state in ("state = 'queued' AND held <> 1", "state = 'claimed'"):  # each has its index
            changed += self._sql(
                f"UPDATE urls SET held = 1, state = 'queued' WHERE {state} AND site_id ="  # noqa: S608
                " (SELECT site_id FROM _url_families WHERE id = ?) AND family_id = ? AND held = 0"
                " AND visited_at IS NULL AND source NOT IN"
                " (SELECT value FROM json_each(?))",
                (family_id, family_id, json.dumps(sorted(NEVER_HELD))),
            ).rowcount
        return changed

    def held_families(self, site_id: int) -> list[Family]:
        """Families of a site of which addresses are held."""
        rows = self._sql(
            "SELECT k.id, k.name, k.is_open, k.admitted, k.visits, k.stories, k.led_to,"
            " k.slashed,"
            " (SELECT count(*) FROM (SELECT 1 FROM urls u WHERE u.site_id = k.site_id"
            "   AND u.family_id = k.id AND u.held = 1 LIMIT ?)) AS held, u.priority, u.url,"
            # whichever told of it first: that hangs on the order of answers
            " k.deepest, EXISTS (SELECT 1 FROM _url_tellers t JOIN urls v ON v.id = t.list_id"
            "   WHERE t.url_id = u.id AND v.family_id = k.id)"
            " FROM _url_families k"
            " JOIN urls u ON u.id = (SELECT id FROM urls h WHERE h.site_id = k.site_id"
            "   AND h.family_id = k.id AND h.held = 1 ORDER BY h.priority DESC, h.key LIMIT 1)"
            " WHERE k.site_id = ? ORDER BY u.priority DESC, k.name LIMIT ?",
            (_COUNT, site_id, _MOST_FAMILIES),
        ).fetchall()
        return [
            replace(Family(row[0], row[1], bool(row[2]), *row[3:12]), leads_on=bool(row[12]))
            for row in rows
        ]

    def site_yield(self, site_id: int) -> SiteYield:
        """What all visits of a site have brought."""
        row = self._sql(
            "SELECT s.stories, s.listed_stories,"
            " (SELECT ifnull(sum(max(0, min(admitted, visits) - stories)), 0) FROM _url_families"
            "   WHERE site_id = s.id), s.lists_led_to,"
            " (SELECT count(*) FROM _url_families WHERE site_id = s.id AND admitted > 0"
            "   AND stories = 0 AND led_to = 0)"
            " FROM sites s WHERE s.id = ?",
            (site_id,),
        ).fetchone()
        return SiteYield(*row) if row else SiteYield()

    def admit(self, site_id: int, admission: Admission, *, numbered: bool) -> tuple[int, int]:
        """Let held addresses of a family in: which, their looks and a hash say.

        numbered: whether they are lists' further pages. Returns how many there were, and how many
        of them had been left out before.
        """
        family_id, count = admission.family, admission.count
        if count is None:
            self._sql("UPDATE _url_families SET is_open = 1 WHERE id = ?", (family_id,))
            self._ids.clear()
        order = "ASC" if numbered and not admission.deepest else "DESC"
        rows = self._sql(
            "SELECT id, state FROM urls WHERE site_id = ? AND family_id = ? AND held = 1"  # noqa: S608
            f" ORDER BY priority {order}, key LIMIT ?",
            (site_id, family_id, -1 if count is None else count),
        ).fetchall()
        for url_id, _ in rows:
            self._sql(
                f"UPDATE urls SET held = 0, state = 'queued', {why.NONE} WHERE id = ?",  # noqa: S608
                (url_id,),
            )
        if count is not None:
            self._sql(
                "UPDATE _url_families SET admitted = admitted + ?, deepest = max(deepest, ?)"
                " WHERE id = ?",
                (len(rows), admission.deepest, family_id),
            )
        return len(rows), sum(state == "excluded" for _, state in rows)

    def begin_round(self, site_id: int) -> None:
        """From now on URLs are found in a new round."""
        self._sql(
            "UPDATE sites SET round_from = (SELECT ifnull(max(id), 0) FROM urls) WHERE id = ?",
            (site_id,),
        )

    def leave_out(self, site_id: int) -> dict[int, int]:
        """Exclude what is held and was not let in; returns how many URLs that were, by family."""
        counts = self._sql(
            "SELECT family_id, count(*) FROM urls WHERE site_id = ? AND held = 1"
            " AND state = 'queued' GROUP BY family_id",
            (site_id,),
        ).fetchall()
        if counts:
            self._sql(
                f"UPDATE urls SET state = 'excluded', {why.SET} WHERE site_id = ? AND held = 1"  # noqa: S608
                " AND state = 'queued'",
                (*why.columns(LEFT_OUT), site_id),
            )
        return dict(counts)

    # -- what was left out -----------------------------------------------------------------------

    def left_out(self, hosts: Iterable[str] = ()) -> list[LeftOut]:
        """What was left out, family by family, most addresses first. hosts: of these sites."""
        wanted = set(hosts)
        rows = self._sql(
            "SELECT k.id, s.host, k.name, count(*), k.visits, k.stories, max(u.priority), s.id"
            " FROM urls u JOIN _url_families k ON k.id = u.family_id"
            " JOIN sites s ON s.id = u.site_id"
            " WHERE u.held = 1 AND u.state = 'excluded' GROUP BY s.id, k.id ORDER BY 4 DESC, 2, 3"
        ).fetchall()
        return [
            LeftOut(id_, host, name, count, visits, stories, looks, self._examples(site_id, id_))
            for id_, host, name, count, visits, stories, looks, site_id in rows
            if not wanted or host in wanted
        ]

    def _examples(self, site_id: int, family_id: int) -> tuple[str, ...]:
        rows = self._sql(
            "SELECT url FROM urls WHERE site_id = ? AND family_id = ? AND held = 1"
            " ORDER BY priority DESC, url LIMIT 3",
            (site_id, family_id),
        )
        return tuple(url for (url,) in rows)

    def take_up(self, host: str | None = None) -> int:
        """Queue what was left out, to be fetched whatever its like turned out to be; returns how
        many URLs that were. host: of this site alone."""
        return self._sql(
            f"UPDATE urls SET state = 'queued', {why.NONE}, due_at = NULL, held = ?"  # noqa: S608
            " WHERE held = 1 AND state = 'excluded'"
            " AND (? IS NULL OR site_id = (SELECT id FROM sites WHERE host = ?))",
            (ASKED_FOR, host, host),
        ).rowcount


def is_stronger(one: str, other: str) -> bool:
    """Whether more is said of a URL in a family of the one name than of the other."""
    return LINK_WORDS.index(one[:1] or "-") < LINK_WORDS.index(other[:1] or "-")
