"""Pictures inside a body, with their captions."""

from __future__ import annotations

from collections.abc import Callable, Container

from lxml.html import HtmlElement

from crawler.extract.boilerplate import names_of
from crawler.extract.document import text_of
from crawler.extract.markdown import escaped, target
from crawler.extract.names import Meaning, meanings
from crawler.items import Block, Image

_SOURCES = ("src", "data-src", "data-lazy-src", "data-original")
_LEAST_WIDTH, _LEAST_HEIGHT = 80, 60
"""Pixels; smaller pictures are icons and counters."""


def figure_block(element: HtmlElement, address: Callable[[str], str | None]) -> Block | None:
    """A <figure> as a block: its first picture with the text of its captions."""
    caption = " ".join(filter(None, map(text_of, element.iter("figcaption")))) or None
    for img in element.iter("img"):
        block = picture_block(img, address, caption)
        if block is not None:
            return block
    return None


def picture_block(
    element: HtmlElement, address: Callable[[str], str | None], caption: str | None = None
) -> Block | None:
    """An <img> as a block; None where it has no address or is no more than an icon.

    address: makes a link absolute. The picture's own address may wait in a data attribute.
    """
    sources = ((element.get(name) or "").strip() for name in _SOURCES)
    source = next((s for s in sources if s and not s.startswith("data:")), None)
    url = address(source) if source else None
    width, height = _pixels(element.get("width")), _pixels(element.get("height"))
    if url is None or (width or _LEAST_WIDTH) < _LEAST_WIDTH:
        return None
    if (height or _LEAST_HEIGHT) < _LEAST_HEIGHT:
        return None
    alt = " ".join((element.get("alt") or "").split()) or None
    markdown = f"![{escaped(alt or '')}]({target(url)})"
    if caption:
        markdown += f"\n\n*{escaped(caption)}*"
    image = Image(url, "body", alt, caption, width, height)
    return Block("figure", caption or "", markdown, image=image)


def _pixels(value: str | None) -> int | None:
    text = (value or "").strip().removesuffix("px")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None


def is_caption(element: HtmlElement, above: Container[HtmlElement]) -> bool:
    """Whether an element tells of a picture beside it, or names its photographer.

    above: elements around the story, beyond which there are pictures of other things.
    """
    if meanings(names_of(element)) & Meaning.CAPTION:
        return True
    length = len(text_of(element))
    at = element.getparent()
    for _ in range(3):
        if at is None or at in above:
            return False
        if at.tag in ("figure", "figcaption"):
            return True
        if next(at.iter("img"), None) is not None:
            return len(text_of(at)) < 2 * length
        at = at.getparent()
    return False
