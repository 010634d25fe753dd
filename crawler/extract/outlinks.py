"""Where a page leads: its links and the feeds it announces."""

from __future__ import annotations

from crawler.extract.document import Document

_FEED_TYPES = frozenset({
    "application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml",
})  # fmt: skip
_MAX_LINKS = 20_000


def out_links(doc: Document) -> tuple[str, ...]:
    """Addresses of the page's links, absolute and normalised, each once, in page order."""
    hrefs = dict.fromkeys(filter(None, (a.get("href") for a in doc.tags["a"][:_MAX_LINKS])))
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
