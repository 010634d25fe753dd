"""Puts every answer into WARC before anything is made of it."""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Self
from urllib.parse import urljoin

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.http import Request, Response
from scrapy.http.request import NO_CALLBACK

from crawler.extensions.session import Session
from crawler.items import Visit


class CaptureResponses:
    """Writes a WARC record for each response, redirects and errors too.

    The capture joins the request's `meta["captures"]`, in order of fetching; robots.txt, which the
    middleware fetches for itself, is handed to the archive at once.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made by Scrapy."""
        extension = cls(crawler)
        crawler.signals.connect(extension.capture, signal=signals.response_downloaded)
        return extension

    def capture(self, response: Response, request: Request) -> None:
        """Scrapy's signal: the body is as sent, content coding kept, transfer coding removed."""
        session = Session.of(self._crawler)
        if not session.keeps:
            return
        location = response.headers.get(b"Location")
        is_redirect = 300 <= response.status < 400 and location is not None
        try:
            reason = HTTPStatus(response.status).phrase
        except ValueError:
            reason = "Unknown"
        if session.error:
            return
        try:
            capture = session.warc.write_response(
                url=request.url,
                status_line=f"{response.status} {reason}",
                headers=[(name, v) for name, values in response.headers.items() for v in values],
                body=response.body,
                fetched_at=datetime.now(UTC),
                ip=str(response.ip_address) if response.ip_address else None,
                location=_target(request.url, location) if is_redirect and location else None,
            )
        except OSError as error:
            session.fail(error)
            return
        session.answered = True
        request.meta.setdefault("captures", []).append(capture)
        if request.callback is NO_CALLBACK:
            session.add(Visit(request.url, "robots", "done", captures=(capture,)))


def _target(url: str, location: bytes) -> str | None:
    try:
        return urljoin(url, location.decode("latin-1"))
    except ValueError:
        return None
