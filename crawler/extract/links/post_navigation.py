"""Navigation between posts: which way a link leads, and what of its words only says so."""

from __future__ import annotations

import re
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
