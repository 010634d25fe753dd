"""Bodies are unpacked when there is room for them, whatever comes at once."""

from __future__ import annotations

import asyncio
import gc
import weakref
import zlib
from typing import Self

from isal import isal_zlib
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.http import Request, Response
from scrapy.utils._compression import _DecompressionMaxSizeExceeded

from crawler.extensions.room import Room

# How many times smaller a body may be in gzip or deflate (zlib.net, "Maximum Compression Factor");
# brotli and zstd have no such bound but DOWNLOAD_MAXSIZE.
_PACKED = 1_032
# Bytes that are unpacked at once: what a page and its kin have.
_USUAL = 2_000_000
_OLD = frozenset({b"gzip", b"x-gzip", b"deflate"})
# Seconds after which a body is unpacked all the same: a crawl must go on.
_PATIENCE = 60.0
# … and between two looks for those that nobody holds any more.
_LOOK = 0.5


CUT = "coding cut"
"""Flag of an answer whose body ends before its content coding does."""
_STEP = 1 << 16


def ends_early(packed: bytes, coding: bytes, size: int) -> bool:
    """Whether a gzipped body breaks off, though the message that holds it is whole: something
    behind the server broke. coding: the header's value. size: bytes of what could be unpacked
    (RFC 1952, 2.3.1)."""
    if coding.strip().lower() not in (b"gzip", b"x-gzip") or packed[:2] != b"\x1f\x8b":
        return False
    if int.from_bytes(packed[-4:], "little") == size & 0xFFFFFFFF:
        return False
    while packed[:2] == b"\x1f\x8b":  # one member after another
        member = zlib.decompressobj(31)
        left = packed
        try:
            while left and not member.eof:
                member.decompress(left, _STEP)
                left = member.unconsumed_tail
        except zlib.error:
            return True
        if not member.eof:
            return True
        packed = member.unused_data
    return False


def gunzipped(packed: bytes, most: int) -> bytes | None:
    """What one gzip member unpacks to (RFC 1952); None where it is not one whole member, or of more
    than `most` bytes.

    >>> import gzip
    >>> gunzipped(gzip.compress(b"news"), 100), gunzipped(gzip.compress(b"news")[:-1], 100)
    (b'news', None)
    """
    member = isal_zlib.decompressobj(wbits=31)
    try:
        data: bytes = member.decompress(packed, most + 1)
    except isal_zlib.error:  # type: ignore[misc]
        return None
    return data if member.eof and not member.unused_data and len(data) <= most else None


class UnpackingMiddleware(HttpCompressionMiddleware):
    """Scrapy's own, but that an answer waits while unpacked ones fill UNPACKED_MAXSIZE bytes.

    An answer counts from when it is unpacked until nobody holds it any more. Those that wait are in
    the downloader still: it asks for no more than it may at once.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler=crawler)
        self._most = crawler.settings.getint("UNPACKED_MAXSIZE")
        self._largest = crawler.settings.getint("DOWNLOAD_MAXSIZE")
        self._held = 0
        self._room = Room.of(crawler)
        self._waiting: list[asyncio.Future[None]] = []

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made by Scrapy."""
        return cls(crawler)

    async def process_response(  # type: ignore[override]
        self, request: Request, response: Response
    ) -> Request | Response:
        """The answer without its content coding. Raises IgnoreRequest for what unpacks to more than
        DOWNLOAD_MAXSIZE."""
        size = 0
        coding = response.headers.get(b"Content-Encoding") or b""  # Scrapy takes it off
        if coding:
            once = coding.strip().lower() in _OLD
            size = min(len(response.body) * _PACKED, self._largest) if once else self._largest
            if self._is_tight(size) and not self._is_small(response):
                await self._wait_for(size)
        self._held += size
        try:
            answer = super().process_response(request, response)
        finally:
            self._free(size)
        if isinstance(answer, Response):
            if ends_early(response.body, coding, len(answer.body)):
                answer.flags.append(CUT)
            self._held += len(answer.body)
            weakref.finalize(answer, self._free, len(answer.body)).atexit = False
            weakref.finalize(answer, self._room.keep(len(answer.body))).atexit = False
        return answer

    @staticmethod
    def _decode(body: bytes, encoding: bytes, max_size: int) -> bytes:
        """As Scrapy's, but that sound gzip is unpacked in one step, by a library that takes a
        quarter of the time; what is not sound is left to Scrapy, which takes what it can."""
        whole = gunzipped(body, max_size) if encoding in (b"gzip", b"x-gzip") else None
        if whole is not None:
            return whole
        return HttpCompressionMiddleware._decode(body, encoding, max_size)

    def _is_tight(self, size: int) -> bool:
        return bool(self._held) and self._held + size > self._most

    def _is_small(self, response: Response) -> bool:
        """Whether an answer unpacks to no more than a page usually has."""
        try:
            self._handle_encoding(
                response.body, response.headers.getlist("Content-Encoding"), _USUAL
            )
        except _DecompressionMaxSizeExceeded:
            return False
        except Exception:
            return True  # what cannot be unpacked takes no room; it is told where that is done
        return True

    async def _wait_for(self, size: int) -> None:
        loop = asyncio.get_running_loop()
        patience = loop.time() + _PATIENCE
        while self._is_tight(size) and loop.time() < patience:
            turn = loop.create_future()
            self._waiting.append(turn)
            await asyncio.wait([turn], timeout=_LOOK)
            if not turn.done():
                gc.collect()  # answers that were read may hang in a circle of references

    def _free(self, size: int) -> None:
        self._held -= size
        waiting, self._waiting = self._waiting, []
        for turn in waiting:
            if not turn.done():
                turn.set_result(None)
