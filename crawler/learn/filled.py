"""Fields that a profile has a place for.

A place that was written by hand counts before all that a page says; a learned one where the page's
own evidence gives nothing, or only a guess.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from lxml.html import HtmlElement

from crawler.extract import Document
from crawler.extract.body import read_blocks
from crawler.extract.dates import dates_in, timed
from crawler.extract.fields import named_authors, read_time
from crawler.extract.page import spaced_text, text_of
from crawler.items import Article, Block, Claim, Image
from crawler.learn.places import found
from crawler.learn.profile import Place, SiteProfile
from crawler.text import count_words

Markup = Callable[[], Document]
"""Gives a page's markup, each time the same; it is parsed when it is first asked for."""
_Reader = Callable[[Document, Article, Place], Article | None]
"""Gives the article with a field that stands in a place; None where nothing does."""
SOURCE = "profile"
"""What claims begin with that a profile found."""
_GUESSES = ("html:text", "url")
"""Sources of dates that are guesses."""
_MOST_ELEMENTS = 20
_LONGEST = 500
"""Characters of a field's value."""
_DATES = ("datetime", "content", "title")
"""Attributes that hold a date for machines."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a profile changed of a reading."""

    field: str
    before: str
    after: str
    rule: str
    """What of the profile did it, in words."""


def filled(
    markup: Markup, article: Article, profile: SiteProfile, changes: list[Change]
) -> Article:
    """An article with the fields that a profile has places for; what changed is added to
    `changes`."""
    for field, places in profile.fields.items():
        missing = _is_missing(article, field)
        for place in places:
            if not (missing or place.is_written):
                continue
            changed = _READERS[field](markup(), article, place)
            if changed is not None:
                before, after = _shown(article, field), _shown(changed, field)
                if before != after:
                    changes.append(Change(field, before, after, _why(place)))
                article = changed
                break
    return article


def with_blocks(article: Article, blocks: Sequence[Block]) -> Article:
    """An article of other blocks, with all that follows from them."""
    text = "\n\n".join(b.text for b in blocks if b.type != "figure" and b.text)
    count = count_words(text)
    time = article.read_time
    if time is None or not time.shown:
        time = read_time(None, count, article.language) if count else None
    return replace(
        article,
        blocks=tuple(blocks),
        body=text,
        body_markdown="\n\n".join(block.markdown for block in blocks),
        word_count=count,
        read_time=time,
    )


def at(doc: Document, place: str) -> Iterator[HtmlElement]:
    """The elements of a place in a page."""
    return islice(found(place, doc.root), _MOST_ELEMENTS)


def _why(place: Place) -> str:
    if place.is_written:
        return f"written by hand: {place.place}"
    return f"where {place.stories} other stories have theirs: {place.place}"


def _is_missing(article: Article, field: str) -> bool:
    """Whether a page's own evidence gives no value, or but a guess."""
    if field == "published":
        claims = article.published_claims
        return not claims or claims[0].source.startswith(_GUESSES)
    if field == "title":
        claim = article.sources.get("title")
        return claim is None or not claim.source.startswith("html:")
    if field == "authors":
        # what a page shows is read by its form: where other stories have their bylines is surer
        claim = article.sources.get("authors")
        return not article.authors or claim is None or claim.source.startswith("html:")
    if field == "read_time":
        return article.read_time is None or not article.read_time.shown
    if field == "modified":
        return not article.modified_claims
    return not getattr(article, field)


def _shown(article: Article, field: str) -> str:
    """A field's value in a few words."""
    if field in ("published", "modified"):
        claims = article.published_claims if field == "published" else article.modified_claims
        return claims[0].text if claims else ""
    value = getattr(article, field)
    if field == "image":
        return value.url if value else ""
    if field == "read_time":
        return f"{value.minutes} min" if value else ""
    return ", ".join(value) if isinstance(value, tuple) else str(value or "")[:_LONGEST]


# -- one reader a field -------------------------------------------------------------------------


def _first_text(doc: Document, place: Place) -> str | None:
    for element in at(doc, place.place):
        text = spaced_text(element) or element.get("content") or ""
        if text and len(text) <= _LONGEST:
            return text
    return None


def _claimed(article: Article, field: str, text: str) -> dict[str, Claim]:
    return {**article.sources, field: Claim(text, f"{SOURCE}:{field}")}


def _reader_of_text(field: str) -> _Reader:
    def read(doc: Document, article: Article, place: Place) -> Article | None:
        text = _first_text(doc, place)
        if text is None:
            return None
        given: dict[str, Any] = {field: text}
        return replace(article, sources=_claimed(article, field, text), **given)

    return read


def _tags(doc: Document, article: Article, place: Place) -> Article | None:
    texts = [text for e in at(doc, place.place) if (text := spaced_text(e))]
    if not texts:
        return None
    sources = _claimed(article, "tags", ", ".join(texts))
    return replace(article, tags=tuple(dict.fromkeys(texts)), sources=sources)


def _authors(doc: Document, article: Article, place: Place) -> Article | None:
    lines = [spaced_text(element)[:_LONGEST] for element in at(doc, place.place)]
    names = named_authors(lines, article.language)
    if not names or (not place.is_written and _is_topic(names, article)):
        return None
    return replace(article, authors=names, sources=_claimed(article, "authors", "; ".join(lines)))


def _is_topic(names: Sequence[str], article: Article) -> bool:
    """Whether names are those of a story's section or tags: where some stories have their byline,
    others have nothing, and the next line takes its place."""
    topics = {text.casefold() for text in (article.section, *article.tags) if text}
    return any(name.casefold() in topics for name in names)


def _published(doc: Document, article: Article, place: Place) -> Article | None:
    claim = _date(doc, place, "published")
    if claim is None:
        return None
    return replace(article, published_claims=(claim, *article.published_claims))


def _modified(doc: Document, article: Article, place: Place) -> Article | None:
    claim = _date(doc, place, "modified")
    if claim is None:
        return None
    return replace(article, modified_claims=(claim, *article.modified_claims))


def _date(doc: Document, place: Place, field: str) -> Claim | None:
    for element in at(doc, place.place):
        told = next((value for name in _DATES if (value := element.get(name))), None)
        text = told or text_of(element)[:_LONGEST]
        for start, end in dates_in(text):
            return Claim(timed(text, start, end), f"{SOURCE}:{field}")
        if told or place.is_written:
            return Claim(text, f"{SOURCE}:{field}") if text else None
    return None


def _read_time(doc: Document, article: Article, place: Place) -> Article | None:
    text = _first_text(doc, place)
    time = read_time(text, article.word_count, article.language) if text else None
    if time is None or text is None or not time.shown:
        return None
    return replace(article, read_time=time, sources=_claimed(article, "read_time", text))


def _image(doc: Document, article: Article, place: Place) -> Article | None:
    for element in at(doc, place.place):
        source = element.get("content") or element.get("src") or element.get("href") or ""
        if source and (url := doc.address(source)):
            image = Image(url, "lead", element.get("alt"))
            return replace(article, image=image, sources=_claimed(article, "image", source))
    return None


def _body(doc: Document, article: Article, place: Place) -> Article | None:
    blocks = [b for e in at(doc, place.place) for b in read_blocks(e, doc.address, {e})]
    if not any(block.text for block in blocks):
        return None
    changed = with_blocks(article, blocks)
    return replace(changed, sources=_claimed(article, "body", place.place))


_READERS: dict[str, _Reader] = {
    "title": _reader_of_text("title"),
    "standfirst": _reader_of_text("standfirst"),
    "authors": _authors,
    "published": _published,
    "modified": _modified,
    "read_time": _read_time,
    "section": _reader_of_text("section"),
    "tags": _tags,
    "image": _image,
    "body": _body,
}
