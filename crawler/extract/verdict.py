"""Whether a page is an article at all; if not, why."""

from __future__ import annotations

import re
from itertools import islice
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from crawler.extract.fields import is_front
from crawler.extract.language import pattern
from crawler.extract.page import Document, Structured, text_of, types_of, wordpress_kind
from crawler.items import Article
from crawler.urls import segments

_LISTS = (
    segments.TOPICS | segments.AUTHORS | segments.ARCHIVES | segments.SEARCH | segments.FEEDS
    | {"page", "seite"}
)  # fmt: skip
_LISTING_DEPTH = 3
"""Segments at a path's end of which one may name a list."""
_SEARCH = re.compile(r"(?:^|&)(?:s|q|query|search|suche|keyword)=", re.IGNORECASE)
_LISTING_TYPES = frozenset({
    "collectionpage", "searchresultspage", "profilepage", "contactpage", "aboutpage", "faqpage",
    "checkoutpage", "itempage", "qapage",
})  # fmt: skip
_STATIC = (
    segments.SERVICE | segments.SERVICE_OR_SECTION | segments.LOG_IN | segments.SUBSCRIBE
    | segments.NEWSLETTERS
)  # fmt: skip


def why_not_article(
    doc: Document, data: Structured, article: Article, container: HtmlElement | None
) -> str | None:
    """Why a page is no article, a code (`crawler.reasons.NOT_ARTICLE`); None if it is one.

    container: the element that the body is from, None if there is none.
    """
    title = article.title or ""
    words = article.word_count
    record = wordpress_kind(doc)
    claimed = _claims_story(data) or record == "posts"
    if not title and not article.blocks:
        return "nothing"
    if pattern("<notices.error_title>").search(title) and words < 150:
        return "error_page"
    if pattern(r"^<notices.wall_title>\b").search(title) and words < 300 and not claimed:
        return "wall"
    if is_front(article.url):
        return "front_page"
    if words == 0:
        return "no_text"
    path, query = _path(article.url)
    kinds = set().union(*(types_of(node) for node in data.nodes)) if data.nodes else set()
    if _SEARCH.search(query) and not claimed:
        return "search_page"
    if _names_list(path) and not claimed:
        return "listing"
    if record in ("categories", "tags", "users"):
        return "listing"
    if record == "pages" and not _is_dated_story(data):
        return "about_page"
    if kinds & _LISTING_TYPES and not claimed and words < 400:
        return "service_page"
    if _names_service(path) and not claimed:
        return "about_page"
    if not claimed or words < 120:
        if _cards(doc) >= 8 and words < 100:
            return "listing"
        cards = _cards_in(container) if container is not None else 0
        if cards >= 5 and words < 80 * cards:
            return "listing"
        if container is not None and not claimed and _is_made_of_cards(container):
            return "listing"
    if words < (15 if claimed else 50):
        return "too_short"
    return None


def _claims_story(data: Structured) -> bool:
    """Whether the page says to machines that it is a story."""
    if data.story.get("headline") and (data.story.get("datePublished") or data.story.get("author")):
        return True
    if any(kind.lower() == "article" for kind in data.meta.get("og:type", ())):
        return True
    return "article:published_time" in data.meta


def _is_dated_story(data: Structured) -> bool:
    """Whether the page says to machines when it was published as a story: plugins call every page
    an article, but give no such date to those that stand still."""
    story = data.story.get("headline") and data.story.get("datePublished")
    return bool(story) or "article:published_time" in data.meta


def _names_list(path: str) -> bool:
    """Whether an address says that its page lists stories."""
    return not _LISTS.isdisjoint(path.lower().rstrip("/").split("/")[1:][-_LISTING_DEPTH:])


def _names_service(path: str) -> bool:
    """Whether an address says that its page is about the site itself."""
    last = path.lower().rstrip("/").rpartition("/")[2].partition(".")[0]
    return last in _STATIC or last.startswith(("terms-", "advertis"))


def _path(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", ""
    return parts.path, parts.query


def _cards(doc: Document) -> int:
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


def _cards_in(container: HtmlElement) -> int:
    links: set[str] = set()
    for heading in islice(container.iter("h2", "h3", "h4"), 300):
        _add_link(heading, links)
    return len(links)


def _is_made_of_cards(container: HtmlElement) -> bool:
    """Whether most of a text stands in elements that each open with a linked heading."""
    cards: dict[HtmlElement, None] = {}
    for heading in islice(container.iter("h2", "h3", "h4"), 300):
        links: set[str] = set()
        _add_link(heading, links)
        card = heading.getparent()
        if card is not None and card.tag == "a":
            card = card.getparent()
        if links and card is not None and card is not container:
            cards[card] = None
    if len(cards) < 3:
        return False
    return sum(len(text_of(card)) for card in cards) > 0.6 * len(text_of(container))


def _add_link(heading: HtmlElement, links: set[str]) -> None:
    anchor = next(heading.iter("a"), None)
    if anchor is None:
        parent = heading.getparent()
        anchor = parent if parent is not None and parent.tag == "a" else None
    if anchor is not None and len(text_of(heading)) > 15:
        links.add(anchor.get("href") or "")
