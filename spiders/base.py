"""What all spiders of an archive share: requests of URLs, visits of answers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from typing import Any, ClassVar, Self

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler import failures
from crawler.discover.feeds import parse_feed
from crawler.discover.kinds import sniff
from crawler.discover.sitemaps import parse_sitemap
from crawler.errors import PageError, UsageError
from crawler.extensions.session import Session
from crawler.extract import extract
from crawler.frontier.scheduler import Frontier
from crawler.items import Capture, FoundUrl, Page, Visit
from crawler.urls import normalise, site_host
from spiders.arguments import day, whole_number


class ArchiveSpider(Spider):
    """Fetches URLs, has what comes read in a worker, and yields a `Visit` for each.

    Arguments of all spiders (`-a NAME=VALUE`): archive, allow_private and contact are for the
    command, which turns them into settings; they are kept here for the run's record.
    """

    known_arguments: ClassVar[frozenset[str]] = frozenset({"archive", "allow_private", "contact"})
    follows: ClassVar[bool] = False
    """Whether pages are asked where they lead."""

    def __init__(self, **arguments: str) -> None:
        """Raises UsageError where an argument is unknown or cannot be understood."""
        super().__init__()
        unknown = sorted(set(arguments) - self.known_arguments)
        if unknown:
            raise UsageError(
                f"unknown argument {unknown[0]}=; {self.name} takes "
                + ", ".join(f"{name}=" for name in sorted(self.known_arguments))
            )
        self.arguments = arguments
        self.since = day("since", arguments.get("since"))
        self.until = day("until", arguments.get("until"))
        if self.since and self.until and self.since[: len(self.until)] > self.until:
            raise UsageError(f"since={self.since} is after until={self.until}; exchange them")
        self.max_pages = whole_number("max_pages", arguments.get("max_pages"))
        self.seeds: tuple[str, ...] = ()
        self.resume_hosts: tuple[str, ...] = ()
        self.seed_failures: dict[str, str] = {}
        """seed → why it gave nothing; the command tells the user."""
        self.seeds_done = 0

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Made by Scrapy."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.robots_parsed, signal=signals.robots_parsed)
        return spider

    # -- what a spider decides -------------------------------------------------------------------

    def rank(self, found: FoundUrl) -> int:
        """Priority of a URL: higher is fetched first."""
        return 0

    def follow(self, page: Page, found: FoundUrl) -> Iterable[FoundUrl]:
        """Which of the URLs that a page tells of to visit."""
        return ()

    def accept(self, found: Iterable[FoundUrl]) -> Iterable[FoundUrl]:
        """Which of the URLs that a sitemap or feed tells of to visit."""
        return ()

    def robots_parsed(self, robotparser: Any, request: Request) -> None:
        """A host's robots.txt has come."""

    # -- the way of an answer --------------------------------------------------------------------

    def request(self, found: FoundUrl) -> Request:
        """A request of a URL."""
        return Request(
            found.url,
            callback=self.answered,
            errback=self.failed,
            meta={"found": found, "captures": []},
        )

    async def answered(self, response: Response) -> AsyncIterator[Visit]:
        """An answer of any status has come, perhaps after redirects."""
        found: FoundUrl = response.meta["found"]
        captures: tuple[Capture, ...] = tuple(response.meta["captures"])
        url = found.url
        if response.meta.get("redirect_urls"):
            url = normalise(response.url) or response.url
        if url != found.url:
            yield Visit(found.url, found.role, "redirected", f"to {url}", captures[:-1])
            captures = captures[-1:]
            Frontier.of(self.crawler).mark_seen(url)
            self.moved(found, url)
            if not self.belongs(url):
                yield Visit(url, found.role, "excluded", "leads to another site", captures)
                return
        state, reason = failures.status_state(response.status)
        visit = Visit(url, found.role, state, reason, captures)
        if state == "done":
            try:
                visit = await self._read(response, url, found, captures)
            except PageError as error:
                visit = Visit(url, found.role, "failed", str(error), captures)
        self._note_seed(found, visit)
        yield visit

    async def failed(self, failure: Failure) -> AsyncIterator[Visit]:
        """No answer has come."""
        request: Request = failure.request  # type: ignore[attr-defined]
        found: FoundUrl = request.meta["found"]
        assert failure.value is not None
        state, reason = failures.explain(failure.value)
        visit = Visit(found.url, found.role, state, reason, tuple(request.meta["captures"]))
        self._note_seed(found, visit)
        yield visit

    def belongs(self, url: str) -> bool:
        """Whether an address that a redirect leads to is one to archive."""
        return True

    def moved(self, found: FoundUrl, url: str) -> None:
        """A URL has led to another one."""

    async def _read(
        self, response: Response, url: str, found: FoundUrl, captures: tuple[Capture, ...]
    ) -> Visit:
        content_type = (response.headers.get(b"Content-Type") or b"").decode("latin-1")
        body = response.body
        run = Session.of(self.crawler).workers.run
        kind = sniff(body, content_type, url)
        if kind == "html":
            page = await run(extract, body, url, content_type, self.follows)
            return Visit(
                url, found.role, "done", None, captures, page.article, page.not_article,
                tuple(self.follow(page, found)),
            )  # fmt: skip
        told: Iterable[FoundUrl] = ()
        reason = None
        if kind == "sitemap":
            content = await run(parse_sitemap, body, url)
            told = (*content.urls, *content.sitemaps)
            reason = f"read in part: {content.cut}" if content.cut else None
        elif kind == "feed":
            told = await run(parse_feed, body, url)
        else:
            reason = f"no article: not HTML ({content_type.split(';')[0] or 'no type given'})"
        role = found.role if found.role == "page" else kind if kind != "other" else found.role
        return Visit(url, role, "done", reason, captures, found=tuple(self.accept(told)))

    def _note_seed(self, found: FoundUrl, visit: Visit) -> None:
        if found.source not in ("seed", "list"):
            return
        if visit.state == "done":
            self.seeds_done += 1
        else:
            self.seed_failures[found.url] = visit.reason or visit.state


def same_site(url: str, hosts: Iterable[str]) -> bool:
    """Whether an address belongs to one of these sites."""
    return site_host(url) in hosts
