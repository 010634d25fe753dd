"""Whether a page is an article at all; if not, why."""

from __future__ import annotations

import re
from urllib.parse import unquote_plus, urlsplit

from lxml.html import HtmlElement

from crawler.extract.fields import is_front
from crawler.extract.language import is_appeal, is_wall, pattern
from crawler.extract.listing import (
    cards,
    cards_in,
    is_lines_of_links,
    is_made_of_cards,
    is_section,
    leads_below,
)
from crawler.extract.page import Document, Structured, types_of, wordpress_kind
from crawler.items import Article
from crawler.text import DENSE, line_words
from crawler.urls import INDEX, segments

_LISTS = (
    segments.TOPICS | segments.AUTHORS | segments.ARCHIVES | segments.SEARCH | segments.FEEDS
    | {"page", "seite"}
)  # fmt: skip
_LISTING_DEPTH = 3
"""Segments at a path's end of which one may name a list."""
_SEARCH = re.compile(r"(?:^|&)(?:s|q|query|search|suche|keyword)=([^&/]*)(?=&|$)", re.IGNORECASE)
_LONGEST_TONGUE = 5
"""Characters of a path that is no more than a language (`/en/`, `/pt-br/`)."""
_LEAST_SOUGHT = 3
"""Characters of what is searched for; the same letters say other things, too (`?s=r`)."""
_LISTING_TYPES = frozenset({
    "collectionpage", "searchresultspage", "profilepage", "contactpage", "aboutpage", "faqpage",
    "checkoutpage", "itempage", "qapage",
})  # fmt: skip
_LEAST, _LEAST_CLAIMED = 50, 15
"""Words of an article; of one that its page calls a story, or shows as one."""
_LEAST_TITLE, _LEAST_HYPHENS = 3, 2
"""Words of a headline, and hyphens of an address made of it."""
_NUMBERED = re.compile(r"\d{4}")
"""In the last segment of a story's address that has no words of its headline."""
_SCRIPTS = ("article", "news", "story", "view", "read", "show")
"""In the name of a script that shows the story of a number: `articleView.html?idxno=12345`."""
_NO_NEWS = segments.OTHER_MATTER | segments.SHOPS
"""Segments of the addresses of pages that are as short and dated as short news: events, jobs."""
_BESIDE_HEADLINE = ("html:time", "html:near headline", "html:date", "html:itemprop")
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
    if not claimed and _is_search(doc, path, query, title):
        return "search_page"
    if _names_list(path) and not claimed:
        return "listing"
    if record in ("categories", "tags", "users"):
        return "listing"
    if record == "pages" and not _claims_date(data):
        return "about_page"
    if kinds & _LISTING_TYPES and not claimed and words < 400:
        return "service_page"
    if _names_service(path) and not claimed:
        return "about_page"
    if is_section(path) and not _claims_date(data) and leads_below(doc, path):
        return "listing"
    if not claimed or words < 120:
        told = {block.text for block in article.blocks if block.type == "heading"}
        inside = cards_in(container, told) if container is not None else 0
        if cards(doc) >= 8 and words < 100 and (inside or words < 50):
            return "listing"
        if inside >= 5 and words < 80 * inside:
            return "listing"
        if container is not None and not claimed and is_made_of_cards(container):
            return "listing"
        if container is not None and is_section(path) and is_lines_of_links(doc, container, words):
            return "listing"
    is_told = claimed or _shows_story(article, path, query)
    if words < (_LEAST_CLAIMED if is_told else _LEAST) and not _is_behind_wall(data, article):
        return "too_short"
    return None


def _is_behind_wall(data: Structured, article: Article) -> bool:
    """Whether a page is a story of which only few words may be read: it tells machines what it is,
    and readers what its headline is, and where its text ends there is a wall."""
    return (
        article.access == "teaser"
        and _claims_date(data)
        and line_words(article.title or "") >= _LEAST_TITLE
        and not is_wall(article.body)
    )


def _shows_story(article: Article, path: str, query: str) -> bool:
    """Whether a page shows what a story has: a headline, the day beside it, an address made of them
    or a number in a folder of stories or behind a script's name, and text that wants nothing of its
    reader. Short news have little else."""
    dated = [claim.source for claim in article.published_claims]
    *folders, slug = path.lower().rstrip("/").split("/")
    return (
        line_words(article.title or "") >= _LEAST_TITLE
        and any(source.startswith(_BESIDE_HEADLINE) for source in dated)
        and (
            slug.count("-") >= _LEAST_HYPHENS
            or "url" in dated
            or (_NUMBERED.search(slug) is not None and not segments.STORIES.isdisjoint(folders))
            or (_NUMBERED.search(query) is not None and any(map(slug.__contains__, _SCRIPTS)))
        )
        and _NO_NEWS.isdisjoint(folders)
        and not is_appeal(article.body)
    )


def _claims_story(data: Structured) -> bool:
    """Whether the page says to machines that it is a story."""
    if data.story.get("headline") and (data.story.get("datePublished") or data.story.get("author")):
        return True
    if any(kind.lower() == "article" for kind in data.meta.get("og:type", ())):
        return True
    return "article:published_time" in data.meta


def _claims_date(data: Structured) -> bool:
    """Whether the page says to machines when it was published as a story: plugins call every page
    an article, but give no such date to those that stand still."""
    story = data.story.get("headline") and data.story.get("datePublished")
    return bool(story) or "article:published_time" in data.meta


def _names_list(path: str) -> bool:
    """Whether an address says that its page lists stories."""
    return not _LISTS.isdisjoint(path.lower().rstrip("/").split("/")[1:][-_LISTING_DEPTH:])


def _is_search(doc: Document, path: str, query: str, title: str) -> bool:
    """Whether an address asks for a search, and nothing on the page says otherwise."""
    found = _SEARCH.search(query)
    sought = unquote_plus(found[1]).casefold() if found else ""
    if len(sought) < _LEAST_SOUGHT and not DENSE.search(sought):
        return False
    of_all = len(path.strip("/")) <= _LONGEST_TONGUE
    return of_all or sought in title.casefold() or cards(doc) > 3


def _names_service(path: str) -> bool:
    """Whether an address says that its page is about the site itself."""
    path = INDEX.sub("", path.lower())
    last = path.rstrip("/").rpartition("/")[2].partition(".")[0]
    return last in _STATIC or last.startswith(("terms-", "advertis"))


def _path(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", ""
    return parts.path, parts.query
