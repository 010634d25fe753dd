"""The graph of linked stories, as exports ask for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from sqlite_utils import Database

from crawler.archive.schema import each_statement
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


class Arc(NamedTuple):
    """The same by keys alone: source and target are ids of nodes."""

    source: str
    target: str
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
CROSS JOIN sites s ON s.id = a.site_id
LEFT JOIN revisions r ON r.id = a.revision_id
WHERE l.is_edge = 1 AND a.revision_id IS NOT NULL
"""
# Where a story's links are all edges, none has another row of its block that leads there, too.
_ENDS = """
CREATE TEMP TABLE several (article_id INTEGER PRIMARY KEY);
INSERT INTO temp.several SELECT DISTINCT l.article_id FROM _link_blocks b
    CROSS JOIN _links l ON l.block_id = b.id AND l.is_edge = 0;
CREATE TEMP TABLE linked (id INTEGER PRIMARY KEY);
INSERT INTO temp.linked SELECT DISTINCT linked_id FROM temp.exported;
CREATE TEMP TABLE ends (id INTEGER PRIMARY KEY);
INSERT INTO temp.ends SELECT DISTINCT article_id FROM temp.exported;
INSERT OR IGNORE INTO temp.ends SELECT k.article_id FROM temp.linked t
    CROSS JOIN _linked k ON k.id = t.id WHERE k.article_id IS NOT NULL;
"""
_TABLES = ("exported", "several", "linked", "ends")
_NODES = """
SELECT 'a' || id, url, title, published_at, site, 1 FROM stories
WHERE id IN (SELECT id FROM temp.ends) OR {}
UNION ALL
SELECT 'm' || id, url, title, NULL, site, 0 FROM _linked
WHERE article_id IS NULL AND id IN (SELECT id FROM temp.linked)
ORDER BY 1
"""
_SEEN = """
    CASE WHEN l.article_id NOT IN (SELECT article_id FROM temp.several) THEN l.position ELSE
        (SELECT min(m.position) FROM _links m WHERE m.article_id = l.article_id
        AND m.linked_id = l.linked_id AND m.block_id = l.block_id) END,
    CASE WHEN l.article_id NOT IN (SELECT article_id FROM temp.several) THEN
        (SELECT c.fetched_at FROM captures c WHERE c.id = l.first_capture_id) ELSE
        (SELECT min(c.fetched_at) FROM _links m JOIN captures c ON c.id = m.first_capture_id
        WHERE m.article_id = l.article_id AND m.linked_id = l.linked_id
        AND m.block_id = l.block_id) END,
    CASE WHEN l.article_id NOT IN (SELECT article_id FROM temp.several) THEN
        (SELECT c.fetched_at FROM captures c WHERE c.id = l.last_capture_id) ELSE
        (SELECT max(c.fetched_at) FROM _links m JOIN captures c ON c.id = m.last_capture_id
        WHERE m.article_id = l.article_id AND m.linked_id = l.linked_id
        AND m.block_id = l.block_id) END
"""
_ARCS = f"""
SELECT
    'a' || l.article_id,
    CASE WHEN l.to_article_id IS NULL THEN 'm' || l.linked_id ELSE 'a' || l.to_article_id END,
    b.relation, b.label, {_SEEN}
FROM temp.exported e
CROSS JOIN _links l ON l.id = e.link_id
CROSS JOIN _link_blocks b ON b.id = l.block_id
ORDER BY e.rowid
"""  # noqa: S608
_EDGES = f"""
SELECT
    'a' || a.id, a.url, r.title, r.published_at, s.host,
    CASE WHEN l.to_article_id IS NULL THEN 'm' || k.id ELSE 'a' || l.to_article_id END,
    k.url, k.title, tr.published_at, k.site, l.to_article_id IS NOT NULL,
    b.relation, b.label, {_SEEN}
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
"""  # noqa: S608


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
        for table in _TABLES:
            db.execute(f"DROP TABLE IF EXISTS temp.{table}")
        db.execute(f"{_WANTED} AND {' AND '.join(where) or '1'} ORDER BY l.id", values)
        for statement in each_statement(_ENDS):
            db.execute(statement)

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

    def arcs(self) -> Iterator[Arc]:
        """Every link, by keys."""
        return map(Arc._make, self._db.execute(_ARCS))

    def edges(self) -> Iterator[Edge]:
        """Every link, with the stories at its ends; in the same order."""
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
