"""What waits of each site in the run itself, the best first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from heapq import heapify

from scrapy.http import Request
from scrapy.utils.httpobj import urlparse_cached

from crawler.items import Due

NONE = -(1 << 31)
"""Lower than any priority."""


@dataclass(slots=True)
class Line:
    """What waits of one site."""

    heap: list[tuple[int, int, Request | Due]] = field(default_factory=list)
    dry: bool = True
    """The archive has nothing more of it, as far as we know."""
    best: int | None = None
    """The highest priority among what the archive has; None if nobody has looked since that may
    have changed."""
    free_at: float = 0.0
    """Monotonic time before which nothing is fetched, because the site asked for a pause."""
    closed: bool = False
    """The pause is too long to wait for: nothing more of this site in this run."""
    over: bool = True
    """No round is due: the site is not followed, or the last one let nothing in and nothing has
    come since."""

    @property
    def may_have_more(self) -> bool:
        """Whether pages wait here, or may in the archive."""
        return bool(self.heap) or not (self.dry or self.closed)

    def take_out(self, leaves: Callable[[Due], bool]) -> list[Due]:
        """Take URLs out of the line; returns them. leaves: says of which."""
        kept, taken = [], []
        for item in self.heap:
            entry = item[2]
            if isinstance(entry, Due) and leaves(entry):
                taken.append(entry)
            else:
                kept.append(item)
        self.heap[:] = kept
        heapify(self.heap)
        return taken


def entry_host(entry: Request | Due) -> str:
    """The host that an entry of a line is asked of."""
    request = entry if isinstance(entry, Request) else Request(entry.found.url)
    return urlparse_cached(request).hostname or ""


def is_follow_up(request: Request) -> bool:
    """Whether a request goes on with one before: after a redirect, or once more."""
    return bool(request.meta.get("redirect_times") or request.meta.get("retry_times"))
