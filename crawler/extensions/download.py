"""The HTTP client: Scrapy's, with a tap on what goes over the wire."""

from __future__ import annotations

import logging
import time
from functools import lru_cache, partial
from types import ModuleType
from typing import Any, cast

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadFailedError
from scrapy.http import Request, Response
from scrapy.settings import BaseSettings
from scrapy.utils._download_handlers import wrap_twisted_exceptions
from scrapy.utils.defer import maybe_deferred_to_future
from scrapy.utils.misc import load_object
from twisted.internet.defer import Deferred
from twisted.web.client import ResponseFailed

from crawler.errors import AnswerError, HemerotecaError
from crawler.extensions.gate import Gate
from crawler.extensions.room import Room
from crawler.failures import NotUnderstoodError
from crawler.stopping import CUT, STOPPING, Stopped
from crawler.warc.records import Headers

logger = logging.getLogger(__name__)


@lru_cache(maxsize=1)
def working_tap() -> ModuleType | None:
    """The module of the tap, if it works with this Scrapy and this Twisted."""
    try:
        from crawler.extensions import tap

        if tap.self_test():
            return tap
        logger.warning("the tap on HTTP connections does not work: headers are kept as Scrapy has")
    except Exception as error:
        logger.warning("no tap on HTTP connections (%s): headers are kept as Scrapy has", error)
    return None


@lru_cache(maxsize=1)
def bounds_heads() -> bool:
    """Whether heads of answers can be bounded with this Scrapy and this Twisted, by the tap or
    without it."""
    if working_tap() is not None:
        return True
    try:
        from crawler.extensions import heads

        return heads.self_test()
    except Exception as error:
        logger.warning("heads of answers cannot be bounded: %s", error)
        return False


def refuse_unbounded_heads() -> None:
    """Raise HemerotecaError where heads of answers cannot be bounded."""
    if not bounds_heads():
        raise HemerotecaError(
            "the head of an answer cannot be bounded with this Scrapy and this Twisted: one server"
            " could fill all memory. Install those that requirements/main.lock names"
        )


class DownloadHandler(HTTP11DownloadHandler):
    """Downloads by HTTP/1.1; what went over the wire is in `request.meta["wire"]` then."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._under_way: set[Deferred[Response]] = set()
        self._is_stopping = False
        self._room = Room.of(crawler)
        self._gate = Gate.of(crawler)
        crawler.signals.connect(self._stop, signal=STOPPING)
        crawler.signals.connect(self._cut_off, signal=CUT)
        self._tap = working_tap()
        settings, pool = crawler.settings, cast(Any, self._pool)
        if self._tap is not None:
            limits = self._tap.HeadLimits(
                settings.getint("DOWNLOAD_MAXHEAD"),
                settings.getint("DOWNLOAD_MAXHEADLINES"),
                2 * settings.getint("DOWNLOAD_MAXSIZE") if settings.getbool("WARC_VERBATIM") else 0,
            )
            pool._factory = partial(self._tap.TappedFactory, limits=limits)
        elif bounds_heads():
            from crawler.extensions.heads import bounded

            pool._factory = bounded(
                pool._factory,
                settings.getint("DOWNLOAD_MAXHEAD"),
                settings.getint("DOWNLOAD_MAXHEADLINES"),
            )

    async def download_request(self, request: Request) -> Response:
        """The answer. Raises Scrapy's download errors, NotUnderstoodError; Stopped where the run
        ends first, or the host has asked for a pause meanwhile."""
        if await self._gate.passed(request, lambda: self._is_stopping):
            self._has_its_turn_now(request)
        try:
            response = await self._download(request)
        except Stopped:
            raise
        except Exception as error:
            self._gate.failed(request, error)
            raise
        if not 100 <= response.status <= 999:  # RFC 9112, 4
            raise NotUnderstoodError(f"status {response.status}"[:80])
        return response

    async def _download(self, request: Request) -> Response:
        request.meta.pop("wire", None)  # a try before this one
        if self._tap is None:
            try:
                return await super().download_request(request)
            except DownloadFailedError as error:
                _raise_own(error.__cause__)
                raise
        agent = self._tap.TappedAgent(
            contextFactory=self._contextFactory,
            bindAddress=self._bind_address,
            pool=self._pool,
            # extensions.limits cuts what is too long, and keeps what has come until then
            maxsize=0,
            fail_on_dataloss=self._fail_on_dataloss,
            crawler=self._crawler,
            tls_verbose_logging=self._tls_verbose_logging,
            room=self._room,
        )
        answer = agent.download_request(request)
        self._under_way.add(answer)
        try:
            with wrap_twisted_exceptions():
                try:
                    return await maybe_deferred_to_future(answer)
                except ResponseFailed as error:
                    _raise_own(error)
                    raise
        except Exception:
            if answer not in self._under_way:
                raise Stopped from None
            raise
        finally:
            self._under_way.discard(answer)
            self._room.end(request)

    def _has_its_turn_now(self, request: Request) -> None:
        """The host's pace counts from now on, not from when a request began to wait for the end of
        a pause: the next one would follow on its heels."""
        slot = self._crawler.engine.downloader.slots.get(request.meta.get("download_slot", ""))
        if slot is not None:
            slot.lastseen = time.monotonic()

    def _stop(self) -> None:
        self._is_stopping = True

    def _cut_off(self) -> None:
        while self._under_way:
            self._under_way.pop().cancel()


def wire_info(settings: BaseSettings) -> Headers:
    """Further fields for a run that fetches: whether heads are kept byte for byte, and bodies with
    their transfer coding. Another download handler than ours has no tap."""
    handler = load_object(settings.getdict("DOWNLOAD_HANDLERS").get("http") or DownloadHandler)
    tapped = issubclass(handler, DownloadHandler) and working_tap() is not None
    coded = tapped and settings.getbool("WARC_VERBATIM")
    return [
        ("http-headers", "verbatim" if tapped else "rebuilt"),
        ("transfer-coding", "kept" if coded else "removed"),
        # of a subscription, with those that the answers to it set
        ("http-cookies", "sent, removed" if settings["COOKIE_FILES"] else None),
    ]


def _raise_own(failed: BaseException | None) -> None:
    """Raise what we ourselves ended an answer for, if we did."""
    for reason in getattr(failed, "reasons", ()):
        if isinstance(reason.value, AnswerError):
            raise reason.value from None
