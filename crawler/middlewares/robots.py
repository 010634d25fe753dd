"""Robots rules as RFC 9309 has them, where Scrapy's own middleware is laxer."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Request, Response
from scrapy.http.request import NO_CALLBACK
from scrapy.robotstxt import ProtegoRobotParser
from scrapy.utils.httpobj import urlparse_cached

from crawler.config import Papers
from crawler.discover.robots import MAX_BYTES, as_meant, sitemap_urls
from crawler.extensions.session import Session
from crawler.failures import RefusedError, explain
from crawler.reasons import Reason, because
from crawler.stopping import Stopped

FORBIDDEN = because("robots_forbids")
# Seconds that a robots.txt counts for (RFC 9309, 2.4).
_LIFETIME = 86_400.0
# Seconds after which one that could not be had is asked for again.
_SHUT_FOR = 600.0
# Seconds that a host's pages wait for its robots.txt where the host asks for a pause: they take
# places that other hosts' pages want.
_PATIENCE = 120.0
# Seconds: a Crawl-delay beyond that is a slip of the pen, or a no. Nothing is fetched, for a run
# that waits for it would take months, and keep all others off the archive.
_LONGEST_DELAY = 3_600.0


@dataclass(frozen=True, slots=True)
class _Rules:
    parser: ProtegoRobotParser | None
    closed: Reason | None = None
    """Why nothing at all may be fetched."""
    read_at: float = field(default_factory=time.monotonic)
    again_at: float | None = None
    """When to ask again, by the monotonic clock, because the host asked for a pause."""


class RobotsMiddleware:
    """Obeys robots.txt; one that cannot be had, or is broken on the server's side, forbids all.

    RFC 9309: 4xx means no rules (2.3.1.3), 5xx and network errors mean no access (2.3.1.4). Scrapy
    reads the latter as "allow all". What was read counts for 24 hours (2.4), in later runs too.
    Crawl-delay, which the RFC leaves out, is obeyed where it asks for more than our own pace.

    Once a host's rules are read, the signal `robots_parsed` goes out; its request has the addresses
    of the sitemaps that the file names in `meta["sitemaps"]`.
    """

    def __init__(self, crawler: Crawler) -> None:
        if not crawler.settings.getbool("ROBOTSTXT_OBEY"):
            raise NotConfigured
        self._crawler = crawler
        self._agent: str = crawler.settings["ROBOTSTXT_USER_AGENT"]
        self._rules: dict[str, asyncio.Task[_Rules]] = {}
        self._crawl_delays: dict[str, float] = {}
        self._papers = Papers.of_setting(crawler.settings.get("PAPERS"))

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made by Scrapy."""
        middleware = cls(crawler)
        crawler.signals.connect(middleware._keep_pace, signal=signals.response_downloaded)
        return middleware

    async def process_request(self, request: Request) -> None:
        """Let a request pass, or raise RefusedError."""
        if request.meta.get("dont_obey_robotstxt"):
            return
        parts = urlparse_cached(request)
        origin = f"{parts.scheme}://{parts.netloc}"
        known = self._rules.get(origin)
        if known is None or (known.done() and _is_stale(known)):
            self._rules[origin] = asyncio.ensure_future(self._load(origin))
        # shielded: one request that is cancelled must not take the rules from all others
        rules = await asyncio.shield(self._rules[origin])
        if rules.closed:
            raise RefusedError(rules.closed)
        if rules.parser is not None and not rules.parser.allowed(request.url, self._agent):
            raise RefusedError(FORBIDDEN)

    async def _load(self, origin: str) -> _Rules:
        session = self._crawler.get_extension(Session)
        known = session.known.robots(origin) if session is not None else None
        if known is not None:
            url, fetched_at, status, body = known
            age = (datetime.now(UTC) - datetime.fromisoformat(fetched_at)).total_seconds()
            if 0 <= age < _LIFETIME:
                return self._read(origin, url, status, body, time.monotonic() - age)
        return await self._fetch(origin)

    async def _fetch(self, origin: str) -> _Rules:
        rules, patience = await self._ask(origin), _PATIENCE
        while rules.again_at is not None:
            wait = rules.again_at - time.monotonic()
            if wait > patience:
                break
            patience = (patience - wait) / 2
            rules = await self._ask(origin)  # it is not sent before the pause is over
        return rules

    async def _ask(self, origin: str) -> _Rules:
        request = Request(
            f"{origin}/robots.txt",
            priority=1000,
            meta={"dont_obey_robotstxt": True, "max_retry_times": 2},
            callback=NO_CALLBACK,
        )
        try:
            response = await self._crawler.engine.download_async(request)
        except Stopped:
            raise
        except Exception as error:  # whatever kept us from it, RFC 9309 says: stay out
            return _Rules(None, because("robots_not_fetched", explain(error)[1]))
        if response.status >= 500 or response.status == 429:
            return _Rules(
                None, because("robots_fails", response.status), again_at=_end_of_pause(response)
            )
        body = response.body[:MAX_BYTES] if response.status < 300 else b""
        session = self._crawler.get_extension(Session)
        if session is not None:
            session.keep_robots(origin, response.url, response.status, body)
        return self._read(origin, response.url, response.status, body, time.monotonic())

    def _read(self, origin: str, url: str, status: int, body: bytes, read_at: float) -> _Rules:
        body = as_meant(body)
        session = self._crawler.get_extension(Session)
        if session is not None:  # what it says of use is recorded, and decides nothing here
            session.reservations.note(f"{origin}/robots.txt", status, body)
        parser = ProtegoRobotParser.from_crawler(self._crawler, body)
        rate = parser.rp.request_rate(self._agent)
        delay = _longest(
            parser.crawl_delay(self._agent),
            rate.seconds / rate.requests if rate is not None and rate.requests > 0 else None,
            self._own_delay(origin),
        )
        if delay is not None and delay > _LONGEST_DELAY:
            return _Rules(None, because("robots_delay", f"{delay:,.0f}"), read_at)
        if delay is not None:
            self._slow_down(origin, delay)
        request = Request(f"{origin}/robots.txt", meta={"sitemaps": sitemap_urls(body, url)})
        self._crawler.signals.send_catch_log(
            signals.robots_parsed, robotparser=parser, request=request
        )
        return _Rules(parser, read_at=read_at)

    def _own_delay(self, origin: str) -> float | None:
        """The pace that the user asks for of the newspaper that a host belongs to."""
        paper = self._papers.of(origin)
        return None if paper is None else paper.delay

    def _slow_down(self, origin: str, delay: float) -> None:
        """Set a host's pace, which AutoThrottle may then make slower and not faster."""
        downloader = self._crawler.engine.downloader
        host = urlparse_cached(Request(origin)).hostname or ""
        usual = max(0.0, self._crawler.settings.getfloat("DOWNLOAD_DELAY"))
        if delay <= max(usual * (1 - downloader._jitter), self._crawl_delays.get(host, 0.0)):
            return  # it is never asked faster than that
        delay = max(delay, usual)
        downloader.per_slot_settings[host] = {"delay": delay, "concurrency": 1, "jitter": 0.0}
        slot = downloader.slots.get(host)
        if slot is not None:
            slot.delay, slot.jitter, slot.concurrency = delay, 0.0, 1
        self._crawl_delays[host] = delay

    def _keep_pace(self, response: Response, request: Request) -> None:
        """AutoThrottle has just set its own delay: not below what the host asks for."""
        host = urlparse_cached(request).hostname or ""
        delay = self._crawl_delays.get(host)
        slot = self._crawler.engine.downloader.slots.get(host)
        if delay is not None and slot is not None and slot.delay < delay:
            slot.delay = delay


def _end_of_pause(response: Response) -> float | None:
    until: str | None = response.meta.get("retry_at")
    if until is None:
        return None
    left = (datetime.fromisoformat(until) - datetime.now(UTC)).total_seconds()
    return time.monotonic() + max(0.0, left)


def _longest(*delays: float | None) -> float | None:
    return max((each for each in delays if each is not None), default=None)


def _is_stale(task: asyncio.Task[_Rules]) -> bool:
    if task.cancelled() or task.exception() is not None:
        return True
    rules = task.result()
    return time.monotonic() - rules.read_at > (_SHUT_FOR if rules.closed else _LIFETIME)
