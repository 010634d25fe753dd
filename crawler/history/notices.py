"""What a page in a story's place says by its words: that one is to log in, to come back later, that
nothing is there, or that the story was taken down.

Words alone decide nothing here. They name what is known not to be the story by what it lacks
(`judge`).
"""

from __future__ import annotations

import re
from typing import Literal

from crawler.extract.language import pattern

Notice = Literal["wall", "outage", "soft 404", "taken down"]

_MOST = 4_000
"""Characters that are looked at: a notice is short."""
_FEW, _SHORT = 2, 250
"""Words that a wall or an outage has at least, in a text of more characters than that: any prose
may hold one of them."""

_KINDS: tuple[tuple[Notice, str], ...] = (
    ("soft 404", "<notices.not_found>"),
    ("taken down", "<notices.taken_down>"),
    ("outage", "<notices.outage>"),
    ("wall", "<notices.wall>"),
)


def notice(text: str, *, in_prose: bool = False) -> Notice | None:
    """What a short page says that stands where a story was; None if none of that.

    in_prose: whether the text may be a newspaper's own, which can hold one such word by chance:
    then a longer one must have two that say so of a wall or an outage.

    >>> notice("We are sorry. The page you asked for could not be found.")
    'soft 404'
    >>> notice("Dieser Artikel wurde aus rechtlichen Gründen entfernt.")
    'taken down'
    >>> notice("Bitte melden Sie sich an, um weiterzulesen. Anmelden"), notice("Sobota")
    ('wall', None)
    """
    text = text[:_MOST]
    found: dict[Notice, int] = {
        kind: len({match.casefold() for match in _all(form, text)}) for kind, form in _KINDS
    }
    if found["soft 404"] or found["taken down"]:
        return "taken down" if found["taken down"] >= found["soft 404"] else "soft 404"
    if max(found["wall"], found["outage"]) >= (_FEW if in_prose and len(text) > _SHORT else 1):
        return "wall" if found["wall"] > found["outage"] else "outage"
    return None


def _all(form: str, text: str) -> list[str]:
    found = pattern(form, re.IGNORECASE | re.DOTALL).finditer(text)
    return [match.group() for match in found]
