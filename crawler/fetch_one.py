"""Fetching one page with the manners of a crawl, and keeping nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response
from scrapy.settings import Settings
from twisted.python.failure import Failure

from crawler import failures
from crawler.errors import UnreachableError, UsageError
from crawler.extensions.download import refuse_unbounded_heads
from crawler.urls import normalise


def fetch_one(
    url: str, settings: Settings, *, allow_private: bool = False
) -> tuple[str, bytes, str | None]:
    """Fetch a page: robots.txt obeyed, private addresses refused unless allowed.

    Returns the address that answered, the page without content coding, and its Content-Type.
    Raises UsageError for a bad address and UnreachableError where no page comes. Runs the reactor:
    once in a process.
    """
    address = normalise(url)
    if address is None:
        raise UsageError(f"{url} is not a web address; write https://news.example/story")
    refuse_unbounded_heads()
    settings = settings.copy()
    settings.update(
        {
            "ALLOW_PRIVATE": allow_private,
            "EXTENSIONS": {"crawler.extensions.limits.Limits": 5},
            "ITEM_PIPELINES": {},
            "SCHEDULER": "scrapy.core.scheduler.Scheduler",
            "AUTOTHROTTLE_ENABLED": False,
            "DOWNLOAD_DELAY": 0,
        },
        priority="cmdline",
    )
    answers: list[Response | BaseException] = []
    process = AsyncCrawlerProcess(settings)
    process.crawl(_OnePage, address=address, answers=answers)
    process.start()
    if not answers:
        raise UnreachableError(f"{address}: no answer; try again later")
    answer = answers[0]
    if isinstance(answer, BaseException):
        _, reason = failures.explain(answer)
        if reason.code == "private_address":
            raise UnreachableError(f"{address}: {reason.subject}; --allow-private permits it")
        why = str(reason).replace("allow_private=1", "--allow-private")  # of an address it led to
        raise UnreachableError(f"{address}: {why}; check the address, or try again later")
    if answer.status >= 400:
        raise UnreachableError(f"{address}: HTTP {answer.status}; check the address")
    content_type = answer.headers.get(b"Content-Type")
    return answer.url, answer.body, content_type.decode("latin-1") if content_type else None


class _OnePage(Spider):
    """Fetches one address and keeps the answer or the failure."""

    name = "one-page"

    def __init__(
        self, address: str, answers: list[Response | BaseException], **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.address = address
        self.answers = answers

    async def start(self) -> AsyncIterator[Request]:
        yield Request(self.address, callback=self.keep, errback=self.fail, dont_filter=True)

    def keep(self, response: Response) -> None:
        self.answers.append(response)

    def fail(self, failure: Failure) -> None:
        assert failure.value is not None
        self.answers.append(failure.value)
