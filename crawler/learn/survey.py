"""What one page tells of its site: its layout, the lines of its body, where its values stand, its
blocks of linked stories. Small, so that a thousand of them can be kept."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice

from lxml.html import HtmlElement

from crawler.extract import Document
from crawler.extract.dates import clock_of, dates_in, has_date, order_of, order_told
from crawler.extract.fields import is_person, named_authors
from crawler.extract.page import text_of
from crawler.items import Article, LinkedStory, Page
from crawler.learn.masks import masker, may_hide_numbers, numbers
from crawler.learn.places import found, names_of, place_of
from crawler.text import words
from crawler.urls import site_host, story_key

_MAX_LINES = 300
_MAX_GROUPS = 40
_MAX_ELEMENTS = 20_000
_MAX_TITLES, _LONGEST_TITLE = 10, 500
"""A head of thousands of titles, or of one of thousands of dashes, would be cut up without end."""
_LAYOUT_LEVELS = 8
_LAYOUT_SIZE = 400
_START = 100
"""Characters by which a line is found again on its page."""
_LONGEST_DATED = 500
"""Characters of a line in which dates are looked for."""
_LONGEST_NAME = 40
"""Characters."""
_MAX_NAMES = 60
_MOST_PLACES = 20
_BLOCKS = (
    "p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "div", "span", "blockquote", "td", "th", "pre",
    "dt", "dd", "section", "header", "footer", "aside", "time", "a", "strong", "b", "em", "i",
    "small", "address", "figcaption", "center", "font", "cite", "article",
)  # fmt: skip
_HEADINGS = ("h1", "h2", "h3", "h4")


@dataclass(frozen=True, slots=True)
class Line:
    """One block of a body."""

    mask: str
    place: str
    length: int
    """Characters."""
    numbers: str
    """Those that it tells, which its mask leaves out, without those of dates."""


@dataclass(frozen=True, slots=True)
class Group:
    """A block of linked stories."""

    place: str
    """Of the element around all of them."""
    label: str | None
    relation: str
    stories: tuple[str, ...]
    """Keys of their addresses, in page order."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """One page as a witness of its site."""

    host: str
    """"" for a page whose address is not known."""
    url: str
    story: str
    """The same for all pages of one story."""
    layout: frozenset[str]
    title: str
    titles: tuple[str, ...]
    """As the page tells them in its head, with whatever is put around them."""
    authors: tuple[str, ...]
    lines: tuple[Line, ...]
    picture: str | None
    sources: Mapping[str, str]
    """Field → kind of place that its value was read from: `json-ld`, `meta`, `html`, `url`."""
    places: Mapping[str, tuple[str, ...]]
    """Field → places that show its value."""
    shown: Mapping[str, str]
    """Field → its value."""
    groups: tuple[Group, ...]
    published: str | None
    date_order: str
    """In which order its dates in numbers are, where that shows; else ""."""
    usual_order: str
    """In which they would be read, if it did not."""
    clock: tuple[str, str] | None
    """When it was published in UTC and by the newspaper's clock, where it tells both."""
    names: tuple[tuple[str, str], ...]
    """Places that show a person's name and nothing else, once, with the name."""


def survey(doc: Document, page: Page) -> Sighting:
    """What a page tells of its site.

    page: as it was read, without a profile.
    """
    article = page.article
    title = article.title or ""
    texts = _texts(doc)
    masked = masker(title, article.authors)
    lines = []
    for block in islice((b for b in article.blocks if b.type != "figure" and b.text), _MAX_LINES):
        start = " ".join(block.text.partition("\n")[0].split())[:_START]
        places = texts.get(start, ())
        mask = masked(block.text)
        lines.append(
            Line(
                mask,
                place_of(places[-1]) if places else block.type,
                len(block.text),
                numbers(_undated(block.text)) if may_hide_numbers(mask) else "",
            )
        )
    moment = article.published
    values = {
        "title": title,
        "authors": ", ".join(article.authors),
        "published": moment.value if moment else "",
        "section": article.section or "",
        "standfirst": article.standfirst or "",
    }
    host = site_host(doc.url)
    return Sighting(
        host=host,
        url=doc.url if host else "",
        story=_story(article.canonical_url, title, article.body),
        layout=layout(doc.root),
        title=title,
        titles=tuple(islice(_titles(doc), _MAX_TITLES)),
        authors=article.authors,
        lines=tuple(lines),
        picture=article.image.url if article.image else None,
        sources={name: claim.source.partition(":")[0] for name, claim in article.sources.items()},
        places=_first_at(
            doc.root,
            _places(
                texts, values, article.authors, moment.raw if moment else None, article.language
            ),
        ),
        shown={field: value for field, value in values.items() if value},
        groups=tuple(_groups(doc, article.links)),
        published=moment.value if moment else None,
        date_order=_date_order(article),
        usual_order=order_of(article.language),
        clock=clock_of(article),
        names=tuple(islice(_names(texts), _MAX_NAMES)),
    )


def _date_order(article: Article) -> str:
    for claims in (article.published_claims, article.modified_claims):
        told = {order for claim in claims if (order := order_told(claim, claims))}
        if len(told) == 1:
            return told.pop()
    return ""


def _undated(text: str) -> str:
    """A text's beginning without its dates."""
    flat = " ".join(text[:_LONGEST_DATED].split())
    if not has_date(flat):
        return flat
    rest, at = [], 0
    for start, end in dates_in(flat):
        rest.append(flat[at:start])
        at = end
    return " ".join((*rest, flat[at:]))


def layout(root: HtmlElement) -> frozenset[str]:
    """What a page is built of: tags and stable classes by level."""
    found: dict[tuple[int, str, tuple[str, ...]], None] = {}
    level: list[HtmlElement] = [root]
    for depth in range(_LAYOUT_LEVELS):
        below: list[HtmlElement] = []
        for element in level:
            tag = element.tag
            if not isinstance(tag, str):
                continue
            names = names_of(element)
            if names or depth < 3:
                found[depth, tag, names] = None
            below += element
        level = below[:3_000]
    return frozenset(
        f"{depth} {tag}.{'.'.join(names)}" for depth, tag, names in islice(found, _LAYOUT_SIZE)
    )


def _story(canonical: str | None, title: str, body: str) -> str:
    """What the pages of one story share: headline and beginning, or the address it is known by."""
    told = words(title) or words(body[:300]) or (canonical or "")
    return hashlib.blake2b(told.encode(), digest_size=8).hexdigest()


def _titles(doc: Document) -> Iterable[str]:
    head = doc.tags["title"][:1]
    yield from (text for element in head if 0 < len(text := text_of(element)) <= _LONGEST_TITLE)
    for meta in doc.tags["meta"]:
        name = (meta.get("property") or meta.get("name") or "").lower()
        text = meta.get("content") or ""
        if name in ("og:title", "twitter:title") and 0 < len(text) <= _LONGEST_TITLE:
            yield " ".join(text.split())


def _texts(doc: Document) -> dict[str, list[HtmlElement]]:
    """The beginning of each element's text → the elements, in page order."""
    found: dict[str, list[HtmlElement]] = {}
    for element in islice(doc.root.iter(*_BLOCKS), _MAX_ELEMENTS):
        if len(element) and not (element.text or "").strip():
            first = element[0]
            if not isinstance(first.tag, str) or first.tag in ("div", "section", "ul", "article"):
                continue
        text = text_of(element)
        if text:
            found.setdefault(text[:_START], []).append(element)
    return found


def _places(
    texts: Mapping[str, list[HtmlElement]],
    values: Mapping[str, str],
    authors: tuple[str, ...],
    raw: str | None,
    language: str | None,
) -> dict[str, dict[str, set[HtmlElement]]]:
    """Field → place → the elements there that show its value."""
    at_place: dict[str, dict[str, set[HtmlElement]]] = {}

    def note(field: str, elements: Iterable[HtmlElement]) -> None:
        for element in elements:
            at = at_place.setdefault(field, {}).setdefault(place_of(element), set())
            at.add(element)

    title = values["title"]
    if title:
        note("title", (e for e in texts.get(title[:_START], ()) if e.tag in _HEADINGS))
    names = [name.casefold() for name in authors]
    size = sum(map(len, names)) + 60
    day = (values["published"] or "")[:10]
    for start, elements in texts.items():
        if len(start) == _START and not (values["standfirst"].startswith(start)):
            continue
        low = start.casefold()
        if (
            names
            and len(low) <= size
            and all(name in low for name in names)
            and named_authors([start], language) == authors
        ):
            note("authors", elements)
        if day and ((raw and start == raw) or (has_date(start) and _is_day(start, day))):
            note("published", elements)
        if values["section"] and start == values["section"]:
            note("section", elements)
        if values["standfirst"] and values["standfirst"].startswith(start) and len(start) > 30:
            note("standfirst", elements)
    return at_place


_may_be: Mapping[str, Callable[[str], bool]] = defaultdict(lambda: bool, published=has_date)
"""Field → whether a text can be its value at all."""


def _first_at(
    root: HtmlElement, elements: Mapping[str, dict[str, set[HtmlElement]]]
) -> dict[str, tuple[str, ...]]:
    """Field → places whose first text is its value: others show it only here and there."""
    return {
        field: tuple(
            place
            for place, showing in sorted(places.items())[:_MOST_PLACES]
            if next((e for e in found(place, root) if _may_be[field](text_of(e))), None) in showing
        )
        for field, places in elements.items()
    }


def _names(texts: Mapping[str, list[HtmlElement]]) -> Iterable[tuple[str, str]]:
    at: dict[str, set[str]] = {}
    for start, elements in texts.items():
        if len(start) <= _LONGEST_NAME and 1 <= start.count(" ") <= 3 and is_person(start):
            for element in elements:
                at.setdefault(place_of(element), set()).add(start)
    # a place of many names is one of many cards
    return ((place, min(names)) for place, names in sorted(at.items()) if len(names) == 1)


def _is_day(text: str, day: str) -> bool:
    """Whether the numbers of a day stand in a text that holds a date."""
    year, month, date = [*day.split("-"), "", ""][:3]
    if not date or (year not in text and year[2:] not in text):
        return False
    return date.lstrip("0") in text and (len(text) <= 60 or month.lstrip("0") in text)


def _groups(doc: Document, links: tuple[LinkedStory, ...]) -> Iterable[Group]:
    by_block: dict[tuple[str, str | None], list[LinkedStory]] = {}
    for link in links:
        by_block.setdefault((link.relation, link.label), []).append(link)
    anchors: dict[str, list[HtmlElement]] = {}
    for anchor in doc.tags["a"]:
        if (href := anchor.get("href")) and (url := doc.address(href)):
            anchors.setdefault(url, []).append(anchor)
    for (relation, label), members in islice(by_block.items(), _MAX_GROUPS):
        around = _around([found[0] for m in members if (found := anchors.get(m.url))])
        if around is not None:
            keys = tuple(story_key(member.url) for member in members)
            yield Group(place_of(around), label, relation, keys)


def _around(elements: list[HtmlElement]) -> HtmlElement | None:
    """The nearest element around all of some."""
    if not elements:
        return None
    common = [elements[0], *elements[0].iterancestors()]
    for element in elements[1:]:
        above = {element, *element.iterancestors()}
        common = [each for each in common if each in above]
    return common[0] if common else None
