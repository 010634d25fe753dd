"""`scrapy crawl article`: archive exactly these stories."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import ClassVar

from scrapy import Request

from crawler.errors import UsageError
from crawler.frontier.scheduler import Frontier
from crawler.items import Due, FoundUrl, Visit
from crawler.reasons import Reason, because
from crawler.runs.visits import why_none

from .arguments import address_file, addresses
from .base import ArchiveSpider

# Addresses that wait in memory: the list may have millions.
_AHEAD = 1_000


class ArticleSpider(ArchiveSpider):
    """Archives the addresses it is given and nothing else.

    -a url=URL[,URL…]        these addresses
    -a urls=FILE             the addresses in a text file, one a line; - for standard input
    -a keep=pictures         archive the pictures of stories, too; keep=page: all that pages show
    """

    name = "article"
    known_arguments: ClassVar[frozenset[str]] = ArchiveSpider.known_arguments | {
        "url", "urls", "keep",
    }  # fmt: skip
    may_keep_more = True

    def __init__(self, **arguments: str) -> None:
        """Raises UsageError."""
        super().__init__(**arguments)
        url, urls = arguments.get("url"), arguments.get("urls")
        if (url is None) == (urls is None):
            raise UsageError("name the stories either by -a url=https://… or by -a urls=FILE")
        self.bad_lines: tuple[str, ...] = ()
        """What is wrong with lines of the file that are no address; the command tells the user."""
        if urls is None:
            self.seeds = addresses("url", url)
        else:
            self.seeds, self.bad_lines = address_file(urls)

    def lacks(self, found: FoundUrl, visit: Visit) -> Reason | None:
        """What is no story was not asked for."""
        if visit.state != "done" or found.source != "list":
            return None
        if visit.article is None:
            return visit.reason or because("no_article", "nothing")
        why = why_none(visit.article, visit.not_article)
        return None if why is None else because("no_article", why)

    async def start(self) -> AsyncIterator[Request]:
        """The addresses, in the order given."""
        for url in self.seeds:
            while Frontier.of(self.crawler).waiting > _AHEAD:
                await asyncio.sleep(0.1)
            yield self.request(Due(FoundUrl(url, "page", "list")))
