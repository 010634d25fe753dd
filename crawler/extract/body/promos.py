"""Promos: blocks inside a body that advertise another story ("ALSO READ: …")."""

from __future__ import annotations

import re
from itertools import islice

from lxml.html import HtmlElement

from crawler.extract.body.linked import is_sentence
from crawler.extract.language import match, whole
from crawler.extract.page import text_of

_MAX_PROMO = 400
"""Characters; a longer block is prose, or a list that the body extractor judges by itself."""
_MAX_LINKS = 12
"""Links looked at in a promo."""
_MAX_LEAD = 60
"""Characters of text before the first link that can still be a label."""
_MARKS = "\ufeff\u200b \t\n\r\xa0:–—-|►▶▸→»›>•·*✅👉■◆●[](){}."
_STOPS = frozenset(".。।۔")
"""What ends a sentence: a headline has none after it."""
_CLOSING = frozenset(":：–—-|►▶▸→»>")
_SPLIT = re.compile(r"\s*[:：|]\s*")
_STORY_PATH = re.compile(r"(?:[^/-]+-){3,}[^/]*/?$|\d{5}")
_LABELS = frozenset({"also_read", "related", "popular", "featured", "latest"})


def promo_label(element: HtmlElement) -> str | None:
    """The label of a promo ("ALSO READ"), "" if it is a promo without one, None if it is none.

    element: a block (p, div, aside, li, blockquote …) inside a body.

    >>> from lxml.html import fromstring
    >>> promo_label(fromstring("<p><b>Also read: <a href='/x'>Rivers rise</a></b></p>"))
    'Also read'
    >>> promo_label(fromstring("<p>Read <a href='/x'>the report</a> of the court.</p>")) is None
    True
    """
    text = text_of(element)
    if not text or len(text) > _MAX_PROMO:
        return None
    inside = element.iterdescendants("a") if len(element) else ()
    anchors = list(islice((a for a in inside if a.get("href")), _MAX_LINKS))
    if not anchors:
        # The label alone: the links come in the block after it.
        lone = len(text) <= _MAX_LEAD and whole(text) == "also_read"
        return text.strip(_MARKS) if lone and element.tag not in ("li", "td") else None
    linked = [text_of(a) for a in anchors]
    first = next((t for t in linked if t), "")
    if not first:
        return None
    lead, _, rest = text.partition(first)
    label = lead.strip(_MARKS)
    after = rest
    for other in linked[linked.index(first) + 1 :]:
        after = after.replace(other, "", 1)
    if after.strip()[:1] in _STOPS and not label:
        return None
    if len(after.strip(_MARKS)) > 0.4 * sum(map(len, linked)) + 12:
        return None
    if label:
        closed = lead.rstrip()[-1:] in _CLOSING
        return label if len(label) <= _MAX_LEAD and _is_label(label, closed) else None
    head, mark, tail = _parts(first)
    if mark and tail and _is_label(head, True):
        return head
    if len(linked) > 1 and _is_label(first, False):
        return first.strip(_MARKS)
    if element.tag in ("li", "td", "th") or len(anchors) > 1 or after.strip(_MARKS):
        return None
    if is_sentence(first):
        return None
    path = (anchors[0].get("href") or "").partition("?")[0]
    return "" if len(first) >= 25 and _STORY_PATH.search(path) else None


def _parts(text: str) -> tuple[str, str, str]:
    found = _SPLIT.search(text)
    if not found:
        return text, "", ""
    return text[: found.start()].strip(_MARKS), found[0], text[found.end() :]


def _is_label(text: str, closed: bool) -> bool:
    """closed: whether a colon or the like ends it; without, only a whole phrase is a label."""
    found = match(text)
    return (
        found is not None
        and found.relation in _LABELS
        and (found.extent == "whole" or (closed and found.extent == "start" and len(text) <= 40))
    )
