"""The graph as files: read back by the programs that they are for."""

from __future__ import annotations

import csv
import io

import networkx
from hypothesis import given
from hypothesis import strategies as st

from crawler.archive.graph import Arc, Edge, Node
from crawler.graph_files import write_csv, write_graphml

WHEN = "2026-01-02T12:00:00+00:00"
MILL = Node(
    "a1", "https://n.example/mill?a=1&b=2", "Mill & <weir>", "2026-01-01", "n.example", True
)
GONE = Node("m7", "https://n.example/gone", None, None, "n.example", False)


def edge(label: str | None = "Don’t miss", target: Node = GONE) -> Edge:
    return Edge(MILL, target, "featured", label, 2, WHEN, WHEN)


def graphml(nodes: list[Node], edges: list[Edge]) -> networkx.MultiDiGraph:
    out = io.BytesIO()
    arcs = [
        Arc(e.source.id, e.target.id, e.relation, e.label, e.position, e.first_seen_at,
            e.last_seen_at)
        for e in edges
    ]  # fmt: skip
    assert write_graphml(nodes, arcs, out) == (len(nodes), len(edges))
    return networkx.parse_graphml(out.getvalue().decode(), force_multigraph=True)


def test_networkx_reads_every_node_and_edge_with_its_attributes() -> None:
    read = graphml([MILL, GONE], [edge(), edge("Latest")])
    assert read.is_directed()
    assert read.nodes["a1"] == {
        "label": "Mill & <weir>", "url": MILL.url, "title": "Mill & <weir>",
        "published_at": "2026-01-01", "site": "n.example", "archived": True,
    }  # fmt: skip
    assert read.nodes["m7"] == {
        "label": GONE.url, "url": GONE.url, "site": "n.example", "archived": False,
    }  # fmt: skip
    first, second = read.get_edge_data("a1", "m7").values()
    assert first == {
        "id": "e1", "relation": "featured", "label": "Don’t miss", "position": 2,
        "first_seen": WHEN, "last_seen": WHEN,
    } or first == {
        "relation": "featured", "label": "Don’t miss", "position": 2, "first_seen": WHEN,
        "last_seen": WHEN,
    }  # fmt: skip
    assert second["label"] == "Latest"


def test_an_empty_graph_is_a_graph() -> None:
    assert len(graphml([], [])) == 0


@given(st.text())
def test_no_text_from_a_page_breaks_the_file(text: str) -> None:
    read = graphml([Node("a1", "https://n.example/", text, None, "n.example", True)], [])
    shown = str(read.nodes["a1"].get("title", ""))
    kept = [c for c in text if c.isprintable()]
    assert [c for c in shown if c.isprintable() and c != "\ufffd"] == [
        c for c in kept if c not in "\ufffd\ufffe\uffff"
    ]


def test_control_characters_are_replaced_not_kept() -> None:
    read = graphml([Node("a1", "https://n.example/", "a\x00b\x0bc\ufffe", None, "n", True)], [])
    assert read.nodes["a1"]["title"] == "a\ufffdb\ufffdc\ufffd"


def test_csv_edges_have_the_columns_that_gephi_looks_for_and_quote_what_they_must() -> None:
    out = io.StringIO()
    assert write_csv([edge('a "b", c\nd')], out) == 1
    (row,) = csv.DictReader(io.StringIO(out.getvalue(), newline=""))
    assert (row["Source"], row["Target"], row["Type"]) == (MILL.url, GONE.url, "Directed")
    assert row["label"] == 'a "b", c\nd'
    assert (row["source_title"], row["target_title"], row["target_archived"]) == (
        "Mill & <weir>", "", "0",
    )  # fmt: skip
    frame = networkx.DiGraph()
    frame.add_edge(row["Source"], row["Target"], relation=row["relation"])
    assert frame.has_edge(MILL.url, GONE.url)
