"""What archiving a newspaper would come to: asked of its own lists, with nothing kept."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urljoin, urlsplit

from scrapy import Request, Spider, signals
from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.http import Response
from scrapy.settings import Settings

from crawler.config import Paper, Papers
from crawler.discover import story_urls
from crawler.discover.claims import outside
from crawler.discover.places import USUAL_PLACES
from crawler.discover.sitemaps import parse_sitemap
from crawler.discover.wordpress import parse_posts, posts_url
from crawler.extensions.download import refuse_unbounded_heads
from crawler.failures import explain
from crawler.items import STORY_LIKE
from crawler.reasons import Reason, because
from crawler.runs import Workers
from crawler.runs.visits import Answer, answer_state, read_answer
from crawler.urls import same_owner

# Sitemaps of an index that are read: the others are taken to be like them. Stories that are
# fetched to learn how long one is.
_SITEMAPS = 8
_STORIES = 3
DAY = 86_400


@dataclass(slots=True)
class Estimate:
    """What is known of a paper before it is archived.

    stories: how many its lists name within the span that is asked for; None where it has none.
    story_bytes: of a story's page, as it is sent, on average; None where none could be fetched.
    delay: seconds between two requests. failed: why its home page could not be had.
    """

    paper: Paper
    delay: float
    stories: int | None = None
    is_sampled: bool = False
    by: str = ""
    story_bytes: float | None = None
    failed: Reason | None = None
    examples: list[str] = field(default_factory=list)

    @property
    def days(self) -> float | None:
        """Days of one request after the other; about one more in ten is for lists."""
        return None if self.stories is None else 1.1 * self.stories * self.delay / DAY

    @property
    def bytes(self) -> float | None:
        """Bytes of all pages as they are sent."""
        if self.stories is None or self.story_bytes is None:
            return None
        return self.stories * self.story_bytes


def estimate(papers: Sequence[Paper], settings: Settings) -> list[Estimate]:
    """Ask papers for their lists and a few stories, at the pace of a crawl, and keep nothing. Runs
    the reactor: once in a process. Raises HemerotecaError."""
    refuse_unbounded_heads()
    settings = settings.copy()
    settings.update(
        {
            "EXTENSIONS": {"crawler.extensions.limits.Limits": 5},
            "ITEM_PIPELINES": {},
            "SCHEDULER": "scrapy.core.scheduler.Scheduler",
            "AUTOTHROTTLE_ENABLED": False,
        },
        priority="cmdline",
    )
    usual = settings.getfloat("DOWNLOAD_DELAY")
    found = [Estimate(paper, max(usual, paper.delay or 0.0)) for paper in papers]
    process = AsyncCrawlerProcess(settings)
    process.crawl(_Estimating, estimates=found)
    process.start()
    return found


class _Estimating(Spider):
    name = "estimating"

    def __init__(self, estimates: list[Estimate], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._estimates = estimates
        self._papers = Papers(each.paper for each in estimates)
        self._sitemaps: dict[str, list[str]] = {}
        self._workers = Workers(1, 10.0)

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider._note_robots, signal=signals.robots_parsed)
        crawler.signals.connect(spider._end, signal=signals.spider_closed)
        return spider

    async def start(self) -> AsyncIterator[Request]:
        for each in self._estimates:
            yield Request(
                each.paper.addresses[0], callback=self.home, errback=self.no_home,
                cb_kwargs={"found": each}, dont_filter=True,
            )  # fmt: skip

    def no_home(self, failure: Any) -> None:
        failure.request.cb_kwargs["found"].failed = explain(failure.value)[1]

    async def home(self, response: Response, found: Estimate) -> None:
        """A home page has come: go through what the newspaper lists."""
        state, reason = answer_state(response.status, None)
        if state != "done":
            found.failed = reason or because("http_status", response.status)
            return
        delay = self.crawler.engine.downloader.per_slot_settings.get(
            urlsplit(response.url).hostname or "", {}
        ).get("delay", 0.0)
        found.delay = max(found.delay, delay)
        paper = found.paper
        if "wordpress" in paper.sources:
            await self._by_wordpress(response, found)
        if found.stories is None and "sitemap" in paper.sources:
            await self._by_sitemaps(response.url, found)
        sizes = []
        for url in found.examples[:_STORIES]:
            page = await self._get(url)
            if page is not None:
                sizes.append(_sent(page))
        if sizes:
            found.story_bytes = sum(sizes) / len(sizes)

    async def _by_wordpress(self, home: Response, found: Estimate) -> None:
        type_ = (home.headers.get(b"Content-Type") or b"").decode("latin-1")
        links = tuple(each.decode("latin-1") for each in home.headers.getlist(b"Link"))
        try:
            answer = Answer(home.url, home.body, type_, links)
            reading = await self._workers.run(read_answer, answer, "home", None)
        except Exception as error:  # the page cannot be read: its sitemaps may
            self.logger.debug("the home page is not read", exc_info=error)
            return
        root = reading.page.wordpress if reading.page else None
        url = posts_url(root, since=found.paper.since, until=found.paper.until) if root else None
        response = await self._get(url) if url and same_owner(url, home.url) else None
        total = (response.headers.get(b"X-WP-Total") or b"").decode("latin-1") if response else ""
        if response is None or not total.isdigit():
            return
        found.stories, found.by = int(total), "WordPress"
        posts = parse_posts(response.body, response.url)
        found.examples += [each.url for each in posts[:_STORIES]]

    async def _by_sitemaps(self, home: str, found: Estimate) -> None:
        usual = [urljoin(home, path) for kind, path in USUAL_PLACES if kind == "sitemap"]
        named = self._sitemaps.get(_origin(home), [])
        waiting = list(dict.fromkeys(named)) or usual
        only_one = not named
        read, unread, stories, seen = 0, 0, set[str](), set[str]()
        while waiting and read < _SITEMAPS:
            url = waiting.pop(0)
            if url in seen or not same_owner(url, home):
                continue
            seen.add(url)
            response = await self._get(url)
            if response is None:
                continue
            content = await self._workers.run_list(parse_sitemap, response.body, response.url)
            inner = [
                each.url for each in content.sitemaps
                if not outside(each, found.paper.since, found.paper.until)
            ]  # fmt: skip
            if content.urls:
                read += 1
                stories |= self._stories(content.urls, found)
            if only_one and (inner or content.urls):
                waiting, only_one = [], False
            # spread over them: the first of many are as often the newest as the oldest
            waiting += inner[:: max(1, len(inner) // _SITEMAPS)][:_SITEMAPS]
            unread += max(0, len(inner) - _SITEMAPS)
        if read:
            found.is_sampled = bool(unread or waiting)
            more = (unread + len(waiting)) / read
            found.stories, found.by = round(len(stories) * (1 + more)), "sitemaps"
            found.examples += sorted(stories)[:: max(1, len(stories) // _STORIES)][:_STORIES]

    def _stories(self, urls: Iterable[Any], found: Estimate) -> set[str]:
        paper = found.paper
        like = [
            each.url for each in urls
            if self._papers.of(each.url) is paper
            and story_urls.is_page(each.url) and not outside(each, paper.since, paper.until)
        ]  # fmt: skip
        surely = {url for url in like if story_urls.priority(url) >= STORY_LIKE}
        # where addresses say nothing, all that is no list counts
        return surely or {url for url in like if story_urls.priority(url) >= 0}

    async def _get(self, url: str) -> Response | None:
        request = Request(url, dont_filter=True)
        try:
            response: Response = await self.crawler.engine.download_async(request)
        except Exception as error:
            self.logger.debug("%s: %s", url, error)
            return None
        return response if response.status == 200 else None

    def _note_robots(self, robotparser: Any, request: Request) -> None:
        self._sitemaps[_origin(request.url)] = list(request.meta["sitemaps"])

    def _end(self) -> None:
        self._workers.close()


def _sent(page: Response) -> int:
    """Bytes of a body as it was sent, where the server says it."""
    said = (page.headers.get(b"Content-Length") or b"").decode("latin-1")
    return int(said[:12]) if said.isascii() and said.isdigit() else len(page.body)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
