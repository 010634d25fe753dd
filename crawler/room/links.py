"""Addresses and text of strangers, as a page of ours may show them."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from crawler.text import shown

_UNSEEN = re.compile(r"[\s\x00-\x20\x7f-\xa0\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff\\]")


def safe_address(url: str | None) -> str | None:
    """An address that may be linked to: http or https, with a host, and nothing in it that is not
    seen; None for any other. Raises nothing.

    >>> safe_address("https://news.example/a"), safe_address("javascript:alert(1)")
    ('https://news.example/a', None)
    >>> safe_address("https://news.example/a\\u202eb"), safe_address("//news.example/")
    (None, None)
    """
    if not url or _UNSEEN.search(url):
        return None
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or not host:
        return None
    return None if parts.username is not None or parts.password is not None else url


def plain(text: object) -> str:
    """A text that steers nothing around it: what would turn the direction of a line, or is a
    control character, is written as an escape. Escaping for HTML comes after it."""
    return shown(str(text))


_RTL = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "iw", "ks", "ku", "ps", "sd", "ug", "ur",
                  "yi"})  # fmt: skip
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def language_tag(language: str | None) -> str:
    """A language as a `lang` attribute may have it; "" where it is none."""
    return language if language and _LANGUAGE.fullmatch(language) else ""


def direction(language: str | None) -> str:
    """How a text in a language runs: `rtl`, `ltr`, or as its first strong letter says.

    >>> direction("fa-IR"), direction("de"), direction(None), direction("az-Arab")
    ('rtl', 'ltr', 'auto', 'rtl')
    """
    tag = language_tag(language).lower()
    if not tag:
        return "auto"
    parts = tag.split("-")
    if {"arab", "hebr", "thaa", "syrc", "nkoo", "adlm"} & set(parts[1:]):
        return "rtl"
    if "latn" in parts[1:] or "cyrl" in parts[1:]:
        return "ltr"
    return "rtl" if parts[0] in _RTL else "ltr"
