"""Where a story begins and ends among the blocks of its container."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set

from crawler.extract.body.counters import without_counters
from crawler.extract.body.galleries import without_counted
from crawler.extract.body.markdown import escaped
from crawler.extract.dates import dates_in, is_dateline
from crawler.extract.language import (
    calls,
    heads_comments,
    is_appeal,
    is_counted,
    is_ending,
    is_label,
    is_note,
    is_wall,
    match,
    names_itself,
    pattern,
    states_age,
    whole,
)
from crawler.extract.page import SENTENCE_ENDS
from crawler.items import Block, Claim
from crawler.text import has_capitals, line_words, words

_STAMP = re.compile(
    r"\b(?:(?:19|20)\d\d|\d\d?[./]\d\d?[./]\d\d)\b.{0,20}?\b\d\d?[:.h]\d\d\b"
    r"|\b\d\d?[:.h]\d\d\b.{0,30}?\b(?:19|20)\d\d\b"
)
_CLOCK = r"(?:<dates.lead_in>\W{0,3})?(?:[01]?\d|2[0-3])[:.h][0-5]\d"
"""A line of nothing but the hour, or a word for it: 05.10, "Updated 7:00"."""
_HEAD = 8
"""Blocks at the beginning among which the headline, standfirst and byline may stand."""
_HEAD_ROWS = 5
"""Lines of a paragraph among which these may stand."""
_LONGEST_DATED, _LONGEST_NAME = 120, 20
_LONGEST_LABEL = 60
"""Characters."""
_LEAST, _LABEL_WORDS = 3, 4
"""Blocks of a story whose last may be a label, and words of that."""
_LONGEST_WALL = 120
"""Characters; what is longer may tell of subscriptions."""
_LONGEST_CAPTION = 400
_NAME = r"[A-ZÀ-Þ][\w.'’-]+"
_BEFORE = r"(?:[.!?…”\"»)\]]\s+|[(©:]\s*)"
_CREDIT = re.compile(
    # REUTERS/Ada Lind/File Photo, AP Photo/Ada Lind, File
    rf"(?:(?:^|{_BEFORE})[A-ZÀ-Þ][\w.]*(?: [A-Z][a-z]+)?/{_NAME}(?: {_NAME}){{0,6}}"
    rf"(?:\s?/\s?[A-Z][\w ]*)?(?:, [\w ]+)?"
    # Ada Lind/dpa, Ada Lind / AFP
    rf"|{_BEFORE}{_NAME}(?: {_NAME}){{0,4}}\s?/\s?(?:[a-z]{{2,4}}|[A-Z]{{2,5}}))\)?$"
)
"""How the caption of an agency's picture ends: with the agency and who took it."""
_COUNTED = re.compile(r"\[\d{1,3}/\d{1,3}\]")
"""How the caption of one of several pictures begins."""
_COUNT = re.compile(r"\D{2,25}\s?[(\[]\d{1,5}[)\]]|\d{1,5}\s\D{2,25}")
_OF_OTHERS = ("also_read", "related", "popular")
"""Of what a heading tells that stands over no part of the story."""
_BYLINE = r"\W*(?:<bylines.label>\s*(?:[:：,،]|$)|<bylines.by>\s*:?\s+\w)"
_CREDITS = r"\W*(?:<bylines.label>|<bylines.other_credit>)\s*[:：]"
_CREDITED = r"[\s.(（]<bylines.other_credit>\s*[:：]"
_ABOUT = r"\W*<bylines.about>\W*"
_MOST_ABOUT = 6
"""Blocks from a heading on that says that they are about the author."""
_CREDIT_LINES = (
    r"\W*(?:<bylines.other_credit>)\s?[:：／].*",
    r"\W*(?:<bylines.no_name>)(?:\W+\w+)?\W*",
    r"[^,:\d]{4,40},\s(?:[^\W\d_]+\s){0,2}<bylines.role>(?:\s[^\W\d_]+){0,2}",
    r"[^\d.!?]{0,25}(?<!\d)\d{1,2}\s?<reading.minute>[^\w]*<reading.read>\W*",
    r"\W*<reading.read>[^\d.!?]{0,15}\d{1,2}\s?<reading.minute>\W*",
)
_TAKEN_BY = r"\W*(?:<bylines.other_credit>)\.?\s+"
_SAYS = 40
"""Characters of a paragraph that is more than a line."""
_LONGEST_AGENCY = 10
_RUN = 3
"""Words; shorter runs are shared by any two texts on one subject."""


def trimmed(
    blocks: Sequence[Block],
    title: str | None,
    standfirst: Claim | None,
    before: Sequence[Block] = (),
    timed: Set[str] = frozenset(),
) -> tuple[Block, ...]:
    """Blocks without what stands above the story (kicker, headline, date and byline) and without
    the short lines below it (agency, links, labels), its lead first.

    standfirst: the summary under the headline, with where it was found. One that the page shows,
    in sentences, is the story's first paragraph, unless the body says the same again; one that is
    no sentence belongs to the headline. before: paragraphs between headline and container. timed:
    lines that are marked as times: "3 hours ago".
    """
    kept = [block for block in before if not _is_said(block.text, blocks)]
    kept += blocks
    name = words(title or "")
    _unroll(kept, name)
    for at, block in enumerate(kept[:_HEAD]):
        if name and len(kept) > at + 1 and _names(block, name):
            if sum(len(b.text) for b in kept[:at]) < 300:
                kept[: at + 1] = [b for b in kept[:at] if _is_note(b)]
            else:
                del kept[at]
            _unroll(kept, name)
            break
    lead = standfirst.text if standfirst is not None else None
    shown = standfirst is not None and standfirst.source.startswith("html:")
    sentence = lead is not None and lead.endswith(SENTENCE_ENDS)
    if shown and not sentence:
        kept = [b for at, b in enumerate(kept) if at >= _HEAD or b.text != lead]
    kept = _without_head(_without_age(kept, lead), lead, timed)
    kept = without_counters(_without_asides(without_counted(_until_ending(kept))))
    if len(kept) > _LEAST and (_is_dangling(kept[-1]) or _is_credit(kept[-1])):
        kept.pop()
    for _ in range(6):
        last = next((b for b in reversed(kept) if b.type != "figure"), None)
        if (
            last is None
            or _is_note(last)
            or not (_is_line(last) or last.type == "heading" or _tells_own_date(last))
            or len(kept) < 3
        ):
            break
        kept.remove(last)
    if lead is not None and shown and sentence and kept and not _is_said(lead, kept):
        kept.insert(0, Block("paragraph", lead, escaped(lead)))
    return tuple(kept)


def _without_head(blocks: list[Block], lead: str | None, timed: Set[str]) -> list[Block]:
    """Blocks without the lines above the story: date, byline, agency. Pictures and notes stay, as
    does the lead, which stands before these lines as often as behind them."""
    stay: list[Block] = []
    for at, block in enumerate(blocks):
        if block.type == "figure" or _is_note(block):
            stay.append(block)
        elif at < _HEAD and (block.text == lead or not _is_of_head(block, timed)):
            # what stands before such a line is a lead, whether it was told to be one or not
            return [*stay, block, *_without_dateline(blocks[at + 1 :], timed)]
        elif at >= _HEAD:
            return stay + blocks[at:]
    return stay


def _may_be_name(line: str) -> bool:
    """Whether all words of a line have capitals, or it is short and in a script without any."""
    return line.istitle() or (not has_capitals(line) and len(line) <= _LONGEST_NAME)


def _unroll(blocks: list[Block], name: str) -> None:
    """Put what the first block with text is made of in its place."""
    first = next((at for at, block in enumerate(blocks[:_HEAD]) if block.type != "figure"), None)
    if first is not None:
        blocks[first : first + 1] = _unrolled(blocks[first], name)


def _unrolled(block: Block, name: str) -> list[Block]:
    """A paragraph, with the lines above the story that no more than a line break parts from it as
    paragraphs of their own: the headline, a date.

    name: the headline, as compared words.
    """
    rows, marked = block.text.split("\n"), block.markdown.split("\\\n")
    if block.type != "paragraph" or len(rows) == 1 or len(rows) != len(marked):
        return [block]
    pieces = [Block("paragraph", *pair) for pair in zip(rows, marked, strict=True)]
    head = 0
    for at, piece in enumerate(pieces[:_HEAD_ROWS], 1):
        if (name and words(piece.text) == name) or _is_dated(piece):
            head = at
        elif not _is_line(piece):
            break
    if not head:
        return [block]
    rest = Block("paragraph", "\n".join(rows[head:]), "\\\n".join(marked[head:]))
    return [*pieces[:head], *([rest] if rest.text else [])]


def _without_dateline(blocks: list[Block], timed: Set[str]) -> list[Block]:
    """What follows the lead without the lines of author and date: short ones in a row, up to the
    last with a date or a word as "By", and a name behind it. Without these, it may be the story
    that begins so."""
    end = 0
    for at, block in enumerate(blocks[:_HEAD], 1):
        if block.type == "figure":
            continue
        if not _is_of_head(block, timed):
            break
        if (
            _is_stamp(block)
            or _is_dated(block)
            or _is_byline(block)
            or _is_clock(block)
            or block.text in timed
            or _names_others(block.text)
        ):
            end = at
    if not end:
        return blocks
    if blocks[end:] and _is_line(blocks[end]) and _may_be_name(blocks[end].text):
        end += 1
    if blocks[end:] and blocks[end].type == "list" and _is_line(blocks[end]):
        end += 1  # "Share", "Save"
    return [block for block in blocks[:end] if block.type == "figure"] + blocks[end:]


def _without_age(blocks: list[Block], lead: str | None) -> list[Block]:
    """Blocks without the notes before the text that tell how old the story is."""
    for at, block in enumerate(blocks[:_HEAD]):
        aside = block.type == "figure" or block.text == lead or is_note(block.text)
        if states_age(block.text):
            return _without_age(blocks[:at] + blocks[at + 1 :], lead)
        if not aside and not _is_line(block) and not _is_stamp(block):
            break
    return blocks


def _until_ending(blocks: list[Block]) -> list[Block]:
    """Blocks before the heading that says that the story is over."""
    for at, block in enumerate(blocks[2:], 2):
        if _heads_comments(block) and any(len(each.text) > _SAYS for each in blocks[:at]):
            blocks = blocks[:at]  # they may be longer than the story
            break
    for at in range(len(blocks) - 1, max(1, len(blocks) // 2) - 1, -1):
        if len(blocks[at].text) < 60 and is_ending(blocks[at].text):
            blocks = blocks[:at] + [block for block in blocks[at:] if is_note(block.text)]
            break
    for at in range(len(blocks) - 1, max(1, len(blocks) - 1 - _MOST_ABOUT), -1):
        if blocks[at].type == "heading" and pattern(_ABOUT).fullmatch(blocks[at].text) is not None:
            return blocks[:at]  # of a short story, they may be the second half
    return blocks


def _heads_comments(block: Block) -> bool:
    text = block.text
    if block.type == "heading":
        return heads_comments(text) or bool(_COUNT.fullmatch(text) and is_counted(text))
    return block.type == "paragraph" and heads_comments(text, counted=True)


def _without_asides(blocks: list[Block]) -> list[Block]:
    """Blocks without labels and appeals; all of them where little else would be left."""
    kept = [block for block in blocks if not _is_aside(block)]
    length = sum(len(block.text) for block in blocks)
    return kept if 2 * sum(len(block.text) for block in kept) >= length else blocks


def _is_aside(block: Block) -> bool:
    text = block.text
    if is_note(text):
        return False
    if text.endswith(":") and len(text) <= _LONGEST_LABEL:
        found = match(text)
        if found is not None and found.relation == "also_read" and found.extent == "start":
            return True
    if block.type == "paragraph" and len(text) <= _LONGEST_CAPTION and is_credited(text):
        return True
    if len(text) <= _LONGEST_WALL and block.type in ("paragraph", "heading") and is_wall(text):
        return True
    if block.type == "paragraph":
        return is_label(text) or whole(text) is not None or is_appeal(text)
    if block.type == "list":
        lines = text.split("\n")
        return any(map(is_appeal, lines)) and all(is_appeal(line) or calls(line) for line in lines)
    if block.type == "heading":
        return is_label(text) or is_appeal(text) or _heads_others(text)
    return False


def _heads_others(text: str) -> bool:
    """Whether a heading stands over other stories: in more than a word, and nothing is said below
    that a colon would announce."""
    return line_words(text) > 1 and not text.endswith((":", "：")) and whole(text) in _OF_OTHERS


def is_credited(text: str) -> bool:
    """Whether a text is the caption of a picture, by the form of its beginning or its end.

    >>> is_credited("The weir on Tuesday. REUTERS/Ada Lind"), is_credited("He cut and/or sold it.")
    (True, False)
    """
    if _COUNTED.match(text) is not None:
        return True
    return "/" in text and _CREDIT.search(text) is not None


def _is_said(lead: str, blocks: Sequence[Block]) -> bool:
    """Whether most of a lead stands in the blocks, too."""
    said = "\n".join(block.text for block in blocks)
    tokens = lead.split()
    runs = [" ".join(tokens[at : at + _RUN]) for at in range(0, len(tokens), _RUN)]
    if len(runs) < 3:  # a short lead, or a script that puts no spaces between words
        runs = [lead[at : at + 3 * _RUN] for at in range(0, len(lead), 3 * _RUN)]
    return sum(run in said for run in runs) > 0.6 * len(runs)


def _names(block: Block, title: str) -> bool:
    """Whether a block is the headline, perhaps with a kicker before it."""
    if len(block.text) > 3 * len(title) + 20:
        return False
    text = words(block.text)
    return text == title or (block.type == "heading" and len(title) > 20 and text.endswith(title))


def _is_stamp(block: Block) -> bool:
    """Whether a short block tells a date and a time of day: when the story was put online."""
    text = block.text
    return block.type == "paragraph" and len(text) < 120 and bool(_STAMP.search(text))


def _is_dangling(block: Block) -> bool:
    """Whether a last line of a few words announces what was left out: "Video:"."""
    text = block.text
    if block.type != "paragraph" or not text.endswith((":", "：")) or len(text) > _LONGEST_LABEL:
        return False
    return text[-2:-1].isalnum() and line_words(text) <= _LABEL_WORDS


def _is_credit(block: Block) -> bool:
    """Whether a short line names who wrote or edited the story, or took its pictures: "Editor: A.
    L."."""
    text = block.text
    if block.type != "paragraph" or len(text) > _LONGEST_DATED:
        return False
    if text[0] in "(（" and text[-1] in ")）":  # (Cover picture: the mill. Photo: A. L.)
        return pattern(_CREDITED).search(text) is not None
    return len(text) <= _LONGEST_LABEL and pattern(_CREDITS).match(text) is not None


def _is_clock(block: Block) -> bool:
    """Whether a block is a line of no more than the hour."""
    if block.type != "paragraph" or not block.text[-2:].isdecimal():
        return False
    return _is_line(block) and pattern(_CLOCK).fullmatch(block.text) is not None


def _is_note(block: Block) -> bool:
    """Whether a block is a note to the story, and no line that says when it was updated."""
    return is_note(block.text) and not _is_dated(block)


def _tells_own_date(block: Block) -> bool:
    """Whether a short paragraph says when the story that it ends was published: of the story, or in
    a line of two dates, one of them with an hour."""
    text = block.text
    if len(text) > _LONGEST_DATED:
        return False
    days = sum(1 for _ in dates_in(text))
    return days > 0 and (names_itself(text) or (days > 1 and _is_stamp(block) and _is_dated(block)))


def _is_dated(block: Block) -> bool:
    """Whether a block is a line that tells the story's date."""
    return block.type in ("paragraph", "list") and is_dateline(" ".join(block.text.split()))


def _is_of_head(block: Block, timed: Set[str]) -> bool:
    """Whether a block is a line that stands above a story."""
    if block.text in timed:
        return True
    return _is_line(block) or _is_stamp(block) or _is_dated(block) or _is_byline(block)


def _is_byline(block: Block) -> bool:
    """Whether a short line, or a short list, begins with a word that introduces the author."""
    is_list = block.type == "list" and len(block.text) <= _LONGEST_DATED
    return (is_list or _is_line(block)) and pattern(_BYLINE).match(block.text) is not None


def _names_others(line: str) -> bool:
    """Whether a line of the story's head names who took a picture, an agency, somebody with what he
    is, or how long it takes to read, and is no sentence of the story's."""
    if line.isupper() and line.isalpha() and len(line) <= _LONGEST_AGENCY:
        return True
    if (taken := pattern(_TAKEN_BY).match(line)) is not None and line[taken.end() :].istitle():
        return True
    return any(pattern(form).fullmatch(line) is not None for form in _CREDIT_LINES)


def _is_line(block: Block) -> bool:
    """Whether a block is a short line that ends no sentence, or a list of labels."""
    text = block.text
    if block.type == "list":
        return all(len(line) < 25 for line in text.split("\n")) and text[-1:] not in SENTENCE_ENDS
    return block.type == "paragraph" and len(text) < 60 and not text.endswith(SENTENCE_ENDS)
