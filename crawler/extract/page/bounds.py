"""What is not read at all: no HTML, or HTML that would take minutes.

Nothing that a server sends is trusted. Each bound is told by a few looks at the bytes, before they
are parsed.
"""

from __future__ import annotations

import re

from crawler.errors import PageError
from crawler.text import CONTROLS

MAX_BYTES = 15_000_000
"""A longer page is refused: the longest real news pages are a fifth of it."""
_SIGNATURES = {
    b"\x89PNG\r\n\x1a\n": "a PNG picture", b"GIF87a": "a GIF picture", b"GIF89a": "a GIF picture",
    b"\xff\xd8\xff": "a JPEG picture", b"%PDF-": "a PDF document", b"PK\x03\x04": "a ZIP archive",
    b"\x1f\x8b": "compressed", b"Rar!\x1a\x07": "a RAR archive", b"OggS\x00": "a recording",
    b"ID3": "a recording", b"wOFF": "a font", b"wOF2": "a font", b"\x1a\x45\xdf\xa3": "a film",
}  # fmt: skip
"""First bytes of what is no text (WHATWG MIME Sniffing, 6)."""
_HEAD = 4_000
"""Bytes that are looked at for characters that text has not."""
_NOT_IN_TEXT = bytes({*range(0x20), 0x7F} - {*b"\t\n\f\r\x1b\x00"})
_UNCOUNTED = bytes({*range(0x100)} - {*b"<=", *CONTROLS})
"""All but what is counted, and what must go: one look at each byte tells of all of them."""
MAX_TAGS = 250_000
"""Counted by their "<"; the longest real pages have some ten thousands. Most of what is read from a
page costs a few microseconds a tag, so that this keeps any page within two seconds or so."""
MAX_COMMENTS = 30_000
"""lxml walks many in a row in more than linear time."""
MAX_ATTRIBUTES = 2_000
"""Of one tag; real ones have some dozens."""
_LONG_TAG = 10_000
"""Bytes between two angle brackets from which a page's tags are counted out."""
_MANY_VALUES = 20_000
"""The same for a page's equals signs; its longest kin have half as many."""
_COMPARISONS = 150_000_000
"""Of one attribute's name with another's: a second of libxml2's time."""
# Possessive throughout: each byte is looked at once, whatever is left open.
_TAG = re.compile(rb"<([a-zA-Z][^\s/>]*+)((?:[^>\"'=]++|=\s*+(?:\"[^\"]*+\"|'[^']*+')?+|[\"'])*+)")
_ATTRIBUTE = re.compile(rb"[^\s=\"'/][^\s=/]*+(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s\"'>]*+))?+")
_RAW = (b"script", b"style", b"textarea", b"title", b"noscript", b"xmp")
"""Elements whose text is no markup."""


def refuse_what_is_no_page(html: bytes) -> None:
    """Raise PageError for bytes, as sent, that are too many, or a picture, recording, archive."""
    refuse_what_is_too_long(html)
    _refuse_other_types(html)


def refuse_what_is_too_long(html: bytes) -> None:
    """Raise PageError for too many bytes."""
    if len(html) > MAX_BYTES:
        raise PageError("page_too_long", f"{len(html):,}")


def within_bounds(data: bytes) -> bytes:
    """A page in UTF-8 without control characters.

    Raises PageError for one with nothing in it or more than any newspaper's has.
    """
    if not data or data.isspace():
        raise PageError("page_empty")
    if len(data[:_HEAD].translate(None, _NOT_IN_TEXT)) < 0.95 * len(data[:_HEAD]):
        raise PageError("page_no_text")
    marks = data.translate(None, _UNCOUNTED)
    rest = marks.translate(None, b"<")
    controls = rest.translate(None, b"=")
    tags, values = len(marks) - len(rest), len(rest) - len(controls)
    if tags > MAX_TAGS:
        raise PageError("page_beyond_bounds", f"more than {MAX_TAGS:,} tags")
    if tags > MAX_COMMENTS and data.count(b"<!") + data.count(b"<?") > MAX_COMMENTS:
        raise PageError("page_beyond_bounds", f"more than {MAX_COMMENTS:,} comments")
    if values > _MANY_VALUES or _has_long_tag(data):
        _refuse_endless_tags(data)
    return data.translate(None, CONTROLS) if controls else data


def _has_long_tag(html: bytes) -> bool:
    """Whether `_LONG_TAG` bytes after an angle bracket there is no other one, as few looks tell."""
    step = _LONG_TAG // 2
    start: int | None = None  # of the tag that a piece is in, -1 where it is in none
    for at in range(0, len(html), step):
        if html.find(b">", at, at + step) >= 0 or html.find(b"<", at, at + step) >= 0:
            start = None
            continue
        if start is None:  # looked for once in a script that goes on for many pieces
            start = html.rfind(b"<", 0, at)
            start = start if start > html.rfind(b">", 0, at) else -1
        if start >= 0:
            ends = [end for end in (html.find(b"<", at), html.find(b">", at)) if end >= 0]
            if min(ends, default=len(html)) - start > _LONG_TAG:
                return True
    return False


def _refuse_other_types(html: bytes) -> None:
    """Raise PageError for a picture, a recording or an archive that is called a page."""
    for start, kind in _SIGNATURES.items():
        if html.startswith(start):
            raise PageError("page_not_html", kind)
    if html[4:8] == b"ftyp" or (html[:4] == b"RIFF" and html[8:12] in (b"WEBP", b"WAVE", b"AVI ")):
        raise PageError("page_not_html", "a picture or a recording")


def _refuse_endless_tags(html: bytes) -> None:
    """Raise PageError for tags with thousands of attributes.

    libxml2 compares each attribute of a tag with all before it: 200,000 of them take minutes.
    """
    comparisons = at = 0
    while (tag := _TAG.search(html, at)) is not None:
        at = tag.end()
        if at - tag.start() > 200:
            attributes = sum(1 for _ in _ATTRIBUTE.finditer(tag[2]))
            comparisons += attributes * attributes
            if attributes > MAX_ATTRIBUTES or comparisons > _COMPARISONS:
                raise PageError(
                    "page_beyond_bounds",
                    f"a tag with more than {MAX_ATTRIBUTES:,} attributes"
                    if attributes > MAX_ATTRIBUTES
                    else "too many tags with hundreds of attributes",
                )
        name = tag[1].lower()
        if name in _RAW:
            end = html.find(b"</" + tag[1], at)
            at = end if end >= 0 else len(html)
