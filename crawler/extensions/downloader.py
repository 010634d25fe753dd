"""Scrapy's downloader, with as many requests of a host under way as are allowed, and no more."""

from __future__ import annotations

from collections import deque
from typing import Any

from scrapy import Request
from scrapy.core.downloader import Downloader as ScrapyDownloader
from scrapy.core.downloader import Slot


class _Turns(deque[Any]):
    """What waits of a host. What leaves it is under way from that moment on: Scrapy counts a
    request once its coroutine runs, and starts all that wait before that where there is no delay
    between them."""

    def __init__(self, slot: Slot) -> None:
        super().__init__(slot.queue)
        self._under_way = slot.transferring

    def popleft(self) -> Any:
        """The next request, and who waits for its answer."""
        request, waiter = super().popleft()
        self._under_way.add(request)
        return request, waiter


class Downloader(ScrapyDownloader):
    """Asks a host for so many things at once as CONCURRENT_REQUESTS_PER_DOMAIN says."""

    def _get_slot(self, request: Request, *args: Any) -> tuple[str, Slot]:
        key, slot = super()._get_slot(request, *args)
        if not isinstance(slot.queue, _Turns):
            slot.queue = _Turns(slot)
        return key, slot
