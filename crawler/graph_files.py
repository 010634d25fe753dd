"""The graph of linked stories as files that other programs open: GraphML and CSV.

GraphML: graphml.graphdrawing.org, schema 1.1; read by Gephi, NetworkX, igraph, yEd. CSV: one edge a
row with the columns `Source` and `Target` that Gephi looks for; RFC 4180. Both are written node by
node and edge by edge.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from typing import Any, BinaryIO, TextIO

from lxml import etree

from crawler.archive.graph import Edge, Node
from crawler.export.xml import fit
from crawler.text import shown

_NS = "{http://graphml.graphdrawing.org/xmlns}"
_FORMULA = re.compile(r"[\t\r\n]|[\s\ufeff\u200b-\u200f\u202a-\u202e\u2060-\u2069]*[=+\-@＝＋－＠]")
"""What a cell begins with that a spreadsheet calculates; with what nobody sees before it."""
_NODE_KEYS = (
    ("label", "string"), ("url", "string"), ("title", "string"), ("published_at", "string"),
    ("site", "string"), ("archived", "boolean"),
)  # fmt: skip
_EDGE_KEYS = (
    ("relation", "string"), ("label", "string"), ("position", "int"), ("first_seen", "string"),
    ("last_seen", "string"),
)  # fmt: skip
CSV_COLUMNS = (
    "Source", "Target", "Type", "relation", "label", "position", "first_seen", "last_seen",
    "source_title", "target_title", "source_published_at", "target_published_at", "target_archived",
)  # fmt: skip


def write_graphml(nodes: Iterable[Node], edges: Iterable[Edge], out: BinaryIO) -> tuple[int, int]:
    """Write a directed graph; returns how many nodes and edges. Raises OSError.

    A node's `label` repeats its title, which Gephi and yEd show.
    """
    stories = links = 0
    with etree.xmlfile(out, encoding="utf-8") as xml:
        xml.write_declaration()
        with xml.element(f"{_NS}graphml", nsmap={None: _NS[1:-1]}):
            for what, keys in (("node", _NODE_KEYS), ("edge", _EDGE_KEYS)):
                for name, kind in keys:
                    key = {"id": f"{what}_{name}", "for": what}
                    with xml.element(f"{_NS}key", {**key, "attr.name": name, "attr.type": kind}):
                        pass
            with xml.element(f"{_NS}graph", {"id": "stories", "edgedefault": "directed"}):
                for node in nodes:
                    _write_node(xml, node)
                    stories += 1
                for edge in edges:
                    links += 1
                    _write_edge(xml, edge, links)
    return stories, links


def _write_node(xml: Any, node: Node) -> None:
    values = (
        node.title or node.url, node.url, node.title, node.published_at, node.site, node.archived,
    )  # fmt: skip
    with xml.element(f"{_NS}node", {"id": node.id}):
        _write_data(xml, "node", _NODE_KEYS, values)


def _write_edge(xml: Any, edge: Edge, number: int) -> None:
    ends = {"id": f"e{number}", "source": edge.source.id, "target": edge.target.id}
    values = (edge.relation, edge.label, edge.position, edge.first_seen_at, edge.last_seen_at)
    with xml.element(f"{_NS}edge", ends):
        _write_data(xml, "edge", _EDGE_KEYS, values)


def _write_data(
    xml: Any, what: str, keys: tuple[tuple[str, str], ...], values: Iterable[object]
) -> None:
    for (name, _), value in zip(keys, values, strict=True):
        if value is not None:
            text = str(value).lower() if isinstance(value, bool) else str(value)
            with xml.element(f"{_NS}data", {"key": f"{what}_{name}"}):
                xml.write(fit(text))
    xml.write("\n")


def write_csv(edges: Iterable[Edge], out: TextIO, *, raw: bool = False) -> int:
    """Write one row an edge; returns how many. raw: page text as it is; else a spreadsheet takes
    none of it for a formula, and a terminal none of it for a command. Raises OSError."""
    safe = (lambda value: value) if raw else cell
    rows = csv.writer(out, lineterminator="\r\n")
    rows.writerow(CSV_COLUMNS)
    count = 0
    for edge in edges:
        source, target = edge.source, edge.target
        values = (
            source.url, target.url, "Directed", edge.relation, edge.label, edge.position,
            edge.first_seen_at, edge.last_seen_at, source.title, target.title,
            source.published_at, target.published_at, int(target.archived),
        )  # fmt: skip
        rows.writerow(map(safe, values))
        count += 1
    return count


def cell(value: object) -> object:
    """A value as a spreadsheet and a terminal can bear it: before what would be read as a formula
    stands an apostrophe (OWASP, CSV Injection).

    >>> cell("=HYPERLINK(1)"), cell("Weir - repaired"), cell(-1)
    ("'=HYPERLINK(1)", 'Weir - repaired', -1)
    """
    if not isinstance(value, str):
        return value
    return shown(f"'{value}" if _FORMULA.match(value) else value)
