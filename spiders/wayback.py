"""`scrapy crawl wayback`: bring back what a web archive has of a newspaper."""

from __future__ import annotations

from typing import ClassVar

from crawler.errors import UsageError

from .arguments import addresses
from .past import PastSpider
from .wishes import Wishes


class WaybackSpider(PastSpider):
    """Brings a newspaper's captures from the Internet Archive, or any server with a CDX API.

    -a site=HOST[,HOST…]     the newspaper: its host with those below it, or a folder of a host
    -a since= -a until=      only captures made in this span (YYYY, YYYY-MM or YYYY-MM-DD)
    -a max_pages=N           fetch at most N captures; the next run goes on from there
    -a endpoint=URL          its CDX server, or a collection of pywb; the Internet Archive's if not
                             said
    """

    name = "wayback"
    known_arguments: ClassVar[frozenset[str]] = PastSpider.known_arguments | {"site"}

    def __init__(self, **arguments: str) -> None:
        """Raises UsageError."""
        super().__init__(**arguments)
        if self.endpoint.dialect == "commoncrawl":
            raise UsageError(
                f"endpoint={arguments['endpoint']} is Common Crawl's; of it, crawl commoncrawl"
            )
        self.seeds = addresses("site", arguments.get("site"))
        self.wishes = Wishes(self.seeds, self.since, self.until)
