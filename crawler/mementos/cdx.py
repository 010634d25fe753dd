"""What a CDX server lists: captures, each with its address, time, status, type and digest.

Read are JSON by line (pywb, Common Crawl), JSON in rows under their names (the Internet Archive),
CDXJ, and plain CDX of 7 or 11 fields. Nothing of it is trusted.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from crawler.errors import HemerotecaError
from crawler.text import is_clean
from crawler.urls import normalise

_NAMES = {
    "original": "url", "mimetype": "mime", "statuscode": "status", "url": "url", "mime": "mime",
    "status": "status", "timestamp": "timestamp", "digest": "digest", "length": "length",
    "offset": "offset", "filename": "filename",
}  # fmt: skip
_SEVEN = ("urlkey", "timestamp", "url", "mime", "status", "digest", "length")
_ELEVEN = (
    "urlkey", "timestamp", "url", "mime", "status", "digest", "redirect", "meta", "length",
    "offset", "filename",
)  # fmt: skip
_TIME = re.compile(r"\d{14}")
_MARKUP = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^>]*>", re.DOTALL | re.IGNORECASE)
_LONGEST_URL = 2_083
_LONGEST_KEY = 8_000
_LONGEST = 500
_SAID = 120


class ListingError(HemerotecaError):
    """What should be a list of captures is none."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A capture that an index lists."""

    url: str
    """As listed."""
    timestamp: str
    """14 digits, UTC."""
    status: int | None = None
    """None where the index does not say, as of revisits."""
    content_type: str | None = None
    digest: str | None = None
    """Of the payload, as listed; mostly SHA-1 in Base32."""
    filename: str | None = None
    """Of Common Crawl: the WARC file that has it, and where."""
    offset: int = 0
    length: int = 0

    @property
    def captured_at(self) -> str:
        """ISO 8601, UTC."""
        moment = datetime.strptime(self.timestamp, "%Y%m%d%H%M%S")
        return moment.replace(tzinfo=UTC).isoformat()


@dataclass(slots=True)
class Listing:
    """A part of an index."""

    rows: list[Listed] = field(default_factory=list)
    odd: Counter[str] = field(default_factory=Counter)
    """Lines that were passed over, by what is wrong with them."""
    resume: str | None = None
    """By which the server gives the next part, where it does."""
    is_whole: bool = True
    """Whether it ends as it should; else the server broke off in the midst of it."""

    @property
    def lines(self) -> int:
        """How many rows came, those that were passed over among them."""
        return len(self.rows) + self.odd.total()


def read_listing(body: bytes) -> Listing:
    """The captures that an index answers with. Raises ListingError where it is no list at all, or
    no more can be asked for."""
    text = body.decode("utf-8", "replace").strip()
    if not text:
        return Listing()
    if text[0] == "<":
        raise ListingError(f"it answers with a page: {_first_words(text)}")
    found = Listing()
    for row in _rows(text, found):
        _take(row, found)
    if not found.rows and found.odd.total() and not found.odd.keys() - {_NO_LINE}:
        raise ListingError(f"it answers with no list of captures: {text[:_SAID]}")
    return found


def page_count(body: bytes) -> int | None:
    """How many pages an index has of what was asked for; None where it does not say so."""
    try:
        said = json.loads(body)
    except ValueError:
        return None
    pages = said.get("pages") if isinstance(said, dict) else said
    return pages if isinstance(pages, int) and 0 <= pages < 1_000_000 else None


_NO_LINE = "no line of an index"


def _rows(text: str, found: Listing) -> Iterator[dict[str, Any]]:
    """The rows of an index by name, whatever it is written in."""
    if text[0] == "[":
        yield from _in_columns(_arrays(text, found), found)
        return
    is_behind = False
    for line in text.split("\n"):
        line = line.strip()
        if not line:  # what comes behind an empty line is the key for the next part
            is_behind = True
            continue
        row = _line(line)
        found.is_whole = row is not None or is_behind
        if row is None and is_behind:
            found.resume = _key(line)
        elif row is None:
            found.odd[_NO_LINE] += 1
        elif "url" in row or "urlkey" in row or "timestamp" in row:
            yield row
        elif (said := str(row.get("message") or row.get("error") or "")) and (
            "no captures" not in said.lower()
        ):
            raise ListingError(f"it says: {said[:_SAID]}")


def _line(line: str) -> dict[str, Any] | None:
    if line[0] == "{":
        return _object(line)
    parts = line.split(" ")
    if len(parts) > 2 and parts[2][:1] == "{":
        row = _object(line.split(" ", 2)[2])
        return None if row is None else {"timestamp": parts[1], **row}
    for names in (_SEVEN, _ELEVEN):
        if len(parts) == len(names):
            return dict(zip(names, parts, strict=True))
    return None


def _object(text: str) -> dict[str, Any] | None:
    try:
        row = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) else None


def _arrays(text: str, found: Listing) -> Iterator[list[Any]]:
    """The rows of an array of arrays, also of one that breaks off."""
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        whole = None
    if isinstance(whole, list):
        for row in whole:
            if isinstance(row, list):
                yield row
            else:
                found.odd[_NO_LINE] += 1
        return
    found.is_whole = False
    for line in text.split("\n"):
        line = line.strip().removesuffix(",")
        line = line[1:] if line.startswith("[[") else line
        line = line[:-1] if line.endswith("]]") else line
        try:
            row = json.loads(line) if line else None
        except (ValueError, RecursionError):
            row = None
        if isinstance(row, list):
            yield row
        else:
            found.odd[_NO_LINE] += 1


def _in_columns(arrays: Iterable[list[Any]], found: Listing) -> Iterator[dict[str, Any]]:
    names: list[str] | None = None
    is_behind = False
    for row in arrays:
        words = [str(each) for each in row]
        if names is None:
            names = words
        elif not words:
            is_behind = True
        elif is_behind:
            found.resume = _key(words[0])
        elif len(words) == len(names):
            yield dict(zip(names, words, strict=True))
        else:
            found.odd[_NO_LINE] += 1


def _key(said: str) -> str:
    """The key for the next part. Raises ListingError where it cannot be asked with."""
    if not is_clean(said) or len(said) > _LONGEST_KEY:
        raise ListingError("its key for the next part cannot be used")
    return said


def _take(row: dict[str, Any], found: Listing) -> None:
    """Take a row, or count what is wrong with it."""
    said = {_NAMES[name]: value for name, value in row.items() if name in _NAMES}
    url, timestamp = said.get("url"), str(said.get("timestamp", ""))
    if not isinstance(url, str) or not is_clean(url) or len(url) > _LONGEST_URL or _has_space(url):
        found.odd["no usable address"] += 1
        return
    if normalise(url) is None:
        found.odd["no web address"] += 1
        return
    if not is_time(timestamp):
        found.odd["no time of 14 digits"] += 1
        return
    status = str(said.get("status", ""))
    filename = said.get("filename")
    found.rows.append(
        Listed(
            url, timestamp,
            int(status) if len(status) == 3 and status.isascii() and status.isdigit() else None,
            _word(said.get("mime")), _word(said.get("digest")),
            filename if isinstance(filename, str) else None,
            _number(said.get("offset")), _number(said.get("length")),
        )
    )  # fmt: skip


def _has_space(url: str) -> bool:
    return any(each.isspace() for each in url)


def is_time(timestamp: str) -> bool:
    """Whether a text is a moment of 14 digits."""
    if not (timestamp.isascii() and _TIME.fullmatch(timestamp)):
        return False
    try:
        datetime.strptime(timestamp, "%Y%m%d%H%M%S")
    except ValueError:
        return False
    return True


def _word(value: object) -> str | None:
    if not isinstance(value, str) or value in ("", "-") or not is_clean(value):
        return None
    return value[:_LONGEST]


def _number(value: object) -> int:
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


def _first_words(page: str) -> str:
    """What a page says first, its markup left out."""
    plain = re.sub(
        r"<(script|style)\b.*?</\1\s*>|<[^>]*>", " ", page[:20_000], flags=re.DOTALL | re.IGNORECASE
    )
    return " ".join(plain.split())[:_SAID] or "an empty one"
