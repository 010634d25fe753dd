"""Rows of boxes that are alike: other stories' cards."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice

from lxml.html import HtmlElement

from crawler.extract.body.linked import is_numbered, is_picture, is_sentence, leads_away
from crawler.extract.page import is_longer, text_of
from crawler.urls import same_owner

_BOXES = frozenset({"div", "li", "article", "section", "td"})
_MAX_CLIMB = 5
_MAX_SIBLINGS = 4
_LEAST_ALIKE = 2
_LONGEST_CARD = 800
"""Characters; a longer box is a part of the story as often."""
_LEAST_HEADLINE = 12
_HEADINGS = ("h2", "h3", "h4", "h5", "h6")
_MAX_LINKS = 10
_MAX_HEADINGS = 3


class Cards:
    """Which texts of a page stand in one of a row of cards: boxes that are alike, each with a link
    to another story."""

    def __init__(self, url: str) -> None:
        """url: the page's own address."""
        self._url = url
        self._known: dict[HtmlElement, bool] = {}
        self._cards: dict[HtmlElement, bool] = {}
        self._kinds: set[tuple[str, str]] = set()
        """Tags and classes of cards: rows of two are no rows, but there are longer ones."""

    def hold(self, element: HtmlElement) -> bool:
        """Whether a text is a card's."""
        if element not in self._known:
            self._known[element] = self._look(element)
        return self._known[element] or any(
            (box.tag, box.get("class") or "") in self._kinds for box in _boxes(element)
        )

    def _look(self, element: HtmlElement) -> bool:
        for box in _boxes(element):
            beside = [other for other in _beside(box) if _is_alike(box, other)]
            if len(beside) < _LEAST_ALIKE or not self._is_card(box):
                continue
            cards = sum(map(self._is_card, beside))
            if cards >= _LEAST_ALIKE and cards > len(beside) // 2:
                if names := box.get("class"):
                    self._kinds.add((box.tag, names))
                return True
        return False

    def _is_card(self, box: HtmlElement) -> bool:
        """The same as `_leads_away`, asked of each box once: many texts stand in one row."""
        if box not in self._cards:
            self._cards[box] = self._leads_away(box)
        return self._cards[box]

    def _leads_away(self, box: HtmlElement) -> bool:
        """Whether a short box leads to another story of the site: by its headline, in a heading or
        before all other text, or by a link without words."""
        if is_longer(box, _LONGEST_CARD):
            return False
        text = text_of(box)
        if len(text) <= _LEAST_HEADLINE or is_numbered(text):
            return False
        names = [text_of(heading) for heading in islice(box.iter(*_HEADINGS), _MAX_HEADINGS)]
        for link in islice(box.iter("a"), _MAX_LINKS):
            href = link.get("href") or ""
            if not leads_away(link) or is_picture(href):
                continue
            if "//" in href and not same_owner(href, self._url):
                continue
            said = text_of(link)
            if not said:
                return True  # it lies over the whole card, or around its picture
            if len(said) >= _LEAST_HEADLINE and (
                any(name and (name in said or said in name) for name in names)
                or (text.find(said) <= _LEAST_HEADLINE and not is_sentence(said))
            ):
                return True
        return False


def _beside(box: HtmlElement) -> Iterator[HtmlElement]:
    for before in (True, False):
        yield from islice(box.itersiblings(box.tag, preceding=before), _MAX_SIBLINGS)


def _is_alike(box: HtmlElement, other: HtmlElement) -> bool:
    """Whether two boxes have a class in common, or none."""
    mine, its = box.get("class"), other.get("class")
    if mine is None or its is None:
        return mine is its
    return mine == its or not set(mine.split()).isdisjoint(its.split())


def _boxes(element: HtmlElement) -> Iterator[HtmlElement]:
    for box in chain((element,), islice(element.iterancestors(), _MAX_CLIMB)):
        if box.tag in ("body", "html", "main"):
            break
        if box.tag in _BOXES:
            yield box
