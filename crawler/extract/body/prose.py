"""What is running text: a sentence or more, and no label, caption or boilerplate."""

from __future__ import annotations

from lxml.html import HtmlElement

from crawler.extract.body.figures import is_caption
from crawler.extract.body.furniture import is_furniture
from crawler.extract.markup import elsewhere, names_of

_MUTE = frozenset({"script", "style", "noscript", "template", "a", "figcaption", "button"})
_LONG = 60
"""Characters of a text that can be the story's first paragraph."""


def is_prose(element: HtmlElement) -> bool:
    """Whether a long text stands right in an element, and is neither boilerplate nor a caption."""
    return prose_length(element) > 0


def prose_length(element: HtmlElement) -> int:
    """Characters that stand right in an element, if they are prose; else 0."""
    text = element.text
    if text is None or len(text) <= _LONG:
        return 0
    if not isinstance(element.tag, str) or element.tag in _MUTE:
        return 0
    length = len(" ".join(text.split()))
    if length <= _LONG or is_furniture(element) or is_caption(element, ()):
        return 0
    return 0 if names_of(element) and elsewhere(element) else length
