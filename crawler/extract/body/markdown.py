"""CommonMark's special characters (CommonMark 0.31.2, 2.4)."""

from __future__ import annotations

_SPECIAL = str.maketrans({mark: f"\\{mark}" for mark in "\\`*_[]<>"})


def escaped(text: str) -> str:
    """Text that CommonMark shows as it is, wherever it stands in a line.

    >>> print(escaped("2 * 3 [sic]"))
    2 \\* 3 \\[sic\\]
    """
    # Looking for each is a tenth of the work of a pattern, and most texts have none.
    for mark in "*_[]<>`\\":
        if mark in text:
            return text.translate(_SPECIAL)
    return text


def target(url: str) -> str:
    """An address as the target of a link: it must not hold the bracket that ends it."""
    return url.replace("(", "%28").replace(")", "%29")
