"""Navigation between posts: which way a link leads, and what of its words only says so."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import islice

from lxml.html import HtmlElement

from crawler.extract.language import whole
from crawler.extract.links.cards import quick_text, text_of, tidy
from crawler.extract.links.zones import Zone
from crawler.items import Relation
from crawler.text import is_dense, line_words

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
_LEAST_HEADLINE = 4
"""Words of a link that is a headline, where nothing but names in its markup say where it leads."""
_MOST_NAMES = 300
_NO_LABELS = frozenset({"a", "button"})
"""Elements whose words tell of no link behind them, but of what they do themselves."""
_MOST_UP = 3
"""Elements around a link, or in it, that hold nothing else."""
_LONGEST_SAID = 40
"""Characters of a text that says where a link leads, white space counted."""
_LEAST_DENSE = 4
"""Characters of one that is two words or more, in scripts without spaces."""
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


def said_direction(anchor: HtmlElement, language: str | None) -> Relation | None:
    """Which way a link leads by words that say nothing else: its own, its label's for those who do
    not see it, those right before it; or by the names of its box and the one beside that.

    One word for the whole of a link ("Weiter") may ask to read on: it counts where another link
    near by leads the other way.
    """
    for text, leads in _said(anchor):
        told = _step(text, language)
        if told is not None:
            if leads and _is_in_sentence(anchor, text, language):
                return None
            relation, is_sure = told
            if leads or is_sure or has_counterpart(anchor, relation, language):
                return relation
            return None
    return _named_beside(anchor)


def _is_in_sentence(anchor: HtmlElement, before: str, language: str | None) -> bool:
    """Whether a link goes on what stands before it, or is gone on with: "Next, they moved on"."""
    behind = (anchor.tail or "").strip()
    return before.rstrip().endswith(",") or (
        behind[:1].isalpha() and _step(behind, language) is None
    )


def _said(anchor: HtmlElement) -> Iterator[tuple[str, bool]]:
    """The texts that may say where a link leads, each with whether the headline comes after it."""
    parted = len(anchor) > 0
    if text := anchor.text:
        yield text, parted and not text.isspace()
    if parted:
        yield _leaf(anchor[0]).text or "", len(anchor) > 1 or bool((anchor[0].tail or "").strip())
        yield _leaf(anchor[-1]).text or "", False
    for name in ("title", "aria-label"):
        if stated := anchor.get(name):
            yield stated.partition(":")[0], False
    at = anchor
    for _ in range(_MOST_UP):
        before, parent = at.getprevious(), at.getparent()
        if before is not None:
            tail = before.tail
            if tail and not tail.isspace():
                yield tail, True
            elif isinstance(before.tag, str) and (leaf := _leaf(before)).tag not in _NO_LABELS:
                yield leaf.text or "", True
            return
        if parent is None or (parent.text and not parent.text.isspace()):
            yield (parent.text or "") if parent is not None else "", True
            return
        if len(parent) > 1:
            return
        at = parent


def _named_beside(anchor: HtmlElement) -> Relation | None:
    """Which way a link with a headline leads by the class of its box, where the box beside is named
    the opposite: "prev" and "next"."""
    at: HtmlElement | None = anchor
    for _ in range(_MOST_UP):
        if at is None:
            return None
        if (names := at.get("class")) and (relation := _names_direction(names)) is not None:
            for other in (at.getprevious(), at.getnext()):
                beside = other.get("class") if other is not None else None
                if beside and _names_direction(beside) not in (None, relation):
                    is_headline = line_words(quick_text(anchor)) >= _LEAST_HEADLINE
                    one_each = is_headline and _leads_to_one(at) and _leads_to_one(other)
                    return relation if one_each else None
            return None
        at = at.getparent()
    return None


def _leads_to_one(box: HtmlElement) -> bool:
    """Whether all links of a box lead to the same place: it is no tab or slide of several."""
    links = list(islice(box.iter("a"), _MAX_PAIR_CHILDREN))
    return len({link.get("href") for link in links}) == 1


def _leaf(element: HtmlElement) -> HtmlElement:
    """The innermost element of those that hold one another and nothing else."""
    for _ in range(_MOST_UP):
        if element.tag == "a" or len(element) != 1 or (element.text and not element.text.isspace()):
            break
        element = element[0]
    return element


def _step(text: str, language: str | None) -> tuple[Relation, bool] | None:
    """Which way a text leads that says nothing else, and whether it can mean nothing else."""
    return _told_step(text, language) if 2 < len(text) < _LONGEST_SAID else None


@lru_cache(maxsize=2_048)
def _told_step(text: str, language: str | None) -> tuple[Relation, bool] | None:
    said = text.strip(ARROWS + ":|\n\t\r")
    relation = whole(said, language)
    if relation not in ("previous", "next"):
        return None
    return relation, " " in said or (is_dense(said) and len(said) >= _LEAST_DENSE)


def has_counterpart(anchor: HtmlElement, relation: Relation, language: str | None) -> bool:
    """Whether a link near by, in a box of few, leads the other way."""
    box = anchor.getparent()
    for _ in range(_MAX_PAIR_STEPS):
        if box is None:
            return False
        links = list(islice(box.iter("a"), _MAX_PAIR_CHILDREN + 1))
        if len(links) > _MAX_PAIR_CHILDREN:
            return False
        said = (text for link in links if link is not anchor for text, _ in _said(link))
        others = (_step(text, language) for text in said)
        if any(told is not None and told[0] != relation for told in others):
            return True
        box = box.getparent()
    return False


def named_direction(element: HtmlElement) -> Relation | None:
    """What an element's class and id say of where it leads."""
    return _names_direction(f"{element.get('class', '')} {element.get('id', '')}")


@lru_cache(maxsize=2_048)
def _names_direction(names: str) -> Relation | None:
    names = names[:_MOST_NAMES].lower()
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
