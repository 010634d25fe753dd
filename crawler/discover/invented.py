"""Addresses that no site has, to learn how it says so."""

from __future__ import annotations

import re
from urllib.parse import urlsplit, urlunsplit

_NUMBER = "9182736450"
_SLUG = f"no-such-page-{_NUMBER}"
_EXTENSION = re.compile(r"\.[A-Za-z]{2,5}$")
_IDENTIFIER = re.compile(r"\d{3,}")


def invented(url: str) -> str:
    """An address built as another is, where surely nothing is: its numbers and its last part are
    others, for some sites go by the one and some by the other.

    >>> invented("https://a.example/news/48000/mill-wheel-turns.html")
    'https://a.example/news/9182736450/no-such-page-9182736450.html'
    >>> invented("https://a.example/article.php?id=7&lang=en")
    'https://a.example/article.php?id=9182736450&lang=en'
    """
    parts = urlsplit(url)
    if parts.query:
        query = re.sub(r"(?<==)[^&]*\d[^&]*", _NUMBER, parts.query)
        if query == parts.query:
            query = re.sub(r"(?<==)[^&]*$", _SLUG, query)
        return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))
    folder, _, last = parts.path.rstrip("/").rpartition("/")
    extension = _EXTENSION.search(last)
    ending = extension[0] if extension else parts.path[len(parts.path.rstrip("/")) :]
    stem = last.removesuffix(ending)
    name = _NUMBER if stem.isdigit() else _SLUG
    path = f"{_IDENTIFIER.sub(_NUMBER, folder)}/{name}{ending}"
    return urlunsplit((parts.scheme, parts.netloc, path, "", ""))
