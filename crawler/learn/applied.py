"""A page's reading in the light of what is known of its site.

A rule changes a reading where the page's own evidence is missing or is furniture; it never empties
a body, nor takes more of it than `_MOST_TAKEN`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import cast

from crawler.extract import Document
from crawler.extract.fields import lead_image
from crawler.extract.page import structured, text_of
from crawler.items import Article, Block, LinkedStory, Page, Relation
from crawler.learn.dated import dated
from crawler.learn.filled import Change, Markup, at, filled, with_blocks
from crawler.learn.masks import masker
from crawler.learn.profile import NOT_LINKED, BlockRule, SiteProfile

_MOST_TAKEN = 0.5
"""Share of a body's characters that rules may take away."""
_LEAST_LEFT = 150
"""Characters of a body that are left, at least."""
_LEAST_TITLE = 2
"""Words that are left of a headline, at least."""
_LONGEST = 300


def applied(markup: Markup, page: Page, profile: SiteProfile) -> tuple[Page, tuple[Change, ...]]:
    """A page's reading with a profile's rules, and what they changed.

    page: as it was read without one. markup: of the page; many a rule can tell by the reading that
    it has nothing to change, and does not ask for it.
    """
    changes: list[Change] = []
    article = filled(markup, page.article, profile, changes)
    article = dated(article, profile, changes)
    article = _titled(article, profile, changes)
    article = _pictured(markup, article, profile, changes)
    article = _without_furniture(markup, article, profile, changes)
    article = _linked(markup, article, profile, changes)
    if not changes:
        return page, ()
    return replace(page, article=article), tuple(changes)


# -- title --------------------------------------------------------------------------------------


def _titled(article: Article, profile: SiteProfile, changes: list[Change]) -> Article:
    title = article.title
    if not title:
        return article
    shown = title
    for rule in profile.title_ends:
        rest = shown.removesuffix(rule.text).rstrip()
        if rest != shown and len(rest.split()) >= _LEAST_TITLE:
            changes.append(Change("title", shown, rest, f"all headlines end in {rule.text!r}"))
            shown = rest
    for rule in profile.title_starts:
        rest = shown.removeprefix(rule.text).lstrip()
        if rest != shown and len(rest.split()) >= _LEAST_TITLE:
            changes.append(Change("title", shown, rest, f"all headlines begin with {rule.text!r}"))
            shown = rest
    return replace(article, title=shown) if shown != title else article


# -- picture ------------------------------------------------------------------------------------


def _pictured(
    markup: Markup, article: Article, profile: SiteProfile, changes: list[Change]
) -> Article:
    image = article.image
    default = {rule.text for rule in profile.pictures}
    if image is None or image.url not in default:
        return article
    doc = markup()
    heading = next(iter(doc.tags["h1"]), None)
    lead, claim = lead_image(doc, structured(doc), article.blocks, heading, default)
    after = lead.url if lead is not None else ""
    changes.append(Change("image", image.url, after, "the same picture on other stories"))
    sources = {name: each for name, each in article.sources.items() if name != "image"}
    if claim is not None:
        sources["image"] = claim
    return replace(article, image=lead, sources=sources)


# -- body ---------------------------------------------------------------------------------------


def _without_furniture(
    markup: Markup, article: Article, profile: SiteProfile, changes: list[Change]
) -> Article:
    if not article.blocks or not (profile.furniture or profile.furniture_places):
        return article
    texts = {rule.text for rule in profile.furniture}
    places = [each.place for each in profile.furniture_places]
    boxes = set(_texts_at(places, markup())) if places else set()
    masked = masker(article.title or "", article.authors)
    taken: list[Block] = []
    for block in article.blocks:
        if block.type == "figure" or not block.text:
            continue
        if masked(block.text) in texts or _start(block.text) in boxes:
            taken.append(block)
    taken = _without_headings(article.blocks, taken)
    size = sum(len(b.text) for b in article.blocks if b.type != "figure")
    gone = sum(len(b.text) for b in taken)
    if not taken or gone > _MOST_TAKEN * size or size - gone < min(_LEAST_LEFT, size):
        return article
    gone_blocks = {id(block) for block in taken}
    kept = tuple(block for block in article.blocks if id(block) not in gone_blocks)
    changes.extend(
        Change("body", block.text[:_LONGEST], "", "stands on other stories, too") for block in taken
    )
    return with_blocks(article, kept)


def _without_headings(blocks: Sequence[Block], taken: Sequence[Block]) -> list[Block]:
    """What is taken from a body, without the headings that stand over text of the story: many
    reviews of a paper have a part called "Pros"."""
    told = [block for block in blocks if block.type != "figure" and block.text]
    gone = {id(block) for block in taken}
    for block, below in reversed(list(pairwise(told))):
        if block.type == "heading" and id(below) not in gone:
            gone.discard(id(block))
    return [block for block in taken if id(block) in gone]


def _texts_at(places: Sequence[str], doc: Document) -> Iterator[str]:
    for place in places:
        for element in at(doc, place):
            if text := text_of(element):
                yield _start(text)


def _start(text: str) -> str:
    return " ".join(text.partition("\n")[0].split())[:100]


# -- linked stories -----------------------------------------------------------------------------


def _linked(
    markup: Markup, article: Article, profile: SiteProfile, changes: list[Change]
) -> Article:
    links = article.links
    for rule in profile.blocks:
        if not any(each.label == rule.label and each.relation != rule.relation for each in links):
            continue
        here = set(_urls_in(markup(), rule))
        kept: list[LinkedStory] = []
        moved = 0
        for link in links:
            applies = link.url in here and link.label == rule.label
            if not applies or link.relation == rule.relation:
                kept.append(link)
                continue
            moved += 1
            if rule.relation != NOT_LINKED:
                kept.append(replace(link, relation=cast("Relation", rule.relation)))
        if moved:
            links = tuple(kept)
            changes.append(
                Change("links", f"{moved} linked stories", rule.relation, f"block at {rule.place}")
            )
    return replace(article, links=links) if links is not article.links else article


def _urls_in(doc: Document, rule: BlockRule) -> Iterator[str]:
    for element in at(doc, rule.place):
        for anchor in element.iter("a"):
            if (href := anchor.get("href")) and (url := doc.address(href)):
                yield url
