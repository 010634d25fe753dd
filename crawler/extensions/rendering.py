"""Pages of script in a crawl: shown in a browser whose every request our own downloader makes.

So robots.txt, each host's pace, private addresses, limits and WARC hold for what a page's scripts
ask for as for anything else: the browser itself has no network (`crawler.render`).
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from typing import Any, Self

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.http import Response

from crawler import failures
from crawler.config import Papers, Render
from crawler.discover.script_lists import parse_script_list
from crawler.errors import RenderError
from crawler.extensions.limits import truncation
from crawler.extensions.session import Session
from crawler.failures import RefusedError
from crawler.items import Capture, Due, FoundUrl, Rendering, Visit
from crawler.reasons import because
from crawler.render import (
    VIEWPORT,
    Answered,
    Asked,
    Browser,
    Limits,
    Rendered,
    browser_path,
    what_lacks,
)
from crawler.runs.visits import Answer, Reading, answer_state, rendered, settled_requisite
from crawler.stopping import STOPPING, Stopped
from crawler.urls import absolute, is_wall, normalise, same_owner, site_host

logger = logging.getLogger(__name__)

FOR_PAGE = "for_page"
"""In a request's `meta`: it is made for what a browser shows."""

_KEPT_BYTES = 64 * 1024 * 1024
_KEPT_ANSWERS = 1_000
"""Of scripts and data that are kept for the next pages."""
_DATA_KEPT_FOR = 600.0
"""Seconds; a script is kept as long as the run."""
_MOST_FAILED_STARTS = 3
"""Times that no browser could be started, after which the run goes on without."""
_LEADS_ON = (301, 302, 303, 307, 308)


@dataclass(slots=True)
class Shown:
    """What a browser made of a page."""

    answer: Answer | None = None
    """What it showed, to be read; None where it could not."""
    rendering: Rendering | None = None
    error: RenderError | None = None
    along: list[Visit] = field(default_factory=list)
    """Visits of what the page's scripts asked for; lists of stories with what they tell of."""
    files: list[tuple[Response, Visit]] = field(default_factory=list)
    """The same of pictures, style sheets and fonts, which the page may show: to be read as such."""


@dataclass(slots=True)
class _Kept:
    answer: asyncio.Future[Answered | None]
    until: float
    size: int = 0


class Renderer:
    """Decides which pages are shown in a browser, and has them shown."""

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        self._crawler = crawler
        self._mode: Render = settings["RENDER"]
        self._is_for_all = settings.getbool("RENDER_FOR_ALL")
        self._papers = Papers.of_setting(settings.get("PAPERS"))
        self._named: str = settings["RENDER_BROWSER"]
        self._hosts = frozenset(map(site_host, _as_urls(settings.getlist("RENDER_HOSTS"))))
        self._limits = Limits(
            pages=settings.getint("RENDER_PAGES"),
            seconds=settings.getfloat("RENDER_SECONDS"),
            requests=settings.getint("RENDER_REQUESTS"),
            memory=settings.getint("RENDER_MEMORY"),
        )
        self._sandbox = settings.getbool("RENDER_SANDBOX")
        self._browser: Browser | None = None
        self._failed_starts = 0
        self._tasks: set[asyncio.Task[Rendered]] = set()
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._kept_bytes = 0
        self._is_stopping = False
        self.lacks: str | None = None
        """What to do to have pages shown that were not, once one was not."""
        self.done_without = 0
        """Pages that no browser could show, and that were read from what the server sent."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made by Scrapy."""
        renderer = cls(crawler)
        crawler.signals.connect(renderer._stop, signal=STOPPING)
        crawler.signals.connect(renderer.close, signal=signals.spider_closed)
        return renderer

    @classmethod
    def of(cls, crawler: Crawler) -> Renderer:
        """That of a running crawl."""
        renderer = crawler.get_extension(cls)
        assert renderer is not None
        return renderer

    def wants(self, reading: Reading, url: str) -> bool:
        """Whether a page is to be shown in a browser: by what is asked of its newspaper, and by
        what its markup shows."""
        page = reading.page
        # who asks us to log in, or to agree to something, is not got round
        if page is None or page.not_article == "wall" or is_wall(page.url):
            return False
        mode = self._mode_of(url)
        if mode == "never" or (mode == "auto" and not page.needs_script):
            return False
        if self._failed_starts >= _MOST_FAILED_STARTS:
            return False
        lacks = what_lacks(self._named)
        if lacks is not None:
            self.lacks = lacks
        return lacks is None

    def _mode_of(self, url: str) -> Render:
        paper = None if self._is_for_all else self._papers.of(url)
        return self._mode if paper is None or paper.render is None else paper.render

    async def show(self, response: Response, url: str, capture: Capture) -> Shown:
        """A page as its scripts leave it. response: what the server sent. capture: of that. Raises
        Stopped."""
        shown = Shown()
        document = Answered(response.status, _headers(response), response.body)
        browser = self._ready()

        async def fetch(asked: Asked) -> Answered | None:
            if normalise(asked.url) == url:
                return document
            return await self._fetch(asked, url, shown)

        task = asyncio.ensure_future(browser.show(url, document, fetch))
        self._tasks.add(task)
        try:
            found = await task
        except RenderError as error:
            await self._see_whether_stopping()
            self._note_failure(error)
            shown.error = error
            return shown
        except asyncio.CancelledError:
            if self._is_stopping:
                raise Stopped from None
            raise
        finally:
            self._tasks.discard(task)
        if self._is_stopping:
            raise Stopped  # an answer may be missing
        self._failed_starts = 0
        made_by = _made_by(browser.version, found)
        kept = Session.of(self._crawler).keep_rendering(capture, made_by, found.html)
        if kept is None:
            raise Stopped
        shown.rendering, shown.answer = kept, rendered(url, found.html, kept.made_by)
        return shown

    def does_without(self, reading: Reading, due: Due, shown: Shown) -> bool:
        """Whether a page that no browser could show is read from what the server sent, and count
        it. Not one that shows nothing so, nor a story that we have as a browser showed it: it would
        seem to have been edited."""
        page = reading.page
        if page is None or page.needs_script or due.is_story:
            return False
        logger.warning("%s: %s; what the server sent is read", page.url, shown.error)
        self.done_without += 1
        return True

    def _ready(self) -> Browser:
        if self._browser is None:
            path = browser_path(self._named)
            assert path is not None
            self._browser = Browser(path, self._limits, sandbox=self._sandbox)
        return self._browser

    async def _see_whether_stopping(self) -> None:
        """Ctrl-C reaches the browser, too, and perhaps before us. Raises Stopped."""
        await asyncio.sleep(0.2)
        if self._is_stopping:
            raise Stopped

    def _note_failure(self, error: RenderError) -> None:
        if error.why.code != "render_no_browser":
            return
        self._failed_starts += 1
        if self._failed_starts == _MOST_FAILED_STARTS:
            self.lacks = f"see why no browser can be started ({error.why.subject})"
            logger.warning("%s; pages of script are not shown in this run any more", error)

    # -- what pages ask for ----------------------------------------------------------------------

    async def _fetch(self, asked: Asked, page: str, shown: Shown) -> Answered | None:
        """Answer what a page's script asks for: from what was fetched in this run, else from its
        server. None for what is not for us: data of other owners, beacons among them."""
        url = normalise(asked.url)
        if url is None or self._is_stopping:
            return None
        if not self._may_ask(asked, page, url) or self._is_of_crawl(url):
            return None
        kept = self._kept.get(url)
        if kept is not None and (not kept.answer.done() or time.monotonic() < kept.until):
            return await asyncio.shield(kept.answer)
        until = time.monotonic() + (_DATA_KEPT_FOR if asked.kind != "script" else 1e9)
        kept = _Kept(asyncio.get_running_loop().create_future(), until)
        self._keep(url, kept)
        try:
            answer = await self._download(asked, url, page, shown)
        except BaseException:
            kept.answer.cancel()
            self._forget(url)
            raise
        if not kept.answer.done():
            kept.answer.set_result(answer)
        self._weigh(url, kept, len(answer.body) if answer is not None else 0)
        return answer

    def _may_ask(self, asked: Asked, page: str, url: str) -> bool:
        is_ours = same_owner(page, url) or site_host(url) in self._hosts
        return asked.kind == "script" or is_ours

    def _is_of_crawl(self, url: str) -> bool:
        """Whether the crawl goes there for itself: an answer that a script was given would stand
        there as the page's newest, read by nobody and shown by no browser."""
        known = Session.of(self._crawler).known.lookup(url)
        return (
            known is not None
            and known.found.role not in ("feed", "wordpress", "requisite")
            and known.found.source != "script"
        )

    async def _download(self, asked: Asked, url: str, page: str, shown: Shown) -> Answered | None:
        captures: list[Capture] = []
        found = FoundUrl(url, "page", "script", page)
        try:
            response = await self._ask(asked, url, page, captures)
        except Stopped:
            return None
        except Exception as error:
            state, reason = failures.explain(error)
            visit = Visit(url, "page", state, reason, tuple(captures), origin=found)
            self._visited(shown, visit)
            return None
        if captures:
            request = response.request
            assert request is not None
            done, why = answer_state(response.status, truncation(response, request))
            visit = Visit(url, "page", done, why, tuple(captures), kind="other", origin=found)
            self._read(response, visit, found, shown)
        return Answered(response.status, _headers(response), response.body)

    async def _ask(self, asked: Asked, url: str, page: str, captures: list[Capture]) -> Response:
        """An answer, of the address that the first one leads to; each hop is asked for only where
        the page may have it. captures: takes those of all hops. Raises RefusedError."""
        headers = {"Accept": asked.accept} if asked.accept else {}
        for _ in range(1 + self._crawler.settings.getint("REDIRECT_MAX_TIMES")):
            meta: dict[str, Any] = {"captures": [], "dont_redirect": True, FOR_PAGE: True}
            request = Request(url, headers=headers, meta=meta, callback=_of_page)
            try:
                response = await self._crawler.engine.download_async(request)
            finally:
                captures += meta["captures"]
            where = response.headers.get(b"Location")
            if response.status not in _LEADS_ON or not where:
                return response
            target = absolute(url, where.decode("latin-1"))
            if target is None or not self._may_ask(asked, page, target):
                raise RefusedError(because("to_other_site"))
            url = target
        raise RefusedError(because("endless_redirect"))

    def _read(self, response: Response, visit: Visit, found: FoundUrl, shown: Shown) -> None:
        """Note a visit with what its answer is: a file that pages show, or a list of stories."""
        if visit.state == "done":
            said = (response.headers.get(b"Content-Type") or b"").decode("latin-1")
            as_file = settled_requisite(visit, response.body, said)
            if as_file.state == "done":
                as_file = replace(
                    as_file, role="requisite", origin=replace(found, role="requisite")
                )
                if self._is_for_us(visit.url):
                    shown.files.append((response, as_file))
                return
            if listed := parse_script_list(response.body, visit.url):
                as_list = replace(found, role="feed")
                visit = replace(visit, role="feed", kind="feed", found=listed, origin=as_list)
        self._visited(shown, visit)

    def _visited(self, shown: Shown, visit: Visit) -> None:
        """Note a visit, unless its address is one that the crawl goes to for itself: that visit
        says what is there."""
        if self._is_for_us(visit.url):
            shown.along.append(visit)

    def _is_for_us(self, url: str) -> bool:
        known = Session.of(self._crawler).known.lookup(url)
        if known is None or known.found.source == "script":
            return True
        return known.found.role == "requisite"  # what answers a script, answers the page's need

    # -- answers that are kept -------------------------------------------------------------------

    def _keep(self, url: str, kept: _Kept) -> None:
        self._forget(url)
        self._kept[url] = kept
        while len(self._kept) > _KEPT_ANSWERS:
            self._forget(next(iter(self._kept)))

    def _weigh(self, url: str, kept: _Kept, size: int) -> None:
        if self._kept.get(url) is not kept:
            return
        kept.size = size
        self._kept_bytes += size
        while self._kept_bytes > _KEPT_BYTES and self._kept:
            self._forget(next(iter(self._kept)))

    def _forget(self, url: str) -> None:
        kept = self._kept.pop(url, None)
        if kept is not None:
            self._kept_bytes -= kept.size

    # -- the end ---------------------------------------------------------------------------------

    def _stop(self) -> None:
        self._is_stopping = True
        for task in list(self._tasks):
            task.cancel()

    async def close(self) -> None:
        """End the browser."""
        browser, self._browser = self._browser, None
        if browser is not None:
            await browser.close()


def with_rendering(visit: Visit, rendering: Rendering) -> Visit:
    """A visit whose page was read from what a browser showed. The answer's validators say nothing
    of that: the same shell may be filled with another story."""
    last = replace(visit.captures[-1], rendering=rendering)
    captures = (*visit.captures[:-1], last)
    return replace(visit, captures=captures, etag=None, last_modified=None)


def _made_by(version: str, found: Rendered) -> str:
    """How a page was shown, for whoever reads the record in twenty years."""
    said = [
        f"Chromium/{version} (headless)",
        f"viewport {VIEWPORT[0]}x{VIEWPORT[1]}",
        f"{found.seconds:.1f} s",
        f"{len(found.answered)} requests answered",
    ]
    if found.left_out:
        kinds = ", ".join(f"{name} {n}" for name, n in sorted(found.left_out.items()))
        said.append(f"left out: {kinds}")
    return "; ".join(said)


def _headers(response: Response) -> list[tuple[str, str]]:
    return [
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in response.headers.items()
        for value in values or ()
    ]


def _as_urls(hosts: list[str]) -> list[str]:
    return [host if "//" in host else f"http://{host}/" for host in hosts]


def _of_page(response: Response) -> None:
    """The callback of what a page's script asks for: nothing is made of it here."""
