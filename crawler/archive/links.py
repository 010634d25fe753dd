"""What ties a link to the story that it leads to, and the counts that are kept of it.

An address belongs to one row of `_linked`: the story that is there, archived or not. A link points
to that row; when its story is archived, or turns out to be one that is, the row says so, and links
need not be looked at again.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from crawler.archive.keys import card_hash, url_key
from crawler.archive.takedowns import without_words
from crawler.items import LinkedStory, Visit
from crawler.urls import site_host, story_key


@dataclass(slots=True)
class _Address:
    """A row of `_addresses`, with what it leads to."""

    id: int
    linked_id: int
    article_id: int | None
    relations: str | None
    leads_to_id: int | None


# -- links of a page -------------------------------------------------------------------------------


def see_links(
    connection: sqlite3.Connection, links: Iterable[LinkedStory], article_id: int,
    revision_id: int, capture_id: int,
) -> None:  # fmt: skip
    """Store the links that a revision's page shows; those known are seen again.

    capture_id: of the page. Raises sqlite3.Error.
    """
    links = without_words(connection, links)
    if not links:
        return
    sql = connection.execute
    now, is_shown = sql(
        "SELECT c.fetched_at, a.revision_id = ? FROM captures c, articles a"
        " WHERE c.id = ? AND a.id = ?",
        (revision_id, capture_id, article_id),
    ).fetchone()
    addresses = _addresses(connection, [link.url for link in links])
    known = {
        (block, address): link_id
        for link_id, block, address in sql(
            "SELECT l.id, l.block_id, c.address_id FROM _links l"
            " JOIN _link_cards c ON c.id = l.card_id WHERE l.revision_id = ?",
            (revision_id,),
        )
    }
    edges = {
        (linked, block)
        for linked, block in sql(
            "SELECT linked_id, block_id FROM _links WHERE article_id = ?", (article_id,)
        )
    }
    linked = {linked for linked, _ in edges}
    relations = {each.linked_id: each.relations for each in addresses.values()}
    rows: list[tuple[object, ...]] = []
    new: dict[int, tuple[LinkedStory, bool]] = {}
    again: list[int] = []
    blocks: dict[tuple[str, str | None], int] = {}
    cards = _cards(connection, links, addresses)
    for link, card_id in zip(links, cards, strict=True):
        address = addresses[story_key(link.url)]
        kind = (link.relation, link.label)
        block = blocks.get(kind) or blocks.setdefault(kind, _block(connection, *kind))
        seen = known.get((block, address.id))
        if seen is not None:
            again.append(seen)
            continue
        known[block, address.id] = 0
        edge = (address.linked_id, block)
        rows.append((
            article_id, revision_id, block, link.position, card_id, address.linked_id,
            address.article_id, capture_id, capture_id, edge not in edges, is_shown,
        ))  # fmt: skip
        edges.add(edge)
        told = with_relation(relations[address.linked_id], link.relation)
        if address.linked_id not in linked or told != relations[address.linked_id]:
            new.setdefault(address.linked_id, (link, address.linked_id not in linked))
            relations[address.linked_id] = told
            linked.add(address.linked_id)
    connection.executemany(
        "INSERT INTO _links (article_id, revision_id, block_id, position, card_id, linked_id,"
        " to_article_id, first_capture_id, last_capture_id, is_edge, is_shown)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        rows,
    )
    count_links(connection, len(rows))
    connection.executemany(
        "UPDATE _linked SET linked_by = linked_by + ?2, relations = ?3,"
        " url = CASE WHEN linked_by = 0 AND article_id IS NULL THEN ?4 ELSE url END,"
        " title = ifnull(title, ?5), first_seen_at = min(ifnull(first_seen_at, ?6), ?6),"
        " last_seen_at = max(ifnull(last_seen_at, ?6), ?6) WHERE id = ?1",
        [
            (linked_id, int(is_first), relations[linked_id], link.url, link.title, now)
            for linked_id, (link, is_first) in new.items()
        ],
    )
    _touch(connection, {each.linked_id for each in addresses.values()} - set(new), now)
    _see_again(connection, [link_id for link_id in again if link_id], capture_id, now)


def see_links_again(connection: sqlite3.Connection, article_id: int, capture_id: int) -> None:
    """An article's page is as it was: the links that it showed last, it shows now.

    capture_id: of the answer that says so. Raises sqlite3.Error.
    """
    (now,) = connection.execute(
        "SELECT fetched_at FROM captures WHERE id = ?", (capture_id,)
    ).fetchone()
    rows = connection.execute(
        "SELECT l.id, l.linked_id, c.fetched_at FROM articles a"
        " JOIN _links l ON l.revision_id = a.revision_id"
        " JOIN captures c ON c.id = l.last_capture_id WHERE a.id = ?",
        (article_id,),
    ).fetchall()
    last = max((at for _, _, at in rows), default=now)
    shown = [(link_id, linked) for link_id, linked, at in rows if at == last]
    _see_again(connection, [link_id for link_id, _ in shown], capture_id, now)
    _touch(connection, {linked for _, linked in shown}, now)


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


def _block(connection: sqlite3.Connection, relation: str, label: str | None) -> int:
    row = connection.execute(
        "SELECT id FROM _link_blocks WHERE relation = ? AND ifnull(label, '') = ifnull(?, '')",
        (relation, label),
    ).fetchone()
    if row:
        return int(row[0])
    sql = "INSERT INTO _link_blocks (relation, label) VALUES (?, ?)"
    return _inserted(connection.execute(sql, (relation, label)))


def _cards(
    connection: sqlite3.Connection, links: list[LinkedStory], addresses: dict[str, _Address]
) -> list[int]:
    """The key of what each link shows."""
    shown = [
        (
            link.url, link.title, link.excerpt, link.image,
            link.published.text if link.published else None,
        )
        for link in links
    ]  # fmt: skip
    hashes = [card_hash(*each) for each in shown]
    rows = connection.execute(
        "SELECT id, url, title, excerpt, image_url, published_raw FROM _link_cards"
        " WHERE hash IN (SELECT value FROM json_each(?))",
        (json.dumps(hashes),),
    )
    known: dict[tuple[str | None, ...], int] = {tuple(each): card_id for card_id, *each in rows}
    for each, number in zip(shown, hashes, strict=True):
        if each not in known:
            known[each] = _inserted(
                connection.execute(
                    "INSERT INTO _link_cards (hash, address_id, url, title, excerpt, image_url,"
                    " published_raw) VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (number, addresses[story_key(each[0])].id, *each),
                )
            )
    return [known[each] for each in shown]


def with_relation(relations: str | None, relation: str) -> str:
    """A list of relations, as `_linked` has it, with one more."""
    if not relations:
        return relation
    return relations if relation in relations.split(",") else f"{relations},{relation}"


# -- addresses -------------------------------------------------------------------------------------


def note_addresses(
    connection: sqlite3.Connection, article_id: int, urls: Iterable[str | None]
) -> None:
    """Note that an article is found at these addresses, and at all that lead to them.

    An address that is another article's stays that one's. Raises sqlite3.Error.
    """
    for address in _addresses(connection, [url for url in urls if url]).values():
        _resolve(connection, address.id, article_id)
        leading = connection.execute(
            "SELECT id FROM _addresses WHERE leads_to_id = ?", (address.id,)
        ).fetchall()
        for (other,) in leading:
            _resolve(connection, other, article_id)


def note_redirect(connection: sqlite3.Connection, url: str, target: str) -> None:
    """Note that an address leads to another, which may be a story's now or later.

    Chains are kept short: what led to `url` leads to where it leads. Raises sqlite3.Error.
    """
    if story_key(url) == story_key(target):
        return
    found = _addresses(connection, [url, target])
    here, there = found[story_key(url)], found[story_key(target)]
    to = there.leads_to_id or there.id
    if to == here.id:
        return
    sql = connection.execute
    sql("UPDATE _addresses SET leads_to_id = ? WHERE id = ?", (to, here.id))
    moved = [here.id]
    moved += [
        row[0]
        for row in sql(
            "SELECT id FROM _addresses WHERE leads_to_id = ? AND id <> ?", (here.id, to)
        ).fetchall()
    ]
    sql("UPDATE _addresses SET leads_to_id = ? WHERE leads_to_id = ? AND id <> ?",
        (to, here.id, to))  # fmt: skip
    if there.article_id is not None:
        for address_id in moved:
            _resolve(connection, address_id, there.article_id)


def note_visit(connection: sqlite3.Connection, visit: Visit, article_id: int | None) -> None:
    """Note under which addresses a visit found an article, and which addresses led elsewhere.

    article_id: the article stored from the visit; None for none. Raises sqlite3.Error.
    """
    for capture in visit.captures:
        if capture.location is not None:
            note_redirect(connection, capture.url, capture.location)
    if article_id is not None:
        (url,) = connection.execute(
            "SELECT url FROM articles WHERE id = ?", (article_id,)
        ).fetchone()
        asked = [visit.url, *(capture.url for capture in visit.captures)]
        note_addresses(connection, article_id, [url, *asked])


def _addresses(connection: sqlite3.Connection, urls: Iterable[str]) -> dict[str, _Address]:
    """The rows of addresses by their keys, in order; those that are not there are made."""
    keys = {story_key(url): url for url in reversed(list(urls))}
    rows = connection.execute(
        "SELECT d.key, d.id, d.linked_id, k.article_id, k.relations, d.leads_to_id"
        " FROM _addresses d JOIN _linked k ON k.id = d.linked_id"
        " WHERE d.hash IN (SELECT value FROM json_each(?))",
        (json.dumps([url_key(url) for url in keys.values()]),),
    )
    found = {key: _Address(*row) for key, *row in rows if key in keys}
    for key, url in keys.items():
        if key not in found:
            linked = _inserted(
                connection.execute(
                    "INSERT INTO _linked (key, url, site) VALUES (?, ?, ?)",
                    (key, url, site_host(url)),
                )
            )
            address = _inserted(
                connection.execute(
                    "INSERT INTO _addresses (hash, key, linked_id) VALUES (?, ?, ?)",
                    (url_key(url), key, linked),
                )
            )
            found[key] = _Address(address, linked, None, None, None)
    return {key: found[key] for key in reversed(list(keys))}


def _resolve(connection: sqlite3.Connection, address_id: int, article_id: int) -> None:
    """An address is an article's, unless it is another one's."""
    sql = connection.execute
    linked_id, known = sql(
        "SELECT k.id, k.article_id FROM _addresses d JOIN _linked k ON k.id = d.linked_id"
        " WHERE d.id = ?",
        (address_id,),
    ).fetchone()
    if known is not None:
        return
    own = sql("SELECT id FROM _linked WHERE article_id = ?", (article_id,)).fetchone()
    if own is not None:
        _merge(connection, linked_id, own[0], article_id)
        return
    url, title = sql(
        "SELECT a.url, r.title FROM articles a LEFT JOIN revisions r ON r.id = a.revision_id"
        " WHERE a.id = ?",
        (article_id,),
    ).fetchone()
    sql(
        "UPDATE _linked SET article_id = ?, key = ?, url = ?, site = ?, title = ? WHERE id = ?",
        (article_id, story_key(url), url, site_host(url), title, linked_id),
    )
    sql(
        "UPDATE _links SET to_article_id = ? WHERE linked_id = ? AND to_article_id IS NULL",
        (article_id, linked_id),
    )


def _merge(connection: sqlite3.Connection, one: int, into: int, article_id: int) -> None:
    """What was taken for two stories is one, which is archived."""
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


def _inserted(cursor: sqlite3.Cursor) -> int:
    assert cursor.lastrowid is not None
    return cursor.lastrowid
