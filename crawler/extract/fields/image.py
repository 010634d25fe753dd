"""The lead image of a story."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from lxml.html import HtmlElement

from crawler.extract.body import captioned, figure_block, is_prose
from crawler.extract.page import Document, Structured, below, strings
from crawler.items import Block, Claim, Image

_SIZE = re.compile(r"[-_@]?(?:\d{2,4}x\d{2,4}|scaled|\dx|w\d{2,4}|\d{3,4}w)$")


def lead_image(
    doc: Document, data: Structured, blocks: Sequence[Block], heading: HtmlElement | None
) -> tuple[Image | None, Claim | None]:
    """The first of these: og:image, JSON-LD image, twitter:image, a figure beside the headline, the
    body's first figure.

    heading: the element of the headline, if the page shows it.
    """
    shown = list(_above_text(doc, heading))
    for claim, width, height, alt in _claims(data):
        url = doc.address(claim.text)
        if url is not None:
            caption = _caption(url, shown, blocks)
            return Image(url, "lead", alt, caption, width, height), claim
    for block in [*shown, *blocks]:
        if block.image is not None:
            found = block.image
            lead = Image(found.url, "lead", found.alt, found.caption, found.width, found.height)
            return lead, Claim(found.url, "html:figure")
    return None, None


def _caption(url: str, shown: Sequence[Block], blocks: Sequence[Block]) -> str | None:
    """The caption of the lead picture: of the figure with the same file, else of the one by the
    headline, for machines are often given another size or cut of it."""
    for block in [*shown, *blocks]:
        if block.image is not None and _file(block.image.url) == _file(url):
            return block.image.caption
    inside = {block.image.url for block in blocks if block.image is not None}
    beside = (b.image for b in shown if b.image is not None and b.image.url not in inside)
    return next((image.caption for image in beside if image.caption), None)


def _file(url: str) -> str:
    """What two sizes of a picture have in common in their addresses."""
    name = url.partition("?")[0].rstrip("/").rpartition("/")[2].lower()
    return _SIZE.sub("", name.rpartition(".")[0] or name) or url


def _above_text(doc: Document, heading: HtmlElement | None) -> Iterator[Block]:
    """Figures by the headline and between it and the first paragraph, in no other story's card."""
    yield from _beside(doc, heading)
    if heading is None:
        return
    above = set(heading.iterancestors())
    for element in below(heading, "figure", "div", "p"):
        if element.tag == "figure" or (element.tag == "div" and captioned(element)):
            holder = next(element.iterancestors("article", "aside", "nav", "li", "a"), None)
            block = figure_block(element, doc.address)
            if block is not None and (holder is None or holder in above):
                yield block
        elif element.tag == "p" and is_prose(element):
            return


def _beside(doc: Document, heading: HtmlElement | None) -> Iterator[Block]:
    """Figures that share a near ancestor with the headline and stand in no other story's card."""
    if heading is None:
        return
    for up in islice(heading.iterancestors(), 3):
        if up.tag in ("body", "html", "main"):
            return
        for figure in islice(up.iter("figure"), 3):
            holder = next(figure.iterancestors("article", "aside", "nav", "li", "a"), None)
            if holder is not None and holder is not up and up in holder.iterancestors():
                continue
            block = figure_block(figure, doc.address)
            if block is not None:
                yield block
                return


def _claims(data: Structured) -> list[tuple[Claim, int | None, int | None, str | None]]:
    found: list[tuple[Claim, int | None, int | None, str | None]] = []
    meta = data.first_meta("og:image", "og:image:url", "og:image:secure_url")
    if meta is not None:
        sizes = [
            _pixels(next(iter(data.meta.get(f"og:image:{side}", ())), None))
            for side in ("width", "height")
        ]
        alt = next(iter(data.meta.get("og:image:alt", ())), None)
        found.append((meta, sizes[0], sizes[1], alt))
    value = data.story.get("image")
    node = value[0] if isinstance(value, list) and value else value
    if isinstance(node, Mapping):
        texts = [*strings(node.get("url")), *strings(node.get("contentUrl"))]
        size = _pixels(node.get("width")), _pixels(node.get("height"))
        found += [(Claim(text, "json-ld:image"), *size, None) for text in texts[:1]]
    elif isinstance(node, str):
        found.append((Claim(node, "json-ld:image"), None, None, None))
    other = data.first_meta("twitter:image", "twitter:image:src", "thumbnail", "parsely-image-url")
    if other is not None:
        found.append((other, None, None, None))
    return found


def _pixels(value: Any) -> int | None:
    text = next(iter(strings(value)), "") if not isinstance(value, int) else str(value)
    text = text.strip().removesuffix("px").strip()
    return (
        int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 6 and int(text) else None
    )
