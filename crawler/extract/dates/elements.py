"""Dates in elements made for them: <time>, and those of a date's class or itemprop."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice

from lxml.html import HtmlElement

from crawler.extract.dates.ago import said_ago
from crawler.extract.dates.context import (
    LABEL,
    MAX_SHOWN,
    NO_LABELS,
    in_comments,
    in_site_bar,
    is_other,
    short_text,
    stated,
)
from crawler.extract.dates.others import of_another
from crawler.extract.dates.said import of_change, of_publication
from crawler.extract.dates.text import dates_in, has_date
from crawler.extract.markup import Meaning, elsewhere, meanings, names_of
from crawler.extract.page import Document
from crawler.items import Claim

CLOSE = 3
"""Steps up to an element that holds the headline too."""
_MAX_ABOVE = 8
"""Steps from the headline up to such an element."""
_CLIMB = 3
"""Steps up from a date to what stands before it."""
_MOST_SAID = 40
"""Characters right before a date."""
_APART = frozenset({"footer", "aside", "nav", "blockquote", "figure"})
_HARD = int(Meaning.HARD)
_STAMPS = (
    "datetime", "content", "data-datetime", "data-date", "data-published", "data-timestamp",
    "data-time", "title",
)  # fmt: skip


@dataclass
class Placed:
    """Claims of elements by where they stand, the nearest to the headline first."""

    near: HtmlElement | None
    """The headline's element."""
    places: tuple[list[tuple[HtmlElement, Claim]], ...] = field(
        default_factory=lambda: ([], [], [], [], [])
    )

    def add(self, place: int, element: HtmlElement, *claims: Claim) -> None:
        """place: 0 for close, 1 for off, 2 for apart, 3 for changed.

        What counts back from the capture comes after all that states a day.
        """
        if place < 2 and all(said_ago(claim.text) is not None for claim in claims):
            place = 4
        self.places[place].extend((element, claim) for claim in claims)

    def all_near(self) -> Iterator[Claim]:
        """Close to the headline, then farther off; also those that are another's."""
        return (claim for place in self.places[:2] for _, claim in place)

    @cached_property
    def close(self) -> list[Claim]:
        """Close to the headline."""
        return self._own(0)

    @cached_property
    def off(self) -> list[Claim]:
        """Farther off."""
        return self._own(1)

    @cached_property
    def apart(self) -> list[Claim]:
        """In a footer, in a quotation, in a part that is named for other stories."""
        return self._own(2)

    @cached_property
    def changed(self) -> list[Claim]:
        """Of a change, wherever they stand."""
        return self._own(3)

    @cached_property
    def ago(self) -> list[Claim]:
        """How long ago, close to the headline or farther off."""
        return self._own(4)

    def _own(self, place: int) -> list[Claim]:
        """Those that no other story, comment or picture has."""
        own: dict[HtmlElement, bool] = {}
        for element, _ in self.places[place]:
            if element not in own:
                own[element] = not of_another(element, self.near)
        return [claim for element, claim in self.places[place] if own[element]]


_DURATION = re.compile(r"P(?:\d|T\d)")
"""A <time> may hold how long something takes (HTML Living Standard, 4.5.14)."""


def time_elements(doc: Document, near: HtmlElement | None) -> Placed:
    """What the page's <time> elements state; those of comments left out.

    near: the headline's element, or None; then all count as close, in page order.
    """
    above = _ancestry(near)
    found: list[tuple[int, int, HtmlElement, list[Claim]]] = []
    for element in doc.tags["time"][:40]:
        stamp = " ".join((element.get("datetime") or element.get("content") or "").split())
        text = short_text(element)
        if (not stamp and not text) or _DURATION.match(stamp) or in_comments(element):
            continue
        if in_site_bar(element, near):
            continue
        claims = [Claim(stamp[:MAX_SHOWN], "html:time@datetime")] if stamp else []
        claims += [Claim(text, "html:time")] if text else []
        if _of_change(element, text or ""):
            found.append((3, 0, element, claims))
        else:
            found.append((*_place(element, above), element, claims))
    found.sort(key=lambda f: f[:2])
    placed = Placed(near)
    for place, _, element, claims in found[:12]:
        placed.add(place, element, *claims)
    return placed


def _of_change(element: HtmlElement, text: str) -> bool:
    """Whether a <time> is said to be of a change: by its words, the one before it, its class.

    WordPress writes `class="published updated"` on a story that never was.
    """
    names = f"{element.get('class') or ''} {element.get('itemprop') or ''}"
    if of_change(f"{_label(element)} {text}"):
        return True
    return len(names) > 1 and of_change(names) and "publish" not in names.lower()


def _label(element: HtmlElement) -> str:
    """The words right before an element: "Updated: ", also where they have an element of their own
    before it, or before the one that holds nothing else."""
    at = element
    for _ in range(_CLIMB):
        before, parent = at.getprevious(), at.getparent()
        text = before.tail if before is not None else parent.text if parent is not None else None
        if text := (text or "").strip():
            return text[-_MOST_SAID:]
        if before is not None:
            return _short_label(before)
        if parent is None or len(parent) > 1 or (at.tail or "").strip():
            return ""
        at = parent
    return ""


def _short_label(element: HtmlElement) -> str:
    if not isinstance(element.tag, str) or element.tag in NO_LABELS:
        return ""
    text = short_text(element)
    return text if text is not None and len(text) <= LABEL and not has_date(text) else ""


def _ancestry(near: HtmlElement | None) -> Mapping[HtmlElement, int] | None:
    """The headline's element and those around it, with the steps up to each; None if there is no
    headline."""
    if near is None:
        return None
    return {up: steps for steps, up in enumerate((near, *islice(near.iterancestors(), 40)))}


def _place(element: HtmlElement, above: Mapping[HtmlElement, int] | None) -> tuple[int, int]:
    """Where an element stands, as `Placed` orders it, and the steps up from it to one that holds
    the headline too.

    above: what `_ancestry` gives for the headline.
    """
    if above is None:
        return (2 if elsewhere(element) else 0), 0
    at: HtmlElement | None = element
    branch = element
    apart = False
    steps = 99
    for step in range(9):
        if at is None:
            break
        if at in above:
            steps = step
            if at.tag == "body" and above[at] > CLOSE and _is_before(branch, above):
                return 2, step  # the site's date, today's: far from the headline, and above it
            if above[at] > _MAX_ABOVE:
                steps = 99
            break
        apart = apart or at.tag in _APART or bool(meanings(names_of(at)) & _HARD)
        branch, at = at, at.getparent()
    if steps <= CLOSE:
        return (2 if apart and steps > 1 else 0), steps
    return (2 if apart or elsewhere(element) else 1), steps


def _is_before(branch: HtmlElement, above: Mapping[HtmlElement, int]) -> bool:
    """Whether a part of the page stands before the part that holds the headline."""
    return any(part in above for part in islice(branch.itersiblings(), 200))


def marked_elements(elements: Iterable[HtmlElement], near: HtmlElement | None) -> Placed:
    """What elements of a date's class or itemprop state, those of comments left out."""
    above = _ancestry(near)
    found: list[tuple[int, int, HtmlElement, Claim]] = []
    for element in islice(elements, 60):
        for claim, changed in _stamped(element):
            if in_comments(element) or in_site_bar(element, near):
                break
            place, steps = (3, 0) if changed else _place(element, above)
            found.append((place, steps, element, claim))
    found.sort(key=lambda f: f[:2])
    placed = Placed(near)
    for place, _, element, claim in found:
        placed.add(place, element, claim)
    return placed


def _stamped(element: HtmlElement) -> list[tuple[Claim, bool]]:
    """Claims of an element, each with whether it is of a change."""
    itemprop = element.get("itemprop")
    content = element.get("content") or element.get("datetime")
    if content and itemprop:
        claim = Claim(" ".join(content.split())[:MAX_SHOWN], f"html:itemprop={itemprop}")
        return [(claim, "modif" in itemprop.lower())]
    text = short_text(element)
    if text is None:
        return []
    number = sum(1 for _ in dates_in(text))
    if number:
        if is_other(element, text):
            return []
        said = number == 1 and not of_publication(text) and of_change(_label(element))
        shown = ((stated(text, modified=changed), changed) for changed in (False, True))
        return [
            (Claim(text if number == 1 else date, "html:date"), changed or said)
            for date, changed in shown
            if date is not None
        ]
    if said_ago(text) is not None and not is_other(element, text):
        changed = of_change(f"{_label(element)} {text}")
        return [(Claim(text, "html:date"), changed)]
    for name in _STAMPS:
        stamp = element.get(name)
        if stamp and len(stamp) <= MAX_SHOWN and sum(c.isdecimal() for c in stamp) > 4:
            return [(Claim(" ".join(stamp.split()), f"html:@{name}"), _of_change(element, text))]
    return []
