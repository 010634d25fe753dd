"""Lists of stories that a page's scripts fetch as JSON: what they name, and where they go on.

What a script asks for when more is wanted is the same address with a number counted up: a page, or
how many stories to pass over. Whatever else stands in it stays as it is.
"""

from __future__ import annotations

import json
import re
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from crawler.extract.script import story_addresses
from crawler.items import FoundUrl
from crawler.text import cleaned
from crawler.urls import normalise

MAX_BYTES = 10_000_000
_LEAST = 3
"""Stories that a list names; what names fewer is about one of them."""
_MOST = 2_000
_PAGES = frozenset({"page", "p", "pg", "pagenumber", "pageno", "paged", "pageindex", "currentpage"})
_OFFSETS = frozenset({"offset", "start", "from", "skip", "startindex", "begin", "cursor"})
_SIZES = frozenset({"limit", "size", "count", "perpage", "pagesize", "rows", "take", "num", "n"})
_PAGE_IN_PATH = re.compile(r"(?<=/page[/-])(\d{1,5})(?=/|\.json|$)")
_LARGEST = 100_000


def parse_script_list(body: bytes, url: str) -> tuple[FoundUrl, ...]:
    """The stories that a list in JSON names, in its order, then where it goes on; () where it is no
    list. body: without content coding. url: its own address. Raises nothing."""
    addresses = _addresses(body, url)
    if len(addresses) < _LEAST:
        return ()
    found = [
        FoundUrl(address, "page", "feed", url, claimed_title=title)
        for address, title in list(addresses.items())[:_MOST]
        if address != url
    ]
    if (more := further(url, len(addresses))) is not None:
        found.append(FoundUrl(more, "feed", "feed", url))
    return cleaned(tuple(found))


def _addresses(body: bytes, url: str) -> dict[str, str]:
    """Addresses that JSON names beside headlines → the headlines. Raises nothing."""
    if len(body) > MAX_BYTES or body.lstrip()[:1] not in (b"{", b"["):
        return {}
    try:
        value = json.loads(body.decode("utf-8-sig", "replace"), strict=False)
    except (ValueError, RecursionError):
        return {}
    return story_addresses(value, url)


def further(url: str, stories: int) -> str | None:
    """The address of the next part of a list; None where its own names no part. stories: how many
    this part has.

    >>> further("https://a.example/api/list?section=town&page=2", 10)
    'https://a.example/api/list?section=town&page=3'
    >>> further("https://a.example/api/list?offset=20&limit=10", 10)
    'https://a.example/api/list?offset=30&limit=10'
    >>> further("https://a.example/api/list/page/1.json", 10)
    'https://a.example/api/list/page/2.json'
    >>> further("https://a.example/api/list", 10)
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    pairs = parse_qsl(parts.query, keep_blank_values=True)[:50]
    numbers = {_plain(name): int(text) for name, text in pairs if _is_number(text)}
    step = max((numbers[name] for name in _SIZES if name in numbers), default=stories)
    for at, (name, text) in enumerate(pairs):
        plain = _plain(name)
        if not _is_number(text) or plain not in _PAGES | _OFFSETS or not step:
            continue
        more = int(text) + (1 if plain in _PAGES else step)
        if more > _LARGEST:
            return None
        pairs[at] = (name, str(more))
        return normalise(parts._replace(query=urlencode(pairs, quote_via=quote)).geturl())
    found = _PAGE_IN_PATH.search(parts.path)
    if found is None:
        return None
    path = f"{parts.path[: found.start()]}{int(found[1]) + 1}{parts.path[found.end() :]}"
    return normalise(parts._replace(path=path).geturl())


def _plain(name: str) -> str:
    return re.sub(r"[^a-z]", "", name.lower())


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 6
