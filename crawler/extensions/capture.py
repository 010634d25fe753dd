"""Puts every answer into WARC before anything is made of it."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Self
from urllib.parse import urljoin

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.http import Request, Response
from scrapy.http.request import NO_CALLBACK

from crawler.extensions.limits import truncation
from crawler.extensions.session import Session
from crawler.items import Visit
from crawler.mementos import AsSent
from crawler.runs.visits import reservations
from crawler.warc.exchange import Exchange, rebuilt_head
from crawler.warc.http import without_cookies

ELSEWHERE = "elsewhere"
"""Key in a request's meta: what comes is no answer of a newspaper but of another archive of the
web. It is not put into WARC as such; how it came over the wire stands there (`AsSent`)."""
TAKEN_DOWN = "taken_down"
"""Key in a request's meta: what came is a story that was taken down."""
_RECENT = 512


class CaptureResponses:
    """Writes WARC records for each exchange, redirects and errors too.

    The capture joins the request's `meta["captures"]`, in order of fetching; robots.txt and
    tdmrep.json, which middlewares fetch for themselves, are handed to the archive at once.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._recent: dict[str, None] = {}
        """Payload digests of requisites that came last."""
        self._verbatim = crawler.settings.getbool("WARC_VERBATIM")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made by Scrapy."""
        extension = cls(crawler)
        crawler.signals.connect(extension.capture, signal=signals.response_downloaded)
        return extension

    def capture(self, response: Response, request: Request) -> None:
        """Scrapy's signal: the body is as sent, content coding kept, transfer coding removed."""
        session = Session.of(self._crawler)
        if not session.is_archiving or session.archive.error:
            return
        if ELSEWHERE in request.meta:
            exchange = self._exchange(response, request)
            sent = AsSent(exchange.response_head, response.body, exchange.truncated)
            request.meta[ELSEWHERE] = sent
            return
        due = request.meta.get("due")
        asked_if_changed = due.found.url if due is not None and response.status == 304 else None
        exchange = self._exchange(response, request)
        if session.known.is_taken_down(request.url, exchange.payload_digest):
            request.meta[TAKEN_DOWN] = True
            return
        if due is not None and due.found.role == "requisite":
            self._store_like(session, exchange.payload_digest)
        capture = session.keep(exchange, asked_if_changed)
        if capture is None:
            return
        request.meta.setdefault("captures", []).append(capture)
        if request.callback is NO_CALLBACK:
            session.archive.add(Visit(request.url, "robots", "done", captures=(capture,)))

    def _store_like(self, session: Session, payload_digest: str) -> None:
        """Have what came just now stored, if this is perhaps the same once more: one picture has
        many addresses, and what is not stored yet nothing can refer to."""
        if payload_digest in self._recent:
            session.archive.flush()
        self._recent[payload_digest] = None
        if len(self._recent) > _RECENT:
            del self._recent[next(iter(self._recent))]

    def _exchange(self, response: Response, request: Request) -> Exchange:
        wire = request.meta.pop("wire", None)
        now = datetime.now(UTC)
        if wire is not None:
            seconds = max(0.0, time.time() - wire.started)
            head, request_head = wire.response_head, wire.request_head
        else:
            seconds = request.meta.get("download_latency", 0.0)
            head, request_head = _head(response), b""
        if b"Cookie" in request.headers:  # of a subscription: nobody else's to have
            head, request_head = without_cookies(head), without_cookies(request_head)
        location = response.headers.get(b"Location")
        is_redirect = 300 <= response.status < 400 and location is not None
        site_wide = Session.of(self._crawler).reservations.of(request.url, response.status)
        coded = b"".join(wire.body) if wire is not None and self._verbatim else b""
        return Exchange(
            url=request.url,
            response_head=head,
            body=response.body,
            fetched_at=now - timedelta(seconds=seconds),
            request_head=request_head,
            fetch_ms=round(seconds * 1000),
            ip=str(response.ip_address) if response.ip_address else None,
            truncated=truncation(response, request),
            location=_target(request.url, location) if is_redirect and location else None,
            verbatim=coded or None,
            reservations=reservations(request.url, _headers(response)) + site_wide,
        )


def _head(response: Response) -> bytes:
    """What can be told of the head of an answer without the tap."""
    try:
        phrase = HTTPStatus(response.status).phrase
    except ValueError:
        phrase = ""
    version = response.protocol or "HTTP/1.1"
    return rebuilt_head(version, response.status, phrase, _headers(response))


def _headers(response: Response) -> list[tuple[bytes, bytes]]:
    return [(name, v) for name, values in response.headers.items() for v in values or ()]


def _target(url: str, location: bytes) -> str | None:
    try:
        return urljoin(url, location.decode("latin-1"))
    except ValueError:
        return None
