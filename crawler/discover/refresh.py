"""Pages that are no more than a way to another one: the reader's browser is sent on at once.

The `Refresh` header and `<meta http-equiv=refresh>` (HTML Living Standard, 4.2.5.3 and 7.5.1).
"""

from __future__ import annotations

import re
from html import unescape

from crawler.text import count_words
from crawler.urls import absolute, normalise

_LOOK = 32_768
"""Bytes; a page that only sends on is shorter."""
_LONGEST_WAIT = 10
"""Seconds. A page that its reader is to read first sends on later."""
_MOST_WORDS = 60
"""Of such a page: "You are being sent on. Click here if …"."""
_UNSEEN = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style|noscript|template|title)\b.*?(?:</\1\s*>|\Z)",
    re.DOTALL | re.IGNORECASE,
)
_META = re.compile(r"<meta\b([^>]*)>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_TAG = re.compile(r"<[^>]*>")
_WORTH = re.compile(
    r"""\s*(\d{1,9})(?:\.\d*)?\s*[;,\s]\s*(?:url\s*=\s*)?["']?\s*([^"'\s]+)""", re.IGNORECASE
)


def sends_on(body: bytes, header: str | None, url: str) -> str | None:
    """The address that a page sends its reader on to without anything to read; None if it does not.

    body: without content coding; only of an HTML page. header: the value of `Refresh`, if it was
    sent. url: the page's own address. A page that only loads itself again, be it with another query
    (bot checks do), sends nobody on.

    >>> sends_on(b'<meta content="0;url=/b" http-equiv=refresh>', None, "https://a.example/a")
    'https://a.example/b'
    """
    if header is None and b"efresh" not in body[:_LOOK] and b"EFRESH" not in body[:_LOOK]:
        return None
    text = _UNSEEN.sub(" ", body[:_LOOK].decode("utf-8", "replace"))
    found = _target(header or "", url)
    for meta in _META.finditer(text):
        if found is not None:
            break
        told = {name.lower(): a or b or c for name, a, b, c in _ATTRIBUTE.findall(meta[1])}
        if told.get("http-equiv", "").strip().lower() == "refresh":
            found = _target(unescape(told.get("content", "")), url)
    if found is None or len(body) > _LOOK or count_words(_TAG.sub(" ", text)) > _MOST_WORDS:
        return None
    return found


def _target(worth: str, url: str) -> str | None:
    told = _WORTH.match(worth[:3_000])
    if told is None or int(told[1]) > _LONGEST_WAIT:
        return None
    target = absolute(url, told[2])
    own = normalise(url) or url
    return None if target is None or target.partition("?")[0] == own.partition("?")[0] else target
