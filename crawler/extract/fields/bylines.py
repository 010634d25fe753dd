"""Where a page shows who wrote the story: elements that say so, and lines beside the headline."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from crawler.extract.fields.names import is_person, opens_byline
from crawler.extract.language import pattern
from crawler.extract.markup import Marks, Meaning, is_hidden, meanings, names_of
from crawler.extract.page import text_of
from crawler.urls import names_people

LONGEST_LINE = 160
"""Characters of a line that may be a byline."""
_BUDGET, _ABOVE = 1_200, 300
"""Characters of text below and above the headline in which a byline is looked for."""
_SIBLINGS, _ELEMENTS = 60, 300
_LEVELS = 6
_CARD = 120
"""Elements of a card; what holds more is a part of the page."""
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5"})
_PROSE = 160
"""Characters of a text that is no byline; after two of them the story has begun."""
_FAR = 99
_MUTE = frozenset({
    "script", "style", "noscript", "template", "svg", "button", "time", "select", "input",
    "textarea", "iframe", "video", "audio", "form", "img", "picture", "sup", "date",
})  # fmt: skip
_APART = frozenset(
    {"figure", "figcaption", "blockquote", "nav", "form", "label", "dialog", "table"}
)
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
    r"|comment-?form|pull-?quote|testimonial)(?:$|[\s_-])"
    r"|comment(?:s|-list|ary-list|-form))|[a-z]Quote(?:$|[\s_-])"
)
"""Names of what holds another's name than the author's."""
_NOT_LINKS = frozenset({"category", "tag", "bookmark"})


def line_of(element: HtmlElement) -> str:
    """The text of a byline, a line feed where one of its parts ends: `<b>Ada</b><i>Editor</i>` is
    two lines, `Ada <i>Lund</i>` one. Dates, buttons, roles that are marked as such are left out.
    """
    parts: list[str] = []
    _gather(element, parts, 0)
    lines = ("".join(parts)).split("\n")
    return "\n".join(filter(None, (" ".join(line.split()) for line in lines)))


def _gather(element: HtmlElement, parts: list[str], depth: int) -> None:
    if element.text:
        parts.append(element.text)
    if depth > 8 or len(parts) > 60:
        return
    for child in element:
        tag = child.tag
        if isinstance(tag, str):
            if tag in _LINES or _is_glued(parts):
                parts.append("\n")
            if tag not in _MUTE and not _holds_no_name(child):
                _gather(child, parts, depth + 1)
            tail = child.tail
            if tag in _LINES or tag in _MUTE or (tail is None and child.getnext() is not None):
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
        return href.startswith(("mailto:", "#", "tel:")) or not _NOT_LINKS.isdisjoint(rels)
    return is_hidden(element)


def marked_bylines(
    marked: Marks, heading: HtmlElement | None
) -> Iterator[tuple[HtmlElement, list[str], int]]:
    """Elements that are marked as the author's, the nearest to the headline first, each with its
    texts and the steps up to an element that holds the headline too.
    """
    above = _ancestry(heading)
    found: list[tuple[int, int, HtmlElement]] = []
    for number, element in enumerate(islice(marked[Meaning.AUTHOR], 60)):
        if not _is_of_another(element, above):
            found.append((_steps(element, above), number, element))
    found.sort(key=lambda each: each[:2])
    grouped: set[HtmlElement] = set()
    for steps, _, element in found[:16]:
        if element in grouped:
            continue
        alike = [other for at, _, other in found if at == steps and _are_alike(element, other)]
        grouped.update(alike)
        if texts := [text for each in alike[:12] for text in _texts(each)]:
            yield element, texts, steps


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


def _is_of_another(element: HtmlElement, above: Mapping[HtmlElement, int]) -> bool:
    """Whether an element stands in a caption, a quotation, a form, or in another story's card."""
    at: HtmlElement | None = element
    for step in range(14):
        if at is None or at.tag in ("body", "html"):
            return False
        if at in above:
            return False
        if at.tag in _APART or (at.tag in ("aside", "nav") and step > 0):
            return True
        names = names_of(at)
        if names and (_OTHERS.search(names[:200]) or meanings(names) & int(Meaning.COMMENTS)):
            return True
        if at.tag in ("article", "li", "a") and step and heads_another(at):
            return True
        at = at.getparent()
    return False


def heads_another(element: HtmlElement) -> bool:
    """Whether an element is another story's card: a small one that holds a heading with a link."""
    found = False
    for number, each in enumerate(element.iter()):
        if number > _CARD:
            return False
        if not found and each.tag in _HEADINGS:
            found = (
                next(each.iter("a"), None) is not None
                or next(each.iterancestors("a"), None) is not None
            )
    return found


def _ancestry(heading: HtmlElement | None) -> Mapping[HtmlElement, int]:
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


def lines_by(beside: Sequence[HtmlElement]) -> Iterator[str]:
    """Lines that open as a byline does, among the elements beside the headline."""
    seen: set[HtmlElement] = set()
    for element in beside:
        tail = element.tail
        if tail and _opens(tail) and (parent := element.getparent()) is not None:
            yield from _line(parent, seen)
        text = element.text
        if text and element.tag not in _NO_LINES and _opens(text):
            yield from _line(element, seen)
            parent = element.getparent()
            if parent is not None and len(text) < _LABEL_LENGTH:
                yield from _line(parent, seen)


_NO_LINES = frozenset({"time", "img", "br", "h1", "figcaption"})
_LABEL_LENGTH = 24
"""Characters of a label that stands in an element of its own: "Written by"."""


def _opens(text: str) -> bool:
    return len(text) < 4 * LONGEST_LINE and opens_byline(text.strip()[:LONGEST_LINE])


def _line(element: HtmlElement, seen: set[HtmlElement]) -> Iterator[str]:
    if element in seen or len(text_of(element)) > LONGEST_LINE + 60:
        return
    seen.add(element)
    line = line_of(element)
    if len(line) <= LONGEST_LINE and opens_byline(line):
        yield line


def people_by(beside: Sequence[HtmlElement]) -> Iterator[str]:
    """Names of persons among the elements beside the headline that nothing introduces: in a link to
    a page of theirs, or beside their portrait."""
    portraits: set[str] = set()
    for element in beside:
        if element.tag == "img":
            alt = " ".join((element.get("alt") or "").split())
            if len(alt) < 60 and _is_cased_person(alt) and _is_portrait(element):
                portraits.add(alt)
        elif element.tag == "a":
            if _leads_to_person(element):
                text = text_of(element)
                if len(text) < 60 and _is_cased_person(text):
                    yield text
        elif portraits and element.text and " ".join(element.text.split()) in portraits:
            yield " ".join(element.text.split())


def people_in_boxes(root: HtmlElement) -> Iterator[str]:
    """Names right under a heading that says "About the author"."""
    label = pattern(r"\s*<bylines.about>\s*[:：]?\s*")
    for heading in islice(root.iter("h2", "h3", "h4", "h5", "h6", "strong"), 200):
        text = text_of(heading)
        if len(text) > 40 or label.fullmatch(text) is None:
            continue
        for element in islice(_around(heading, preceding=False), 12):
            name = " ".join((element.text or "").split())
            if 3 < len(name) < 60 and _is_cased_person(name):
                yield name
                break


_PORTRAIT = re.compile(
    r"avatar|portrait|author|profile|headshot|rounded-full|circle", re.IGNORECASE
)


def _is_portrait(image: HtmlElement) -> bool:
    around = [image, *islice(image.iterancestors(), 2)]
    return any(
        _PORTRAIT.search(f"{names_of(each)} {(each.get('src') or '')[:300]}") for each in around
    )


def _is_cased_person(text: str) -> bool:
    """The same as `is_person`, in scripts with capitals: elsewhere too much has a name's shape."""
    return text.upper() != text.lower() and is_person(text)


def _leads_to_person(link: HtmlElement) -> bool:
    try:
        return names_people(urlsplit(link.get("href") or "").path)
    except ValueError:
        return False


def beside(heading: HtmlElement) -> list[HtmlElement]:
    """Elements below the headline up to the story's second paragraph, then those right above it."""
    found: list[HtmlElement] = []
    for budget, preceding in ((_BUDGET, False), (_ABOVE, True)):
        left, prose = budget, 0
        for element in _around(heading, preceding=preceding):
            length = len((element.text or "").strip())
            left -= length
            prose += length > _PROSE
            if left < 0 or prose > 2 or len(found) > _ELEMENTS:
                break
            found.append(element)
    return found


def _around(heading: HtmlElement, *, preceding: bool) -> Iterator[HtmlElement]:
    """Elements before or after one, the nearest branch first."""
    at = heading
    for _ in range(_LEVELS):
        for sibling in islice(at.itersiblings("*", preceding=preceding), _SIBLINGS):
            yield from _walk(sibling, 0)
        parent = at.getparent()
        if parent is None or parent.tag in ("body", "html"):
            return
        at = parent


def _walk(element: HtmlElement, depth: int) -> Iterator[HtmlElement]:
    tag = element.tag
    if tag in _APART or tag in _UNWALKED or depth > 12 or not isinstance(tag, str):
        return
    yield element
    for child in element:
        yield from _walk(child, depth + 1)


_UNWALKED = _MUTE - {"img", "picture", "time", "date"}
