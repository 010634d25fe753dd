"""Where on a site's pages something stands: a selector of tags and classes, without what a page
has for itself (numbers, hashes)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from lxml.cssselect import CSSSelector
from lxml.etree import XPath, XPathError
from lxml.html import HtmlElement, fromstring

from crawler.errors import UsageError

_LEVELS = 4
_MOST_CLASSES = 2
_STABLE = re.compile(r"[A-Za-z][A-Za-z_-]{1,39}")
"""A name that was given by a person: no digits, which count posts and hash styles."""
_HASHED = re.compile(
    r"^(?:css|sc|jss|emotion)-|[a-z]{1,2}[A-Z]{2,}|(?=[^_-]*[A-Z])(?:[a-z]*[A-Z][a-z]?){3,}$"
)
_END = frozenset({"html", "body"})
_TAG = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
"""A tag that a selector can name; the rest (`o:p`, `x"y`) is any tag to it."""
_LONGEST = 1_000
"""Characters of a place."""
_NO_ELEMENT = re.compile(
    r"(?:@|attribute::|text\(\s*\)|comment\(\s*\))[\w:.*-]*\s*(?:\[[^][]*\]\s*)*\)*\s*$"
)
"""The end of an XPath that gives attributes or bare text."""
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_CALLED = re.compile(r"(?:::)?([A-Za-z_](?:[\w.-]|:(?!:))*)\s*\(")
_PREFIXED = re.compile(r"(?<!:)\b[A-Za-z_][\w.-]*:(?!:)")
_FUNCTION_NAMES = """
    last position count id local-name namespace-uri name string concat starts-with contains
    substring-before substring-after substring string-length normalize-space translate boolean
    not true false lang number sum floor ceiling round
    text comment node processing-instruction and or div mod
"""
_FUNCTIONS = frozenset(_FUNCTION_NAMES.split())
"""What may stand before a parenthesis in XPath 1.0."""
_ANY_PAGE = fromstring("<html><head><title>a</title></head><body><p>a</p></body></html>")


def names_of(element: HtmlElement) -> tuple[str, ...]:
    """The stable class names of an element, at most two."""
    classes = element.get("class")
    return _stable(classes[:300]) if classes else ()


@lru_cache(maxsize=4_096)
def _stable(classes: str) -> tuple[str, ...]:
    kept = (
        name for name in classes.split() if _STABLE.fullmatch(name) and not _HASHED.search(name)
    )
    return tuple(dict.fromkeys(islice(kept, _MOST_CLASSES)))


def step(element: HtmlElement) -> str:
    """One level of a place: tag and stable names."""
    names = names_of(element)
    return ".".join((_tag(element), *names)) if names else _tag(element)


def _tag(element: HtmlElement) -> str:
    tag = str(element.tag)
    return tag if _TAG.fullmatch(tag) else "*"


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
    return " > ".join(reversed(steps)) or _tag(element)


@lru_cache(maxsize=512)
def finder(place: str) -> XPath:
    """What finds the elements of a place: a CSS selector, or an XPath that begins with a slash.

    Raises UsageError for what is neither, and for an XPath that gives no elements.
    """
    shown = repr(place if len(place) <= 100 else f"{place[:100]}…")
    if len(place) > _LONGEST:
        raise UsageError(f"{shown} is too long for a place")
    is_path = place.startswith(("/", "("))
    if is_path and (unknown := _unknown(place)):
        raise UsageError(f"{shown} is no XPath ({unknown})")
    try:
        find = XPath(place) if is_path else CSSSelector(place)
        answer = find(_ANY_PAGE)
    except Exception as error:  # cssselect and lxml have many
        raise UsageError(f"{shown} is no CSS selector and no XPath ({error})") from None
    if not isinstance(answer, list) or (is_path and _NO_ELEMENT.search(place)):
        raise UsageError(f"{shown} gives no elements; name the elements that hold the value")
    return find


def _unknown(path: str) -> str:
    """What an XPath names that no page has; lxml says so only of a page on which that part of the
    path is come to."""
    bare = _QUOTED.sub("''", path)
    if "$" in bare:
        return "there are no variables"
    if wrong := [name for name in _CALLED.findall(bare) if name not in _FUNCTIONS]:
        return f"there is no function {wrong[0]}()"
    if prefix := _PREFIXED.search(bare):
        return f"there is no prefix {prefix[0]}"
    return ""


def found(place: str, root: HtmlElement) -> Iterator[HtmlElement]:
    """The elements of a place in a page, in page order."""
    try:
        answer = finder(place)(root)
    except XPathError:  # it compares what cannot be compared: nothing is there
        return
    if isinstance(answer, list):
        yield from (each for each in answer if isinstance(each, HtmlElement))
