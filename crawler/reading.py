"""A page out of WARC, read as if it had just been fetched."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from crawler.errors import PageError
from crawler.extract import extract
from crawler.extract.normalise import normalise
from crawler.items import Page
from crawler.validate import missing
from crawler.warc.http import Message, decoded, parse
from crawler.warc.members import DamagedError
from crawler.warc.reader import read_record

_HTML = ("text/html", "application/xhtml+xml")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record is, and the address of its page."""

    folder: Path
    name: str
    offset: int
    length: int
    url: str


def read_page(message: Message, url: str) -> Page:
    """The page in an HTTP response. Raises PageError where it cannot be read."""
    return extract(decoded(message), url, message.get("Content-Type") or "", True)


def read_place(place: Place) -> Page:
    """The page in a record. Raises PageError where it cannot be read, OSError."""
    try:
        record = read_record(place.folder, place.name, place.offset, place.length)
    except DamagedError as error:
        raise PageError(str(error)) from None
    return read_page(parse(record.block), place.url)


def as_captured(page: Page, captured_at: str) -> Page:
    """A page with its article's dates as of its capture, and with why it is no article, if it lacks
    what an article has. Not for page readers: dateparser takes seconds to load.

    captured_at: ISO 8601.
    """
    article = normalise(page.article, datetime.fromisoformat(captured_at))
    return replace(page, article=article, not_article=page.not_article or missing(article))


def is_page(message: Message) -> bool:
    """Whether a response is a page that may be a story: HTML, and an answer of success."""
    if message.status != 200:
        return False
    kind = (message.get("Content-Type") or "").partition(";")[0].strip().lower()
    if kind:
        return kind in _HTML
    return message.body[:512].lstrip()[:1] == b"<"
