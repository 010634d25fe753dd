"""What a crawl has left out by its own judgement, said for people."""

from __future__ import annotations

from collections.abc import Sequence

from crawler.archive.families import LeftOut
from crawler.bundled import PROGRAM

_SAYS = {
    "l": "named by a sitemap or feed",
    "h": "linked by headlines",
    "w": "linked by a few words",
    "n": "linked by numbers",
    "-": "linked by no text",
}


def describe(family: str) -> str:
    """A family of addresses in words.

    >>> describe("n /news/page/N/")
    '/news/page/N/, linked by numbers'
    """
    says, _, shape = family.partition(" ")
    return f"{shape}, {_SAYS[says]}"


def lines(found: Sequence[LeftOut], most: int = 3) -> list[str]:
    """What was left out, a line a family with three addresses, most of them first."""
    out = []
    several = len({one.site for one in found}) > 1
    for one in found[:most]:
        were = f" ({one.stories:,} of {one.visits:,} such were)" if one.stories else ""
        examples = " ".join(one.examples if several else map(_path, one.examples))
        out.append(f"  {one.count:>6,}  {describe(one.family)}{were}: {examples}")
    if len(found) > most:
        rest = sum(one.count for one in found[most:])
        out.append(
            f"  {rest:>6,}  of {len(found) - most:,} more families: {PROGRAM} status lists them"
        )
    return out


def _path(url: str) -> str:
    """An address without its scheme and host."""
    return "/" + url.partition("://")[2].partition("/")[2]
