"""How many pages a run may fetch, and who gets the last of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from crawler.items import Due
from crawler.urls import site_host


class PageLimit:
    """Each newspaper is sure of an equal share. What one does not need goes to whoever has pages
    waiting, once nothing of it waits or is under way any more."""

    def __init__(self, most: int | None, newspapers: tuple[str, ...]) -> None:
        """most: pages to fetch at most; None for no limit. newspapers: the hosts of those that
        share it."""
        self._most = most
        self._newspapers = newspapers
        self._pages: Counter[str] = Counter()
        """Newspaper → pages of it that were handed out, where their number is limited."""

    @property
    def room(self) -> int | None:
        """Pages that may be fetched still; None for no limit."""
        return None if self._most is None else self._most - self._pages.total()

    @property
    def is_reached(self) -> bool:
        """Whether no page may be fetched any more."""
        room = self.room
        return room is not None and room <= 0

    def counts(self, due: Due) -> bool:
        """Whether a URL is a page that the limit is for."""
        return self._most is not None and due.found.role in ("home", "page")

    def note(self, due: Due) -> None:
        """A page is handed out."""
        self._pages[self.newspaper(site_host(due.found.url))] += 1

    def give_back(self, due: Due) -> None:
        """A page that was handed out is not asked for after all."""
        if self.counts(due):
            self._pages[self.newspaper(site_host(due.found.url))] -= 1

    def is_others_turn(self, due: Due, is_wanting: Callable[[str], bool]) -> bool:
        """Whether a page has to wait, because what is left is the share of others. is_wanting: says
        whether more pages of a newspaper may come."""
        room = self.room
        if room is None or room <= 0 or not self.counts(due):
            return False
        own = self.newspaper(site_host(due.found.url))
        share = (room + self._pages.total()) // max(1, len(self._newspapers))
        if self._pages[own] < share:
            return False
        kept = sum(
            max(0, share - self._pages[other])
            for other in self._newspapers
            if other != own and is_wanting(other)
        )
        return room <= kept

    def newspaper(self, host: str) -> str:
        """Which of those that share the limit a host belongs to: its own, or one above it."""
        for each in self._newspapers:
            if host == each or host.partition(":")[0].endswith("." + each.partition(":")[0]):
                return each
        return host
