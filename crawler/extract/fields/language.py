"""The language of a story as a BCP 47 tag: what the page says, unless its text says otherwise."""

from __future__ import annotations

import re

from crawler.extract.language import contradicts, detect
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


_THREE_LETTERS = {
    "eng": "en", "deu": "de", "ger": "de", "fra": "fr", "fre": "fr", "spa": "es", "ita": "it",
    "por": "pt", "nld": "nl", "dut": "nl", "rus": "ru", "ukr": "uk", "pol": "pl", "ces": "cs",
    "cze": "cs", "swe": "sv", "nor": "no", "nob": "nb", "nno": "nn", "dan": "da", "fin": "fi",
    "hun": "hu", "ron": "ro", "rum": "ro", "ell": "el", "gre": "el", "tur": "tr", "ara": "ar",
    "heb": "he", "hin": "hi", "ben": "bn", "urd": "ur", "fas": "fa", "per": "fa", "zho": "zh",
    "chi": "zh", "jpn": "ja", "kor": "ko", "vie": "vi", "tha": "th", "ind": "id", "tgl": "fil",
}  # fmt: skip
"""ISO 639-2, where BCP 47 has two letters."""
_NO_LANGUAGES = frozenset({"und", "mul", "zxx", "utf", "iso", "htm", "xml", "www", "img"})


def language(doc: Document, data: Structured, text: str = "") -> Claim | None:
    """The first claim that is a language tag: <html lang>, JSON-LD, meta elements.

    The claim's text is the normalised tag. text: the story's. Where nothing is said, or the text is
    for certain in another language, it is the text's.
    """
    said = _said(doc, data)
    if said is not None and not (text and contradicts(text, said.text)):
        return said
    found = detect(text) if text else None
    return said if found is None else Claim(found.language, "html:text")


def _said(doc: Document, data: Structured) -> Claim | None:
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
    if name in _NO_LANGUAGES:
        return None
    parts = [_WRONG.get(name) or _THREE_LETTERS.get(name, name)]
    if match[2]:
        parts.append(match[2].title())
    if match[3]:
        parts.append(match[3].upper())
    return "-".join(parts)
