"""A robots.txt as its author meant it, and the sitemaps that it names."""

from __future__ import annotations

import codecs
import re

from protego import Protego

from crawler.urls import absolute

MAX_BYTES = 512_000
"""500 KiB, the least that RFC 9309, section 2.5, asks a crawler to read."""
MAX_SITEMAPS = 1_000

# What follows a product token in a User-Agent header, and has no place here (RFC 9309, 2.2.1).
# Each repetition is bounded: whoever writes the file could make a pattern take hours.
_VERSION = re.compile(
    r"^([ \t]{0,20}user-?agent[ \t]{0,20}:[ \t]{0,20}[\w-]{1,100})/[^\s#]{0,100}",
    re.IGNORECASE | re.MULTILINE,
)
# Numbers of seconds that are more than one number: `10s`, `2,5`, `10 seconds;`.
_DELAY = re.compile(
    r"^([ \t]{0,20}crawl[- ]delay[ \t]{0,20}:[ \t]{0,20})(\d{1,9})(?:[.,](\d{0,9}))?[ \t]{0,20}"
    r"(?:s|secs?|seconds?)?[;,.]?[ \t]{0,20}(?=[\r\n#]|\Z)",
    re.IGNORECASE | re.MULTILINE,
)


def as_meant(body: bytes) -> bytes:
    """What a robots.txt says, in UTF-8 without a byte order mark, with the slips mended by which it
    would be read as if it said nothing: another encoding, a version behind a crawler's name,
    a unit or a decimal comma in a Crawl-delay. Raises nothing.

    >>> as_meant(b"User-agent: Hemeroteca/1.0\\nCrawl-delay: 2,5 s\\n")
    b'User-agent: Hemeroteca\\nCrawl-delay: 2.5\\n'
    """
    encoding = "utf-8-sig"
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    text = body[:MAX_BYTES].decode(encoding, "replace")
    text = _VERSION.sub(r"\1", text)
    text = _DELAY.sub(lambda m: f"{m[1]}{m[2]}.{m[3]}" if m[3] else f"{m[1]}{m[2]}", text)
    return text.encode("utf-8", "replace")


def sitemap_urls(body: bytes, url: str) -> tuple[str, ...]:
    """Addresses on `Sitemap:` lines (sitemaps.org protocol), normalised, each once, in order.

    url: the address of the robots.txt, for relative addresses. Raises nothing.

    >>> sitemap_urls(b"User-agent: *\\nSITEMAP: /map.xml # ours", "https://a.example/robots.txt")
    ('https://a.example/map.xml',)
    """
    found: dict[str, None] = {}
    text = body[:MAX_BYTES].decode("utf-8-sig", "replace")
    for named in Protego.parse(text).sitemaps:
        if (address := absolute(url, named)) is not None:
            found.setdefault(address)
            if len(found) >= MAX_SITEMAPS:
                break
    return tuple(found)
