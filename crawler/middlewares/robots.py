"""Robots rules as RFC 9309 has them, where Scrapy's own middleware is laxer."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest, NotConfigured
from scrapy.http import Request
from scrapy.http.request import NO_CALLBACK
from scrapy.robotstxt import ProtegoRobotParser
from scrapy.utils.httpobj import urlparse_cached

from crawler.discover.robots import sitemap_urls

FORBIDDEN = "robots.txt forbids it"


@dataclass(frozen=True, slots=True)
class _Rules:
    parser: ProtegoRobotParser | None
    closed: str | None = None
    """Why nothing at all may be fetched."""


class RobotsMiddleware:
    """Obeys robots.txt; one that cannot be had, or is broken on the server's side, forbids all.

    RFC 9309: 4xx means no rules (2.3.1.3), 5xx and network errors mean no access (2.3.1.4). Scrapy
    reads the latter as "allow all".

    Once a host's rules are read, the signal `robots_parsed` goes out; its request has the addresses
    of the sitemaps that the file names in `meta["sitemaps"]`.
    """

    def __init__(self, crawler: Crawler) -> None:
        if not crawler.settings.getbool("ROBOTSTXT_OBEY"):
            raise NotConfigured
        self._crawler = crawler
        self._agent: str = crawler.settings["ROBOTSTXT_USER_AGENT"]
        self._rules: dict[str, asyncio.Task[_Rules]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made by Scrapy."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Let a request pass, or raise IgnoreRequest with a reason fit for the archive."""
        if request.meta.get("dont_obey_robotstxt"):
            return
        parts = urlparse_cached(request)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._rules:
            self._rules[origin] = asyncio.ensure_future(self._fetch(origin))
        # shielded: one request that is cancelled must not take the rules from all others
        rules = await asyncio.shield(self._rules[origin])
        if rules.closed:
            raise IgnoreRequest(rules.closed)
        if rules.parser is not None and not rules.parser.allowed(request.url, self._agent):
            raise IgnoreRequest(FORBIDDEN)

    async def _fetch(self, origin: str) -> _Rules:
        request = Request(
            f"{origin}/robots.txt",
            priority=1000,
            meta={"dont_obey_robotstxt": True},
            callback=NO_CALLBACK,
        )
        try:
            response = await self._crawler.engine.download_async(request)
        except Exception as error:  # whatever kept us from it, RFC 9309 says: stay out
            reason = str(error) if isinstance(error, IgnoreRequest) else type(error).__name__
            return _Rules(None, f"robots.txt could not be fetched ({reason})")
        if response.status >= 500 or response.status == 429:
            return _Rules(None, f"robots.txt answers HTTP {response.status}: nothing is allowed")
        body = response.body if response.status < 300 else b""
        parser = ProtegoRobotParser.from_crawler(self._crawler, body)
        request.meta["sitemaps"] = sitemap_urls(body, response.url)
        self._crawler.signals.send_catch_log(
            signals.robots_parsed, robotparser=parser, request=request
        )
        return _Rules(parser)
