"""One parse of a page, shared by all that read it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import cast
from urllib.parse import urljoin

from lxml import etree
from lxml.html import HtmlComment, HtmlElement, HtmlProcessingInstruction
from parsel import Selector

from crawler.errors import PageError
from crawler.extract.encoding import utf8
from crawler.urls import absolute, has_tracking

MAX_BYTES = 15_000_000
"""A longer page is refused: the longest real news pages are a fifth of it."""

PLAIN = re.compile(
    r"(?:https?://[a-z0-9-]+(?:\.[a-z0-9-]+)+)?/(?:[\w~%!$'*+,:@-][\w.~%!$'*+,:@-]*/)*"
    r"(?:[\w~%!$'*+,:@-][\w.~%!$'*+,:@-]*)?",
    re.ASCII,
)
"""Addresses, from the scheme or from the root, that are spelt as `urls.normalise` would spell them:
most of a page's links, told faster than by parsing them."""

_PARAMETER = r"[\w.~%!$'()*+,:@/;?=\[\]-]+"
PLAIN_QUERY = re.compile(rf"{_PARAMETER}(?:&{_PARAMETER})*", re.ASCII)
"""The same for what stands after the question mark, with no piece of it empty."""

_ONE_CLASS = etree.ElementDefaultClassLookup(
    element=HtmlElement, comment=HtmlComment, pi=HtmlProcessingInstruction
)
"""lxml.html picks a class by tag, in Python, for each element it hands out: not needed here."""

INDEXED = ("base", "meta", "link", "script", "title", "h1", "h2", "time", "a", "article", "main")


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
_UNBROKEN = re.compile(rb"<[^<>]{%d}" % _LONG_TAG)
# Possessive throughout: each byte is looked at once, whatever is left open.
_TAG = re.compile(rb"<([a-zA-Z][^\s/>]*+)((?:[^>\"'=]++|=\s*+(?:\"[^\"]*+\"|'[^']*+')?+|[\"'])*+)")
_ATTRIBUTE = re.compile(rb"[^\s=\"'/][^\s=/]*+(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s\"'>]*+))?+")
_RAW = (b"script", b"style", b"textarea", b"title", b"noscript", b"xmp")
"""Elements whose text is no markup."""


class Document:
    """A parsed HTML page.

    selector: parsel's view of the tree, for XPath and CSS. root: lxml's, for walking. Both are the
    same tree: whoever changes it changes it for all, so nobody does.
    """

    def __init__(self, html: bytes, url: str, content_type: str | None = None) -> None:
        """html: the page as decoded from its content coding. url: the address that answered.
        content_type: the HTTP header's value, if known.

        Raises PageError where there is no HTML to read.
        """
        if len(html) > MAX_BYTES:
            raise PageError(f"page of {len(html):,} bytes is longer than {MAX_BYTES:,}")
        _refuse_other_types(html)
        data = utf8(html, content_type).replace(b"\x00", b"")
        if not data or data.isspace():
            raise PageError("page is empty")
        if len(data[:_HEAD].translate(None, _NOT_IN_TEXT)) < 0.95 * len(data[:_HEAD]):
            raise PageError("page is no text")
        if data.count(b"<") > MAX_TAGS:
            raise PageError(f"page has more than {MAX_TAGS:,} tags")
        if data.count(b"<!") + data.count(b"<?") > MAX_COMMENTS:
            raise PageError(f"page has more than {MAX_COMMENTS:,} comments")
        _refuse_endless_tags(data)
        self.url = url
        parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, recover=True)
        parser.set_element_class_lookup(_ONE_CLASS)
        try:
            root = etree.fromstring(data, parser)
        except etree.LxmlError as error:
            raise PageError(f"page cannot be parsed as HTML: {error}") from None
        if not isinstance(root, HtmlElement):
            raise PageError("page has no HTML element")
        self.root = root

    @cached_property
    def selector(self) -> Selector:
        """The tree as parsel sees it."""
        return Selector(root=self.root, type="html")

    @cached_property
    def tags(self) -> Mapping[str, Sequence[HtmlElement]]:
        """Elements of the `INDEXED` tags in document order, found in one pass."""
        found: dict[str, list[HtmlElement]] = {tag: [] for tag in INDEXED}
        for element in self.root.iter(*INDEXED):
            found[element.tag].append(element)
        return MappingProxyType(found)

    @cached_property
    def base_url(self) -> str:
        """What relative addresses are relative to (HTML Living Standard, 4.2.3)."""
        href = next((e.get("href", "").strip() for e in self.tags["base"] if e.get("href")), "")
        try:
            return urljoin(self.url, href) if href else self.url
        except ValueError:
            return self.url

    @cached_property
    def _origin(self) -> str | None:
        root = absolute(self.base_url, "/")
        return root.removesuffix("/") if root else None

    @cached_property
    def _scheme(self) -> str:
        return (self._origin or "").partition("//")[0]

    @cached_property
    def _folder(self) -> str | None:
        folder = absolute(self.base_url, ".")
        return folder if folder is not None and folder[-1] == "/" else None

    @cached_property
    def _addresses(self) -> dict[str, str | None]:
        return {}

    def address(self, href: str) -> str | None:
        """The normalised http(s) address that a link of the page leads to; None if it is none.

        The same as `urls.absolute`, but each link is worked out once a page.
        """
        known = self._addresses
        if href in known:
            return known[href]
        url = known[href] = self._plain(href) or absolute(self.base_url, href)
        return url

    def _plain(self, href: str) -> str | None:
        """What a link leads to, if that can be told without parsing it."""
        path, asked, query = href.partition("#")[0].partition("?")
        if not path or len(href) >= 2_000 or self._origin is None or self._folder is None:
            return None
        first = path[0]
        if path[:2] == "//":
            path = self._scheme + path
        elif first != "/" and ":" not in path:
            path = self._folder + path
        if first != "/" and path.count("/") == 2:
            path += "/"
        if not PLAIN.fullmatch(path):
            return None
        url = self._origin + path if path[0] == "/" else path
        if not asked:
            return url
        if not PLAIN_QUERY.fullmatch(query) or has_tracking(query):
            return None
        return f"{url}?{query}"

    def xpath(self, query: str) -> list[HtmlElement]:
        """Elements that an XPath 1.0 query finds, in document order."""
        return cast("list[HtmlElement]", self.root.xpath(query))


def _refuse_other_types(html: bytes) -> None:
    """Raise PageError for a picture, a recording or an archive that is called a page."""
    for start, kind in _SIGNATURES.items():
        if html.startswith(start):
            raise PageError(f"page is {kind}, not HTML")
    if html[4:8] == b"ftyp" or (html[:4] == b"RIFF" and html[8:12] in (b"WEBP", b"WAVE", b"AVI ")):
        raise PageError("page is a picture or a recording, not HTML")


def _refuse_endless_tags(html: bytes) -> None:
    """Raise PageError for tags with thousands of attributes.

    libxml2 compares each attribute of a tag with all before it: 200,000 of them take minutes.
    """
    step = _LONG_TAG
    if html.count(b"=") <= _MANY_VALUES and (
        all(html.find(b">", at, at + step) >= 0 for at in range(0, len(html) - step, step))
        or _UNBROKEN.search(html) is None
    ):
        return  # no tag is long enough, as a few looks tell
    comparisons = at = 0
    while (tag := _TAG.search(html, at)) is not None:
        at = tag.end()
        if at - tag.start() > 200:
            attributes = sum(1 for _ in _ATTRIBUTE.finditer(tag[2]))
            comparisons += attributes * attributes
            if attributes > MAX_ATTRIBUTES or comparisons > _COMPARISONS:
                raise PageError(
                    f"page has a tag with more than {MAX_ATTRIBUTES:,} attributes"
                    if attributes > MAX_ATTRIBUTES
                    else "page has too many tags with hundreds of attributes"
                )
        name = tag[1].lower()
        if name in _RAW:
            end = html.find(b"</" + tag[1], at)
            at = end if end >= 0 else len(html)


def text_of(element: HtmlElement) -> str:
    """All text in an element, white space collapsed; "" for a comment.

    >>> from lxml.html import fragment_fromstring
    >>> text_of(fragment_fromstring("<p> One <b>two</b>\\n three</p>"))
    'One two three'
    """
    if not isinstance(element.tag, str):
        return ""
    text = etree.tostring(element, method="text", encoding="unicode", with_tail=False)
    return " ".join(text.split())
