"""What a page needs to be shown without its scripts (HTML Living Standard, 4.2, 4.8, 15)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from lxml.html import HtmlElement

from crawler.extract.page import Document
from crawler.requisites.srcset import candidates
from crawler.requisites.styles import named_in

_MOST = 300
"""Addresses of one page."""
_MOST_STYLES = 2_000
"""Elements with declarations of their own that are read."""
_LONGEST = 300_000
"""Characters of a page's own styles that are read: its story must not wait for them."""
_WAITING = ("data-src", "data-lazy-src", "data-original", "data-srcset", "data-lazy-srcset")
_BACKGROUND = ("body", "table", "td", "th", "tr")


def page_needs(doc: Document) -> tuple[str, ...]:
    """Addresses of style sheets, icons, pictures and fonts that a page names, absolute and
    normalised, each once, sheets first. Scripts, frames, sound and film are left out."""
    named = (*_sheets(doc), *_pictures(doc), *_icons(doc))
    own: list[str] = []
    left = _LONGEST
    for css in _styles(doc):
        own += named_in(css[:left], doc.base_url)
        left -= min(left, len(css))
    found = [*filter(None, map(doc.address, named)), *own]
    return tuple(islice(dict.fromkeys(found), _MOST))


def _links(doc: Document, *wanted: str) -> Iterator[HtmlElement]:
    for link in doc.tags["link"]:
        relations = (link.get("rel") or "").lower().split()
        if link.get("href") and any(each in relations for each in wanted):
            yield link


def _sheets(doc: Document) -> Iterator[str]:
    for link in _links(doc, "stylesheet"):
        relations = (link.get("rel") or "").lower().split()
        if "alternate" not in relations and (link.get("media") or "").strip().lower() != "print":
            yield link.get("href", "")
    for link in _links(doc, "preload"):
        if (link.get("as") or "").lower() in ("style", "font", "image"):
            yield link.get("href", "")
            yield from candidates(link.get("imagesrcset") or "")


def _icons(doc: Document) -> Iterator[str]:
    for link in _links(doc, "icon"):
        yield link.get("href", "")


def _pictures(doc: Document) -> Iterator[str]:
    for element in doc.root.iter("img", "amp-img"):
        yield element.get("src") or ""
        yield from candidates(element.get("srcset") or "")
        for name in _WAITING:  # what a script of the page's own puts in their place
            yield from candidates(element.get(name) or "")
    for element in doc.root.iter("source"):  # of film and sound, it has no srcset
        yield from candidates(element.get("srcset") or "")
    for element in doc.root.iter("input"):
        if (element.get("type") or "").lower() == "image":
            yield element.get("src") or ""
    for element in doc.root.iter("video"):
        yield element.get("poster") or ""
    for element in doc.root.iter("image"):  # in SVG
        yield element.get("href") or element.get("xlink:href") or ""
    for element in doc.root.iter(*_BACKGROUND):
        yield element.get("background") or ""


def _styles(doc: Document) -> Iterator[str]:
    for element in doc.root.iter("style"):
        yield element.text or ""
    with_own = (e.get("style") for e in doc.elements if isinstance(e.tag, str) and e.get("style"))
    for css in islice(with_own, _MOST_STYLES):
        if css is not None and "(" in css:  # else it names nothing
            yield css
