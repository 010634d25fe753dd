"""Links in the text: in a sentence, in a promo between paragraphs, or neither: part of a card."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import Literal, NamedTuple

from lxml.html import HtmlElement

from crawler.extract.body import promo_label
from crawler.extract.language import match
from crawler.extract.links.addresses import Target
from crawler.extract.links.cards import quick_text, tidy
from crawler.extract.links.zones import Zone, Zones
from crawler.items import Relation
from crawler.text import line_words

_PROSE = frozenset({"p", "li", "blockquote", "td", "dd", "dt", "figcaption"})
_INLINE = frozenset({"a", "span", "b", "strong", "em", "i", "u", "br", "sup", "sub", "font", "q"})
_HOLDERS = _PROSE | {
    "div", "section", "article", "aside", "main", "h1", "h2", "h3", "h4", "h5", "h6", "figure",
    "ul", "ol", "table", "body", "header", "footer", "nav",
}  # fmt: skip
_MAX_CELL_LINKS = 200
"""Links of one paragraph that are measured."""
_SET_APART = frozenset({"b", "strong", "h3", "h4", "h5", "h6"})
_STOPS = frozenset(".。।۔")
_SEPARATORS = frozenset("|/·•-–—,")
_PAGE = frozenset({"html", "body"})
_MAX_LABEL = 40
_MAX_BESIDE = 20
"""Characters beside a link that has a line of its own: a bullet, a time, a date."""
_MAX_STEPS = 12
"""Elements between a link and the start of the item that it opens."""


@dataclass(slots=True)
class Link:
    """An anchor that may lead to a story."""

    anchor: HtmlElement
    target: Target
    zone: Zone
    size: int
    """Characters of its text."""
    relation: Relation | Literal["itself"] | None = None
    """Told already by where it stands: navigation, prose, promo, the page's link to itself."""
    label: str | None = None
    block: object = None
    """Set where the link stands alone: in prose or in a promo; else it is part of a card."""
    said: Relation | None = None
    """Which way words of it, or right beside it, say that it leads: before or after this story."""


class Holder(NamedTuple):
    """A block of text with links in it."""

    paragraph: bool
    """Text and inline elements only."""
    label: str | None
    """As `promo_label` gives it."""
    relation: Relation
    """What the label names; of a promo in the body, also_read whatever it names."""
    size: int
    """Characters of its text, links and all; 0 if it is no paragraph."""
    near: bool
    """Whether it is in the story's body, or so near to it that it can be part of it."""


def place(link: Link, zones: Zones, holders: dict[HtmlElement, Holder]) -> bool:
    """Tell a link in prose and a promo from a card, by the block of text around it. False where it
    is none of them: a link in a sentence outside the story."""
    holder = link.anchor.getparent()
    while holder is not None and holder.tag not in _HOLDERS:
        holder = holder.getparent()
    if holder is None:
        return False
    body = link.zone.body
    known = holders.get(holder)
    if known is None:
        near = body or (not link.zone.aside and _beside_body(holder, zones))
        known = holders[holder] = _read_holder(holder, near, body)
    if known.label or (known.label == "" and holder.tag != "div" and body):
        link.relation, link.label, link.block = known.relation, known.label or None, holder
        return True
    if not known.paragraph and not body:
        return True
    if body and (label := _line_label(link.anchor)):
        link.relation, link.label, link.block = "also_read", label, holder
        return True
    if not _in_prose(link, holder, known) or _heads_item(link.anchor, holder):
        # A line of links, one beside the other, leads to services.
        return body or not known.paragraph or not _in_line(link.anchor)
    if _repeats_headline(link, holder):
        return False
    if known.near:
        link.relation, link.block = "inline", "inline"
        return link.target.strong
    # In a card the words around a link are a date or a name, not a sentence.
    return bool(holder.tag != "p")


def _read_holder(holder: HtmlElement, near: bool, body: bool) -> Holder:
    paragraph = holder.tag in _PROSE or _is_paragraph(holder)
    if not paragraph:
        return Holder(False, None, "also_read", 0, near)
    label = promo_label(holder) if body or (near and holder.tag in ("p", "div")) else None
    told = match(label) if label and not body else None
    relation: Relation = told.relation if told else "also_read"
    return Holder(True, label, relation, len(quick_text(holder)), near)


def _heads_item(anchor: HtmlElement, holder: HtmlElement) -> bool:
    """Whether a link opens an item of a list whose items all open so: headlines with summaries."""
    if holder.tag not in ("li", "dd"):
        return False
    # A short headline is set in bold type, or has a colon or a line to itself.
    if line_words(quick_text(anchor)) < 4 and anchor.getparent().tag not in _SET_APART:
        return False
    if not _opens(holder, anchor):
        return False
    others = [e for e in (holder.getprevious(), holder.getnext()) if e is not None]
    return bool(others) and all(_opens(e, e.find(".//a")) for e in others)


def _opens(item: HtmlElement, anchor: HtmlElement | None) -> bool:
    """Whether nothing stands before a link in an item but pictures."""
    node = anchor
    for _ in range(_MAX_STEPS):
        if node is None or node is item:
            break
        before = node.getprevious()
        while before is not None:
            if (before.tail or "").strip() or quick_text(before):
                return False
            before = before.getprevious()
        node = node.getparent()
        if node is not None and (node.text or "").strip():
            return False
    return node is item


def _in_line(anchor: HtmlElement) -> bool:
    """Whether a link stands in one line with others, set apart by a stroke or a dot."""
    before = anchor.getprevious()
    marks = [anchor.tail or "", (before.tail or "") if before is not None else ""]
    return any(mark.strip() in _SEPARATORS for mark in marks if mark.strip())


def _repeats_headline(link: Link, holder: HtmlElement) -> bool:
    """Whether a short link at the end of a summary leads where the headline over it does."""
    href = link.anchor.get("href")
    if line_words(quick_text(link.anchor)) > 3:
        return False
    return any(
        anchor.get("href") == href
        for before in islice(holder.itersiblings(preceding=True), 3)
        for anchor in islice(before.iter("a"), 6)
    )


def _is_paragraph(holder: HtmlElement) -> bool:
    """Whether a div is used as a paragraph: text and inline elements only."""
    return (
        holder.tag == "div"
        and len(holder) <= 40
        and all(child.tag in _INLINE for child in holder if isinstance(child.tag, str))
    )


def _beside_body(holder: HtmlElement, zones: Zones) -> bool:
    """Whether a paragraph outside the body stands so near to it that it can be part of it."""
    node: HtmlElement | None = holder
    for _ in range(4):
        node = node.getparent() if node is not None else None
        if node is None or node in zones.around:
            break
        if node.tag in ("article", "li", "section", "aside", "footer"):
            return False
    return node is not None and node in zones.around and node.tag not in _PAGE


def _in_prose(entry: Link, holder: HtmlElement, known: Holder) -> bool:
    """Whether a link is part of a sentence."""
    anchor, own = entry.anchor, entry.size
    if own == 0:
        return False
    if known.paragraph:
        follows = anchor.getnext()
        after = (anchor.tail or "").strip() or (quick_text(follows) if follows is not None else "")
        if after in _STOPS and anchor.getparent().tag in ("p", "div"):
            return True
        if _has_own_line(anchor, holder):
            return False
        if holder.tag == "p" and entry.zone.body and _amid_words(anchor):
            return True
        least = max(20, 0.3 * own)
        others = known.size - own
        if others <= least:
            return False
        for link in islice(holder.iter("a"), _MAX_CELL_LINKS):
            if link is not anchor:
                others -= len(quick_text(link))
        return others > least
    return len(tidy(_lead(anchor)[:200])) + len(tidy((anchor.tail or "")[:200])) > 30


def _lead(anchor: HtmlElement) -> str:
    """The text right before a link."""
    before, parent = anchor.getprevious(), anchor.getparent()
    if before is not None:
        return before.tail or ""
    return (parent.text or "") if parent is not None else ""


def _amid_words(anchor: HtmlElement) -> bool:
    """Whether words of a sentence stand on both sides of a link."""
    after = (anchor.tail or "").strip()
    return (
        after[-1:] in _STOPS
        and after[:1].isalnum()
        and (anchor.tail or "")[:1].isspace()
        and _lead(anchor).strip()[-1:].isalnum()
    )


def _line_label(anchor: HtmlElement) -> str | None:
    """The label in bold type that a line of its own begins with, right before a link."""
    before = anchor.getprevious()
    if (
        before is None
        or before.tag not in ("b", "strong")
        or (before.tail or "").strip(" :\xa0»>-–")
    ):
        return None
    start = before.getprevious()
    if start is None or start.tag != "br" or (start.tail or "").strip():
        return None
    label = quick_text(before).strip(" :»>-–")
    told = match(label) if len(label) <= _MAX_LABEL else None
    return label if told and told.extent == "whole" else None


def _has_own_line(anchor: HtmlElement, holder: HtmlElement) -> bool:
    """Whether a link stands alone between line breaks: an item of a list made without one."""
    node = anchor
    for _ in range(4):
        parent = node.getparent()
        if parent is holder or parent is None:
            break
        if len(parent) > 1 or (parent.text or "").strip() or (node.tail or "").strip():
            return False
        node = parent
    follows, before = node.getnext(), node.getprevious()
    if (follows is None or follows.tag != "br") and (before is None or before.tag != "br"):
        return False
    starts = before is None or before.tag == "br" or before.tag in _HOLDERS
    ends = follows is None or follows.tag == "br" or follows.tag in _HOLDERS
    beside = tidy(_lead(node)) + tidy(node.tail or "")
    return starts and ends and len(beside) <= _MAX_BESIDE
