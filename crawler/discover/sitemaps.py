"""Sitemaps: which pages and further sitemaps a site lists.

sitemaps.org protocol 0.9 (XML, index, text, gzip) and Google's news extension 0.9.
"""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from crawler.discover.kinds import peek, sniff
from crawler.discover.unpack import unpack
from crawler.discover.xml import child, elements, local_name, text_of, without_preamble
from crawler.items import FoundUrl
from crawler.text import cleaned
from crawler.urls import absolute, normalise

MAX_URLS = 50_000
"""The most that one sitemap may list (sitemaps.org protocol)."""


@dataclass(frozen=True, slots=True)
class SitemapContent:
    """What a sitemap file lists."""

    sitemaps: tuple[FoundUrl, ...] = ()
    """Further sitemaps, with their lastmod."""
    urls: tuple[FoundUrl, ...] = ()
    """Pages; claimed_at is the news publication date, or else lastmod."""
    cut: str | None = None
    """What was left unread and why, None if nothing was."""


def parse_sitemap(body: bytes, url: str) -> SitemapContent:
    """What a sitemap lists, in file order, each address once.

    body: the file as decoded from its content coding; may be gzip. url: its own address.

    Addresses are normalised; relative ones are taken as meant. Broken XML gives what can be read of
    it, and anything else than a sitemap (an error page in HTML, a feed) gives nothing. Raises
    nothing.

    >>> parse_sitemap(b"https://a.example/1", "https://a.example/map.txt").urls[0].url
    'https://a.example/1'
    """
    data, too_long = unpack(body)
    data = without_preamble(data)
    if sniff(data, None, url) != "sitemap":
        return SitemapContent()
    markup = peek(data[:256]).startswith("<")
    sitemaps, urls, more = (_from_xml if markup else _from_text)(data, url)
    cut = None
    if more:
        cut = f"more than {MAX_URLS:,} addresses in one sitemap: the rest was not read"
    elif too_long:
        cut = "longer than 50 MiB: the rest was not read"
    return cleaned(SitemapContent(tuple(sitemaps.values()), tuple(urls.values()), cut))


_Found = dict[str, FoundUrl]


def _from_xml(data: bytes, base: str) -> tuple[_Found, _Found, bool]:
    sitemaps: _Found = {}
    urls: _Found = {}
    for element in elements(data, frozenset({"url", "sitemap"})):
        loc = child(element, "loc")
        if loc is None or any(node.tag is etree.Entity for node in loc):
            continue
        text = text_of(loc) or ""
        # Most are absolute, and there are many: no joining.
        address = normalise(text) if text.startswith("http") else absolute(base, text)
        if address is None:
            continue
        if len(sitemaps) + len(urls) >= MAX_URLS:
            return sitemaps, urls, True
        last = text_of(child(element, "lastmod"), 64)
        if local_name(element) == "sitemap":
            if address != base:
                sitemaps.setdefault(
                    address,
                    FoundUrl(address, "sitemap", "sitemap", base, claimed_at=last, changed_at=last),
                )
            continue
        published, title = _news(element)
        urls.setdefault(
            address, FoundUrl(address, "page", "sitemap", base, published or last, title, last)
        )
    return sitemaps, urls, False


def _news(element: etree._Element) -> tuple[str | None, str | None]:
    news = child(element, "news")
    if news is None:
        return None, None
    return text_of(child(news, "publication_date"), 64), text_of(child(news, "title"), 1_000)


def _from_text(data: bytes, base: str) -> tuple[_Found, _Found, bool]:
    urls: _Found = {}
    for line in data.decode("utf-8-sig", "replace").splitlines():
        address = absolute(base, line) if line.lstrip()[:4].lower() == "http" else None
        if address is None:
            continue
        if len(urls) >= MAX_URLS:
            return {}, urls, True
        urls.setdefault(address, FoundUrl(address, "page", "sitemap", base))
    return {}, urls, False
