"""A whole page read: every field by its own module, all from the one tree."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from typing import cast

from lxml.html import HtmlElement

from crawler.errors import PageError
from crawler.extract.body import Body, body
from crawler.extract.confidence import confidence
from crawler.extract.dates import date_claims
from crawler.extract.fields import (
    access,
    authors,
    canonical_url,
    headline,
    is_front,
    language,
    lead_image,
    read_time,
    section,
    shown_read_time,
    standfirst,
    tags,
)
from crawler.extract.links import linked_stories
from crawler.extract.markup import Marks, marks
from crawler.extract.page import (
    Document,
    Structured,
    feeds,
    out_links,
    reservations,
    script_values,
    structured,
    text_of,
    wordpress_api,
)
from crawler.extract.script import as_page, is_shell, relabelled, script_story, story_addresses
from crawler.extract.verdict import why_not_article
from crawler.items import Access, Article, Block, Claim, Image, Page
from crawler.text import cleaned, count_words

_MOST_SAID = 2_000
_LITTLE = 200
"""Characters of a story; where the markup shows fewer, it is looked for in scripts."""
_OTHER_PAGES = ("error_page", "wall", "front_page", "search_page")
_SHOWS_NOTHING = ("nothing", "no_title", "no_text", "too_short", "front_page")


def extract(html: bytes, url: str, content_type: str | None = None, follow: bool = False) -> Page:
    """Read a page.

    html: the bytes of the page, content coding removed. url: the address that answered.
    content_type: the HTTP header's value, if known. follow: whether to list where it leads, too.

    Raises PageError where there is no HTML to read, and nothing else.
    """
    return cleaned(read_page(Document(html, url, content_type), follow=follow))


def read_page(doc: Document, *, follow: bool = False) -> Page:
    """Read a parsed page: its head, the story below, what the page tells of it, and whether that is
    an article. Markup and JSON can write any character, by its number: what is to be kept goes
    through `cleaned`.

    follow: whether to list where it leads, too.
    """
    page = _read(doc)
    if not follow:
        return page
    links = out_links(doc)
    if page.needs_script:  # what it shows is told in what its scripts are given, perhaps
        for each in script_values(doc):
            for url in story_addresses(each.value, doc.base_url):
                links.setdefault(url, "h")
    return replace(
        page, out_links=tuple(links), link_words="".join(links.values()), feeds=feeds(doc),
        wordpress=wordpress_api(doc),
    )  # fmt: skip


def _read(doc: Document) -> Page:
    data = structured(doc)
    article, why = _story(doc, data)
    if len(article.body) < _LITTLE and article.access != "teaser" and why not in _OTHER_PAGES:
        article, why = _from_scripts(doc, data, article, why)
    shell = (why is not None or is_front(doc.url)) and is_shell(doc)
    if shell and why in _SHOWS_NOTHING:
        why = "needs_script"
    says = _says(doc) if why else ""
    return Page(
        doc.url, article, why, says=says, needs_script=shell, reservations=reservations(doc, data)
    )


def _story(doc: Document, data: Structured) -> tuple[Article, str | None]:
    """The best reading of a page's markup as a story, and why it is none."""
    head = _head(doc, data)
    story = body(doc, data, head.scope, head.heading, _text(head.title), head.standfirst)
    article = _article(doc, data, head, story)
    article = replace(article, confidence=confidence(doc, data, article))
    return article, why_not_article(doc, data, article, story.container)


def _from_scripts(
    doc: Document, data: Structured, article: Article, why: str | None
) -> tuple[Article, str | None]:
    """The same of what the page ships for its scripts, where that says much that its markup does
    not; what was read there, where it does not."""
    if is_front(doc.url) or (found := script_story(doc, data)) is None:
        return article, why
    try:
        filled = as_page(doc, data, found)
    except PageError:  # more markup in it than is read
        return article, why
    told = structured(filled)
    other, why_other = _story(filled, told)
    if len(other.body) < 2 * len(article.body) or why_other is not None:
        return article, why
    return relabelled(other, data, found), None


@dataclass(frozen=True, slots=True)
class _Head:
    """What the fields of a story are looked for by."""

    title: Claim | None
    seo_title: Claim | None
    heading: HtmlElement | None
    """The element of the headline, if the page shows it."""
    scope: HtmlElement
    """The part of the page that is about the story."""
    marked: Marks
    """What its markup names there."""
    standfirst: Claim | None


def _head(doc: Document, data: Structured) -> _Head:
    title, heading, seo_title = headline(doc, data)
    scope = _scope(doc, heading)
    marked = marks(scope)
    lead = standfirst(doc, data, marked, heading, _text(title))
    return _Head(title, seo_title, heading, scope, marked, lead)


def _article(doc: Document, data: Structured, head: _Head, story: Body) -> Article:
    """The story with all that its page tells of it."""
    words = count_words(story.text)
    lead = head.standfirst
    tongue = language(doc, data, story.text or _text(head.title) or "")
    names, author = authors(doc, data, head.marked, head.heading, story.untrimmed, _text(tongue))
    shown = shown_read_time(doc, _text(tongue))
    topic = section(doc, data, head.marked, _text(head.title), head.heading)
    tag_names, tag = tags(doc, data, head.marked)
    image, picture = lead_image(doc, data, story.blocks, head.heading)
    blocks = _without_lead(story.blocks, image)
    canonical = canonical_url(doc, data)
    published, modified = date_claims(doc, data, head.marked, head.heading)
    reach = access(doc, data, words, story.wall, story.text)
    claims = {
        "title": head.title, "seo_title": head.seo_title, "authors": author, "read_time": shown,
        "standfirst": lead, "section": topic, "tags": tag, "language": tongue,
        "image": picture, "canonical_url": canonical, "body": story.claim, "access": reach,
    }  # fmt: skip
    return Article(
        url=doc.url,
        title=_text(head.title),
        seo_title=_text(head.seo_title),
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
        access=cast("Access | None", _text(reach)),
        links=linked_stories(doc, story.container, data),
        sources={field: claim for field, claim in claims.items() if claim is not None},
    )


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
