"""From a page's bytes to its article: pure functions, no I/O, no clock.

One parse a page (`document`), one module a field; each field's value comes with the claim that it
was taken from.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice

from lxml.html import HtmlElement

from crawler.extract.authors import authors
from crawler.extract.blocks import read_blocks
from crawler.extract.body import story_place
from crawler.extract.canonical import canonical_url
from crawler.extract.date_claims import date_claims
from crawler.extract.document import Document
from crawler.extract.fallback import named_container, told_body
from crawler.extract.image import lead_image
from crawler.extract.language import language
from crawler.extract.links import linked_stories
from crawler.extract.marks import marks
from crawler.extract.outlinks import feeds, out_links, wordpress_api
from crawler.extract.readtime import read_time, shown_read_time
from crawler.extract.section import section, tags
from crawler.extract.standfirst import standfirst
from crawler.extract.structured import structured
from crawler.extract.title import headline
from crawler.extract.verdict import why_not_article
from crawler.items import Article, Block, Claim, Image, Page

__all__ = ["Document", "extract"]

_WORD = re.compile(r"\w")
_UNSPACED = re.compile("[぀-ヿ㐀-鿿豈-﫿฀-๿຀-໿ក-៿က-႟]")
"""Letters of scripts without spaces: Japanese, Chinese, Thai, Lao, Khmer, Burmese."""

_LITTLE = 200
"""Characters; a shorter body is looked for again."""
_SENTENCE_ENDS = (
    ".",
    "!",
    "?",
    "…",
    ":",
    "”",
    '"',
    "»",
    "“",
    "’",
    "。",
    "！",
    "？",
    "」",
    "』",
    "।",
    "؟",
    "۔",
    ")",
    "）",
)


def extract(html: bytes, url: str, content_type: str | None = None) -> Page:
    """Read a page.

    html: the bytes of the page, content coding removed. url: the address that answered.
    content_type: the HTTP header's value, if known.

    Raises PageError where there is no HTML to read, and nothing else.
    """
    return read_page(Document(html, url, content_type))


def read_page(doc: Document) -> Page:
    """Read a parsed page: every field by its own module, all from the one tree."""
    data = structured(doc)
    title, heading = headline(doc, data)
    marked = marks(_scope(doc, heading))
    name = title.text if title else None
    place = story_place(doc, heading)
    container = place.container if place else None
    blocks: tuple[Block, ...] = (
        read_blocks(place.container, doc.address, place.kept) if place else ()
    )
    tongue = language(doc, data)
    code = tongue.text if tongue else None
    names, author_claim = authors(doc, data, marked)
    summary = standfirst(doc, data, marked, heading, name)
    blocks = _body_only(blocks, name, summary.text if summary else None)
    body = _plain(blocks)
    if len(body) < _LITTLE and (named := named_container(doc)) is not None:
        other = _body_only(read_blocks(named, doc.address, {named}), name, None)
        if len(_plain(other)) > len(body):
            container, blocks, body = named, other, _plain(other)
    told = told_body(data, body)
    if told:
        blocks, body = told, _plain(told)
    words = count_words(body)
    shown = shown_read_time(doc, code)
    topic = section(doc, data, marked, name, heading)
    tag_names, tag_claim = tags(doc, data, marked)
    image, image_claim = lead_image(doc, data, blocks, heading)
    blocks = _without_lead(blocks, image)
    canonical = canonical_url(doc, data)
    published, modified = date_claims(doc, data, marked, heading)
    container_claim = None
    if told:
        container_claim = Claim(body[:200], "json-ld:articleBody")
    elif container is not None and body:
        container_claim = Claim(_path(container), "html:container")
    used = {
        "title": title, "authors": author_claim, "read_time": shown, "standfirst": summary,
        "section": topic, "tags": tag_claim, "language": tongue, "image": image_claim,
        "canonical_url": canonical,
        "body": container_claim,
    }  # fmt: skip
    article = Article(
        url=doc.url,
        title=name,
        canonical_url=canonical.text if canonical else None,
        authors=names,
        published_claims=published,
        modified_claims=modified,
        read_time=read_time(shown.text if shown else None, words, code) if shown or words else None,
        standfirst=summary.text if summary else None,
        section=topic.text if topic else None,
        tags=tag_names,
        language=code,
        image=image,
        blocks=blocks,
        body=body,
        body_markdown="\n\n".join(b.markdown for b in blocks),
        word_count=words,
        links=linked_stories(doc, container),
        sources={field: claim for field, claim in used.items() if claim is not None},
    )
    return Page(
        doc.url,
        article,
        why_not_article(doc, data, article, container),
        out_links(doc),
        feeds(doc),
        wordpress_api(doc),
    )


def _without_lead(blocks: tuple[Block, ...], lead: Image | None) -> tuple[Block, ...]:
    """Blocks without the lead picture, where it stands before the first word of the body."""
    if lead is None or not blocks or blocks[0].image is None or blocks[0].image.url != lead.url:
        return blocks
    return blocks[1:]


def _plain(blocks: Sequence[Block]) -> str:
    return "\n\n".join(b.text for b in blocks if b.type != "figure" and b.text)


def count_words(text: str) -> int:
    """Words of a text; characters in scripts that put no spaces between words.

    >>> count_words("It’s a well-known fact – 3.5 litres."), count_words("新华社北京")
    (6, 5)
    """
    unspaced = 0
    if _UNSPACED.search(text):
        text, unspaced = _UNSPACED.subn(" ", text)
    tokens = text.split()
    # `isalnum` first: it clears nearly every token, and costs a tenth of the search.
    marks = [t for t in tokens if len(t) < 4 and not t.isalnum() and not _WORD.search(t)]
    return len(tokens) - len(marks) + unspaced


def _scope(doc: Document, heading: HtmlElement | None) -> HtmlElement:
    """The part of the page that is about the story: the outermost main or article around the
    headline, else the whole page."""
    scope = doc.root
    if heading is not None:
        for up in islice(heading.iterancestors("main", "article"), 10):
            scope = up
    return scope


def _body_only(
    blocks: Sequence[Block], title: str | None, summary: str | None
) -> tuple[Block, ...]:
    """Blocks without what stands above the story (kicker, headline, standfirst, date and byline)
    and without the short lines below it (agency, links, labels)."""
    kept = list(blocks)
    for at, block in enumerate(kept[:8]):
        if title is not None and block.text == title and len(kept) > at + 1:
            if sum(len(b.text) for b in kept[:at]) < 300:
                del kept[: at + 1]
            else:
                del kept[at]
            break
    for at, block in enumerate(kept[:6]):
        if summary is not None and block.text == summary and len(kept) > at + 1:
            del kept[at]
            break
    start = 0
    for block in kept[:8]:
        if block.type == "figure" or _is_line(block):
            start += 1
        else:
            break
    kept = [b for b in kept[:start] if b.type == "figure"] + kept[start:]
    for _ in range(6):
        last = next((b for b in reversed(kept) if b.type != "figure"), None)
        if last is None or not (_is_line(last) or last.type == "heading") or len(kept) < 3:
            break
        kept.remove(last)
    return tuple(kept)


def _is_line(block: Block) -> bool:
    """Whether a block is a short line that ends no sentence."""
    text = block.text
    return block.type == "paragraph" and len(text) < 60 and not text.endswith(_SENTENCE_ENDS)


def _path(element: object) -> str:
    tag = getattr(element, "tag", "")
    names = getattr(element, "get", lambda _: None)("class") or ""
    return f"{tag}.{'.'.join(names.split()[:3])}" if names else str(tag)
