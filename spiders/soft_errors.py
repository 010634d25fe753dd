"""Error pages that come as if they were pages: status 200, and text."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from urllib.parse import urljoin

from crawler.discover.invented import invented
from crawler.items import Article, Page
from crawler.reasons import because
from crawler.text import likeness, phrases
from crawler.urls import site_host

NO_SUCH_PAGE = because("no_such_page")
INVENTED = because("invented")
# From this share of common phrases on two error pages are one: some name the address.
_ALIKE = 0.7
_MOST_WORDS = 400


class SoftErrors:
    """How each site says that nothing is at an address, where it may say it as if it were a story.

    A site is asked for one invented address, once a run, and only when a page without a date makes
    it worth while.
    """

    def __init__(
        self, read: Callable[[str], Awaitable[Page | None]],
        read_home: Callable[[str], Awaitable[Page | None]],
    ) -> None:  # fmt: skip
        """read, read_home: fetch and read a page; None where none comes with status 200."""
        self._read = read
        self._read_home = read_home
        self._known: dict[str, asyncio.Future[frozenset[str]]] = {}
        self._homes: dict[str, asyncio.Future[frozenset[str]]] = {}

    async def is_error(self, page: Page, *, was_story: bool = False) -> bool:
        """Whether a page, that may be an article by its looks, is its site's error page. was_story:
        whether a story was there; then it is none if the home page looks so, too: the site is out
        of order."""
        article = page.article
        if page.not_article is not None or not _is_suspect(article):
            return False
        known = self._known.get(site_host(page.url))
        if known is None:
            known = asyncio.ensure_future(self._learn(page.url))
            self._known[site_host(page.url)] = known
        shown = phrases(article.body)
        if likeness(set(await known), shown) < _ALIKE:
            return False
        if not was_story:
            return True
        home = self._homes.get(site_host(page.url))
        if home is None:
            home = asyncio.ensure_future(self._look(page.url))
            self._homes[site_host(page.url)] = home
        return likeness(set(await home), shown) < _ALIKE

    async def _look(self, url: str) -> frozenset[str]:
        page = await self._read_home(urljoin(url, "/"))
        return frozenset(phrases(page.article.body)) if page is not None else frozenset()

    async def _learn(self, url: str) -> frozenset[str]:
        page = await self._read(invented(url))
        return frozenset(phrases(page.article.body)) if page is not None else frozenset()


def _is_suspect(article: Article) -> bool:
    """Nearly all stories say when they were printed; an address tells it of a lost story, too."""
    dated = any(not claim.source.startswith("url") for claim in article.published_claims)
    return not dated and article.word_count <= _MOST_WORDS
