"""Directives for robots that limit what is made of a page: `X-Robots-Tag` and the robots meta
element.

Sources: Google Search Central, "Robots meta tag, data-nosnippet, and X-Robots-Tag specifications"
(noindex, nosnippet, max-snippet …, unavailable_after, names of robots in front); HTML Living
Standard, 4.2.5.3 (meta name=robots); Bing Webmaster Guidelines (nocache); noai and noimageai, as
DeviantArt introduced them in 2022; noml, as Mojeek did.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from crawler.reservations.reservation import Reservation, ReservedIn

ROBOTS = (
    "robots", "hemeroteca", "googlebot", "googlebot-news", "google-extended", "bingbot", "msnbot",
    "applebot", "ccbot", "gptbot", "slurp", "yandex", "duckduckbot",
)  # fmt: skip
"""Names of meta elements that hold directives: of all robots, of ours, and of well-known others."""
_PLAIN = frozenset({
    "noindex", "noarchive", "nocache", "nosnippet", "noimageindex", "noai", "noimageai", "noml",
})  # fmt: skip
_LIMITS = frozenset({"max-snippet", "max-image-preview", "max-video-preview"})
_UNLIMITED = frozenset({"-1", "large"})
_UNTIL = "unavailable_after"
DIRECTIVES = _PLAIN | _LIMITS | {_UNTIL}
_PARTS = 50
_AGENT = re.compile(r"[a-z][a-z_-]{0,39}")
_WEEKDAY = re.compile(r"[a-z]{3,9}", re.IGNORECASE)


def directives(
    value: str, source: ReservedIn, name: str, agent: str | None = None
) -> Iterator[Reservation]:
    """The directives of a header or meta element that limit something; those that grant what is
    free anyhow (`index`, `max-snippet:-1`) are passed over.

    agent: whom the meta element is named after. In a header, `robot: directive` turns to one
    robot, up to the next such name.

    >>> [str(each) for each in directives("noindex, otherbot: noarchive", "header", "X-Robots-Tag")]
    ['noindex, by header X-Robots-Tag', 'noarchive (for otherbot), by header X-Robots-Tag']
    """
    for word, said, whom in _words(value, agent):
        if word in _PLAIN:
            yield Reservation(word, None, True, source, name, agent=whom)
        elif word == "none":  # the same as "noindex, nofollow"
            yield Reservation("noindex", None, True, source, name, agent=whom)
        elif said and (word == _UNTIL or (word in _LIMITS and said.lower() not in _UNLIMITED)):
            yield Reservation(word, said[:100], True, source, name, agent=whom)


def _words(value: str, agent: str | None) -> Iterator[tuple[str, str, str | None]]:
    """Each directive with its value, which may be empty, and the robot it is for."""
    parts = value.split(",", _PARTS)[:_PARTS]
    while parts:
        part = parts.pop(0).strip()
        word, colon, said = (each.strip() for each in part.partition(":"))
        word = word.lower()
        if colon and word not in _LIMITS and word != _UNTIL and _AGENT.fullmatch(word):
            agent = word
            parts.insert(0, said)
            continue
        if colon:
            if word == _UNTIL and parts and _WEEKDAY.fullmatch(said):  # "Wed, 1 Jul 2026 …"
                said = f"{said}, {parts.pop(0).strip()}"
            yield word, said, agent
            continue
        for each in word.split():  # many write spaces for commas
            yield each, "", agent
