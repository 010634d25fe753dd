"""Error pages that come as if they were pages: status 200, and text."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from crawler.discover.invented import invented
from crawler.items import Article, Page
from crawler.text import likeness, phrases
from crawler.urls import site_host

NO_SUCH_PAGE = "the site answers so for addresses that do not exist"
INVENTED = "no address of the site: asked for to learn how it says so"
# From this share of common phrases on two error pages are one: some name the address.
_ALIKE = 0.7
_MOST_WORDS = 400


class SoftErrors:
    """How each site says that nothing is at an address, where it may say it as if it were a story.

    A site is asked for one invented address, once a run, and only when a page without a date makes
    it worth while.
    """

    def __init__(self, read: Callable[[str], Awaitable[Page | None]]) -> None:
        """read: fetches and reads a page; None where none comes with status 200."""
        self._read = read
        self._known: dict[str, asyncio.Future[frozenset[str]]] = {}

    async def is_error(self, page: Page) -> bool:
        """Whether a page, that may be an article by its looks, is its site's error page."""
        article = page.article
        if page.not_article is not None or not _is_suspect(article):
            return False
        known = self._known.get(site_host(page.url))
        if known is None:
            known = asyncio.ensure_future(self._learn(page.url))
            self._known[site_host(page.url)] = known
        return likeness(set(await known), phrases(article.body)) >= _ALIKE

    async def _learn(self, url: str) -> frozenset[str]:
        page = await self._read(invented(url))
        return frozenset(phrases(page.article.body)) if page is not None else frozenset()


def _is_suspect(article: Article) -> bool:
    """Nearly all stories say when they were printed; an address tells it of a lost story, too."""
    dated = any(not claim.source.startswith("url") for claim in article.published_claims)
    return not dated and article.word_count <= _MOST_WORDS
