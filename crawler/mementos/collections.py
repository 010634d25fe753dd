"""Common Crawl's collections: what there are, and where records are (https://index.commoncrawl.org)."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urljoin

from crawler.mementos.cdx import Listed, ListingError
from crawler.mementos.span import FIRST, LAST, Span
from crawler.urls import normalise

DATA = "https://data.commoncrawl.org/"
"""Where its WARC files are."""
_MOST = 1_000
_PATH = re.compile(r"[\w-]+(?:/[\w.-]+)+")
_LONGEST_RECORD = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Collection:
    """One of its crawls."""

    name: str
    index: str
    """Address of its CDX server."""
    span: Span


def collections(body: bytes, base: str) -> list[Collection]:
    """The collections that `collinfo.json` tells of, the newest first. base: its address. Raises
    ListingError."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, list):
        raise ListingError("it answers with no list of collections")
    found = []
    for each in told[:_MOST]:
        index = each.get("cdx-api") if isinstance(each, dict) else None
        url = normalise(urljoin(base, index)) if isinstance(index, str) else None
        if url is not None:
            begin, end = _moment(each.get("from"), FIRST), _moment(each.get("to"), LAST)
            found.append(Collection(str(each.get("id", ""))[:100], url, Span(begin, end)))
    if not found:
        raise ListingError("it names no collection with a CDX server")
    return sorted(found, key=lambda each: each.span.begin, reverse=True)


def record_url(data: str, listed: Listed) -> str | None:
    """The address of the WARC file that has a capture; None where the index names none that can be
    asked for. data: where the files are."""
    name = listed.filename or ""
    if not _PATH.fullmatch(name) or "/." in name or not 0 < listed.length <= _LONGEST_RECORD:
        return None
    return f"{data.rstrip('/')}/{name}"


def _moment(said: object, otherwise: datetime) -> datetime:
    try:
        moment = datetime.fromisoformat(str(said))
    except ValueError:
        return otherwise
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
