"""Whether a page is the shell that its scripts fill: markup that shows next to nothing."""

from __future__ import annotations

import re
from itertools import chain, islice
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from crawler.extract.page import Document, text_of
from crawler.text import line_words

_HARDLY = 300
"""Characters that a shell shows."""
_FRAME = 1_500
"""Characters of one with the newspaper's name, menu and imprint around the empty place."""
_FEW_LINKS = 12
_LEAST_SCRIPT = 400
_LEAST_HEADLINE = 3
"""Words of a headline; a section's name or a logo's has fewer."""
_OF_FRONT = re.compile(
    r"[^/]{0,3}|[a-z]{2,3}[-_][a-z]{2,4}|(?:index|default|home|start)(?:\.\w{2,5})?", re.IGNORECASE
)
"""What stands in a front page's address: a language (`de`, `en-us`), a file's name."""
_NOT_SHOWN = ("script", "style", "noscript", "template", "svg", "head", "title")
_PLACES = ("div", "main", "section", "article")
_NAMES = re.compile(
    r"root|(?<!whats)app(?!ear|l[iy])|(?<!do)(?<!re)main(?!t)|content|page|__next|__nuxt"
)
_OF_ADS = re.compile(r"\d{3}|(?<![a-z])(?:ads?|adverts?|gpt|banner|sponsor)(?![a-z])")
"""In the name of a place that stands empty until an advertisement is there; they are numbered."""
_OF_OTHERS = re.compile(
    r"(?<![a-z])(?:ad(?:sense|content)|leaderboard|werbung|publicidad|reklam[ae]?|anzeigen?|comments?"
    r"|newsletter|chat|cookies?|consent|modal|overlay|popup|dialog|toast|portal|fb|facebook|share"
    r"|social|player|search|login|widget|top|bottom|below|above|header|footer|sidebar|weather|map)"
    r"(?![a-z])"
)
"""The same, until the reader asks for what it is to hold, or something else than the story is."""
_PROSE, _PARAGRAPHS = 60, 3
"""Characters of a paragraph, and so many of them as no frame around an empty place has."""
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
"""Where a word ends in a name like `mainContent`."""
_MOST_ELEMENTS = 20_000


def is_shell(doc: Document) -> bool:
    """Whether a page shows next to nothing without its scripts: it has some, and hardly any text,
    or an empty place where its content should be, or says that it needs them."""
    if not _has_scripts(doc):
        return False
    shown = _shown(doc)
    if shown <= _HARDLY and len(doc.tags["a"]) <= _FEW_LINKS and not _has_headline(doc):
        return True
    return shown <= _FRAME and (_asks_for_scripts(doc) or _has_empty_place(doc))


def _has_scripts(doc: Document) -> bool:
    return any(
        script.get("src") or len(script.text or "") >= _LEAST_SCRIPT
        for script in doc.tags["script"][:200]
        if "json" not in (script.get("type") or "")
    )


def _shown(doc: Document) -> int:
    """Characters of text that the markup shows."""
    length = 0
    for element in islice(doc.elements, _MOST_ELEMENTS):
        if isinstance(element.tag, str) and element.tag not in _NOT_SHOWN:
            length += len((element.text or "").strip())
        length += len((element.tail or "").strip()) if element.getparent() is not None else 0
        if length > _FRAME:
            break
    return length


def _has_headline(doc: Document) -> bool:
    """Whether a heading leads to another page than the front one, as in a list of one story: a
    short page, but no empty one."""
    headings = islice(doc.root.iter("h1", "h2", "h3", "h4"), 100)
    for anchor in chain.from_iterable(map(_anchors, headings)):
        url = doc.address(anchor.get("href") or "")
        if url is not None and _leads_on(url) and line_words(text_of(anchor)) >= _LEAST_HEADLINE:
            return True
    return False


def _leads_on(url: str) -> bool:
    """Whether an address is no front page's, of one language (`/de/`) or of all."""
    parts = urlsplit(url)
    return bool(parts.query) or not all(map(_OF_FRONT.fullmatch, parts.path.split("/")))


def _anchors(heading: HtmlElement) -> list[HtmlElement]:
    """The links in a heading, and that which it stands in."""
    above = heading.getparent()
    around = [above] if above is not None and above.tag == "a" else []
    return [*heading.iter("a"), *around]


def _asks_for_scripts(doc: Document) -> bool:
    return any(
        "javascript" in text_of(element).lower().replace(" ", "")
        for element in islice(doc.root.iter("noscript"), 20)
    )


def _has_empty_place(doc: Document) -> bool:
    """Whether the page has an element of a name that stands empty, as its content would, and no
    content beside it."""
    is_there = any(
        len(element) == 0 and not (element.text or "").strip() and _is_named(element)
        for element in islice(doc.root.iter(*_PLACES), 2_000)
    )
    if not is_there:
        return False
    prose = (len(text_of(paragraph)) > _PROSE for paragraph in doc.root.iter("p"))
    return sum(islice(prose, 200)) < _PARAGRAPHS


def _is_named(element: HtmlElement) -> bool:
    name = _HUMP.sub("-", element.get("id") or "").lower()
    if element.tag in ("main", "article"):
        return True
    return _NAMES.search(name) is not None and not (_OF_ADS.search(name) or _OF_OTHERS.search(name))
