"""Where on a site's pages something stands: a selector of tags and classes, without what a page
has for itself (numbers, hashes)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from lxml.cssselect import CSSSelector
from lxml.etree import XPath
from lxml.html import HtmlElement

from crawler.errors import UsageError

_LEVELS = 4
_MOST_CLASSES = 2
_STABLE = re.compile(r"[A-Za-z][A-Za-z_-]{1,39}")
"""A name that was given by a person: no digits, which count posts and hash styles."""
_HASHED = re.compile(
    r"^(?:css|sc|jss|emotion)-|[a-z]{1,2}[A-Z]{2,}|(?=[^_-]*[A-Z])(?:[a-z]*[A-Z][a-z]?){3,}$"
)
_END = frozenset({"html", "body"})


def names_of(element: HtmlElement) -> tuple[str, ...]:
    """The stable class names of an element, at most two."""
    names = (element.get("class") or "")[:300].split()
    kept = (name for name in names if _STABLE.fullmatch(name) and not _HASHED.search(name))
    return tuple(dict.fromkeys(islice(kept, _MOST_CLASSES)))


def step(element: HtmlElement) -> str:
    """One level of a place: tag and stable names."""
    return ".".join((str(element.tag), *names_of(element)))


def place_of(element: HtmlElement) -> str:
    """The place of an element, up to four levels.

    >>> from lxml.html import fromstring
    >>> page = fromstring("<main><div id=p1 class='post post-17'><p class=by><a>x</a></p></div>")
    >>> place_of(page.find(".//a"))
    'main > div.post > p.by > a'
    """
    steps: list[str] = []
    at: HtmlElement | None = element
    while at is not None and isinstance(at.tag, str) and at.tag not in _END:
        steps.append(step(at))
        if len(steps) == _LEVELS:
            break
        at = at.getparent()
    return " > ".join(reversed(steps)) or str(element.tag)


@lru_cache(maxsize=512)
def finder(place: str) -> XPath:
    """What finds the elements of a place: a CSS selector, or an XPath that begins with a slash.

    Raises UsageError for what is neither.
    """
    try:
        return XPath(place) if place.startswith(("/", "(")) else CSSSelector(place)
    except Exception as error:  # cssselect and lxml have many
        raise UsageError(f"{place!r} is no CSS selector and no XPath ({error})") from None


def found(place: str, root: HtmlElement) -> Iterator[HtmlElement]:
    """The elements of a place in a page, in page order."""
    answer = finder(place)(root)
    if isinstance(answer, list):
        yield from (each for each in answer if isinstance(each, HtmlElement))
