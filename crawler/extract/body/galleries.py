"""Galleries among a story's paragraphs: pictures in a row, each with its caption."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import groupby

from lxml.html import HtmlElement

from crawler.extract.body.figures import picture_block
from crawler.extract.body.pictures import PICTURES
from crawler.extract.page import spaced_text
from crawler.items import Block

_COUNTED = re.compile(r"[\[(]?(\d{1,3})\s?(?:/|of|von|de|sur|di|van|av|из|z)\s?(\d{1,3})\b[\])]?\D")
"""How the caption of one of several pictures begins: which of how many."""
_LEAST = 3
_LEAST_ITEMS = 4
_SHARE = 0.8
"""Of a list's items, those that are pictures, in a gallery."""
_ENOUGH = 500
"""Characters of a story beside its gallery."""
_HEADINGS = ("h2", "h3", "h4", "h5", "h6")


def gallery_blocks(
    element: HtmlElement, address: Callable[[str], str | None]
) -> list[Block] | None:
    """The pictures of a list of nothing but pictures and what is said of each; None of another.

    An item with a heading is a part of the story, and so is a numbered one: a step, a place.
    """
    items = element.findall("li")
    if element.tag != "ul" or len(items) < _LEAST_ITEMS:
        return None
    if next(element.iter(*_HEADINGS), None) is not None:
        return None
    found: list[Block] = []
    for item in items:
        picture = next(item.iter(*PICTURES), None)
        if picture is None or (item.text or "").strip():
            continue
        caption = spaced_text(item)
        block = picture_block(picture, address, caption or None)
        if block is not None and caption:
            found.append(block)
    return found if len(found) >= _SHARE * len(items) else None


def without_counted(blocks: Sequence[Block]) -> list[Block]:
    """Blocks without the captions that say which of how many pictures they are about; all of them
    where they tell the story."""
    gone: set[int] = set()
    places = [(_counted(block), at) for at, block in enumerate(blocks)]
    for total, row in groupby(places, key=lambda place: place[0] and place[0][2]):
        run = [(counted, at) for counted, at in row if counted]
        if total and sum(last - first + 1 for (first, last, _), _ in run) >= _LEAST:
            numbers = [n for (first, last, _), _ in run for n in range(first, last + 1)]
            if numbers == list(range(numbers[0], numbers[0] + len(numbers))):
                gone.update(at for _, at in run)
    if sum(len(block.text) for at, block in enumerate(blocks) if at not in gone) < _ENOUGH:
        return list(blocks)
    for at in sorted(gone):
        if at and at - 1 not in gone and blocks[at - 1].type == "heading":
            gone.add(at - 1)
    return [block for at, block in enumerate(blocks) if at not in gone]


def _counted(block: Block) -> tuple[int, int, int] | None:
    """The first and the last number that the pieces of a block begin with, and of how many."""
    if block.type not in ("paragraph", "list", "heading"):
        return None
    found = [_COUNTED.match(line) for line in block.text.split("\n")]
    numbers = [(int(each[1]), int(each[2])) for each in found if each is not None]
    if len(numbers) < len(found):
        return None
    first, total = numbers[0]
    alike = all(number == (first + step, total) for step, number in enumerate(numbers))
    return (first, first + len(numbers) - 1, total) if alike and total >= first else None
