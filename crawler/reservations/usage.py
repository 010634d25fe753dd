"""Preferences on use: `Content-Usage` and `Content-Signal`, as a header or a line of robots.txt.

Sources: draft-ietf-aipref-vocab and draft-ietf-aipref-attach (IETF working group AI Preferences):
a dictionary of structured fields (RFC 9651, 3.2) whose values are the tokens y and n; Content
Signals Policy (contentsignals.org): the same with yes and no.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from crawler.reservations.reservation import Reservation, ReservedIn

USAGE, SIGNAL = "Content-Usage", "Content-Signal"
_LONGEST = 1_000
"""Characters of a dictionary: a longer one is none."""
_LABELS = {
    USAGE: {each: each for each in (
        "train-ai", "ai-use", "search",
        # of earlier drafts
        "bots", "tdm", "ai", "genai", "train-genai", "ai-output",
    )},
    SIGNAL: {"ai-train": "train-ai", "ai-input": "ai-input", "search": "search"},
}  # fmt: skip
"""Label → our term. A label that is not known says nothing (vocab, "Syntax Extensions")."""
PURPOSES = frozenset(term for labels in _LABELS.values() for term in labels.values())
_VALUES = {USAGE: {"y": False, "n": True}, SIGNAL: {"yes": False, "no": True}}
"""Token → whether it reserves."""

_KEY = r"[a-z*][a-z0-9_.*-]*"
_BARE = (
    r'(?:%?"(?:[ !#-\[\]-~]|\\["\\])*"|[A-Za-z*][!#$%&\'*+.^_`|~0-9A-Za-z:/-]*'
    r"|@?-?[0-9]{1,15}(?:\.[0-9]{1,3})?|:[A-Za-z0-9+/=]*:|\?[01])"
)
_PARAMETERS = rf"(?:; *{_KEY}(?:={_BARE})?)*"
_ITEM = rf"{_BARE}{_PARAMETERS}"
_LIST = rf"\( *(?:{_ITEM}(?: +{_ITEM})*)? *\){_PARAMETERS}"
_MEMBER = re.compile(rf"({_KEY})(?:=(?:({_BARE}){_PARAMETERS}|{_LIST})|{_PARAMETERS})")
_NEXT = re.compile(r"[ \t]*,[ \t]*")


def usage(
    value: str, source: ReservedIn, name: str, at: str | None = None
) -> Iterator[Reservation]:
    """What a dictionary allows and disallows; nothing at all where it is none by the grammar.

    name: USAGE or SIGNAL.

    >>> [str(each) for each in usage("train-ai=n, search=y", "header", USAGE)]
    ['train-ai: n, by header Content-Usage', 'search: y, by header Content-Usage']
    """
    labels, values = _LABELS[name], _VALUES[name]
    for key, token in _dictionary(value).items():
        if key in labels and token in values:
            yield Reservation(labels[key], token, values[token], source, name, at)


def _dictionary(value: str) -> dict[str, str | None]:
    """RFC 9651, 4.2.2: key → its bare item as written, of keys that repeat the last; empty where
    parsing fails."""
    found: dict[str, str | None] = {}
    text, position = value.strip(" \t"), 0
    while text and len(text) <= _LONGEST:
        member = _MEMBER.match(text, position)
        if member is None:
            return {}
        found[member[1]] = member[2]
        if member.end() == len(text):
            return found
        comma = _NEXT.match(text, member.end())
        if comma is None or comma.end() == len(text):
            return {}
        position = comma.end()
    return {}
