"""Elements that are marked as the author's: by class, rel, itemprop."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from crawler.extract.fields.names import opens_byline
from crawler.extract.fields.persons import is_cased_person, is_person
from crawler.extract.markup import Marks, Meaning, is_hidden, is_line_of_story, meanings, names_of
from crawler.extract.page import text_of
from crawler.urls import names_people

LONGEST_LINE = 160
"""Characters of a line that may be a byline."""
_CARD = 120
"""Elements of a card; what holds more is a part of the page."""
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5"})
_FAR = 99
_MOST_TRIED = 16
MUTE = frozenset({
    "script", "style", "noscript", "template", "svg", "button", "time", "select", "input",
    "textarea", "iframe", "video", "audio", "form", "img", "picture", "sup", "date",
})  # fmt: skip
APART = frozenset({"figure", "figcaption", "blockquote", "nav", "form", "label", "dialog", "table"})
_LINES = frozenset({
    "div", "p", "li", "ul", "ol", "section", "header", "footer", "article", "address", "aside",
    "br", "h1", "h2", "h3", "h4", "h5", "h6", "td", "tr", "table", "dd", "dt", "dl", "a", "main",
    "hr", "nav",
})  # fmt: skip
_NOT_NAME = re.compile(
    r"(?:^|[\s_-])(?:role|position|job|occupation|bio|biography|date|datetime|time|timestamp|social"
    r"|email|e-?mail|twitter|location|place|desc|description|count|comments?|categor(?:y|ies)|tags?"
    r"|section|sr-only|screen-reader(?:-text)?|visually-?hidden|published|updated|designation"
    r"|affiliation|organi[sz]ation|agency|tooltip|follow|share|funktion|rolle|cargo|jobtitle)(?:$|[\s_-])"
    r"|(?:[a-z](?:Role|Position|Title|Bio|Date|Job|Desc|Description|Location|Category))(?:$|[\s_-])"
    r"|author(?:__|[_-])title",
)
"""What a part of a byline may be called that holds no name."""
_OTHERS = re.compile(
    r"(?i:(?:^|[\s_-])(?<!has-)(?<!with-)(?<!no-)"
    r"(?:quote|zitat|cita|citation|bookmark|related|recommend\w*|respond|caption|credits?"
    r"|comment-?form|pull-?quote|testimonial|products?)(?:$|[\s_-])"
    r"|comment(?:s|-list|ary-list|-form))|[a-z]Quote(?:$|[\s_-])"
)
"""Names of what holds another's name than the author's."""
_OF_STORY = re.compile(r"(?:^|[\s_-])(?:meta|byline|dateline)(?:$|[\s_-])", re.IGNORECASE)
"""Names of the line under a headline: it is named for what else it holds, too."""
_NOT_LINKS = frozenset({"category", "tag", "bookmark"})
_CARD_PARTS = 16
"""Links and headings of a card; what has more is a part of the page."""
_CARD_STEPS, _CARD_TEXT = 6, 700
"""Steps up to it; characters of its text: what has more is a story itself."""
_TITLE = 12
"""Characters of a link that is another story's headline, or more."""


def line_of(element: HtmlElement) -> str:
    """The text of a byline, a line feed where one of its parts ends: `<b>Ada</b><i>Editor</i>` is
    two lines, `Ada <i>Lund</i>` one. Dates, buttons, roles that are marked as such are left out.
    """
    parts: list[str] = []
    _gather(element, parts, 0)
    if not "".join(parts).strip():  # what is marked as a role is all that there is
        _gather(element, parts, 0, whole=True)
    lines = ("".join(parts)).split("\n")
    return "\n".join(filter(None, (" ".join(line.split()) for line in lines)))


def _gather(element: HtmlElement, parts: list[str], depth: int, *, whole: bool = False) -> None:
    if element.text:
        parts.append(element.text)
    if depth > 8 or len(parts) > 60:
        return
    for child in element:
        tag = child.tag
        if isinstance(tag, str):
            if tag in _LINES or _is_glued(parts):
                parts.append("\n")
            if tag not in MUTE and (whole or not _holds_no_name(child)):
                _gather(child, parts, depth + 1, whole=whole)
            tail = child.tail
            if tag in _LINES or tag in MUTE or (tail is None and child.getnext() is not None):
                parts.append("\n" if tag != "img" else " ")
        if child.tail:
            parts.append(child.tail)


def _is_glued(parts: Sequence[str]) -> bool:
    """Whether an element begins right after a word, as no name's part does."""
    last = parts[-1] if parts else ""
    return bool(last) and last[-1].isalnum()


def _holds_no_name(element: HtmlElement) -> bool:
    names = names_of(element)
    if names and _NOT_NAME.search(names[:200]) is not None:
        return True
    if element.tag == "a":
        href = element.get("href") or ""
        rels = (element.get("rel") or "").split()
        if href.startswith("mailto:"):  # many a name leads to a mail
            return not is_cased_person(text_of(element))
        return href.startswith(("#", "tel:")) or not _NOT_LINKS.isdisjoint(rels)
    return is_hidden(element)


class Marked(NamedTuple):
    """An element that is marked as the author's."""

    element: HtmlElement
    texts: list[str]
    steps: int
    """Up to an element that holds the headline too, from here and from there."""
    is_next: bool
    """Whether it stands right beside the headline."""


def marked_bylines(marked: Marks, heading: HtmlElement | None) -> Iterator[Marked]:
    """Elements that are marked as the author's, the nearest to the headline first."""
    above = ancestry(heading)
    found = [
        (_steps(element, above), number, element)
        for number, element in enumerate(islice(marked[Meaning.AUTHOR], 60))
    ]
    found.sort(key=lambda each: each[:2])
    of_another: dict[HtmlElement, bool] = {}
    grouped: set[HtmlElement] = set()
    tried = 0
    for steps, _, element in found:
        if element in grouped or _is_others(element, above, of_another):
            continue
        tried += 1
        if tried > _MOST_TRIED:
            return
        alike = [
            other
            for at, _, other in found
            if at == steps
            and _are_alike(element, other)
            and not _is_others(other, above, of_another)
        ]
        grouped.update(alike)
        if texts := [text for each in alike[:12] for text in _texts(each)]:
            meets = next((above[up] for up in islice(element.iterancestors(), 9) if up in above), 9)
            yield Marked(element, texts, steps, meets <= 1)


def _is_others(
    element: HtmlElement, above: Mapping[HtmlElement, int], known: dict[HtmlElement, bool]
) -> bool:
    if element not in known:
        known[element] = is_of_another(element, above)
    return known[element]


def lines_around(element: HtmlElement) -> Iterator[str]:
    """The lines around an element that open as a byline does, the shortest first."""
    for up in islice(element.iterancestors(), 3):
        if len(text_of(up)) > LONGEST_LINE:
            return
        line = line_of(up)
        if opens_byline(line):
            yield line


def _are_alike(one: HtmlElement, other: HtmlElement) -> bool:
    """Whether two elements are marked in the same way, in one list of authors."""
    if one is other:
        return True
    if any(one.get(key) != other.get(key) for key in ("class", "rel", "itemprop")):
        return False
    first, second = (
        [each.getparent(), *islice(each.iterancestors(), 1, 2)] for each in (one, other)
    )
    return first[0] is second[0] or (len(first) > 1 and first[1:] == second[1:])


def _texts(element: HtmlElement) -> list[str]:
    if element.tag == "meta":
        return [element.get("content") or ""]
    inner = [
        each.get("content") or text_of(each)
        for each in islice(element.iter("meta", "span", "a", "div", "b", "strong"), 40)
        if each is not element and each.get("itemprop") == "name"
    ]
    if inner and element.get("itemprop") == "author":
        return [text for text in inner if text]
    if element.tag in ("ul", "ol", "div", "span", "p") and len(items := _rel_authors(element)) > 1:
        return items
    text = line_of(element) or text_of(element)
    return [text] if text and len(text) <= 2 * LONGEST_LINE else []


def _rel_authors(element: HtmlElement) -> list[str]:
    return [
        text_of(a)
        for a in islice(element.iter("a"), 20)
        if "author" in (a.get("rel") or "").split() and text_of(a)
    ]


def is_of_another(element: HtmlElement, above: Mapping[HtmlElement, int]) -> bool:
    """Whether an element stands in a caption, a quotation, a form, or in another story's card."""
    at: HtmlElement | None = element
    for step in range(14):
        if at is None or at.tag in ("body", "html"):
            return False
        if at in above:
            return False
        if at.tag in APART or (at.tag in ("aside", "nav") and step > 0):
            headline = next(iter(above), None)
            return headline is None or at.tag != "aside" or not is_line_of_story(at, headline)
        names = names_of(at)
        if (
            names
            and (_OTHERS.search(names[:200]) or meanings(names) & int(Meaning.COMMENTS))
            and _OF_STORY.search(names[:200]) is None
        ):
            return True
        if 0 < step <= _CARD_STEPS and at.tag in _CARDS and _is_card(at, element, above):
            return True
        at = at.getparent()
    return False


_CARDS = frozenset({"article", "li", "a", "div", "section", "td", "tr"})


def _is_card(card: HtmlElement, byline: HtmlElement, above: Mapping[HtmlElement, int]) -> bool:
    """Whether an element that holds a byline is another story's card: a link around more than the
    byline, or a small element with a heading, or in a list a line, that links to the story."""
    if card.tag == "a":
        before = text_of(card).find(text_of(byline))
        return before > _TITLE and not leads_to_person(card)
    if not above:
        return False
    parts = list(islice(card.iter("a", *_HEADINGS), _CARD_PARTS))
    if len(parts) == _CARD_PARTS:
        return False
    in_list = card.tag == "li"
    headline = next((text_of(heading) for heading in above), "")
    for part in parts:
        if part is byline:
            return False  # a headline stands before its byline
        is_link = part.tag == "a"
        link = part if is_link else _link_of(part)
        if link is None or (is_link and not in_list) or leads_to_person(link):
            continue
        text = text_of(part)
        if (len(text) >= _TITLE if is_link else " " in text) and not is_person(text):
            if is_link and text in text_of(byline):
                continue
            return text not in headline and len(text_of(card)) < _CARD_TEXT
    return False


def _link_of(heading: HtmlElement) -> HtmlElement | None:
    return next(heading.iter("a"), None) if len(heading) else next(heading.iterancestors("a"), None)


def leads_to_person(link: HtmlElement) -> bool:
    """Whether a link leads to the page of a person, as its address says: `/authors/ada-lund`,
    `/@ada`, `/?source=byline`."""
    href = link.get("href") or ""
    try:
        path = urlsplit(href).path
    except ValueError:
        return False
    return names_people(path) or "/@" in path or "byline" in href


def heads_another(element: HtmlElement) -> bool:
    """Whether an element is another story's card: a small one that holds a heading with a link."""
    is_linked = any(
        next(heading.iter("a"), None) is not None
        or next(heading.iterancestors("a"), None) is not None
        for heading in islice(element.iter(*_HEADINGS), _CARD)
    )
    return is_linked and next(islice(element.iter(), _CARD + 1, None), None) is None


def ancestry(heading: HtmlElement | None) -> Mapping[HtmlElement, int]:
    """The headline's element and those around it, each with the steps up to it."""
    if heading is None:
        return {}
    return {up: steps for steps, up in enumerate((heading, *islice(heading.iterancestors(), 40)))}


def _steps(element: HtmlElement, above: Mapping[HtmlElement, int]) -> int:
    at: HtmlElement | None = element
    for step in range(10):
        if at is None:
            break
        if at in above:
            return step + above[at] if at.tag not in ("body", "html") else _FAR
        at = at.getparent()
    return _FAR
