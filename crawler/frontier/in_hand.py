"""The URLs that a run has in hand: those that wait in its lines, and those that are under way."""

from __future__ import annotations

from itertools import chain

from crawler.urls import site_host


class InHand:
    """Which URLs were taken, and what has become of them so far."""

    def __init__(self) -> None:
        self._waiting: set[str] = set()
        """Those that wait in the lines."""
        self._seen: set[str] = set()
        """Those among them that were fetched by other ways meanwhile."""
        self._out: dict[str, str] = {}
        """Those handed out whose visit is not stored yet → their family; "" where they have
        none."""
        self._sources: set[str] = set()
        """Sitemaps, feeds and the like that wait or are under way."""

    def __len__(self) -> int:
        """How many wait in the lines."""
        return len(self._waiting)

    def __contains__(self, url: str) -> bool:
        """Whether a URL waits or is under way."""
        return url in self._waiting or url in self._out

    def take(self, url: str, *, is_source: bool) -> None:
        """A URL waits in its line from now on."""
        self._waiting.add(url)
        if is_source:
            self._sources.add(url)

    def mark_seen(self, url: str) -> None:
        """A URL was fetched by other ways."""
        if url in self._waiting:
            self._seen.add(url)

    def drop_seen(self, url: str) -> bool:
        """Whether a URL was fetched by other ways meanwhile; it is forgotten then."""
        if url not in self._seen:
            return False
        self._seen.discard(url)
        self.forget(url)
        return True

    def leave_line(self, url: str) -> None:
        """A URL waits no longer."""
        self._waiting.discard(url)

    def hand_out(self, url: str, family: str) -> None:
        """A URL is under way from now on."""
        self._out[url] = family

    def settle(self, url: str) -> None:
        """The visit of a URL is stored."""
        self._out.pop(url, None)
        self._sources.discard(url)

    def settle_all(self) -> None:
        """No visit is to come any more of what was handed out."""
        self._out.clear()
        self._sources &= self._waiting

    def forget(self, url: str) -> None:
        """A URL is left to the archive."""
        self.leave_line(url)
        self.settle(url)

    def under_way_of_family(self, family: str) -> int:
        """How many URLs of a family are under way."""
        return sum(each == family for each in self._out.values())

    def is_under_way(self, site: str) -> bool:
        """Whether answers of a site, or what its sitemaps and feeds tell of, are to come."""
        return any(site_host(url) == site for url in chain(self._out, self._sources))

    def awaits_sources(self, site: str) -> bool:
        """Whether sitemaps, feeds or the like of a site are to come."""
        return any(site_host(source) == site for source in self._sources)

    def sites_under_way(self) -> set[str]:
        """Hosts of the sites of which answers are to come."""
        return {site_host(url) for url in self._out}
