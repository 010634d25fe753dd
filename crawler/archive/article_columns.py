"""An article as the database has it: its columns, its address, its digest."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from crawler.archive.texts import markdown_parts
from crawler.items import Article, Image
from crawler.urls import same_owner

_quoted = json.encoder.encode_basestring


def _text(value: str | None) -> str:
    """JSON as `json.dumps` writes it, which takes several times as long to say so."""
    return "null" if value is None else _quoted(value)


def _list(values: Iterable[str]) -> str:
    return f"[{', '.join(map(_quoted, values))}]"


def columns(article: Article) -> dict[str, Any]:
    """What a revision says of the story, by column."""
    published, modified, read_time = article.published, article.modified, article.read_time
    sure = article.confidence
    return {
        "title": article.title,
        "seo_title": article.seo_title,
        "access": article.access,
        "canonical_url": article.canonical_url,
        "authors": _list(article.authors),
        "published_at": published and published.value,
        "published_precision": published and published.precision,
        "published_raw": published and published.raw,
        "modified_at": modified and modified.value,
        "modified_precision": modified and modified.precision,
        "modified_raw": modified and modified.raw,
        "read_time_minutes": read_time and read_time.minutes,
        "read_time_shown": read_time and int(read_time.shown),
        "read_time_raw": read_time and read_time.raw,
        "standfirst": article.standfirst,
        "section": article.section,
        "tags": _list(article.tags),
        "language": article.language,
        "word_count": article.word_count,
        "body_confidence": sure and sure.body,
        "authors_confidence": sure and sure.authors,
        "published_confidence": sure and sure.published,
    }


def texts(article: Article) -> dict[str, Any]:
    """What stands apart from that, in `revision_texts`."""
    return {
        "body_text": article.body,
        "markdown_parts": markdown_parts(article.body, article.body_markdown),
        "sources": _sources_json(article),
    }


def images(article: Article) -> Iterator[dict[str, Any]]:
    """What `images` has of an article's pictures, in its order."""
    found: list[Image] = [article.image] if article.image else []
    found += [block.image for block in article.blocks if block.image]
    positions: Counter[str] = Counter()
    for image in found:
        positions[image.role] += 1
        yield {
            "position": positions[image.role], "role": image.role, "url": image.url,
            "alt": image.alt, "caption": image.caption, "width": image.width,
            "height": image.height,
        }  # fmt: skip


def _sources_json(article: Article) -> str:
    """Where each of an article's values was taken from, as its revision has it."""
    sources = [
        f'{_quoted(field)}: {{"text": {_quoted(claim.text)}, "source": {_quoted(claim.source)}}}'
        for field, claim in article.sources.items()
    ]
    return f"{{{', '.join(sources)}}}"


def article_url(article: Article) -> str:
    """The address under which an article is kept.

    The canonical one, if whoever owns the page's own address owns it too: a page that names a story
    of somebody else as its own must not become a revision of that.
    """
    canonical = article.canonical_url
    if canonical == article.url:
        return canonical
    if canonical is not None and same_owner(canonical, article.url):
        return canonical
    return article.url


def content_digest(article: Article) -> str:
    """What tells one revision of an article from another: SHA-256 over its own content.

    What the page shows around the story (linked stories, pictures, a new "updated" stamp) and
    dates counted back from today ("2 hours ago") change without the story changing: left out.
    Another digest is no edit yet: `crawler.history.told.changes` says what is.
    """
    published = article.published
    content = (
        _text(article.title),
        _text(article.standfirst),
        _list(article.authors),
        _text(published.value if published and not published.relative else None),
        _text(article.section),
        _list(article.tags),
        _quoted(article.body),
    )
    data = f"[{', '.join(content)}]".encode("utf-8", "surrogatepass")
    return "sha256:" + hashlib.sha256(data).hexdigest()
