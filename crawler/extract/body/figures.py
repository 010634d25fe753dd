"""Pictures inside a body, with their captions."""

from __future__ import annotations

from collections.abc import Callable, Container
from itertools import islice

from lxml.html import HtmlElement

from crawler.extract.body.furniture import ends_sentence
from crawler.extract.body.markdown import escaped, target
from crawler.extract.body.pictures import PICTURES, picture_source
from crawler.extract.language import pattern
from crawler.extract.markup import Meaning, meanings, names_of
from crawler.extract.page import is_longer, spaced_text, text_of
from crawler.items import Block, Image

_UNREAD = frozenset({"script", "style", "noscript", "button", "svg", "template", "video", "audio"})
_MAX_PARTS = 60
_CAPTION = int(Meaning.CAPTION)
_CAPTIONED = int(Meaning.CAPTION | Meaning.NOISE)
_LEAST_CAPTION, _LONGEST_CAPTION = 8, 600
"""Characters."""
_LONGEST_IN_LINE, _LONGEST_UNSIGNED = 300, 160
"""Characters of one in a paragraph with its picture, and of one that names nobody who took it."""
_OPENS = frozenset({"img", "a", "picture", "span", "amp-img"})
_EMPHASES = frozenset({"em", "i", "small", "sub", "font"})
_HOLD_PICTURES = frozenset({*PICTURES, "figure", "picture", "a", "div", "span"})
_LINES = frozenset({"p", "div", "span", "em", "i", "small"})
_IN_LINE = frozenset({"span", "em", "i", "small", "cite"})
_MOST_IN_BOX = 3
"""Elements."""
_CREDITED = r"(?:^|[\s.(])<bylines.other_credit>\s*[:：]"
_LEAST_WIDTH, _LEAST_HEIGHT = 80, 60
"""Pixels; smaller pictures are icons and counters."""


def figure_block(element: HtmlElement, address: Callable[[str], str | None]) -> Block | None:
    """A <figure>, or another element around a picture and its caption, as a block: its first
    picture with the text of its captions."""
    caption = _captions(element)
    for img in element.iter(*PICTURES):
        block = picture_block(img, address, caption)
        if block is not None:
            return block
    return None


def captioned(element: HtmlElement) -> bool:
    """Whether an element that is named a caption holds the picture, too (`wp-caption`)."""
    names = names_of(element)
    if not names or meanings(names) & _CAPTIONED != _CAPTIONED:  # `no-caption` is none
        return False
    holds = next(element.iter(*PICTURES), None) is not None
    return holds and len(text_of(element)) <= _LONGEST_CAPTION


def captioned_beside(box: HtmlElement) -> bool:
    """Whether a box is no more than a picture and a line behind it that is no sentence, or names
    who took the picture: its caption, whatever it is called."""
    if not 2 <= len(box) <= _MOST_IN_BOX or (box.text and not box.text.isspace()):
        return False
    first = box[0]
    if first.tag not in _HOLD_PICTURES or (
        first.tag not in PICTURES and next(first.iter(*PICTURES), None) is None
    ):
        return False
    said = [part for part in box if text_of(part) or (part.tail and not part.tail.isspace())]
    if len(said) != 1 or said[0] is first or (said[0].tail and not said[0].tail.isspace()):
        return False
    if said[0].tag not in _LINES or any(
        part.tag not in _IN_LINE for part in said[0].iter() if part is not said[0]
    ):
        return False
    text = text_of(said[0])
    if not _LEAST_CAPTION <= len(text) <= _LONGEST_IN_LINE:
        return False
    if pattern(_CREDITED).search(text) is not None:
        return True
    return len(text) <= _LONGEST_UNSIGNED and not ends_sentence(text)


def captioned_in_line(paragraph: HtmlElement) -> bool:
    """Whether a paragraph is a picture with its caption below: all its words are emphasised, or in
    small print, and stand behind the picture."""
    first = paragraph[0]
    if first.tag not in _OPENS or next(first.iter(*PICTURES), None) is None or text_of(first):
        return False
    words = None
    for part in paragraph:
        if part.tail and not part.tail.isspace():
            return False
        if part is first or part.tag == "br":
            continue
        if words is not None or part.tag not in _EMPHASES:
            return False
        words = text_of(part)
    length = len(words or "")
    return _LEAST_CAPTION <= length <= _LONGEST_IN_LINE and not (paragraph.text or "").strip()


def _captions(element: HtmlElement) -> str | None:
    """The captions in a figure: what is marked as one, else all that it says, if that is short."""
    found = list(element.iter("figcaption")) or [
        part
        for part in islice(element.iterdescendants(), _MAX_PARTS)
        if isinstance(part.tag, str) and meanings(names_of(part)) & _CAPTION
    ]
    outer = [e for e in found if not any(up in found for up in e.iterancestors())]
    text = " ".join(filter(None, map(spaced_text, outer)))
    if not text and (element.tag in ("figure", "p") or captioned_beside(element)):
        text = _text_beside_pictures(element)
    return text or None


def _text_beside_pictures(figure: HtmlElement) -> str:
    """What a figure without a marked caption says; "" if that is nothing or too much."""
    parts = [
        text
        for part in islice(figure.iter(), _MAX_PARTS)
        for text in (
            part.text if isinstance(part.tag, str) and part.tag not in _UNREAD else None,
            part.tail if part is not figure else None,
        )
        if text is not None and not text.isspace()
    ]
    text = " ".join(" ".join(parts).split())
    return text if _LEAST_CAPTION <= len(text) <= _LONGEST_CAPTION else ""


def caption_below(img: HtmlElement) -> str | None:
    """The caption that follows a picture that stands in no figure; None if none does."""
    at = next(img.iterancestors("picture", "noscript"), img)
    for _ in range(4):
        behind = at.getnext()
        if behind is not None:
            marked = behind.tag == "figcaption" or meanings(names_of(behind)) & _CAPTION
            return spaced_text(behind) or None if marked else None
        up = at.getparent()
        if up is None or up.tag in ("body", "article", "main", "li") or text_of(up):
            return None
        at = up
    return None


def waiting_picture(noscript: HtmlElement) -> HtmlElement | None:
    """The picture that readers without scripts see in the place of one that has no address yet."""
    before = noscript.getprevious()
    if before is None or before.tag not in PICTURES or picture_source(before) is not None:
        return None
    return next(noscript.iter(*PICTURES), None)


def picture_block(
    element: HtmlElement, address: Callable[[str], str | None], caption: str | None = None
) -> Block | None:
    """An <img> as a block; None where it has no address or is no more than an icon.

    address: makes a link absolute.
    """
    source = picture_source(element)
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
    if meanings(names_of(element)) & _CAPTION:
        return True
    at = element.getparent()
    for _ in range(3):
        if at is None or at in above:
            return False
        if at.tag in ("figure", "figcaption"):
            return True
        if next(at.iter(*PICTURES), None) is not None:
            return not is_longer(at, 2 * len(text_of(element)) - 1)
        at = at.getparent()
    return False
