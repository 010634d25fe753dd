"""What addresses of one kind have in common, so that some teach us about the rest."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from crawler.urls.segments import PAGES

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
    of the site. A mirror's file that is named after an address with a query is taken for that.

    >>> shape("https://a.example/news/2024/05/31/mill-wheel-turns-again.html")
    '/news/N/N/N/S.html'
    >>> shape("https://a.example/tag/politics/page/3/"), shape("https://a.example/?p=12")
    ('/tag/W/page/N/', '/?p=')
    >>> shape("https://a.example/?article12"), shape("https://a.example/x.php%3Fid=12.html")
    ('/?articleN', '/x.php?id=')
    """
    try:
        path, query = path_and_query(url)
    except ValueError:
        return ""
    segments = [s for s in path.split("/") if s]
    kinds = [_kind(s, first=at == 0) for at, s in enumerate(segments[:_MAX_SEGMENTS])]
    if len(segments) > _MAX_SEGMENTS:
        kinds.append("…")
    end = "/" if segments and path.endswith("/") else ""
    names = sorted({_parameter(part) for part in query.split("&") if part})
    return f"/{'/'.join(kinds)}{end}" + (f"?{'&'.join(names[:6])}" if names else "")


def path_and_query(url: str) -> tuple[str, str]:
    """An address's path, percent-decoded, and query; of a mirror's file `x.php%3Fid=12.html` those
    of the address that it is named after. Raises ValueError.

    >>> path_and_query("https://a.example/m/x.php%3Fid=12&amp;page=2.html")
    ('/m/x.php', 'id=12&page=2.html')
    """
    parts = urlsplit(url)
    path, _, named = unquote(parts.path).partition("?")
    query = "&".join(filter(None, (named, parts.query)))
    return path, query.replace("&amp;", "&")


def _parameter(part: str) -> str:
    """What a piece of a query is called: its name, or all of it where it has none."""
    name, equals, _ = part.partition("=")
    return _DIGITS.sub("N", name.lower())[:20] + equals


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
    if (first or stem in PAGES) and len(stem) <= 20:
        return _DIGITS.sub("N", stem.lower()) + ending
    return ("WN" if _DIGITS.search(stem) else "W") + ending
