"""Names that the body begins or ends with, and those in boxes about the author."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from itertools import islice, pairwise

from lxml.html import HtmlElement

from crawler.extract.fields.beside import around
from crawler.extract.fields.names import byline, is_signed, opens_byline
from crawler.extract.fields.persons import is_cased_person, is_of_no_person, is_person, names_paper
from crawler.extract.language import pattern
from crawler.extract.page import text_of
from crawler.items import Block
from crawler.text import words

_FIRST, _LAST = 4, 3
"""Blocks of the body in which a byline or a signature is looked for."""
_LINE = 120
"""Characters of such a line."""
_PROSE = 100
_BIO = 500
"""Characters of a paragraph about the author."""
_LONGEST_NAME = 40
_LEAST_BEFORE = 3
"""Blocks of a body of which the last may be no more than a name."""
_ENDS = (".", "!", "?", "…", "”", "“", '"', "»", "。")
_DASHES = ("—", "–", "―", "-")
_OPENING_MARKS, _CLOSING_MARKS = ("“", "„", "«", '"', "»", "”"), ("”", "“", "»", '"', "«")
_QUOTATION = 300
"""Characters of a paragraph that is all quotation."""
_EMPHASISED = re.compile(r"(\*{1,3}).+\1", re.DOTALL)
_SIGNED = re.compile(
    r"[—–―-]{1,2}\s*(?=[^\W\d_])(.{3,60})|[(（【\[]([^()（）【】\[\]]{2,60})[)）】\]]\.?"
)
_BIO_NAME = re.compile(r"\s*(?:\*{1,3}|\[)+([^*\[\]]{4,60}?)(?:\*{1,3}|\]\([^)]*\))+")
_AGENCY = re.compile(r"([^\W\d_][^/\d]{3,40}?)\s?/\s?[^/]{2,40}")
_SAYS_BY = r"[^.]{0,40}?<bylines.kind_of_text>\s+<bylines.by>\s+"
_WROTE = r"\s*(?:<bylines.before_role>)\s"


def signed(
    blocks: Sequence[Block],
    others: Set[str],
    language: str | None,
    own: Set[str] = frozenset(),
) -> tuple[tuple[str, ...], str]:
    """The names in a line of the body that is a byline or a signature, and the line.

    others, own: names of the newspaper, as compared words; what is in the second may be a person's
    name, too, where a word introduces it.
    """
    kinds = ("paragraph", "heading")
    for block in blocks[:_FIRST]:
        if block.type in kinds and (names := _byline(block, others, language, ends=False)):
            return names, block.text
    last = [block for block in blocks[-_LAST:] if block.type in kinds]
    for block in last:
        if opens_byline(block.text, language) and (
            names := _byline(block, others, language, ends=True)
        ):
            return names, block.text
    of_others = [
        after
        for before, after in pairwise(blocks[-_LAST - 1 :])
        if (_is_quotation(before) and after.text[:1] in _DASHES)
        or (before.type == "figure" and _AGENCY.fullmatch(after.text))
    ]
    for number, block in enumerate(last):
        if block in of_others or any(_is_prose(after, block) for after in last[number + 1 :]):
            continue
        if names := _byline(block, others, language, ends=True) or _bio(block, others):
            return names, block.text
    if (name := _name_alone(blocks, language)) and not names_paper(name, others | own):
        return (name,), name
    return (), ""


def _name_alone(blocks: Sequence[Block], language: str | None) -> str:
    """The name that the last line of the body is, where the text has not told of that person."""
    if len(blocks) < _LEAST_BEFORE:
        return ""
    *before, last = blocks
    name = last.text
    if last.type != "paragraph" or len(name) > _LONGEST_NAME or not is_cased_person(name):
        return ""
    ends = before[-1].type == "paragraph" and before[-1].text.endswith(_ENDS)
    ends = ends and not _is_quotation(before[-1])
    surname = name.split()[-1].casefold()
    told = any(surname in block.text.casefold() for block in before)
    return name if ends and not told and not is_of_no_person(name, language) else ""


def _is_quotation(block: Block) -> bool:
    """Whether a block is all quotation: the name behind it is that of whom it is from."""
    text = block.text
    return block.type == "quote" or (
        len(text) <= _QUOTATION and text[:1] in _OPENING_MARKS and text[-1:] in _CLOSING_MARKS
    )


def _is_prose(block: Block, name: Block) -> bool:
    """Whether a block that stands behind a name is the story's: no words about that person."""
    if len(block.text) <= _PROSE:
        return False
    return set(words(name.text).split()).isdisjoint(words(block.text[:_PROSE]).split())


def _byline(block: Block, others: Set[str], language: str | None, *, ends: bool) -> tuple[str, ...]:
    """The names that a line of the body tells that begins as a byline, or is emphasised or signed
    and holds nothing but names."""
    text = block.text
    if len(text) > _LINE or text.endswith((":", "：")):
        return ()
    opens = opens_byline(text, language)
    emphasised = (
        len(text) <= 80
        and not is_of_no_person(text, language)
        and _EMPHASISED.fullmatch(block.markdown) is not None
    )
    if emphasised and not opens and (says := pattern(_SAYS_BY).match(text)) is not None:
        opens, text = True, text[says.end() :].rstrip(".")
    if not opens and not emphasised:
        if (mark := _SIGNED.fullmatch(text)) is not None and ends:
            text = mark[1] or mark[2]
        elif (agency := _AGENCY.fullmatch(text)) is not None and is_person(agency[1]):
            return (agency[1],)
        elif not is_signed(text):
            return ()
    read = byline([text], language, others)
    if not read.names or read.persons < len(read.names):
        return ()
    rest = words(text)
    told = sum(len(words(name)) + 5 for name in read.names)
    return read.names if opens or is_signed(text) or len(rest) <= told else ()


def _bio(block: Block, others: Set[str]) -> tuple[str, ...]:
    """The author's name in a paragraph about them: it stands out at its beginning, or the whole
    paragraph does."""
    text, shown = block.text, block.markdown
    if block.type != "paragraph" or len(text) > _BIO:
        return ()
    if (mark := _BIO_NAME.match(shown)) is not None and _EMPHASISED.fullmatch(shown) is None:
        name = mark[1].strip(" ,.")
    elif _EMPHASISED.fullmatch(shown) is not None:
        name = " ".join(_leading_name(text))
    else:
        return ()
    after = text[len(name) :] if text.startswith(name) else ""
    if not is_cased_person(name) or pattern(_WROTE).match(after.lstrip(",")) is None:
        return ()
    return (name,) if words(name) not in others else ()


def _leading_name(text: str) -> list[str]:
    """The words with capitals that a text begins with, and particles between them."""
    tokens = text.split()[:6]
    for number in range(len(tokens), 1, -1):
        if is_person(" ".join(tokens[:number])):
            return tokens[:number]
    return []


def people_in_boxes(root: HtmlElement) -> Iterator[str]:
    """Names right under a heading that says "About the author"."""
    label = pattern(r"\s*<bylines.about>\s*[:：]?\s*")
    for heading in islice(root.iter("h2", "h3", "h4", "h5", "h6", "strong"), 200):
        text = text_of(heading)
        if len(text) > 40:
            continue
        if label.fullmatch(text) is not None:
            for element in islice(around(heading, preceding=False), 12):
                name = " ".join((element.text or "").split())
                if 3 < len(name) < 60 and is_cased_person(name):
                    yield name
                    break


def people_about(root: HtmlElement) -> Iterator[str]:
    """Names in a heading that says "About Ada Lund": often a company's."""
    whom = pattern(r"\s*<bylines.about_whom>\s+")
    for heading in islice(root.iter("h2", "h3", "h4", "h5", "h6"), 200):
        text = text_of(heading)
        if len(text) < 60 and (about := whom.match(text)) and is_cased_person(text[about.end() :]):
            yield text[about.end() :]
