"""The links of a page that was read anew, in the place of those that were read before."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from crawler.archive.links import count_links, see_links
from crawler.items import LinkedStory


def replace_links(
    connection: sqlite3.Connection, links: Iterable[LinkedStory], article_id: int,
    revision_id: int, capture_id: int,
) -> None:  # fmt: skip
    """Have a revision show these links of its own page, and no others that were read there.

    What only later captures of the revision showed stays; a link that is read otherwise now keeps
    the time when it was seen last. capture_id: of the revision's page. Raises sqlite3.Error.
    """
    sql = connection.execute
    links = list(links)
    wanted = {(link.relation, link.label or "", link.url) for link in links}
    rows = [
        row
        for row in sql(
            "SELECT l.id, l.linked_id, l.block_id, b.relation, l.last_capture_id, c.url,"
            " l.first_capture_id = ?, ifnull(b.label, '') FROM _links l"
            " JOIN _link_blocks b ON b.id = l.block_id JOIN _link_cards c ON c.id = l.card_id"
            " WHERE l.revision_id = ?",
            (capture_id, revision_id),
        ).fetchall()
        if row[6] or (row[3], row[7], row[5]) in wanted
    ]
    connection.executemany("DELETE FROM _links WHERE id = ?", [(row[0],) for row in rows])
    count_links(connection, -len(rows))
    for _, linked_id, block_id, *_ in rows:
        sql(
            "UPDATE _links SET is_edge = 1 WHERE id = (SELECT min(id) FROM _links"
            " WHERE article_id = ?1 AND linked_id = ?2 AND block_id = ?3)"
            " AND NOT EXISTS (SELECT 1 FROM _links WHERE article_id = ?1 AND linked_id = ?2"
            " AND block_id = ?3 AND is_edge = 1)",
            (article_id, linked_id, block_id),
        )
    gone = {row[1] for row in rows}
    connection.executemany(
        "UPDATE _linked SET linked_by = linked_by - 1 WHERE id = ?1"
        " AND NOT EXISTS (SELECT 1 FROM _links WHERE article_id = ?2 AND linked_id = ?1)",
        [(linked_id, article_id) for linked_id in gone],
    )
    see_links(connection, links, article_id, revision_id, capture_id)
    _keep_last_seen(connection, revision_id, capture_id, {row[5]: row[4] for row in rows})
    for linked_id, relation in {(row[1], row[3]) for row in rows}:
        _forget_relation(connection, linked_id, relation)


def _keep_last_seen(
    connection: sqlite3.Connection, revision_id: int, capture_id: int, last: dict[str, int]
) -> None:
    """last: address → the capture that showed it last."""
    connection.executemany(
        "UPDATE _links SET last_capture_id = ?1 WHERE revision_id = ?2 AND first_capture_id = ?3"
        " AND card_id IN (SELECT id FROM _link_cards WHERE url = ?4 AND address_id IN"
        " (SELECT address_id FROM _link_cards k WHERE k.id = _links.card_id))",
        [(seen, revision_id, capture_id, url) for url, seen in last.items() if seen != capture_id],
    )


def _forget_relation(connection: sqlite3.Connection, linked_id: int, relation: str) -> None:
    """Leave a relation out of what is told of a story, if nothing links to it so any more."""
    row = connection.execute(
        "SELECT relations, linked_by, article_id FROM _linked WHERE id = ?", (linked_id,)
    ).fetchone()
    told = (row[0] or "").split(",")
    if relation not in told:
        return
    if row[1]:
        # each of the two has an index of its own
        _, _, article_id = row
        by = (
            "l.to_article_id = ?2" if article_id else "l.linked_id = ?2 AND l.to_article_id IS NULL"
        )
        found = connection.execute(
            "SELECT 1 FROM _links l JOIN _link_blocks b ON b.id = l.block_id"  # noqa: S608
            f" WHERE b.relation = ?1 AND {by} LIMIT 1",
            (relation, article_id or linked_id),
        ).fetchone()
        if found is not None:
            return
    left = ",".join(each for each in told if each != relation) or None
    connection.execute(
        "UPDATE _linked SET relations = ?1, first_seen_at = CASE WHEN ?1 IS NULL THEN NULL"
        " ELSE first_seen_at END, last_seen_at = CASE WHEN ?1 IS NULL THEN NULL"
        " ELSE last_seen_at END WHERE id = ?2",
        (left, linked_id),
    )
