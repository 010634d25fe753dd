"""The lead image of a story."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from lxml.html import HtmlElement

from crawler.extract.body import PICTURES, captioned, figure_block, is_prose, picture_block
from crawler.extract.fields.stand_in import is_stand_in
from crawler.extract.markup import is_noise
from crawler.extract.page import Document, Structured, below, strings
from crawler.items import Block, Claim, Image

_SIZE = re.compile(r"[-_@]?(?:\d{2,4}x\d{2,4}|scaled|\dx|w\d{2,4}|\d{3,4}w)$")
_BACKGROUND = re.compile(
    r"background(?:-image)?\s*:[^;]{0,200}?url\(([^()]{1,1000})\)", re.IGNORECASE
)
_PHOTOGRAPH = re.compile(r"\.(?:jpe?g|webp|avif)\b|/(?:jpe?g|webp|avif)\b", re.IGNORECASE)
_LEAST_WIDTH = 300
"""Pixels."""
_MAX_CLIMB = 3
_MAX_LOOKS = 20
_LONGEST_STYLE = 2_000


def lead_image(
    doc: Document,
    data: Structured,
    blocks: Sequence[Block],
    heading: HtmlElement | None,
    of_no_story: Container[str] = (),
) -> tuple[Image | None, Claim | None]:
    """The first of these: og:image, JSON-LD image, twitter:image, a figure beside the headline, the
    body's first figure, the background of the headline. A picture that stands in for those that
    have none comes last.

    heading: the element of the headline, if the page shows it. of_no_story: addresses of pictures
    that the site is known to show in place of one.
    """
    shown = list(_above_text(doc, heading))
    stand_in: tuple[Image, Claim] | None = None
    for claim, width, height, alt in _claims(data):
        url = doc.address(claim.text)
        if url is None or url in of_no_story:
            continue
        found = Image(url, "lead", alt, _caption(url, shown, blocks), width, height), claim
        if not is_stand_in(url, doc.url):
            return found
        stand_in = stand_in or found
    for block in [*shown, *blocks]:
        image = block.image
        if image is None or image.url in of_no_story:
            continue
        if not is_stand_in(image.url, doc.url):
            lead = Image(image.url, "lead", image.alt, image.caption, image.width, image.height)
            return lead, Claim(image.url, "html:figure")
    url = _background(doc, heading)
    if url is not None and url not in of_no_story:
        return Image(url, "lead"), Claim(url, "html:background")
    return stand_in or (None, None)


def _background(doc: Document, heading: HtmlElement | None) -> str | None:
    """The picture that the headline is laid over, or that lies in a box right beside it."""
    at = heading
    for _ in range(_MAX_CLIMB):
        if at is None or at.tag in ("body", "html", "main"):
            break
        beside = (each for each in (at, at.getprevious(), at.getnext()) if each is not None)
        for box in beside:
            if box is not at and next(box.iter("p"), None) is not None:
                continue
            for element in islice(
                box.iter("div", "section", "header", "span", "figure"), _MAX_LOOKS
            ):
                style = element.get("style")
                found = _BACKGROUND.search(style[:_LONGEST_STYLE]) if style else None
                url = doc.address(found[1].strip("\"' ")) if found is not None else None
                if url is not None and not is_stand_in(url, doc.url) and not _in_card(element, box):
                    return url
        at = at.getparent()
    return None


def _is_plain(img: HtmlElement, above: Container[HtmlElement]) -> bool:
    """Whether a picture stands in no figure, no other story's card and nothing that is named for
    something else, as a byline is. above: the headline's ancestors."""
    for up in img.iterancestors():
        if up in above:
            return True
        if up.tag in ("figure", "article", "aside", "nav", "li", "a") or is_noise(up):
            return False
    return False


def _is_photograph(image: Image) -> bool:
    """Whether a picture is one by its width or by the kind of its file: icons are often drawn."""
    return (image.width or 0) >= _LEAST_WIDTH or _PHOTOGRAPH.search(image.url) is not None


def _in_card(element: HtmlElement, box: HtmlElement) -> bool:
    """Whether an element in a box is in a link, or a part of the page that is about others."""
    for up in (element, *element.iterancestors()):
        if up.tag in ("a", "aside", "nav", "li", "footer"):
            return True
        if up is box:
            break
    return False


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
    for element in below(heading, "figure", "div", "p", *PICTURES):
        if element.tag in PICTURES:
            block = picture_block(element, doc.address) if _is_plain(element, above) else None
            if block is not None and block.image is not None and _is_photograph(block.image):
                yield block
            continue
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
