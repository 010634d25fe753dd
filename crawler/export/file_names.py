"""Names of files made of what strangers wrote."""

from __future__ import annotations

import hashlib
import re
import unicodedata

_MOST = 100
"""Bytes of a name, ending and all: some file systems for sync and encryption end near 140."""
_DIGEST = 12
"""Hexadecimal digits."""
_DAY = re.compile(r"(\d{4})(-\d\d(-\d\d)?)?", re.ASCII)
# Windows takes them for devices, also with an ending.
_DEVICES = re.compile(r"(con|prn|aux|nul|(com|lpt)[0-9¹²³])(\.|$)")
_NOT_HOST = re.compile(r"[^\w.-]+")


def story_path(host: str, day: str | None, title: str | None, url: str) -> tuple[str, str, str]:
    """Folder, folder and name (without an ending) of a story's file: its newspaper, the year, the
    day with the headline. The same in every export, and of no other story: a digest of the address
    ends it, in small letters, for file systems that take large and small for one.

    >>> story_path("news.example", "2026-01-05", "Mill: the wheel/turns…", "https://news.example/a")
    ('news.example', '2026', '2026-01-05-mill-the-wheel-turns-95bbca1f9b4b')
    """
    found = _DAY.match(day or "")
    year, when = (found[1], found[0]) if found else ("undated", "undated")
    digest = hashlib.sha256(url.encode("utf-8", "replace")).hexdigest()[:_DIGEST]
    room = _MOST - len(when) - _DIGEST - len("--.md")
    return _folder(host), year, "-".join(filter(None, [when, slug(title or "", room), digest]))


def slug(text: str, most: int) -> str:
    """The letters and digits of a text, in small letters, with hyphens between its words; at most
    so many bytes, whole words where that is possible.

    >>> slug("..\\u202eÉté / CON?", 40), slug("one two three", 9)
    ('été-con', 'one-two')
    """
    small = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", text[: 4 * most]).lower())
    kept = "".join(c if unicodedata.category(c)[0] in "LNM" else "-" for c in small)
    made = re.sub("-+", "-", kept).strip("-")
    if len(made.encode()) <= most:
        return made
    cut = made.encode()[: most + 1].decode("utf-8", "ignore")
    whole, _, _ = cut.rpartition("-")
    return whole or made.encode()[:most].decode("utf-8", "ignore")


def _folder(host: str) -> str:
    name = (
        _NOT_HOST.sub("-", host.lower()).encode()[: _MOST - 1].decode("utf-8", "ignore").strip(".-")
    )
    return f"_{name}" if not name or _DEVICES.match(name) else name
