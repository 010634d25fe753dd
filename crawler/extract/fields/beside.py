"""Who wrote the story, as the page shows it beside the headline without marking it as such."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence, Set
from itertools import islice
from typing import NamedTuple
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from crawler.extract.dates import dates_in, has_date, is_dateline, timed
from crawler.extract.fields.bylines import (
    APART,
    LONGEST_LINE,
    MUTE,
    ancestry,
    is_of_another,
    leads_to_person,
    line_of,
)
from crawler.extract.fields.names import (
    byline,
    is_byline_label,
    is_kind,
    opens_byline,
    without_lead_in,
)
from crawler.extract.fields.persons import (
    has_role,
    is_agency,
    is_body,
    is_cased_person,
    is_of_no_person,
    is_person,
    names_paper,
)
from crawler.extract.markup import Meaning, meanings, names_of
from crawler.extract.page import text_of
from crawler.text import has_capitals, line_words, words
from crawler.urls.segments import TOPICS

_BUDGET, _ABOVE = 1_200, 300
"""Characters of text below and above the headline in which a byline is looked for."""
_SIBLINGS, _ELEMENTS = 60, 300
_LEVELS, _DEPTH = 6, 20
_PROSE, _SENTENCES = 160, 110
"""Characters of a text that is no byline; after two of them the story has begun. So many of one
that may be none of the story's."""
_LABEL_LENGTH = 24
"""Characters of a label that stands in an element of its own: "Written by"."""
_HEADLINE, _CARD_LINKS = 4, 6
"""Words of a link that is another story's headline; links of its card."""
_NAME, _LINE = 60, 80
_ROW = 140
"""Characters of a line that holds a name, its date and the reading time."""
_NO_LINES = frozenset({"time", "img", "br", "h1", "figcaption"})
_OF_PAGE = frozenset({"header", "footer", "nav", "aside"})
_NO_ROWS = frozenset({"h1", "h2", "h3", "time", "date", "img", "a", "button", "li"})
_UNWALKED = MUTE - {"img", "picture", "time", "date", "svg"}
_PORTRAIT = re.compile(
    r"avatar|portrait|author|profile|headshot|rounded-full|circle", re.IGNORECASE
)
_PERSON_ICON = re.compile(
    r"(?:^|[\s_-])(?:user|author|person|pencil|pen)(?:$|[\s_-])", re.IGNORECASE
)
_ACCOUNTS = re.compile(r"/members?/|log_?in|sign_?(?:in|up)|register", re.IGNORECASE)
"""In addresses that lead readers to their own account."""
_DIGIT = re.compile(r"\d{2}|\s\d")
_LINES_OF_ONE = frozenset({"div", "p", "li", "span"})
_MOST_LINES, _MOST_SPACES = 4, 3
"""Lines of author and date in one element; spaces in the name there, and one more."""
_BESIDE = 25
"""Letters that a line of nothing but a date has besides: "Updated", the hour, the zone."""
_MINUTES = re.compile(r"\d\s*(?:-\s*)?min", re.IGNORECASE)
_EMPHASES = frozenset({"b", "strong", "i", "em", "u", "mark", "a"})
_IN_PROSE = 60
"""Characters around an element that is part of a sentence, and of no byline."""
_MOST_BESIDE = 7
"""Names in a line, beyond the first."""
_AND = re.compile(r"[,;&|/·]?\s*[^\W\d_]{0,3}")
"""What stands between two names: "," or "and"."""
_OF_PARTS = re.compile(r"[|•·/,–—@(]|\s-\s")
_BETWEEN = re.compile(r"\s*[|•·,;()]\s*|\s+[/–—-]+\s+|(?<=\w)/(?=\w)|\s+(?=@)")
_MOST_PARTS = 5
_CLOCK = re.compile(r"(?:\w{1,3}\s)?\d{1,2}[:.h]\d{0,2}(?:\s?\w{1,3})?", re.IGNORECASE)
"""A time of the day: "9.41", "à 10h00", "12:30 Uhr"."""
_BLOCKS = frozenset({"div", "p", "li", "td", "section", "header", "address", "h2", "h3", "h4"})
_MARKED = re.compile(r"author|byline|writer|contributor|reporter|user-?name", re.IGNORECASE)


class Near(NamedTuple):
    """What stands beside a headline."""

    heading: HtmlElement
    elements: Sequence[HtmlElement]
    """Below it up to the story's third paragraph, then right above it."""
    before_story: Sequence[HtmlElement]
    """Those of them that stand before its second paragraph."""
    below: int
    """How many of these stand below the headline, before those above it."""
    above: Mapping[HtmlElement, int]
    """The headline's ancestors."""


class Shown(NamedTuple):
    """What is shown in one place."""

    text: str
    source: str
    is_certain: bool = False
    """Whether something says that it is an author: what is no full name counts too then."""


def beside(heading: HtmlElement) -> Near:
    """Elements below the headline up to the story's third paragraph, then those right above it."""
    found: list[HtmlElement] = []
    below = 0
    early: list[HtmlElement] = []
    for budget, preceding in ((_BUDGET, False), (_ABOVE, True)):
        left, prose, count, sentences = budget, 0, len(found), 0
        for element in around(heading, preceding=preceding):
            length = len((element.text or "").strip())
            left -= length
            prose += length > _PROSE
            sentences += length > _SENTENCES
            if left < 0 or prose > 2 or len(found) - count > _ELEMENTS:
                break
            found.append(element)
            if sentences < 2:
                early.append(element)
        if not preceding:
            below = len(early)
    return Near(heading, found, early, below, ancestry(heading))


def lines_by(near: Near, language: str | None = None) -> Iterator[str]:
    """Lines that open as a byline does, among the elements beside the headline.

    language: the page's.
    """
    seen: set[HtmlElement] = set()
    for element in near.elements:
        if element.tag in _EMPHASES and _is_in_prose(element):
            continue
        tail = element.tail
        if tail and _opens(tail, language) and (parent := element.getparent()) is not None:
            yield from _line(parent, seen, near, language)
        text = element.text
        if text and element.tag not in _NO_LINES and _opens(text, language):
            yield from _line(element, seen, near, language)
            parent = element.getparent()
            if parent is not None and len(text) < _LABEL_LENGTH:
                yield from _line(parent, seen, near, language)


def _is_in_prose(element: HtmlElement) -> bool:
    """Whether an element is some words of a sentence."""
    before = element.getprevious()
    parent = element.getparent()
    ahead = (parent.text if parent is not None else "") if before is None else before.tail
    before_it, behind_it = (ahead or "").strip(), (element.tail or "").strip()
    return behind_it[:1].isalnum() and len(before_it) + len(behind_it) > _IN_PROSE


def _opens(text: str, language: str | None) -> bool:
    if len(text) > 2 * LONGEST_LINE or not (text := text.strip()) or len(text) > LONGEST_LINE:
        return False
    # The name may stand in an element of its own, as may a label: it has no colon then.
    return opens_byline(f"{text} ", language) or (
        len(text) < _LABEL_LENGTH and is_byline_label(text)
    )


def _line(
    element: HtmlElement, seen: set[HtmlElement], near: Near, language: str | None
) -> Iterator[str]:
    if element in seen or len(text_of(element)) > LONGEST_LINE + 60:
        return
    seen.add(element)
    line = line_of(element)
    if (
        len(line) <= LONGEST_LINE
        and opens_byline(line, language)
        and not is_of_another(element, near.above)
    ):
        yield line


def people_by(near: Near, others: Set[str] = frozenset()) -> Iterator[Shown]:
    """Names among the elements beside the headline that no word introduces: in a link to a page of
    theirs, beside their portrait or a person's icon, in an attribute that says so, in one line with
    the date, the reading time, a role, an agency or the newspaper.

    others: names of the newspaper, as compared words.
    """
    portraits: set[str] = set()
    doubtful: list[Shown] = []
    for number, element in enumerate(near.before_story):
        found = _at(element, near, portraits, others)
        if found is None or is_of_another(element, near.above):
            continue
        if found.is_certain and element.tag == "a":
            found = found._replace(text=", ".join((found.text, *_beside_link(element, near))))
        if found.is_certain and (number < near.below or is_person(found.text)):
            yield found
        elif number < near.below:
            doubtful.append(found)
    yield from doubtful


def _at(element: HtmlElement, near: Near, portraits: set[str], others: Set[str]) -> Shown | None:
    tag = element.tag
    if tag == "img":
        alt = " ".join((element.get("alt") or "").split())
        if len(alt) < _NAME and is_cased_person(alt) and _is_portrait(element):
            portraits.add(alt)
        return None
    if tag in ("i", "svg", "span") and (row := _beside_icon(element)):
        # Where no date stands beside it, it is where readers log in.
        dated = has_capitals(row) and _is_dated(element)
        return Shown(row, "html:person", is_certain=True) if dated else None
    if tag == "a":
        return _linked(element, near)
    if _is_marked(element):
        line = line_of(element)
        return Shown(line, "html:author", is_certain=True) if line else None
    text = " ".join((element.text or "").split())
    if tag in _BLOCKS and (beside_date := _beside_date(element, others)):
        return Shown(beside_date, "html:person")
    if not 3 < len(text) < _ROW or (tag in _NO_ROWS and not (tag == "li" and _is_by_date(element))):
        return None
    if text in portraits or (len(text) < _NAME and is_cased_person(text)):
        if text in portraits and _heads_story(element, near):
            return None
        if text in portraits or tag == "address":  # HTML: of whoever is to be asked about it
            return Shown(text, "html:person", is_certain=True)
        return Shown(text, "html:person") if _is_row(element, near) else None
    if len(text) > _LINE or (name := _name_in_line(element, text, others)) is None:
        return None
    if len(text_of(element)) > _LINE or _is_linked_elsewhere(element, name, near):
        return None
    return Shown(name, "html:person")


def _beside_date(element: HtmlElement, others: Set[str]) -> str:
    """The name in one of a few lines of which another is the date: "7 May 2026<br>Ada Lund"."""
    if next(iter(element.iterchildren("br")), None) is None or len(text_of(element)) > _ROW:
        return ""
    lines = line_of(element).split("\n")
    names = [line for line in lines if is_cased_person(line) and line.count(" ") < _MOST_SPACES]
    dated = [line for line in lines if line not in names and is_dateline(line)]
    if len(names) != 1 or not dated or len(lines) > _MOST_LINES:
        return ""
    return "" if _is_firm(names[0], others) or is_of_no_person(names[0]) else names[0]


def _heads_story(element: HtmlElement, near: Near) -> bool:
    """Whether a name stands in a box with another story's headline, as those of columnists do."""
    box = element.getparent()
    if box is None or box in near.above:
        return False
    return any(
        line_words(text_of(link)) >= _HEADLINE and not leads_to_person(link)
        for link in islice(box.iter("a"), _CARD_LINKS)
    )


def _is_marked(element: HtmlElement) -> bool:
    """Whether an attribute for scripts says that an element is the author's: `data-testid`."""
    return any(
        name.startswith("data-")
        and len(value) < _NAME
        and _MARKED.search(value) is not None
        and bool(meanings(value) & int(Meaning.AUTHOR) or value == "user-name")
        for name, value in element.items()
    )


def _beside_icon(element: HtmlElement) -> str:
    """The line behind an icon of a person."""
    names = names_of(element)
    if not names or len(names) > _NAME or text_of(element) or not _PERSON_ICON.search(names):
        return ""
    parent = element.getparent()
    if parent is None or len(text_of(parent)) > _ROW:
        return ""
    after = " ".join((element.tail or "").split())
    if not after:
        beside = element.getnext()
        after = text_of(beside) if beside is not None else ""
    return after if len(after) < _NAME else ""


def _linked(link: HtmlElement, near: Near) -> Shown | None:
    """A name in a link to that person's page, in a line of its own."""
    parent = link.getparent()
    if parent is None or not (href := link.get("href")):
        return None
    text = line_of(link)
    if not 2 < len(text) < _ROW:
        return None
    certain = leads_to_person(link)
    first = text.partition("\n")[0]
    person = is_cased_person(first)
    if not certain:
        if len(first) > _NAME or not person or not _names_its_page(first, href):
            return None
        text = first
    elif _ACCOUNTS.search(href) or (
        (len(text) > _NAME or _DIGIT.search(text)) and not byline([text]).persons
    ):
        return None
    line = line_of(parent)
    if len(line) > _ROW or (person and first in line and first not in byline([line]).names):
        return None  # a name in prose, or one that another credit introduces
    if not certain and (_is_topic(href) or not _is_row(link, near)):
        return None
    return Shown(text, "html:person", is_certain=certain)


def _beside_link(link: HtmlElement, near: Near) -> Iterator[str]:
    """Names in the links to persons' pages that follow one in its line, or in lines built alike:
    she did not write alone."""
    last = link
    for other in islice(link.itersiblings(), _MOST_BESIDE):
        between = _AND.fullmatch((last.tail or "").strip())
        if other.tag != "a" or between is None or not leads_to_person(other):
            break
        found = _linked(other, near)
        if found is None or not _is_as_cased(found.text, link):
            return
        yield found.text
        last = other
    line = link.getparent()
    if line is None or line.tag not in _LINES_OF_ONE or next(iter(line), None) is not link:
        return
    for beside_it in islice(line.itersiblings(), _MOST_BESIDE):
        first = next(iter(beside_it), None)
        if beside_it.tag != line.tag or beside_it.get("class") != line.get("class"):
            return
        if first is None or first.tag != "a" or not leads_to_person(first):
            return
        found = _linked(first, near)
        if found is None or not _is_as_cased(found.text, link):
            return
        yield found.text


def _is_as_cased(name: str, link: HtmlElement) -> bool:
    """Whether a text is a name in a script with capitals, or in the script of another name."""
    first = text_of(link)
    return is_cased_person(name) or (not has_capitals(first) and is_person(name))


def _names_its_page(name: str, href: str) -> bool:
    """Whether an address is made of a name: `/av/ada-lund`."""
    slug = re.sub(r"[^a-z]+", "-", _bare(name)).strip("-")
    return len(slug) > 5 and slug in _path(href).replace("_", "-")


def _is_topic(href: str) -> bool:
    return not TOPICS.isdisjoint(_path(href).split("/"))


def _path(href: str) -> str:
    try:
        return urlsplit(href).path.lower()
    except ValueError:
        return ""


def _bare(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text.lower())
    return "".join(c for c in parts if not unicodedata.combining(c))


def _name_in_line(element: HtmlElement, text: str, others: Set[str]) -> str | None:
    """The name in a line with a date, a role, an agency, the newspaper, an account or the kind of
    text, and nothing else: "7 May 2026, 9.41 | Ada Lund", "Ada Lund / The Harbour Post". None where
    none of them stands there."""
    if not has_capitals(text) or "©" in text:
        return None
    days = _days_in(text)
    if days is not None:
        text = f"{without_lead_in(text[: days[0]])} | {text[days[1] :]}"
    elif not _OF_PARTS.search(text):
        return None
    parts = [part for piece in _BETWEEN.split(text) if (part := piece.strip(" .:–—-"))]
    names = [
        part
        for part in parts[:3]
        if is_cased_person(part) and not _is_firm(part, others) and not is_of_no_person(part)
    ]
    rest = [part for part in parts if part not in names]
    if len(names) != 1 or not (rest or days) or len(parts) > _MOST_PARTS:
        return None
    if not all(
        _is_beside_name(part, others) or (days is not None and is_of_no_person(part))
        for part in rest
    ):
        return None
    if days is None and (_is_firm(parts[0], others) or _is_of_prose_or_picture(element)):
        return None  # "New York, Reuters" begins many a story, "AFP / Bo Ek" took its picture
    if (
        days is None
        and "/" in text
        and any((is_body(part) or is_agency(part)) and words(part) not in others for part in rest)
    ):
        return None  # as did "Bo Ek/AFP"
    return names[0]


def _is_firm(part: str, others: Set[str]) -> bool:
    return is_body(part) or is_agency(part) or names_paper(part, others)


def _is_beside_name(part: str, others: Set[str]) -> bool:
    return (
        "@" in part
        or _CLOCK.fullmatch(part) is not None
        or _MINUTES.search(part) is not None
        or has_role(part)
        or is_kind(part)
        or _is_firm(part, others)
    )


def _is_of_prose_or_picture(element: HtmlElement) -> bool:
    """Whether an element stands at the beginning of a longer text, or beside a picture."""
    parent = element.getparent()
    if parent is None or (element.tag not in _BLOCKS and len(text_of(parent)) > _ROW):
        return True
    beside = (element, element.getprevious(), element.getnext())
    return any(
        next(each.iter("img", "picture", "figure"), None) is not None
        for each in beside
        if each is not None
    )


def _days_in(text: str) -> tuple[int, int] | None:
    """Where a text tells a day, with the hour: more than a year."""
    if not has_date(text):
        return None
    for start, end in dates_in(text):
        if not text[start:end].strip().isdigit():
            said = timed(text, start, end)
            start = text.find(said)
            return start, start + len(said)
    return None


def _is_row(element: HtmlElement, near: Near) -> bool:
    """Whether a name stands in one line with a date, a reading time, a mail address or a role, and
    is no name of a section: no link of the page has the same text."""
    name = text_of(element)
    if _is_by_date(element):
        return element.tag == "a" or not _is_linked_elsewhere(element, name, near)
    at: HtmlElement | None = element
    for _ in range(4):
        if at is None or at in near.above or len(text_of(at)) > _ROW:
            return False
        rest = _all_of(at).replace(name, "\n", 1)
        if rest.strip() and _says_row(rest):
            return element.tag == "a" or not _is_linked_elsewhere(element, name, near)
        at = at.getparent()
    return False


def _is_by_date(element: HtmlElement) -> bool:
    """Whether a line of nothing but a date stands right before or behind an element that is a line
    itself."""
    if element.tag not in _BLOCKS and (element.tag != "span" or (element.tail or "").strip()):
        return False
    for line in (element.getprevious(), element.getnext()):
        if line is not None and line.tag in (*_BLOCKS, "time", "span"):
            text = text_of(line)
            days = _days_in(text) if len(text) <= _NAME else None
            if (
                days is not None
                and sum(map(str.isalpha, text[: days[0]] + text[days[1] :])) < _BESIDE
            ):
                return True
    return False


def _is_dated(element: HtmlElement) -> bool:
    return any(
        len(line := text_of(up)) <= _ROW and has_date(line)
        for up in islice(element.iterancestors(), 3)
    )


def _all_of(element: HtmlElement) -> str:
    """All texts of an element, a line feed between them."""
    parts: list[str] = []
    for each in element.iter():
        if isinstance(each.tag, str) and each.tag not in ("style", "script") and each.text:
            parts.append(each.text)
        if each is not element and each.tail:
            parts.append(each.tail)
    return "\n".join(filter(None, (" ".join(part.split()) for part in parts)))


def _says_row(rest: str) -> bool:
    if (days := _days_in(rest)) is not None:
        rest = rest[: days[0]] + rest[days[1] :]
        return len(rest.strip()) < _NAME
    return "@" in rest or _MINUTES.search(rest) is not None or has_role(rest)


def _is_linked_elsewhere(element: HtmlElement, name: str, near: Near) -> bool:
    name = name.casefold()
    inside = next(element.iterancestors("a"), None)
    if inside is not None and not (
        leads_to_person(inside) or _names_its_page(name, inside.get("href") or "")
    ):
        return True
    return any(
        (link.text or "").strip().casefold() == name and not leads_to_person(link)
        for link in near.heading.getroottree().iter("a")
        if link is not inside
    )


def _is_portrait(image: HtmlElement) -> bool:
    around = [image, *islice(image.iterancestors(), 2)]
    return any(
        _PORTRAIT.search(f"{names_of(each)} {(each.get('src') or '')[:300]}") for each in around
    )


def around(heading: HtmlElement, *, preceding: bool) -> Iterator[HtmlElement]:
    """Elements before or after one, the nearest branch first."""
    at = heading
    for _ in range(_LEVELS):
        parent = at.getparent()
        ends = parent is not None and parent.tag == "body"
        for sibling in islice(at.itersiblings("*", preceding=preceding), _SIBLINGS):
            if not (ends and sibling.tag in _OF_PAGE):
                yield from _walk(sibling)
        if parent is None or parent.tag in ("body", "html"):
            return
        at = parent


def _walk(top: HtmlElement) -> Iterator[HtmlElement]:
    """An element and those in it, without those that hold no byline."""
    open_ones = [(top, 0)]
    while open_ones:
        element, depth = open_ones.pop()
        tag = element.tag
        if tag in APART or tag in _UNWALKED or not isinstance(tag, str):
            continue
        yield element
        if depth < _DEPTH:
            open_ones += [(child, depth + 1) for child in reversed(element)]
