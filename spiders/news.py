"""`scrapy crawl news`: find a newspaper's stories and archive them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from typing import Any, ClassVar
from urllib.parse import urljoin

from scrapy import Request

from crawler.discover import story_urls
from crawler.frontier.scheduler import Frontier
from crawler.items import FoundUrl, Page
from crawler.urls import site_host
from spiders.arguments import addresses
from spiders.base import ArchiveSpider, same_site


class NewsSpider(ArchiveSpider):
    """Finds a site's stories from its home page, robots.txt, sitemaps, feeds and links.

    -a site=URL[,URL…]       home pages, or bare hosts
    -a since= -a until=      only stories published in this span (YYYY, YYYY-MM or YYYY-MM-DD)
    -a max_pages=N           fetch at most N pages; the next run goes on from there
    """

    name = "news"
    follows: ClassVar[bool] = True
    known_arguments: ClassVar[frozenset[str]] = ArchiveSpider.known_arguments | {
        "site", "since", "until", "max_pages",
    }  # fmt: skip

    def __init__(self, **arguments: str) -> None:
        """Raises UsageError."""
        super().__init__(**arguments)
        self.seeds = addresses("site", arguments.get("site"))
        self.resume_hosts = tuple(dict.fromkeys(site_host(url) for url in self.seeds))
        self._hosts = set(self.resume_hosts)
        self._origins: set[str] = set()

    async def start(self) -> AsyncIterator[Request]:
        """The home pages."""
        for url in self.seeds:
            yield self.request(FoundUrl(url, "home", "seed"))

    def rank(self, found: FoundUrl) -> int:
        """Home pages, then what lists many stories, then stories before other pages.

        A sitemap told of by another sitemap, or the next page of a feed, comes after the stories
        that are waiting: so the frontier of a large site stays small.
        """
        if found.role == "home":
            return 1000
        if found.role == "feed":
            return 900 if found.source != "feed" else 0
        if found.role == "sitemap":
            return 800 if found.source != "sitemap" else 0
        return story_urls.priority(found.url, found.claimed_title)

    def follow(self, page: Page, found: FoundUrl) -> Iterable[FoundUrl]:
        """Pages of the same site, and the feeds that its home page announces."""
        for url in page.out_links:
            if same_site(url, self._hosts) and story_urls.is_page(url):
                yield FoundUrl(url, "page", "link", page.url)
        if found.role == "home":
            for url in page.feeds:
                if same_site(url, self._hosts):
                    yield FoundUrl(url, "feed", "link", page.url)

    def accept(self, found: Iterable[FoundUrl]) -> Iterable[FoundUrl]:
        """Pages and sitemaps of the same site that can be of the dates asked for."""
        for each in found:
            if same_site(each.url, self._hosts) and not self._too_old(each):
                yield each

    def robots_parsed(self, robotparser: Any, request: Request) -> None:
        """Visit the sitemaps that robots.txt names, else the usual place of one."""
        if not same_site(request.url, self._hosts):
            return
        urls = [url for url in request.meta["sitemaps"] if same_site(url, self._hosts)]
        urls = urls or [urljoin(request.url, "/sitemap.xml")]
        Frontier.of(self.crawler).offer(
            FoundUrl(url, "sitemap", "robots", request.url) for url in urls
        )

    def belongs(self, url: str) -> bool:
        """Only addresses of the newspaper itself."""
        return same_site(url, self._hosts)

    def moved(self, found: FoundUrl, url: str) -> None:
        """A newspaper whose home page is at another host now is that host's newspaper."""
        if found.role == "home":
            self._hosts.add(site_host(url))

    def _too_old(self, found: FoundUrl) -> bool:
        """Whether the source's own date rules a URL out: what last changed before `since` was not
        published after it. The dates of sources are ISO 8601 or worthless here."""
        claimed = found.claimed_at
        if (
            not self.since
            or not claimed
            or not claimed[:4].isdigit()
            or claimed[4:5] not in ("", "-")
        ):
            return False
        return claimed[: len(self.since)] < self.since[: len(claimed)]
