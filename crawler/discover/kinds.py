"""What a response is, by what its bytes say rather than by what it claims."""

from __future__ import annotations

import codecs
import re

from crawler.discover.unpack import unpack
from crawler.discover.xml import without_preamble
from crawler.items import Kind

_LOOK = 65_536  # bytes: enough to get past a licence in a comment
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_BY_ROOT: dict[str, Kind] = {
    **dict.fromkeys(("urlset", "sitemapindex", "url", "sitemap"), "sitemap"),
    **dict.fromkeys(("rss", "feed", "rdf", "channel"), "feed"),
    **dict.fromkeys(
        ("html", "head", "body", "title", "meta", "link", "script", "style", "base", "div", "p",
         "main", "article", "section", "header", "nav", "table", "h1", "h2", "span", "a", "center",
         "font", "frameset", "noscript", "form", "ul", "img", "iframe", "br", "b", "strong"),
        "html",
    ),
}  # fmt: skip
_NAME = re.compile(r"<(?:[\w.\-]+:)?([A-Za-z][\w\-]*)")
_ADDRESS = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
_JSON_FEED = re.compile(r'"version"\s*:\s*"https?:\\?/\\?/(?:www\.)?jsonfeed\.org\\?/version')
_TAG = re.compile(r"<(?:html|head|body|div|p|h1|title|a\s|table|meta|script)\b", re.IGNORECASE)

_USUAL = re.compile(rb"[ \t\r\n]{0,40}<!doctype {1,8}html>?(?:[ \t\r\n]|<html[ >])", re.IGNORECASE)
"""How most pages begin: told without making text of them."""


def sniff(body: bytes, content_type: str | None, url: str) -> Kind:
    """What a response holds: a sitemap, a feed, an HTML page or something else.

    body: as decoded from its content coding; may still be a gzip file. content_type: the HTTP
    header's value, or None; url: the address that answered; both are only asked where the bytes do
    not tell. Raises nothing.

    >>> sniff(b'<?xml version="1.0"?><!-- x --><urlset>', "text/html", "https://a.example/")
    'sitemap'
    """
    if _USUAL.match(body):
        return "html"
    head = peek(without_preamble(unpack(body, _LOOK)[0]))
    if head.startswith("<"):
        return _by_markup(head)
    if head.startswith("{"):
        return "feed" if _JSON_FEED.search(head[:8192]) else "other"
    if "\x00" in head[:1024]:
        return "other"
    lines = head[:8192].split()
    if lines and all(_ADDRESS.fullmatch(line) for line in lines[:5]):
        return "sitemap"
    claims_html = "html" in (content_type or "text/html").lower()
    return "html" if claims_html and _TAG.search(head) else "other"


def _by_markup(head: str) -> Kind:
    at = 0
    while at < len(head):
        if head[at].isspace():
            at += 1
            continue
        for opening, closing in (("<?", "?>"), ("<!--", "-->"), ("<!", ">")):
            if head.startswith(opening, at):
                if opening == "<!" and head[at + 2 : at + 9].lower() == "doctype":
                    name = head[at + 9 : at + 40].split()[:1]
                    if name and name[0].rstrip(">").lower() == "html":
                        return "html"
                    end = head.find(">", at)
                    subset = head.find("[", at, end if end >= 0 else None)
                    closing = "]>" if subset >= 0 else ">"
                end = head.find(closing, at + len(opening))
                if end < 0:
                    return "other"
                at = end + len(closing)
                break
        else:
            match = _NAME.match(head, at)
            if match is not None:
                kind = _BY_ROOT.get(match[1].lower())
                if kind is not None:
                    return kind
            return "html" if _TAG.search(head, at, at + 2048) else "other"
    return "other"


def peek(data: bytes) -> str:
    """The first bytes as text, by their byte order mark or as UTF-8, white space skipped."""
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return data[len(bom) : _LOOK].decode(encoding, "replace").lstrip("\ufeff \t\r\n")
    if data[:4] in (b"<\x00?\x00", b"<\x00u\x00", b"<\x00r\x00"):
        return data[:_LOOK].decode("utf-16-le", "replace")
    if data[:4] in (b"\x00<\x00?", b"\x00<\x00u", b"\x00<\x00r"):
        return data[:_LOOK].decode("utf-16-be", "replace")
    return data[:_LOOK].decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
