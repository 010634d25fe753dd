"""The state of one walk over a body: the piece of text that is being read, the list and the
quotation around it, and the blocks so far.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Set
from dataclasses import dataclass, field

from lxml.html import HtmlElement

from crawler.extract.body.linked import is_sentence
from crawler.extract.body.markdown import BREAK, escaped, lines, paragraphs
from crawler.extract.body.promos import promo_label
from crawler.extract.language import whole
from crawler.items import Block
from crawler.text import is_dense
from crawler.urls import same_owner

_MAX_LABEL = 60
"""Characters; a promo without a link is no longer."""
_SAMPLE = 40
_LEAST_NAME = 80
"""Characters of a link that says what is on a page of others."""


@dataclass(slots=True)
class Run:
    """Text since the last block boundary."""

    text: list[str] = field(default_factory=list)
    markdown: list[str] = field(default_factory=list)
    linked: int = 0
    links: int = 0
    away: str | None = None
    """Where its first link leads, if elsewhere."""
    lead: str = ""
    """What stands before it."""
    promos: Set[str] = frozenset()
    """Texts of emphasised pieces that are promos."""


class Walk:
    """The state of one walk; `blocks` is its result."""

    def __init__(self, address: Callable[[str], str | None], left_out: Set[HtmlElement]) -> None:
        self.address = address
        self.left_out = left_out
        self.blocks: list[Block] = []
        self.run = Run()
        self.generation = 0
        self.open_marks: list[tuple[HtmlElement, int, int, str]] = []
        self.links: list[str | None] = []
        """Where the links around what is read lead, if elsewhere."""
        self.away: dict[int, str] = {}
        """Places of the headings that are links, with where they lead."""
        self.heading = 0
        self.quotes = 0
        self.quoted: list[tuple[str, str]] = []
        self.lists: list[str] = []
        self.items: list[tuple[int, str, str, str]] = []
        self.item_fresh = False
        self.list_linked = 0
        self.listed = False
        """Whether the outermost list was found to be part of the story, links or not."""
        self.pre = 0
        self.seen: set[str] = set()
        self.looks = 0
        self.length = 0
        """Characters of the blocks so far, those that say as much as a syllable twice."""

    def add(self, text: str | None) -> None:
        """Take in a piece of text."""
        if not text:
            return
        run = self.run
        if not self.pre:
            if text.isspace():
                if run.text:
                    run.text.append(" ")
                    run.markdown.append(" ")
                return
            run.text.append(text)
            run.markdown.append(escaped(text))
        else:
            run.text.append(text)
            run.markdown.append(text)
        if self.links:
            run.linked += len(text)

    def flush(self, element: HtmlElement | None = None) -> None:
        """End the current piece of text and put it where it belongs."""
        run = self.run
        if not run.text:
            return
        self.run = Run()
        self.generation += 1
        raw = "".join(run.text)
        if raw.isspace():
            return
        if self.pre:
            code = raw.strip("\n").replace(BREAK, "\n")
            fence = "`" * max(3, 1 + max(map(len, re.findall(r"`+", code)), default=0))
            self.put(Block("code", code, f"{fence}\n{code}\n{fence}"))
            return
        texts = paragraphs(raw)
        marked = "".join(run.markdown)
        markdowns = texts if marked == raw else paragraphs(marked)
        if len(texts) != len(markdowns):
            texts, markdowns = [" ".join(texts)], [" ".join(markdowns)]
        length = sum(map(len, texts))
        if not length:
            return
        if self.lists:
            self.list_linked += run.linked
            self.item(" ".join(texts), " ".join(markdowns))
            return
        away = _mostly_links(run, length)
        if away and not self._may_be_told(" ".join(texts), run):
            return
        may_be_promo = element is not None and (run.links or length <= _MAX_LABEL)
        if may_be_promo and element is not None and promo_label(element) is not None:
            return
        for text, markdown in zip(texts, markdowns, strict=True):
            if not text or text in run.promos:
                continue
            if len(texts) > 1 and run.links and _is_promo(text, markdown):
                continue
            if self.heading:
                line = text.replace("\n", " ")
                marks = "#" * self.heading
                md = f"{marks} {markdown}".replace("\n", " ")
                self.put(block := Block("heading", line, md, level=self.heading))
                if away and run.away and self.blocks[-1] is block:
                    self.away[len(self.blocks) - 1] = run.away
            elif self.quotes:
                self.quoted.append((text, lines(markdown)))
            else:
                self.put(Block("paragraph", text, lines(markdown)))

    def _may_be_told(self, text: str, run: Run) -> bool:
        """Whether a piece that is mostly a link can be the story's."""
        labelled = any(map(str.isalpha, run.lead))
        if self.heading:
            run.away = run.away or next(filter(None, self.links), None)
            return run.away is None or not labelled
        if self.links:
            return False
        if is_sentence(text):
            return True
        long = len(text) >= _LEAST_NAME * run.links and run.away is not None and not labelled
        return long and not same_owner(run.away or "", self.address(".") or "")

    def put(self, block: Block) -> None:
        """Keep a block, unless it says again what another one said."""
        if block.type != "figure":
            key = block.text.casefold()
            if key in self.seen and (block.type == "heading" or len(key) > 25):
                return
            self.seen.add(key)
        self.blocks.append(block)
        self.length += len(block.text) * (2 if is_dense(block.text[:_SAMPLE]) else 1)

    def item(self, text: str, markdown: str) -> None:
        """Keep a piece of text as an item of the list, or as more of the last one."""
        if not text.strip():
            return
        depth = len(self.lists)
        if self.item_fresh or not self.items:
            self.items.append((depth, self.lists[-1], text, markdown))
            self.item_fresh = False
        else:
            last = self.items[-1]
            self.items[-1] = (last[0], last[1], f"{last[2]} {text}", f"{last[3]} {markdown}")

    def end_list(self) -> None:
        """Put the list that ends, unless it leads to other stories."""
        items, self.items = self.items, []
        linked, self.list_linked = self.list_linked, 0
        listed, self.listed = self.listed, False
        if not items:
            return
        text = "\n".join(item[2].replace("\n", " ") for item in items)
        if linked > 0.6 * len(text) and not listed:
            return
        marked = []
        numbers: dict[int, int] = {}
        for depth, kind, _, markdown in items:
            numbers = {d: n for d, n in numbers.items() if d <= depth}
            numbers[depth] = numbers.get(depth, 0) + 1
            marker = f"{numbers[depth]}." if kind == "ol" else "-"
            flat = markdown.replace("\n", " ")
            marked.append("   " * min(depth - 1, 8) + f"{marker} {flat}")
        self.put(Block("list", text, "\n".join(marked)))

    def end_quote(self) -> None:
        """Put the quotation that ends."""
        quoted, self.quoted = self.quoted, []
        if quoted:
            text = "\n".join(t for t, _ in quoted)
            marked = "\n\n".join(m for _, m in quoted).split("\n")
            self.put(Block("quote", text, "\n".join(f"> {line}".rstrip() for line in marked)))


def _is_promo(text: str, markdown: str) -> bool:
    """Whether one of several paragraphs that nothing but line breaks parts leads to another story:
    a label that says so, a colon and a link."""
    label, colon, _ = text.partition(":")
    if not colon or len(label) > _MAX_LABEL or "](" not in markdown:
        return False
    return markdown.endswith((")", ")**", ")*")) and whole(label) in ("also_read", "related")


def _mostly_links(run: Run, length: int) -> bool:
    return run.links > 0 and run.linked > 0.75 * length
