"""The graph of linked stories, as exports ask for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlite_utils import Database

from crawler.items import Relation


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
    """`a` and the article's key, or `m` and the key of a missing story."""
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


# Which links are wanted, by numbers alone; what is to be said of them is looked up as they go out.
_WANTED = """
CREATE TEMP TABLE exported AS
SELECT l.id AS link_id, l.article_id, l.linked_id
FROM _links l
CROSS JOIN _link_blocks b ON b.id = l.block_id
CROSS JOIN articles a ON a.id = l.article_id
CROSS JOIN revisions r ON r.id = a.revision_id
CROSS JOIN sites s ON s.id = a.site_id
WHERE l.is_edge = 1
"""
_NODES = """
SELECT 'a' || id, url, title, published_at, site, 1 FROM stories
WHERE id IN (SELECT article_id FROM temp.exported) OR id IN (SELECT k.article_id FROM _linked k
    WHERE k.id IN (SELECT linked_id FROM temp.exported)) OR {}
UNION ALL
SELECT 'm' || id, url, title, NULL, site, 0 FROM _linked
WHERE article_id IS NULL AND id IN (SELECT linked_id FROM temp.exported)
ORDER BY 1
"""
_EDGES = """
SELECT
    'a' || a.id, a.url, r.title, r.published_at, s.host,
    CASE WHEN l.to_article_id IS NULL THEN 'm' || k.id ELSE 'a' || l.to_article_id END,
    k.url, k.title, tr.published_at, k.site, l.to_article_id IS NOT NULL,
    b.relation, b.label,
    (SELECT min(m.position) FROM _links m WHERE m.article_id = l.article_id
        AND m.linked_id = l.linked_id AND m.block_id = l.block_id),
    (SELECT min(c.fetched_at) FROM _links m JOIN captures c ON c.id = m.first_capture_id
        WHERE m.article_id = l.article_id AND m.linked_id = l.linked_id
        AND m.block_id = l.block_id),
    (SELECT max(c.fetched_at) FROM _links m JOIN captures c ON c.id = m.last_capture_id
        WHERE m.article_id = l.article_id AND m.linked_id = l.linked_id
        AND m.block_id = l.block_id)
FROM temp.exported e
CROSS JOIN _links l ON l.id = e.link_id
CROSS JOIN _link_blocks b ON b.id = l.block_id
CROSS JOIN _linked k ON k.id = l.linked_id
CROSS JOIN articles a ON a.id = l.article_id
CROSS JOIN revisions r ON r.id = a.revision_id
CROSS JOIN sites s ON s.id = a.site_id
LEFT JOIN articles ta ON ta.id = l.to_article_id
LEFT JOIN revisions tr ON tr.id = ta.revision_id
ORDER BY e.rowid
"""


class Export:
    """A selection of the graph, held still while it is read: by a transaction that ends with its
    database."""

    def __init__(self, db: Database, selection: Selection) -> None:
        """Raises sqlite3.Error where the database refuses."""
        self._db = db
        self._selection = selection
        where, values = _conditions(selection, "s.host", "r.published_at")
        if selection.relations:
            where.append(f"b.relation IN ({', '.join('?' * len(selection.relations))})")
            values += selection.relations
        if not db.conn.in_transaction:
            db.execute("BEGIN")
        db.execute("DROP TABLE IF EXISTS temp.exported")
        db.execute(f"{_WANTED} AND {' AND '.join(where) or '1'} ORDER BY l.id", values)

    def nodes(self) -> Iterator[Node]:
        """Every story at either end of a link; without a choice of relations the selection's
        archived stories that have none, too."""
        where, values = _conditions(self._selection, "site", "published_at")
        if self._selection.relations:
            where = ["0"]  # the others have no such link
            values = []
        sql = _NODES.format(" AND ".join(where) or "1")
        for node_id, url, title, published_at, site, archived in self._db.execute(sql, values):
            yield Node(node_id, url, title, published_at, site, bool(archived))

    def edges(self) -> Iterator[Edge]:
        """Every link."""
        for row in self._db.execute(_EDGES):
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
