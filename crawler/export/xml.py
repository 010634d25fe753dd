"""XML written piece by piece: escaped, well-formed, with nothing in it that XML cannot write."""

from __future__ import annotations

import re
from collections.abc import Mapping

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 has no way to write (2.2 of the recommendation)."""
_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": " "})
_VALUE = str.maketrans({
    "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": " ", "\n": " ", "\t": " ",
})  # fmt: skip


def fit(text: str) -> str:
    """A text with the replacement character for what XML cannot write: control characters, halves
    of surrogate pairs.

    >>> fit("a\\x00b")
    'a\ufffdb'
    """
    return _NO_XML.sub("\ufffd", text)


class Xml:
    """A piece of an XML document."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._open: list[str] = []

    def start(self, name: str, attributes: Mapping[str, str | None] | None = None) -> None:
        """Open an element; attributes that are None are left out."""
        self._parts.append(f"<{name}{_attributes(attributes)}>")
        self._open.append(name)

    def end(self, after: str = "") -> None:
        """Close the element that was opened last. after: white space that is nobody's text."""
        self._parts.append(f"</{self._open.pop()}>{after}")

    def text(self, text: str) -> None:
        """Write text into the element that is open."""
        self._parts.append(fit(text).translate(_TEXT))

    def empty(self, name: str, attributes: Mapping[str, str | None] | None = None) -> None:
        """Write an element that holds nothing."""
        self._parts.append(f"<{name}{_attributes(attributes)}/>")

    def line(
        self, name: str, text: str, attributes: Mapping[str, str | None] | None = None
    ) -> None:
        """Write an element that holds text alone, on a line of its own."""
        self.start(name, attributes)
        self.text(text)
        self.end("\n")

    def newline(self) -> None:
        """Begin a line, between elements."""
        self._parts.append("\n")

    def taken(self) -> bytes:
        """What was written since, in UTF-8; it is kept no longer."""
        made = "".join(self._parts).encode()
        self._parts.clear()
        return made


def _attributes(attributes: Mapping[str, str | None] | None) -> str:
    return "".join(
        f' {name}="{fit(value).translate(_VALUE)}"'
        for name, value in (attributes or {}).items()
        if value is not None
    )
