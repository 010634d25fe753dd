"""Asks each host once what it reserves of text and data mining for all of its pages."""

from __future__ import annotations

import asyncio
from typing import Self

from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Request, Response
from scrapy.http.request import NO_CALLBACK
from scrapy.utils.httpobj import urlparse_cached

from crawler.extensions.session import Session
from crawler.items import Due
from crawler.reservations import tdmrep_url
from crawler.urls import absolute

# Seconds: the pages of the host wait for it.
_PATIENCE = 20
# Requests for one host's file: from http to https, and from there to www.
_HOPS = 3


class TdmrepMiddleware:
    """Fetches `/.well-known/tdmrep.json` before the first page of a host.

    TDM Reservation Protocol, "Processing priority": the file is looked for before a site's content
    is. It goes the way of all requests: robots.txt may forbid it, the host's pace holds, the answer
    is put into WARC. Whether it is there or not, and whatever it says, pages are fetched all the
    same: what it says is recorded with their captures.
    """

    def __init__(self, crawler: Crawler) -> None:
        if not crawler.settings.getbool("TDMREP"):
            raise NotConfigured
        self._crawler = crawler
        self._asked: dict[str, asyncio.Task[None]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made by Scrapy."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Have a page wait until its host was asked."""
        due: Due | None = request.meta.get("due")
        if due is None or due.found.role not in ("home", "page"):
            return
        parts = urlparse_cached(request)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._asked:
            self._asked[origin] = asyncio.ensure_future(self._ask(origin))
        # shielded: one request that is cancelled must not take the answer from all others
        await asyncio.shield(self._asked[origin])

    async def _ask(self, origin: str) -> None:
        session = self._crawler.get_extension(Session)
        if session is None or not session.is_archiving:
            return
        url: str | None = tdmrep_url(origin)
        for _ in range(_HOPS):
            if url is None:
                return
            request = Request(
                url, priority=900, callback=NO_CALLBACK,
                meta={
                    "max_retry_times": 0, "download_timeout": _PATIENCE, "dont_redirect": True,
                },
            )  # fmt: skip
            try:
                response = await self._crawler.engine.download_async(request)
            except Exception:  # refused, not to be had, or of a host that is left alone
                return
            session.reservations.note(tdmrep_url(origin), response.status, response.body)
            url = _moved_to(response)


def _moved_to(response: Response) -> str | None:
    """The same file of another host, where an answer redirects there. Many servers redirect to
    their front page whatever they do not have: that is none of it."""
    location = response.headers.get(b"Location")
    if location is None or not 300 <= response.status < 400:
        return None
    target = absolute(response.url, location.decode("latin-1"))
    return target if target is not None and target == tdmrep_url(target) else None
