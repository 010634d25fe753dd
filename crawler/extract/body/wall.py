"""Where a text ends before a wall: the box that asks to subscribe or to log in to read on."""

from __future__ import annotations

from itertools import islice

from lxml.html import HtmlElement

from crawler.extract.body.furniture import is_furniture
from crawler.extract.body.prose import is_prose
from crawler.extract.language import calls, is_wall, tells_to_read_on
from crawler.extract.markup import is_hidden
from crawler.extract.page import SENTENCE_ENDS, text_of

_BOXES = (
    "div", "section", "aside", "p", "form", "span", "h2", "h3", "h4", "strong", "b", "em", "a",
    "label", "button",
)  # fmt: skip
_LEAST = 4
LONGEST_WALL = 700
"""Characters of a wall."""
SHORT_TEXT = 400
"""Words; behind a wall stands more than the page shows before it, and that is little."""
_MAX_ELEMENTS = 6_000
_SENTENCE = 20
"""Characters of a short one."""


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
        begun = begun or _begins(element, container)
    return found


def _wall_around(element: HtmlElement) -> HtmlElement | None:
    """The element of a wall that a piece of text in it tells of; None if it is none."""
    text = element.text
    if text is None or not _LEAST <= len(text) <= LONGEST_WALL or not tells_to_read_on(text):
        return None
    for up in (element, *islice(element.iterancestors(), 3)):
        whole = text_of(up)
        if len(whole) > LONGEST_WALL:
            return None
        if is_wall(whole):
            return None if is_hidden(up) else up
    return None


def _whole(element: HtmlElement, container: HtmlElement) -> HtmlElement:
    """The outermost element that holds no more than the wall."""
    around = {container, *container.iterancestors()}
    for up in islice(element.iterancestors(), 6):
        if up in around or len(text_of(up)) > LONGEST_WALL or up.tag in ("article", "main", "body"):
            break
        element = up
    return element


def _begins(element: HtmlElement, container: HtmlElement) -> bool:
    """Whether an element is a paragraph of the story, or a sentence of it: before a wall there is
    often no more."""
    if _goes_on(element, container):
        return True
    text = (element.text or "").strip()
    return (
        element.tag == "p"
        and len(text) >= _SENTENCE
        and text.endswith(SENTENCE_ENDS)
        and not calls(text)
        and (container in element.iterancestors() or element is container)
        and not is_furniture(element)
    )


def _goes_on(element: HtmlElement, container: HtmlElement) -> bool:
    """Whether an element is a paragraph of the story."""
    if element.tag not in ("p", "div") or not is_prose(element) or calls(element.text or "") > 1:
        return False
    return container in element.iterancestors() or element is container
