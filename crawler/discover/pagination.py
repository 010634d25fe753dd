"""The further pages of one story, by how sites number them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from crawler.urls.segments import PAGES

MAX_PARTS = 30
"""Pages of one story that are read: the longest real ones have some twenty."""

_WORD = rf"(?:{'|'.join(sorted(PAGES | {'part', 'teil'}, key=len, reverse=True))})"
# What may be added to the first page's path, before its extension: /2, /page/2, -2, _2, ,2, -page-2
_PATH = re.compile(rf"(?:/(?:{_WORD}[/-]?)?|[-_,](?:{_WORD}[-_]?)?)(\d{{1,2}})/?", re.IGNORECASE)
_QUERY = re.compile(
    rf"(?:{_WORD}|paged|pn|pageno|page_no|pagenumber|seitennr)=(\d{{1,2}})", re.IGNORECASE
)
_EXTENSION = re.compile(r"\.[a-z]{3,5}$", re.IGNORECASE)


def later_pages(url: str, links: Iterable[str]) -> tuple[str, ...]:
    """Addresses among a page's links that ask for its own second page, third page and so on, in
    order; none where the second is not among them.

    url: the first page's address.

    >>> later_pages("https://a.example/long-read.html",
    ...             ["https://a.example/long-read-2.html", "https://a.example/other-2.html"])
    ('https://a.example/long-read-2.html',)
    """
    found: dict[int, str] = {}
    # Nearly all links begin otherwise: told without taking them apart.
    begins = _EXTENSION.sub("", url.partition("?")[0].rstrip("/"))
    for link in links:
        if not link.startswith(begins) or link == url:
            continue
        number = page_number(url, link)
        if number is not None and 2 <= number <= MAX_PARTS:
            found.setdefault(number, link)
    pages: list[str] = []
    while (number := len(pages) + 2) in found:
        pages.append(found[number])
    return tuple(pages)


def page_number(first: str, other: str) -> int | None:
    """Which page of the story at `first` an address asks for; None if it is no page of it.

    >>> page_number("https://a.example/x/", "https://a.example/x/page/3/")
    3
    >>> page_number("https://a.example/x?id=7", "https://a.example/x?id=7&page=2")
    2
    """
    try:
        one, two = urlsplit(first), urlsplit(other)
    except ValueError:
        return None
    if one.netloc != two.netloc or not one.path.strip("/"):
        return None
    if one.path.rstrip("/") == two.path.rstrip("/"):
        kept = one.query.split("&") if one.query else []
        added = [part for part in two.query.split("&") if part and part not in kept]
        match = _QUERY.fullmatch(added[0]) if len(added) == 1 else None
        return int(match[1]) if match else None
    if one.query != two.query:
        return None
    ending = _EXTENSION.search(one.path)
    stem = one.path[: ending.start()] if ending else one.path.rstrip("/")
    rest = two.path
    if ending and rest.endswith(ending[0]):
        rest = rest[: -len(ending[0])]
    if not rest.startswith(stem):
        return None
    match = _PATH.fullmatch(rest[len(stem) :])
    return int(match[1]) if match else None
