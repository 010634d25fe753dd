"""What a page reserves in its own markup: that it is not to be archived, mined or trained on."""

from __future__ import annotations

import re

from crawler.extract.page.structured import Structured

_ROBOTS = ("robots", "hemeroteca", "googlebot", "googlebot-news", "bingbot")
_RESERVING = re.compile(
    r"\b(?:none|noarchive|nocache|noindex|nosnippet|noai|noimageai|unavailable_after)\b",
    re.IGNORECASE,
)
_TDM = ("tdm-reservation", "tdm-policy")


def reservations(data: Structured) -> tuple[str, ...]:
    """Meta elements that reserve rights, as `meta name: content`.

    The robots meta element (HTML Living Standard, 4.2.5.3) and the TDM Reservation Protocol (W3C
    community group report, 2024).
    """
    found = [
        f"meta {name}: {text[:500]}"
        for name in _ROBOTS
        for text in data.meta.get(name, ())
        if _RESERVING.search(text)
    ]
    found += [f"meta {name}: {text[:500]}" for name in _TDM for text in data.meta.get(name, ())]
    return tuple(dict.fromkeys(found))
