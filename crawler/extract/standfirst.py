"""The standfirst: the summary that the page shows under the headline."""

from __future__ import annotations

from collections.abc import Set

from lxml.html import HtmlElement

from crawler.extract.blocks import read_blocks
from crawler.extract.boilerplate import is_noise
from crawler.extract.document import Document, text_of
from crawler.extract.figures import is_caption
from crawler.extract.marks import Marks
from crawler.extract.names import Meaning
from crawler.extract.structured import Structured
from crawler.items import Claim
from crawler.text import words

_MIN, _MAX = 20, 1_000
_HEADINGS = frozenset({"h2", "h3", "h4", "h5", "h6"})
_BLOCKS = 4
"""Paragraphs and pictures; more of them are a list of other stories."""


def standfirst(
    doc: Document,
    data: Structured,
    marked: Marks,
    headline: HtmlElement | None,
    title: str | None,
) -> Claim | None:
    """The summary under the headline, or None if the page has none of its own.

    The first of these: an element of a standfirst's class near the headline; JSON-LD description
    or alternativeHeadline, og:description, meta description, unless they are cut off.
    """
    above = _above(headline)
    for element in marked[Meaning.STANDFIRST][:60]:
        if element is headline or element in above or not _beside(element, above):
            continue
        if _linked(element) or is_caption(element, above):
            continue
        text = _prose(element, doc)
        if _usable(text, title):
            return Claim(text, "html:standfirst")
    for claim in (
        data.ld("description"),
        data.first_meta("og:description", "description", "twitter:description"),
    ):  # fmt: skip
        if (
            claim is not None
            and _usable(claim.text, title)
            and not claim.text.endswith(("…", "...", "[…]", "[...]"))
        ):
            return claim
    return None


def _prose(element: HtmlElement, doc: Document) -> str:
    """The text of an element without captions, links and labels; "" where it holds many pieces."""
    blocks = read_blocks(element, doc.address, {element})
    if not blocks and element.tag in _HEADINGS:  # blocks leave out a heading that heads nothing
        return text_of(element)
    return " ".join(b.text for b in blocks if b.type != "figure") if len(blocks) <= _BLOCKS else ""


def _beside(element: HtmlElement, above: Set[HtmlElement]) -> bool:
    """Whether an element stands beside the headline, no other story's card between them."""
    at = element.getparent()
    for _ in range(6):
        if at is None:
            return False
        if at in above:
            return True
        if at.tag in ("article", "li", "a", "aside", "nav", "footer") or is_noise(at):
            return False
        at = at.getparent()
    return False


def _above(headline: HtmlElement | None) -> Set[HtmlElement]:
    """The headline's ancestors, the nearest five, without the page's body."""
    found = set()
    at = headline
    for _ in range(5):
        at = at.getparent() if at is not None else None
        if at is None or at.tag in ("body", "html"):
            break
        found.add(at)
    return found


def _usable(text: str, title: str | None) -> bool:
    return _MIN <= len(text) <= _MAX and words(text) != words(title or "")


def _linked(element: HtmlElement) -> bool:
    return sum(len(text_of(a)) for a in element.iter("a")) > 0.5 * len(text_of(element))
