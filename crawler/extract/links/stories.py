"""The stories that an article's page points to, each with its relation to the article.

Structure first: post navigation, promos and links in the prose of the body, cards under a heading.
Then words: the heading by the labels of `data/languages/`, the names in classes and ids by
`zones`. A block whose heading no language knows is told by its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from lxml.html import HtmlElement

from crawler.extract.language import comparable, heads_no_stories, is_label, knows, match, whole
from crawler.extract.links.addresses import StoryUrls, Target
from crawler.extract.links.blocks import Blocks
from crawler.extract.links.cards import Card, quick_text, read_card, text_of, tidy
from crawler.extract.links.claims import claimed_stories
from crawler.extract.links.collector import Collector
from crawler.extract.links.post_navigation import (
    ARROWS,
    arrow_direction,
    direction,
    has_counterpart,
    named_direction,
    said_direction,
    stated_direction,
    unseen_title,
    without_direction,
)
from crawler.extract.links.prose import Holder, Link, place
from crawler.extract.links.zones import Zone, Zones
from crawler.extract.page import Document, Structured
from crawler.items import LinkedStory, Relation
from crawler.text import line_words

MAX_STORIES = 2_000
"""Links kept as possible stories: a page of more is an index, not an article."""
MAX_CLAIMS = 300
"""Stories kept that a page names for machines only."""

_NAME_WORDS = 3
"""Words that a name has at most."""
_LEAST_WORD = 4
"""Characters of a word that a heading and the story's headline share."""
_WORD = re.compile(r"[^\W\d_]+")
_MOST_AROUND = 12
"""Elements around the post navigation that may be taken for the card of its only link."""
_LONGEST_STEP = 30
"""Characters of a link within the story that leads to the next one."""
_MAX_PARTS = 12
"""Links of one card to its story that are looked at; real ones have up to four."""


@dataclass(slots=True)
class _Group:
    """The links of one card."""

    first: HtmlElement
    """The part of it that comes first, below the block's heading."""
    root: HtmlElement
    """The element around all parts."""
    target: Target
    zone: Zone
    said: Relation | None = None
    """Which way words of its link, or beside it, say that it leads."""
    anchors: list[HtmlElement] = field(default_factory=list)


class _Page:
    """What cards are judged by besides themselves."""

    def __init__(self, doc: Document, urls: StoryUrls, language: str | None) -> None:
        self.address = doc.address
        self.language = language
        self.leftward = (doc.root.get("dir") or "").lower() == "rtl"
        """Whether it is read from right to left, and its arrows with it."""
        self._hrefs = doc.hrefs
        shown = quick_text(doc.tags["h1"][0]) if doc.tags["h1"] else ""
        self._headline = comparable(shown).split(" ")
        self._urls = urls

    def is_own(self, group: _Group) -> bool:
        """Whether a story is the publisher's, on this site or another."""
        target = group.target
        return target.own_site or (
            target.strong
            and not group.zone.body
            and "nofollow" not in (rel := group.anchors[0].get("rel") or "")
            and "sponsored" not in rel
            and self._urls.is_sister(target.url, self._hrefs)
        )

    def is_headline(self, title: str | None, target: Target) -> bool:
        """Whether a title may be a headline for its length or, of three words, for its address."""
        shown = title or ""
        return shown.count(" ") > _NAME_WORDS or (
            line_words(shown) > _NAME_WORDS or self._urls.is_alike(target)
        )

    def names(self, heading: str, target: Target) -> Relation | None:
        """What follows from a heading that says no relation: the name of the folder that the story
        is in, or of anything else (`latest`); a name that the page's headline has, too (`related`);
        None where its language is not known."""
        names = comparable(heading)
        if names and f"/{names.replace(' ', '-')}/" in target.url:
            return "latest"
        if any(self._is_told_of(word) for word in _WORD.findall(heading)):
            return "related"
        return "latest" if knows(self.language) else None

    def _is_told_of(self, word: str) -> bool:
        """Whether a word of a heading, no small one, stands in the headline, too: as it is, or
        with an ending."""
        known = comparable(word)
        if word[0].islower() or len(known) < _LEAST_WORD:
            return False
        longer = len(known) > _LEAST_WORD
        return any(
            other == known or (longer and other.startswith(known)) for other in self._headline
        )


def linked_stories(
    doc: Document, container: HtmlElement | None, data: Structured | None = None
) -> tuple[LinkedStory, ...]:
    """Every story a page points to, in page order, then those that only machines are told of.

    container: the element of the article's body, None if unknown. data: the page's JSON-LD.

    A story linked from two blocks stands in both; within a block it stands once. `position` counts
    from 1 in each block. Raises nothing: what cannot be read is left out.
    """
    if container is None:
        container = _likely_body(doc.root)
    zones = Zones(doc.root, container)
    urls = StoryUrls(doc.address, doc.url)
    links = list(islice(_links(doc, zones, urls), MAX_STORIES))
    language = doc.root.get("lang")
    keys = {link.anchor: link.target.key for link in links}
    blocks = Blocks(zones, keys, language, doc.tags["h1"][:1])
    found = Collector()
    page = _Page(doc, urls, language)
    for entry in _entries(links, blocks):
        if isinstance(entry, Link):
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
            _add_card(found, entry, blocks, page)
    named = claimed_stories(doc, data, urls) if data is not None else iter(())
    claims = list(islice(named, MAX_CLAIMS))
    if claims:
        # What the page shows is judged by where it stands, whatever it is called for machines.
        shown = {doc.address(href) for href in doc.hrefs if href}
        for claim in claims:
            if claim.target.url not in shown:
                found.add_unseen(claim)
    return found.stories()


def _entries(links: list[Link], blocks: Blocks) -> list[Link | _Group]:
    """Links that stand alone, and cards with all their links, in page order."""
    groups: dict[HtmlElement, _Group] = {}
    order: list[Link | _Group] = []
    for link in links:
        if link.block is not None:
            order.append(link)
        elif link.relation != "itself":
            top = blocks.top_of(link.anchor)
            bounds = link.zone.post_nav
            if bounds is not None and top in islice(bounds.iterancestors(), _MOST_AROUND):
                top = bounds  # what stands around the post navigation tells of this story
            group = groups.get(top)
            if group is not None and len(group.anchors) >= _MAX_PARTS:
                continue
            root = blocks.card_of(link.anchor, top)
            if group is None:
                group = groups[top] = _Group(root, root, link.target, link.zone, link.said)
                order.append(group)
            elif root is not group.root:
                group.root = blocks.around_both(group.root, root)
            group.said = group.said or link.said
            group.anchors.append(link.anchor)
    return order


def _links(doc: Document, zones: Zones, urls: StoryUrls) -> Iterator[Link]:
    """The anchors that may lead to stories, outside menus and the like."""
    holders: dict[HtmlElement, Holder] = {}
    language = doc.root.get("lang")
    # The cheap questions first: most anchors of a page are in its menus, many of them twice.
    hopeless: set[str] = set()
    in_menus: set[HtmlElement] = set()
    of_menus: set[str | None] = set()
    steps = set(doc.steps)
    for anchor, href in zip(doc.tags["a"], doc.hrefs, strict=False):
        stepping = anchor in steps
        if anchor in in_menus and not stepping:
            of_menus.add(href)
            continue
        if not href or href in hopeless:
            continue
        # A section that a menu leads to is no story, whatever another link to it says.
        if not ((stepping and href not in of_menus) or urls.may_lead_to_story(href)):
            hopeless.add(href)
            continue
        parent = anchor.getparent()
        passed = parent is not None and zones.of(parent).skip and not stepping
        if passed and not zones.may_step(anchor):
            menu = zones.passed_over(parent)
            if menu is not None:
                in_menus.update(menu.iter("a"))
            continue
        target = urls.neighbour(href) if stepping else urls.target(href)
        if target is None:
            hopeless.add(href)
            continue
        zone = zones.of(anchor)
        shown = quick_text(anchor)
        said = None if stepping else _said(anchor, zone, shown, language)
        stepping = stepping or said is not None
        if (passed or zone.skip) and not stepping:
            continue
        if shown and not stepping and not target.itself:
            if not target.strong and line_words(shown) < 4:
                continue
            if len(shown) <= 40 and _names_a_block(shown, target, language):
                continue
        link = Link(anchor, target, zone, len(shown), said=said)
        step = said
        if said is None and (stepping or zone.post_nav is not None):
            step = direction(anchor, zone, anchor.get("rel"))
        if target.itself:
            link.relation = "itself"
        elif step:
            link.relation = step
        elif not place(link, zones, holders):
            continue
        if target.own_site or link.relation not in ("inline", "previous", "next"):
            yield link


def _said(anchor: HtmlElement, zone: Zone, shown: str, language: str | None) -> Relation | None:
    """Which way words say that a link leads. Within the story they say nothing else, and another
    link near by leads the other way.

    shown: the link's text.
    """
    if not zone.body:
        return said_direction(anchor, language)
    if len(shown) > _LONGEST_STEP:
        return None
    found = said_direction(anchor, language)
    return found if found is not None and has_counterpart(anchor, found, language) else None


def _names_a_block(shown: str, target: Target, language: str | None) -> bool:
    """Whether a link says "More news", not a headline. ("Read more" may stand under one.)"""
    relation = whole(shown, language)
    if relation == "also_read" and target.strong:
        return False
    if relation is None and line_words(shown) <= 3:
        found = match(shown, language)
        relation = found.relation if found and found.extent == "start" else None
    return relation is not None and relation not in ("previous", "next")


def _add_card(
    found: Collector,
    group: _Group,
    blocks: Blocks,
    page: _Page,
) -> None:
    language = page.language
    card = read_card(group.root, group.anchors, page.address, language)
    relation: Relation | None = None
    for anchor in group.anchors:
        relation = relation or stated_direction(anchor.get("rel"))
    relation = relation or group.said
    if relation is None and group.zone.post_nav is not None:
        # What the link itself says or is called, before what stands beside it.
        said = whole(card.title or "", language)
        relation = said if said in ("previous", "next") else named_direction(group.anchors[0])
    if relation is None and card.relation in ("previous", "next"):
        relation = card.relation if not _asks_to_read_on(group, card, language) else None
    for anchor in group.anchors:
        if group.zone.post_nav is not None:
            relation = relation or direction(anchor, group.zone, None)
    heading = blocks.heading_of(group.first)
    if relation is None and heading is None and not (group.zone.body or page.leftward):
        relation = arrow_direction(group.anchors[0], blocks.holds_several)
    if heading is not None and heads_no_stories(heading.text):
        return
    if relation is not None:
        label = card.label if card.relation == relation else None
        if whole(card.title or "", language) == relation:
            label, card = label or card.title, card._replace(title=unseen_title(group.anchors))
        told = match(heading.text, language) if heading else None
        if label is None and heading and told and told.relation == relation:
            label = heading.text
        if card.title:
            shown, title = without_direction(card.title, relation, group.anchors, language)
            label, card = label or shown, card._replace(title=title)
            if label and title and whole(f"{label} {title}", language) == relation:
                label, card = f"{label} {title}", card._replace(title=None)  # "Next", "article"
        label = (label or card.lead or "").strip(ARROWS) or None
        found.add((relation, group.root), relation, label, group.target.url,
                  group.target.key, card)  # fmt: skip
        return
    told = match(heading.text, language) if heading else None
    if not _is_story(group, card, heading is not None, told is not None):
        return
    own = page.is_own(group)
    topic = page.names(heading.text, group.target) if heading and told is None else None
    relation = blocks.relation(group.first, group.zone, heading, card, topic)
    same = card.relation == relation or {card.relation, relation} == {"also_read", "related"}
    label = heading.text if heading else card.label if same else None
    if label and not own and _marks_advert(label):
        return
    found.add(blocks.key(group.first, heading), relation, label, group.target.url,
              group.target.key, card, own or relation == "sponsored",
              page.is_headline(card.title, group.target))  # fmt: skip


def _asks_to_read_on(group: _Group, card: Card, language: str | None) -> bool:
    """Whether the last of several links to a story, or the only one beside its headline, says no
    more than "weiter", and none near by leads the other way: it is a teaser's."""
    last = group.anchors[-1]
    shown = quick_text(last)
    if whole(shown, language) != "next":
        return False
    return len(group.anchors) > 1 or (
        bool(card.title) and card.title != shown and not has_counterpart(last, "next", language)
    )


def _is_story(group: _Group, card: Card, headed: bool, told: bool) -> bool:
    """Whether a card's address and headline together speak for a story.

    headed: whether its block has a heading. told: whether that is one that stories stand under.
    """
    title, shown = card.title, card.headline
    if not title:
        return False
    words = line_words(title)
    if not shown and (group.zone.body or not (told or group.zone.hint)):
        return False
    if group.zone.footer and not (
        told or group.zone.hint or (headed and (card.image or card.published))
    ):
        return False
    if group.target.strong:
        return words >= 3 or (told and words >= 2) or len(title) >= 25
    return words >= 5


def _marks_advert(heading: str) -> bool:
    """Whether a heading is the mark of an advertisement, not of stories that are paid for."""
    return is_label(heading) and line_words(heading) == 1


def _without_label(title: str, label: str) -> str:
    if title.casefold().startswith(label.casefold()):
        return title[len(label) :].lstrip(" :–—-|►▶→»") or title
    return title


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
