"""Elements whose class or itemprop says what they hold: author, date, standfirst, section, tags."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import islice

from lxml.html import HtmlElement

from crawler.extract.markup.boilerplate import names_of
from crawler.extract.markup.class_names import Meaning, meanings

Marks = Mapping[Meaning, Sequence[HtmlElement]]

_KINDS = (
    Meaning.AUTHOR, Meaning.DATE, Meaning.STANDFIRST, Meaning.SECTION, Meaning.TAGS, Meaning.CRUMBS,
)  # fmt: skip
_BITS = tuple((kind, int(kind)) for kind in _KINDS)
_OTHERS = int(Meaning.COMMENTS)
_AUTHOR = int(Meaning.AUTHOR)
_MAY_BE_AUTHOR = re.compile(r"[ao]u?t[eh]?[ou]r|byline|writer|report|journalist", re.IGNORECASE)
_HEADINGS = frozenset({"h2", "h3", "h4", "h5", "h6"})
"""Their ids are made of their words."""
_LONGEST_LINE, _MOST_TEXTS, _MOST_ABOVE = 320, 200, 12
"""Characters of the line of author and date; texts in it that are looked at; elements around the
headline that may hold it."""
_ANY = sum(bit for _, bit in _BITS)
_TAGS = (
    "div", "span", "p", "a", "time", "ul", "ol", "nav", "address", "section", "header", "h2", "h3",
    "h4", "h5", "h6", "strong", "em", "cite", "small", "b", "i", "td", "aside", "dl", "dd", "li",
    "abbr",
)  # fmt: skip


def marks(scope: HtmlElement) -> Marks:
    """Marked elements in a part of the page, by what they hold, in document order."""
    found: dict[Meaning, list[HtmlElement]] = {kind: [] for kind in _KINDS}
    known: dict[str, int] = {}
    for element in scope.iter(*_TAGS):
        attribute = element.get
        names = attribute("class")
        itemprop = attribute("itemprop")
        if itemprop is not None:
            names = itemprop if names is None else f"{names} {itemprop}"
        if not names:
            # An id is made for links and scripts, and says less; rel=author says it by itself.
            ident = attribute("id") or (attribute("rel") if element.tag == "a" else None)
            if (
                ident
                and _MAY_BE_AUTHOR.search(ident)
                and meanings(ident) & _AUTHOR
                and element.tag not in _HEADINGS
            ):
                found[Meaning.AUTHOR].append(element)
            continue
        bits = known.get(names, -1)
        if bits < 0:
            bits = known[names] = meanings(names) & _ANY
        if element.tag == "a" and attribute("rel") == "author":
            bits |= _AUTHOR
        if bits:
            for kind, bit in _BITS:
                if bits & bit:
                    found[kind].append(element)
    return found


def elsewhere(element: HtmlElement) -> bool:
    """Whether an element stands in a part of the page that is about others."""
    up = element
    for _ in range(12):
        up = up.getparent()
        if up is None:
            return False
        if up.tag in ("footer", "aside", "nav", "li") or meanings(names_of(up)) & _OTHERS:
            return True
    return False


def is_line_of_story(aside: HtmlElement, headline: HtmlElement) -> bool:
    """Whether an <aside> is the line of author and date below the headline: as short as one, with
    no heading in it, and a step or two from what holds the headline."""
    said = sum(len(text.strip()) for text in islice(aside.itertext(), _MOST_TEXTS))
    if said > _LONGEST_LINE or next(aside.iter("h2", "h3", "h4"), None) is not None:
        return False
    above = set(islice(headline.iterancestors(), _MOST_ABOVE))
    return any(up in above and up.tag != "body" for up in islice(aside.iterancestors(), 2))
