"""Navigation between posts: which way a link leads, and what of its words only says so."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import islice

from lxml.html import HtmlElement

from crawler.extract.language import whole
from crawler.extract.links.cards import text_of, tidy
from crawler.extract.links.zones import Zone
from crawler.items import Relation

ARROWS = "←→«»‹›<>⟵⟶⇐⇒ \xa0"
_BACK = re.compile(
    r"(?:^|[\s_-])(?:prev|previous|older|anterior|precedent|zurueck)(?:$|[\s_-]|post)"
)
_ON = re.compile(r"(?:^|[\s_-])(?:next|newer|siguiente|suivant|weiter)(?:$|[\s_-]|post)")
_BACK_ARROWS = frozenset("←«‹⟵⇐<")
_ON_ARROWS = frozenset("→»›⟶⇒>")
_MAX_PAIR_STEPS = 3
_MAX_PAIR_CHILDREN = 8
"""Elements and links of what holds the links back and on."""
_MAX_STEPS = 12
"""Elements between a link of the post navigation and the block that names it so."""


def stated_direction(rel: str | None) -> Relation | None:
    """What a link's `rel` says (HTML Living Standard, 4.6.7.15 and 16)."""
    for word in (rel or "").lower().split():
        if word in ("prev", "previous"):
            return "previous"
        if word == "next":
            return "next"
    return None


def named_direction(element: HtmlElement) -> Relation | None:
    """What an element's class and id say of where it leads."""
    names = f"{element.get('class', '')} {element.get('id', '')}".lower()
    back, on = bool(_BACK.search(names)), bool(_ON.search(names))
    if back == on:
        return None
    return "previous" if back else "next"


def direction(anchor: HtmlElement, zone: Zone, rel: str | None) -> Relation | None:
    """Whether a link in the post navigation leads back or on; None if nothing tells."""
    stated = stated_direction(rel)
    if stated:
        return stated
    node: HtmlElement | None = anchor
    for _ in range(_MAX_STEPS):
        if node is None or zone.post_nav is None:
            break
        named = named_direction(node)
        if named:
            return named
        if node is zone.post_nav:
            break
        node = node.getparent()
    return None


def arrow_direction(anchor: HtmlElement, holds: Callable[[HtmlElement], bool]) -> Relation | None:
    """Which way an arrow beside a link points, where two links stand beside each other with an
    arrow each; None if not.

    holds: whether an element holds the links of several stories.
    """
    on = _points(anchor)
    if on is None:
        return None
    around: HtmlElement | None = anchor.getparent()
    for _ in range(_MAX_PAIR_STEPS):
        if around is None or holds(around):
            break
        around = around.getparent()
    if around is None or len(around) > _MAX_PAIR_CHILDREN:
        return None
    shown = [(link, _points(link)) for link in islice(around.iter("a"), _MAX_PAIR_CHILDREN)]
    pair = [(link, points) for link, points in shown if points is not None]
    if len(pair) != 2 or pair[0][1] == pair[1][1]:
        return None
    return "next" if on else "previous"


def _points(anchor: HtmlElement) -> bool | None:
    """True for an arrow after a link, False for one before it, None without or with both."""
    before, parent = anchor.getprevious(), anchor.getparent()
    lead = before.tail if before is not None else parent.text if parent is not None else ""
    back = (lead or "").strip() in _BACK_ARROWS or (anchor.text or "").strip()[:1] in _BACK_ARROWS
    last = anchor[-1].tail if len(anchor) else anchor.text
    on = (anchor.tail or "").strip() in _ON_ARROWS or (last or "").strip()[-1:] in _ON_ARROWS
    return None if back == on else on


def without_direction(
    title: str, relation: Relation, anchors: list[HtmlElement], language: str | None
) -> tuple[str | None, str | None]:
    """The words of a link that say where it leads ("Previous: "), if it shows such, and the
    headline without them and without arrows."""
    head, colon, tail = title.partition(":")
    if colon and tail.strip() and whole(head, language) == relation:
        return head.strip(ARROWS), tail.strip(ARROWS)
    for anchor in anchors:
        for part in islice(anchor.iterdescendants("span", "small", "b", "strong", "em", "i"), 8):
            words = text_of(part, 20)
            if words and words != title and whole(words, language) == relation:
                if title.startswith(words):
                    return words.rstrip(" :"), title[len(words) :].strip(ARROWS + ":")
                if title.endswith(words):
                    return words.rstrip(" :"), title[: -len(words)].strip(ARROWS + ":")
    return None, title.strip(ARROWS) or None


def unseen_title(anchors: list[HtmlElement]) -> str | None:
    """The headline that a link shows only when pointed at or read aloud."""
    stated = (tidy(anchor.get(name, "")) for anchor in anchors for name in ("title", "aria-label"))
    return next((text for text in stated if text and whole(text) is None), None)
