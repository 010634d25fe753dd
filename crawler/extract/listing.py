"""Whether a page lists stories: by the cards that it shows, and by where its links lead."""

from __future__ import annotations

import re
from collections.abc import Container
from itertools import islice
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from crawler.extract.page import Document, text_of
from crawler.text import line_words
from crawler.urls import INDEX, same_owner

_MAX_LINKS = 2_000
_HEADLINE = 5
"""Words of a link that is a headline."""
_BELOW = 6
"""Headlines that lead to addresses below a section's own."""
_LINES = 8
"""Links in lines of their own, on a page at a section's address."""
_WORDS_A_LINE = 60
_NUMBER = re.compile(r"[#№]?\s?\d{1,3}[.):]\s")
_SECTION_WORDS = 3
_SECTION_DEPTH = 3
_HEADINGS = ("h2", "h3", "h4")
_INLINE = frozenset({"span", "b", "strong", "em", "i", "font", "u", "small"})


def is_section(path: str) -> bool:
    """Whether a path can be a section's: few short words, and no number.

    >>> is_section("/sport/index.html"), is_section("/sport/handball/")
    (True, True)
    >>> is_section("/sport/who-won-the-cup-of-the-valley"), is_section("/2024/05/sport")
    (False, False)
    """
    parts = INDEX.sub("", path).strip("/").split("/")
    return len(parts) <= _SECTION_DEPTH and all(map(_is_short, parts))  # fmt: skip


def _is_short(part: str) -> bool:
    if not part or any(map(str.isdecimal, part)):
        return False
    return len(re.split(r"[-_.+]", part)) <= _SECTION_WORDS


def leads_below(doc: Document, path: str) -> bool:
    """Whether a page at a section's address leads to many stories below that."""
    own = INDEX.sub("", path).rstrip("/") + "/"
    found: set[str] = set()
    for link in doc.tags["a"][:_MAX_LINKS]:
        href = link.get("href")
        url = doc.address(href) if href else None
        if url is None or url in found or not (below := _path(url)).startswith(own):
            continue
        if len(below) > len(own) and line_words(text_of(link)[:200]) >= _HEADLINE:
            found.add(url)
            if len(found) >= _BELOW:
                return True
    return False


def is_lines_of_links(doc: Document, container: HtmlElement, words: int) -> bool:
    """Whether a text is little more than headlines of the site with a line below each.

    words: of the text.
    """
    found: set[str] = set()
    for link in islice(container.iter("a"), _MAX_LINKS):
        href, text = link.get("href") or "", text_of(link)
        if line_words(text) < _HEADLINE or not _can_be_card(href, text) or not _stands_alone(link):
            continue
        url = doc.address(href)
        if url is not None and same_owner(url, doc.url):
            found.add(url)
    return len(found) >= _LINES and words < _WORDS_A_LINE * len(found)


def cards(doc: Document) -> int:
    """Stories that the page shows as cards: linked headings, and <article>s that hold one."""
    links: set[str] = set()
    for tag in ("h1", "h2"):
        for heading in doc.tags[tag][:300]:
            _add_link(heading, links)
    for card in doc.tags["article"][:300]:
        for heading in card.iter("h3", "h4"):
            _add_link(heading, links)
            break
    return len(links)


def cards_in(container: HtmlElement, told: Container[str] = ()) -> int:
    """The same in the element of a text.

    told: headings that are part of the text.
    """
    links: set[str] = set()
    for heading in islice(container.iter(*_HEADINGS), 300):
        if text_of(heading) not in told:
            _add_link(heading, links)
    return len(links)


def is_made_of_cards(container: HtmlElement) -> bool:
    """Whether most of a text stands in elements that each open with a linked heading."""
    found: dict[HtmlElement, None] = {}
    for heading in islice(container.iter(*_HEADINGS), 300):
        links: set[str] = set()
        _add_link(heading, links)
        card = heading.getparent()
        if card is not None and card.tag == "a":
            card = card.getparent()
        if links and card is not None and card is not container:
            found[card] = None
    if len(found) < 3:
        return False
    return sum(len(text_of(card)) for card in found) > 0.6 * len(text_of(container))


def _add_link(heading: HtmlElement, links: set[str]) -> None:
    anchor = next(heading.iter("a"), None)
    if anchor is None:
        parent = heading.getparent()
        anchor = parent if parent is not None and parent.tag == "a" else None
    href = anchor.get("href") if anchor is not None else None
    if href and _can_be_card(href, text_of(heading)):
        links.add(href)


def _can_be_card(href: str, text: str) -> bool:
    """Whether a link can be another story's headline: a story numbers the items of its lists, and
    its headings can lead to themselves."""
    return "#" not in href and len(text) > 15 and not _NUMBER.match(text)


def _stands_alone(link: HtmlElement) -> bool:
    """Whether nothing stands beside a link in its line."""
    at: HtmlElement | None = link
    while at is not None and (at is link or at.tag in _INLINE):
        before = at.getprevious()
        up = at.getparent()
        beside = (before.tail if before is not None else up.text if up is not None else "") or ""
        if (at.tail or "").strip() or beside.strip():
            return False
        at = up
    return True


def _path(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:
        return ""
