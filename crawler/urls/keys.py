"""What addresses of one site, and of one story, have in common."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urlsplit

from crawler.urls.spelling import PLAIN, normalise

INDEX = re.compile(r"/index\.(?:html?|php)$")
"""The end of a path that says no more than the path without it."""


@lru_cache(maxsize=4_096)
def site_host(url: str) -> str:
    """The host that keys a site: lower-case, port kept, without `www.`.

    >>> site_host("https://www.News.example:8080/a")
    'news.example:8080'
    """
    if plain := PLAIN.fullmatch(url):
        return plain[1].removeprefix("www.")
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return ""
    host = host.removeprefix("www.")
    return host if port in (None, 80, 443) else f"{host}:{port}"


def same_story(a: str, b: str) -> bool:
    """Whether two addresses differ only in scheme, `www.`, trailing slash or `index.html`.

    >>> same_story("http://www.a.example/x/", "https://a.example/x")
    True
    """
    return story_key(a) == story_key(b)


@lru_cache(maxsize=4_096)
def story_key(url: str) -> str:
    """What addresses of one story share: no scheme, no `www.`, no trailing slash.

    >>> story_key("https://www.a.example/x/index.html?p=1")
    'a.example/x?p=1'
    """
    if plain := PLAIN.fullmatch(url):
        return plain[1].removeprefix("www.") + INDEX.sub("", plain[2]).rstrip("/")
    try:
        parts = urlsplit(normalise(url) or url)
    except ValueError:
        return url
    path = INDEX.sub("", parts.path).rstrip("/")
    return site_host(url) + path + (f"?{parts.query}" if parts.query else "")
