"""All words of a page, of the story or not, to look up whether a text stands on it."""

from __future__ import annotations

import re
from html import unescape

from lxml import etree

from crawler.extract.page.document import Document

_UNSHOWN = frozenset({"script", "style", "noscript", "template", "head", "svg", "iframe"})
_INLINE = frozenset({
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "del", "dfn", "em", "font",
    "i", "ins", "kbd", "mark", "q", "rp", "rt", "ruby", "s", "samp", "small", "span", "strike",
    "strong", "sub", "sup", "time", "tt", "u", "var", "wbr",
})  # fmt: skip
"""Elements that part no words."""
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")


def shown_text(doc: Document) -> str:
    """What a page shows its readers, hidden or not, elements that are no part of a line apart by
    line feeds."""
    found: list[str] = []
    hidden = None
    for event, element in etree.iterwalk(doc.root, events=("start", "end", "comment", "pi")):
        if event in ("comment", "pi"):
            if hidden is None:
                found.append(element.tail or "")
            continue
        if hidden is not None:
            if event == "end" and element is hidden:
                hidden = None
                found.append(element.tail or "")
            continue
        if event == "start" and element.tag in _UNSHOWN:
            hidden = element
            continue
        if element.tag not in _INLINE:
            found.append("\n")
        found.append((element.text if event == "start" else element.tail) or "")
    return "".join(found)


def told_text(doc: Document) -> str:
    """What a page tells machines alone: its title, `meta` elements and JSON-LD."""
    found = [element.text or "" for element in doc.tags["title"]]
    found += [element.get("content", "") for element in doc.tags["meta"]]
    found += [
        _ESCAPED.sub(lambda code: chr(int(code[1], 16)), unescape(element.text or ""))
        for element in doc.tags["script"]
        if "ld+json" in element.get("type", "").lower()
    ]
    return "\n".join(found)
