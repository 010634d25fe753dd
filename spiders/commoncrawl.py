"""`scrapy crawl commoncrawl`: bring what Common Crawl has of a newspaper."""

from __future__ import annotations

from typing import ClassVar

from crawler.errors import UsageError
from crawler.mementos import COMMON_CRAWL

from .arguments import addresses
from .past import PastSpider
from .wishes import Wishes


class CommonCrawlSpider(PastSpider):
    """Brings a newspaper's captures from Common Crawl, each by its record alone.

    -a site=HOST[,HOST…]     the newspaper: its host with those below it, or a folder of a host
    -a since= -a until=      only captures made in this span (YYYY, YYYY-MM or YYYY-MM-DD)
    -a max_pages=N           fetch at most N captures; the next run goes on from there
    -a endpoint=URL          of a copy: its collinfo.json
    -a data=URL              of a copy: where the WARC files are
    """

    name = "commoncrawl"
    known_arguments: ClassVar[frozenset[str]] = PastSpider.known_arguments | {"site", "data"}
    default_endpoint: ClassVar[str] = COMMON_CRAWL

    def __init__(self, **arguments: str) -> None:
        """Raises UsageError."""
        super().__init__(**arguments)
        if self.endpoint.dialect != "commoncrawl":
            raise UsageError(
                f"endpoint={arguments['endpoint']} is not the address of a collinfo.json; of a CDX"
                " server, crawl wayback"
            )
        self.seeds = addresses("site", arguments.get("site"))
        self.wishes = Wishes(self.seeds, self.since, self.until)
