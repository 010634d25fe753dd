"""Boxes between the paragraphs of a story, by whatever name: they want something of the reader, or
lead to other stories.
"""

from __future__ import annotations

import re
from itertools import islice

from lxml.html import HtmlElement

from crawler.extract.language import calls, is_appeal
from crawler.extract.markup import names_of
from crawler.extract.page import text_of
from crawler.urls import segments

_BOXES = frozenset({"div", "section", "center"})
_LONGEST = 500
"""Characters; a longer box is a part of the story, or is judged by its name."""
_MIN_CALLS = 2
_LONGEST_TICKER = 250
_TICKS = re.compile(r"ticker|counter|clock|market|stock|view|reading|live|count", re.IGNORECASE)
"""What a name says of numbers that move on by themselves."""
_PARTS = ("p", "h2", "h3", "h4", "h5", "h6", "span", "strong", "div")
_PRESSED = ("form", "input", "button", "select", "audio", "video")
_SIGN_UP = segments.NEWSLETTERS | segments.SUBSCRIBE
_LONGEST_HREF = 200
_PARTS_OF_BOX = frozenset({"h2", "h3", "h4", "h5", "h6", "p", "div"})
_MOST_ASKED = 8
"""Fields and links of a box; what has more is a part of the page."""
_MAIL_FIELDS = frozenset({"email", "e-mail", "mail"})
_LONGEST_PRESSED = 200
"""Characters around something to press, at the beginning or the end of a text: a player, a form."""


def is_box(element: HtmlElement) -> bool:
    """Whether an element is a small box between paragraphs that is not the story.

    One that has something to press or to fill in, or says two things that boxes say, or one beside
    a link; one that is mostly links.
    """
    if element.tag not in _BOXES:
        return False
    if not _is_between(element):
        return _is_beside(element) and _is_pressed(element, _LONGEST_PRESSED)
    text = text_of(element)
    if not text or len(text) > _LONGEST or next(element.iter("img", "figure"), None) is not None:
        return False
    if len(text) <= _LONGEST_TICKER and _TICKS.search(names_of(element)):
        return any(map(str.isdecimal, text))
    linked = [text_of(a) for a in element.iter("a")]
    if sum(map(len, linked)) > 0.5 * len(text):
        return True
    if _is_pressed(element, _LONGEST):
        return True
    if linked and any(map(_leads_to_sign_up, element.iter("a"))):
        return True
    found = calls(text)
    if found >= _MIN_CALLS or (found and linked):
        return True
    return any(is_appeal(text_of(part)) for part in element.iter(*_PARTS))


def is_sign_up(element: HtmlElement) -> bool:
    """Whether an element is a box that asks for a mail address or leads to where readers subscribe,
    wherever it stands."""
    asks = any(
        field.get("type") == "email" or (field.get("name") or "").lower() in _MAIL_FIELDS
        for field in islice(element.iter("input"), _MOST_ASKED)
    )
    if not asks:
        asks = _has_blocks(element) and any(
            map(_leads_to_sign_up, islice(element.iter("a"), _MOST_ASKED))
        )
    return asks and len(text_of(element)) <= _LONGEST


def _has_blocks(element: HtmlElement) -> bool:
    """Whether an element is parted into a heading and paragraphs, and no paragraph itself."""
    return any(child.tag in _PARTS_OF_BOX for child in element)


def _leads_to_sign_up(link: HtmlElement) -> bool:
    """Whether an address says that readers subscribe there."""
    parts = (link.get("href") or "")[:_LONGEST_HREF].lower().partition("?")[0].split("/")
    return not _SIGN_UP.isdisjoint(parts)


def _is_pressed(element: HtmlElement, longest: int) -> bool:
    """Whether an element is a little text around something to press, to fill in or to play."""
    pressed = next(element.iter(*_PRESSED), None) is not None
    return pressed and len(text_of(element)) <= longest


def _is_beside(element: HtmlElement) -> bool:
    """Whether a paragraph stands right before or behind an element."""
    return _is_paragraph(element.getprevious()) or _is_paragraph(element.getnext())


def _is_between(element: HtmlElement) -> bool:
    """Whether paragraphs stand before and behind an element, right beside it."""
    before, behind = element.getprevious(), element.getnext()
    return _is_paragraph(before) and _is_paragraph(behind)


def _is_paragraph(element: HtmlElement | None) -> bool:
    return element is not None and element.tag in ("p", "h2", "h3", "blockquote")
