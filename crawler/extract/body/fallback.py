"""Where else a body can come from, when the first reading of the page fails its sanity check."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from itertools import islice

from lxml.html import HtmlElement

from crawler.errors import PageError
from crawler.extract.body.blocks import read_blocks
from crawler.extract.body.container import story_place
from crawler.extract.body.furniture import is_furniture
from crawler.extract.markup import named_story, names_of
from crawler.extract.page import Document, Structured, text_of
from crawler.items import Block

_TAG = re.compile(r"<[^<>]{1,500}>")
_PARAGRAPH = re.compile(r"\n\s*\n|\r?\n|</p>|<br\s*/?>\s*<br\s*/?>", re.IGNORECASE)
_SPECIAL = re.compile(r"([\\`*_\[\]<>#])")
_LEAST = 60
"""Characters."""
_MAX_CANDIDATES = 200
_TEMPLATE = re.compile(r"template|html|handlebars|mustache|tmpl", re.IGNORECASE)
"""What a script's type says that holds markup."""
_PROSE = 200
"""Characters of a story that waits in a template."""
_LONGEST = 1_000_000


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


def waiting_blocks(doc: Document) -> tuple[Block, ...]:
    """The story in a template that a script would show, or in what readers without scripts see; ()
    where none holds one."""
    found = max(_waiting(doc), key=_length, default=())
    return found if _length(found) >= _PROSE else ()


def _waiting(doc: Document) -> Iterator[tuple[Block, ...]]:
    for element in islice(doc.root.iter("template", "noscript"), _MAX_CANDIDATES):
        if element.find(".//p") is not None:
            yield read_blocks(element, doc.address, {element})
    for script in doc.tags["script"][:_MAX_CANDIDATES]:
        text = script.text or ""
        if (
            "<p" not in text
            or len(text) > _LONGEST
            or not _TEMPLATE.search(script.get("type") or "")
        ):
            continue
        try:
            inner = Document(f"<html><body>{text}</body></html>".encode(), doc.url)
        except PageError:
            continue
        if (place := story_place(inner)) is not None:
            yield read_blocks(place.container, doc.address, place.kept)


def _length(blocks: tuple[Block, ...]) -> int:
    return sum(len(block.text) for block in blocks if block.type == "paragraph")


def told_body(data: Structured, body: str) -> tuple[Block, ...]:
    """JSON-LD's articleBody as blocks, where it says much that the page's text does not; () where
    the page's text is to be believed.

    body: the text found in the page.
    """
    told = data.story.get("articleBody")
    if not isinstance(told, str) or len(told) < _LEAST or len(told) < 2 * len(body):
        return ()
    if "&lt;" in told:
        told = unescape(told)
    pieces = (" ".join(_TAG.sub(" ", piece).split()) for piece in _PARAGRAPH.split(told))
    texts = [piece for piece in pieces if piece]
    return tuple(Block("paragraph", text, _SPECIAL.sub(r"\\\1", text)) for text in texts)
