"""One article of a story that its site spreads over several pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from crawler.items import Article, Block


def join(first: Article, parts: Sequence[Article]) -> Article:
    """The first page's article with the text of the later ones behind its own.

    What a page repeats of those before it (the summary, the lead picture) is left out. Everything
    but the body is the first page's.
    """
    blocks: list[Block] = list(first.blocks)
    seen = {(block.type, block.text) for block in blocks}
    words = first.word_count
    for part in parts:
        fresh = [block for block in part.blocks if (block.type, block.text) not in seen]
        seen.update((block.type, block.text) for block in fresh)
        kept = sum(len(block.text) for block in fresh)
        whole = sum(len(block.text) for block in part.blocks)
        words += round(part.word_count * kept / whole) if whole else 0
        blocks += fresh
    told = [block.text for block in blocks if block.type != "figure" and block.text]
    return replace(
        first,
        blocks=tuple(blocks),
        body="\n\n".join(told),
        body_markdown="\n\n".join(block.markdown for block in blocks),
        word_count=words,
    )


def goes_on(first: Article, part: Article) -> bool:
    """Whether a page is a later part of a story: it has the same headline and a text of its own."""
    if not part.blocks or not first.title or not part.title:
        return False
    one, two = first.title.casefold(), part.title.casefold()
    if not (one in two or two in one or one.split()[:4] == two.split()[:4]):
        return False
    known = {block.text for block in first.blocks}
    return any(block.text and block.text not in known for block in part.blocks)
