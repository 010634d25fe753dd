"""`scrapy crawl wayback`: bring back what a web archive has of a newspaper."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import ClassVar

from scrapy import Request

from .arguments import addresses
from .past import PastSpider
from .wishes import Wishes


class WaybackSpider(PastSpider):
    """Brings a newspaper's captures from the Internet Archive, or any server with a CDX API.

    -a site=HOST[,HOST…]     the newspaper: its host with those below it, or a folder of a host
    -a endpoint=URL          its CDX server, or a collection of pywb; the Internet Archive's if not
                             said
    -a since= -a until=      only captures made in this span (YYYY, YYYY-MM or YYYY-MM-DD)
    -a max_pages=N           fetch at most N captures; the next run goes on from there
    """

    name = "wayback"
    known_arguments: ClassVar[frozenset[str]] = PastSpider.known_arguments | {"site"}

    def __init__(self, **arguments: str) -> None:
        """Raises UsageError."""
        super().__init__(**arguments)
        self.seeds = addresses("site", arguments.get("site"))
        self.wishes = Wishes(self.seeds, self.since, self.until)

    async def start(self) -> AsyncIterator[Request]:
        """The first part of the first newspaper's list."""
        self._lists.extend(map(self.list_site, self.seeds))
        async for request in super().start():
            yield request
