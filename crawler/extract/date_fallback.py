"""Where else a page without a dated headline tells its date: labels, its scripts' data, short
texts, its description, its pictures' addresses. Looked at only where nothing better is found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import cast
from urllib.parse import urlsplit

from lxml import etree
from lxml.html import HtmlElement

from crawler.extract.date_context import (
    MAX_SHOWN,
    MODIFIED_WORDS,
    PROSE,
    PUBLISHED_WORDS,
    in_comments,
    in_sentence,
    is_other,
)
from crawler.extract.date_text import dates_in, timed
from crawler.extract.document import Document, text_of
from crawler.extract.marks import elsewhere
from crawler.extract.structured import Structured
from crawler.items import Claim

_LABEL = 60
"""Characters before a date in which words tell of what it is the date."""
_MAX_TEXTS = 400
_WITH_DATE = etree.XPath(
    "descendant::text()[string-length(.) < 400]"
    "[contains(translate(., '123456789年년', '0000000000/'), '0000')"
    " or contains(translate(., '123456789/', '000000000.'), '00.00')]"
    "[not(parent::script or parent::style or parent::noscript or parent::option)]",
)
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
_MAX_SCRIPT = 3_000_000
_IMAGE_DATE = re.compile(
    r"/((?:19|20)\d\d)[/_-]?(0[1-9]|1[0-2])[/_-]?(0[1-9]|[12]\d|3[01])(?=[/_\-.])"
)


def fallback_claims(doc: Document, data: Structured) -> Iterator[Claim]:
    """Claims of publication from the corners of a page, best first."""
    shown = _shown(doc)
    yield from shown.get("published", ())
    yield from _states(doc, _STATES[0])
    yield from _described(data)
    yield from shown.get("plain", ())
    yield from shown.get("modified", ())
    yield from _states(doc, _STATES[1])
    yield from shown.get("far", ())
    yield from _pictures(data)


def _shown(doc: Document) -> dict[str, list[Claim]]:
    """The first date of each kind that stands in a text of the page."""
    found: dict[str, list[Claim]] = {}
    for text in cast("list[str]", _WITH_DATE(doc.root))[:_MAX_TEXTS]:
        element: HtmlElement | None = text.getparent()  # type: ignore[attr-defined]
        if element is None:
            continue
        if text.is_tail:  # type: ignore[attr-defined]
            label_before = " ".join(text_of(element)[-_LABEL:].split())
            parent = element.getparent()
            element = element if parent is None else parent
        else:
            label_before = _label_before(element)
        plain = " ".join(text.split())
        before = 0
        for start, end in dates_in(plain):
            label = plain[max(before, start - _LABEL) : start].strip(" :,-–|") or label_before
            before = end
            if MODIFIED_WORDS.search(label):
                kind = "modified"
            elif PUBLISHED_WORDS.search(label):
                kind = "published"
            elif len(plain) - (end - start) > PROSE or in_sentence(element, end - start):
                continue  # of whatever the sentence tells
            else:
                kind = "plain"
            if kind in found or in_comments(element) or is_other(element, f"{label} {plain}"):
                continue
            if kind == "plain" and elsewhere(element):
                kind = "far"
            claim = Claim(timed(plain, start, end)[:MAX_SHOWN], f"html:text, {kind}")
            found.setdefault(kind, [claim])
    return found


def _label_before(element: HtmlElement) -> str:
    """What stands right before an element whose text begins with a date."""
    before = element.getprevious()
    if before is not None:
        return " ".join(f"{before.text or ''} {before.tail or ''}".split())[-_LABEL:]
    parent = element.getparent()
    return " ".join((parent.text or "").split())[-_LABEL:] if parent is not None else ""


def _states(doc: Document, pattern: re.Pattern[str]) -> Iterator[Claim]:
    """The first date under a telling key in the data that a page's scripts carry."""
    for script in doc.tags["script"]:
        text = script.text
        if not text or len(text) > _MAX_SCRIPT or "ld+json" in (script.get("type") or "").lower():
            continue
        match = pattern.search(text)
        if match:
            yield Claim(match[1] or match[2], "html:script")
            return


def _described(data: Structured) -> Iterator[Claim]:
    for name in ("description", "og:description", "twitter:description"):
        for text in data.meta.get(name, ())[:1]:
            for start, end in dates_in(text[:600]):
                if PUBLISHED_WORDS.search(text[max(0, start - _LABEL) : start]):
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
