"""The text of a story, from wherever on its page it is found."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from itertools import islice

from lxml.html import HtmlElement

from crawler.extract.body.blocks import INLINE, read_blocks
from crawler.extract.body.container import StoryPlace, story_place
from crawler.extract.body.fallback import named_container, told_body, waiting_blocks
from crawler.extract.body.other_stories import other_stories
from crawler.extract.body.story_notes import in_page_order, notes_beside, story_notes, with_notes
from crawler.extract.body.trim import trimmed
from crawler.extract.body.wall import SHORT_TEXT, wall_after
from crawler.extract.page import SENTENCE_ENDS, Document, Structured, is_longer, text_of
from crawler.items import Block, Claim
from crawler.text import count_words

_MOST_TIMES, _LONGEST_LINE = 12, 120
"""Times that are looked at, and characters of a line with one."""
_LITTLE = 200
"""Characters; a shorter body is looked for again."""


@dataclass(frozen=True, slots=True)
class Body:
    """A story's text as it was found."""

    blocks: tuple[Block, ...] = ()
    text: str = ""
    claim: Claim | None = None
    container: HtmlElement | None = None
    """The element that the text stands in."""
    wall: HtmlElement | None = None
    """The box that ends the text before the story does."""
    untrimmed: tuple[Block, ...] = ()
    """All of the container, with the lines above and below the story."""


def body(
    doc: Document,
    data: Structured,
    scope: HtmlElement,
    heading: HtmlElement | None,
    title: str | None,
    standfirst: Claim | None,
) -> Body:
    """The story's text: its container's blocks without what belongs to the page.

    scope: the part of the page that is about the story. heading: the headline's element, if the
    page shows it. A text that is hardly there is looked for in an element that is named for it, in
    templates, and in what the page tells machines.
    """
    others = other_stories(doc, heading)
    place = story_place(doc, heading, others)
    container = place.container if place else None
    whole, lead, wall = _read(doc, scope, place, others) if place else ((), [], None)
    timed = _timed_lines(container) if container is not None else frozenset()
    blocks = trimmed(whole, title, standfirst, lead, timed)
    text = plain(blocks)
    if len(text) < _LITTLE and (named := named_container(doc)) is not None:
        other = trimmed(read_blocks(named, doc.address, {named}), title, standfirst)
        if len(plain(other)) > len(text):
            container, blocks, text = named, other, plain(other)
    claim = Claim(_path(container), "html:container") if container is not None and text else None
    if len(text) < _LITTLE and (waiting := waiting_blocks(doc)):
        blocks = trimmed(waiting, title, standfirst)
        text = plain(blocks)
        claim = Claim(text[:200], "html:template")
    if told := told_body(data, text):
        blocks, text = told, plain(told)
        claim = Claim(text[:200], "json-ld:articleBody")
    return Body(blocks, text, claim, container, wall, whole)


def _timed_lines(container: HtmlElement) -> frozenset[str]:
    """The texts of short lines in an element that hold a <time>: "Published 3 hours ago"."""
    lines = set()
    for time in islice(container.iter("time"), _MOST_TIMES):
        if not (time.get("datetime") or "")[:4].isdecimal():
            continue  # none of a day: "PT15M"
        line = next((up for up in islice(time.iterancestors(), 4) if up.tag not in INLINE), None)
        if line is not None and not is_longer(line, _LONGEST_LINE):
            text = text_of(line)
            if not text.endswith(SENTENCE_ENDS):
                lines.add(text)
    return frozenset(lines)


def plain(blocks: Sequence[Block]) -> str:
    """The text of blocks, an empty line between two; captions are none of it."""
    return "\n\n".join(b.text for b in blocks if b.type != "figure" and b.text)


def _read(
    doc: Document, scope: HtmlElement, place: StoryPlace, others: Set[HtmlElement]
) -> tuple[tuple[Block, ...], list[Block], HtmlElement | None]:
    """The container's blocks, the paragraphs before it, and the wall that ends the text."""
    notes = story_notes(scope, place.container)
    kept = place.kept | set(notes)
    blocks = read_blocks(place.container, doc.address, kept, others)
    wall: HtmlElement | None = None
    if count_words(plain(blocks)) <= SHORT_TEXT:
        wall = wall_after(scope, place.container)
        if wall is not None:
            blocks = read_blocks(place.container, doc.address, kept, others | {wall})
    above, below = notes_beside(notes, place.container)
    before = in_page_order([*place.lead, *above])
    lead = [block for e in before for block in read_blocks(e, doc.address, {e})]
    blocks = with_notes(blocks, [read_blocks(e, doc.address, {e}) for e in below])
    return blocks, lead, wall


def _path(element: HtmlElement) -> str:
    names = element.get("class") or ""
    return f"{element.tag}.{'.'.join(names.split()[:3])}" if names else str(element.tag)
