"""Addresses that show the same story in another dress: AMP, print, mobile, with a parameter
more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

_DRESSES = frozenset({"amp", "print", "mobile", "m", "printpage", "print-page", "amphtml"})
_SUFFIX = re.compile(r"(?:\.amp|[.-]amp|[.-]print|_print)(?=\.html?$|$)", re.IGNORECASE)
_HOST = re.compile(r"^(?:amp|m|mobile|mobil)\.", re.IGNORECASE)
_LATER = re.compile(r"(?<=[^/]/)(?:page/)?\d{1,2}/?$")


def plain_forms(url: str) -> Iterator[str]:
    """Addresses that the same story may have without its dress, the likeliest first; none for one
    that wears none. Whoever finds one of them archived need not fetch this one.

    >>> list(plain_forms("https://m.a.example/news/mill-wheel-turns/amp/?ref=home"))[:2]
    ['https://m.a.example/news/mill-wheel-turns/amp/', 'https://m.a.example/news/mill-wheel-turns/']
    >>> list(plain_forms("https://a.example/news/mill-wheel-turns"))
    []
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return
    path, query, netloc = parts.path, parts.query, parts.netloc
    if query and len(path) > 1:
        query = ""
        yield urlunsplit((parts.scheme, netloc, path, query, ""))
    segments = path.split("/")
    bare = "/".join(s for s in segments if s.lower() not in _DRESSES)
    bare = _SUFFIX.sub("", bare)
    if bare != path and len(bare) > 1:
        path = bare
        yield urlunsplit((parts.scheme, netloc, path, query, ""))
        if path.endswith("/"):
            yield urlunsplit((parts.scheme, netloc, path.rstrip("/"), query, ""))
    if _LATER.search(path):
        base = _LATER.sub("", path)
        yield urlunsplit((parts.scheme, netloc, base, query, ""))
        yield urlunsplit((parts.scheme, netloc, base.rstrip("/"), query, ""))
    host = _HOST.sub("", netloc)
    if host != netloc and "." in host:
        yield urlunsplit((parts.scheme, host, path, query, ""))
        yield urlunsplit((parts.scheme, f"www.{host}", path, query, ""))


def is_dressed(url: str) -> bool:
    """Whether an address may be another one's with something added."""
    return next(plain_forms(url), None) is not None
