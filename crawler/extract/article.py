"""A whole page read: every field by its own module, all from the one tree."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

from lxml.html import HtmlElement

from crawler.extract.body import body
from crawler.extract.dates import date_claims
from crawler.extract.fields import (
    access,
    authors,
    canonical_url,
    headline,
    language,
    lead_image,
    read_time,
    section,
    shown_read_time,
    standfirst,
    tags,
)
from crawler.extract.links import linked_stories
from crawler.extract.markup import marks
from crawler.extract.page import (
    Document,
    feeds,
    out_links,
    reservations,
    structured,
    text_of,
    wordpress_api,
)
from crawler.extract.verdict import why_not_article
from crawler.items import Article, Block, Claim, Image, Page
from crawler.text import cleaned, count_words

_MOST_SAID = 2_000


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
    """Read a parsed page."""
    data = structured(doc)
    title, heading, seo_title = headline(doc, data)
    scope = _scope(doc, heading)
    marked = marks(scope)
    name = _text(title)
    lead = standfirst(doc, data, marked, heading, name)
    story = body(doc, data, scope, heading, name, lead)
    words = count_words(story.text)
    names, author = authors(data, marked, story.untrimmed)
    tongue = language(doc, data)
    shown = shown_read_time(doc, _text(tongue))
    topic = section(doc, data, marked, name, heading)
    tag_names, tag = tags(doc, data, marked)
    image, picture = lead_image(doc, data, story.blocks, heading)
    blocks = _without_lead(story.blocks, image)
    canonical = canonical_url(doc, data)
    published, modified = date_claims(doc, data, marked, heading)
    claims = {
        "title": title, "seo_title": seo_title, "authors": author, "read_time": shown,
        "standfirst": lead, "section": topic, "tags": tag, "language": tongue, "image": picture,
        "canonical_url": canonical, "body": story.claim,
    }  # fmt: skip
    article = Article(
        url=doc.url,
        title=name,
        seo_title=_text(seo_title),
        canonical_url=_text(canonical),
        authors=names,
        published_claims=published,
        modified_claims=modified,
        read_time=read_time(_text(shown), words, _text(tongue)) if shown or words else None,
        standfirst=_text(lead),
        section=_text(topic),
        tags=tag_names,
        language=_text(tongue),
        image=image,
        blocks=blocks,
        body=story.text,
        body_markdown="\n\n".join(block.markdown for block in blocks),
        word_count=words,
        access=access(doc, data, words, story.wall, story.text),
        links=linked_stories(doc, story.container, data),
        sources={field: claim for field, claim in claims.items() if claim is not None},
    )
    why = why_not_article(doc, data, article, story.container)
    says = _says(doc) if why else ""
    return Page(doc.url, article, why, says=says, reservations=reservations(data))


def _text(claim: Claim | None) -> str | None:
    return claim.text if claim is not None else None


def _scope(doc: Document, heading: HtmlElement | None) -> HtmlElement:
    """The part of the page that is about the story: the outermost main or article around the
    headline, else the whole page."""
    scope = doc.root
    if heading is not None:
        for up in islice(heading.iterancestors("main", "article"), 10):
            scope = up
    return scope


def _without_lead(blocks: tuple[Block, ...], lead: Image | None) -> tuple[Block, ...]:
    """Blocks without the lead picture, where it stands before the first word of the body."""
    if lead is None or not blocks or blocks[0].image is None or blocks[0].image.url != lead.url:
        return blocks
    return blocks[1:]


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
        whole = doc.root.find("body")
        found = [text_of(whole if whole is not None else doc.root)]
    return "\n".join(filter(None, found))[:_MOST_SAID]
