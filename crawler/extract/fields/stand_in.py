"""Pictures that stand in for a story's own: the site's logo, a default for sharing."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

_STAND_INS = frozenset({
    "logo", "logos", "logotype", "favicon", "placeholder", "default", "fallback", "noimage",
    "noimg", "nophoto", "nopic", "nopicture", "dummy", "blank", "missing", "ogimage", "ogdefault",
    "avatar", "brandmark", "wordmark", "opengraph",
})  # fmt: skip
_BESIDE = frozenset({
    "og", "image", "images", "img", "pic", "picture", "photo", "share", "sharing", "social",
    "facebook", "fb", "twitter", "card", "preview", "thumb", "thumbnail", "thumbs", "large",
    "small", "medium", "big", "wide", "square", "site", "web", "website", "header", "brand",
    "black",
    "white", "dark", "light", "color", "colour", "rgb", "new", "main", "full", "cover", "article",
    "post", "news", "story", "the", "no", "not", "available", "found", "icon", "meta", "seo", "hd",
    "high", "res", "final", "copy", "transparent", "background", "bg", "for", "with", "and", "v",
    "x", "w", "h", "px",
})  # fmt: skip
"""What else such a file is named by."""
_SAYING = frozenset({"og image", "no image", "no photo", "no picture", "not available", "no img"})
_WORD = re.compile(r"[^\W\d_]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def is_stand_in(picture: str, page: str) -> bool:
    """Whether a picture's file is named as what stands in for a picture, and for nothing else.

    page: the address of the page, for sites put their own name beside it.

    >>> is_stand_in("https://a.example/img/valley-post-logo.png", "https://valleypost.example/x")
    True
    >>> is_stand_in("https://a.example/img/logo-of-the-bakers.png", "https://valleypost.example/x")
    False
    """
    parts = urlsplit(picture)
    stem = unquote(parts.path).rpartition("/")[2].rpartition(".")[0]
    words = [word.lower() for word in _WORD.findall(_CAMEL.sub(" ", stem))]
    named = not _STAND_INS.isdisjoint(words) or " ".join(words[:2]) in _SAYING
    if not named:
        return False
    host = re.sub(r"[^a-z]", "", (urlsplit(page).hostname or "").lower())
    return all(word in _STAND_INS or word in _BESIDE or word in host for word in words)
