"""Cuts an answer that is too long or takes too long; what has come until then is kept."""

from __future__ import annotations

import time
from typing import Self

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import StopDownload
from scrapy.http import Headers, Response

from crawler.extensions.room import RECEIVED, Room
from crawler.items import Truncation

_CUT = "truncated"
MOST_BYTES = "most_bytes"
"""Key in a request's meta: bytes of body beyond which its answer is cut, where that is not
DOWNLOAD_MAXSIZE."""


class Limits:
    """Ends downloads at DOWNLOAD_MAXSIZE bytes of body, of what a page shows at REQUISITE_MAXSIZE,
    and where DOWNLOAD_TIMEOUT is near. Sound and film in a picture's place is not taken at all.

    A server that sends nothing any more is left to Scrapy's own time limit.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._max_bytes = crawler.settings.getint("DOWNLOAD_MAXSIZE")
        self._max_requisite = crawler.settings.getint("REQUISITE_MAXSIZE")
        self._seconds = crawler.settings.getfloat("DOWNLOAD_TIMEOUT") * 0.9
        self._room = Room.of(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made by Scrapy."""
        limits = cls(crawler)
        crawler.signals.connect(limits.begin, signal=signals.headers_received)
        crawler.signals.connect(limits.go_on, signal=signals.bytes_received)
        return limits

    def begin(self, headers: Headers, body_length: int | None, request: Request) -> None:
        """The head of an answer has come. Raises StopDownload."""
        request.meta[RECEIVED] = [0, time.monotonic() + self._seconds]
        request.meta.pop(_CUT, None)
        if _is_requisite(request):
            said = (headers.get(b"Content-Type") or b"").strip().lower()
            if said.startswith((b"audio/", b"video/")):
                self._cut(request, "unspecified")
            if (body_length or 0) > self._max_requisite:
                self._cut(request, "length")

    def go_on(self, data: bytes, request: Request) -> None:
        """A part of the body has come. Raises StopDownload."""
        so_far = request.meta[RECEIVED]
        so_far[0] += len(data)
        self._room.take(request, len(data))
        most = request.meta.get(MOST_BYTES, self._max_bytes)
        if _is_requisite(request):
            most = self._max_requisite
        if most and so_far[0] > most:
            self._cut(request, "length")
        if time.monotonic() > so_far[1]:
            self._cut(request, "time")

    def _cut(self, request: Request, why: Truncation) -> None:
        request.meta[_CUT] = why
        raise StopDownload(fail=False)


def _is_requisite(request: Request) -> bool:
    due = request.meta.get("due")
    return due is not None and due.found.role == "requisite"


def truncation(response: Response, request: Request) -> Truncation | None:
    """Why an answer was not received whole; None if it was."""
    if "download_stopped" in response.flags:
        cut: Truncation = request.meta.get(_CUT, "unspecified")
        return cut
    return "disconnect" if "dataloss" in response.flags else None
