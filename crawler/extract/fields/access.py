"""Whether a page has the whole story, or the beginning that everybody may read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

from cssselect import SelectorError
from lxml import etree
from lxml.html import HtmlElement

from crawler.extract.body import LONGEST_WALL, SHORT_TEXT
from crawler.extract.language import is_wall
from crawler.extract.page import Document, Structured, strings, text_of
from crawler.items import Claim
from crawler.text import count_words

_MATCHED, _CUT = 0.8, 0.6
"""Share of the words told that a whole text has at least, and a cut one at most."""
_LEAST_PART = 150
"""Characters; the part for subscribers is not there if it says less."""
_MAX_PARTS = 5
_LOCKED = frozenset({"locked", "metered"})
_MOST_TOLD = 10**7
"""Words of a text; a page can claim any number."""


def access(
    doc: Document, data: Structured, words: int, wall: HtmlElement | None, body: str
) -> Claim | None:
    """What the page says and shows of its text: "full", "teaser", or None where nothing tells; its
    source is what tells.

    words: those of the body. wall: the box that ends the text, if there is one.
    """
    if wall is not None:
        return Claim("teaser", "html:wall")
    free, by = _is_free(data)
    told = _told_words(data)
    matched = told is not None and words >= _MATCHED * told
    if free is False and not matched and _is_cut(doc, data, words, told, body):
        return Claim("teaser", by)
    if free:
        return Claim("full", by)
    return Claim("full", "json-ld:wordCount") if matched else None


def _is_free(data: Structured) -> tuple[bool | None, str]:
    """What the page says of the price of its story, and where; None where it says nothing."""
    by = "json-ld:isAccessibleForFree"
    value = data.story.get("isAccessibleForFree")
    if isinstance(value, bool):
        return value, by
    for text in strings(value):
        word = text.rpartition("/")[2].lower()
        if word in ("true", "false"):
            return word == "true", by
    tier = data.first_meta("article:content_tier")
    if tier is not None:
        return tier.text.lower() not in _LOCKED, tier.source
    return None, ""


def _told_words(data: Structured) -> int | None:
    value = data.story.get("wordCount")
    if isinstance(value, int) and not isinstance(value, bool):
        return value if 0 < value < _MOST_TOLD else None
    text = next(iter(strings(value)), "")
    return int(text) if text.isascii() and text.isdecimal() and 0 < len(text) < 7 else None


def _is_cut(doc: Document, data: Structured, words: int, told: int | None, body: str) -> bool:
    """Whether the text of a story that is not free is not all there."""
    if told is not None and words < _CUT * told:
        return True
    if body.endswith(("…", "...", "[…]", "[...]")):
        return True
    full = next(iter(strings(data.story.get("articleBody"))), "")
    if words < _CUT * count_words(full):
        return True
    if words > SHORT_TEXT:  # the names of parts are changed, and what says so is forgotten
        return False
    selectors = list(islice(_closed_parts(data), _MAX_PARTS))
    return bool(selectors) and all(_is_empty(doc, selector) for selector in selectors)


def _closed_parts(data: Structured) -> Iterator[str]:
    """The CSS selectors of the parts that the page says are not free."""
    parts = data.story.get("hasPart")
    for part in parts if isinstance(parts, list) else [parts]:
        if isinstance(part, Mapping):
            value = part.get("isAccessibleForFree")
            closed = value is False or [t.lower() for t in strings(value)] == ["false"]
            if closed:
                yield from (text for text in strings(part.get("cssSelector")) if len(text) < 200)


def _is_empty(doc: Document, selector: str) -> bool:
    """Whether no element of a selector holds a paragraph; a selector that cannot be read tells
    nothing."""
    try:
        found = [element.root for element in doc.selector.css(selector)[:20]]
    except (SelectorError, ValueError, etree.XPathError):
        return False
    return all(
        len(text) < _LEAST_PART or (len(text) <= LONGEST_WALL and is_wall(text))
        for text in (text_of(element) for element in found if isinstance(element, HtmlElement))
    )
