"""The stories that links lead to, and their addresses, while the links of some pages are taken in:
each row is read once, changed in memory, and written once.

Nothing is remembered beyond one `put`: whatever else writes to these tables finds them as they are.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from typing import cast

from crawler.archive.keys import key_hash
from crawler.items import LinkedStory
from crawler.urls import site_host, story_key

_FOUND = (
    "SELECT d.id, d.key, EXISTS (SELECT 1 FROM _addresses e WHERE e.leads_to_id = d.id),"
    " d.leads_to_id, k.id, k.article_id, k.key, k.url, k.site, k.title, k.linked_by, k.relations,"
    " k.first_seen_at, k.last_seen_at FROM {} JOIN _linked k ON k.id = d.linked_id"
)
_BY_HASH = _FOUND.format("json_each(?) j CROSS JOIN _addresses d ON d.hash = j.value")
_OWN = (
    "SELECT id, article_id, key, url, site, title, linked_by, relations, first_seen_at,"
    " last_seen_at"
    " FROM _linked WHERE article_id = ?"
)


@dataclass(slots=True, eq=False)
class Linked:
    """A row of `_linked`: a story that is archived or linked to."""

    id: int
    article_id: int | None
    key: str
    url: str
    site: str
    title: str | None = None
    linked_by: int = 0
    relations: str | None = None
    first_seen_at: str | None = None
    last_seen_at: str | None = None


@dataclass(slots=True, eq=False)
class Address:
    """A row of `_addresses`, with what it leads to."""

    id: int
    key: str
    is_led_to: bool
    """Whether others lead to it."""
    leads_to_id: int | None
    linked: Linked


@dataclass(frozen=True, slots=True)
class Spot:
    """Where an article is. title: its headline, where it is new."""

    article_id: int
    url: str
    title: str | None = None
    is_new: bool = False
    """Whether nobody has placed it before."""


class Targets:
    """Rows of `_addresses` and `_linked`. Methods belong into a transaction of the caller's, which
    ends with `put`; all raise sqlite3.Error."""

    def __init__(self, connection: sqlite3.Connection, put_all: Callable[[], None]) -> None:
        """put_all: writes what refers to these rows, too, after it has called `put`."""
        self._connection = connection
        self._sql = connection.execute
        self._put_all = put_all
        self._forget()

    def _forget(self) -> None:
        self._addresses: dict[str, Address] = {}
        self._asked: set[str] = set()
        """Their keys, and those of addresses that were not there."""
        self._linked: dict[int, Linked] = {}
        self._own: dict[int, Linked] = {}
        """Article → its row, as far as it was asked for."""
        self._new_addresses: list[Address] = []
        self._new_linked: dict[int, Linked] = {}
        self._found: set[Linked] = set()
        """Rows that turned out to be an article's."""
        self._counted: set[Linked] = set()
        """Rows whose count changed."""
        self._seen: set[Linked] = set()
        """Rows that changed otherwise."""
        self._stored = -1
        """Key of the last row of `_linked` that is in the table; -1: nobody has looked."""
        self._last_linked = self._last_address = -1
        """Keys of the last rows with those that are to be; they stand once `_stored` does."""

    # -- reading ---------------------------------------------------------------------------------

    def load(self, keys: Set[str]) -> None:
        """Read the rows of the addresses with these keys, as far as there are any, by one
        statement."""
        wanted = keys - self._asked
        if wanted:
            self._asked |= wanted
            hashes = json.dumps([key_hash(key) for key in wanted])
            for row in self._sql(_BY_HASH, (hashes,)).fetchall():
                if row[1] in wanted:
                    self._take(row)

    def _take(self, row: tuple[object, ...]) -> Address:
        known = self._addresses.get(cast(str, row[1]))
        if known is not None:
            return known
        made = Address(row[0], row[1], row[2], row[3], self._take_linked(row[4:]))  # type: ignore[arg-type]
        self._addresses[made.key] = made
        return made

    def _take_linked(self, row: tuple[object, ...]) -> Linked:
        linked = self._linked.get(cast(int, row[0]))
        if linked is None:
            linked = Linked(*row)  # type: ignore[arg-type]
            self._linked[linked.id] = linked
            if linked.article_id is not None:
                self._own[linked.article_id] = linked
        return linked

    def addresses(self, keys: Sequence[str], urls: Sequence[str]) -> Mapping[str, Address]:
        """The rows of all addresses that were asked for, by their keys; of these, those that are
        not there are made. urls: one for each key."""
        self.load(set(keys))
        if any(key not in self._addresses for key in keys):
            # as each was first spelled, the last one first
            spelled = dict(zip(reversed(keys), reversed(urls), strict=True))
            for key, url in spelled.items():
                if key not in self._addresses:
                    self._make(key, url)
        return self._addresses

    def _make(self, key: str, url: str) -> None:
        if self._stored < 0:
            self._last_linked = self._stored = last_key(self._connection, "_linked")
            self._last_address = last_key(self._connection, "_addresses")
        self._last_linked += 1
        self._last_address += 1
        linked = Linked(self._last_linked, None, key, url, site_host(url))
        self._linked[linked.id] = self._new_linked[linked.id] = linked
        address = Address(self._last_address, key, False, None, linked)
        self._new_addresses.append(address)
        self._addresses[key] = address

    # -- links -----------------------------------------------------------------------------------

    def count(self, linked: Linked, relations: str, link: LinkedStory, *, is_first: bool) -> None:
        """Take in that an article's page links to a story.

        relations: all by which pages link to it now. is_first: whether none of the article's pages
        did before; else they did by other relations alone.
        """
        if not linked.linked_by and linked.article_id is None:
            linked.url = link.url
        if linked.title is None:
            linked.title = link.title
        linked.relations = relations
        if is_first:
            linked.linked_by += 1
            self._counted.add(linked)

    def see(self, linked: Set[Linked], now: str) -> None:
        """A page that was captured at this time (ISO 8601, UTC) links to these."""
        self._seen |= linked
        for each in linked:
            if each.first_seen_at is None or now < each.first_seen_at:
                each.first_seen_at = now
            if each.last_seen_at is None or now > each.last_seen_at:
                each.last_seen_at = now

    # -- articles --------------------------------------------------------------------------------

    def place(self, spot: Spot, urls: Iterable[str]) -> None:
        """Note that an article is found at these addresses, and at all that lead to them. An
        address that is another article's stays that one's."""
        spelled = list(urls)
        keys = list(map(story_key, spelled))
        self.addresses(keys, spelled)
        for key in reversed(dict.fromkeys(reversed(keys))):  # where it stands last
            address = self._addresses.get(key) or self._again(key)
            self._resolve(address, spot)
            if address.is_led_to:
                sql = "SELECT key FROM _addresses WHERE leads_to_id = ?"
                rows = self._sql(sql, (address.id,)).fetchall()
                self.settle([key for (key,) in rows], Spot(spot.article_id, spot.url))
            spot = Spot(spot.article_id, spot.url)  # placed once, it is not new any more

    def _again(self, key: str) -> Address:
        """The row of an address, after a merge has had all forgotten."""
        self.load({key})
        return self._addresses[key]

    def _resolve(self, address: Address, spot: Spot) -> None:
        """An address is an article's, unless it is another one's."""
        linked = address.linked
        if linked.article_id is not None:
            return
        own = self._row_of(spot)
        if own is not None:
            self._merge(linked, own, spot.article_id)
            return
        linked.article_id, linked.key, linked.url = spot.article_id, story_key(spot.url), spot.url
        linked.site, linked.title = site_host(spot.url), self._title_of(spot)
        self._own[spot.article_id] = linked
        self._found.add(linked)

    def _title_of(self, spot: Spot) -> str | None:
        if spot.is_new:
            return spot.title
        row = self._sql(
            "SELECT r.title FROM articles a JOIN revisions r ON r.id = a.revision_id"
            " WHERE a.id = ?",
            (spot.article_id,),
        ).fetchone()
        return row[0] if row else None

    def _row_of(self, spot: Spot) -> Linked | None:
        own = self._own.get(spot.article_id)
        if own is None and not spot.is_new:
            row = self._sql(_OWN, (spot.article_id,)).fetchone()
            own = self._take_linked(row) if row is not None else None
        return own

    def _merge(self, one: Linked, into: Linked, article_id: int) -> None:
        """What was taken for two stories is one, which is archived."""
        if one.id in self._new_linked and one.relations is None:  # nothing links to it
            del self._new_linked[one.id], self._linked[one.id]
            for address in self._addresses.values():
                if address.linked is one:
                    address.linked = into
            # as SQLite would: the last row's key is free again
            self._last_linked = next(reversed(self._new_linked), self._stored)
            return
        self._put_all()
        _merge_rows(self._connection, one.id, into.id, article_id)

    def settle(self, keys: Iterable[str], spot: Spot) -> None:
        """Note that an article is found at the addresses with these keys."""
        for key in keys:
            self._resolve(self._addresses.get(key) or self._again(key), spot)

    # -- writing ---------------------------------------------------------------------------------

    def put(self) -> None:
        """Write what changed, and forget all."""
        many = self._connection.executemany
        new = self._new_linked
        many(
            "INSERT INTO _linked (id, article_id, key, url, site, title, linked_by, relations,"
            " first_seen_at, last_seen_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            map(_all_columns, new.values()),
        )
        many(
            "INSERT INTO _addresses (id, hash, key, linked_id) VALUES (?, ?, ?, ?)",
            [
                (each.id, key_hash(each.key), each.key, each.linked.id)
                for each in self._new_addresses
            ],
        )
        found, counted, seen = self._found, self._counted - self._found, self._seen
        many(
            "UPDATE _linked SET article_id = ?2, key = ?3, url = ?4, site = ?5, title = ?6,"
            " linked_by = ?7, relations = ?8, first_seen_at = ?9, last_seen_at = ?10"
            " WHERE id = ?1",
            [_all_columns(each) for each in _in_order(found) if each.id not in new],
        )
        # what does not change is not named: its index would be written all the same
        many(
            "UPDATE _linked SET url = ?2, title = ?3, relations = ?4, first_seen_at = ?5,"
            " last_seen_at = ?6, linked_by = ?7 WHERE id = ?1",
            [_counted_columns(each) for each in _in_order(counted) if each.id not in new],
        )
        many(
            "UPDATE _linked SET url = ?2, title = ?3, relations = ?4, first_seen_at = ?5,"
            " last_seen_at = ?6 WHERE id = ?1",
            [
                _seen_columns(each)
                for each in _in_order(seen - found - counted)
                if each.id not in new
            ],
        )
        many(
            "UPDATE _links SET to_article_id = ? WHERE linked_id = ? AND to_article_id IS NULL",
            [(each.article_id, each.id) for each in _in_order(found) if each.id not in new],
        )
        self._forget()


_all_columns = attrgetter(
    "id", "article_id", "key", "url", "site", "title", "linked_by", "relations", "first_seen_at",
    "last_seen_at",
)  # fmt: skip
_seen_columns = attrgetter("id", "url", "title", "relations", "first_seen_at", "last_seen_at")
_counted_columns = attrgetter(
    "id", "url", "title", "relations", "first_seen_at", "last_seen_at", "linked_by"
)


def last_key(connection: sqlite3.Connection, table: str) -> int:
    """The key of a table's last row; SQLite gives the next one to the next row. Raises
    sqlite3.Error."""
    found = connection.execute(f"SELECT ifnull(max(id), 0) FROM {table}").fetchone()  # noqa: S608
    return cast(int, found[0])


def _in_order(rows: Iterable[Linked]) -> list[Linked]:
    return sorted(rows, key=attrgetter("id"))


@lru_cache(maxsize=4_096)
def with_relation(relations: str | None, relation: str) -> str:
    """A list of relations, as `_linked` has it, with one more."""
    if not relations:
        return relation
    return relations if relation in relations.split(",") else f"{relations},{relation}"


def _merge_rows(connection: sqlite3.Connection, one: int, into: int, article_id: int) -> None:
    """The same of two rows that are in the table; of `one` nothing is left."""
    sql = connection.execute
    sql("UPDATE _addresses SET linked_id = ? WHERE linked_id = ?", (into, one))
    sql(
        "UPDATE _links SET is_edge = 0 WHERE linked_id = ? AND to_article_id IS NULL AND EXISTS"
        " (SELECT 1 FROM _links m WHERE m.article_id = _links.article_id AND m.linked_id = ?"
        " AND m.block_id = _links.block_id)",
        (one, into),
    )
    sql(
        "UPDATE _links SET linked_id = ?, to_article_id = ?"
        " WHERE linked_id = ? AND to_article_id IS NULL",
        (into, article_id, one),
    )
    relations, first, last = sql(
        "SELECT relations, first_seen_at, last_seen_at FROM _linked WHERE id = ?", (one,)
    ).fetchone()
    sql("DELETE FROM _linked WHERE id = ?", (one,))
    if relations is None:
        return
    (known,) = sql("SELECT relations FROM _linked WHERE id = ?", (into,)).fetchone()
    for relation in relations.split(","):
        known = with_relation(known, relation)
    sql(
        "UPDATE _linked SET relations = ?2, first_seen_at = min(ifnull(first_seen_at, ?3), ?3),"
        " last_seen_at = max(ifnull(last_seen_at, ?4), ?4), linked_by ="
        " (SELECT count(DISTINCT l.article_id) FROM _links l WHERE l.to_article_id = ?5)"
        " WHERE id = ?1",
        (into, known, first, last, article_id),
    )
