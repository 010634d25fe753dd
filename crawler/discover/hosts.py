"""Hosts below a newspaper's own: which may be parts of it, by name, and which only mirror it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from urllib.parse import urlsplit, urlunsplit

from crawler.urls import site_host
from crawler.urls.segments import DRESSES, OTHER_HOSTS

_NO_PART = OTHER_HOSTS | DRESSES
"""Labels of hosts that hold no stories of the newspaper, or the same in another dress."""
_DEEPEST = 2
# Links of a front page that make it comparable, and the share of them that a mirror's has at least.
_ENOUGH = 5
_SAME = 0.5


def may_be_part(host: str, main: str) -> bool:
    """Whether a host's name allows that it is a part of the newspaper at `main`: it is below that,
    and names no other business. Both as `site_host` gives them.

    >>> may_be_part("sport.paper.example", "paper.example")
    True
    >>> [may_be_part(h, "paper.example") for h in ("shop.paper.example", "x.example")]
    [False, False]
    """
    name, above = _name(host), _name(main)
    if not name.endswith(f".{above}"):
        return False
    labels = name.removesuffix(f".{above}").split(".")
    return len(labels) <= _DEEPEST and not _NO_PART.intersection(labels)


def front_page(url: str) -> str:
    """The address of the front page of an address's host."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, "/", "", ""))


def is_mirror(links: Iterable[str], host: str, main: str, known: Callable[[str], bool]) -> bool:
    """Whether a host shows under its own name what another one has.

    links: those of its front page. main: the front page of the other. known: whether an address was
    heard of. A mirror's pages have the paths of the other's.

    >>> is_mirror([f"https://b.example/{n}" for n in range(9)], "b.example", "https://a.example/",
    ...           lambda url: url.startswith("https://a.example/"))
    True
    """
    parts = urlsplit(main)
    own = {link for link in links if site_host(link) == host and len(urlsplit(link).path) > 1}
    if len(own) < _ENOUGH:
        return False
    there = [urlunsplit((parts.scheme, parts.netloc, *urlsplit(link)[2:])) for link in own]
    return sum(map(known, there)) >= _SAME * len(own)


def _name(host: str) -> str:
    return host if host.startswith("[") else host.partition(":")[0]
