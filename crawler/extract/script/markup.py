"""A story's text in JSON of any make, as HTML: markup, plain text, or blocks of both.

Editors keep stories as trees of blocks, each with a kind (`type`, `nodeType`, `_type` …) and its
content under one of a few keys. Which keys these are is looked for, not known.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any

from crawler.extract.script.fields import Node, address_of, by_key, picture_at, text_at, title_of

_KINDS = ("type", "nodetype", "kind", "blocktype", "typename", "elementtype", "tagname", "tag",
          "component", "style", "name")  # fmt: skip
_CONTENTS = (
    "content", "children", "text", "html", "value", "body", "blocks", "contentelements", "elements",
    "items", "paragraphs", "nodes", "components", "richtext", "markup", "copy", "data", "model",
    "json", "fields", "document", "root", "main", "rendered", "attrs", "props", "attributes",
    "bodytext", "articlebody", "sections", "rows", "parts", "paragraph",
)  # fmt: skip
_HTML = re.compile(
    r"<(?:p|div|br|h[1-6]|ul|ol|li|blockquote|figure|section|article|table)\b", re.IGNORECASE
)
_INLINE_HTML = re.compile(
    r"<(?:a|b|i|em|strong|span|mark|sub|sup|u|cite|q)\b[^<>]*>|&\w{2,8};", re.IGNORECASE
)
_PARTS = re.compile(r"\s*\n\s*\n\s*|\r?\n")
_SKIPPED = re.compile(
    r"(?:^|[^a-z])(?:ads?|advert\w*|promo\w*|related\w*|recirc\w*|newsletter\w*|comments?|poll|quiz"
    r"|social\w*|share|sponsor\w*|teaser\w*|recommend\w*|script|style|iframe|embed|oembed|video\w*"
    r"|audio|podcast|paywall|interstitial\w*|subscribe\w*|outbrain|taboola)(?:[^a-z]|$)"
)
_FIGURE = re.compile(r"image|picture|figure|photo|illustration")
_HEADING = re.compile(
    r"(?:^|[^a-z])(?:h([1-6])|heading[-_ ]?([1-6])?|header|sub-?head(?:line|er)?|crosshead"
    r"|intertitle)(?:[^a-z]|$)"
)
_QUOTE = re.compile(r"quote|citation")
_ITEM = re.compile(r"(?:^|[^a-z])(?:li|list[-_ ]?item)(?:[^a-z]|$)")
_LIST = re.compile(
    r"(?:^|[^a-z])(?:ul|ol|(?:bullet|ordered|unordered|number\w*)?[-_ ]?list)(?:[^a-z]|$)"
)
_PARAGRAPH = re.compile(r"paragraph|(?:^|[^a-z])(?:p|block|normal|text[-_ ]?block)(?:[^a-z]|$)")
_SPAN = re.compile(
    r"(?:^|[^a-z])(?:text|span|link|hyperlink|a|strong|em|bold|italic|inline\w*|mark|br"
    r"|hard[-_ ]?break)(?:[^a-z]|$)"
)
_LINK = re.compile(r"link|(?:^|[^a-z])a(?:[^a-z]|$)")
_BREAK = re.compile(r"(?:^|[^a-z])(?:br|line[-_ ]?break|hard[-_ ]?break)(?:[^a-z]|$)")
_ELEMENTS = frozenset({
    "p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "div", "section",
    "article", "main", "a", "em", "strong", "b", "i", "span",
})  # fmt: skip
_MOST_DEEP = 40
_NONE = ("", "")


class Writer:
    """Writes one value as HTML, within bounds of work and length."""

    def __init__(self, most_nodes: int = 40_000, most_characters: int = 1_000_000) -> None:
        self._nodes = most_nodes
        self._characters = most_characters

    def blocks(self, value: Any, depth: int = 0) -> str:
        """A value as elements of blocks; "" where it holds no text, or one deeper than read."""
        self._nodes -= 1
        if self._nodes < 0 or self._characters < 0 or depth > _MOST_DEEP:
            return ""
        if isinstance(value, str):
            return self._spent(paragraphs(value))
        if isinstance(value, list):
            if tag := _element(value):
                inner = self._children(value[3], depth + 1)
                return f"<{tag}>{inner}</{tag}>"
            if any(_is_span(each) for each in value) and not any(map(_is_block, value)):
                inner = self.inline(value, depth)
                return f"<p>{inner}</p>" if inner.strip() else ""
            return "".join(self.blocks(each, depth + 1) for each in value)
        if isinstance(value, Mapping):
            return self._block(value, depth)
        return ""

    def _block(self, node: Node, depth: int) -> str:
        parts, kind = by_key(node), kind_of(node)
        if _SKIPPED.search(kind):
            return ""
        if _FIGURE.search(kind) and (figure := _figure(node)):
            return self._spent(figure)
        if title_of(node)[1] and address_of(node):
            return ""  # another story
        heading = _HEADING.search(kind)
        inner, is_inline = self._content(parts, depth)
        if not inner.strip():
            return ""
        if heading:
            return f"<h{_level(heading, parts)}>{_flat(inner)}</h{_level(heading, parts)}>"
        if _ITEM.search(kind) or "listitem" in parts:
            return f"<li>{inner}</li>"
        if _LIST.search(kind):
            items = inner if "<li>" in inner else re.sub(r"<(/?)p>", r"<\1li>", inner)
            return f"<ul>{items}</ul>"
        if _QUOTE.search(kind):
            return f"<blockquote>{inner if not is_inline else f'<p>{inner}</p>'}</blockquote>"
        return f"<p>{inner}</p>" if is_inline else inner

    def _content(self, parts: Mapping[str, tuple[str, Any]], depth: int) -> tuple[str, bool]:
        """What an object holds, and whether that stands in one line."""
        for key in _CONTENTS:
            if key not in parts:
                continue
            value = parts[key][1]
            if isinstance(value, str):
                if _HTML.search(value) or _PARTS.search(value.strip()):
                    return self.blocks(value, depth + 1), False
                if text := inline_text(value):
                    return self._spent(text), True
            elif isinstance(value, list) and value and any(map(_is_span, value)):
                if not any(map(_is_block, value)):
                    return self.inline(value, depth + 1), True
                return self.blocks(value, depth + 1), False
            elif isinstance(value, list | Mapping) and (inner := self.blocks(value, depth + 1)):
                return inner, False
        return "", False

    def inline(self, value: Any, depth: int = 0) -> str:
        """A value as text of one line, with its links."""
        self._nodes -= 1
        if self._nodes < 0 or self._characters < 0 or depth > _MOST_DEEP:
            return ""
        if isinstance(value, str):
            return self._spent(inline_text(value))
        if isinstance(value, list):
            if tag := _element(value):
                return f"<{tag}>{self._children(value[3], depth + 1)}</{tag}>"
            return "".join(self.inline(each, depth + 1) for each in value)
        if not isinstance(value, Mapping):
            return ""
        parts, kind = by_key(value), kind_of(value)
        if _BREAK.search(kind):
            return "<br>"
        if _SKIPPED.search(kind):
            return ""
        inner = next(
            (
                text
                for key in _CONTENTS
                if key in parts and (text := self.inline(parts[key][1], depth + 1))
            ),
            "",
        )
        if _LINK.search(kind) and inner:
            address = _link_address(parts)
            return f'<a href="{html.escape(address)}">{inner}</a>' if address else inner
        return inner

    def _children(self, props: Any, depth: int) -> str:
        inner = props.get("children") if isinstance(props, Mapping) else None
        if isinstance(inner, list) and any(isinstance(e, list) and _element(e) for e in inner):
            return "".join(
                self._spent(inline_text(e)) if isinstance(e, str) else self.blocks(e, depth)
                for e in inner
            )
        return self.inline(inner, depth) if isinstance(inner, str) else self.blocks(inner, depth)

    def _spent(self, text: str) -> str:
        self._characters -= len(text)
        return text if self._characters >= 0 else ""


def kind_of(node: Node) -> str:
    """What an object says that it is, in lower case; "" where it says nothing."""
    parts = by_key(node)
    said = (parts[key][1] for key in _KINDS if key in parts)
    return " ".join(each.lower() for each in said if isinstance(each, str) and len(each) <= 40)


def paragraphs(text: str) -> str:
    """A string as HTML: as it is where it is markup, else its lines as paragraphs."""
    text = text.strip()
    if "&lt;p" in text[:2_000] and "<p" not in text:
        text = html.unescape(text)
    if _HTML.search(text):
        return f"<div>{text}</div>"
    lines = (inline_text(line) for line in _PARTS.split(text))
    return "".join(f"<p>{line}</p>" for line in lines if line.strip())


def inline_text(text: str) -> str:
    """A string of one line as HTML: as it is where it has elements, else escaped."""
    return text if _INLINE_HTML.search(text) else html.escape(text, quote=False)


def _is_span(value: Any) -> bool:
    """Whether a value is a piece of a line."""
    if not isinstance(value, Mapping):
        return False
    kind, parts = kind_of(value), by_key(value)
    if kind:
        text = parts.get("text", parts.get("value", parts.get("content", _NONE)))[1]
        is_line = not (isinstance(text, str) and (_HTML.search(text) or len(text) > 400))
        return bool(_SPAN.search(kind)) and not _PARAGRAPH.search(kind) and is_line and not (
            # a block of text that says `text` of itself has nothing beside it but its name
            kind == "text" and "content" in parts
        )  # fmt: skip
    return isinstance(value.get("text"), str) and not _HTML.search(value["text"])


def _is_block(value: Any) -> bool:
    if isinstance(value, str):
        return bool(_HTML.search(value)) or len(value) > 400
    return isinstance(value, Mapping) and not _is_span(value)


def _element(value: list[Any]) -> str:
    """The tag of a React element as it is sent, `["$", tag, key, props]`; "" where it is none."""
    if len(value) >= 4 and value[0] == "$" and isinstance(value[1], str):
        tag = value[1].lower()
        return tag if tag in _ELEMENTS else "div"
    return ""


def _figure(node: Node) -> str:
    address = picture_at(node)
    if not address:
        return ""
    parts = by_key(node)
    caption = next((t for k in ("caption", "captiontext", "title", "description")
                    if k in parts and (t := text_at(parts[k][1]))), "")  # fmt: skip
    alt = next((t for k in ("alt", "alttext") if k in parts and (t := text_at(parts[k][1]))), "")
    shown = f"<figcaption>{html.escape(caption)}</figcaption>" if caption else ""
    return f'<figure><img src="{html.escape(address)}" alt="{html.escape(alt)}">{shown}</figure>'


def _link_address(parts: Mapping[str, tuple[str, Any]]) -> str:
    for key in ("href", "url", "uri", "data", "attrs", "attributes"):
        value = parts.get(key, _NONE)[1]
        if isinstance(value, Mapping):
            value = by_key(value).get(
                "href", by_key(value).get("uri", by_key(value).get("url", _NONE))
            )[1]
        if isinstance(value, str) and value.startswith(("http://", "https://", "/")):
            return value
    return ""


def _level(found: re.Match[str], parts: Mapping[str, tuple[str, Any]]) -> int:
    told = found[1] or found[2] or parts.get("level", ("", 2))[1]
    return min(6, max(2, int(told))) if str(told).isdecimal() else 2


def _flat(inner: str) -> str:
    return re.sub(r"</?(?:p|div)>", " ", inner)
