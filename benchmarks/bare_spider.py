"""What the full crawl is compared with: a Scrapy spider that downloads and does nothing else."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator

import scrapy
from scrapy.crawler import CrawlerProcess


class BareSpider(scrapy.Spider):
    """Downloads `PORT/0` to `PORT/N-1`."""

    name = "bare"

    async def start(self) -> AsyncIterator[scrapy.Request]:
        """All pages."""
        for number in range(int(sys.argv[2])):
            yield scrapy.Request(f"http://127.0.0.1:{sys.argv[1]}/{number}")

    def parse(self, response: scrapy.http.Response) -> None:
        """Nothing."""


if __name__ == "__main__":
    process = CrawlerProcess(
        {
            "LOG_LEVEL": "WARNING",
            "TELNETCONSOLE_ENABLED": False,
            "CONCURRENT_REQUESTS": 32,
            "CONCURRENT_REQUESTS_PER_DOMAIN": 32,
        }
    )
    process.crawl(BareSpider)
    process.start()
