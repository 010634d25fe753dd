"""Sends the cookies of a subscription that one has."""

from __future__ import annotations

from typing import Self

from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Request

from crawler.subscriptions import Subscriptions


class SubscriptionMiddleware:
    """Sets the Cookie line of each request of its newspaper, and takes it from any other: the next
    hop of a redirect carries the headers of the one before.

    robots.txt, which is for machines, is asked for without.
    """

    def __init__(self, crawler: Crawler) -> None:
        files = crawler.settings["COOKIE_FILES"]
        if not files:
            raise NotConfigured
        self._subscriptions = Subscriptions(files)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made by Scrapy."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Set or take away the cookies."""
        request.headers.pop("Cookie", None)
        if request.meta.get("due") is None:
            return
        if (line := self._subscriptions.header(request.url)) is not None:
            request.headers["Cookie"] = line
