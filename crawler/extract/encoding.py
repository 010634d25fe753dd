"""From a page's bytes to text.

Order of the WHATWG Encoding standard (BOM, HTTP header, meta), but for one thing: bytes that are
valid UTF-8 beyond ASCII are UTF-8 whatever is claimed, for text in another encoding is valid UTF-8
practically never, and wrong claims are common.
"""

from __future__ import annotations

import codecs
from contextlib import suppress

from w3lib.encoding import (
    html_body_declared_encoding,
    http_content_type_encoding,
    read_bom,
    resolve_encoding,
)


def utf8(html: bytes, content_type: str | None = None) -> bytes:
    """The same as `decode`, in UTF-8: the page's own bytes where they are that already.

    Raises nothing: what UTF-8 cannot hold (half of a surrogate pair) becomes a question mark.
    """
    if read_bom(html)[0] is None:
        with suppress(UnicodeDecodeError):
            html.decode("utf-8")
            return html
    return decode(html, content_type).encode("utf-8", errors="replace")


def decode(html: bytes, content_type: str | None = None) -> str:
    """Text of a page.

    html: the page's bytes. content_type: value of the HTTP header, or None.
    Raises nothing: bytes that the encoding does not have become U+FFFD.

    >>> decode("Köln".encode(), "text/html; charset=iso-8859-1")
    'Köln'
    >>> decode("<meta charset=utf-8>Köln".encode("cp1252"))
    '<meta charset=utf-8>Köln'
    """
    encoding, bom = read_bom(html)
    if encoding is not None and bom is not None:
        return html[len(bom) :].decode(encoding, errors="replace")
    try:
        return html.decode("utf-8")
    except UnicodeDecodeError as error:
        last_is_cut = error.end == len(html) and error.start >= len(html) - 3
        if last_is_cut and not html.isascii():
            return html.decode("utf-8", errors="replace")
    claimed = http_content_type_encoding(content_type) or html_body_declared_encoding(html)
    name = resolve_encoding(claimed) if claimed else None
    if name is None or codecs.lookup(name).name == "utf-8":
        return html.decode("utf-8" if _mostly_utf8(html) else "cp1252", errors="replace")
    return html.decode(name, errors="replace")


def _mostly_utf8(html: bytes) -> bool:
    """Whether a page with some bad bytes is UTF-8: a few broken spots in much that is good."""
    text = html.decode("utf-8", errors="replace")
    bad = text.count("\ufffd")
    good = sum(1 for char in text if char > "\x7f" and char != "\ufffd")
    return good > 4 * bad
