"""Numbers of things, in words."""

from __future__ import annotations


def counted(number: int, thing: str, things: str | None = None) -> str:
    """A number of things.

    >>> counted(1, "story", "stories"), counted(2_000, "run")
    ('1 story', '2,000 runs')
    """
    return f"{number:,} {thing if number == 1 else things or f'{thing}s'}"
