"""What the full crawl is compared with: a Scrapy spider that downloads and does nothing else."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import scrapy
from scrapy.crawler import CrawlerProcess


class BareSpider(scrapy.Spider):
    """Downloads the addresses in a file; with `title`, looks for one on each page."""

    name = "bare"

    async def start(self) -> AsyncIterator[scrapy.Request]:
        """All pages."""
        for url in Path(sys.argv[1]).read_text().split():
            yield scrapy.Request(url)

    def parse(self, response: scrapy.http.Response) -> None:
        """Nothing, or a title."""
        if "title" in sys.argv[2:] and isinstance(response, scrapy.http.TextResponse):
            response.xpath("//title/text()").get()


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
