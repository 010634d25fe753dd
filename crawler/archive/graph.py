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


# One pass, kept on disk: nodes come before edges, and neither need fit in memory.
_SELECT = """
CREATE TEMP TABLE exported AS
SELECT
    'a' || a.id AS source, a.url AS from_url, r.title AS from_title,
    r.published_at AS from_published_at, s.host AS from_site,
    CASE WHEN l.to_article_id IS NULL THEN 'm' || k.id ELSE 'a' || l.to_article_id END AS target,
    k.url AS to_url, k.title AS to_title, tr.published_at AS to_published_at,
    k.site AS to_site, l.to_article_id IS NOT NULL AS to_archived,
    b.relation, b.label,
    (SELECT min(m.position) FROM _links m WHERE m.article_id = l.article_id
        AND m.linked_id = l.linked_id AND m.block_id = l.block_id) AS position,
    (SELECT min(c.fetched_at) FROM _links m JOIN captures c ON c.id = m.first_capture_id
        WHERE m.article_id = l.article_id AND m.linked_id = l.linked_id
        AND m.block_id = l.block_id) AS first_seen_at,
    (SELECT max(c.fetched_at) FROM _links m JOIN captures c ON c.id = m.last_capture_id
        WHERE m.article_id = l.article_id AND m.linked_id = l.linked_id
        AND m.block_id = l.block_id) AS last_seen_at
FROM _links l
JOIN _link_blocks b ON b.id = l.block_id
JOIN _linked k ON k.id = l.linked_id
JOIN articles a ON a.id = l.article_id
JOIN revisions r ON r.id = a.revision_id
JOIN sites s ON s.id = a.site_id
LEFT JOIN articles ta ON ta.id = l.to_article_id
LEFT JOIN revisions tr ON tr.id = ta.revision_id
WHERE l.is_edge = 1
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
        where, values = _conditions(selection, "s.host", "r.published_at")
        if selection.relations:
            where.append(f"b.relation IN ({', '.join('?' * len(selection.relations))})")
            values += selection.relations
        db.execute("DROP TABLE IF EXISTS temp.exported")
        db.execute(f"{_SELECT} AND {' AND '.join(where) or '1'}", values)

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
