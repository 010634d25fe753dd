"""Where else a page without a dated headline tells its date: labels, its scripts' data, short
texts, its description, its pictures' addresses. Looked at only where nothing better is found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from crawler.extract.dates.context import (
    MAX_SHOWN,
    PROSE,
    in_comments,
    in_sentence,
    in_site_bar,
    is_other,
    is_sentence,
    short_text,
    spans_years,
)
from crawler.extract.dates.line import tells_otherwise
from crawler.extract.dates.others import of_another
from crawler.extract.dates.said import of_change, of_publication
from crawler.extract.dates.text import dates_in, has_date, timed
from crawler.extract.markup import elsewhere
from crawler.extract.page import Document, Structured
from crawler.items import Claim

_LABEL = 60
"""Characters before a date in which words tell of what it is the date."""
_MAX_TEXTS, _MAX_ELEMENTS = 400, 50_000
"""Texts with a date, and elements, that are looked at."""
_LONGEST = 400
"""Characters of a text that may tell its page's date."""
SAID_OF_CHANGE = "html:text, modified"
"""The source of a date that words beside it say is of a change."""
_HIDDEN = frozenset({"script", "style", "noscript", "option", "template", "textarea"})
_KEY = (
    r"(?:datePublished|publishedAt|published_at|published_on|publishedDate|published_date"
    r"|publishDate|publish_date|publicationDate|publication_date|publishedTime|published_time"
    r"|firstPublished(?:At|Date)?|first_published_at|datePosted|pubDate|displayDate|display_date)"
)
_MADE = r"(?:dateCreated|createdAt|created_at|creationDate|createDate|create_date)"
_VALUE = (
    r"\\?[\"']\s*:\s*(?:\\?[\"'](\d{4}[-/.]\d\d?[-/.]\d\d?[\w:.+ \-]{0,24}|\d\d?[./]\d\d?[./]\d{4})"
    r"|(1\d{9}(?:\d{3})?)(?!\d))"
)
_STATES = (
    re.compile(r"[\"']" + _KEY + _VALUE, re.IGNORECASE),
    re.compile(r"[\"']" + _MADE + _VALUE, re.IGNORECASE),
)
_SAID = (
    (
        "published", "publish_d", "publishd", "publicationd", "publication_d", "dateposted",
        "pubdate", "displaydate", "display_date",
    ),
    ("created", "creationd", "creation_d", "create_d"),
)  # fmt: skip
"""What is in every key of each."""
_LONGEST_KEY = 40
"""Characters, quotation marks included."""
_MAX_SCRIPT = 4_000_000
"""Characters of all scripts."""
_IMAGE_DATE = re.compile(
    r"/((?:19|20)\d\d)[/_-]?(0[1-9]|1[0-2])[/_-]?(0[1-9]|[12]\d|3[01])(?=[/_\-.])"
)


def fallback_claims(doc: Document, data: Structured, near: HtmlElement | None) -> Iterator[Claim]:
    """Claims of publication from the corners of a page, best first.

    near: the headline's element.
    """
    shown = _shown(doc, near)
    yield from shown.get("published", ())
    yield from _states(doc, _STATES[0], _SAID[0])
    yield from _described(data)
    yield from shown.get("plain", ())
    yield from shown.get("modified", ())
    yield from _states(doc, _STATES[1], _SAID[1])
    yield from _pictures(data)


def _shown(doc: Document, near: HtmlElement | None) -> dict[str, list[Claim]]:
    """The first date of each kind that stands in a text of the page."""
    found: dict[str, list[Claim]] = {}
    for element, label_before, text in islice(_with_date(doc.root), _MAX_TEXTS):
        plain = " ".join(text.split())
        before = 0
        if spans_years(plain):
            continue
        for start, end in dates_in(plain):
            label = plain[max(before, start - _LABEL) : start].strip(" :,-–|") or label_before
            before = end
            if of_change(label):
                kind = "modified"
            elif of_publication(label) and not tells_otherwise(plain, start, end):
                kind = "published"
            elif (
                len(plain) - (end - start) > PROSE
                or in_sentence(element, end - start)
                or is_sentence(plain, start, end - start)
                or tells_otherwise(plain, start, end)
            ):
                continue  # of whatever the sentence tells
            else:
                kind = "plain"
            if kind in found or in_comments(element) or is_other(element, f"{label} {plain}"):
                continue
            if kind == "plain" and elsewhere(element):
                continue
            if kind != "published" and in_site_bar(element, near):
                continue
            if of_another(element, near) or _in_site_footer(element):
                continue
            claim = Claim(timed(plain, start, end)[:MAX_SHOWN], f"html:text, {kind}")
            found.setdefault(kind, [claim])
    return found


def _in_site_footer(element: HtmlElement) -> bool:
    """Whether an element stands in the page's footer, and not in the story's."""
    footer = next(element.iterancestors("footer"), None)
    return footer is not None and next(footer.iterancestors("article", "main"), None) is None


def _with_date(root: HtmlElement) -> Iterator[tuple[HtmlElement, str, str]]:
    """Texts that may hold a date, each with its element and with what stands right before it."""
    for element in islice(root.iter(), _MAX_ELEMENTS):
        text, tail = element.text, element.tail
        # most are but white space between two tags
        if (
            text
            and not text.isspace()
            and len(text) < _LONGEST
            and has_date(text)
            and element.tag not in _HIDDEN
        ):
            yield element, _label_before(element), text
        if tail and not tail.isspace() and len(tail) < _LONGEST and has_date(tail):
            parent = element.getparent()
            if parent is not None:
                before = short_text(element) if isinstance(element.tag, str) else None
                yield parent, (before or "")[-_LABEL:], tail


def _label_before(element: HtmlElement) -> str:
    """What stands right before an element whose text begins with a date."""
    before = element.getprevious()
    if before is not None:
        texts = (before.text, before.tail)
    else:
        parent = element.getparent()
        texts = (parent.text if parent is not None else None, None)
    return " ".join(" ".join((text or "")[-_LONGEST:] for text in texts).split())[-_LABEL:]


def _states(doc: Document, pattern: re.Pattern[str], parts: Sequence[str]) -> Iterator[Claim]:
    """The first date under a telling key in the data that a page's scripts carry.

    parts: of the keys, one of them in each, in small letters: most scripts have none of them.
    """
    left = _MAX_SCRIPT
    for script in doc.tags["script"]:
        text = script.text
        if not text or "ld+json" in (script.get("type") or "").lower():
            continue
        left -= len(text)
        if left < 0:
            return
        small = text.lower()
        places = [at for part in parts if (at := small.find(part)) >= 0]
        # a few capitals have small letters of two characters
        start = max(0, min(places, default=0) - _LONGEST_KEY) if len(small) == len(text) else 0
        match = pattern.search(text, start) if places else None
        if match:
            yield Claim(match[1] or match[2], "html:script")
            return


def _described(data: Structured) -> Iterator[Claim]:
    for name in ("description", "og:description", "twitter:description"):
        for text in data.meta.get(name, ())[:1]:
            for start, end in dates_in(text[:600]):
                if of_publication(text[max(0, start - _LABEL) : start]):
                    yield Claim(text[start:end], f"meta:{name}")
                    return


def _pictures(data: Structured) -> Iterator[Claim]:
    """The day on which the story's picture was uploaded, where its address tells."""
    for name in ("og:image", "twitter:image", "og:image:url"):
        for url in data.meta.get(name, ())[:1]:
            try:
                match = _IMAGE_DATE.search(urlsplit(url).path)
            except ValueError:
                continue
            if match:
                yield Claim("-".join(match.groups()), f"meta:{name}")
                return
