"""The text of a story as TEI, from its Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.token import Token

from crawler.export.tei.addresses import pointer
from crawler.export.xml import Xml

_BREAK = "\n\n"
_DEEPEST = 30
"""Elements within a line, one in the other. Readers of XML take some 250 of any kind; what is
deeper keeps its text."""
_SHAPES: dict[str, tuple[str, dict[str, str | None]]] = {
    "bullet_list_open": ("list", {"rend": "bulleted"}),
    "ordered_list_open": ("list", {"rend": "numbered"}),
    "list_item_open": ("item", {}),
    "blockquote_open": ("quote", {}),
    "table_open": ("table", {}),
    "th_open": ("cell", {}),
    "td_open": ("cell", {}),
    "strong_open": ("hi", {"rend": "bold"}),
    "em_open": ("hi", {"rend": "italic"}),
}
_NOTHING = {"thead_open", "thead_close", "tbody_open", "tbody_close"}


def parser() -> MarkdownIt:
    """Reads the Markdown that extraction writes, in which what these rules look for is text."""
    made = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table")
    made.disable(["entity", "autolink", "reference", "code", "lheading", "hr"])
    made.disable("text_join")  # an asterisk of the text is a token of its own: see _said
    # an address that is not good is no reason to show the brackets around its words
    made.validateLink = lambda url: True  # type: ignore[method-assign]
    return made


def write_body(xml: Xml, text: str, markdown: str, captions: Set[str], read: MarkdownIt) -> None:
    """Write <body>. Where the Markdown is not that of the text, to a word (lists and quotations
    in each other, deeper than any reader follows), the text is written, in paragraphs.

    captions: of the story's pictures.
    """
    blocks: list[Token | _Figure] = []
    if markdown != text:
        blocks = list(_figures(read.parse(markdown), captions))
        if _letters(blocks) != "".join(text.replace("\0", "\ufffd").split()):
            blocks = []
    xml.start("body")
    xml.newline()
    if blocks:
        _Body(xml).write(blocks)
    else:
        written = [each for each in text.split(_BREAK) if each.strip()]
        for paragraph in written or [""]:
            xml.line("p", paragraph)
    xml.end("\n")


@dataclass(slots=True)
class _Figure:
    """A picture on a line of its own."""

    image: Token
    caption: list[Token] = field(default_factory=list)


def _figures(tokens: Sequence[Token], captions: Set[str]) -> Iterator[Token | _Figure]:
    """The same; a paragraph that is one picture is a figure, with the caption that stands below in
    italics."""
    at = 0
    figure: _Figure | None = None
    while at < len(tokens):
        token = tokens[at]
        inner = _content(tokens, at)
        if len(inner) == 1 and inner[0].type == "image":
            if figure is not None:
                yield figure
            figure = _Figure(inner[0])
            at += 3
            continue
        if figure is not None:
            if _is_caption(inner, captions):
                figure.caption = inner
                at += 3
            yield figure
            figure = None
            continue
        yield token
        at += 1
    if figure is not None:
        yield figure


def _content(tokens: Sequence[Token], at: int) -> list[Token]:
    """What is in a paragraph that begins here, but for white space."""
    if tokens[at].type != "paragraph_open" or at + 1 == len(tokens):
        return []
    return [
        child for child in tokens[at + 1].children or ()
        if child.type != "text" or child.content.strip()
    ]  # fmt: skip


def _is_caption(inner: list[Token], captions: Set[str]) -> bool:
    if not inner or inner[0].type != "em_open" or inner[-1].type != "em_close":
        return False
    return "".join("".join(map(_said, inner)).split()) in captions


def _letters(blocks: Sequence[Token | _Figure]) -> str:
    """All text of the story itself, without white space."""
    found = []
    for block in blocks:
        if isinstance(block, _Figure):
            continue
        if block.type == "fence":
            found.append(block.content)
        found += [_said(child) for child in block.children or () if child.type != "image"]
    return "".join("".join(found).split())


class _Body:
    """Writes the blocks of a body."""

    def __init__(self, xml: Xml) -> None:
        self._xml = xml
        self._levels: list[int] = []
        """Of the headings whose divisions are open."""
        self._within = 0
        """Lists, quotations and tables that are open."""
        self._in_head = False
        self._has_text = False

    def write(self, blocks: Sequence[Token | _Figure]) -> None:
        for block in blocks:
            if isinstance(block, _Figure):
                _figure(self._xml, block.image, block.caption)
                self._xml.newline()
            else:
                self._block(block)
        if not self._has_text:
            self._xml.empty("p")  # pictures alone are no body
        for _ in self._levels:
            self._xml.end("\n")

    def _block(self, token: Token) -> None:
        xml, kind = self._xml, token.type
        if kind == "inline":
            _inline(xml, token.children or ())
        elif kind == "heading_open":
            self._heading(int(token.tag[1]))
        elif kind == "fence":
            xml.line("eg", token.content.rstrip("\n"), {"xml:space": "preserve"})
        elif kind in ("paragraph_open", "paragraph_close"):
            if not token.hidden:
                if token.nesting > 0:
                    xml.start("p")
                else:
                    xml.end("\n")
        elif kind == "tr_open":
            xml.start("row", {"role": "label" if self._in_head else None})
        elif kind in _NOTHING:
            self._in_head = kind == "thead_open"
        elif token.nesting > 0:
            name, attributes = _SHAPES[kind]
            xml.start(name, attributes)
            self._within += 1
        else:
            xml.end("\n")
            self._within -= kind not in ("heading_close", "tr_close")
        self._has_text = True

    def _heading(self, level: int) -> None:
        if self._within:
            self._xml.start("p", {"rend": "heading"})  # quotations and lists have no divisions
            return
        while self._levels and self._levels[-1] >= level:
            self._levels.pop()
            self._xml.end("\n")
        self._levels.append(level)
        self._xml.start("div")
        self._xml.start("head")


def _inline(xml: Xml, tokens: Sequence[Token]) -> None:
    opened: list[bool] = []
    for token in tokens:
        match token.type:
            case "softbreak":
                xml.text("\n")
            case "hardbreak":
                xml.empty("lb")
            case "code_inline":
                xml.start("code")
                xml.text(token.content)
                xml.end()
            case "image":
                _figure(xml, token, ())
            case _ if token.nesting > 0:
                name, attributes = _SHAPES.get(token.type, ("ref", {}))
                if name == "ref":
                    attributes = {"target": pointer(str(token.attrGet("href") or ""))}
                is_good = sum(opened) < _DEEPEST and None not in attributes.values()
                opened.append(is_good)
                if is_good:
                    xml.start(name, attributes)
            case _ if token.nesting < 0:
                if opened.pop():
                    xml.end()
            case _:
                xml.text(_said(token))


def _said(token: Token) -> str:
    """The words of a token. Emphasis that begins or ends where CommonMark knows none (with a space
    inside) leaves its asterisks in the text; those of the story itself are escaped."""
    return token.content.replace("*", "") if token.type == "text" else token.content


def _figure(xml: Xml, image: Token, caption: Sequence[Token]) -> None:
    xml.start("figure")
    if (url := pointer(str(image.attrGet("src") or ""))) is not None:
        xml.empty("graphic", {"url": url})
    if caption:
        xml.start("head")
        _inline(xml, caption[1:-1])
        xml.end()
    if image.content:
        xml.start("figDesc")
        xml.text("".join(_alt(image)))
        xml.end()
    xml.end()


def _alt(image: Token) -> Iterator[str]:
    """An image's words, without the marks of Markdown."""
    for child in image.children or ():
        yield "\n" if child.type == "softbreak" else _said(child)
        if child.type == "image":
            yield from _alt(child)
