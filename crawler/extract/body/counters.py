"""Numbers that move on by themselves: readers, shares, quotations of the exchange, a clock.

Told by form, in any language: a short piece of a story, mostly numbers, that ends no sentence and
stands alone. Rows of such pieces are results or a list of the dead, and are the story.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from crawler.extract.language import is_counted, pattern
from crawler.extract.page import SENTENCE_ENDS
from crawler.items import Block
from crawler.text import is_dense

_LONGEST = 90
"""Characters."""
_PROSE = 60
"""Characters of a piece that is a paragraph."""
_MAX_WORDS = 9
_MAX_NAMES = 4
"""Words beside the numbers of a quotation."""
_NUMBER = r"[+\-−±▲▼#]?[$€£¥]?\d[\d.,:/'’]*\s?(?:[kKmM%‰€$£¥h]|<numbers.large>)?\.?"
_MOVES = re.compile(r"[+\-−±]\d|[▲▼↑↓]\s?\d|\d\s?[%‰]")
"""A change, as quotations have it."""
_EXACT = re.compile(r"\d[.,]\d|\d{3}")
_CLOCK = (
    r"(?:\D{0,12}\s)?(?:[01]?\d|2[0-3])[:.h][0-5]\d(?:[:.][0-5]\d)?"
    r"\s?(?:<dates.oclock>|h|[ap]\.?m\.?|[A-Z]{2,4})?"
)
_ITEM = re.compile(r"#?\d{1,3}[.):]")
"""What numbers a heading or an item: "2. Plant"."""
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
_LONGEST_DENSE = 24


def without_counters(blocks: Sequence[Block]) -> list[Block]:
    """Blocks without those that only count."""
    return [
        block
        for at, block in enumerate(blocks)
        if not _is_counter(block, blocks[at - 1 : at] if at else (), blocks[at + 1 : at + 2])
    ]


def _is_counter(block: Block, before: Sequence[Block], behind: Sequence[Block]) -> bool:
    text = block.text
    if block.type != "paragraph" or len(text) > _LONGEST or not any(map(str.isdecimal, text)):
        return False
    tokens = text.split()
    if len(tokens) > _MAX_WORDS or (text.endswith(SENTENCE_ENDS) and text[-1] not in ")”\"'»"):
        return False
    if is_dense(text):
        edge = text[0].isdecimal() or text[-1].isdecimal()
        return len(text) <= _LONGEST_DENSE and edge and is_counted(text)
    if is_counted(text) and (tokens[0][0].isdecimal() or tokens[-1][-1].isdecimal()):
        return True
    if _is_quotation(text, tokens):
        return True
    return _is_alone(before, behind) and (
        pattern(_CLOCK).fullmatch(text) is not None or _is_count(tokens)
    )


def _is_quotation(text: str, tokens: Sequence[str]) -> bool:
    """Whether a text is a name with its price and the change of it."""
    if _MOVES.search(text) is None or _EXACT.search(text) is None:
        return False
    numbers = sum(
        pattern(_NUMBER, 0).fullmatch(token.strip("()[]")) is not None for token in tokens
    )
    names = sum(any(map(str.isalpha, token)) for token in tokens)
    return numbers >= 2 and names <= _MAX_NAMES


def _is_count(tokens: Sequence[str]) -> bool:
    """Whether a text is numbers with at most one word to them, no year and no item of a list."""
    numbers = [token for token in tokens if pattern(_NUMBER, 0).fullmatch(token.strip("()[]"))]
    if len(tokens) == 1:
        digits = sum(map(str.isdecimal, tokens[0]))
        return bool(numbers) and digits > 2 and not _YEAR.fullmatch(tokens[0])
    if _ITEM.fullmatch(tokens[0]):
        return False
    return len(tokens) - len(numbers) <= 1 and len(tokens) <= 3


def _is_alone(before: Sequence[Block], behind: Sequence[Block]) -> bool:
    """Whether what stands beside a piece, at least on one side, is prose, and nothing like it."""
    beside = [*before, *behind]
    prose = [len(b.text) > _PROSE and b.text.endswith(SENTENCE_ENDS) for b in beside]
    return bool(prose) and all(prose)
