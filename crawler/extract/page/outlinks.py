"""Where a page leads: its links and the feeds it announces."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from lxml.html import HtmlElement

from crawler.extract.page.document import MAX_LINKS, STEPS, Document, text_of
from crawler.items import LINK_WORDS
from crawler.urls import site_host

_WORDPRESS_RECORD = re.compile(r"/wp/v2/(posts|pages|categories|tags|users)/\d+$")
_FEED_TYPES = frozenset({
    "application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml",
})  # fmt: skip
# A headline has so many words, fewer where it stands as a heading; so many characters in a script
# that keeps no words apart, which is then one word.
_HEADLINE = 5
_HEADLINE_IN_HEADING = 3
_UNSPACED = 12
_MAX_TEXT = 300
_WORD = re.compile(r"[^\W\d_]\w*")
"""From its first letter."""
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_NEAR = 3  # levels above a link
# A page has one before it and one after it; some name more, in other languages or series, above and
# below the text. What it names beyond these is not true.
_MAX_BESIDE = 12
# Attributes by which scripts know what a click leads to, or more of a list.
_DATA = frozenset(
    f"data-{name}"
    for name in (
        "url", "href", "link", "permalink", "target-url", "next", "next-url", "next-page",
        "next-href", "next-link", "more", "more-url", "load-more", "load-url", "page-url",
        "ajax-url", "pagination-url", "endpoint",
    )
)  # fmt: skip
_NAMES_ADDRESS = {"area": "href", "frame": "src", "iframe": "src"}
_FOR_SCRIPTS = _DATA | {"onclick"}
_REFRESH = re.compile(r"""^[\s\d.]*[;,]\s*(?:url\s*=\s*)?["']?([^"'\s]+)""", re.IGNORECASE)
_ONCLICK = re.compile(
    r"""location(?:(?:\.href)?\s*=|\.(?:assign|replace)\()\s*(?:["']([^"'\s]{1,2000})["'])"""
)
# What a list's structured data names (schema.org, ItemList), however deep; what else it matches is
# dropped as no page of the site.
_ITEM = re.compile(r'''"(?:url|@id|item)"\s*:\s*"([^"\s]{1,2000})"''')
_MOST_TEXT = 1_000_000
# An address and no other value: it begins as one.
_ADDRESS = re.compile(r"(?:https?:/|/|\?|\.\.?/)[^\s<>{}]{1,2000}")


def out_links(doc: Document) -> dict[str, str]:
    """Addresses of the page's links, absolute and normalised, in page order → what the page says of
    each at best, one of `LINK_WORDS`."""
    hrefs: dict[str, str] = {}
    for link, href in zip(doc.tags["a"], doc.hrefs, strict=False):
        if not href:
            continue
        said = hrefs.get(href)
        if said is None:
            hrefs[href] = _says(link)
        elif said != "h":
            hrefs[href] = _stronger(_says(link), said)
    # a list's further pages, or a story's neighbours, that only the head names
    for href in islice(_addresses(doc.head_links(*STEPS)), _MAX_BESIDE):
        hrefs.setdefault(href, "-")
    for href in islice(_addresses(doc.steps), _MAX_BESIDE, None):
        hrefs.pop(href, None)
    for href in _other_ways(doc):
        hrefs.setdefault(href, "-")
    found: dict[str, str] = {}
    for href, says in hrefs.items():
        url = doc.address(href)
        if url is not None:
            found[url] = _stronger(says, found[url]) if url in found else says
    return found


def _says(link: HtmlElement) -> str:
    """What a link says: a headline (five words, or three in a heading), fewer words, a number or an
    arrow, nothing."""
    # Most links hold nothing but text.
    text = " ".join((link.text or "").split()) if len(link) == 0 else text_of(link)
    if not text:
        return "-"
    text = text[:_MAX_TEXT]
    words = len(_WORD.findall(text))
    if not words:
        return "n"
    if words >= _HEADLINE or (not text.isascii() and len(text) >= _UNSPACED and words <= 2):
        return "h"
    if words < _HEADLINE_IN_HEADING:
        return "w"
    return "h" if _is_in_heading(link) or _holds_heading(link) else "w"


def _is_in_heading(link: HtmlElement) -> bool:
    near: HtmlElement | None = link
    for _ in range(_NEAR):
        near = near.getparent() if near is not None else None
        if near is not None and near.tag in _HEADINGS:
            return True
    return False


def _holds_heading(link: HtmlElement) -> bool:
    return len(link) > 0 and next(link.iter(*_HEADINGS), None) is not None


_RANK = {word: at for at, word in enumerate(LINK_WORDS)}


def _stronger(one: str, other: str) -> str:
    return one if _RANK[one] <= _RANK[other] else other


def _addresses(links: Iterable[HtmlElement]) -> dict[str, None]:
    return dict.fromkeys(link.get("href") or "#" for link in links)


def _other_ways(doc: Document) -> Iterator[str]:
    """What leads on without being a link: maps, frames, menus, a page that sends its reader on by
    itself, buttons with the address of more in an attribute, a list that only programs see."""
    for element in islice(doc.root.iter("area", "frame", "iframe", "option"), MAX_LINKS):
        href = element.get(_NAMES_ADDRESS.get(element.tag, "value"), "").strip()
        if element.tag != "option" or _ADDRESS.fullmatch(href):
            yield href
    for meta in doc.tags["meta"]:
        if meta.get("http-equiv", "").strip().lower() == "refresh" and (
            found := _REFRESH.match(meta.get("content", "")[:3_000])
        ):
            yield found[1]
    lists = (
        script.text[:_MOST_TEXT]
        for script in doc.tags["script"]
        if "ld+json" in script.get("type", "").lower() and "ItemList" in (script.text or "")
    )
    items = (found[1] for text in lists for found in _ITEM.finditer(text))
    for href in islice(items, MAX_LINKS):
        yield href.replace("\\/", "/")
    for_others = _FOR_SCRIPTS.isdisjoint
    told = (
        (name, element.get(name, ""))
        for element in [each for each in doc.elements if not for_others(each.keys())]
        for name in element.keys()  # noqa: SIM118
        if name in _FOR_SCRIPTS
    )
    for name, value in islice(told, MAX_LINKS):
        if name == "onclick":
            if clicked := _ONCLICK.search(value[:3_000]):
                yield clicked[1]
        elif _ADDRESS.fullmatch(value.strip()):
            yield value.strip()


def feeds(doc: Document) -> tuple[str, ...]:
    """Addresses of the feeds that the page announces (RSS Advisory Board, autodiscovery)."""
    found = [
        doc.address(link.get("href") or "")
        for link in doc.head_links("alternate")
        if (link.get("type") or "").lower().strip() in _FEED_TYPES
    ]
    return tuple(dict.fromkeys(url for url in found if url is not None))


def wordpress_kind(doc: Document) -> str | None:
    """What WordPress's own record of the page is: `posts` of a story, `pages` of one that stands
    still, `categories`, `tags` or `users` of a list (REST API Handbook, "Discovery", since
    WordPress 5.5); None where the page names no record."""
    for link in doc.tags["link"]:
        if (link.get("type") or "").strip().lower() == "application/json" and (
            found := _WORDPRESS_RECORD.search(link.get("href") or "")
        ):
            return found[1]
    return None


def wordpress_api(doc: Document) -> str | None:
    """Root of the site's WordPress REST API: as the page names it (link rel="https://api.w.org/"),
    else at its usual place where the page is WordPress's by its files; None if it is not.
    """
    for link in doc.tags["link"]:
        if "https://api.w.org/" in (link.get("rel") or "").lower():
            return doc.address(link.get("href") or "")
    for element in (*doc.tags["link"], *doc.tags["script"]):
        path = element.get("href") or element.get("src") or ""
        if "/wp-" not in path:
            continue
        root, found, _ = path.partition("/wp-content/")
        if not found:
            root, found, _ = path.partition("/wp-includes/")
        if found:
            api = doc.address(f"{root}/wp-json/")
            # files may come from elsewhere: the API is the site's own
            return api if api and site_host(api) == site_host(doc.url) else None
    return None
