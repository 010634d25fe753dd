"""What around and among a story's paragraphs is the page's furniture.

Class names are hints: `paywall`, `lightbox`, `widget`, `search` stand on a story's own paragraphs
as often as on what is not the story. What an element holds and where it stands is set against its
name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, takewhile

from lxml.html import HtmlElement

from crawler.extract.body.folded import is_folded
from crawler.extract.language import calls, is_appeal, is_wall
from crawler.extract.markup import (
    Meaning,
    is_hidden,
    is_marked_noise,
    is_named_noise,
    is_noise,
    meanings,
    names_of,
)
from crawler.extract.page import text_of
from crawler.text import is_dense

_SENTENCE = 60
"""Characters of a paragraph, at least; a shorter one is a label as often."""
_LONG_UNMARKED = 80
"""Characters of a paragraph in a script that marks no ends of sentences."""
_SENTENCE_DENSE = 25
_DENSER = 2
"""How much more a character says in scripts that write a syllable or a word with each."""
_ENDS = tuple(".!?…。！？।۔؟")
_CLOSING = "\"'”’»“‘」』)]） "
_LONGEST_BOX = 700
"""Characters; a longer one with something to fill in may be a part of the story around a form."""
_LONGEST_LAST = 2_000
"""The same below the story, where whatever asks for something is no part of it."""
_WRITTEN_LEAST = 100
"""Characters of a paragraph named for something that is written in sentences, too."""
_MUCH = 300
"""Characters of prose that need a neighbour on one side alone."""
_PRESSED = ("form", "input", "select", "textarea", "button", "audio", "video")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_PICTURES = frozenset({"figure", "img", "picture", "amp-img"})
_MAX_PIECES = 200
_MAX_SIBLINGS = 8
_MAX_CLIMB = 3
_WRITTEN = int(Meaning.WRITTEN | Meaning.AUTHOR | Meaning.CAPTION)
_UNSEEN = int(Meaning.UNSEEN)
_APART = int(Meaning.COMMENTS | Meaning.DIALOG)
_STORY_PIECES, _STORY_LENGTH = 4, 800
"""Paragraphs, and their characters, that are a story beside whatever else."""


@dataclass(frozen=True, slots=True)
class _Prose:
    """The running text of an element: how many paragraphs of it, and how many characters."""

    pieces: int
    length: int


_NONE = _Prose(0, 0)


def is_furniture(element: HtmlElement, headline: HtmlElement | None = None) -> bool:
    """Whether a block element is boilerplate, all it holds included.

    headline: the element of the story's headline, if known: what follows it can be the story.
    """
    return is_noise(element) and not refutes_its_names(element, headline)


def refutes_its_names(element: HtmlElement, headline: HtmlElement | None = None) -> bool:
    """Whether names alone call an element boilerplate, and what it holds and where it stands says
    that they are wrong."""
    if is_marked_noise(element):
        return is_hidden(element) and is_folded(element) and _prose(element).pieces > 0
    if not is_named_noise(element):
        return False
    meaning = meanings(names_of(element))
    if meaning & _UNSEEN:
        return False
    own = _prose(element)
    if not own.pieces:
        return False
    before, behind = _neighbours(element, headline)
    if meaning & _WRITTEN:
        if not (before and behind) or own.length < _WRITTEN_LEAST:
            return False
        return next(element.iter(*_HEADINGS), None) is None and not _is_by_picture(element)
    if before and behind:
        return True
    if before and (text := text_of(element)) and len(text) < _LONGEST_LAST and calls(text) > 1:
        return False
    if behind and own.length >= _WRITTEN_LEAST and _is_bare(element):
        return True  # the story's first paragraph, in a box of its own
    return (before or behind) and (
        element.tag == "p" or own.pieces > 1 or own.length >= _MUCH or _has_its_like(element)
    )


def _is_bare(element: HtmlElement) -> bool:
    """Whether an element holds text alone: no link, no heading, no picture."""
    return next(element.iter("a", *_HEADINGS, *_PICTURES), None) is None


def is_text_of_its_own(element: HtmlElement) -> bool:
    """Whether names alone call an element boilerplate, and it holds running text of a kind that is
    nowhere but in stories."""
    if is_marked_noise(element) or not is_named_noise(element):
        return False
    return not meanings(names_of(element)) & (_WRITTEN | _UNSEEN) and _prose(element).pieces > 0


def _prose(element: HtmlElement) -> _Prose:
    """The running text of an element; none where it is a box of links or asks for something."""
    # the cheapest questions first: most elements that are asked about are none of the story
    text = text_of(element)
    if not _is_long(text) or not (any(mark in text for mark in _ENDS) or _needs_no_mark(text)):
        return _NONE
    if _is_linked(element, text):
        return _NONE
    cards = sum(next(h.iter("a"), None) is not None for h in element.iter(*_HEADINGS))
    if cards and len(text) < _MUCH * cards:
        return _NONE
    pieces, length = _sentences(element, text)
    if length <= 0.5 * len(text) and (pieces < _STORY_PIECES or length < _STORY_LENGTH):
        return _NONE
    if len(text) <= _LONGEST_BOX and (
        next(element.iter(*_PRESSED), None) is not None
        or is_appeal(text)
        or is_wall(text)
        or calls(text) > 1
    ):
        return _NONE
    return _Prose(pieces, length * _DENSER if is_dense(text) else length)


def _is_linked(element: HtmlElement, text: str) -> bool:
    """Whether much of an element's text is links."""
    left = 0.4 * len(text)
    for link in element.iter("a"):
        if link.get("href"):
            left -= len(text_of(link))
            if left < 0:
                return True
    return False


def _sentences(element: HtmlElement, text: str) -> tuple[int, int]:
    """How many paragraphs of sentences are in an element, and how many characters they have.

    text: the element's.
    """
    pieces = length = 0
    apart: dict[HtmlElement, bool] = {}
    for part in islice(_parts(element), _MAX_PIECES):
        if len(part) == 0 and len(part.text or "") < _SENTENCE_DENSE:
            continue
        said = text_of(part) if part is not element else text
        if not (_is_long(said) and ends_sentence(said)):
            continue
        if part is element or not _is_apart(part, element, apart):
            pieces += 1
            length += len(said)
    return pieces, length


def _parts(element: HtmlElement) -> Iterator[HtmlElement]:
    """The paragraphs in an element; the element itself where it has none."""
    found = next(element.iter("p", "li", "blockquote"), None)
    if found is None or found is element:
        yield element
    else:
        yield from element.iter("p", "li", "blockquote")


def _is_apart(part: HtmlElement, element: HtmlElement, known: dict[HtmlElement, bool]) -> bool:
    """Whether a paragraph in an element is in a dialog or among comments there.

    known: what was found of parents, which most paragraphs have in common.
    """
    parent = part.getparent()
    if parent not in known:
        known[parent] = any(
            meanings(names_of(up)) & _APART or is_hidden(up)
            for up in takewhile(lambda up: up is not element, part.iterancestors())
        )
    return known[parent]


def _is_long(text: str) -> bool:
    return len(text) >= _SENTENCE or (len(text) >= _SENTENCE_DENSE and is_dense(text))


def ends_sentence(text: str) -> bool:
    """Whether a text ends as a sentence does, or is long and in a script that marks no ends."""
    return text.rstrip(_CLOSING).endswith(_ENDS) or _needs_no_mark(text)


def _needs_no_mark(text: str) -> bool:
    """Whether a text is long, and ends in a script without marks at the end of sentences: Thai,
    Lao."""
    return "\u0e00" <= text[-1:] <= "\u0eff" and len(text) >= _LONG_UNMARKED


def _neighbours(element: HtmlElement, headline: HtmlElement | None) -> tuple[bool, bool]:
    """Whether prose, or the headline, stands before an element, and prose behind it: beside it or
    beside what it alone fills."""
    before = behind = False
    at = element
    for _ in range(_MAX_CLIMB):
        before = before or _has_prose(at.itersiblings(preceding=True), headline)
        behind = behind or _has_prose(at.itersiblings(), None)
        up = at.getparent()
        if before or behind or up is None or up.tag in ("body", "html", "main"):
            break
        if is_noise(up):
            break
        at = up
    return before, behind


def _has_prose(siblings: Iterator[HtmlElement], headline: HtmlElement | None) -> bool:
    for other in islice(siblings, _MAX_SIBLINGS):
        if not isinstance(other.tag, str) or is_marked_noise(other):
            continue
        if headline is not None and (other is headline or headline in other.iter(headline.tag)):
            return True
        if (
            other.tag in ("p", "div", "section", "blockquote", "ul", "ol", "article")
            and _prose(other).pieces
        ):
            return True
    return False


def _has_its_like(element: HtmlElement) -> bool:
    """Whether another piece of running text beside an element has the same names."""
    names = names_of(element)
    return any(
        other.tag == element.tag and names_of(other) == names and _prose(other).pieces
        for siblings in (element.itersiblings(), element.itersiblings(preceding=True))
        for other in islice(siblings, _MAX_SIBLINGS)
    )


def _is_by_picture(element: HtmlElement) -> bool:
    """Whether a picture stands right before or right behind an element, or in it."""
    if next(element.iter(*_PICTURES), None) is not None:
        return True
    return any(
        other is not None
        and next(other.iter(*_PICTURES), None) is not None
        and len(text_of(other)) < _SENTENCE
        for other in (element.getprevious(), element.getnext())
    )


def is_in_sentence(element: HtmlElement, before: str) -> bool:
    """Whether an inline element is part of a sentence around it.

    before: the text of the same paragraph before it.
    """
    if meanings(names_of(element)) & _UNSEEN or _is_glued(element, before):
        return False
    lead = before.rstrip()
    rest = _text_behind(element)
    if lead and not lead.endswith((*_ENDS, ":", "|", "•", "·")):
        return True
    behind = rest[:1]
    if not behind:
        return False
    if behind.islower() or behind in ",;’'":
        return True
    text = text_of(element)
    if ends_sentence(text) or text.endswith(":"):
        # a sentence of its own among sentences: a caption or a credit has none before it
        return bool(lead) and _is_long(rest)
    return (
        element.tag == "a"
        and _is_long(rest)
        and not meanings(names_of(element)) & (_WRITTEN | int(Meaning.DATE))
    )


def _is_glued(element: HtmlElement, before: str) -> bool:
    """Whether a text begins right behind a word, with no space between: it was not meant to be read
    there, but pops up."""
    text = text_of(element)
    edge = before[-1:] + text[:1]
    return len(edge) == 2 and edge.isalnum() and " " in text and not is_dense(edge)


def _text_behind(element: HtmlElement) -> str:
    """The text right behind an inline element, in the same paragraph."""
    at = element
    for _ in range(_MAX_CLIMB):
        text = (at.tail or "").strip()
        if text:
            return text
        behind = at.getnext()
        if behind is not None and isinstance(behind.tag, str):
            return text_of(behind) if behind.tag in _RUNNING else ""
        up = at.getparent()
        if up is None or up.tag not in _RUNNING:
            return ""
        at = up
    return ""


_RUNNING = frozenset(
    {"a", "span", "b", "strong", "em", "i", "u", "font", "small", "mark", "cite", "abbr", "q"}
)
