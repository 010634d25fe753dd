"""Reading one card: the headline, summary, picture and date that stand for a story elsewhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from lxml import etree
from lxml.html import HtmlElement

from crawler.extract.language import whole
from crawler.items import Claim, Relation
from crawler.text import line_words

MAX_EVENTS = 600
"""Starts and ends of elements looked at in one card; real ones have some sixty."""
MAX_TEXT = 1000
"""Characters of a title or excerpt that are kept."""

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_SILENT = frozenset(
    {"style", "script", "noscript", "template", "svg", "iframe", "select", "button", "form"}
)
_BLOCKS = HEADINGS | {
    "address", "article", "aside", "blockquote", "dd", "div", "dl", "dt", "figcaption",
    "figure", "footer", "header", "li", "ol", "p", "section", "table", "td", "time", "tr", "ul",
}  # fmt: skip
_FORMS = (
    dict.fromkeys(_BLOCKS, "block")
    | dict.fromkeys(HEADINGS, "heading")
    | dict.fromkeys(_SILENT, "silent")
)
"""What a tag is to the text in it; the others are part of a line."""
_KINDS = (
    (
        "kicker",
        re.compile(
            r"kicker|overline|eyebrow|topline|roofline|dachzeile|spitzmarke|supertitle|suptitle"
            r"|surtitle|pre-?title|pre-?headline|antetitulo|category|sr-only|visually-?hidden"
            r"|screen-?reader|(?:^|[\s_-])(?:label|badge|flag|tag|cat|rubric|topic|prefix|counter"
            r"|number|rank|ranking|index|num)(?:$|[\s_-])"
        ),
    ),
    (
        "byline",
        re.compile(
            r"author|byline|credit|reading-?time|duration|comment|share|(?:^|[\s_-])meta(?:$|[\s_-])"
        ),
    ),
    (
        "date",
        re.compile(r"(?:^|[\s_-])(?:date|time|datetime|published|posted|fecha|datum)(?![a-z])"),
    ),
    (
        "excerpt",
        re.compile(
            r"excerpt|summary|desc|teaser-?(?:text|copy)|standfirst|subtitle|abstract|snippet"
            r"|(?:^|[\s_-])(?:dek|intro|lead|lede)(?:$|[\s_-])"
        ),
    ),
    ("title", re.compile(r"title|titel|headline|(?:^|[\s_-])(?:hed|heading|titulo|titre|titolo)")),
)  # fmt: skip
_HEADER = re.compile(r"[a-z][_-]?[hH]eader(?:$|[\s_-])")
"""Of an element with nothing but text: what other themes call a title."""
_KIND_OF_TAG = {"time": "date"} | dict.fromkeys(HEADINGS, "title")
"""As `kind_of` gives it where there is no class."""
_IMAGE_SOURCES = (
    "data-src", "data-lazy-src", "data-original", "data-img-url", "src", "data-srcset", "srcset",
)  # fmt: skip
_BACKGROUNDS = ("data-bgset", "data-bg")
_PAINT = re.compile(r"background(?:-image)?:[^;]*?url\(\s*[\"']?([^\"')]+)", re.IGNORECASE)
_PICTURES = ("img", "amp-img")
_PAINTED = ("div", "span", "a", "figure", "i")
_MAX_PAINTED = 30
"""Elements of a card that are asked for a picture as their background."""


class Card(NamedTuple):
    """What a card shows of its story."""

    title: str | None
    headline: bool = True
    """Whether the title is printed as one: linked, a heading, or named so; not a picture's text."""
    label: str | None = None
    """The words in the card that say what it is ("Previous story"); None without such."""
    relation: Relation | None = None
    """What the label names."""
    excerpt: str | None = None
    image: str | None = None
    published: Claim | None = None
    lead: str | None = None
    """A few words beside the headline that no language knows."""


class _Piece(NamedTuple):
    text: str
    kind: str
    linked: bool
    heading: int
    """Which heading of the card it is in, from 1; 0 for none."""
    level: int
    """Of that heading, 1 to 6; 0 for none."""


def tidy(text: str) -> str:
    """One line, single spaces.

    >>> tidy(" a\\n  b\\xa0c ")
    'a b c'
    """
    return " ".join(text.split())


def names_of(element: HtmlElement) -> str:
    """An element's class and id, lower-case, apart by a space."""
    names = element.get("class", "")
    own = element.get("id")
    return (f"{names} {own}" if own else names).lower()


@lru_cache(maxsize=4_096)
def kind_of(tag: str, names: str) -> str | None:
    """What part of a card a tag or class names: kicker, byline, date, excerpt, title, or None."""
    if tag == "time":
        return "date"
    if names:
        for kind, pattern in _KINDS:
            if pattern.search(names):
                return kind
    return "title" if tag in HEADINGS else None


@lru_cache(maxsize=4_096)
def _kind_in(tag: str, names: str) -> str | None:
    """`kind_of` names in any case; `header` for what is a title if it holds nothing but text."""
    return kind_of(tag, names.lower()) or ("header" if _HEADER.search(names) else None)


def quick_text(element: HtmlElement) -> str:
    """The text of an element on one line: to measure and to tell by, not to keep, for it runs the
    words of neighbouring blocks together and has styles and scripts in it."""
    # Most links hold nothing but text: lxml's serialiser costs ten times more to set up.
    if len(element) == 0:
        return " ".join((element.text or "").split())
    return " ".join(
        etree.tostring(element, method="text", encoding="unicode", with_tail=False).split()
    )


def text_of(element: HtmlElement, limit: int = MAX_EVENTS) -> str:
    """The visible text of an element on one line."""
    node = element
    while len(node) == 1 and (node.text is None or node.text.isspace()):
        inner = node[0]
        if inner.tag in _SILENT or (inner.tail and not inner.tail.isspace()):
            break
        node = inner
    if len(node) == 0 and isinstance(node.tag, str):
        return tidy(node.text or "")
    return tidy(" ".join(piece.text for piece in _pieces(element, frozenset(), limit)[0]))


def read_card(card: HtmlElement, anchors: Iterable[HtmlElement],
    address: Callable[[str], str | None],
              language: str | None = None) -> Card:  # fmt: skip
    """What a card shows.

    card: the element that holds all of it. anchors: its links to the story. address: makes a link
    absolute (`Document.address`).
    """
    # in page order: of two links that name the story differently, the first is believed
    links = dict.fromkeys(anchors)
    if len(links) == 1:
        plain = _plain_link(card)
        if plain is not None:
            shown = tidy(plain.text or "")
            if _tells(shown):
                title = _without_kicker(shown, links)
                return Card(title[:MAX_TEXT] if title else None)
    bare = _only_text(card, links)
    if bare is not None and _tells(bare):
        title = _without_kicker(bare, links)
        pictures = list(islice(card.iter(*_PICTURES), _MAX_PAINTED))
        return Card(
            title[:MAX_TEXT] if title else None,
            image=_image(pictures or _painted(card), address),
        )
    pieces, pictures, times = _pieces(card, links, MAX_EVENTS)
    # "Read more" leads to the story and is none of its words.
    pieces = pieces[:1] + [
        p for p in pieces[1:] if not (p.linked and whole(p.text, language) == "also_read")
    ]
    worded = any(p.linked and p.kind in ("text", "title") for p in pieces)
    label, relation = None, None
    if len(pieces) > 1:
        for piece in pieces[:3]:
            # "Next, <a>they moved on</a>" is a sentence
            is_open = piece.heading or piece.text.endswith(",")
            found = None if is_open else whole(piece.text, language)
            if found:
                label, relation = piece.text.strip(" :\ufeff\xa0"), found
                pieces = [p for p in pieces if p is not piece]
                break
    title = _without_kicker(_title(pieces, worded), links)
    headline = title is not None and any(p.linked or p.kind == "title" for p in pieces)
    title = title or _hidden_title(links, pictures)
    return Card(
        title[:MAX_TEXT] if title else None,
        headline or any(link.get("aria-label") for link in links),
        label,
        relation,
        _excerpt(pieces, title),
        _image(pictures or _painted(card), address),
        _published(pieces, times),
        next((p.text for p in pieces if _is_lead(p, title)), None) if len(pieces) > 1 else None,
    )


def _is_lead(piece: _Piece, title: str | None) -> bool:
    return (
        piece.kind in ("text", "kicker")
        and not piece.heading
        and piece.text != title
        and len(piece.text) <= 40
        and any(c.isalpha() for c in piece.text)
    )


def _only_text(card: HtmlElement, links: Collection[HtmlElement]) -> str | None:
    """The text of a card that shows no words but those of one link, itself undivided; else None:
    a picture and a headline, the most common card of all."""
    if len(links) > 4:
        return None
    told = None
    for link in links:
        if len(link) == 0 and not link.text:
            continue
        text = quick_text(link)
        if text:
            if told is not None:
                return None
            told = (link, text)
    if told is None or quick_text(card) != told[1] or next(card.iter("time"), None) is not None:
        return None
    node = told[0]
    while len(node) == 1 and (node.text is None or node.text.isspace()):
        node = node[0]
    return told[1] if len(node) == 0 else None


def _plain_link(card: HtmlElement) -> HtmlElement | None:
    """The link, where a card is nothing but a link of nothing but text."""
    node = card
    while node.tag != "a":
        if len(node) != 1 or (node.text and not node.text.isspace()):
            return None
        node = node[0]
        if node.tail and not node.tail.isspace():
            return None
    return node if len(node) == 0 else None


def _pieces(
    card: HtmlElement, links: Collection[HtmlElement], limit: int
) -> tuple[list[_Piece], list[HtmlElement], list[HtmlElement]]:
    """The text as blocks and telling classes break it up; pictures; time elements."""
    pieces: list[_Piece] = []
    pictures: list[HtmlElement] = []
    times: list[HtmlElement] = []
    buffer: list[str] = []
    kind = "text"
    linked = heading = headings = level = 0
    opened: list[tuple[str, bool, bool, bool]] = []
    """Of each element around: the kind of text before it, whether it breaks the text, whether it
    is a link to the story, whether it is a heading that counts."""

    def flush() -> None:
        text = tidy("".join(buffer))
        buffer.clear()
        if text:
            pieces.append(_Piece(text, kind, linked > 0, heading, level))

    walk = etree.iterwalk(card, events=("start", "end", "comment", "pi"))
    for event, node in islice(walk, limit):
        if event == "start":
            tag = node.tag
            form = _FORMS.get(tag, "")
            if form == "silent":
                walk.skip_subtree()
                opened.append((kind, False, False, False))
                continue
            names = node.get("class")
            if node is card:
                own = None
            elif names:
                own = _kind_in(tag, names)
                if own == "header":
                    own = "title" if len(node) == 0 else None
            else:
                own = _KIND_OF_TAG.get(tag)
            link, counts = node in links, form == "heading" and not heading
            breaks = form != "" or own is not None or link
            if breaks and buffer:
                flush()
            opened.append((kind, breaks, link, counts))
            # A label in a headline is still a label; a headline in a summary is not.
            if own and kind not in ("excerpt", "date"):
                kind = own
            linked += link
            if counts:
                headings += 1
                heading, level = headings, int(tag[1])
            if form == "" and tag in _PICTURES:
                pictures.append(node)
            elif tag == "time":
                times.append(node)
            elif tag == "br" and buffer:
                buffer.append(" ")
            # Space before a piece's first word is nothing; most of the text of a card is such.
            if (text := node.text) and (buffer or not text.isspace()):
                buffer.append(text)
            continue
        if event == "end":
            before, breaks, link, counts = opened.pop()
            if breaks and buffer:
                flush()
            kind = before
            linked -= link
            if counts:
                heading = level = 0
        if node is not card and (tail := node.tail) and (buffer or not tail.isspace()):
            buffer.append(tail)
    flush()
    return pieces, pictures, times


def _title(pieces: list[_Piece], worded: bool) -> str | None:
    """The headline: a linked heading, any heading, what a class calls title, the link's text.

    worded: whether the links have words of their own; a short heading beside them is no headline.
    """
    headings: dict[int, tuple[int, str]] = {}
    in_heading = [p for p in pieces if p.heading and p.kind == "title" and _tells(p.text)]
    for p in [p for p in in_heading if p.linked] or [
        p for p in in_heading if not worded or line_words(p.text) >= 3
    ]:
        # A class may set parts of a headline apart: a topic, a mark, the headline itself.
        level, longest = headings.get(p.heading, (p.level, ""))
        headings[p.heading] = (level, max(p.text, longest, key=len))
    if headings:
        title = min(headings.values(), key=lambda h: h[0])[1]
        longest = max((h[1] for h in headings.values()), key=len)
        # A topic may stand over the headline as a heading of its own.
        return longest if line_words(title) < 4 else title
    named = [
        p.text
        for p in pieces
        if p.kind == "title" and _tells(p.text) and (p.linked or not (worded or p.heading))
    ]
    if named:
        return max(named, key=len)
    linked = [p.text for p in pieces if p.linked and p.kind in ("text", "title") and _tells(p.text)]
    if not linked:
        linked = [p.text for p in pieces if p.linked and _tells(p.text) and p.kind != "date"]
    if not linked and not any(p.linked for p in pieces):
        linked = [p.text for p in pieces if p.kind == "text" and line_words(p.text) >= 3]
    # A summary may follow the headline in the same link; a word or two may come before.
    told = [t for t in linked if line_words(t) >= 4]
    if len(told) > 1 and line_words(told[0]) == 4 < line_words(told[1]) <= 16:
        return told[1]
    return told[0] if told else max(linked, key=len, default=None)


def _without_kicker(title: str | None, links: Iterable[HtmlElement]) -> str | None:
    """The headline alone, where the link shows more: a topic before it, a name after it."""
    if title is None:
        return None
    title = title.lstrip(":–—|•· ").strip()
    for link in links:
        for name in ("title", "aria-label"):
            stated = tidy(link.get(name) or "")
            if line_words(stated) >= 3 and stated in title:
                return stated
    # A colon set apart from the word before it and close to the next is a seam between two
    # elements, not punctuation: "Topic :Headline".
    before, seam, after = title.partition(" :")
    return after if seam and before and after[:1].strip() and _tells(after) else title


def _tells(text: str) -> bool:
    return len(text) > 3 and not text.replace(".", "").replace(":", "").isdigit()


def _hidden_title(links: Iterable[HtmlElement], pictures: list[HtmlElement]) -> str | None:
    """A headline for those who do not see the card."""
    for link in links:
        for name in ("aria-label", "title"):
            text = tidy(link.get(name, ""))
            if _tells(text):
                return text
    for picture in pictures:
        text = tidy(picture.get("alt") or "")
        if line_words(text) >= 3:
            return text
    return None


def _excerpt(pieces: list[_Piece], title: str | None) -> str | None:
    for wanted, least in (("excerpt", 3), ("text", 7)):
        for p in pieces:
            fits = p.kind == wanted and not p.heading and p.text != title
            if fits and line_words(p.text) >= least:
                return p.text[:MAX_TEXT]
    return None


def _painted(card: HtmlElement) -> list[HtmlElement]:
    """The elements of a card that show a picture as their background."""
    return [
        node
        for node in islice(card.iter(*_PAINTED), _MAX_PAINTED)
        if (get := node.get)("data-bg")
        or get("data-bgset")
        or get("data-img-url")
        or "url(" in get("style", "")
    ]


def _image(pictures: list[HtmlElement], address: Callable[[str], str | None]) -> str | None:
    for picture in pictures:
        for name in (*_IMAGE_SOURCES, *_BACKGROUNDS):
            value = (picture.get(name) or "").strip()
            if not value or value.startswith("data:"):
                continue
            if name.endswith("set"):
                value = value.split()[0].rstrip(",")
            url = address(value)
            if url:
                return url
        painted = _PAINT.search(picture.get("style") or "")
        if painted and not painted[1].startswith("data:") and (url := address(painted[1])):
            return url
    return None


def _published(pieces: list[_Piece], times: list[HtmlElement]) -> Claim | None:
    for element in times:
        stated = tidy(element.get("datetime") or "")
        if stated:
            return Claim(stated[:100], "html:time@datetime")
        shown = text_of(element)
        if shown:
            return Claim(shown[:100], "html:time")
    for p in pieces:
        if p.kind == "date" and len(p.text) <= 60 and any(c.isdigit() for c in p.text):
            return Claim(p.text, "html:card-date")
    return None
