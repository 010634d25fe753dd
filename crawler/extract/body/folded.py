"""Parts of a story that are hidden until the reader turns to them: answers to questions, pages of a
gallery."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice

from lxml.html import HtmlElement

from crawler.extract.language import unfolds
from crawler.extract.markup import Meaning, is_hidden, meanings, names_of
from crawler.extract.page import text_of

_PARTS = frozenset({"div", "section", "dd", "article"})
_UNSAID = int(Meaning.NOISE)
_MAX_LABELS = 3
_MAX_SIBLINGS = 40
_MAX_LOOKS = 20


def is_folded(element: HtmlElement) -> bool:
    """Whether a hidden element is a part that its page opens: something beside it says that it
    opens this, or it stands in a row of its like, of which one is shown."""
    if element.tag not in _PARTS or element.get("role") in ("dialog", "menu", "navigation"):
        return False
    if meanings(names_of(element)) & _UNSAID:
        return False
    return _has_label(element) or _has_opener(element) or _is_turned_to(element)


def _has_opener(element: HtmlElement) -> bool:
    """Whether right behind an element, or before it, is a button that says "Read more"."""
    for beside in (element.getnext(), element.getprevious()):
        if beside is None or not isinstance(beside.tag, str):
            continue
        for part in islice(beside.iter("button", "a", "span", "label", "summary"), _MAX_LABELS):
            href = part.get("href")
            if href is not None and not href.startswith(("#", "javascript:")):
                continue
            text = text_of(part)
            if text and text == text_of(beside) and unfolds(text):
                return True
    return False


def _has_label(element: HtmlElement) -> bool:
    """Whether what stands before an element opens and closes it."""
    ident = element.get("id")
    up = element.getparent()
    labels = chain(
        islice(element.itersiblings(preceding=True), _MAX_LABELS),
        islice(up.itersiblings(preceding=True), 1) if up is not None and not ident else (),
    )
    for label in labels:
        for part in islice(label.iter("button", "a", "div", "h2", "h3", "h4", "dt"), _MAX_LOOKS):
            if ident and part.get("aria-controls") == ident:
                return True
            if not ident and part.get("aria-expanded") is not None:
                return True
    return False


def _is_turned_to(element: HtmlElement) -> bool:
    """Whether elements beside a hidden one, of a class with it, are shown, and others are not."""
    names = set((element.get("class") or "").split()) - {"hidden"}
    if not names:
        return False
    row = [other for other in _beside(element) if names & set((other.get("class") or "").split())]
    hidden = sum(map(is_hidden, row))
    return hidden >= 2 and 1 <= len(row) - hidden <= 2


def _beside(element: HtmlElement) -> Iterator[HtmlElement]:
    for before in (True, False):
        yield from islice(element.itersiblings(element.tag, preceding=before), _MAX_SIBLINGS)
