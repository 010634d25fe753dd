"""What the surroundings of a date that a page shows say of it: published, changed, of something
else, by a reader.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice

from lxml.html import HtmlElement

from crawler.extract.dates.habits import ambiguous, weekday_before
from crawler.extract.dates.said import of_change, of_publication, of_something_else
from crawler.extract.dates.text import dates_in, timed
from crawler.extract.markup import names_of

MAX_SHOWN = 120
"""Characters of a claim; a longer text is prose."""
LABEL = 30
"""Characters of words that stand in an element of their own before a date, and tell what it is."""
NO_LABELS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "a", "button"})
"""Elements whose words say nothing of the date behind them: headlines, links to "Updates"."""
PROSE = 80
"""Characters beside a date that make its text a sentence."""
_INLINE = frozenset({"a", "b", "strong", "em", "i", "span", "u", "small", "time", "font", "mark"})
_OTHER_NAMES = re.compile(
    r"today|current|print-?(?:head|date|time)|clock|weather|wetter|heute|meteo|copyright",
    re.IGNORECASE,
)
_FROM_TO = re.compile(r"\s*(?:[–—-]|to|bis|al?|à|au|do|по|tot|til)\s*", re.IGNORECASE)
_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")
_YEARS = 2
"""Between two dates, of which none is the story's then."""
_MAX_CLIMB = 30
_COMMENT_NAME = re.compile(
    r"(?!(?:no|has|with|hide|show|showing|open|close|enable|allow|category|cat|tag|section|type|topic"
    r"|date|author|share|social|meta|info|count|entry|post)[-_])(?:[a-z]{1,8}[-_]{1,2}){0,2}"
    r"(?:comment|kommentar|comentario|commento|commentaire|reply|replie)(?:s|e|en|er)?"
    r"(?:[-_]{0,2}(?:list|body|content|area|section|meta|metadata|item|wrap|wrapper|box|thread|entry"
    r"|text|container|tree|feed|block|row|holder|post|message))?(?:[-_]\d+)?",
    re.IGNORECASE,
)
"""A class or id of readers' comments, whole: `comments-open` is of the story."""


def short_text(element: HtmlElement) -> str | None:
    """Text of an element, its parts apart (`<i>1 May 2020</i><i>12:30</i>` is two), white space
    collapsed; None if it is longer than `MAX_SHOWN`."""
    parts: list[str] = []
    length = 0
    for number, text in enumerate(element.itertext() if len(element) else (element.text or "",)):
        length += len(text)
        if number > 100 or length > 20 * MAX_SHOWN:
            return None
        parts += text.split()
    text = " ".join(parts)
    return text if len(text) <= MAX_SHOWN else None


_BARS = "|•·"
"""Between the parts of a line, which may end in "a.m."."""
_SENTENCE = 5
"""Words beside a date; with as many, and a full stop, they are a sentence."""
_ENDS = (".", "!", "?", "。", "।", "؟")


def is_sentence(text: str, start: int, length: int) -> bool:
    """Whether the words around a date of a text make a sentence that tells of something else than
    when the story was published or changed.

    >>> is_sentence("The bridge was opened on March 3, 1998.", 25, 13)
    True
    >>> is_sentence("First published by the harbour board on March 3, 1998.", 40, 13)
    False
    """
    if not text.rstrip("”\"' ").endswith(_ENDS) or any(mark in text for mark in _BARS):
        return False
    before = text[:start]
    if of_publication(before[:60]) or of_change(before[:60]):
        return False
    return len((before + " " + text[start + length :]).split()) >= _SENTENCE


def stated(text: str, *, modified: bool) -> str | None:
    """The first date of a text, with its time, whose words before it say published or nothing
    (or modified); None if there is none.

    >>> text = "Updated 2 May 2021, first published 14 July 2020 at 9:41"
    >>> stated(text, modified=False), stated(text, modified=True)
    ('14 July 2020 at 9:41', '2 May 2021')
    """
    before = 0
    for start, end in dates_in(text[:3_000]):
        if of_change(text[max(before, start - 60) : start]) == modified:
            date = timed(text, start, end)
            if date.startswith(text[start:end]) and ambiguous(text[start:end]) is not None:
                # the day of the week tells which number is the month
                told = weekday_before(text, start)
                return text[told.start() : start] + date if told is not None else date
            return date
        before = end
    return None


def spans_years(text: str) -> bool:
    """Whether a short text tells from when to when something or somebody was.

    >>> spans_years("May 3, 1931 – April 30, 2024"), spans_years("7 May 2024 – 8 May 2024")
    (True, False)
    """
    if len(text) > MAX_SHOWN:
        return False
    spans = list(islice(dates_in(text), 2))
    if len(spans) < 2 or not _FROM_TO.fullmatch(text[spans[0][1] : spans[1][0]]):
        return False
    years = [_YEAR.findall(text[slice(*span)]) for span in spans]
    return all(years) and int(years[1][-1]) - int(years[0][-1]) >= _YEARS


def in_comments(element: HtmlElement) -> bool:
    """Whether an element stands among readers' comments."""
    for up in islice(element.iterancestors(), 10):
        if up.tag in ("body", "html", "main"):
            return False
        if (names := names_of(up)) and _are_comments(names[:300]):
            return True
    return False


@lru_cache(maxsize=4_096)
def _are_comments(names: str) -> bool:
    return any(_COMMENT_NAME.fullmatch(name) for name in names.split())


@lru_cache(maxsize=4_096)
def _are_of_others(names: str) -> bool:
    return _OTHER_NAMES.search(names) is not None


def is_other(element: HtmlElement, text: str) -> bool:
    """Whether a date is likely that of the visit (a clock, a weather box), of a person or event."""
    if of_something_else(text):
        return True
    return any(
        (names := names_of(up)) and _are_of_others(names[:200])
        for up in (element, *islice(element.iterancestors(), 2))
    )


def in_site_bar(element: HtmlElement, near: HtmlElement | None) -> bool:
    """Whether an element stands in the bar at the top of the site, where today's date is and a
    clock: before the headline, with the navigation beside it or between them.

    near: the headline's element, if known.
    """
    if near is None:
        bar = next(element.iterancestors("header"), None)
        if bar is None or next(bar.iterancestors("article", "main"), None) is not None:
            return False
        return bar.get("role") == "banner" or _navigates(bar)
    above = set(near.iterancestors())
    branch = element
    for up in islice(element.iterancestors(), _MAX_CLIMB):
        if up is near:
            return False
        if up in above:
            return up.tag not in ("article", "header", "main") and _before(branch, near)
        branch = up
    return False


def _before(branch: HtmlElement, near: HtmlElement) -> bool:
    """Whether a part of an element stands before the part that holds the headline, and one of them
    or what is between is the site's navigation."""
    navigates = branch.tag == "header" or branch.get("role") == "banner" or _navigates(branch)
    for sibling in islice(branch.itersiblings(), 60):
        if sibling is near or sibling in near.iterancestors():
            return navigates
        navigates = navigates or sibling.tag == "header" or _navigates(sibling)
    return False


def _navigates(element: HtmlElement) -> bool:
    """Whether an element is the site's navigation or holds it: more links than a breadcrumb."""
    bars = [element] if element.tag == "nav" else islice(element.iter("nav"), 4)
    return any(sum(1 for _ in islice(bar.iter("a"), 4)) > 3 for bar in bars)


def _has_own_line(element: HtmlElement) -> bool:
    """Whether line breaks part an inline element from what stands before and behind it."""
    before, behind = element.getprevious(), element.getnext()
    if before is None or before.tag != "br" or (before.tail or "").strip():
        return False
    return behind is not None and behind.tag == "br" and not (element.tail or "").strip()


def in_sentence(element: HtmlElement, length: int) -> bool:
    """Whether what an inline element says is part of a paragraph's prose."""
    at = element
    for _ in range(3):
        parent = at.getparent()
        if at.tag not in _INLINE or parent is None:
            break
        if _has_own_line(at):
            return False
        at = parent
    if at.tag not in ("p", "li", "blockquote", "td"):
        return False
    left = length + 2 * PROSE
    for text in at.itertext():
        left -= len(text.strip())
        if left < 0:
            return True
    return False
