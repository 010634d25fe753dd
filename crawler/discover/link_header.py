"""What an answer's `Link` headers point to (RFC 8288)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from crawler.items import Page
from crawler.urls import absolute

_MAX_LINKS = 100
_LINK = re.compile(
    r"<([^<>]{1,2000})>"
    r"((?:[ \t]*;[ \t]*[\w*!#$&+.^`|~-]{1,40}"
    r'(?:[ \t]*=[ \t]*(?:"[^"]{0,500}"|[^\s;,"]{1,500}))?){0,20})'
)
_PARAMETER = re.compile(r';[ \t]*([\w*!#$&+.^`|~-]+)[ \t]*=[ \t]*(?:"([^"]*)"|([^\s;,"]+))')
_FEEDS = ("application/rss+xml", "application/atom+xml", "application/feed+json")


def links(values: Iterable[str]) -> list[tuple[str, frozenset[str], str]]:
    """Target, relations and type of each link; the type is empty where none is given.

    >>> links(['<https://a.example/p/2>; rel="next"; type=text/html, </x/>;title="a, b"'])
    [('https://a.example/p/2', frozenset({'next'}), 'text/html'), ('/x/', frozenset(), '')]
    """
    found = []
    for value in values:
        for match in _LINK.finditer(value):
            given = {m[1].lower(): m[2] or m[3] or "" for m in _PARAMETER.finditer(match[2])}
            relations = frozenset(given.get("rel", "").lower().split())
            found.append((match[1], relations, given.get("type", "").lower()))
            if len(found) >= _MAX_LINKS:
                return found
    return found


def with_links(page: Page, values: Iterable[str]) -> Page:
    """A page with what the headers of its answer point to: the pages before and behind it, feeds,
    WordPress, the page's own address."""
    out, feeds, wordpress = list(page.out_links), list(page.feeds), page.wordpress
    canonical = page.article.canonical_url
    for target, relations, kind in links(values):
        url = absolute(page.url, target)
        if url is None:
            continue
        if relations & {"next", "prev", "previous"} and url not in out:
            out.append(url)
        if "alternate" in relations and kind in _FEEDS and url not in feeds:
            feeds.append(url)
        if "https://api.w.org/" in relations:
            wordpress = wordpress or url
        if "canonical" in relations:
            canonical = canonical or url
    return replace(
        page, out_links=tuple(out), link_words=page.link_words.ljust(len(out), "-"),
        feeds=tuple(feeds), wordpress=wordpress,
        article=replace(page.article, canonical_url=canonical),
    )  # fmt: skip
