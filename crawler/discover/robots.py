"""The sitemaps that a robots.txt names."""

from __future__ import annotations

from protego import Protego

from crawler.urls import absolute

MAX_BYTES = 512_000
"""500 KiB, the least that RFC 9309, section 2.5, asks a crawler to read."""
MAX_SITEMAPS = 1_000


def sitemap_urls(body: bytes, url: str) -> tuple[str, ...]:
    """Addresses on `Sitemap:` lines (sitemaps.org protocol), normalised, each once, in order.

    url: the address of the robots.txt, for relative addresses. Raises nothing.

    >>> sitemap_urls(b"User-agent: *\\nSITEMAP: /map.xml # ours", "https://a.example/robots.txt")
    ('https://a.example/map.xml',)
    """
    found: dict[str, None] = {}
    text = body[:MAX_BYTES].decode("utf-8-sig", "replace")
    for named in Protego.parse(text).sitemaps:
        if (address := absolute(url, named)) is not None:
            found.setdefault(address)
            if len(found) >= MAX_SITEMAPS:
                break
    return tuple(found)
