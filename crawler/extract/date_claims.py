"""Every date that a page claims for its story, word for word, best first.

Nothing is parsed here: the normalise step reads the strings and picks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import cast
from urllib.parse import urlsplit

from lxml import etree
from lxml.html import HtmlElement

from crawler.extract.document import Document, text_of
from crawler.extract.marks import Marks, elsewhere
from crawler.extract.names import Meaning
from crawler.extract.structured import Structured, strings
from crawler.items import Claim

_PUBLISHED_META = (
    "article:published_time", "og:article:published_time", "datepublished", "article:published",
    "article.published", "og:published_time", "pubdate", "publishdate", "publish-date",
    "publish_date",
    "publication_date", "publication-date", "parsely-pub-date", "sailthru.date", "dc.date.issued",
    "dcterms.issued", "dcterms.created", "dc.date.created", "dcterms.date", "dc.date",
    "citation_publication_date",
    "citation_online_date", "cxenseparse:recs:publishtime", "date_published",
    "originalpublicationdate",
    "article_date_original", "datecreated", "created", "date",
)  # fmt: skip
_MODIFIED_META = (
    "article:modified_time", "og:updated_time", "datemodified", "article:modified", "last-modified",
    "dcterms.modified", "dc.date.modified", "lastmod", "revised", "updated_time",
)  # fmt: skip
_MODIFIED_WORDS = re.compile(
    r"updat|modif|aktualis|actuali[sz]|stand\b|edit|geändert|mis à jour|ažur|güncel|обновл"
    r"|bijgewerkt|oppdater|opdater|uppdater|aggiorn",
    re.IGNORECASE,
)
_DATE_LIKE = re.compile(
    r"\d{1,2}[./-]\s?\d{1,2}[./-]\s?\d{2,4}|\d{4}[./-]\d{1,2}[./-]\d{1,2}|\d{4}\s?[年년]"
    r"|\d{1,2}(?:st|nd|rd|th|\.|º|er)?\s+(?:de\s+)?[^\W\d]{3,12}\.?,?\s+(?:de\s+|del\s+)?\d{4}|[^\W\d]{3,12}\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+\d{4}"
)
_DATE_HINT = re.compile(r"\d{4}|\d[./-]\s?\d")
"""A part of whatever matches `_DATE_LIKE`, found far faster."""
_BEFORE_HINT = 40
"""Characters; more than a date has before that part."""
_TIME_AFTER = re.compile(
    r"[\s,|–-]{1,4}(?:at |um |à |klo |kl\.? |às )?(?:[01]?\d|2[0-3])[:.h][0-5]\d(?!\d)"
    r"(?::[0-5]\d)?(?:\s?(?:[ap]\.?m\.?|Uhr)\b)?(?:\s(?:UTC|GMT|CET|CEST|BST|MEZ|MESZ)\b)?",
    re.IGNORECASE,
)
_URL_DATE = re.compile(
    r"(?<!\d)((?:19|20)\d\d)[/_.-]?(0[1-9]|1[0-2])(?:[/_.-]?(0[1-9]|[12]\d|3[01]))?(?!\d)"
)
_MAX_SHOWN = 120
_TEXTS = etree.XPath("descendant::text()", smart_strings=False)
_WITH_YEAR = etree.XPath(
    "descendant::text()[string-length(.) < 300]"
    "[contains(translate(., '123456789', '000000000'), '0000')]"
    "[not(parent::script or parent::style)]",
    smart_strings=False,
)


def date_claims(
    doc: Document, data: Structured, marked: Marks, near: HtmlElement | None
) -> tuple[tuple[Claim, ...], tuple[Claim, ...]]:
    """Claims of publication and of modification, best first, each text once.

    near: the headline's element; text that looks like a date is searched around it.
    """
    published = _unique(_published(doc, data, marked, near)) or _unique(_anywhere(doc))
    modified = _unique(_modified(doc, data, marked))
    return published, modified


def _published(
    doc: Document, data: Structured, marked: Marks, near: HtmlElement | None
) -> Iterator[Claim]:
    yield from _ld(data, "datePublished", "dateCreated", "uploadDate")
    for name in _PUBLISHED_META:
        for text in data.meta.get(name, ()):
            yield Claim(text, f"meta:{name}")
    if _says_instant(data, "datePublished", "article:published_time"):
        return
    yield from _times(doc, near, modified=False)
    dates = [element for element in marked[Meaning.DATE][:60] if not elsewhere(element)]
    dates.sort(key=lambda element: _distance(element, near))
    yield from _shown(dates, modified=False)
    yield from _around(near)
    for node in data.nodes:
        if "webpage" in str(node.get("@type")).lower():
            for text in strings(node.get("datePublished"))[:1]:
                yield Claim(text, "json-ld:WebPage.datePublished")
    match = _URL_DATE.search(urlsplit(doc.url).path)
    if match:
        yield Claim("-".join(filter(None, match.groups())), "url")


def _says_instant(data: Structured, key: str, name: str) -> bool:
    """Whether the machine-readable claims state a time of day: nothing shown says more."""
    claims = [*_ld(data, key), data.first_meta(name)]
    return any(
        claim is not None and len(claim.text) >= 16 and ":" in claim.text for claim in claims
    )


def _modified(doc: Document, data: Structured, marked: Marks) -> Iterator[Claim]:
    yield from _ld(data, "dateModified")
    for name in _MODIFIED_META:
        for text in data.meta.get(name, ()):
            yield Claim(text, f"meta:{name}")
    if _says_instant(data, "dateModified", "article:modified_time"):
        return
    yield from _times(doc, None, modified=True)
    yield from _shown(marked[Meaning.DATE], modified=True)


def _ld(data: Structured, *keys: str) -> Iterator[Claim]:
    for key in keys:
        for text in strings(data.story.get(key))[:1]:
            yield Claim(text, f"json-ld:{key}")


def _times(doc: Document, near: HtmlElement | None, *, modified: bool) -> Iterator[Claim]:
    """<time> elements outside other stories' cards; those beside the headline first."""
    found = []
    for element in doc.tags["time"][:40]:
        stamp = element.get("datetime") or element.get("content") or ""
        text = text_of(element)[:_MAX_SHOWN]
        if not stamp and not text:
            continue
        names = " ".join(filter(None, (element.get("class"), element.get("itemprop"), text)))
        if bool(_MODIFIED_WORDS.search(names)) != modified:
            continue
        found.append((_distance(element, near), stamp, text))
    for _, stamp, text in sorted(found, key=lambda f: f[0])[:6]:
        if stamp.strip():
            yield Claim(" ".join(stamp.split())[:_MAX_SHOWN], "html:time@datetime")
        if text:
            yield Claim(text, "html:time")


def _distance(element: HtmlElement, near: HtmlElement | None) -> int:
    """Steps up from an element to one that holds the headline too; 99 if there is none near."""
    if near is None:
        return 0
    above = set()
    at: HtmlElement | None = near
    for _ in range(8):
        if at is None:
            break
        above.add(at)
        at = at.getparent()
    at = element
    for step in range(8):
        if at is None:
            break
        if at in above:
            return step
        at = at.getparent()
    return 99


def _shown(elements: Iterable[HtmlElement], *, modified: bool) -> Iterator[Claim]:
    """Texts of elements of a date's class, where they look like a date."""
    for number, element in enumerate(elements):
        if number > 40:
            return
        content = element.get("content") or element.get("datetime")
        if content and element.get("itemprop"):
            is_modified = "modif" in (element.get("itemprop") or "").lower()
            if is_modified == modified:
                yield Claim(
                    " ".join(content.split())[:_MAX_SHOWN],
                    f"html:itemprop={element.get('itemprop')}",
                )
            continue
        text = _spaced(element)
        is_date = text and len(text) <= _MAX_SHOWN and _DATE_LIKE.search(text)
        if is_date and bool(_MODIFIED_WORDS.search(text)) == modified:
            yield Claim(text, "html:date")


def _spaced(element: HtmlElement) -> str:
    """Text of an element, its parts apart: `<i>1 May 2020</i><i>12:30</i>` is two."""
    return " ".join(" ".join(cast("list[str]", _TEXTS(element))).split())


def _around(near: HtmlElement | None) -> Iterator[Claim]:
    """Dates in plain text beside the headline."""
    if near is None:
        return
    at: HtmlElement | None = near
    for _ in range(3):
        at = at.getparent() if at is not None else None
        if at is None or at.tag in ("body", "html"):
            return
        text = text_of(at)
        if len(text) > 3_000:
            text = text[:3_000]
        hint = _DATE_HINT.search(text)
        match = _DATE_LIKE.search(text, max(0, hint.start() - _BEFORE_HINT)) if hint else None
        if match:
            time = _TIME_AFTER.match(text, match.end())
            yield Claim(match[0] + (time[0] if time else ""), "html:near headline")
            return


def _anywhere(doc: Document) -> Iterator[Claim]:
    """The first text of the page that looks like a date: better than none."""
    for text in cast("list[str]", _WITH_YEAR(doc.root))[:200]:
        match = _DATE_LIKE.search(text)
        if match:
            yield Claim(" ".join(match[0].split()), "html:text")
            return


def _unique(claims: Iterable[Claim]) -> tuple[Claim, ...]:
    found: dict[str, Claim] = {}
    for claim in claims:
        found.setdefault(claim.text, claim)
        if len(found) >= 20:
            break
    return tuple(found.values())
