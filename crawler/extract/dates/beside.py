"""Dates in the plain text above and below the headline."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from lxml.html import HtmlElement

from crawler.extract.dates.ago import said_ago
from crawler.extract.dates.context import (
    LABEL,
    NO_LABELS,
    PROSE,
    in_comments,
    in_sentence,
    in_site_bar,
    is_other,
    is_sentence,
    spans_years,
    stated,
)
from crawler.extract.dates.line import tells_otherwise
from crawler.extract.dates.others import of_another
from crawler.extract.dates.said import of_change, of_publication, of_something_else
from crawler.extract.dates.text import has_date
from crawler.extract.language import pattern
from crawler.extract.markup import is_line_of_story
from crawler.items import Claim

_GOES_ON = r"\s*(?:[-–—|•·/:,]\s|<dates.oclock>\b|\()"
"""After a date that opens a paragraph: it is the paragraph's date line."""
_APART = frozenset({"footer", "aside", "nav", "blockquote", "figure"})
_HIDDEN = frozenset({"script", "style", "noscript", "template"})
_AGO = "html:near headline, ago"
CLOSE_TEXT = 200
"""Characters between the headline and a date that belongs to it."""
_AFTER, _BEFORE = 1_200, 500
"""Characters below and above the headline that are looked at."""
_TO_CHANGE = 60
"""Characters behind a date in which that of a change may stand."""
_SIBLINGS, _ELEMENTS = 200, 400
"""Elements beside one that are looked at, and elements in each of those."""
_MAX_PIECE = 2_000
"""Characters of one text that are looked at."""


class Beside(NamedTuple):
    """Claims of text by the headline."""

    close: list[Claim]
    """Dates that stand alone within `CLOSE_TEXT`."""
    alone: list[Claim]
    """Those farther off."""
    changed: list[Claim]
    """Dates that are said to be of a change."""
    ago: list[Claim]
    """How long ago, alone within `CLOSE_TEXT`."""
    prose: list[Claim]
    """Dates in sentences."""


def beside(near: HtmlElement | None) -> Beside:
    """Dates in plain text above and below the headline, the nearest first."""
    found: list[list[tuple[int, Claim]]] = [[], [], [], []]
    if near is not None:
        for texts in (_texts(near), _below(near), _above(near)):
            kinds: set[int] = set()
            passed, far = 0, _AFTER
            before = ""
            for element, text in texts:
                if passed > far:
                    break
                kind, claim = _judge(element, text, near)
                if kind in (0, 3) and claim is not None and _says_change(before, text):
                    kind = 1
                if kind == 0 and claim is not None and 1 not in kinds:
                    revised = stated(text, modified=True)  # "Published …; revised …"
                    if revised is not None:
                        kinds.add(1)
                        found[1].append((passed, Claim(revised, claim.source)))
                if claim is not None and (in_site_bar(element, near) or of_another(element, near)):
                    claim = None
                # words of a headline or a link are no label
                label, before = before, text if element.tag not in NO_LABELS else ""
                if claim is not None and len(label) < LABEL and of_something_else(label):
                    claim = None
                if claim is not None and kind not in kinds:
                    kinds.add(kind)
                    said = of_publication(f"{label[-LABEL:]} {text[:LABEL]}")
                    found[kind].append((passed // 4 if said else passed, claim))
                    if kind == 0:
                        far = passed + _TO_CHANGE
                passed += len(text)
    alone, changed, prose, ago = (sorted(claims, key=lambda f: f[0]) for claims in found)
    return Beside(
        close=[claim for passed, claim in alone if passed <= CLOSE_TEXT],
        alone=[claim for passed, claim in alone if passed > CLOSE_TEXT],
        ago=[claim for passed, claim in ago if passed <= CLOSE_TEXT],
        changed=[claim for _, claim in changed],
        prose=[claim for passed, claim in prose if passed <= CLOSE_TEXT],
    )


def _says_change(before: str, text: str) -> bool:
    """Whether the words before a text that is a date say that it is of a change."""
    is_label = len(before) <= LABEL and not has_date(before)
    return is_label and of_change(before) and not of_publication(text)


def _judge(element: HtmlElement, text: str, near: HtmlElement) -> tuple[int, Claim | None]:
    if not has_date(text):
        said = said_ago(text)
        if said is None or in_comments(element) or is_other(element, text):
            return 0, None
        return (1 if of_change(text) else 3), Claim(said, _AGO)
    if spans_years(text):
        return 0, None
    date = stated(text, modified=False)
    kind = 0
    if date is None:
        date = stated(text, modified=True)
        kind = 1
    if date is None or in_comments(element) or is_other(element, text):
        return kind, None
    for up in (element, *islice(element.iterancestors(), 4)):
        if up.tag in _APART and not (up.tag == "aside" and is_line_of_story(up, near)):
            return kind, None
    start = text.find(date)
    opens = (start == 0 and pattern(_GOES_ON).match(text, len(date)) is not None) or (
        start == 1 and text[0] in "([" and text[len(date) + 1 :][:1] in (")", "]")
    )
    if not opens and (
        len(text) - len(date) > PROSE
        or in_sentence(element, len(date))
        or is_sentence(text, start, len(date))
    ):
        kind = 2
    elif kind == 0 and not opens and tells_otherwise(text, start, start + len(date)):
        return 0, None
    return kind, Claim(date, "html:near headline" if kind < 2 else "html:sentence")


def _below(near: HtmlElement) -> Iterator[tuple[HtmlElement, str]]:
    left = _AFTER
    at: HtmlElement | None = near
    for _ in range(8):
        if at is None or at.tag in ("body", "html"):
            return
        parent = at.getparent()
        if parent is not None and at.tail and (text := " ".join(at.tail[:_MAX_PIECE].split())):
            left -= len(text)
            yield parent, text[:600]
        for sibling in islice(at.itersiblings(), _SIBLINGS):
            for element, text in _texts(sibling):
                left -= len(text)
                yield element, text[:600]
                if left < 0:
                    return
        at = parent


def _above(near: HtmlElement) -> Iterator[tuple[HtmlElement, str]]:
    left = _BEFORE
    at: HtmlElement | None = near
    for _ in range(5):
        if at is None or at.tag in ("body", "html"):
            return
        for sibling in islice(at.itersiblings(preceding=True), _SIBLINGS):
            texts = list(islice(_texts(sibling), 40))
            for element, text in reversed(texts):
                left -= len(text)
                yield element, text[:600]
                if left < 0:
                    return
        parent = at.getparent()
        if (
            parent is not None
            and parent.text
            and (text := " ".join(parent.text[:_MAX_PIECE].split()))
        ):
            left -= len(text)
            yield parent, text[:600]
        at = parent


def _texts(top: HtmlElement) -> Iterator[tuple[HtmlElement, str]]:
    """Each piece of text in an element and behind it, with the element that holds it."""
    for steps, element in enumerate(top.iter()):
        if steps > _ELEMENTS:
            return
        shown = isinstance(element.tag, str) and element.tag not in _HIDDEN
        if shown and element.text and (text := " ".join(element.text[:_MAX_PIECE].split())):
            yield element, text
        if (
            element is not top
            and element.tail
            and (text := " ".join(element.tail[:_MAX_PIECE].split()))
        ):
            parent = element.getparent()
            if parent is not None:
                yield (element if _is_line_after(element) else parent), text
    if top.tail and (text := " ".join(top.tail[:_MAX_PIECE].split())):
        parent = top.getparent()
        if parent is not None:
            yield (top if _is_line_after(top) else parent), text


def _is_line_after(element: HtmlElement) -> bool:
    """Whether the text behind an element stands in a line of its own, between line breaks."""
    behind = element.getnext()
    return element.tag == "br" and behind is not None and behind.tag == "br"
