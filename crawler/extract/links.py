"""The stories that an article's page points to, each with its relation to the article.

Structure first: post navigation, promos and links in the prose of the body, cards under a heading.
Then words: the heading by `crawler.extract.lexicon`, the names in classes and ids by
`crawler.extract.link_zones`. A block whose heading no lexicon knows is told by its place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Literal, NamedTuple

from lxml.html import HtmlElement

from crawler.extract.document import Document
from crawler.extract.lexicon import heads_no_stories, match, whole
from crawler.extract.link_blocks import Blocks
from crawler.extract.link_cards import Card, quick_text, read_card, text_of, tidy, word_count
from crawler.extract.link_urls import StoryUrls, Target
from crawler.extract.link_zones import Zone, Zones
from crawler.extract.promos import promo_label
from crawler.items import LinkedStory, Relation

MAX_ANCHORS = 20_000
"""Anchors looked at in one page."""
MAX_STORIES = 2_000
"""Links kept as possible stories: a page of more is an index, not an article."""

_PROSE = frozenset({"p", "li", "blockquote", "td", "dd", "dt", "figcaption"})
_INLINE = frozenset({"a", "span", "b", "strong", "em", "i", "u", "br", "sup", "sub", "font", "q"})
_HOLDERS = _PROSE | {
    "div", "section", "article", "aside", "main", "h1", "h2", "h3", "h4", "h5", "h6", "figure",
    "ul", "ol", "table", "body", "header", "footer", "nav",
}  # fmt: skip
_MAX_PARTS = 12
"""Links of one card to its story that are looked at; real ones have up to four."""
_MAX_CELL_LINKS = 200
"""Links of one paragraph that are measured."""
_STOPS = frozenset(".。।۔")
_SEPARATORS = frozenset("|/·•-–—,")
_MAX_STEPS = 12
"""Elements between a link of the post navigation and the block that names it so."""
_ARROWS = "←→«»‹›<>⟵⟶⇐⇒ \xa0"
_PAGE = frozenset({"html", "body"})
_BACK = re.compile(
    r"(?:^|[\s_-])(?:prev|previous|older|anterior|precedent|zurueck)(?:$|[\s_-]|post)"
)
_ON = re.compile(r"(?:^|[\s_-])(?:next|newer|siguiente|suivant|weiter)(?:$|[\s_-]|post)")


@dataclass(slots=True)
class _Link:
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


class _Holder(NamedTuple):
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


@dataclass(slots=True)
class _Group:
    """The links of one card."""

    first: HtmlElement
    """The part of it that comes first, below the block's heading."""
    root: HtmlElement
    """The element around all parts."""
    target: Target
    zone: Zone
    anchors: list[HtmlElement] = field(default_factory=list)


def linked_stories(doc: Document, container: HtmlElement | None) -> tuple[LinkedStory, ...]:
    """Every story a page points to, in page order.

    container: the element of the article's body, None if unknown.

    A story linked from two blocks stands in both; within a block it stands once. `position` counts
    from 1 in each block. Raises nothing: what cannot be read is left out.
    """
    if container is None:
        container = _likely_body(doc.root)
    zones = Zones(doc.root, container)
    links = list(islice(_links(doc, zones), MAX_STORIES))
    language = doc.root.get("lang")
    keys = {link.anchor: link.target.key for link in links}
    blocks = Blocks(zones, keys, language, doc.tags["h1"][:1])
    found = _Collector()
    for entry in _entries(links, blocks):
        if isinstance(entry, _Link):
            title = text_of(entry.anchor) or tidy(entry.anchor.get("title", "")) or None
            if title and entry.label:
                title = _without_label(title, entry.label)
            relation = entry.relation
            if relation is not None and relation != "itself":
                found.add(
                    entry.block, relation, entry.label, entry.target.url, entry.target.key,
                    Card(title),
                )  # fmt: skip
        else:
            _add_card(found, entry, blocks, doc.address, language)
    return found.stories()


def _entries(links: list[_Link], blocks: Blocks) -> list[_Link | _Group]:
    """Links that stand alone, and cards with all their links, in page order."""
    groups: dict[HtmlElement, _Group] = {}
    order: list[_Link | _Group] = []
    for link in links:
        if link.block is not None:
            order.append(link)
        elif link.relation != "itself":
            top = blocks.top_of(link.anchor)
            group = groups.get(top)
            if group is not None and len(group.anchors) >= _MAX_PARTS:
                continue
            root = blocks.card_of(link.anchor, top)
            if group is None:
                group = groups[top] = _Group(root, root, link.target, link.zone)
                order.append(group)
            elif root is not group.root:
                group.root = blocks.around_both(group.root, root)
            group.anchors.append(link.anchor)
    return order


def _links(doc: Document, zones: Zones) -> Iterator[_Link]:
    """The anchors that may lead to stories, outside menus and the like."""
    urls = StoryUrls(doc.address, doc.url)
    holders: dict[HtmlElement, _Holder] = {}
    language = doc.root.get("lang")
    # The cheap questions first: most anchors of a page are in its menus, many of them twice.
    hopeless: set[str] = set()
    for anchor in doc.tags["a"][:MAX_ANCHORS]:
        href = anchor.get("href")
        if not href or href in hopeless:
            continue
        if not urls.may_lead_to_story(href):
            hopeless.add(href)
            continue
        rel = anchor.get("rel")
        stepping = rel is not None and ("prev" in rel or "next" in rel)
        parent = anchor.getparent()
        if parent is not None and zones.of(parent).skip and not stepping:
            continue
        target = urls.target(href)
        if target is None:
            hopeless.add(href)
            continue
        zone = zones.of(anchor)
        if zone.skip and not stepping:
            continue
        shown = quick_text(anchor)
        if shown and not stepping and not target.itself:
            if not target.strong and word_count(shown) < 4:
                continue
            if len(shown) <= 40 and _names_a_block(shown, target, language):
                continue
        link = _Link(anchor, target, zone, len(shown))
        direction = _direction(anchor, zone, rel) if stepping or zone.post_nav is not None else None
        if target.itself:
            link.relation = "itself"
        elif direction:
            link.relation = direction
        elif not _place(link, zones, holders):
            continue
        if target.own_site or link.relation not in ("inline", "previous", "next"):
            yield link


def _names_a_block(shown: str, target: Target, language: str | None) -> bool:
    """Whether a link says "More news", not a headline. ("Read more" may stand under one.)"""
    relation = whole(shown, language)
    if relation == "also_read" and target.strong:
        return False
    if relation is None and word_count(shown) <= 3:
        found = match(shown, language)
        relation = found.relation if found and found.extent == "start" else None
    return relation is not None and relation not in ("previous", "next")


def _stated_direction(rel: str | None) -> Relation | None:
    """What a link's `rel` says (HTML Living Standard, 4.6.7.15 and 16)."""
    for word in (rel or "").lower().split():
        if word in ("prev", "previous"):
            return "previous"
        if word == "next":
            return "next"
    return None


def _named_direction(element: HtmlElement) -> Relation | None:
    """What an element's class and id say of where it leads."""
    names = f"{element.get('class', '')} {element.get('id', '')}".lower()
    back, on = bool(_BACK.search(names)), bool(_ON.search(names))
    if back == on:
        return None
    return "previous" if back else "next"


def _direction(anchor: HtmlElement, zone: Zone, rel: str | None) -> Relation | None:
    """Whether a link in the post navigation leads back or on; None if nothing tells."""
    stated = _stated_direction(rel)
    if stated:
        return stated
    node: HtmlElement | None = anchor
    for _ in range(_MAX_STEPS):
        if node is None or zone.post_nav is None:
            break
        named = _named_direction(node)
        if named:
            return named
        if node is zone.post_nav:
            break
        node = node.getparent()
    return None


def _place(link: _Link, zones: Zones, holders: dict[HtmlElement, _Holder]) -> bool:
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


def _read_holder(holder: HtmlElement, near: bool, body: bool) -> _Holder:
    paragraph = holder.tag in _PROSE or _is_paragraph(holder)
    if not paragraph:
        return _Holder(False, None, "also_read", 0, near)
    label = promo_label(holder) if body or (near and holder.tag in ("p", "div")) else None
    told = match(label) if label and not body else None
    relation: Relation = told.relation if told else "also_read"
    return _Holder(True, label, relation, len(quick_text(holder)), near)


def _heads_item(anchor: HtmlElement, holder: HtmlElement) -> bool:
    """Whether a link opens an item of a list whose items all open so: headlines with summaries."""
    if holder.tag not in ("li", "dd") or word_count(quick_text(anchor)) < 4:
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


def _repeats_headline(link: _Link, holder: HtmlElement) -> bool:
    """Whether a short link at the end of a summary leads where the headline over it does."""
    href = link.anchor.get("href")
    if word_count(quick_text(link.anchor)) > 3:
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


def _in_prose(entry: _Link, holder: HtmlElement, known: _Holder) -> bool:
    """Whether a link is part of a sentence."""
    anchor, own = entry.anchor, entry.size
    if own == 0:
        return False
    if known.paragraph:
        follows = anchor.getnext()
        after = (anchor.tail or "").strip() or (quick_text(follows) if follows is not None else "")
        if after in _STOPS and anchor.getparent().tag in ("p", "div"):
            return True
        least = max(20, 0.3 * own)
        others = known.size - own
        if others <= least:
            return False
        for link in islice(holder.iter("a"), _MAX_CELL_LINKS):
            if link is not anchor:
                others -= len(quick_text(link))
        return others > least
    before, after = anchor.getprevious(), anchor.tail or ""
    parent = anchor.getparent()
    lead = (parent.text if parent is not None else "") if before is None else before.tail
    return len(tidy((lead or "")[:200])) + len(tidy(after[:200])) > 30


def _add_card(
    found: _Collector,
    group: _Group,
    blocks: Blocks,
    address: Callable[[str], str | None],
    language: str | None,
) -> None:
    card = read_card(group.root, group.anchors, address, language)
    relation: Relation | None = None
    for anchor in group.anchors:
        relation = relation or _stated_direction(anchor.get("rel"))
    if relation is None and group.zone.post_nav is not None:
        # What the link itself says or is called, before what stands beside it.
        said = whole(card.title or "", language)
        relation = said if said in ("previous", "next") else _named_direction(group.anchors[0])
    if relation is None and card.relation in ("previous", "next"):
        relation = card.relation
    for anchor in group.anchors:
        if group.zone.post_nav is not None:
            relation = relation or _direction(anchor, group.zone, None)
    heading = blocks.heading_of(group.first)
    if heading is not None and heads_no_stories(heading.text):
        return
    if relation is not None:
        label = card.label if card.relation == relation else None
        if whole(card.title or "", language) == relation:
            label, card = label or card.title, card._replace(title=_unseen_title(group.anchors))
        told = match(heading.text, language) if heading else None
        if label is None and heading and told and told.relation == relation:
            label = heading.text
        if card.title:
            shown, title = _without_direction(card.title, relation, group.anchors, language)
            label, card = label or shown, card._replace(title=title)
        label = (label or card.lead or "").strip(_ARROWS) or None
        found.add((relation, group.root), relation, label, group.target.url,
                  group.target.key, card)  # fmt: skip
        return
    told = match(heading.text, language) if heading else None
    if not _is_story(group, card, heading is not None, told is not None):
        return
    relation = blocks.relation(group.first, group.zone, heading, card)
    same = card.relation == relation or {card.relation, relation} == {"also_read", "related"}
    label = heading.text if heading else card.label if same else None
    found.add(blocks.key(group.first, heading), relation, label, group.target.url,
              group.target.key, card, group.target.own_site or relation == "sponsored")  # fmt: skip


def _without_direction(
    title: str, relation: Relation, anchors: list[HtmlElement], language: str | None
) -> tuple[str | None, str | None]:
    """The words of a link that say where it leads ("Previous: "), if it shows such, and the
    headline without them and without arrows."""
    head, colon, tail = title.partition(":")
    if colon and tail.strip() and whole(head, language) == relation:
        return head.strip(_ARROWS), tail.strip(_ARROWS)
    for anchor in anchors:
        for part in islice(anchor.iterdescendants("span", "small", "b", "strong", "em", "i"), 8):
            words = text_of(part, 20)
            if words and words != title and whole(words, language) == relation:
                if title.startswith(words):
                    return words.rstrip(" :"), title[len(words) :].strip(_ARROWS + ":")
                if title.endswith(words):
                    return words.rstrip(" :"), title[: -len(words)].strip(_ARROWS + ":")
    return None, title.strip(_ARROWS) or None


def _unseen_title(anchors: list[HtmlElement]) -> str | None:
    """The headline that a link shows only when pointed at or read aloud."""
    stated = (tidy(anchor.get(name, "")) for anchor in anchors for name in ("title", "aria-label"))
    return next((text for text in stated if text and whole(text) is None), None)


def _is_story(group: _Group, card: Card, headed: bool, told: bool) -> bool:
    """Whether a card's address and headline together speak for a story.

    headed: whether its block has a heading. told: whether that is one that stories stand under.
    """
    title, shown = card.title, card.headline
    if not title:
        return False
    words = word_count(title)
    if not shown and (group.zone.body or not (told or group.zone.hint)):
        return False
    if group.zone.footer and not (
        told or group.zone.hint or (headed and (card.image or card.published))
    ):
        return False
    if group.target.strong:
        return words >= 3 or (told and words >= 2) or len(title) >= 25
    return words >= 5


def _without_label(title: str, label: str) -> str:
    if title.casefold().startswith(label.casefold()):
        return title[len(label) :].lstrip(" :–—-|►▶→»") or title
    return title


class _Collector:
    """Stories by block, in page order."""

    def __init__(self) -> None:
        self._blocks: dict[object, dict[str, LinkedStory]] = {}
        self._order: list[tuple[object, str]] = []
        self._foreign: dict[object, set[str]] = {}
        """Of each block, the stories of other sites."""
        self._seen: set[tuple[Relation, str | None, str]] = set()

    def add(
        self,
        block: object,
        relation: Relation,
        label: str | None,
        url: str,
        key: str,
        card: Card,
        own: bool = True,
    ) -> None:
        """Keep a story, unless it stands in this block or one that reads the same: pages repeat
        whole blocks for wide and narrow screens."""
        # A story has one before it and one after it; more of them are the arrows of a slider.
        place = (relation, None, "") if relation in ("previous", "next") else (relation, label, key)
        if place in self._seen:
            return
        self._seen.add(place)
        known = self._blocks.setdefault((block, relation, label), {})
        known[key] = LinkedStory(
            relation=relation, url=url, title=card.title, label=label, position=len(known) + 1,
            excerpt=card.excerpt, image=card.image, published=card.published,
        )  # fmt: skip
        self._order.append(((block, relation, label), key))
        if not own:
            self._foreign.setdefault((block, relation, label), set()).add(key)

    def stories(self) -> tuple[LinkedStory, ...]:
        """All but the blocks whose entries are mostly names (topics, people, services), and the
        stories of other sites where they are not a few among the site's own."""
        named = {
            block for block, known in self._blocks.items() if _lists_names(list(known.values()))
        }
        strange = {
            block: keys if 2 * len(keys) >= len(self._blocks[block]) else set()
            for block, keys in self._foreign.items()
        }
        return tuple(
            self._blocks[b][key]
            for b, key in self._order
            if b not in named and key not in strange.get(b, ())
        )


def _lists_names(stories: list[LinkedStory]) -> bool:
    """Whether a block shows names (topics, people, services), not headlines."""
    first = stories[0]
    if first.relation in ("inline", "previous", "next"):
        return False
    least = 2 if first.label and match(first.label) else 3 if first.image else 4
    sizes = sorted(word_count(story.title or "") for story in stories)
    return sizes[(len(sizes) - 1) // 2] < least


def _likely_body(root: HtmlElement) -> HtmlElement | None:
    """The element whose own paragraphs hold the most text."""
    sizes: dict[HtmlElement, int] = {}
    for paragraph in islice(root.iter("p"), 5_000):
        parent = paragraph.getparent()
        if parent is not None:
            size = len(paragraph.text or "") + sum(len(child.tail or "") for child in paragraph)
            sizes[parent] = sizes.get(parent, 0) + size
    best = max(sizes, key=sizes.__getitem__, default=None)
    return best if best is not None and best.tag != "body" and sizes[best] > 200 else None
