"""The stories around a story, for a picture and a list of them."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

MOST_NODES = 300
_MOST_LINKS = 60
"""Links of one story that are followed: pages that list hundreds would be all of the picture."""
EDITORIAL = ("inline", "also_read", "related", "featured", "previous", "next")
"""Relations that tell of the story; the others tell of the day it was fetched."""


@dataclass(frozen=True, slots=True)
class Near:
    """A story near another."""

    id: int
    """Its key in `_linked`."""
    story_id: int | None
    """None where it is not archived."""
    title: str | None
    url: str
    site: str
    published_at: str | None
    steps: int
    linked_by: int


@dataclass(frozen=True, slots=True)
class Tie:
    """A link between two of them, by their keys."""

    source: int
    target: int
    relation: str


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """The stories around a story."""

    nodes: tuple[Near, ...]
    """Itself first, then nearer ones before those farther away."""
    ties: tuple[Tie, ...]
    is_cut: bool
    """Whether there are more than can be shown."""


def neighbourhood(
    connection: sqlite3.Connection, key: int, relations: tuple[str, ...], steps: int = 2
) -> Neighbourhood:
    """The stories that a story links to and that link to it, two steps deep, nearest first. key: of
    the story. relations: those that count. Raises sqlite3.Error."""
    blocks = {
        number: relation
        for number, relation in connection.execute("SELECT id, relation FROM _link_blocks")
        if relation in relations
    }
    row = connection.execute("SELECT id FROM _linked WHERE article_id = ?", (key,)).fetchone()
    if row is None:
        return Neighbourhood((), (), is_cut=False)
    distance, cut = {int(row[0]): 0}, False
    ties: dict[tuple[int, int, str], None] = {}
    ring = [int(row[0])]
    for step in range(1, steps + 1):
        outer: list[int] = []
        for one in ring:
            for source, target, block in _ties_of(connection, one):
                relation = blocks.get(block)
                if relation is None or source == target:
                    continue
                other = target if source == one else source
                if other not in distance:
                    if len(distance) >= MOST_NODES:
                        cut = True
                        continue
                    distance[other] = step
                    outer.append(other)
                ties[source, target, relation] = None
        ring = outer
    nodes = tuple(_node(connection, each, steps) for each, steps in distance.items())
    return Neighbourhood(nodes, tuple(Tie(*each) for each in ties), cut)


def _ties_of(connection: sqlite3.Connection, linked: int) -> list[tuple[int, int, int]]:
    """(source, target, block) of a story's links, and of links to it."""
    article = connection.execute(
        "SELECT article_id FROM _linked WHERE id = ?", (linked,)
    ).fetchone()[0]
    if article is None:
        rows = connection.execute(
            "SELECT k.id, l.linked_id, l.block_id FROM _links l"
            " JOIN _linked k ON k.article_id = l.article_id"
            " WHERE l.linked_id = ? AND l.to_article_id IS NULL AND l.is_edge = 1 LIMIT ?",
            (linked, _MOST_LINKS),
        )
        return [(row[0], row[1], row[2]) for row in rows]
    rows = connection.execute(
        "SELECT ?1, l.linked_id, l.block_id FROM (SELECT linked_id, block_id FROM _links"
        "  WHERE article_id = ?2 AND is_edge = 1 LIMIT ?3) l"
        " UNION ALL SELECT k.id, ?1, l.block_id FROM (SELECT article_id, block_id FROM _links"
        "  WHERE to_article_id = ?2 AND is_edge = 1 LIMIT ?3) l"
        " JOIN _linked k ON k.article_id = l.article_id",
        (linked, article, _MOST_LINKS),
    )
    return [(row[0], row[1], row[2]) for row in rows]


def _node(connection: sqlite3.Connection, linked: int, steps: int) -> Near:
    row = connection.execute(
        "SELECT k.id, k.article_id, ifnull(r.title, k.title), k.url, k.site, r.published_at,"
        " k.linked_by FROM _linked k LEFT JOIN articles a ON a.id = k.article_id"
        " LEFT JOIN revisions r ON r.id = a.revision_id WHERE k.id = ?",
        (linked,),
    ).fetchone()
    key, story, title, url, site, published, number = row
    return Near(key, story, title, url, site, published, steps, number)
