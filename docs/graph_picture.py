"""A picture of an archive's graph of linked stories, as SVG: the same bytes for the same graph.

Stories stand on a circle, section by section and oldest first; each link is a curve in the colour
of its relation. The larger a story, the more links lead to it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from html import escape

from sqlite_utils import Database

from crawler.archive.graph import Edge, Export, Node, Selection
from crawler.items import RELATIONS

SIZE, RADIUS, MIDDLE = 1400, 350, 700
COLOURS = {
    "previous": "#0b7285", "next": "#15aabf", "also_read": "#e8590c", "inline": "#c2255c",
    "related": "#5c940d", "latest": "#adb5bd", "popular": "#b197fc", "featured": "#f08c00",
    "sponsored": "#495057",
}  # fmt: skip
FAINT = frozenset({"latest", "popular"})
"""Shown on nearly every page alike: there are most of them, and they say least."""


def picture(db: Database) -> str:
    """The whole graph."""
    export = Export(db, Selection())
    sections = {f"a{row['id']}": row["section"] for row in db.query("SELECT * FROM stories")}
    nodes = sorted(
        export.nodes(),
        key=lambda n: (not n.archived, sections.get(n.id) or "", n.published_at or "", n.title),
    )
    order = {relation: at for at, relation in enumerate(RELATIONS)}
    edges = sorted(
        export.edges(),
        key=lambda e: (e.relation not in FAINT, order[e.relation], e.source.title, e.target.title),
    )
    names = [sections.get(n.id) or "not archived" for n in nodes]
    places = _places(names)
    at = {node.id: angle for node, angle in zip(nodes, places, strict=True)}
    linked = Counter(edge.target.id for edge in edges)
    parts = [
        f'<svg viewBox="0 0 {SIZE} {SIZE + 40}" xmlns="http://www.w3.org/2000/svg" '
        'font-family="system-ui, Segoe UI, Helvetica, Arial, sans-serif">',
        "<title>Which story points to which in the demo newspaper</title>",
        f'<rect width="{SIZE}" height="{SIZE + 40}" rx="8" fill="#fff"/>',
        *(_curve(edge, at) for edge in edges),
        *_arcs(names, places),
        *(_story(node, at[node.id], linked[node.id]) for node in nodes),
        *_legend(edges),
        "</svg>",
    ]
    return "\n".join(part for part in parts if part) + "\n"


def _places(names: Sequence[str]) -> list[float]:
    """An angle for each story, with a gap between sections."""
    gaps = len(dict.fromkeys(names))
    step = 2 * math.pi / (len(names) + 0.8 * gaps)
    angle, places = -math.pi / 2, []
    for at, name in enumerate(names):
        if at and name != names[at - 1]:
            angle += 0.8 * step
        places.append(angle)
        angle += step
    return places


def _point(angle: float, radius: float) -> tuple[float, float]:
    return MIDDLE + radius * math.cos(angle), MIDDLE + radius * math.sin(angle)


def _curve(edge: Edge, at: dict[str, float]) -> str:
    if edge.source.id == edge.target.id:
        return ""
    a, b = at[edge.source.id], at[edge.target.id]
    (x1, y1), (x2, y2) = _point(a, RADIUS), _point(b, RADIUS)
    # Neighbours bow a little, opposites pass near the middle.
    apart = abs(math.remainder(a - b, 2 * math.pi)) / math.pi
    middle = math.atan2(math.sin(a) + math.sin(b), math.cos(a) + math.cos(b))
    # There and back are two curves, not one.
    aside = math.copysign(0.06, math.remainder(b - a, 2 * math.pi))
    cx, cy = _point(middle, RADIUS * (0.85 + aside - 0.8 * apart))
    faint = edge.relation in FAINT
    return (
        f'<path d="M{x1:.1f} {y1:.1f}Q{cx:.1f} {cy:.1f} {x2:.1f} {y2:.1f}" fill="none" '
        f'stroke="{COLOURS[edge.relation]}" stroke-width="{1 if faint else 1.8}" '
        f'stroke-opacity="{0.5 if faint else 0.85}"/>'
    )


def _story(node: Node, angle: float, linked: int) -> str:
    x, y = _point(angle, RADIUS)
    tx, ty = _point(angle, RADIUS + 24)
    turn = math.degrees(angle)
    left = math.cos(angle) < 0
    title = node.title or node.url
    shown = title if len(title) <= 36 else title[:35].rstrip() + "…"
    look = 'fill="#212529"' if node.archived else 'fill="#fff" stroke="#e03131" stroke-width="2"'
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{3 + math.sqrt(linked):.1f}" {look}>'
        f"<title>{escape(title)}: {linked} links lead here</title></circle>"
        f'<text x="{tx:.1f}" y="{ty:.1f}" font-size="12" dominant-baseline="middle" '
        f'fill="{"#212529" if node.archived else "#e03131"}" '
        f'text-anchor="{"end" if left else "start"}" '
        f'transform="rotate({turn + 180 if left else turn:.1f} {tx:.1f} {ty:.1f})">'
        f"{escape(shown)}</text>"
    )


def _arcs(names: Sequence[str], places: Sequence[float]) -> list[str]:
    """An arc along each section, with its name inside the circle."""
    parts = []
    for name in dict.fromkeys(names):
        angles = [angle for angle, n in zip(places, names, strict=True) if n == name]
        (x1, y1), (x2, y2) = _point(angles[0] - 0.03, RADIUS + 14), _point(
            angles[-1] + 0.03, RADIUS + 14
        )  # fmt: skip
        large = int(angles[-1] - angles[0] > math.pi)
        parts.append(
            f'<path d="M{x1:.1f} {y1:.1f}A{RADIUS + 14} {RADIUS + 14} 0 {large} 1 {x2:.1f} '
            f'{y2:.1f}" fill="none" stroke="#868e96" stroke-width="2"><title>{escape(name)}</title>'
            "</path>"
        )
        middle = (angles[0] + angles[-1]) / 2
        x, y = _point(middle, RADIUS + 300)
        parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}" font-size="16" font-weight="700" fill="#868e96" '
            f'text-anchor="middle">{escape(name)}</text>'
        )
    return parts


def _legend(edges: Sequence[Edge]) -> list[str]:
    counts = Counter(edge.relation for edge in edges)
    parts, x = [], 40
    for relation in RELATIONS:
        if not (count := counts[relation]):  # type: ignore[index]
            continue
        parts.append(
            f'<path d="M{x} {SIZE + 14}h26" stroke="{COLOURS[relation]}" stroke-width="4"/>'
            f'<text x="{x + 32}" y="{SIZE + 19}" font-size="15" fill="#212529">{relation} '
            f"({count})</text>"
        )
        x += 74 + 8 * len(f"{relation} {count}")
    return parts
