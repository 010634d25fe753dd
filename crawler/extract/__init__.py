"""From a page's bytes to its article: pure functions, no I/O, no clock.

One parse a page (`document`), one module a field; each field's value comes with the claim that it
was taken from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

from lxml.html import HtmlElement

from crawler.extract.access import SHORT, access, wall_after
from crawler.extract.authors import authors
from crawler.extract.blocks import read_blocks
from crawler.extract.body import story_place
from crawler.extract.canonical import canonical_url
from crawler.extract.date_claims import date_claims
from crawler.extract.document import Document, text_of
from crawler.extract.fallback import named_container, told_body
from crawler.extract.image import lead_image
from crawler.extract.language import language
from crawler.extract.links import linked_stories
from crawler.extract.marks import marks
from crawler.extract.other_stories import other_stories
from crawler.extract.outlinks import feeds, out_links, wordpress_api
from crawler.extract.readtime import read_time, shown_read_time
from crawler.extract.reservations import reservations
from crawler.extract.section import section, tags
from crawler.extract.standfirst import standfirst
from crawler.extract.story_notes import in_page_order, notes_beside, story_notes, with_notes
from crawler.extract.structured import structured
from crawler.extract.title import headline
from crawler.extract.trim import trimmed
from crawler.extract.verdict import why_not_article
from crawler.items import Article, Block, Claim, Image, Page
from crawler.text import cleaned, count_words

__all__ = ["Document", "extract"]

_MOST_SAID = 2_000
_LITTLE = 200
"""Characters; a shorter body is looked for again."""


def extract(html: bytes, url: str, content_type: str | None = None, follow: bool = False) -> Page:
    """Read a page.

    html: the bytes of the page, content coding removed. url: the address that answered.
    content_type: the HTTP header's value, if known. follow: whether to list where it leads, too.

    Raises PageError where there is no HTML to read, and nothing else.
    """
    doc = Document(html, url, content_type)
    page = read_page(doc)
    if follow:
        links = out_links(doc)
        page = replace(
            page, out_links=tuple(links), link_words="".join(links.values()), feeds=feeds(doc),
            wordpress=wordpress_api(doc),
        )  # fmt: skip
    return cleaned(page)  # markup and JSON can write any character, by its number


def read_page(doc: Document) -> Page:
    """Read a parsed page: every field by its own module, all from the one tree."""
    data = structured(doc)
    title, heading, told_title = headline(doc, data)
    scope = _scope(doc, heading)
    marked = marks(scope)
    name = title.text if title else None
    others = other_stories(doc, heading)
    place = story_place(doc, heading, others)
    container = place.container if place else None
    blocks: tuple[Block, ...] = ()
    lead: list[Block] = []
    wall: HtmlElement | None = None
    if place is not None:
        notes = story_notes(scope, place.container)
        kept = place.kept | set(notes)
        blocks = read_blocks(place.container, doc.address, kept, others)
        if count_words(_plain(blocks)) <= SHORT:
            wall = wall_after(scope, place.container)
            if wall is not None:
                blocks = read_blocks(place.container, doc.address, kept, others | {wall})
        above, below = notes_beside(notes, place.container)
        for element in in_page_order([*place.lead, *above]):
            lead += read_blocks(element, doc.address, {element})
        blocks = with_notes(blocks, [read_blocks(e, doc.address, {e}) for e in below])
    tongue = language(doc, data)
    code = tongue.text if tongue else None
    names, author_claim = authors(data, marked, blocks)
    summary = standfirst(doc, data, marked, heading, name)
    blocks = trimmed(blocks, name, summary, lead)
    body = _plain(blocks)
    if len(body) < _LITTLE and (named := named_container(doc)) is not None:
        other = trimmed(read_blocks(named, doc.address, {named}), name, summary)
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
        "title": title, "seo_title": told_title, "authors": author_claim, "read_time": shown,
        "standfirst": summary,
        "section": topic, "tags": tag_claim, "language": tongue, "image": image_claim,
        "canonical_url": canonical,
        "body": container_claim,
    }  # fmt: skip
    article = Article(
        url=doc.url,
        title=name,
        seo_title=told_title.text if told_title else None,
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
        access=access(doc, data, words, wall, body),
        links=linked_stories(doc, container, data),
        sources={field: claim for field, claim in used.items() if claim is not None},
    )
    why = why_not_article(doc, data, article, container)
    return Page(
        doc.url, article, why, says=_says(doc) if why else "", reservations=reservations(data)
    )


def _says(doc: Document) -> str:
    """What a page shows first: headings and paragraphs, or, where it has none, whatever text."""
    found, length = [], 0
    for element in doc.root.iter("h1", "h2", "h3", "p"):
        text = text_of(element)
        found.append(text)
        length += len(text)
        if length > _MOST_SAID:
            break
    if not length:
        body = doc.root.find("body")
        found = [text_of(body if body is not None else doc.root)]
    return "\n".join(filter(None, found))[:_MOST_SAID]


def _without_lead(blocks: tuple[Block, ...], lead: Image | None) -> tuple[Block, ...]:
    """Blocks without the lead picture, where it stands before the first word of the body."""
    if lead is None or not blocks or blocks[0].image is None or blocks[0].image.url != lead.url:
        return blocks
    return blocks[1:]


def _plain(blocks: Sequence[Block]) -> str:
    return "\n\n".join(b.text for b in blocks if b.type != "figure" and b.text)


def _scope(doc: Document, heading: HtmlElement | None) -> HtmlElement:
    """The part of the page that is about the story: the outermost main or article around the
    headline, else the whole page."""
    scope = doc.root
    if heading is not None:
        for up in islice(heading.iterancestors("main", "article"), 10):
            scope = up
    return scope


def _path(element: object) -> str:
    tag = getattr(element, "tag", "")
    names = getattr(element, "get", lambda _: None)("class") or ""
    return f"{tag}.{'.'.join(names.split()[:3])}" if names else str(tag)
