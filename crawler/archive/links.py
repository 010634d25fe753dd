"""What ties a link to the story that it leads to, and the counts that are kept of it.

An address belongs to one row of `_linked`: the story that is there, archived or not. A link points
to that row; when its story is archived, or turns out to be one that is, the row says so, and links
need not be looked at again.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from crawler.archive.keys import card_hash
from crawler.archive.link_targets import Address, Linked, Spot, Targets, last_key, with_relation
from crawler.archive.rows import insert, insert_many
from crawler.archive.takedowns import has_takedowns, without_words
from crawler.items import LinkedStory, Visit
from crawler.urls import story_key


@dataclass(frozen=True, slots=True)
class _Page:
    """The links that a revision's page shows."""

    links: Sequence[LinkedStory]
    article_id: int
    revision_id: int
    capture_id: int
    now: str
    """When it was captured, ISO 8601, UTC."""
    is_shown: bool
    """Whether the revision stands."""
    is_new: bool
    """Whether nothing is known of the article's links."""


_Card: TypeAlias = tuple[str, str | None, str | None, str | None, str | None]
"""What a link shows: URL, title, excerpt, image, date."""


_Event: TypeAlias = _Page | tuple[Spot, list[str]]
"""What was taken in: a page's links, or an article's addresses."""


class Links:
    """Takes in the links of pages, and the addresses of articles, in transactions of the caller's.
    They are written together, by `write`: before, nobody sees them. All methods raise
    sqlite3.Error."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._sql = connection.execute
        self._events: list[_Event] = []
        self._targets = Targets(connection, self._put)
        self._forget()

    def _forget(self) -> None:
        self._rows: list[tuple[_Page, int, int, int, Linked, bool]] = []
        """Rows of `_links` that are to be: their page, block, position, card, the story that they
        lead to, and whether they are edges."""
        self._with_rows: set[int] = set()
        """Articles that some of them are of."""
        self._blocks: dict[tuple[str, str | None], int] = {}
        self._cards: dict[_Card, int] = {}
        """What links show → its key, as far as it is known."""
        self._hashes: dict[_Card, int] = {}
        """What they show → the hash by which it is found."""
        self._new_cards: list[tuple[object, ...]] = []
        self._last_card = -1
        """Key of the last row of `_link_cards` with those that are to be; -1: nobody has looked."""

    def take_back(self) -> None:
        """Forget what a transaction has done that failed."""
        self._events.clear()
        self._forget()
        self._targets = Targets(self._connection, self._put)

    # -- taking in -------------------------------------------------------------------------------

    def see(
        self, links: Sequence[LinkedStory], article_id: int, revision_id: int, capture_id: int,
    ) -> None:  # fmt: skip
        """Store the links that a revision's page shows; those known are seen again. capture_id: of
        the page."""
        if links:
            now, is_shown = self._sql(
                "SELECT c.fetched_at, a.revision_id = ? FROM captures c, articles a"
                " WHERE c.id = ? AND a.id = ?",
                (revision_id, capture_id, article_id),
            ).fetchone()
            page = _Page(links, article_id, revision_id, capture_id, now, bool(is_shown), False)
            self._events.append(page)

    def see_first(
        self, links: Sequence[LinkedStory], article_id: int, revision_id: int, capture_id: int,
        now: str,
    ) -> None:  # fmt: skip
        """The same of an article that is new, as it was at a time (ISO 8601, UTC)."""
        if links:
            self._events.append(
                _Page(links, article_id, revision_id, capture_id, now, is_shown=True, is_new=True)
            )

    def see_again(self, article_id: int, capture_id: int) -> None:
        """An article's page is as it was: the links that it showed last, it shows now. capture_id:
        of the answer that says so."""
        self.write()
        (now,) = self._sql("SELECT fetched_at FROM captures WHERE id = ?", (capture_id,)).fetchone()
        rows = self._sql(
            "SELECT l.id, l.linked_id, c.fetched_at FROM articles a"
            " JOIN _links l ON l.revision_id = a.revision_id"
            " JOIN captures c ON c.id = l.last_capture_id WHERE a.id = ?",
            (article_id,),
        ).fetchall()
        last = max((at for _, _, at in rows), default=now)
        shown = [(link_id, linked) for link_id, linked, at in rows if at == last]
        _see_again(self._connection, [link_id for link_id, _ in shown], capture_id, now)
        _touch(self._connection, {linked for _, linked in shown}, now)

    def note_visit(self, visit: Visit, spot: Spot | None) -> None:
        """Note under which addresses a visit found an article, and which addresses led elsewhere.

        spot: where the article is that was stored from the visit; None for none.
        """
        for capture in visit.captures:
            if capture.location is not None:
                self.note_redirect(capture.url, capture.location)
        if spot is not None:
            asked = [visit.url, *(capture.url for capture in visit.captures)]
            self.place(spot, [spot.url, *asked])

    def place(self, spot: Spot, urls: Iterable[str]) -> None:
        """Note that an article is found at these addresses, and at all that lead to them.

        An address that is another article's stays that one's.
        """
        self._events.append((spot, list(urls)))

    def note_redirect(self, url: str, target: str) -> None:
        """Note that an address leads to another, which may be a story's now or later.

        Chains are kept short: what led to `url` leads to where it leads.
        """
        if story_key(url) == story_key(target):
            return
        self.write()
        keys = [story_key(url), story_key(target)]
        here, there = map(self._targets.addresses(keys, [url, target]).__getitem__, keys)
        to = there.leads_to_id or there.id
        if to == here.id:
            self._put()
            return
        article_id = there.linked.article_id
        self._put()
        sql = self._sql
        sql("UPDATE _addresses SET leads_to_id = ? WHERE id = ?", (to, here.id))
        moved = sql(
            "SELECT key FROM _addresses WHERE leads_to_id = ? AND id <> ?", (here.id, to)
        ).fetchall()
        sql("UPDATE _addresses SET leads_to_id = ? WHERE leads_to_id = ? AND id <> ?",
            (to, here.id, to))  # fmt: skip
        if article_id is not None:
            (story,) = sql("SELECT url FROM articles WHERE id = ?", (article_id,)).fetchone()
            self._targets.settle([here.key, *(key for (key,) in moved)], Spot(article_id, story))
            self._put()

    # -- writing ---------------------------------------------------------------------------------

    def write(self) -> None:
        """Write what was taken in."""
        if not self._events:
            return
        events, self._events = self._events, []
        if has_takedowns(self._connection):
            events = [self._without_words(event) for event in events]
        shown = self._load(events)
        for event in events:
            if isinstance(event, _Page):
                self._enter(event, next(shown))
            else:
                self._targets.place(*event)
        self._put()
        self._forget()

    def _without_words(self, event: _Event) -> _Event:
        if isinstance(event, _Page):
            return replace(event, links=without_words(self._connection, event.links))
        return event

    def _load(self, events: Iterable[_Event]) -> Iterator[list[tuple[str, _Card]]]:
        """Read by a statement each what is known of all addresses, and of all that links show.
        Returns page by page the key of each link's address, and what the link shows."""
        shown: list[list[tuple[str, _Card]]] = []
        urls: list[str] = []
        for event in events:
            if isinstance(event, _Page):
                shown.append([(story_key(link.url), _card(link)) for link in event.links])
            else:
                urls += event[1]
        self._targets.load({key for page in shown for key, _ in page}.union(map(story_key, urls)))
        cards = {card for page in shown for _, card in page}
        self._hashes = {card: card_hash(*card) for card in cards}
        rows = self._sql(
            "SELECT k.id, k.url, k.title, k.excerpt, k.image_url, k.published_raw"
            " FROM json_each(?) j CROSS JOIN _link_cards k ON k.hash = j.value",
            (json.dumps(list(self._hashes.values())),),
        )
        self._cards.update((tuple(card), card_id) for card_id, *card in rows)
        return iter(shown)

    def _enter(self, page: _Page, shown: list[tuple[str, _Card]]) -> None:
        known: dict[tuple[int, int], int] = {}
        """Block and address → the revision's link."""
        edges: set[tuple[int, int]] = set()
        """Story and block that the article links to, in whatever revision."""
        if not page.is_new:
            known, edges = self._links_of(page)
        linked_before = {linked for linked, _ in edges}
        addresses = self._targets.addresses(
            [key for key, _ in shown], [link.url for link in page.links]
        )
        counted: set[Linked] = set()
        again: list[int] = []
        for link, (key, card) in zip(page.links, shown, strict=True):
            address = addresses[key]
            card_id = self._cards.get(card) or self._add_card(card, address)
            kind = (link.relation, link.label)
            block = self._blocks.get(kind) or self._block(*kind)
            place = (block, address.id)
            if place in known:
                again.append(known[place])
                continue
            known[place] = 0
            linked = address.linked
            edge = (linked.id, block)
            self._rows.append((page, block, link.position, card_id, linked, edge not in edges))
            edges.add(edge)
            told = with_relation(linked.relations, link.relation)
            is_first = linked.id not in linked_before
            if is_first or told != linked.relations:
                if linked in counted:
                    linked.relations = told
                else:
                    self._targets.count(linked, told, link, is_first=is_first)
                    counted.add(linked)
                linked_before.add(linked.id)
        self._with_rows.add(page.article_id)
        self._targets.see({addresses[key].linked for key, _ in shown}, page.now)
        _see_again(self._connection, [each for each in again if each], page.capture_id, page.now)

    def _links_of(self, page: _Page) -> tuple[dict[tuple[int, int], int], set[tuple[int, int]]]:
        """What is known of the links of a page that was seen before, and of its article's."""
        if page.article_id in self._with_rows:
            self._put()
        known = {
            (block, address): link_id
            for link_id, block, address in self._sql(
                "SELECT l.id, l.block_id, c.address_id FROM _links l"
                " JOIN _link_cards c ON c.id = l.card_id WHERE l.revision_id = ?",
                (page.revision_id,),
            )
        }
        rows = self._sql(
            "SELECT linked_id, block_id FROM _links WHERE article_id = ?", (page.article_id,)
        )
        return known, set(rows)

    def _add_card(self, card: _Card, address: Address) -> int:
        """The key of what a link shows, which is new."""
        if self._last_card < 0:
            self._last_card = last_key(self._connection, "_link_cards")
        self._last_card += 1
        self._cards[card] = self._last_card
        self._new_cards.append((self._last_card, self._hashes[card], address.id, *card))
        return self._last_card

    def _block(self, relation: str, label: str | None) -> int:
        row = self._sql(
            "SELECT id FROM _link_blocks WHERE relation = ? AND ifnull(label, '') = ifnull(?, '')",
            (relation, label),
        ).fetchone()
        found: int = row[0] if row else insert(
            self._connection, "_link_blocks", relation=relation, label=label
        )  # fmt: skip
        self._blocks[relation, label] = found
        return found

    def _put(self) -> None:
        self._targets.put()
        insert_many(
            self._connection, "_link_cards",
            "id, hash, address_id, url, title, excerpt, image_url, published_raw", self._new_cards,
        )  # fmt: skip
        insert_many(
            self._connection, "_links", "article_id, revision_id, block_id, position, card_id,"
            " linked_id, to_article_id, first_capture_id, last_capture_id, is_edge, is_shown",
            [
                (
                    page.article_id, page.revision_id, block_id, position, card_id, linked.id,
                    linked.article_id, page.capture_id, page.capture_id, is_edge, page.is_shown,
                )
                for page, block_id, position, card_id, linked, is_edge in self._rows
            ],
        )  # fmt: skip
        count_links(self._connection, len(self._rows))
        self._rows.clear()
        self._with_rows.clear()
        self._new_cards.clear()


def see_links(
    connection: sqlite3.Connection, links: Iterable[LinkedStory], article_id: int,
    revision_id: int, capture_id: int,
) -> None:  # fmt: skip
    """Store the links that a revision's page shows, at once. Raises sqlite3.Error."""
    taken = Links(connection)
    taken.see(list(links), article_id, revision_id, capture_id)
    taken.write()


def count_links(connection: sqlite3.Connection, more: int) -> None:
    """Note that there are so many more rows of `_links`, in the transaction that makes them or
    takes them out. Raises sqlite3.Error."""
    if more:
        connection.execute("UPDATE _totals SET number = number + ? WHERE name = 'links'", (more,))


def links_unknown(connection: sqlite3.Connection) -> Iterator[tuple[str, str, str, str | None]]:
    """Linked stories whose address the frontier does not know: URL, URL of the article that shows
    it, relation, title; of stories that were only imported none. Raises sqlite3.Error."""
    yield from connection.execute(
        "SELECT c.url, a.url, b.relation, c.title FROM _links l"
        " JOIN articles a ON a.id = l.article_id JOIN _link_cards c ON c.id = l.card_id"
        " JOIN _link_blocks b ON b.id = l.block_id WHERE l.is_shown = 1"
        " AND NOT EXISTS (SELECT 1 FROM urls u WHERE u.url = c.url)"
        " AND EXISTS (SELECT 1 FROM urls v WHERE v.article_id = a.id AND v.source <> 'import')"
        " ORDER BY l.id"
    )


def _see_again(
    connection: sqlite3.Connection, link_ids: list[int], capture_id: int, now: str
) -> None:
    if not link_ids:
        return
    connection.execute(
        "UPDATE _links SET last_capture_id = ? WHERE id IN (SELECT value FROM json_each(?))"
        " AND (SELECT fetched_at FROM captures c WHERE c.id = last_capture_id) < ?",
        (capture_id, json.dumps(link_ids), now),
    )


def _touch(connection: sqlite3.Connection, linked_ids: Iterable[int], now: str) -> None:
    """Links to these stories were seen."""
    linked_ids = list(linked_ids)
    if not linked_ids:
        return
    connection.execute(
        "UPDATE _linked SET first_seen_at = min(ifnull(first_seen_at, ?1), ?1),"
        " last_seen_at = max(ifnull(last_seen_at, ?1), ?1)"
        " WHERE id IN (SELECT value FROM json_each(?2))",
        (now, json.dumps(linked_ids)),
    )


def _card(link: LinkedStory) -> _Card:
    shown = link.published.text if link.published else None
    return link.url, link.title, link.excerpt, link.image, shown


# -- addresses -------------------------------------------------------------------------------------


def note_address(
    connection: sqlite3.Connection, article_id: int, url: str, others: Iterable[str]
) -> None:
    """Note that an article is found at its own address and others, at once. Raises
    sqlite3.Error."""
    taken = Links(connection)
    taken.place(Spot(article_id, url), [url, *others])
    taken.write()


def note_redirect(connection: sqlite3.Connection, url: str, target: str) -> None:
    """Note that an address leads to another, at once. Raises sqlite3.Error."""
    Links(connection).note_redirect(url, target)
