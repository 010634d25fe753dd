"""Other stories that a page holds in full below its own, as pages have it that never end."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from crawler.extract.page import Document, below, text_of
from crawler.text import words
from crawler.urls import same_owner

_TAGS = ("article", "section", "div")
_ADDRESSES = (
    "data-url", "data-href", "data-link", "data-permalink", "data-share-url", "data-article-url",
    "data-canonical", "data-uri", "itemid", "about", "cite",
)  # fmt: skip
"""Attributes in which an element says at which address its content stands."""
_SAYING = frozenset(_ADDRESSES)
_HEADINGS = ("h1", "h2", "h3")
_HEADLINES = frozenset({"h1", "p", *_TAGS})
"""Headlines whose like heads another story; a lower heading may head a part of this one."""
_LEAST_OWN = 300
"""Characters of paragraphs between the headline and another story: less, and it may be the page's
own."""
_LEAST_PROSE = 60
_MAX_ELEMENTS = 8_000


def other_stories(doc: Document, headline: HtmlElement | None) -> frozenset[HtmlElement]:
    """The elements behind a story that hold another: each has an address and a headline of its own.

    headline: the element of the page's; without one the first h1 counts, and without that nothing
    is another story.
    """
    headline = headline if headline is not None else next(iter(doc.tags["h1"]), None)
    if headline is None:
        return frozenset()
    if (own_text := _own_text(headline)) is None:
        return frozenset()
    own = words(text_of(headline))
    around = (headline, *headline.iterancestors()) if headline.tag in _HEADLINES else ()
    boxes = {_likeness(up, names) for up in around if (names := up.get("class"))}
    boxed = {names for _, names, _ in boxes}
    found: set[HtmlElement] = set()
    for element in _headed(own_text):
        is_other = _is_another(element, doc, own) or (
            (names := element.get("class")) in boxed
            and _likeness(element, names) in boxes
            and _is_next(element, headline, own)
        )
        if is_other and not any(up in found for up in element.iterancestors()):
            found.add(element)
    return frozenset(found)


def _own_text(headline: HtmlElement) -> HtmlElement | None:
    """The paragraph up to which a story is certain to be the page's; None where it has less."""
    left = _LEAST_OWN
    for paragraph in islice(_behind(headline, "p"), _MAX_ELEMENTS):
        length = len(text_of(paragraph))
        left -= length if length > _LEAST_PROSE else 0
        if left <= 0:
            return paragraph
    return None


def _headed(own_text: HtmlElement) -> Iterator[HtmlElement]:
    """The elements behind a paragraph that hold a heading, each before those in it."""
    seen: set[HtmlElement] = {own_text, *own_text.iterancestors()}
    for heading in islice(_behind(own_text, *_HEADINGS), _MAX_ELEMENTS):
        around = []
        up = heading.getparent()
        while up is not None and up not in seen:
            seen.add(up)
            around.append(up)
            up = up.getparent()
        yield from (box for box in reversed(around) if box.tag in _TAGS)


def _behind(element: HtmlElement, *tags: str) -> Iterator[HtmlElement]:
    """Elements that begin after another does, in page order."""
    return chain(element.iterdescendants(*tags), below(element, *tags))


def _likeness(element: HtmlElement, names: str) -> tuple[object, str, object]:
    """What a box has in common with the next one of its kind."""
    return element.tag, names, element.getparent()


def _is_another(element: HtmlElement, doc: Document, own: str) -> bool:
    says = not _SAYING.isdisjoint(element.keys())
    if not says and element.tag != "article":
        return False
    said = [element.get(name) for name in _ADDRESSES] if says else ()
    addresses = [text for text in said if text and _is_address(text)]
    if not addresses and element.tag != "article":
        return False
    heading = _first_heading(element)
    if heading is None or words(text_of(heading)) == own:
        return False
    addresses = addresses or list(_linked(heading))
    return bool(addresses) and all(_elsewhere(text, doc.url) for text in addresses)


def _is_next(element: HtmlElement, headline: HtmlElement, own: str) -> bool:
    """Whether an element, the like of what the headline stands in, has another headline."""
    heading = _first_heading(element)
    if heading is None or words(text_of(heading)) == own:
        return False
    return heading.tag == headline.tag or next(_linked(heading), None) is not None


def _first_heading(element: HtmlElement) -> HtmlElement | None:
    """The heading that stands in an element before its first paragraph."""
    for at in islice(element.iter("p", *_HEADINGS), 10):
        if at.tag in _HEADINGS:
            return at
        if len(text_of(at)) > _LEAST_PROSE:
            return None
    return None


def _linked(heading: HtmlElement) -> Iterator[str]:
    parent = heading.getparent()
    links = [*islice(heading.iter("a"), 3)]
    if parent is not None and parent.tag == "a":
        links.append(parent)
    yield from (href for a in links if (href := a.get("href")))


def _is_address(text: str) -> bool:
    return text.startswith(("http://", "https://", "/")) and len(text) < 2_000


def _elsewhere(address: str, url: str) -> bool:
    """Whether an address is that of another page of the newspaper: neither this one, nor a part or
    a post of it, nor what a product or a source has elsewhere."""
    try:
        other, here = urlsplit(urljoin(url, address)), urlsplit(url)
    except ValueError:
        return False
    if other.netloc != here.netloc and not same_owner(other.geturl(), url):
        return False
    path, own = other.path.rstrip("/"), here.path.rstrip("/")
    return bool(path) and not path.startswith(own) if own else other.query != here.query
