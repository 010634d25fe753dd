"""Text that is a link: another story's headline, or the story's own words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import islice

from lxml.html import HtmlElement

from crawler.extract.language import match
from crawler.extract.page import text_of
from crawler.items import Block
from crawler.text import is_dense
from crawler.urls import same_owner

_SENTENCE = 60
"""Characters of a link that is a sentence and no headline, at least."""
_SENTENCE_DENSE = 25
_STOPS = tuple(".。।۔")
"""What ends a sentence; headlines end with question marks, too, and teasers with dots."""
_CLOSING = "\"'”’»“‘」』)]） "
_SECTION = 350
"""Characters below a heading that are more than a teaser."""
_NUMBERED = re.compile(r"(?:[#№]\s?\d{1,3}[.):]?|\d{1,3}[.):])\s")
_FILE = re.compile(r"\.(?:pdf|docx?|xlsx?|csv|odt|zip|txt)(?:[?#]|$)", re.IGNORECASE)
_PICTURE = re.compile(r"\.(?:jpe?g|png|webp|gif|avif)(?:[?#]|$)", re.IGNORECASE)
_SHARE = re.compile(r"[?&=/](?:https?(?::|%3a)|www\.)", re.IGNORECASE)
"""What the address of a page holds that wants another's: it sends that on."""
_POST = "liveBlogUpdate"
_CARD = 200
"""Characters; a shorter <article> that is no sentence is a card."""
_LONGEST_TEASER = 400
_LONGEST_LABEL = 60
_LEAST_SOURCE = 15
"""Characters of what a source is called, on average."""
_MAX_LINKS = 100
_CARD_PARTS = 30
"""Elements in a link; what has more is a part of the page."""
_IN_CARDS = frozenset({"div", "h2", "h3", "h4", "h5", "h6", "section", "article"})

Address = Callable[[str], str | None]


def leads_away(a: HtmlElement) -> bool:
    """Whether a heading's link leads elsewhere: some are but marks, some lead to the heading."""
    href = (a.get("href") or "").strip()
    return bool(href) and "#" not in href


def is_numbered(text: str) -> bool:
    """Whether a text begins as an item of a list does."""
    return _NUMBERED.match(text) is not None


def is_picture(href: str) -> bool:
    """Whether a link leads to a picture."""
    return _PICTURE.search(href) is not None


def is_headline(heading: HtmlElement, url: str) -> bool:
    """Whether a heading is the headline of another story of the site: a link to it, and no item of
    a list.

    url: the page's own address.
    """
    if is_numbered(text_of(heading)):
        return False
    return any(
        leads_away(a) and ("//" not in (href := a.get("href") or "") or same_owner(href, url))
        for a in heading.iter("a")
    )


def is_sentence(text: str) -> bool:
    """Whether a text that is a link is a sentence of the story, no headline.

    >>> is_sentence("Rivers rise in the upper valley, and the ferries stay at the bank")
    False
    >>> is_sentence("On Friday both of them denied that they had moved the barriers of the bridge.")
    True
    """
    least = _SENTENCE_DENSE if is_dense(text) else _SENTENCE
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
        leads_away(a) and not text_of(a)
        and not is_picture(a.get("href") or "")
        for a in islice(article.iter("a"), _MAX_LINKS)
    )  # fmt: skip


def is_teaser(box: HtmlElement, address: Address) -> bool:
    """Whether a box is one in a row of teasers: each begins with a link to another story of the
    site, and says little more."""
    names = box.get("class")
    row = [
        other
        for other in (box.getprevious(), box.getnext())
        if other is not None and other.tag == box.tag and other.get("class") == names
    ]
    return bool(row) and all(_begins_with_link(one, address) for one in (box, *row))


def is_link_card(a: HtmlElement, address: Address) -> bool:
    """Whether a link is a box in itself, with another story's headline and perhaps its picture: it
    has blocks in it, and leads to another page of the site. A picture with its caption may lead to
    more pictures."""
    href = a.get("href") or ""
    if not leads_away(a) or is_picture(href):
        return False
    inner = list(islice(a.iterdescendants(), _CARD_PARTS))
    if not any(part.tag in _IN_CARDS for part in inner):
        return False
    if any(part.tag == "figcaption" for part in inner) or len(inner) == _CARD_PARTS:
        return False
    url = address(href)
    text = text_of(a)
    if url is None or not 0 < len(text) <= _CARD or is_sentence(text):
        return False
    return same_owner(url, address(".") or "")


def _begins_with_link(box: HtmlElement, address: Address) -> bool:
    link = next(box.iter("a"), None)
    if link is None or not leads_away(link):
        return False
    text, said = text_of(box), text_of(link)
    if not text or len(text) > _LONGEST_TEASER or is_numbered(text):
        return False
    url = address(link.get("href") or "")
    if url is None or not same_owner(url, address(".") or ""):
        return False
    hrefs = {a.get("href") for a in islice(box.iter("a"), _MAX_LINKS)}
    return len(hrefs) == 1 and (text.startswith(said) if said else len(text) < _CARD)


def _links_away(heading: HtmlElement, card: HtmlElement) -> bool:
    if any(leads_away(a) for a in heading.iter("a")):
        return True
    for up in islice(heading.iterancestors(), 6):
        if up.tag == "a" and leads_away(up):
            return True
        if up is card:
            break
    return False


def link_list(element: HtmlElement, address: Address) -> bool | None:
    """Whether a list of links is the story's: what it names as its sources; None if it is no list
    of links."""
    length = len(text_of(element))
    anchors = [a for a in islice(element.iter("a"), _MAX_LINKS) if a.get("href")]
    linked = [text_of(a) for a in anchors]
    if length and sum(map(len, linked)) <= 0.6 * length:
        return None
    return length > 0 and not _is_labelled(element) and _are_sources(anchors, linked, address)


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

    away: places of the headings that are links, with where they lead. here: an address of the
    page's own host.
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
    if not said or match(heading.text) is not None:
        return False
    if is_numbered(heading.text) or not same_owner(url, here):
        return True
    text = " ".join(said)
    return len(said) > 1 or len(text) >= (_SECTION // 2 if is_dense(text) else _SECTION)
