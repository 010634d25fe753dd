"""Numbers, as people read and type them."""

from __future__ import annotations


def counted(number: int, thing: str, things: str | None = None) -> str:
    """A number of things.

    >>> counted(1, "story", "stories"), counted(2_000, "run")
    ('1 story', '2,000 runs')
    """
    return f"{number:,} {thing if number == 1 else things or f'{thing}s'}"


_MOST = 2**63 - 1
"""SQLite's greatest integer."""


def number_typed(word: str, least: int = 1, most: int = _MOST) -> int | None:
    """The number that a word is, in plain digits; None where it is none from least to most.

    >>> number_typed("20"), number_typed("²"), number_typed("9" * 5_000)
    (20, None, None)
    """
    if not word.isascii() or not word.isdigit() or len(word) > len(str(_MOST)):
        return None
    return int(word) if least <= int(word) <= most else None
