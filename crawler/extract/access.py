"""Whether a page has the whole story, or the beginning that everybody may read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

from cssselect import SelectorError
from lxml import etree
from lxml.html import HtmlElement

from crawler.extract.boilerplate import is_hidden
from crawler.extract.document import Document, text_of
from crawler.extract.heading_place import is_prose
from crawler.extract.phrases import calls, is_wall, tells_to_read_on
from crawler.extract.structured import Structured, strings
from crawler.items import Access
from crawler.text import count_words

_BOXES = (
    "div", "section", "aside", "p", "form", "span", "h2", "h3", "h4", "strong", "b", "em", "a",
    "label", "button",
)  # fmt: skip
_LEAST = 4
_LONGEST = 700
"""Characters of a wall."""
SHORT = 400
"""Words; behind a wall stands more than the page shows before it, and that is little."""
_MATCHED, _CUT = 0.8, 0.6
"""Share of the words told that a whole text has at least, and a cut one at most."""
_LEAST_PART = 150
"""Characters; the part for subscribers is not there if it says less."""
_MAX_ELEMENTS = 6_000
_MAX_PARTS = 5
_LOCKED = frozenset({"locked", "metered"})


_MOST_TOLD = 10**7
"""Words of a text; a page can claim any number."""


def access(
    doc: Document, data: Structured, words: int, wall: HtmlElement | None, body: str
) -> Access | None:
    """What the page says and shows of its text: "full", "teaser", or None where nothing tells.

    words: those of the body. wall: the box that ends the text, if there is one.
    """
    if wall is not None:
        return "teaser"
    free = _is_free(data)
    told = _told_words(data)
    matched = told is not None and words >= _MATCHED * told
    if free is False and not matched and _is_cut(doc, data, words, told, body):
        return "teaser"
    return "full" if free or matched else None


def wall_after(scope: HtmlElement, container: HtmlElement) -> HtmlElement | None:
    """The box that asks to subscribe or to log in to read on, where nothing of the story follows.

    scope: the part of the page that is about the story. container: the element of its text.
    """
    found: HtmlElement | None = None
    begun = False
    for element in islice(scope.iter(*_BOXES), _MAX_ELEMENTS):
        if found is not None:
            if found not in element.iterancestors() and _goes_on(element, container):
                found = None
        elif begun and (wall := _wall_around(element)) is not None:
            found = _whole(wall, container)
        begun = begun or _goes_on(element, container)
    return found


def _wall_around(element: HtmlElement) -> HtmlElement | None:
    """The element of a wall that a piece of text in it tells of; None if it is none."""
    text = element.text
    if text is None or not _LEAST <= len(text) <= _LONGEST or not tells_to_read_on(text):
        return None
    for up in (element, *islice(element.iterancestors(), 3)):
        whole = text_of(up)
        if len(whole) > _LONGEST:
            return None
        if is_wall(whole):
            return None if is_hidden(up) else up
    return None


def _whole(element: HtmlElement, container: HtmlElement) -> HtmlElement:
    """The outermost element that holds no more than the wall."""
    around = {container, *container.iterancestors()}
    for up in islice(element.iterancestors(), 6):
        if up in around or len(text_of(up)) > _LONGEST or up.tag in ("article", "main", "body"):
            break
        element = up
    return element


def _goes_on(element: HtmlElement, container: HtmlElement) -> bool:
    """Whether an element is a paragraph of the story."""
    if element.tag not in ("p", "div") or not is_prose(element) or calls(element.text or "") > 1:
        return False
    return container in element.iterancestors() or element is container


def _is_free(data: Structured) -> bool | None:
    """What the page says of the price of its story; None where it says nothing."""
    value = data.story.get("isAccessibleForFree")
    if isinstance(value, bool):
        return value
    for text in strings(value):
        word = text.rpartition("/")[2].lower()
        if word in ("true", "false"):
            return word == "true"
    tier = data.first_meta("article:content_tier")
    if tier is not None:
        return tier.text.lower() not in _LOCKED
    return None


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
    if words > SHORT:  # the names of parts are changed, and what says so is forgotten
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
        len(text) < _LEAST_PART or (len(text) <= _LONGEST and is_wall(text))
        for text in (text_of(element) for element in found if isinstance(element, HtmlElement))
    )
