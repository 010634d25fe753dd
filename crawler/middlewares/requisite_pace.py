"""What pages show is asked for at a pace of its own: a reader's browser asks for it all at once."""

from __future__ import annotations

from typing import Self

from scrapy.crawler import Crawler
from scrapy.http import Request, Response
from scrapy.utils.httpobj import urlparse_cached

from crawler.frontier.requisites import requisite_slot
from crawler.items import Due

# How many files are asked for in the time of one page.
_FILES_A_PAGE = 4


class RequisitePaceMiddleware:
    """Asks a host for what pages show one after the other, four in the time of a page, slower where
    the host is slow.

    A host that names a pace in its robots.txt, or is given one by the user, is asked at that one.
    """

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        self._crawler = crawler
        self._least = settings.getfloat("DOWNLOAD_DELAY") / _FILES_A_PAGE
        self._most = settings.getfloat("AUTOTHROTTLE_MAX_DELAY")
        self._adjusts = settings.getbool("AUTOTHROTTLE_ENABLED")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made by Scrapy."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Name the slot of the downloader that has the pace; behind robots.txt, which may name a
        pace for the whole host."""
        due: Due | None = request.meta.get("due")
        if due is None or due.found.role != "requisite":
            return
        host = urlparse_cached(request).hostname or ""
        own = self._crawler.engine.downloader.per_slot_settings
        request.meta["autothrottle_dont_adjust_delay"] = host not in own
        if host in own:
            request.meta["download_slot"] = host
            return
        key = requisite_slot(host)
        own.setdefault(key, {"delay": self._least})
        request.meta["download_slot"] = key

    def process_response(self, request: Request, response: Response) -> Response:
        """Slow down where the host is slow, as AutoThrottle does it for pages."""
        slot = self._crawler.engine.downloader.slots.get(request.meta.get("download_slot", ""))
        took = request.meta.get("download_latency")
        apart = request.meta.get("autothrottle_dont_adjust_delay", False)
        if self._adjusts and apart and slot is not None and took is not None:
            slower = max(took, (slot.delay + took) / 2, self._least)
            if response.status == 200 or slower > slot.delay:
                slot.delay = min(slower, self._most)
        return response
