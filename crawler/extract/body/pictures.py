"""Where a picture is: pages give several sizes of it, hold it back until it is needed, and show a
placeholder in the meantime."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from lxml.html import HtmlElement

PICTURES = ("img", "amp-img")

_WAITING = re.compile(
    r"^(?:data-|lazy|nitro-|loading-)\S*(?:src|original|image|img|full|large|lazy|url)"
)
"""Attributes that hold what a script puts into `src` or `srcset`."""
_BIG = re.compile(r"large|full|original|hi-?res|zoom|big")
_CANDIDATE = re.compile(r"\s*([^\s,]\S*[^\s,]|[^\s,])(?:\s+([\d.]+)([wx])|\s+\d+h)*\s*(?:,|$)")
"""One of a srcset (HTML Living Standard, 4.8.4.2.1): an address, its width or density."""
_IMAGE = re.compile(
    r"^(?:https?:)?//\S+$|^\.{0,2}/?\S+\.(?:jpe?g|png|webp|avif|gif)\b", re.IGNORECASE
)
_NOTHING = frozenset({
    "blank", "spacer", "placeholder", "transparent", "pixel", "loading", "loader", "lazy",
    "lazyload", "grey", "gray", "empty", "dummy", "clear", "fallback", "1x1",
})  # fmt: skip
_PARTED = re.compile(r"[-_.]")
_BESIDE = re.compile(r"img|image|picture|bg|default|white|black|small|large|\d+(?:x\d+)?|")
"""The other words of a placeholder's file name."""
_BLURRED = re.compile(r"[?&,/_](?:blur|e_blur)\b", re.IGNORECASE)
_WIDTH = re.compile(
    r"[?&,/](?:w|width|imwidth|resize|wid)[=_:](\d{1,4})\b|[/_-]w(\d{2,4})(?=[/_.-])"
    r"|[/_-](\d{1,4})x\d{1,4}(?=[/_.?-])|[/_-](\d{2,4})w(?=[/_.])",
    re.IGNORECASE,
)
"""How wide a picture is by its address."""
_TINY = 100
"""Pixels; a narrower version stands in for another."""
_PLAIN, _LAZY, _LARGE, _DENSITY = 640, 700, 1_000, 700
"""How wide a picture is taken to be that does not say so: shown at once, waiting, by a name that
says large, and at a density of one."""
_LONGEST = 20_000


class _Version(NamedTuple):
    url: str
    width: float


def picture_source(element: HtmlElement) -> str | None:
    """The address of a picture in the best size that the page has, as written; None if it has none.

    element: an `img` or `amp-img`, perhaps in a `picture`.
    """
    versions = sorted(_versions(element), key=lambda version: version.width, reverse=True)
    return next((version.url for version in versions if not _is_placeholder(version)), None)


def _versions(element: HtmlElement) -> Iterator[_Version]:
    for name, value in element.attrib.items():
        if name == "src":
            yield from _single(value, _pixels(element.get("width")) or _PLAIN)
        elif "srcset" in name:
            yield from _set(value)
        elif _waits(name):
            if "," in value and _is_set(value):
                yield from _set(value)
            elif _IMAGE.search(value.strip()):
                yield from _single(value, _LARGE if _BIG.search(name) else _LAZY)
    # the parser puts an <img> into the <source> before it
    for up in islice(element.iterancestors("picture"), 1):
        for source in up.iter("source"):
            for name, value in source.attrib.items():
                if "srcset" in name:
                    yield from _set(value)


@lru_cache(maxsize=1_024)
def _waits(attribute: str) -> bool:
    return _WAITING.search(attribute) is not None


def _single(value: str, width: float) -> Iterator[_Version]:
    url = value.strip()
    if url:
        yield _Version(url, _said_width(url) or width)


def _set(value: str) -> Iterator[_Version]:
    for found in _CANDIDATE.finditer(value[:_LONGEST]):
        url, number, unit = found.groups()
        if unit == "w":
            yield _Version(url, float(number))
        else:
            yield _Version(url, _said_width(url) or _DENSITY * _float(number))


def _is_set(value: str) -> bool:
    found = _CANDIDATE.match(value[:_LONGEST])
    return found is not None and found[2] is not None


def _said_width(url: str) -> float:
    found = _WIDTH.search(url)
    return float(next(filter(None, found.groups()), 0)) if found else 0.0


def _float(text: str | None) -> float:
    try:
        return float(text or 1)
    except ValueError:
        return 1.0


def _is_placeholder(version: _Version) -> bool:
    url = version.url
    if url.startswith(("data:", "about:", "javascript:", "#")) or 0 < version.width <= _TINY:
        return True
    stem = url.partition("?")[0].partition("#")[0].rpartition("/")[2].rpartition(".")[0].lower()
    words = _PARTED.split(stem)
    if not _NOTHING.isdisjoint(words) and all(w in _NOTHING or _BESIDE.fullmatch(w) for w in words):
        return True
    return "blur" in url.lower() and _BLURRED.search(url) is not None


def _pixels(value: str | None) -> int:
    text = (value or "").strip().removesuffix("px")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
