"""Where a page leads: its links and the feeds it announces."""

from __future__ import annotations

from crawler.extract.document import Document
from crawler.urls import site_host

_FEED_TYPES = frozenset({
    "application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml",
})  # fmt: skip
_MAX_LINKS = 20_000


def out_links(doc: Document) -> tuple[str, ...]:
    """Addresses of the page's links, absolute and normalised, each once, in page order."""
    hrefs = dict.fromkeys(filter(None, (a.get("href") for a in doc.tags["a"][:_MAX_LINKS])))
    for link in doc.tags["link"]:
        # a list's further pages, or a story's neighbours, that only the head names
        if {"next", "prev"}.intersection((link.get("rel") or "").lower().split()):
            hrefs.setdefault(link.get("href") or "#")
    found = dict.fromkeys(map(doc.address, hrefs))
    found.pop(None, None)
    return tuple(url for url in found if url is not None)


def feeds(doc: Document) -> tuple[str, ...]:
    """Addresses of the feeds that the page announces (RSS Advisory Board, autodiscovery)."""
    found = []
    for link in doc.tags["link"]:
        kind = (link.get("type") or "").lower().strip()
        if kind in _FEED_TYPES and "alternate" in (link.get("rel") or "").lower().split():
            found.append(doc.address(link.get("href") or ""))
    return tuple(dict.fromkeys(url for url in found if url is not None))


def wordpress_api(doc: Document) -> str | None:
    """Root of the site's WordPress REST API: as the page names it (link rel="https://api.w.org/"),
    else at its usual place where the page is WordPress's by its files; None if it is not.
    """
    for link in doc.tags["link"]:
        href = link.get("href") or ""
        if "https://api.w.org/" in (link.get("rel") or ""):
            return doc.address(href)
    for tag in ("link", "script"):
        for element in doc.tags[tag]:
            path = element.get("href") or element.get("src") or ""
            root, found, _ = path.partition("/wp-content/")
            if not found:
                root, found, _ = path.partition("/wp-includes/")
            if found:
                api = doc.address(f"{root}/wp-json/")
                # files may come from elsewhere: the API is the site's own
                return api if api and site_host(api) == site_host(doc.url) else None
    return None
