"""What a style sheet needs: other sheets that it imports, pictures, fonts (CSS Syntax Level 3)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

import tinycss2
from tinycss2.bytes import decode_stylesheet_bytes
from webencodings import lookup

from crawler.urls import absolute

_MOST = 300
"""Addresses of one sheet."""
_LONGEST = 1_000_000
"""Bytes of a sheet that are read."""
_DEEPEST = 200
"""How deeply blocks may be nested: what is deeper is no sheet of anybody's, and takes seconds."""
_BRACKET = re.compile(r"[(\[{]|[)\]}]")
_IN_STRINGS = frozenset({"url", "src", "image-set", "-webkit-image-set"})
"""Functions whose strings are addresses (CSS Images Level 4, 2.4; CSS Values Level 4, 4.5)."""


def is_style_sheet(content_type: str, url: str) -> bool:
    """Whether an answer is to be read as a style sheet: by its type, or by its address where the
    server knows no type. content_type: the HTTP header's value."""
    media_type = content_type.partition(";")[0].strip().lower()
    unsaid = media_type in ("", "text/plain", "application/octet-stream", "binary/octet-stream")
    return media_type == "text/css" or (unsaid and urlsplit(url).path.lower().endswith(".css"))


def style_needs(sheet: bytes, url: str, content_type: str = "") -> tuple[str, ...]:
    """Addresses that a sheet names, absolute and normalised, each once, in its order.

    sheet: as decoded from its content coding. url: the address that answered. content_type: the
    HTTP header's value. Raises nothing.

    >>> style_needs(b'@import "a.css"; p { background: url(b.png) }', "https://a.example/s/x.css")
    ('https://a.example/s/a.css', 'https://a.example/s/b.png')
    """
    charset = content_type.lower().partition("charset=")[2].partition(";")[0].strip("\"' ")
    known = charset if charset and lookup(charset) is not None else None
    text, _ = decode_stylesheet_bytes(sheet[:_LONGEST], known)
    return tuple(named_in(text, url))


def named_in(css: str, base: str) -> list[str]:
    """The same of a sheet, or of declarations, as text. base: what addresses in it are relative
    to."""
    found = (absolute(base, each) for each in _references(_bounded(css[:_LONGEST])))
    return list(islice(dict.fromkeys(filter(None, found)), _MOST))


def _bounded(css: str) -> str:
    """A sheet up to where its brackets are nested too deeply, those in its strings among them."""
    depth = 0
    for found in _BRACKET.finditer(css):
        depth = depth + 1 if found[0] in "([{" else max(0, depth - 1)
        if depth > _DEEPEST:
            return css[: found.start()]
    return css


def _references(css: str) -> Iterator[str]:
    """Addresses as they are written."""
    levels: list[Iterator[Any]] = [_with_imports(tinycss2.parse_component_value_list(css))]
    while levels:
        node = next(levels[-1], None)
        if node is None:
            levels.pop()
        elif isinstance(node, str):
            yield node
        elif node.type == "url":
            yield node.value
        elif node.type == "function":
            levels.append(iter(_arguments(node)))
        elif node.type in ("{} block", "() block", "[] block"):
            levels.append(_with_imports(node.content))


def _with_imports(nodes: Sequence[Any]) -> Iterator[Any]:
    """Nodes of one level: the string behind an @import as an address, what @namespace names left
    out, and of the files of one font those in WOFF 2 alone, where there are some: every browser
    that pages are shown in again has it."""
    rule = ""
    for node in nodes:
        if node.type == "at-keyword":
            rule = node.lower_value
        elif rule == "namespace":
            rule = "" if node == ";" else rule
        elif rule == "import" and node.type == "string":
            yield node.value
            rule = ""
        elif rule == "font-face" and node.type == "{} block":
            yield from _of_font(node.content)
            rule = ""
        else:
            if node == ";" or node.type == "{} block":
                rule = ""
            yield node


def _of_font(nodes: Sequence[Any]) -> list[str]:
    named = [
        each
        for node in nodes
        for each in ([node] if node.type == "url" else _arguments(node))
        if node.type in ("url", "function")
    ]
    urls = [each if isinstance(each, str) else each.value for each in named
            if isinstance(each, str) or each.type == "url"]  # fmt: skip
    newest = [url for url in urls if _path(url).endswith(".woff2")]
    return newest or urls


def _arguments(node: Any) -> Sequence[Any]:
    """What stands in a function; of one whose strings are addresses, these as such."""
    if node.type != "function":
        return ()
    if node.lower_name not in _IN_STRINGS:
        return list(node.arguments)
    return [each.value if each.type == "string" else each for each in node.arguments]


def _path(url: str) -> str:
    """The path of an address as it is written, in lower case; "" where it cannot be split."""
    try:
        return urlsplit(url).path.lower()
    except ValueError:
        return ""
