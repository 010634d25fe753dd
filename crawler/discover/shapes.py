"""What addresses of one kind have in common, so that some teach us about the rest."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import unquote, urlsplit

_DIGITS = re.compile(r"\d+")
_LETTERS = re.compile(r"[^\W\d_]+")
_EXTENSION = re.compile(r"\.[A-Za-z]{2,5}$")
# A headline as a slug has so many words, or so many letters in scripts that keep none apart.
_HEADLINE_WORDS = 3
_HEADLINE_LETTERS = 25
_MAX_SEGMENTS = 8


@lru_cache(maxsize=4_096)
def shape(url: str) -> str:
    """The kind of an address: its path with numbers as N, headlines as S, other words as W, and the
    names of its parameters. The first segment stays as it is if it is a short word: it names a part
    of the site.

    >>> shape("https://a.example/news/2024/05/31/mill-wheel-turns-again.html")
    '/news/N/N/N/S.html'
    >>> shape("https://a.example/tag/politics/page/3/"), shape("https://a.example/?p=12")
    ('/tag/W/page/N/', '/?p=')
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    segments = [s for s in unquote(parts.path).split("/") if s]
    kinds = [_kind(s, first=at == 0) for at, s in enumerate(segments[:_MAX_SEGMENTS])]
    if len(segments) > _MAX_SEGMENTS:
        kinds.append("…")
    path = "/" + "/".join(kinds) + ("/" if segments and parts.path.endswith("/") else "")
    names = sorted({part.partition("=")[0].lower()[:20] for part in parts.query.split("&") if part})
    return path + ("?" + "&".join(f"{name}=" for name in names[:6]) if names else "")


@lru_cache(maxsize=4_096)
def coarse(kind: str) -> str:
    """A shape without the name of the site's part: what its parts have in common.

    >>> coarse("/news/N/S/"), coarse("/news/")
    ('/*/N/S/', '/*/')
    """
    head, _, rest = kind.removeprefix("/").partition("/")
    return f"/*/{rest}" if head and "?" not in head and head not in ("N", "S", "W") else kind


def _kind(segment: str, *, first: bool) -> str:
    extension = _EXTENSION.search(segment)
    ending = extension[0].lower() if extension and not segment.startswith(".") else ""
    stem = segment[: len(segment) - len(ending)] if ending else segment
    words = _LETTERS.findall(stem)
    letters = sum(map(len, words))
    if len(words) >= _HEADLINE_WORDS or letters >= _HEADLINE_LETTERS:
        return "S" + ending
    if not letters or _DIGITS.sub("", stem).strip("-_.,") == "":
        return "N" + ending
    if (first or stem in ("page", "seite", "pagina", "p")) and len(stem) <= 20:
        return _DIGITS.sub("N", stem.lower()) + ending
    return ("WN" if _DIGITS.search(stem) else "W") + ending
