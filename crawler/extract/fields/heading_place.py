"""The headline by its place: which heading stands at the story."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from itertools import islice

from lxml import etree
from lxml.html import HtmlElement

from crawler.extract.body import other_stories, prose_length, story_place
from crawler.extract.dates import has_date
from crawler.extract.fields.names import opens_byline
from crawler.extract.markup import elsewhere, is_hidden
from crawler.extract.page import Document, below, text_of
from crawler.text import is_dense, is_unspaced, words
from crawler.urls import same_story

_MAX_HEADINGS = 40
_MAX_CLIMB = 12
_LEAST_HEADLINE = 12
"""Characters of a headline that another heading can be told to repeat."""
_LINE_MARKS = (":", "|", "–", "—", "-", "•", "·", "»")
_MOST_BETWEEN, _LINE = 200, 100
"""Elements between a section's name and the headline below it; characters of one."""
_BETWEEN = 2_500
"""Characters of prose between a headline and the story: more, and it heads something else."""
_HEADLINE_NAME = re.compile(
    r"head-?line|(?:entry|post|article|story|single|news)-?_?title", re.IGNORECASE
)
_OTHER_ROLES = frozenset({"banner", "navigation", "search", "dialog", "contentinfo"})
_ELSEWHERE = frozenset({"nav", "footer", "form", "dialog"})


def heading_at_the_story(
    doc: Document, others: Sequence[str], told: Set[str], parts: Set[str] = frozenset()
) -> HtmlElement | None:
    """The heading that stands before the story's text with no other between; None if none does.

    others: names of the site and of the story's section, as compared words; told: what the page
    tells as its title, likewise; parts: beginnings of it, before the site's name. A second heading
    below the first that is told as the title is the headline, and the first its section; where a
    part of the title tells it, only if no line of author and date stands between them.
    """
    headings = [e for e in _headings(doc) if _may_be_headline(e, doc, others)]
    if not headings:
        return None
    place = story_place(doc, None, other_stories(doc, None))
    if place is None:
        return None
    before = list(_before_the_text(doc, place.container, headings))
    if not before:
        return None
    last = before[-1]
    low = [e for e in doc.tags["h2"][:_MAX_HEADINGS] if (key := words(shown_text(e))) in told
           or (key in parts and _follows(last, e))]  # fmt: skip
    if low and any(e in low for e in _before_the_text(doc, place.container, [last, *low])):
        return None
    return last


def low_heading_at_the_story(doc: Document, names: Sequence[str]) -> HtmlElement | None:
    """The highest heading below h1 that stands before the story's text, the first of its kind; None
    if none does.

    names: of the site.
    """
    place = story_place(doc, None, other_stories(doc, None))
    if place is None:
        return None
    others = [words(name) for name in names]
    for tag in ("h2", "h3"):
        found = [
            e for e in doc.tags.get(tag, ())[:_MAX_HEADINGS] if _may_be_headline(e, doc, others)
        ]
        if before := list(_before_the_text(doc, place.container, found)):
            return before[0]
    return None


def _follows(heading: HtmlElement, low: HtmlElement) -> bool:
    """Whether nothing stands between two headings that begins a story: no author, no date, no
    prose."""
    for element in islice(below(heading), _MOST_BETWEEN):
        if element is low:
            return True
        text = (element.text or "").strip()
        if element.tag == "time" or len(text) > _LINE:
            return False
        if text and (has_date(text) or opens_byline(text)):
            return False
    return False


def stands_at_the_story(doc: Document, element: HtmlElement) -> bool:
    """Whether an element stands before the story's text and near it."""
    place = story_place(doc, None, other_stories(doc, None))
    return place is not None and bool(list(_before_the_text(doc, place.container, [element])))


def headline_below(doc: Document, heading: HtmlElement) -> tuple[str, HtmlElement] | None:
    """The headline, where a line of kicker and headline stands over it: "Harbour: Cranes are sold",
    and below, larger, "Cranes are sold". None where there is but one heading."""
    whole = shown_text(heading)
    for element in doc.tags["h2"][:3]:
        found = pieces(element)
        text = found[-1][0] if found else ""
        before = whole.removesuffix(text).rstrip()
        if before == whole or len(text) < max(_LEAST_HEADLINE, 0.4 * len(whole)):
            continue
        if before.endswith(_LINE_MARKS) and not elsewhere(element) and _heads(element, heading):
            return text, element
    return None


def _heads(low: HtmlElement, heading: HtmlElement) -> bool:
    """Whether a story may begin below a second heading: none of its text stands before it."""
    for element in islice(below(heading), _MOST_BETWEEN):
        if element is low:
            return True
        if element.tag == "p" and prose_length(element):
            return False
    return True


def pieces(element: HtmlElement) -> list[tuple[str, HtmlElement | None]]:
    """The texts right under a heading, in order, each with the element that it stands in; None for
    one that stands in none. One element around all of them is looked into."""
    at = element
    for _ in range(4):
        children = [child for child in at if isinstance(child.tag, str) and text_of(child)]
        alone = not (at.text or "").strip() and not any((c.tail or "").strip() for c in at)
        if len(children) != 1 or not alone:
            break
        at = children[0]
    found: list[tuple[str, HtmlElement | None]] = [(" ".join((at.text or "").split()), None)]
    for child in at:
        found.append((text_of(child), child))
        found.append((" ".join((child.tail or "").split()), None))
    return [(text, source) for text, source in found if text]


def shown_text(heading: HtmlElement) -> str:
    """The text of a heading without what is hidden in it, or pressed: "Save", "Share"."""
    if len(heading) == 0:
        return text_of(heading)
    out = [
        child
        for child in islice(heading.iterdescendants(), 40)
        if isinstance(child.tag, str) and (child.tag in _UNREAD or unseen(child))
    ]
    text = " ".join("".join(_texts_without(heading, out)).split())
    return text or text_of(heading)


_UNREAD = frozenset({"script", "style", "button", "svg", "template", "noscript"})
_UNSEEN_NAME = re.compile(
    r"(?:^|[\s_-])(?:sr-?only|screen-?reader(?:-text)?|visually-?hidden|assistive)(?:$|[\s_-])",
    re.IGNORECASE,
)


def unseen(element: HtmlElement) -> bool:
    """Whether an element is not shown: hidden, or read out to those who do not see the page."""
    names = element.get("class")
    return is_hidden(element) or (names is not None and bool(_UNSEEN_NAME.search(names[:200])))


def _texts_without(top: HtmlElement, out: Sequence[HtmlElement]) -> Iterator[str]:
    """The texts of a heading, with spaces where a line or an element of its own ends."""
    walker = etree.iterwalk(top, events=("start", "end"))
    last = ""
    for event, element in walker:
        text = None
        if event == "start":
            if element.tag in _LINES and element is not top:
                yield " "
            if element in out:
                walker.skip_subtree()
                yield " "
            else:
                text = element.text
        elif element is not top:
            text = element.tail
            if element.tag in _LINES:
                yield " "
        if text:
            if event == "start" and _are_glued(last, text):
                yield " "
            yield text
            last = text


_LINES = frozenset({"br", "div", "p", "li", "hr", "h2", "h3", "small"})


def _are_glued(before: str, after: str) -> bool:
    """Whether two elements side by side are two texts: "Harbour", "Cranes sold"; a word may be cut
    into elements, too."""
    if len(after) <= 2 or not (len(before) > 2 or before in (":", "|", "–")):
        return False
    if after[0].isupper():
        return before[-1].islower() or before[-1].isdigit() or before[-1] in ":.!?"
    return after[0].isalpha() and not after[0].islower() and not is_dense(after[0])


def _headings(doc: Document) -> Iterator[HtmlElement]:
    """Headings that can be a headline: h1; where there is none, what is named a headline."""
    if doc.tags["h1"]:
        yield from doc.tags["h1"][:_MAX_HEADINGS]
        return
    named = doc.xpath("//*[@itemprop='headline' or (@role='heading' and @aria-level='1')]")
    yield from named[:_MAX_HEADINGS]
    for element in doc.tags["h2"][:_MAX_HEADINGS]:
        if element not in named and _HEADLINE_NAME.search(element.get("class") or ""):
            yield element


def _may_be_headline(element: HtmlElement, doc: Document, others: Sequence[str]) -> bool:
    """Whether a heading can be a story's: shown, in no bar of the site, no link to elsewhere, and
    more than a name."""
    text = words(shown_text(element))
    if not text or text in others or unseen(element) or elsewhere(element):
        return False
    if " " not in text and not (is_unspaced(text) and len(text) > 5):
        return False
    for up in islice(element.iterancestors(), _MAX_CLIMB):
        if up.tag in _ELSEWHERE or up.get("role") in _OTHER_ROLES or is_hidden(up):
            return False
    links = [*islice(element.iter("a"), 4), *islice(element.iterancestors("a"), 1)]
    return not any(_leads_away(link, element, doc) for link in links)


def _leads_away(link: HtmlElement, heading: HtmlElement, doc: Document) -> bool:
    """Whether a link is most of a heading and leads to another page."""
    url = doc.address(link.get("href") or "")
    if url is None or same_story(url, doc.url):
        return False
    return len(text_of(link)) > 0.5 * len(text_of(heading))


def _before_the_text(
    doc: Document, container: HtmlElement, headings: Sequence[HtmlElement]
) -> Iterator[HtmlElement]:
    """Headings before the first paragraph of the story and near it, in page order."""
    found: list[tuple[int, HtmlElement]] = []
    passed = 0
    inside = False
    for element in doc.root.iter():
        if element in headings:
            found.append((passed, element))
        inside = inside or element is container
        length = 0 if element in headings else prose_length(element)
        if length and inside and (element is container or container in element.iterancestors()):
            if element is container:  # its own text is the story, which nothing but <br> parts
                found += [(passed, heading) for heading in _before_own_text(container, headings)]
            break
        passed += length
    yield from (heading for at, heading in found if passed - at <= _BETWEEN)


def _before_own_text(
    container: HtmlElement, headings: Sequence[HtmlElement]
) -> Iterator[HtmlElement]:
    """Headings within an element that stand before the first of its long texts."""
    for element in islice(container.iter(), _MOST_BETWEEN):
        if element in headings:
            yield element
        elif len((element.text or "").strip()) > _LINE:
            return
        if element is not container and len((element.tail or "").strip()) > _LINE:
            return
