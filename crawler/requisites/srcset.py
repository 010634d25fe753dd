"""The addresses of a `srcset` (HTML Living Standard, 4.8.4.2.1)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

_CANDIDATE = re.compile(r"\s*([^\s,]\S*[^\s,]|[^\s,])(?:\s+[\d.]+[wxh])*\s*(?:,|$)")
_MOST = 12
_LONGEST = 20_000


def candidates(srcset: str) -> Iterator[str]:
    """All of them, as written: which one a browser takes depends on its window.

    >>> list(candidates("a.jpg 480w, b.jpg 2x"))
    ['a.jpg', 'b.jpg']
    """
    found = _CANDIDATE.finditer(srcset[:_LONGEST])
    return islice((match[1] for match in found), _MOST)
