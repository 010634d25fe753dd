"""Dates that are another's by where they stand: in a row of parts built alike (readers' comments,
cards, timetables), beside another story's headline, below a picture.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from lxml.html import HtmlElement

from crawler.extract.dates.ago import said_ago
from crawler.extract.dates.text import dates_in, has_date
from crawler.text import line_words
from crawler.urls import segments

_CLIMB = 5
"""Steps up from a date to the part that it belongs to."""
_PARTS = 4
"""Parts on either side of one that are looked at."""
_TEXTS = 60
"""Pieces of text of a part that are looked at."""
_LONGEST = 80
"""Characters of a text that tells a part's date."""
_CARD = 400
"""Characters of a card with another story's headline; what has more is a story."""
_HEADLINE = 5
"""Words of a link that is another story's headline; in a heading it is one with fewer."""
_IN_HEADING = 3
_LETTERS = 60
"""Letters of a part that says more than its date: two such items are a row, or three others."""
_STORY_ADDRESS = re.compile(r"\d|[^/?#]{16}")
"""A number, or a name as long as a headline makes it; sections and authors have short ones."""
_LISTS = segments.TOPICS | segments.PEOPLE | segments.ARCHIVES
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_STORY = 300
"""Characters of text that is a story, however short."""
_BETWEEN = 200
"""Elements between a headline and a row that are looked at."""
_ITEMS = frozenset({"li", "tr", "article", "dd"})
_STOPS = frozenset({"body", "html", "main"})
_PICTURES = frozenset({"figure", "figcaption"})


def of_another(element: HtmlElement, near: HtmlElement | None) -> bool:
    """Whether the date in an element is one of a row's, another story's or a picture's.

    near: the headline's element; what holds it is the story's own. Without one, rows are of the
    page: the newest of a list of stories.
    """
    above = () if near is None else {near, *near.iterancestors()}
    at = element
    for _ in range(_CLIMB):
        if at in above or at.tag in _STOPS:
            return False
        if at.tag in _PICTURES or _names_a_story(at, element):
            return True
        if near is not None and _in_row(at):
            return _is_parted(at, near)
        parent = at.getparent()
        if parent is None:
            return False
        at = parent
    return False


def _names_a_story(part: HtmlElement, element: HtmlElement) -> bool:
    """Whether a small part of a page has a link that is another story's headline: not the one
    around the date, nor what the page itself is called."""
    links = list(islice(part.iter("a"), 4))
    if not links or _length(part) > _CARD:
        return False
    title: str | None = None
    for link in links:
        if not link.get("href", "").lstrip("#") or _holds(link, element):
            continue
        text = " ".join(" ".join(link.itertext()).split())
        parent = link.getparent()
        in_heading = parent is not None and parent.tag in _HEADINGS
        if line_words(text) < (_IN_HEADING if in_heading else _HEADLINE):
            continue
        if not in_heading and not _may_lead_to_story(link.get("href", "")):
            continue
        if title is None:
            title = " ".join((part.getroottree().findtext(".//title") or "").split()).casefold()
        if text.casefold() not in title:
            return True
    return False


def _may_lead_to_story(href: str) -> bool:
    """Whether an address may be a story's: not one of a section, a topic, a person."""
    if _STORY_ADDRESS.search(href) is None:
        return False
    folders = href.lower().partition("?")[0].split("/")
    return _LISTS.isdisjoint(folders)


def _holds(part: HtmlElement, element: HtmlElement) -> bool:
    return part is element or any(up is part for up in islice(element.iterancestors(), _CLIMB))


def _in_row(part: HtmlElement) -> bool:
    """Whether others beside a part are built as it is, each with a date."""
    if not len(part) and part.tag not in _ITEMS:
        return False  # a paragraph, a line
    least = 1 if part.tag in _ITEMS and _length(part) > _LETTERS else 2
    return sum(1 for _ in islice(filter(_is_dated, _alike(part)), least)) == least


def _is_parted(part: HtmlElement, near: HtmlElement) -> bool:
    """Whether a story stands between the headline and a part, or the part before the headline: a
    list of stories and a thread of a forum begin right below what they are called."""
    around = {part, *part.iterancestors()}
    length = 0
    at = near
    while (parent := at.getparent()) is not None:
        for sibling in islice(at.itersiblings("*"), _BETWEEN):
            branch = sibling
            while branch in around:
                if branch is part:
                    return length > _STORY
                inner = None
                for child in branch.iterchildren("*"):
                    if child in around:
                        inner = child
                        break
                    length += _length(child)
                if inner is None:
                    return True
                branch = inner
            length += _length(sibling)
            if length > _STORY:
                return True
        at = parent
    return True


def _alike(part: HtmlElement) -> Iterator[HtmlElement]:
    name = part.get("class")
    for preceding in (True, False):
        for other in islice(part.itersiblings(part.tag, preceding=preceding), _PARTS):
            if other.get("class") == name:
                yield other


def _is_dated(part: HtmlElement) -> bool:
    return any(
        len(text) < 4 * _LONGEST
        and len(plain := " ".join(text.split())) <= _LONGEST
        and plain
        and (next(dates_in(plain), None) is not None if has_date(plain) else said_ago(plain))
        for text in islice(part.itertext(), _TEXTS)
    )


def _length(part: HtmlElement) -> int:
    """Characters of a part's text, up to more than a card has."""
    length = 0
    for text in part.itertext():
        length += len(text.strip())
        if length > _CARD:
            break
    return length
