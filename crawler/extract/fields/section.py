"""The newspaper's section and the story's tags."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from crawler.extract.fields.canonical import is_front
from crawler.extract.fields.persons import is_cased_person
from crawler.extract.fields.site_names import home_names
from crawler.extract.markup import Marks, Meaning, meanings, names_of
from crawler.extract.page import Document, Structured, strings, text_of, types_of
from crawler.items import Claim
from crawler.urls import names_people, segments

_MAX_TAGS = 50
_MANY = 4
"""Sections that a story can be in; more are a list of all."""
_LONGEST_LABEL = 250
"""Characters of what shows a story's sections; more is a part of the page that is called one."""
_KEYWORDS = ("news_keywords", "keywords", "parsely-tags", "sailthru.tags")
_NO_TAG = re.compile(
    r"(?:urn:uuid:)?[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
    r"|(?=(?:[a-f]*\d){3})(?=\d*[a-f])[0-9a-f]{8,}|[\d\s.,:/_#-]+",
    re.IGNORECASE,
)
"""A key or a number of the content system."""
_LEVELS, _BESIDE = 4, 4
"""Steps up from the headline, and elements before each, where its section may stand."""
_LONGEST_NAME, _FOLDERS, _HYPHENS, _LOOKED_AT = 40, 2, 3, 300
"""Characters of a section's name; folders of its address, hyphens in it; links that may be of the
navigation."""
_MOST_ELEMENTS = 2_000
_OF_PAGE = frozenset({"nav", "header", "footer", "form"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4"})
_NO_SECTION = (
    segments.TOPICS | segments.ARCHIVES | segments.SERVICE | segments.LOG_IN | segments.SUBSCRIBE
)
_MENU = re.compile(r"nav|menu", re.IGNORECASE)
_CRUMB_MARKS = " >»›/→|·\xa0"
_YEAR = re.compile(r"(?:19|20)\d\d")
"""What no section's name holds, and a date beside it does."""


def section(
    doc: Document,
    data: Structured,
    marked: Marks,
    title: str | None,
    heading: HtmlElement | None,
) -> Claim | None:
    """The section's name.

    heading: the headline's element, if the page shows it.

    The first of these: JSON-LD articleSection, article:section and its like, the category shown
    with the headline, the last breadcrumb before the story, a link above the headline to the
    section's front.
    """
    named = data.ld("articleSection") or data.first_meta(
        "article:section", "og:article:section", "articlesection", "section", "parsely-section",
        "cxenseparse:recs:category",
        "cxenseparse:section", "dc.subject.section", "article.section",
    )  # fmt: skip
    if named is not None and len(named.text) <= 80:
        return _one_of_list(named, marked)
    for element in marked[Meaning.SECTION]:
        if _is_of_many(element, heading):
            continue
        texts = [
            text_of(a)
            for a in element.iter("a")
            if "/" in (href := a.get("href") or "")
            and next(a.iter("h2", "h3", "h4", "h5"), None) is None
            and not is_front(doc.address(href) or "")
        ]
        for text in texts:
            if text and len(text) <= 50 and not _YEAR.search(text):
                return Claim(text, "html:category")
    for names, source in (
        (_ld_crumbs(data), "json-ld:BreadcrumbList"),
        (_crumbs(marked) or _path_above(heading), "html:breadcrumb"),
    ):
        inner = [name for name in names[1:] if name != title and len(name) <= 50]
        if inner:
            return Claim(inner[-1], source)
    return _above_headline(doc, heading, title) or _crumbs_of_page(doc, marked, title)


def _one_of_list(named: Claim, marked: Marks) -> Claim:
    """A section that machines are told, or the first of several in one text, "Metro, News", where
    the page shows each of them by itself."""
    parts = [part.strip() for part in named.text.split(",")]
    if not 1 < len(parts) <= _MANY:
        return named
    shown = {text_of(a) for element in marked[Meaning.SECTION][:_LOOKED_AT]
             for a in islice(element.iter("a"), _MANY + 1)}  # fmt: skip
    return Claim(parts[0], named.source) if shown.issuperset(parts) else named


def _crumbs_of_page(doc: Document, marked: Marks, title: str | None) -> Claim | None:
    """The last breadcrumb, where the path stands apart from all that is about the story."""
    if marked[Meaning.CRUMBS] or is_front(doc.url):
        return None
    for element in islice(doc.root.iter("nav", "ol", "ul", "div"), _MOST_ELEMENTS):
        names = names_of(element)
        if names and "crumb" in names.lower() and meanings(names) & Meaning.CRUMBS:
            links = [(text_of(a), a) for a in islice(element.iter("a"), _MANY + 1)]
            texts = [text for text, _ in links if text]
            if not 1 < len(texts) <= _MANY or not is_front(
                doc.address(links[0][1].get("href") or "") or ""
            ):
                return None
            inner = [text for text in texts[1:] if text != title and len(text) <= 50]
            return Claim(inner[-1], "html:breadcrumb") if inner else None
    return None


def _above_headline(doc: Document, heading: HtmlElement | None, title: str | None) -> Claim | None:
    """The nearest link above the headline that leads to a section's front: the story's address
    begins with its, or the site's navigation has it, too."""
    own = _path(doc.url)
    home = home_names(doc)
    at = heading
    for _ in range(_LEVELS):
        if at is None or at.tag in ("body", "html"):
            break
        for before in islice(at.itersiblings("*", preceding=True), _BESIDE):
            links = list(islice(before.iter("a"), _MANY + 1))
            if before.tag == "nav" and _is_path(doc, before, links):
                texts = [text for text in map(text_of, links[1:]) if text and text != title]
                return Claim(texts[-1], "html:breadcrumb") if texts else None
            if before.tag in _OF_PAGE or before.tag in _HEADINGS:
                return None
            if len(links) > _MANY:
                return None
            for link in reversed(links):
                text = text_of(link)
                if not 0 < len(text) <= _LONGEST_NAME or text == title or text in home:
                    continue
                if _leads_to_section(doc, link, own):
                    return Claim(text, "html:above headline")
        at = at.getparent()
    return None


def _is_path(doc: Document, nav: HtmlElement, links: Sequence[HtmlElement]) -> bool:
    """Whether a <nav> is the path to the story: it begins at the front page, and says so or is
    numbered."""
    if not 1 < len(links) <= _MANY or not is_front(doc.address(links[0].get("href") or "") or ""):
        return False
    return (
        "crumb" in (nav.get("aria-label") or "").lower() or next(nav.iter("ol"), None) is not None
    )


def _leads_to_section(doc: Document, link: HtmlElement, own: str) -> bool:
    href = link.get("href") or ""
    url = doc.address(href) or ""
    path = _path(url)
    if is_front(url) or is_cased_person(text_of(link)):
        return False
    folders = path.lower().strip("/").split("/")
    if not folders[0] or len(folders) > _FOLDERS or names_people(path):
        return False
    if not _NO_SECTION.isdisjoint(folders) or path.count("-") > _HYPHENS:
        return False
    if own.startswith(path.rstrip("/") + "/"):
        return True
    return any(
        other is not link
        and (other.get("href") or "").rstrip("/") == href.rstrip("/")
        and any(_navigates(up) for up in islice(other.iterancestors(), _LEVELS + 2))
        for other in islice(doc.tags["a"], _LOOKED_AT)
    )


def _navigates(element: HtmlElement) -> bool:
    return (
        element.tag in ("nav", "header")
        or element.get("role") == "navigation"
        or _MENU.search(names_of(element)) is not None
    )


def _path(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:
        return ""


def tags(doc: Document, data: Structured, marked: Marks) -> tuple[tuple[str, ...], Claim | None]:
    """The story's tags in the page's order, and the claim they are from.

    The first of these: tag links under the story, article:tag, JSON-LD keywords, news_keywords,
    keywords.
    """
    shown = _unique(_tag_links(marked))
    if shown:
        return shown, Claim(", ".join(shown), "html:tags")
    if found := _unique(data.meta.get("article:tag", ())):
        return (found if len(found) > 1 else _split(found)), Claim(
            ", ".join(found), "meta:article:tag"
        )
    told: list[tuple[str, Sequence[str]]] = [
        ("json-ld:keywords", strings(data.story.get("keywords"))),
        *((f"meta:{name}", data.meta.get(name, ())) for name in _KEYWORDS),
    ]
    for source, texts in told:
        if named := _split(texts):
            return named, Claim(", ".join(texts), source)
    return (), None


def _is_of_many(element: HtmlElement, heading: HtmlElement | None) -> bool:
    """Whether an element stands for sections at large or for other stories': in the navigation, in
    a list that is more than a story's own, in another story's card; or holds more than a label."""
    if sum(1 for _ in islice(element.iter("a"), _MANY + 1)) > _MANY:
        return True
    if len(text_of(element)) > _LONGEST_LABEL:
        return True
    around = set() if heading is None else set(heading.iterancestors())
    if element in around:
        return True  # the story as a whole, which some content systems name by its category
    for up in (element, *islice(element.iterancestors(), 12)):
        if up in around:
            return False
        if up.tag == "footer" and (parent := up.getparent()) is not None:
            # the story's own stands in what holds the story, perhaps in a wrapper of both
            own = parent in around and any(
                each.tag in ("article", "main") for each in (parent, *parent.iterancestors())
            )
            return not own
        if up.tag in ("nav", "aside") or up.get("role") == "navigation":
            return True
        if up.tag in ("article", "li") and up is not element and _heads_story(up):
            return True
    return False


def _heads_story(card: HtmlElement) -> bool:
    return next(card.iter("h2", "h3", "h4"), None) is not None


def _tag_links(marked: Marks) -> Iterable[str]:
    for element in marked[Meaning.TAGS]:
        if element.tag in ("li", "a"):
            continue
        links = list(element.iter("a"))[:_MAX_TAGS]
        texts = [text_of(a).lstrip("#").strip() for a in links]
        named = [
            t
            for a, t in zip(links, texts, strict=True)
            if t and (a.get("rel") == "tag" or "/tag" in (a.get("href") or ""))
        ]
        if named:
            yield from (t for t in named if len(t) <= 60)
            return


def _split(texts: Sequence[str]) -> tuple[str, ...]:
    if len(texts) == 1:
        for mark in (",", ";", "|"):
            if mark in texts[0]:
                return _unique(texts[0].split(mark))
    return _unique(texts)


def _unique(texts: Iterable[str]) -> tuple[str, ...]:
    found = dict.fromkeys(
        t
        for t in (" ".join(text.split()) for text in texts)
        if t and len(t) <= 80 and not _NO_TAG.fullmatch(t)
    )
    return tuple(found)[:_MAX_TAGS]


def _ld_crumbs(data: Structured) -> list[str]:
    for node in data.nodes:
        if "breadcrumblist" in types_of(node):
            items = node.get("itemListElement")
            if not isinstance(items, list):
                continue
            names = []
            for item in items[:20]:
                if isinstance(item, Mapping):
                    names += strings(item.get("name") or item.get("item"))[:1]
            return [n for n in names if not n.startswith("http")]
    return []


def _path_above(heading: HtmlElement | None) -> list[str]:
    """Breadcrumbs that nothing names: before the headline, links in a row with arrows between."""
    at = heading
    for _ in range(3):
        if at is None:
            break
        for before in islice(at.itersiblings(preceding=True), 4):
            links = [a for a in islice(before.iter("a"), 8) if a.get("href")]
            texts = [text for text in map(text_of, links) if text]
            between = text_of(before)
            for text in texts:
                between = between.replace(text, "", 1)
            if len(texts) > 1 and between.strip() and not between.strip(_CRUMB_MARKS):
                return texts
        at = at.getparent()
    return []


def _crumbs(marked: Marks) -> list[str]:
    for element in marked[Meaning.CRUMBS]:
        texts = [text_of(a) for a in element.iter("a")]
        if len(texts) > 1:
            return [t for t in texts if t]
    return []
