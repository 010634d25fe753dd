"""The peers: how each is called for a news page, by its documentation. A peer is imported only when
it is loaded, so the table of them can be read without any."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from lxml.html import HtmlElement

    from benchmarks.peers.turns import Reader

ALL = frozenset({"title", "authors", "date", "body"})


@dataclass(frozen=True, slots=True)
class Peer:
    """A tool to compare with."""

    package: str
    gives: frozenset[str]
    """Fields it has; the others are not scored."""
    settings: str
    """How it is called, for the report."""
    load: Callable[[], Reader]


def _iso(moment: datetime | str | Sequence[object] | None) -> str | None:
    """A date as ISO 8601; the first where a tool gives several, None where it is no date."""
    if isinstance(moment, list):
        moment = moment[0] if moment else None
    if isinstance(moment, datetime):
        return moment.isoformat()
    return moment if isinstance(moment, str) else None


def _trafilatura() -> Reader:
    from trafilatura import bare_extraction

    def read(html: bytes, url: str) -> dict[str, Any]:
        found = bare_extraction(html, url=url, include_comments=False, with_metadata=True)
        if found is None:
            return {}
        return {
            "title": found.title,
            "authors": found.author.split("; ") if found.author else [],
            "date": found.date,
            "standfirst": found.description,
            "body": found.text,
            "image": found.image,
        }

    return read


def _trafilatura_fast() -> Reader:
    from trafilatura import extract

    def read(html: bytes, url: str) -> dict[str, Any]:
        return {"body": extract(html, url=url, include_comments=False, fast=True)}

    return read


def _newspaper() -> Reader:
    from newspaper import Article

    def read(html: bytes, url: str) -> dict[str, Any]:
        found = Article(url, fetch_images=False).download(input_html=html).parse()
        return {
            "title": found.title,
            "authors": found.authors,
            "date": _iso(found.publish_date),
            "standfirst": found.meta_description,
            "body": found.text,
            "image": found.top_image,
            "language": found.meta_lang,
        }

    return read


def _news_please() -> Reader:
    from bs4.dammit import EncodingDetector
    from newsplease import NewsPlease

    def read(html: bytes, url: str) -> dict[str, Any]:
        # decoded as its own `from_warc` does
        encoding = EncodingDetector.find_declared_encoding(html, is_html=True) or "utf-8"
        try:
            text = html.decode(encoding, errors="replace")
        except LookupError:
            text = html.decode("utf-8", errors="replace")
        # it raises on an address without a host, and needs none
        known = url if urlsplit(url).hostname else None
        found = NewsPlease.from_html(text, url=known, fetch_images=False)
        return {
            "title": found.title,
            "authors": found.authors,
            "date": _iso(found.date_publish),
            "standfirst": found.description,
            "body": found.maintext,
        }

    return read


def _readability() -> Reader:
    import lxml.html
    from readability import Document

    def read(html: bytes, url: str) -> dict[str, Any]:
        document = Document(html, url=url)
        title, author = document.short_title(), document.author()
        return {
            "title": None if title == "[no-title]" else title,
            "authors": [] if author == "[no-author]" else [author],
            "body": _text(lxml.html.fromstring(document.summary(html_partial=True))),
        }

    return read


_IN_LINE = frozenset(
    {
        "a", "abbr", "b", "bdi", "bdo", "cite", "code", "data", "del", "dfn", "em", "font", "i",
        "ins", "kbd", "mark", "q", "s", "samp", "small", "span", "strong", "sub", "sup", "time",
        "tt", "u", "var", "wbr",
    }
)  # fmt: skip


def _text(root: HtmlElement) -> str:
    """Text of a tree, a line break at each edge of a block: `text_content` would join words."""
    parts: list[str] = []
    stack: list[tuple[HtmlElement, bool]] = [(root, False)]
    while stack:
        element, closed = stack.pop()
        if not isinstance(element.tag, str):
            parts.append(element.tail or "")
            continue
        edge = "" if element.tag in _IN_LINE else "\n"
        if closed:
            parts.append(edge + (element.tail or ""))
            continue
        parts.append(edge + (element.text or ""))
        stack.append((element, True))
        stack.extend((child, False) for child in reversed(element))
    return "".join(parts)


def _goose() -> Reader:
    from goose3 import Goose

    goose = Goose({"enable_image_fetching": False})

    def read(html: bytes, url: str) -> dict[str, Any]:
        found = goose.extract(url=url, raw_html=html)
        return {
            "title": found.title,
            "authors": found.authors,
            "date": _iso(found.publish_datetime_utc) or _iso(found.publish_date),
            "standfirst": found.meta_description,
            "body": found.cleaned_text,
        }

    return read


def _resiliparse() -> Reader:
    from resiliparse.extract.html2text import extract_plain_text
    from resiliparse.parse.encoding import detect_encoding
    from resiliparse.parse.html import HTMLTree

    def read(html: bytes, _url: str) -> dict[str, Any]:
        tree = HTMLTree.parse_from_bytes(html, detect_encoding(html, from_html_meta=True))
        text = extract_plain_text(tree, main_content=True, alt_texts=False, list_bullets=False)
        return {"body": text}

    return read


def _htmldate() -> Reader:
    from htmldate import find_date

    def read(html: bytes, url: str) -> dict[str, Any]:
        return {"date": find_date(html, original_date=True, url=url)}

    return read


PEERS = {
    "trafilatura": Peer(
        "trafilatura", ALL | {"standfirst", "image"},
        "`bare_extraction(html, url, include_comments=False, with_metadata=True)`", _trafilatura,
    ),
    "trafilatura, fast": Peer(
        "trafilatura", frozenset({"body"}),
        "`extract(html, url, include_comments=False, fast=True)`, no metadata", _trafilatura_fast,
    ),
    "newspaper4k": Peer(
        "newspaper4k", ALL | {"standfirst", "image", "language"},
        "`Article(url, fetch_images=False).download(input_html=html).parse()`, with the extras of"
        " its languages", _newspaper,
    ),
    "news-please": Peer(
        "news-please", ALL, "`NewsPlease.from_html(text, url, fetch_images=False)`, decoded as its"
        " `from_warc` does", _news_please,
    ),
    "readability-lxml": Peer(
        "readability-lxml", frozenset({"title", "authors", "body"}),
        "`Document(html, url)`: `short_title()`, `author()`, text of `summary()`", _readability,
    ),
    "goose3": Peer("goose3", ALL, "`Goose().extract(url, raw_html=html)`", _goose),
    "resiliparse": Peer(
        "resiliparse", frozenset({"body"}),
        "`extract_plain_text(tree, main_content=True, alt_texts=False, list_bullets=False)`,"
        " decoded by its `detect_encoding(from_html_meta=True)`", _resiliparse,
    ),
    "htmldate": Peer(
        "htmldate", frozenset({"date"}), "`find_date(html, original_date=True, url=url)`",
        _htmldate,
    ),
}  # fmt: skip
