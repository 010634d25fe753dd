"""Where else a body can come from, when the first reading of the page fails its sanity check."""

from __future__ import annotations

import re
from itertools import islice

from lxml.html import HtmlElement

from crawler.extract.body.furniture import is_furniture
from crawler.extract.markup import named_story, names_of
from crawler.extract.page import Document, Structured, text_of
from crawler.items import Block

_TAG = re.compile(r"<[^<>]{1,500}>")
_PARAGRAPH = re.compile(r"\n\s*\n|\r?\n|</p>|<br\s*/?>\s*<br\s*/?>", re.IGNORECASE)
_SPECIAL = re.compile(r"([\\`*_\[\]<>#])")
_LEAST = 400
_MAX_CANDIDATES = 200


def named_container(doc: Document) -> HtmlElement | None:
    """The element that is named as the story and holds most text, for pages of short lines; None if
    there is none."""
    best: tuple[int, HtmlElement] | None = None
    looked_at = 0
    for element in islice(doc.root.iter("div", "section", "article"), 5_000):
        names = names_of(element)
        named = element.get("itemprop") == "articleBody" or (names and named_story(names))
        if not named or is_furniture(element):
            continue
        looked_at += 1
        if looked_at > _MAX_CANDIDATES:
            break
        size = min(len(text_of(element)), 100_000)
        if best is None or size > best[0]:
            best = (size, element)
    return best[1] if best is not None and best[0] >= 40 else None


def told_body(data: Structured, body: str) -> tuple[Block, ...]:
    """JSON-LD's articleBody as blocks, where it says much that the page's text does not; () where
    the page's text is to be believed.

    body: the text found in the page.
    """
    told = data.story.get("articleBody")
    if not isinstance(told, str) or len(told) < _LEAST or len(told) < 2 * len(body):
        return ()
    pieces = (" ".join(_TAG.sub(" ", piece).split()) for piece in _PARAGRAPH.split(told))
    texts = [piece for piece in pieces if piece]
    return tuple(Block("paragraph", text, _SPECIAL.sub(r"\\\1", text)) for text in texts)
