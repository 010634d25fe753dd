"""The running text of a page: its long pieces, with what decides where a story stands.

Labels, captions, teasers, slides and what is not shown are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from lxml import etree
from lxml.html import HtmlElement

from crawler.extract.body.linked import is_headline
from crawler.extract.markup import Meaning, is_hidden, meanings, named_story, names_of
from crawler.extract.page import Document, is_longer, text_of
from crawler.text import UNSPACED_LANGUAGES

_MUTE: frozenset[object] = frozenset(
    {"script", "style", etree.Comment, etree.ProcessingInstruction}
)
"""What an element's `tag` is where its text is not the page's."""
_NO_PROSE = frozenset({
    "a", "noscript", "title", "textarea", "template", "figcaption", "label", "button", "option",
})  # fmt: skip
_HEADINGS = frozenset({"h2", "h3", "h4", "h5", "h6"})
_INLINE = frozenset({
    "span", "b", "strong", "em", "i", "u", "font", "small", "mark", "sup", "sub", "abbr", "cite",
    "q", "code", "s", "big", "time", "bdi", "bdo", "kbd", "samp", "var", "dfn", "tt", "wbr",
    "center",
})  # fmt: skip
_CARD = 4
"""Elements between a card's text and the link around all of it."""
_LITTLE, _ENOUGH = 200, 300
"""Characters; a page that shows no more holds its story back, and one with no more beside its
slides tells it in them."""
_ROW = 4
"""Slides beside each other, at least."""
_SLIDES = frozenset({"div", "li", "section"})
_PARTS = 6
"""Elements right in a slide, at most."""
_TEASER = 250
"""Characters of a card's text, at most."""
_PLACE = re.compile(r"\d{1,3}\s?/\s?\d{1,3}\b")
"""What a caption in a gallery begins with: which of how many."""
_LEAST, _LEAST_UNSPACED = 40, 20
"""Characters; a shorter text is a label as often as prose. Where words have no spaces between
them, they have few characters too."""
_LEAST_LINES = 2
"""Ends of lines in a verse, at least."""
_LONGEST_VERSE = 4_000
"""Characters."""
_MAX_INLINE = 20
_CAPTION = int(Meaning.CAPTION)
_MAX_RUNS = 20_000


def running_text(doc: Document) -> list[tuple[int, HtmlElement]]:
    """Lengths of the pieces of text that are shown, each with the block element that it is part of;
    captions and slides left out, unless little is left."""
    pieces = list(_running_text(doc)) or list(_verses(doc))
    found = [(length, element) for length, element, is_caption in pieces if not is_caption]
    if sum(length for length, _ in found) < _LITTLE:
        found = [(length, element) for length, element, _ in pieces]
    hidden: dict[HtmlElement, bool] = {}
    shown = [run for run in found if not _in_hidden(run[1], hidden)]
    if sum(length for length, _ in shown) < _LITTLE:
        shown = found
    told = [(length, element) for length, element in shown if not _is_slide(element, length)]
    return told if sum(length for length, _ in told) >= _ENOUGH else shown


def _running_text(doc: Document) -> Iterator[tuple[int, HtmlElement, bool]]:
    """Lengths of long pieces of text, each with the block element that it is part of, and whether
    it tells of a picture."""
    for length, piece in islice(_long_texts(doc), _MAX_RUNS):
        element: HtmlElement | None = piece
        for _ in range(_MAX_INLINE):
            if element is None or element.tag not in _INLINE:
                break
            element = element.getparent()
        if element is None or element.tag in _NO_PROSE:
            continue
        if length <= _TEASER and _is_teaser(element, doc.url):
            continue
        if not _in_link(element):
            yield length, element, _is_caption(element)


def _verses(doc: Document) -> Iterator[tuple[int, HtmlElement, bool]]:
    """The same of paragraphs of short lines, for a page without any long piece of text: poems,
    letters, programmes."""
    for element in islice(doc.root.iter("p", "blockquote", "pre"), _MAX_RUNS):
        lines = sum(1 for _ in islice(element.iter("br"), _LEAST_LINES))
        if lines < _LEAST_LINES or _in_link(element) or is_longer(element, _LONGEST_VERSE):
            continue
        if (length := len(text_of(element))) > _LEAST:
            yield length, element, _is_caption(element)


def _in_link(element: HtmlElement) -> bool:
    up = element.getparent()
    for _ in range(_CARD):
        if up is None:
            return False
        if up.tag == "a":
            return True
        up = up.getparent()
    return False


def _is_caption(element: HtmlElement) -> bool:
    """Whether a text tells of a picture: a gallery of fifty can be longer than the story."""
    names = names_of(element)
    if names and meanings(names) & _CAPTION:
        return True
    first: str | None = element.text
    if first is None or first.isspace():
        first = next((text for text in islice(element.itertext(), 3) if not text.isspace()), "")
    if _PLACE.match(first.lstrip()[:10]):
        return True
    up = element.getparent()
    return (
        up is not None and up.tag == "figure" and next(up.iter("img", "amp-img"), None) is not None
    )


def _is_teaser(element: HtmlElement, url: str) -> bool:
    """Whether a short text stands below another story's headline."""
    before = element.getprevious()
    return (
        before is not None
        and before.tag in _HEADINGS
        and element.getnext() is None
        and is_headline(before, url)
    )


def _is_slide(element: HtmlElement, length: int) -> bool:
    """Whether a text stands with a picture, without a heading, in a row of such."""
    at = element
    for up in islice((e for e in element.iterancestors() if e.tag in _SLIDES), 2):
        if len(up) > _PARTS:
            return False
        if next(up.iter("img", "amp-img"), None) is not None:
            at = up
            break
    if at is element or next(at.iter(*_HEADINGS), None) is not None:
        return False
    names = at.get("class")
    row = (e for way in (True, False) for e in islice(at.itersiblings(preceding=way), _ROW))
    alike = len([e for e in row if e.tag == at.tag and e.get("class") == names])
    return alike >= _ROW and not is_longer(at, 1.5 * length)


def _in_hidden(element: HtmlElement, known: dict[HtmlElement, bool]) -> bool:
    path = []
    at: HtmlElement | None = element
    while at is not None and at not in known:
        path.append(at)
        at = at.getparent()
    hidden = known[at] if at is not None else False
    for up in reversed(path):
        hidden = known[up] = hidden or (is_hidden(up) and not is_story(up))
    return hidden


def _long_texts(doc: Document) -> Iterator[tuple[int, HtmlElement]]:
    """Lengths of the texts that are no labels, each with the element that it stands in.

    By hand: an XPath would measure every text of the page, the scripts' too.
    """
    tongue = (doc.root.get("lang") or "").lower().replace("_", "-").partition("-")[0]
    least = _LEAST_UNSPACED if tongue in UNSPACED_LANGUAGES else _LEAST
    for element in doc.elements:
        text = element.text
        if (
            text is not None
            and len(text) > least
            and element.tag not in _MUTE
            and (length := _long(text, least))
        ):
            yield length, element
        text = element.tail
        if text is not None and len(text) > least and (length := _long(text, least)):
            parent = element.getparent()
            if parent is not None:
                yield length, parent


def _long(text: str, least: int) -> int:
    """The length of a text without the white space around it; 0 if it is short."""
    length = len(text.strip())
    if length > least and ("\n" in text or "  " in text or "\t" in text):
        return length if len(" ".join(text.split())) > least else 0
    return length if length > least else 0


def is_story(element: HtmlElement) -> bool:
    """Whether an element says that it holds the story."""
    return element.get("itemprop") == "articleBody" or named_story(names_of(element))
