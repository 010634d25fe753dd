"""One parse of a page, shared by all that read it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import cast
from urllib.parse import urljoin

from lxml import etree
from lxml.html import HtmlComment, HtmlElement, HtmlProcessingInstruction
from parsel import Selector

from crawler.errors import PageError
from crawler.extract.page.bounds import refuse_what_is_no_page, refuse_what_takes_too_long
from crawler.extract.page.encoding import utf8
from crawler.text import CONTROLS
from crawler.urls import absolute, has_tracking

PLAIN = re.compile(
    r"(?:https?://[a-z0-9-]+(?:\.[a-z0-9-]+)+)?/(?:[\w~%!$'*+,:@-][\w.~%!$'*+,:@-]*/)*"
    r"(?:[\w~%!$'*+,:@-][\w.~%!$'*+,:@-]*)?",
    re.ASCII,
)
"""Addresses, from the scheme or from the root, that are spelt as `urls.normalise` would spell them:
most of a page's links, told faster than by parsing them."""

_PARAMETER = r"[\w.~%!$()*+,:@/;?=-]+"
PLAIN_QUERY = re.compile(rf"{_PARAMETER}(?:&{_PARAMETER})*", re.ASCII)
"""The same for what stands after the question mark, with no piece of it empty."""

_ONE_CLASS = etree.ElementDefaultClassLookup(
    element=HtmlElement, comment=HtmlComment, pi=HtmlProcessingInstruction
)
"""lxml.html picks a class by tag, in Python, for each element it hands out: not needed here."""

INDEXED = ("base", "meta", "link", "script", "title", "h1", "h2", "time", "a", "article", "main")

MAX_LINKS = 20_000
"""Links of a page that are looked at."""
STEPS = frozenset({"next", "prev", "previous"})
"""What `rel` says of a link to what comes before or after."""

SENTENCE_ENDS = tuple('.!?…:”"»“’。！？」』।؟۔)）')


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
        refuse_what_is_no_page(html)
        data = utf8(html, content_type).replace(b"\x00", b"")
        refuse_what_takes_too_long(data)
        self.url = url
        # A table of ids, which libxml2 makes unless told not to, is a seventh of the parse.
        parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, recover=True, collect_ids=False)
        parser.set_element_class_lookup(_ONE_CLASS)
        try:
            root = etree.fromstring(data.translate(None, CONTROLS), parser)
        except etree.LxmlError as error:
            raise PageError("page_not_parsed", error) from None
        if not isinstance(root, HtmlElement):
            raise PageError("page_no_element")
        self.root = root
        # lxml makes an object for an element each time that it is come upon, unless there is one.
        self.elements: Sequence[HtmlElement] = list(root.iter())
        """All elements, comments and instructions, in document order."""

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

    def head_links(self, *words: str) -> Sequence[HtmlElement]:
        """The page's `link` elements that say one of these, lower-case, of what they lead to
        (`rel`; HTML Living Standard, 4.6.7), in document order."""
        found = {link for word in words for link in self._rels.get(word, ())}
        return [link for link in self.tags["link"] if link in found] if found else ()

    @cached_property
    def _rels(self) -> dict[str, list[HtmlElement]]:
        found: dict[str, list[HtmlElement]] = {}
        for link in self.tags["link"]:
            for word in (link.get("rel") or "").lower().split():
                found.setdefault(word, []).append(link)
        return found

    @cached_property
    def hrefs(self) -> Sequence[str | None]:
        """Where the page's links lead, in their order, as it is written; None where a link does
        not say."""
        return [link.get("href") for link in self.tags["a"][:MAX_LINKS]]

    @cached_property
    def steps(self) -> Sequence[HtmlElement]:
        """The links that say of themselves that they lead to what comes before or after."""
        found = []
        told: dict[str, bool] = {}
        for link in self.tags["a"][:MAX_LINKS]:
            rel = link.get("rel")
            if rel is None:
                continue
            if rel not in told:
                told[rel] = not STEPS.isdisjoint(rel.lower().split())
            if told[rel]:
                found.append(link)
        return found

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


def below(element: HtmlElement, *tags: str) -> Iterator[HtmlElement]:
    """All elements behind another in document order; only those of some tags, if any are given."""
    for at in (element, *element.iterancestors()):
        for behind in at.itersiblings():
            yield from behind.iter(*tags)


def text_of(element: HtmlElement) -> str:
    """All text in an element, white space collapsed; "" for a comment.

    >>> from lxml.html import fragment_fromstring
    >>> text_of(fragment_fromstring("<p> One <b>two</b>\\n three</p>"))
    'One two three'
    """
    if not isinstance(element.tag, str):
        return ""
    if len(element) == 0:  # most elements: lxml's serialiser costs ten times more to set up
        return " ".join((element.text or "").split())
    text = etree.tostring(element, method="text", encoding="unicode", with_tail=False)
    return " ".join(text.split())


_PARTS = ("br", "p", "div", "li", "dt", "dd", "h3", "h4", "h5", "h6", "tr", "td", "th")
"""Elements that begin a line of their own."""


def spaced_text(element: HtmlElement) -> str:
    """All text in an element, with a space where one line ends and another begins.

    >>> from lxml.html import fragment_fromstring
    >>> cell = fragment_fromstring("<td>Ole Brand<br>Jette <b>R</b>ohde<p>and others</p></td>")
    >>> spaced_text(cell), text_of(cell)
    ('Ole Brand Jette Rohde and others', 'Ole BrandJette Rohdeand others')
    """
    if next(element.iterdescendants(*_PARTS), None) is None:
        return text_of(element)
    pieces: list[str] = []
    for event, at in etree.iterwalk(element, events=("start", "end", "comment", "pi")):
        if event in ("start", "end") and at.tag in _PARTS:
            pieces.append(" ")
        if event == "start":
            pieces.append(at.text or "")
        elif at is not element:
            pieces.append(at.tail or "")
    return " ".join("".join(pieces).split())
