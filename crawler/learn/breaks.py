"""Since when a newspaper's pages are built otherwise, or give a value from another place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from lxml.html import HtmlElement

from crawler.learn.groups import ALIKE, share
from crawler.learn.places import place_of
from crawler.learn.survey import layout

LEAST_NEW = 5
"""Stories that have come since, at least, before anything is said of them."""
_MOST = 0.8
"""Share of these that are built otherwise, at least."""
_USUAL, _RARE, _GONE = 0.9, 0.5, 0.2
"""Share of the stories that have a value from one place, at least; at most when it has moved; and
of those that came right behind the first one that has not."""


@dataclass(frozen=True, slots=True)
class Build:
    """How a page is built."""

    layout: frozenset[str]
    headline: str
    """The place of its first heading; "" where it has none."""


def build(root: HtmlElement) -> Build:
    """How a page is built."""
    heading = next(root.iter("h1", "h2"), None)
    return Build(layout(root), place_of(heading) if heading is not None else "")


def fits(one: Build, known: Sequence[Build]) -> bool:
    """Whether a page is built as one of those that are known."""
    return any(share(one.layout, each.layout) >= ALIKE for each in known)


def is_break(new: Sequence[Build], known: Sequence[Build]) -> bool:
    """Whether the newest pages of a site are built otherwise than those that are known, and as one
    another."""
    other = [each for each in new if not fits(each, known)]
    return (
        len(new) >= LEAST_NEW
        and len(other) >= _MOST * len(new)
        and sum(fits(each, other[:1]) for each in other) >= _MOST * len(other)
    )


async def first_other(count: int, is_other: Callable[[int], Awaitable[bool]]) -> int:
    """The first of so many pages, in order, that is built otherwise, where all behind it are, and
    the last one is: by bisection."""
    low, high = 0, count - 1
    while low < high:
        middle = (low + high) // 2
        if await is_other(middle):
            high = middle
        else:
            low = middle + 1
    return low


def moved(before: Counter[str], after: Counter[str]) -> tuple[str, str] | None:
    """Whether a value comes from another place by now: where it came from, with the share of the
    stories, and where it does. None if it has not moved.

    before, after: how many stories have it from where.

    >>> moved(Counter({"json-ld": 98, "html": 2}), Counter({"html": 9, "json-ld": 1}))
    ('json-ld (98 %)', 'html (90 %)')
    """
    if not before or after.total() < LEAST_NEW:
        return None
    usual, stories = before.most_common(1)[0]
    now = after[usual] / after.total()
    if stories < _USUAL * before.total() or now > _RARE:
        return None
    other, number = max(after.items(), key=lambda each: (each[0] != usual, each[1], each[0]))
    return (
        f"{usual} ({stories / before.total():.0%})".replace("%", " %"),
        f"{other} ({number / after.total():.0%})".replace("%", " %"),
    )


def since_when(sources: Sequence[str], usual: str) -> int:
    """The first of some stories, in order, from which on the usual source is rare.

    >>> since_when(["json-ld", "html", "json-ld", "json-ld", "html", "html", "html"], "json-ld")
    4
    """
    for number, source in enumerate(sources):
        ahead = sources[number : number + 2 * LEAST_NEW]
        if source != usual and ahead.count(usual) <= _GONE * len(ahead):
            return number
    return len(sources) - 1
