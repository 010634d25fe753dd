"""Patterns of paths, as robots.txt and tdmrep.json write them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

MAX_RULES = 500
MAX_LENGTH = 500
"""Of one file, and characters of a pattern: what is beyond is passed over, for each page is held
against all of them."""
_ASCII = "".join(map(chr, range(0x21, 0x7F)))
_ESCAPE = re.compile("%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


@dataclass(frozen=True, slots=True)
class Pattern:
    """A path with `*` for anything and `$` for the end (RFC 9309, 2.2.3); a prefix without."""

    pieces: tuple[str, ...]
    """What stands between the asterisks, spelled as `path_of` spells."""
    is_whole: bool
    """Whether the path ends where the pattern does."""
    length: int
    """In octets: of two that match, the longer is the more specific one (RFC 9309, 2.2.2)."""

    @classmethod
    def of(cls, text: str) -> Pattern:
        """A pattern as written."""
        is_whole = text.endswith("$")
        spelled = _spelled(text[:-1] if is_whole else text).replace("$", "%24")
        return cls(tuple(spelled.split("*")), is_whole, len(spelled) + is_whole)

    def matches(self, path: str) -> bool:
        """Whether a path, as `path_of` gives it, is one of those meant. In linear time, whatever
        the pattern is."""
        first, *rest = self.pieces
        if not path.startswith(first):
            return False
        if not rest:
            return not self.is_whole or len(path) == len(first)
        position = len(first)
        last = rest.pop() if self.is_whole else ""
        for piece in rest:
            position = path.find(piece, position)
            if position < 0:
                return False
            position += len(piece)
        return len(path) - len(last) >= position and path.endswith(last)


def path_of(url: str) -> str:
    """What patterns are held against: the path of an address with its query, with an escape for
    each letter that means something in a pattern (RFC 9309, 2.2.3).

    >>> path_of("https://a.example/%7Ea/%c3%a9?b=1#c"), path_of("https://a.example")
    ('/~a/%C3%A9?b=1', '/')
    """
    parts = urlsplit(url)
    path = _spelled((parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
    return path.replace("*", "%2A").replace("$", "%24")


def _spelled(path: str) -> str:
    """A path in one spelling of what may be escaped or not (RFC 9309, 2.2.2)."""
    return _ESCAPE.sub(_unescaped, quote(path, safe=_ASCII, errors="replace"))


def _unescaped(escape: re.Match[str]) -> str:
    letter = chr(int(escape[1], 16))
    return letter if letter in _UNRESERVED else escape[0].upper()
