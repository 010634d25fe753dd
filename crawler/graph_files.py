"""The graph of linked stories as files that other programs open: GraphML and CSV.

GraphML: graphml.graphdrawing.org, schema 1.1; read by Gephi, NetworkX, igraph, yEd. CSV: one edge a
row with the columns `Source` and `Target` that Gephi looks for; RFC 4180. Both are written node by
node and edge by edge.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from itertools import count, islice
from typing import BinaryIO, TextIO, TypeVar

from crawler.archive.graph import Arc, Edge, Node
from crawler.export.xml import fit
from crawler.text import shown

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


def write_graphml(nodes: Iterable[Node], arcs: Iterable[Arc], out: BinaryIO) -> tuple[int, int]:
    """Write a directed graph; returns how many nodes and edges. Raises OSError.

    A node's `label` repeats its title, which Gephi and yEd show.
    """
    stories = links = 0
    out.write(_HEAD.encode())
    for some in _batches(nodes):
        stories += len(some)
        out.write("".join(map(_node, some)).encode())
    for few in _batches(arcs):
        out.write("".join(map(_edge, few, count(links + 1))).encode())
        links += len(few)
    out.write(b"</graph></graphml>\n")
    return stories, links


_BATCH = 1_000
_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_T = TypeVar("_T")


def _batches(items: Iterable[_T]) -> Iterator[list[_T]]:
    rest = iter(items)
    while some := list(islice(rest, _BATCH)):
        yield some


def _in_text(text: str) -> str:
    return fit(text).translate(_TEXT)


def _keys() -> Iterator[str]:
    for what, keys in (("node", _NODE_KEYS), ("edge", _EDGE_KEYS)):
        for name, kind in keys:
            yield (
                f'<key id="{what}_{name}" for="{what}" attr.name="{name}" attr.type="{kind}"></key>'
            )


_HEAD = (
    '<?xml version="1.0" encoding="utf-8"?>\n'
    f'<graphml xmlns="http://graphml.graphdrawing.org/xmlns">{"".join(_keys())}'
    '<graph id="stories" edgedefault="directed">'
)
_NODE_DATA, _EDGE_DATA = (
    [f'<data key="{what}_{name}">' for name, _ in keys]
    for what, keys in (("node", _NODE_KEYS), ("edge", _EDGE_KEYS))
)


def _node(node: Node) -> str:
    values = (
        node.title or node.url, node.url, node.title, node.published_at, node.site,
        "true" if node.archived else "false",
    )  # fmt: skip
    return f'<node id="{node.id}">{_data(_NODE_DATA, values)}</node>'


def _edge(arc: Arc, number: int) -> str:
    """Of an arc only the label is somebody else's text."""
    source, target, relation, label, position, first, last = arc
    known, shown, place, begin, end = _EDGE_DATA
    return (
        f'<edge id="e{number}" source="{source}" target="{target}">{known}{relation}</data>'
        f"{'' if label is None else f'{shown}{_in_text(label)}</data>'}{place}{position}</data>"
        f"{begin}{first}</data>{end}{last}</data>\n</edge>"
    )


def _data(begin: list[str], values: Iterable[str | None]) -> str:
    return "".join([
        f"{tag}{_in_text(value)}</data>"
        for tag, value in zip(begin, values, strict=True)
        if value is not None
    ]) + "\n"  # fmt: skip


def write_csv(edges: Iterable[Edge], out: TextIO, *, raw: bool = False) -> int:
    """Write one row an edge; returns how many. raw: page text as it is; else a spreadsheet takes
    none of it for a formula, and a terminal none of it for a command. Raises OSError."""
    safe = (lambda value: value) if raw else cell
    rows = csv.writer(out, lineterminator="\r\n")
    rows.writerow(CSV_COLUMNS)
    links = 0
    for edge in edges:
        source, target = edge.source, edge.target
        values = (
            source.url, target.url, "Directed", edge.relation, edge.label, edge.position,
            edge.first_seen_at, edge.last_seen_at, source.title, target.title,
            source.published_at, target.published_at, int(target.archived),
        )  # fmt: skip
        rows.writerow(map(safe, values))
        links += 1
    return links


def cell(value: object) -> object:
    """A value as a spreadsheet and a terminal can bear it: before what would be read as a formula
    stands an apostrophe (OWASP, CSV Injection).

    >>> cell("=HYPERLINK(1)"), cell("Weir - repaired"), cell(-1)
    ("'=HYPERLINK(1)", 'Weir - repaired', -1)
    """
    if not isinstance(value, str):
        return value
    return shown(f"'{value}" if _FORMULA.match(value) else value)
