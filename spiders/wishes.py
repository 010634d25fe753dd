"""What is asked of each newspaper of a run: by its arguments, and by `hemeroteca.toml`."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from crawler.archive.run_papers import Wanted
from crawler.config import NEWSPAPER, SOURCES, Papers
from crawler.items import Keep
from crawler.urls import is_below, site_host

_MOST_HOSTS = 4_096


class Wishes:
    """The run's arguments, and the papers of the configuration.

    seeds: home pages.
    """

    def __init__(
        self,
        seeds: tuple[str, ...],
        since: str | None,
        until: str | None,
        discover: frozenset[str] = frozenset(SOURCES),
        papers: Papers = Papers(),  # noqa: B008
        keep: Keep | None = None,
    ) -> None:
        self._keep = keep
        self._seeds, self._span = seeds, (since, until)
        self._discover, self._papers = discover, papers
        self._hosts: dict[str, str] = {}
        """Hosts that are no newspapers → a page that needs something of them."""
        self._paper = lru_cache(maxsize=4_096)(self._paper_of)

    def beginning_at(self, seeds: tuple[str, ...]) -> Wishes:
        """The same, with other home pages; of a list of stories there are none."""
        if not self._seeds:
            return self
        wishes = Wishes(seeds, *self._span, self._discover, self._papers, self._keep)
        wishes._hosts = self._hosts
        return wishes

    def window(self, url: str) -> tuple[str | None, str | None]:
        """Since and until when stories at an address are to be published: what the arguments say,
        else what is asked of the newspaper."""
        paper = self._papers.of(url)
        return self._span if paper is None or any(self._span) else (paper.since, paper.until)

    def looks_by(self, source: str, url: str) -> bool:
        """Whether stories of an address's newspaper are looked for so."""
        paper = self._papers.of(url)
        return source in self._discover and (paper is None or source in paper.sources)

    def keeps(self, url: str) -> Keep:
        """What is archived beside a page at an address: what the arguments say, else what is asked
        of its newspaper."""
        paper = self._papers.of(url)
        return self._keep or ("text" if paper is None else paper.keep)

    @property
    def may_keep_more(self) -> bool:
        """Whether more than pages may be archived of anything."""
        asked = [self._keep] if self._keep else [paper.keep for paper in self._papers.all]
        return any(keep != "text" for keep in asked)

    def note_host(self, url: str, page: str) -> None:
        """Note that something at another host is fetched for a page: what is asked of the host
        itself, as its robots.txt, is asked for that page's newspaper."""
        if len(self._hosts) < _MOST_HOSTS:
            self._hosts.setdefault(site_host(url), page)

    def paper_of(self, url: str) -> str:
        """The first home page of the newspaper that a visit counts for."""
        page = self._hosts.get(site_host(url))
        return self._paper(url if page is None else page)

    def may_have_parts(self, url: str) -> bool:
        """Whether hosts below the newspaper's own belong to it."""
        paper = self._papers.of(url)
        return paper is None or paper.scope == NEWSPAPER

    def wanted(self) -> Iterator[Wanted]:
        """The newspapers that the run is sent for, each under its first home page."""
        for url in {site_host(url): url for url in reversed(self._seeds)}.values():
            paper = self._papers.of(url)
            yield Wanted(url, paper.name if paper else site_host(url), *self.window(url))

    def _paper_of(self, url: str) -> str:
        hosts = {site_host(seed): seed for seed in self._seeds}
        own = hosts.get(site_host(url))
        above = (seed for seed in self._seeds if is_below(url, seed))
        return own or next(above, f"http://{site_host(url)}/")
