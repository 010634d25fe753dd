"""Notes on a story that are part of it: corrections, words of the editors, updates.

They stand anywhere about the story and under any name: told by what they begin with.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from itertools import islice

from lxml.html import HtmlElement

from crawler.extract.language import is_note, may_open_note, opens_note
from crawler.extract.markup import Meaning, is_hidden, meanings, names_of
from crawler.extract.page import text_of
from crawler.items import Block

_TAGS = ("p", "div", "aside", "section", "small", "em", "i", "strong", "b", "h3", "h4", "h5", "h6")
_HOLDERS = frozenset({"div", "aside", "section", "footer", "header"})
_INLINE = frozenset({"small", "em", "i", "strong", "b", "span"})
_HEADINGS = frozenset({"h3", "h4", "h5", "h6"})
_LONGEST = 1_200
"""Characters of a note."""
_LEAST = 20
"""Characters of what it says below a label of its own."""
_MOST = 6
_MAX_ELEMENTS = 4_000
_MAX_CLIMB = 14
_OTHERS = int(Meaning.COMMENTS | Meaning.DIALOG)
_OTHER_TAGS = frozenset({"a", "nav", "form", "li", "button", "figure", "table", "dialog"})


def story_notes(scope: HtmlElement, container: HtmlElement) -> tuple[HtmlElement, ...]:
    """The elements of a part of the page that hold a note each, in page order.

    scope: the part that is about the story. container: the element that holds its text.
    """
    around = {container, *container.iterancestors()}
    found: list[HtmlElement] = []
    for element in islice(scope.iter(*_TAGS), _MAX_ELEMENTS):
        text = element.text
        if text is None or text.isspace() or not may_open_note(text):
            continue
        opening = text.strip()
        if any(up in found for up in islice(element.iterancestors(), 6)):
            continue
        if (note := _note(element, opening)) is not None and note not in found:
            if _is_shown(note, around):
                found.append(note)
            if len(found) >= _MOST:
                break
    return tuple(found)


def notes_beside(
    notes: Sequence[HtmlElement], container: HtmlElement
) -> tuple[list[HtmlElement], list[HtmlElement]]:
    """Notes that stand before the element that holds the story, and those that stand in or after
    it: in a part of it that is left out, perhaps."""
    before = [note for note in notes if _precedes(note, container)]
    return before, [note for note in notes if note not in before]


def with_notes(blocks: tuple[Block, ...], notes: Sequence[Sequence[Block]]) -> tuple[Block, ...]:
    """Blocks with the notes that they lack behind them."""
    said = {block.text for block in blocks}
    return blocks + tuple(
        block for note in notes if not any(b.text in said for b in note) for block in note
    )


def in_page_order(elements: Iterable[HtmlElement]) -> list[HtmlElement]:
    """Elements as they stand in the page, each once."""
    found = list(dict.fromkeys(elements))
    if len(found) < 2:
        return found
    return [element for element in found[0].getroottree().iter() if element in found]


def _precedes(one: HtmlElement, other: HtmlElement) -> bool:
    """Whether an element ends before another begins."""
    mine = [*reversed([*one.iterancestors()]), one]
    its = [*reversed([*other.iterancestors()]), other]
    for a, b in zip(mine, its, strict=False):
        if a is not b:
            return a in b.itersiblings(preceding=True)
    return False


def _note(element: HtmlElement, opening: str) -> HtmlElement | None:
    """The element of the whole note that one of its elements opens."""
    if len(opening) > _LONGEST:
        return None
    at = element
    while at.tag in _INLINE and (up := at.getparent()) is not None and _opens(at, up):
        at = up
    if at.tag in _INLINE:
        return None
    if at.tag in _HEADINGS or opens_note(text_of(at)):
        holder = at.getparent()
        if holder is None or holder.tag not in _HOLDERS or not _opens(at, holder):
            return None
        label, text = text_of(at), text_of(holder)
        told = opens_note(label) and len(text.removeprefix(label)) > _LEAST
        return holder if told and len(text) <= _LONGEST else None
    text = text_of(at)
    return at if len(text) <= _LONGEST and is_note(text) else None


def _opens(element: HtmlElement, parent: HtmlElement) -> bool:
    """Whether nothing stands in a parent before an element."""
    if (parent.text or "").strip():
        return False
    for before in element.itersiblings(preceding=True):
        if (before.tail or "").strip() or (isinstance(before.tag, str) and text_of(before)):
            return False
    return True


def _is_shown(element: HtmlElement, around: Set[HtmlElement]) -> bool:
    """Whether an element is shown, and not among readers' comments or other stories.

    around: the element that holds the story, and all that it stands in.
    """
    for up in _upwards(element, around):
        if (
            up.tag in _OTHER_TAGS
            or up.tag == "article"
            or is_hidden(up)
            or meanings(names_of(up)) & _OTHERS
        ):
            return False
    return True


def _upwards(element: HtmlElement, around: Set[HtmlElement]) -> Iterator[HtmlElement]:
    at: HtmlElement | None = element
    for _ in range(_MAX_CLIMB):
        if at is None or at in around:
            return
        yield at
        at = at.getparent()
