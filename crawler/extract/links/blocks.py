"""Blocks of cards: which element is a card, which heading stands over it, what it is related by."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice
from typing import NamedTuple

from lxml.html import HtmlElement

from crawler.extract.language import comparable, match
from crawler.extract.links.cards import HEADINGS, Card, names_of, quick_text, text_of
from crawler.extract.links.zones import Zone, Zones
from crawler.items import Relation
from crawler.text import line_words

_OWN = "\0"
"""Stands for the page's own story; no other's key is equal."""
_MANY = ""
"""Stands for the links of more than one story; no story's key is empty."""
_CARD_TAGS = frozenset({"article", "li", "tr"})
_NO_HEADING = frozenset({"h1", "article", "img", "figure"})
_ITEMS = frozenset({"li", "tr"})
"""No headings either, unless their words say so."""
_MAX_HEADING = 90
"""Characters of a block's heading."""
_PROSE = 60
"""Characters of a paragraph."""
_MAX_SIBLINGS = 40
_MAX_LEVELS = 8
"""Elements between a card and the section that its heading opens."""
_PLACED = frozenset(
    {"div", "p", "span", "b", "strong", "em", "i", "u", "dt", "font", "center", "header"}
)
"""What a heading by its place alone may be."""
_MIN_PLACED = 2
_MAX_PLACED = 40
"""Characters of such a heading."""
_ENDS = frozenset(".,;…。，")
_COUNTS = re.compile(r"^[\W\d_]*$|\d{1,2}[:.]\d\d")
"""Of a date, a time, a number: no heading."""
_LABELLED = re.compile(r"title|titel|heading|header|label|caption|headline")


class Heading(NamedTuple):
    """The visible heading of a block."""

    element: HtmlElement
    text: str
    linked: bool
    """Whether it leads somewhere: a section's front, mostly."""


class Blocks:
    """The cards and headings of one page."""

    def __init__(
        self,
        zones: Zones,
        keys: dict[HtmlElement, str],
        language: str | None,
        headlines: Sequence[HtmlElement] = (),
    ) -> None:
        """keys: the anchors that lead to stories, each with its story's key. headlines: of the
        page's own story; what holds one is no card of another."""
        self._zones = zones
        self._language = language
        self._stories: dict[HtmlElement, str] = {}
        self._headings: dict[HtmlElement, Heading | None] = {}
        for anchor, key in keys.items():
            self._mark(anchor, key)
        for headline in headlines:
            if headline not in self._stories and not any(True for _ in headline.iterancestors("a")):
                self._mark(headline.getparent(), _OWN)

    def _mark(self, anchor: HtmlElement, key: str) -> None:
        """Note on all elements around an anchor which story they hold. Each changes twice at most:
        from none to one story, from one to many."""
        stories = self._stories
        node: HtmlElement | None = anchor
        while node is not None:
            held = stories.get(node)
            if held in (_MANY, key):
                return
            stories[node] = key if held is None else _MANY
            node = node.getparent()

    def holds_several(self, element: HtmlElement) -> bool:
        """Whether an element holds the links of more than one story."""
        return self._stories.get(element) == _MANY

    def top_of(self, anchor: HtmlElement) -> HtmlElement:
        """The largest element around a link that leads to this one story and no other."""
        stories, around = self._stories, self._zones.around
        node = anchor
        body = self._zones.of(anchor).body
        for _ in range(_MAX_LEVELS):
            parent = node.getparent()
            if parent is None or stories.get(parent) == _MANY or parent in around:
                break
            if self._zones.of(parent).body != body:
                break
            if body and _holds_story(parent):
                break
            node = parent
        return node

    def card_of(self, anchor: HtmlElement, top: HtmlElement) -> HtmlElement:
        """The largest element that tells of this one story and no more: `top`, or what is left of
        it without the block's heading."""
        node = anchor
        while node is not top and node.tag not in _CARD_TAGS:
            node = node.getparent()
        if node.tag in _CARD_TAGS:
            return node
        node = anchor
        while node is not top and not self._opens_block(node):
            node = node.getparent()
        return node

    def around_both(self, one: HtmlElement, other: HtmlElement) -> HtmlElement:
        """The smallest element around two parts of one card."""
        above = {one, *islice(one.iterancestors(), _MAX_LEVELS)}
        node = other
        for _ in range(_MAX_LEVELS):
            if node in above:
                return node
            node = node.getparent()
        return one

    def _opens_block(self, node: HtmlElement) -> bool:
        """Whether a block's heading stands right before an element that has a headline itself."""
        before = node.getprevious()
        if before is None or len(quick_text(node)) < 15:
            return False
        nearest: HtmlElement | None = None
        for _ in range(6):
            if before is None:
                break
            if before.tag == "h1":
                return True
            if nearest is None and isinstance(before.tag, str):
                nearest = before
            before = before.getprevious()
        if nearest is None or nearest in self._stories:
            return False
        return self._as_heading(nearest, quick_text(nearest)) is not None

    def heading_of(self, card: HtmlElement) -> Heading | None:
        """The heading over the block that a card is in; None where it has none."""
        known = self._headings
        chain: list[HtmlElement] = []
        found: Heading | None = None
        node = card
        for _ in range(_MAX_LEVELS):
            if node in known:
                found = known[node]
                break
            chain.append(node)
            done, found = self._before(node)
            parent = node.getparent()
            if (
                done
                and found is not None
                and self._in_each_card(parent)
                and not self._names_block(found)
            ):
                done, found = False, None
            if done:
                break
            if parent is None or parent in self._zones.around or parent.tag == "body":
                break
            if self._zones.of(parent).body and not self._zones.of(parent.getparent()).body:
                break
            node = parent
        for step in chain:
            known[step] = found
        return found

    def _names_block(self, heading: Heading) -> bool:
        """Whether a heading says what the stories below it are: "Most read"."""
        if heading.element.tag not in HEADINGS or heading.linked or line_words(heading.text) < 2:
            return False  # the name of a section: "News"
        told = match(heading.text, self._language)
        return told is not None and told.extent == "whole"

    def _in_each_card(self, part: HtmlElement | None) -> bool:
        """Whether what a heading stands over is one card among others made alike: then it is a
        topic printed on each card, not the block's heading."""
        for _ in range(4):
            if part is None or self._stories.get(part) in (None, _MANY):
                return False
            names = part.get("class")
            for other in (part.getnext(), part.getprevious()):
                if (
                    other is not None
                    and other.tag == part.tag
                    and other.get("class") == names
                    and self._stories.get(other) not in (None, _MANY, self._stories[part])
                ):
                    return True
            part = part.getparent()
        return False

    def _before(self, node: HtmlElement) -> tuple[bool, Heading | None]:
        """Look for a heading among the siblings before an element: whether the search ends there,
        and with what."""
        sibling = node.getprevious()
        for _ in range(_MAX_SIBLINGS):
            if sibling is None:
                return False, None
            if sibling in self._headings and sibling in self._stories:
                # What stands over the neighbour stands over this one.
                return self._headings[sibling] is not None, self._headings[sibling]
            if isinstance(sibling.tag, str) and sibling not in self._stories:
                text = quick_text(sibling)
                heading = self._as_heading(sibling, text) or self._by_place(sibling, text)
                if heading is not None:
                    return True, heading if heading.text else None
                if sibling.tag in HEADINGS or len(text) > 200:
                    return True, None
            sibling = sibling.getprevious()
        return False, None

    def _as_heading(self, element: HtmlElement, text: str) -> Heading | None:
        """An element that leads to no story as the heading of what follows it; None if it is none.

        text: its own, all of it.
        """
        if not text or len(text) > _MAX_HEADING + 40:
            return None
        if element.tag in _NO_HEADING:  # but on pages where all headings are h1
            told = match(text, self._language) if element.tag == "h1" else None
            return Heading(element, text, False) if told and told.extent == "whole" else None
        zone = self._zones.of(element)
        if element.tag in _ITEMS:
            told = match(text, self._language)
            whole = told is not None and told.extent == "whole"
            return Heading(element, text, False) if whole and not zone.footer else None
        if zone.skip and match(text, self._language) is None:
            return None
        heading = element if element.tag in HEADINGS else None
        if heading is None:
            for count, inner in enumerate(element.iterdescendants()):
                if inner.tag in HEADINGS:
                    heading = inner
                    break
                if count > 20:
                    break
        if heading is not None:
            shown = text_of(heading, 80)
            if not shown or len(shown) > _MAX_HEADING or len(text) > len(shown) + 40:
                return None
            if zone.body and match(shown, self._language) is None:
                return None
            links = list(heading.iterdescendants("a"))
            return Heading(
                heading, _beside_links(links, shown),
                bool(links) or heading.getparent().tag == "a",
            )  # fmt: skip
        if len(text) > 60 or len(list(islice(element.iterdescendants("a", "li"), 3))) > 2:
            # Not a heading but tabs, or a list of links.
            return None
        text = text_of(element, 80)
        told = match(text, self._language)
        if told and told.relation in ("previous", "next"):
            return None
        if (
            told
            and told.relation == "sponsored"
            and told.extent == "whole"
            and len(text) <= 20
            and not (line_words(text) > 1 and self._heads_several(element))
        ):
            # The mark over an advertisement that is not there, not over what follows.
            return None
        links = [element] if element.tag == "a" else list(element.iterdescendants("a"))
        if links and told and told.extent != "whole" and zone.footer:
            # A link of the page's footer, no heading: "Advertising: prices".
            told = None
        labelled = _LABELLED.search(names_of(element)) and not zone.body
        if labelled or (told and (told.extent != "part" or _in_bold(element))):
            return Heading(element, _beside_links(links, text), bool(links))
        return None

    def _by_place(self, element: HtmlElement, text: str) -> Heading | None:
        """A few words that stand over the links of several stories, as their heading: of pages
        that name none so.

        text: the element's own, all of it.
        """
        if (
            not (_MIN_PLACED <= len(text) <= _MAX_PLACED)
            or element.tag not in _PLACED
            or text[-1] in _ENDS
            or _COUNTS.search(text)
        ):
            return None
        zone = self._zones.of(element)
        if zone.body or zone.skip or zone.post_nav is not None:
            return None
        if any(True for _ in element.iter("img", "time", "li", "input", "button", "svg")):
            return None
        if sum(bool((node.text or "").strip()) for node in element.iter()) != 1:
            # Words in several parts are tabs, or links beside each other.
            return None
        link = next(element.iter("a"), None)
        if link is not None and not _leads_to(link, text):
            return None
        if not self._heads_several(element):
            return None
        told = match(text, self._language)
        if told and told.relation in ("previous", "next", "sponsored"):
            return None
        return Heading(element, text_of(element, 80), link is not None)

    def _heads_several(self, element: HtmlElement) -> bool:
        """Whether what follows an element holds the links of more than one story, and no second
        element made like it comes between."""
        first: str | None = None
        names, bold = element.get("class"), _in_bold(element)
        for sibling in islice(element.itersiblings(), 6):
            story = self._stories.get(sibling)
            alike = sibling.tag == element.tag and sibling.get("class") == names
            if alike and story not in (None, _MANY) and not bold:
                # One of a list, that happens to lead to no story.
                return False
            if story == _MANY or (first is not None and story not in (None, first)):
                return True
            if story is not None:
                first = story
            elif alike:
                return False
        return False

    def relation(
        self,
        card: HtmlElement,
        zone: Zone,
        heading: Heading | None,
        read: Card,
        topic: Relation | None = None,
    ) -> Relation:
        """How the stories of a block stand to the article.

        topic: what follows from what the heading names, where it says no relation.
        """
        told = match(heading.text, self._language) if heading else None
        hint = self._zones.of(card).hint
        # A word on a card may be the name of a section ("Opinion"); that it is paid for is sure.
        inner = read.relation if hint is None or read.relation == "sponsored" else hint
        relation = told.relation if told else inner
        if relation in ("previous", "next"):
            relation = None
        if zone.body:
            return "also_read" if relation in (None, "related") else relation
        if relation == "also_read" and (heading is not None or read.label is None):
            return "related"
        if relation is not None:
            return relation
        if topic == "related":
            return topic
        if heading is not None and heading.linked:
            return "latest"
        if self._in_ranking(card):
            return "popular"
        if topic is not None:
            return topic
        return "latest" if zone.aside or not zone.within else "related"

    def _in_ranking(self, card: HtmlElement) -> bool:
        node: HtmlElement | None = card
        for _ in range(4):
            if node is None:
                break
            if node.tag == "ol":
                return True
            node = node.getparent()
        return False

    def key(self, card: HtmlElement, heading: Heading | None) -> object:
        """The same for all cards of one block."""
        if heading is not None:
            return heading.element
        node: HtmlElement | None = card.getparent()
        while node is not None and self._stories.get(node) != _MANY:
            node = node.getparent()
        return node


def _holds_story(element: HtmlElement) -> bool:
    """Whether an element in the story's body holds paragraphs, as no card does."""
    told = (p for p in islice(element.iter("p"), _MAX_SIBLINGS) if len(p.text or "") >= _PROSE)
    return next(islice(told, 1, None), None) is not None


def _in_bold(element: HtmlElement) -> bool:
    """Whether all words of an element are set in bold type."""
    node = element
    while node.tag not in ("b", "strong"):
        if len(node) != 1 or (node.text or "").strip() or (node[0].tail or "").strip():
            return False
        node = node[0]
    return True


def _leads_to(link: HtmlElement, text: str) -> bool:
    """Whether a link leads where its words say: "Sport" to the folder of that name."""
    folder = comparable(text).replace(" ", "-")
    return bool(folder) and folder in (link.get("href") or "").lower().split("/")


def _beside_links(links: list[HtmlElement], shown: str) -> str:
    """A heading's own words, without those of links in it ("Latest news – see all"); of tabs the
    first, which is the one that is open."""
    if not links:
        return shown
    own = shown
    for link in links[:4]:
        own = own.replace(text_of(link, 40), "", 1)
    own = own.strip(" -–—|»>›:/·•")
    if len(own) >= 3:
        return own
    return (text_of(links[0], 40) or shown) if len(links) > 1 else shown
