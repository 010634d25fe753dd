"""Where sites keep a sitemap or a feed if they do not say."""

from __future__ import annotations

USUAL_PLACES: tuple[tuple[str, str], ...] = (
    ("sitemap", "/sitemap.xml"),
    ("sitemap", "/sitemap_index.xml"),  # Yoast and others
    ("sitemap", "/wp-sitemap.xml"),  # WordPress itself, from 5.5
    ("sitemap", "/sitemap-index.xml"),
    ("sitemap", "/news-sitemap.xml"),  # Yoast: the newest stories alone
    ("sitemap", "/sitemap-news.xml"),
    ("feed", "/feed/"),  # WordPress
    ("feed", "/rss.xml"),
    ("feed", "/atom.xml"),
)
"""(kind, path), the most usual first: each is tried only where those before gave nothing."""

MOST_USUAL = (USUAL_PLACES[0], ("feed", "/feed/"))
"""One of each kind: for hosts where it is not likely that there is any."""
