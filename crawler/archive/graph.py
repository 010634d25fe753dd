"""The graph of linked stories: what ties a link to its article, and what exports ask for."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlite_utils import Database

from crawler.items import LinkedStory, Relation, Visit
from crawler.urls import story_key


def see_links(
    connection: sqlite3.Connection, links: Iterable[LinkedStory], article_id: int,
    revision_id: int, now: str,
) -> None:  # fmt: skip
    """Store the links that a revision's page shows; those known are seen again.

    now: ISO 8601, UTC. Raises sqlite3.Error.
    """
    connection.executemany(
        "INSERT INTO linked_stories (article_id, revision_id, relation, label, position,"
        " title, excerpt, url, image_url, published_raw, first_seen_at, last_seen_at, key)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (revision_id, relation, url, ifnull(label, ''))"
        " DO UPDATE SET last_seen_at = max(last_seen_at, excluded.last_seen_at)",
        [
            (
                article_id, revision_id, link.relation, link.label, link.position,
                link.title, link.excerpt, link.url, link.image,
                link.published.text if link.published else None, now, now, story_key(link.url),
            )
            for link in links
        ],
    )  # fmt: skip


def links_unknown(connection: sqlite3.Connection) -> Iterator[tuple[str, str, str, str | None]]:
    """Linked stories whose address the frontier does not know: URL, URL of the article that shows
    it, relation, title; of stories that were only imported none. Raises sqlite3.Error."""
    yield from connection.execute(
        "SELECT l.url, a.url, l.relation, l.title FROM linked_stories l"
        " JOIN articles a ON a.id = l.article_id AND a.revision_id = l.revision_id"
        " WHERE NOT EXISTS (SELECT 1 FROM urls u WHERE u.url = l.url)"
        " AND EXISTS (SELECT 1 FROM urls v WHERE v.article_id = a.id AND v.source <> 'import')"
        " ORDER BY l.id"
    )


def see_links_again(connection: sqlite3.Connection, article_id: int, now: str) -> None:
    """An article's page is as it was: the links that it showed last, it shows now.

    now: ISO 8601, UTC. Raises sqlite3.Error.
    """
    connection.execute(
        "WITH shown AS (SELECT revision_id AS id FROM articles WHERE id = ?)"
        " UPDATE linked_stories SET last_seen_at = max(last_seen_at, ?)"
        " WHERE revision_id = (SELECT id FROM shown) AND last_seen_at ="
        " (SELECT max(last_seen_at) FROM linked_stories"
        " WHERE revision_id = (SELECT id FROM shown))",
        (article_id, now),
    )


def note_addresses(
    connection: sqlite3.Connection, article_id: int, urls: Iterable[str | None]
) -> None:
    """Note that an article is found at these addresses, and at all that lead to them.

    An address that is another article's stays that one's. Raises sqlite3.Error.
    """
    for key in dict.fromkeys(story_key(url) for url in urls if url):
        connection.execute(
            "INSERT INTO story_addresses (key, article_id) VALUES (?, ?)"
            " ON CONFLICT (key) DO UPDATE SET article_id = excluded.article_id"
            " WHERE article_id IS NULL",
            (key, article_id),
        )
        connection.execute(
            "UPDATE story_addresses SET article_id = ? WHERE leads_to = ? AND article_id IS NULL",
            (article_id, key),
        )


def note_redirect(connection: sqlite3.Connection, url: str, target: str) -> None:
    """Note that an address leads to another, which may be a story's now or later.

    Chains are kept short: what led to `url` leads to where it leads. Raises sqlite3.Error.
    """
    key, to = story_key(url), story_key(target)
    row = connection.execute(
        "SELECT article_id, leads_to FROM story_addresses WHERE key = ?", (to,)
    ).fetchone()
    article_id, further = row or (None, None)
    to = further or to
    if key == to:
        return
    connection.execute(
        "INSERT INTO story_addresses (key, article_id, leads_to) VALUES (?, ?, ?)"
        " ON CONFLICT (key) DO UPDATE SET leads_to = excluded.leads_to,"
        " article_id = ifnull(article_id, excluded.article_id)",
        (key, article_id, to),
    )
    connection.execute(
        "UPDATE story_addresses SET leads_to = ?, article_id = ifnull(article_id, ?)"
        " WHERE leads_to = ? AND key <> ?",
        (to, article_id, key, to),
    )


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


# -- export ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Selection:
    """Which part of the graph; None leaves a thing open."""

    site: str | None = None
    """Host of the newspaper whose pages show the links."""
    relations: tuple[Relation, ...] = ()
    """None of them: all."""
    since: str | None = None
    """YYYY, YYYY-MM or YYYY-MM-DD: when the story that shows the link was published."""
    until: str | None = None
    """The same, the whole of it included."""


@dataclass(frozen=True, slots=True)
class Node:
    """A story, archived or missing."""

    id: str
    """`a` and the article's key, or `m` and the key of the first link to a missing story."""
    url: str
    title: str | None
    published_at: str | None
    site: str
    archived: bool


@dataclass(frozen=True, slots=True)
class Edge:
    """A link from one story's page to another story."""

    source: Node
    target: Node
    relation: Relation
    label: str | None
    position: int
    first_seen_at: str
    last_seen_at: str


# One pass over the view, kept on disk: nodes come before edges, and neither need fit in memory.
_SELECT = """
CREATE TEMP TABLE exported AS
SELECT
    'a' || g.from_article_id AS source, g.from_url, g.from_title, g.from_published_at, g.from_site,
    CASE WHEN g.to_article_id IS NULL
        THEN 'm' || (SELECT min(l.id) FROM linked_stories l WHERE l.key = g.to_key)
        ELSE 'a' || g.to_article_id END AS target,
    g.to_url, g.to_title, g.to_published_at, g.to_site, g.to_archived,
    g.relation, g.label, g.position, g.first_seen_at, g.last_seen_at
FROM story_graph g
"""
# Of the stories at the ends of links, then of all archived ones.
_ENDS = """
SELECT target, to_url, max(to_title), to_published_at, to_site, to_archived
FROM temp.exported GROUP BY target
UNION
SELECT source, from_url, from_title, from_published_at, from_site, 1 FROM temp.exported
UNION
SELECT 'a' || id, url, title, published_at, site, 1 FROM stories
"""


class Export:
    """A selection of the graph, held still while it is read."""

    def __init__(self, db: Database, selection: Selection) -> None:
        """Raises sqlite3.Error where the database refuses."""
        self._db = db
        self._selection = selection
        where, values = _conditions(selection, "g.from_site", "g.from_published_at")
        if selection.relations:
            where.append(f"g.relation IN ({', '.join('?' * len(selection.relations))})")
            values += selection.relations
        db.execute("DROP TABLE IF EXISTS temp.exported")
        db.execute(f"{_SELECT} WHERE {' AND '.join(where) or '1'}", values)

    def nodes(self) -> Iterator[Node]:
        """Every story at either end of a link; without a choice of relations the selection's
        archived stories that have none, too."""
        where, values = _conditions(self._selection, "site", "published_at")
        if self._selection.relations:
            where = ["0"]  # the others have no such link
            values = []
        rows = self._db.execute(f"{_ENDS} WHERE {' AND '.join(where) or '1'} ORDER BY 1", values)
        for node_id, url, title, published_at, site, archived in rows:
            yield Node(node_id, url, title, published_at, site, bool(archived))

    def edges(self) -> Iterator[Edge]:
        """Every link."""
        rows = self._db.execute("SELECT * FROM temp.exported ORDER BY rowid")
        for row in rows:
            source = Node(row[0], row[1], row[2], row[3], row[4], archived=True)
            target = Node(row[5], row[6], row[7], row[8], row[9], archived=bool(row[10]))
            yield Edge(source, target, *row[11:16])


def _conditions(selection: Selection, site: str, date: str) -> tuple[list[str], list[str]]:
    where: list[str] = []
    values: list[str] = []
    if selection.site:
        where.append(f"{site} = ?")
        values.append(selection.site)
    for bound, sign in ((selection.since, ">="), (selection.until, "<=")):
        if bound:
            where.append(f"substr({date}, 1, {len(bound)}) {sign} ?")
            values.append(bound)
    return where, values
