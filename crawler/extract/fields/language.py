"""The language a page says it is in, as a BCP 47 tag."""

from __future__ import annotations

import re

from crawler.extract.page import Document, Structured
from crawler.items import Claim

_TAG = re.compile(
    r"^([a-z]{2,3})(?:[-_]([a-z]{4}))?(?:[-_]([a-z]{2}|\d{3}))?(?:$|[-_.@])", re.IGNORECASE
)
_WRONG = {
    "jp": "ja",
    "cz": "cs",
    "gr": "el",
    "dk": "da",
    "ua": "uk",
    "se": "sv",
    "kr": "ko",
    "cn": "zh",
    "vn": "vi",
}
"""Country codes written for languages; `se` (Northern Sami) too, for a newspaper says Swedish."""


def language(doc: Document, data: Structured) -> Claim | None:
    """The first claim that is a language tag: <html lang>, JSON-LD, meta elements.

    The claim's text is the normalised tag.
    """
    found = [Claim(doc.root.get(name) or "", f"html:{name}") for name in ("lang", "xml:lang")]
    found += [
        claim
        for claim in (
            data.ld("inLanguage"),
            data.first_meta("content-language", "language", "dc.language", "og:locale"),
        )
        if claim is not None
    ]
    for claim in found:
        tag = language_tag(claim.text)
        if tag is not None:
            return Claim(tag, claim.source)
    return None


def language_tag(text: str) -> str | None:
    """A language tag in its usual spelling (RFC 5646, 2.1.1), or None if the text is none.

    >>> [language_tag(text) for text in ("en_us", "zh-hans-cn", "English", "de")]
    ['en-US', 'zh-Hans-CN', None, 'de']
    """
    match = _TAG.match(text.strip())
    if match is None:
        return None
    name = match[1].lower()
    if name in ("und", "mul", "zxx"):
        return None
    parts = [_WRONG.get(name, name)]
    if match[2]:
        parts.append(match[2].title())
    if match[3]:
        parts.append(match[3].upper())
    return "-".join(parts)
