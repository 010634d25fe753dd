"""Addresses as TEI points to them: `anyURI`, and nothing but places that one can go to."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_HOST = re.compile(r"(?:[^\x00-\x20\x7f-\xa0<>\"{}|\\^`%\[\]@:/?#]+|\[[0-9A-Fa-f:.]+\])")
_NOT_WRITTEN = re.compile(
    r"[\x00-\x20\x7f-\xa0<>\"{}|\\^`\[\]\u1680\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000"
    r"\ud800-\udfff\ufdd0-\ufdef\ufeff\ufff0-\uffff]|%(?![0-9A-Fa-f]{2})"
)
"""What no address is written with; all but the last are not seen, or mark where an address ends."""
_MOST = 8_000


def pointer(url: str | None) -> str | None:
    """An address of the web that a reader of XML takes for one, what it must not hold written in
    percent; None for any other, above all for those that run something.

    >>> pointer("https://news.example/a b?x=100%&q=[1]")
    'https://news.example/a%20b?x=100%25&q=%5B1%5D'
    >>> pointer("javascript:alert(1)"), pointer("https://[bad/"), pointer(None)
    (None, None, None)
    """
    if not url or len(url) > _MOST:
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    host = parts.netloc if port is None else parts.netloc.rpartition(":")[0]
    if parts.scheme.lower() not in ("http", "https") or not _HOST.fullmatch(host):
        return None
    path, query = _written(parts.path), _written(parts.query)
    fragment = _written(parts.fragment).replace("#", "%23")
    behind = f"{'?' if query else ''}{query}{'#' if fragment else ''}{fragment}"
    return f"{parts.scheme}://{host}{'' if port is None else f':{port}'}{path}{behind}"


def _written(part: str) -> str:
    return _NOT_WRITTEN.sub(
        lambda match: "".join(f"%{byte:02X}" for byte in match[0].encode("utf-8", "replace")), part
    )
