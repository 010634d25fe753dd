"""Text that is a link: another story's headline, or the story's own words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import islice

from lxml.html import HtmlElement

from crawler.extract.language import match
from crawler.extract.page import text_of
from crawler.items import Block
from crawler.text import DENSE
from crawler.urls import same_owner

_SENTENCE = 60
"""Characters of a link that is a sentence and no headline, at least."""
_SENTENCE_DENSE = 25
_STOPS = tuple(".。।۔")
"""What ends a sentence; headlines end with question marks, too, and teasers with dots."""
_CLOSING = "\"'”’»“‘」』)]） "
_SECTION = 250
"""Characters below a heading that are more than a teaser."""
_NUMBERED = re.compile(r"[#№]?\s?\d{1,3}[.):]?\s")
_FILE = re.compile(r"\.(?:pdf|docx?|xlsx?|csv|odt|zip|txt|jpe?g|png|webp|gif|avif)$", re.IGNORECASE)
_SHARE = re.compile(r"[?&=/](?:https?(?::|%3a)|www\.)", re.IGNORECASE)
"""What the address of a page holds that wants another's: it sends that on."""
_POST = "liveBlogUpdate"
_CARD = 200
"""Characters; a shorter <article> that is no sentence is a card."""
_LONGEST_LABEL = 60
_LEAST_SOURCE = 15
"""Characters of what a source is called, on average."""
_MAX_LINKS = 100

Address = Callable[[str], str | None]


def leads_away(href: str | None, *, heading: bool = False) -> bool:
    """Whether a link leads elsewhere: some are but marks, and headings link to themselves."""
    href = (href or "").strip()
    return bool(href) and not (heading and "#" in href)


def is_sentence(text: str) -> bool:
    """Whether a text that is a link is a sentence of the story, no headline.

    >>> is_sentence("Rivers rise in the upper valley, and the ferries stay at the bank")
    False
    >>> is_sentence("On Friday both of them denied that they had moved the barriers of the bridge.")
    True
    """
    least = _SENTENCE_DENSE if DENSE.search(text) else _SENTENCE
    text = text.rstrip(_CLOSING)
    return len(text) >= least and text.endswith(_STOPS) and not text.endswith("..")


def is_card(article: HtmlElement) -> bool:
    """Whether an <article> in or beside a story is another story's card, and no part of this one:
    no post of a live blog, no entry of a list."""
    if article.get("itemprop") == _POST:
        return False
    text = text_of(article)
    for heading in article.iter("h2", "h3", "h4", "h5"):
        if _links_away(heading, article):
            return True
    if len(text) < _CARD and not is_sentence(text):
        return True
    # a link without words lies over the whole card
    return len(text) < 2 * _CARD and any(
        leads_away(a.get("href"), heading=True) and not text_of(a)
        and not _FILE.search((a.get("href") or "").partition("?")[0])
        for a in islice(article.iter("a"), _MAX_LINKS)
    )  # fmt: skip


def _links_away(heading: HtmlElement, card: HtmlElement) -> bool:
    if any(leads_away(a.get("href"), heading=True) for a in heading.iter("a")):
        return True
    for up in islice(heading.iterancestors(), 6):
        if up.tag == "a" and leads_away(up.get("href"), heading=True):
            return True
        if up is card:
            break
    return False


def is_link_list(element: HtmlElement, address: Address) -> bool:
    """Whether a list leads to other stories or to parts of the page: most of it is links, and they
    are not what the story names as its sources."""
    length = len(text_of(element))
    anchors = [a for a in islice(element.iter("a"), _MAX_LINKS) if a.get("href")]
    linked = [text_of(a) for a in anchors]
    if not length:
        return True
    if sum(map(len, linked)) <= 0.6 * length:
        return False
    return _is_labelled(element) or not _are_sources(anchors, linked, address)


def _are_sources(anchors: Sequence[HtmlElement], texts: Sequence[str], address: Address) -> bool:
    """Whether links lead to documents, or to pages of others, and say what those are."""
    here = address(".") or ""
    urls = [address(a.get("href") or "") for a in anchors]
    if sum(map(len, texts)) < _LEAST_SOURCE * len(texts):
        return False
    return all(
        is_sentence(text)
        or (
            url is not None
            and (_FILE.search(url) or not (same_owner(url, here) or _SHARE.search(url[8:])))
        )
        for url, text in zip(urls, texts, strict=True)
    )


def _is_labelled(element: HtmlElement) -> bool:
    """Whether a label over a list says that it leads to other stories."""
    above = element.getprevious()
    text = text_of(above) if above is not None else ""
    return 0 < len(text) <= _LONGEST_LABEL and match(text) is not None


def without_teasers(
    blocks: Sequence[Block], away: Mapping[int, str], here: str | None
) -> list[Block]:
    """Blocks without the headings that are other stories' headlines; at the end, each with its
    teaser.

    away: places of the headings that are links, with where they lead. here: an address of the page's
    own host.
    """
    dropped: dict[int, int] = {}
    for at, url in away.items():
        end = at + 1
        while end < len(blocks) and blocks[end].type != "heading":
            end += 1
        if not _is_section(blocks[at], blocks[at + 1 : end], url, here or ""):
            dropped[at] = end
    gone: set[int] = set(dropped)
    last = len(blocks)
    for at in sorted(dropped, reverse=True):
        if dropped[at] != last:
            break
        gone.update(range(at, last))
        last = at
    return [block for at, block in enumerate(blocks) if at not in gone]


def _is_section(heading: Block, below: Sequence[Block], url: str, here: str) -> bool:
    """Whether a heading that is a link stands over a part of the story."""
    said = [block.text for block in below if block.type != "figure"]
    if not said:
        return False
    if _NUMBERED.match(heading.text) or not same_owner(url, here):
        return True
    text = " ".join(said)
    return len(text) >= (_SECTION // 2 if DENSE.search(text) else _SECTION)
