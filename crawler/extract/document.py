"""One parse of a page, shared by all that read it."""

from __future__ import annotations

from functools import cached_property
from typing import cast
from urllib.parse import urljoin

from lxml.html import HtmlElement
from parsel import Selector

from crawler.errors import PageError
from crawler.extract.encoding import decode

MAX_BYTES = 20_000_000
"""A longer page is refused: the longest real news pages are a tenth of it."""


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
        text = decode(html, content_type).replace("\x00", "")
        if not text.strip():
            raise PageError("page is empty")
        self.url = url
        self.selector = Selector(text=text, type="html")
        root = self.selector.root
        if not isinstance(root, HtmlElement):
            raise PageError("page has no HTML element")
        self.root = root

    @cached_property
    def base_url(self) -> str:
        """What relative addresses are relative to (HTML Living Standard, 4.2.3)."""
        href = self.selector.xpath("string(//head/base/@href)").get(default="").strip()
        try:
            return urljoin(self.url, href) if href else self.url
        except ValueError:
            return self.url

    def xpath(self, query: str) -> list[HtmlElement]:
        """Elements that an XPath 1.0 query finds, in document order."""
        return cast("list[HtmlElement]", self.root.xpath(query))
