"""What all spiders of an archive share: requests of URLs, visits of answers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from dataclasses import replace
from typing import Any, ClassVar, Self, cast

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler import failures
from crawler.config import Papers
from crawler.discover.kinds import sniff
from crawler.discover.shapes import shape
from crawler.errors import HemerotecaError, PageError, UsageError
from crawler.extensions.rendering import Renderer, with_rendering
from crawler.extensions.session import Session
from crawler.extract.page import MAX_BYTES, refuse_what_is_too_long
from crawler.frontier.scheduler import Frontier
from crawler.items import KEEPS, Capture, Due, FoundUrl, Keep, Page, Role, State, Visit
from crawler.middlewares.unpacking import CUT
from crawler.outcome import of_seeds
from crawler.reasons import OTHER, Reason, because
from crawler.runs.assembly import Whole, later_page
from crawler.runs.readings import packed_answer, unpack
from crawler.runs.visits import Answer, Reading, answer_state, moved_state, read_place, settled
from crawler.stopping import Stopped
from crawler.urls import normalise, site_host

from .arguments import choice, day, whole_number, without_scheme
from .requisites import bounded, needed, read_requisite
from .soft_errors import INVENTED, NO_SUCH_PAGE, SoftErrors
from .wishes import Wishes

_MOST_SAID = 4_000
"""Characters kept of what a page says that another address led to."""

# Codes of reasons for which a host that may not speak https is asked without.
_NO_HTTPS = frozenset(
    {"robots_not_fetched", "connection_refused", "connection_failed", "tls_failed",
     "no_answer_in_time", "bad_answer"}
)  # fmt: skip

GUESSED = because("guessed")
"""Of an address that was asked for because of what others of its family led to."""


class ArchiveSpider(Spider):
    """Fetches URLs, has what comes read in a worker, and yields a `Visit` for each.

    Arguments of all spiders (`-a NAME=VALUE`): archive, allow_private, contact, cookies and render
    are for the command, which turns them into settings; they are kept here for the run's record,
    which says of cookies only that there were some.
    """

    known_arguments: ClassVar[frozenset[str]] = frozenset(
        {"archive", "allow_private", "contact", "cookies", "render"}
    )

    may_keep_more: ClassVar[bool] = False
    """Whether what pages show is archived, too, where the user wants it: pages of the web as it is
    now, not those of an archive's."""
    doubts_pages: ClassVar[bool] = False
    """Whether to learn, where a page looks odd, how its site answers for what it has not."""

    def __init__(self, **arguments: str) -> None:
        """Raises UsageError where an argument is unknown or cannot be understood."""
        super().__init__()
        unknown = sorted(set(arguments) - self.known_arguments)
        if unknown:
            raise UsageError(
                f"unknown argument {unknown[0]}=; {self.name} takes "
                + ", ".join(f"{name}=" for name in sorted(self.known_arguments))
            )
        self.arguments = (
            {**arguments, "cookies": "of a file"} if "cookies" in arguments else arguments
        )
        self.since = day("since", arguments.get("since"))
        self.until = day("until", arguments.get("until"))
        if self.since and self.until and self.since[: len(self.until)] > self.until:
            raise UsageError(f"since={self.since} is after until={self.until}; swap them")
        self.max_pages = whole_number("max_pages", arguments.get("max_pages"))
        asked = choice("keep", arguments["keep"], KEEPS) if "keep" in arguments else None
        self.keep = cast("Keep | None", asked)
        self.wishes = Wishes((), self.since, self.until, keep=self.keep)
        self.seeds: tuple[str, ...] = ()
        self.servers: tuple[str, ...] = ()
        """Whom the run asks, if not those at the seeds."""
        self.resume_hosts: tuple[str, ...] = ()
        self.seed_failures: dict[str, Reason] = {}
        """seed → why it gave nothing; the command tells the user."""
        self.seeds_done = 0
        self.pauses: dict[str, Reason] = {}
        """Hosts of which this run asks nothing more → why."""
        self._homes: dict[str, str] = {}
        """Seed → the host that it has led to."""
        self.bare = without_scheme(
            *(arguments.get(name) for name in ("site", "url") if "paper" not in arguments)
        )
        """Seeds that were named without http or https."""
        self._keeping: set[str] = set()
        """Hosts of pages that were read to be archived with more than their text."""
        self._soft_errors = SoftErrors(self._ask_invented, self._ask_home)
        self._asides: list[Visit] = []
        """Visits that are to be stored along with the next one."""

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Made by Scrapy. Raises UsageError in a project whose settings are not ours."""
        if crawler.settings.get("ARCHIVE") is None:
            raise UsageError(
                f"the spider {cls.name} needs Hemeroteca's settings; begin your module of settings"
                " with: from crawler.settings import *"
            )
        spider = super().from_crawler(crawler, *args, **kwargs)
        spider.wishes = spider._wishes_with(Papers.of_setting(crawler.settings.get("PAPERS")))
        crawler.signals.connect(spider.robots_parsed, signal=signals.robots_parsed)
        return spider

    def _wishes_with(self, papers: Papers) -> Wishes:
        return Wishes((), self.since, self.until, papers=papers, keep=self.keep)

    @property
    def missed_seeds(self) -> str | None:
        """What the addresses that the run was sent for make of it, as `outcome.of_seeds` has it."""
        missed = [*self.seed_failures.values()]
        if self.pauses:
            missed += filter(None, map(self.missed, self.seeds))
        return of_seeds(missed, archived=self.seeds_done, is_list=self.name == "article")

    def missed(self, seed: str) -> Reason | None:
        """Why a seed gave nothing, or nothing more; None where nothing is amiss."""
        why = self.seed_failures.get(seed) or self.pauses.get(site_host(seed))
        return why or self.pauses.get(self._homes.get(seed, ""))

    @property
    def keeps_more(self) -> bool:
        """Whether more than pages may be archived."""
        return self.may_keep_more and self.wishes.may_keep_more

    @property
    def keepers(self) -> set[str]:
        """Hosts of sites whose pages are archived with more than their text."""
        if not self.keeps_more:
            return set()
        followed = {*self.resume_hosts, *getattr(self, "hosts", ())}
        own = {host for host in followed if self.wishes.keeps(f"http://{host}/") != "text"}
        return own | self._keeping

    def keeps(self, url: str) -> Keep:
        """What is archived beside a page at an address."""
        return self.wishes.keeps(url) if self.may_keep_more else "text"

    # -- what a spider decides -------------------------------------------------------------------

    def rank(self, found: FoundUrl) -> int:
        """Priority of a URL: higher is fetched first."""
        return 0

    def is_part(self, host: str) -> bool:
        """Whether a host is followed as a part of a newspaper at another one."""
        return False

    def refuse(self, due: Due) -> Reason | None:
        """Why not to fetch a URL; None if it is to be fetched."""
        return None

    def left_alone(self, site: str, why: Reason) -> None:
        """Nothing more is asked of a site in this run."""
        self.pauses[site] = why

    def look_further(self, site: str) -> None:
        """Offer more sources of a site, if any, where all that is known of it has been fetched."""

    def follow(self, page: Page, found: FoundUrl) -> Iterable[FoundUrl]:
        """Which of the URLs that a page tells of to visit."""
        return ()

    def accept(self, found: Iterable[FoundUrl]) -> Iterable[FoundUrl]:
        """Which of the URLs that a sitemap or feed tells of to visit."""
        return ()

    def robots_parsed(self, robotparser: Any, request: Request) -> None:
        """A host's robots.txt has come."""

    def answered_nothing(self, found: FoundUrl) -> None:
        """A URL was visited and told of nothing."""

    def lacks(self, found: FoundUrl, visit: Visit) -> Reason | None:
        """Why the answer to a URL is not what the run was sent for; None where it is."""
        return None

    def belongs(self, url: str) -> bool:
        """Whether an address that a redirect leads to is one to archive."""
        return True

    def unwanted(self, page: Page, found: FoundUrl) -> Reason | None:
        """Why nothing of a page's host is to be archived, as the page shows; else None."""
        return None

    def moved(self, found: FoundUrl, url: str) -> None:
        """A URL has led to another one."""

    # -- the way of an answer --------------------------------------------------------------------

    def request(self, due: Due) -> Request:
        """A request of a URL."""
        if due.found.role == "requisite" and due.found.via is not None:
            self.wishes.note_host(due.found.url, due.found.via)
        return Request(
            due.ask_as or due.found.url,
            headers={"Accept": "*/*"} if due.found.role == "requisite" else None,
            callback=self.answered,
            errback=self.failed,
            meta={"due": due, "captures": []},
        )

    async def answered(self, response: Response) -> AsyncIterator[Visit]:
        """An answer of any status has come, perhaps after redirects."""
        due: Due = response.meta["due"]
        found = due.found
        captures: tuple[Capture, ...] = tuple(response.meta["captures"])
        if not captures:
            return  # it could not be kept: the run is ending, and the next one asks again
        along: tuple[Visit, ...] = ()
        if due.ask_as is not None and response.status in (404, 410):
            guess = FoundUrl(due.ask_as, "page", found.source, found.via)
            along = (replace(self._visit(Due(guess), "gone", GUESSED, captures), shape=None),)
            due = replace(due, ask_as=None)
            again = self.request(due)
            try:
                response = await self.crawler.engine.download_async(again)
            except Stopped:
                return
            except Exception as error:
                captures = tuple(again.meta["captures"])
                yield replace(self._visit(due, *failures.explain(error), captures), along=along)
                return
            captures = tuple(response.meta["captures"])
            if not captures:
                return
        url = found.url
        if response.meta.get("redirect_urls") or due.ask_as is not None:
            url = normalise(response.url) or response.url
        if url != found.url:
            moved = self._visit(due, *moved_state(url, was_story=due.is_story), captures[:-1])
            along = (*along, replace(moved, leads_to=url))
            captures = captures[-1:]
            if found.role != "requisite":
                self.moved(found, url)
            if found.role != "requisite" and not self.belongs(url):
                why = because("to_other_site")
                elsewhere = self._visit(due, "excluded", why, captures)
                yield replace(elsewhere, url=url, origin=replace(found, url=url), along=along)
                return
            Frontier.of(self.crawler).mark_seen(url)
            due = Due(replace(found, url=url))
        if response.status == 304 and (due.etag or due.last_modified):
            visit = self._visit(due, "done", None, captures, not_modified=True)
            yield replace(visit, along=along, found=await self._needed_still(due.found))
            self._note_seed(found, "done", None)
            return
        state, reason = _answer_state(response, captures)
        if state == "failed" and response.meta.get("retry_at"):
            state = "retry"  # it asks for another time, and is not against us
        visit = self._visit(due, state, reason, captures, retry_at=response.meta.get("retry_at"))
        if state == "done":
            visit = replace(visit, is_cut=CUT in response.flags)
            try:
                visit, parts = await self._read(response, visit, due)
                along += parts
            except PageError as error:
                visit = replace(visit, state="failed", reason=error.why)
            except Stopped:
                return  # a part of it is missing: it is visited again as a whole
            except HemerotecaError as error:  # nor can any other be read
                Session.of(self.crawler).archive.fail(error)
                return
        if found.role != "requisite" and all(f.role == "requisite" for f in visit.found):
            self.answered_nothing(due.found)
        lacks = self.lacks(found, visit)
        self._note_seed(found, "failed" if lacks else visit.state, lacks or visit.reason)
        yield replace(visit, along=tuple(_led_to(each, visit) for each in along))

    async def failed(self, failure: Failure) -> AsyncIterator[Visit | Request]:
        """No answer has come; where nobody said that the host speaks https, perhaps it does not."""
        if isinstance(failure.value, Stopped):
            return
        request: Request = failure.request  # type: ignore[attr-defined]
        due: Due = request.meta["due"]
        assert failure.value is not None
        state, reason = failures.explain(failure.value)
        if due.found.url in self.bare and reason.code in _NO_HTTPS:
            yield self._ask_plainly(due.found)
            return
        if due.found.role != "requisite":
            self.answered_nothing(due.found)
        self._note_seed(due.found, state, reason)
        yield self._visit(due, state, reason, tuple(request.meta["captures"]))

    def _ask_plainly(self, found: FoundUrl) -> Request:
        plain = f"http{found.url.removeprefix('https')}"
        self.seeds = tuple(plain if url == found.url else url for url in self.seeds)
        self.wishes = self.wishes.beginning_at(self.seeds)
        return self.request(Due(replace(found, url=plain)))

    def _visit(
        self, due: Due, state: State, reason: Reason | None, captures: tuple[Capture, ...],
        *, not_modified: bool = False, retry_at: str | None = None,
    ) -> Visit:  # fmt: skip
        found = due.found
        return Visit(
            found.url, found.role, state, reason, captures, not_modified=not_modified,
            retry_at=retry_at, shape=shape(found.url) if found.role == "page" else None,
            origin=found,
        )  # fmt: skip

    async def _read(
        self, response: Response, visit: Visit, due: Due
    ) -> tuple[Visit, tuple[Visit, ...]]:
        """The visit with what was read, and the visits of a story's later pages."""
        visit = replace(
            visit,
            etag=_header(response, b"ETag"),
            last_modified=_header(response, b"Last-Modified"),
        )
        url, found = visit.url, due.found
        if found.role == "requisite":
            return await read_requisite(self, response, visit, found), ()
        if found.role == "wordpress":
            return await self._read_posts(response, visit, found), ()
        reading = await self._reading(response, url, found.role)
        shown: tuple[Visit, ...] = ()
        renderer = Renderer.of(self.crawler)
        if renderer.wants(reading, url):
            made = await renderer.show(response, url, visit.captures[-1])
            shown = tuple(replace(v, found=tuple(self.accept(v.found))) for v in made.along)
            for answer, file in made.files:
                assert file.origin is not None
                shown += (await read_requisite(self, answer, file, file.origin),)
            if made.answer is not None and made.rendering is not None:
                visit = with_rendering(visit, made.rendering)
                reading = await self._reading_of(made.answer, found.role, visit.captures)
            elif not renderer.does_without(reading, due, made):
                why = made.error.why if made.error is not None else None
                return replace(visit, state="failed", reason=why), shown
        visit, parts = await self._read_page(reading, visit, due)
        return visit, (*shown, *parts)

    async def _read_page(
        self, reading: Reading, visit: Visit, due: Due
    ) -> tuple[Visit, tuple[Visit, ...]]:
        """The same of what an answer, or a browser, holds."""
        url, found = visit.url, due.found
        visit, page = settled(visit, reading), reading.page
        if page is None:
            return replace(visit, found=tuple(self.accept(visit.found))), ()
        if visit.state != "done":
            return visit, ()
        if unwanted := self.unwanted(page, found):
            return replace(visit, article=None, state="excluded", reason=unwanted), ()
        if self.doubts_pages and await self._soft_errors.is_error(page, was_story=due.is_story):
            asides, self._asides = tuple(self._asides), []
            return replace(visit, article=None, state="gone", reason=NO_SUCH_PAGE), asides
        whole, parts = await self._whole(page, due)
        own = {url, *(part.url for part in parts)}
        asides, self._asides = tuple(self._asides), []
        told = tuple(f for f in self.follow(page, found) if f.url not in own)
        if (keep := self.keeps(url)) != "text":
            self._keeping.add(site_host(url))
            told += tuple(needed(keep, reading, whole.article, url))
        by = Session.of(self.crawler).run.profiles.extractor(url)
        visit = replace(visit, article=whole.article, lacks=whole.lacks, found=told, extractor=by)
        return visit, parts + asides

    async def _reading(self, response: Response, url: str, role: Role) -> Reading:
        """What an answer holds. Raises PageError."""
        said = _header(response, b"Content-Type")
        if len(response.body) > MAX_BYTES and sniff(response.body, said, url) == "html":
            refuse_what_is_too_long(response.body)  # a reader's process would be sent a copy first
        links = tuple(each.decode("latin-1") for each in response.headers.getlist(b"Link"))
        answer = Answer(url, response.body, said, links)
        return await self._reading_of(answer, role, tuple(response.meta.get("captures") or ()))

    async def _reading_of(
        self, answer: Answer, role: Role, captures: tuple[Capture, ...]
    ) -> Reading:
        """The same; captures: of the answer, the last of which it is kept under until the run has
        learned."""
        session = Session.of(self.crawler)
        work = session.workers.run_list if role in ("sitemap", "feed") else session.workers.run
        profile, keep = session.run.profiles.of(answer.url), self.keeps(answer.url)
        packed = await work(packed_answer, answer, role, profile, keep)
        reading = unpack(packed)
        if captures:
            session.run.readings.keep(captures[-1].record_id, packed, reading)
        return reading

    async def _needed_still(self, found: FoundUrl) -> tuple[FoundUrl, ...]:
        """What a page needs that has not changed since it was archived, perhaps without that."""
        keep = self.keeps(found.url)
        if keep == "text" or found.role not in ("home", "page"):
            return ()
        self._keeping.add(site_host(found.url))
        session, needs = Session.of(self.crawler), tuple[str, ...]()
        place = session.known.last_page(found.url) if keep == "page" else None
        if place is not None:
            # what is wrong with its record, verify says
            with suppress(PageError, OSError):
                needs = (await session.workers.run(read_place, place, None, keep)).needs
        return tuple(bounded((*session.known.pictures(found.url), *needs), found.url))

    async def _whole(self, page: Page, due: Due) -> tuple[Whole, tuple[Visit, ...]]:
        """A page with its later pages, and the visits of those."""
        whole, visits = Whole(page), list[Visit]()
        while due.found.role == "page" and (url := whole.wanted) is not None:
            if not whole.add(await self._fetch_part(url, visits, page.url)):
                break
        return whole, tuple(visits)

    async def _fetch_part(self, url: str, visits: list[Visit], first: str) -> Page | None:
        """A later page of the story at `first`; None where it cannot be had. Adds its visit."""
        page, visit = await self._fetch_aside(Due(FoundUrl(url, "page", "archive", first)))
        if page is not None:
            visit = later_page(visit, first)
        visits.append(replace(visit, part_of=first) if visit.captures else visit)
        return page

    async def _fetch_aside(self, due: Due) -> tuple[Page | None, Visit]:
        """A page that another one's reading needs, if it can be had, and its visit."""
        request = self.request(due)
        url = due.found.url
        try:
            response = await self.crawler.engine.download_async(request)
        except Stopped:
            raise
        except Exception as error:
            state, reason = failures.explain(error)
            return None, self._visit(due, state, reason, tuple(request.meta["captures"]))
        captures = tuple(response.meta.get("captures") or request.meta["captures"])
        state, why = _answer_state(response, captures)
        visit = self._visit(due, state, why, captures)
        Frontier.of(self.crawler).mark_seen(url)
        if state != "done":
            return None, visit
        try:
            reading = await self._reading(response, url, due.found.role)
        except PageError as error:
            return None, replace(visit, state="failed", reason=error.why)
        visit = settled(visit, reading)
        return reading.page, replace(visit, article=None, not_article=None, found=())

    async def _ask_invented(self, url: str) -> Page | None:
        """What a site shows at an address that nothing is at."""
        page, visit = await self._fetch_aside(Due(FoundUrl(url, "page", "usual")))
        visit = replace(visit, state="gone", reason=INVENTED, shape=None)
        self._asides.append(visit)
        return page

    async def _ask_home(self, url: str) -> Page | None:
        """What a site shows as its home page."""
        page, visit = await self._fetch_aside(Due(FoundUrl(url, "home", "usual")))
        self._asides.append(visit)
        return page

    async def _read_posts(self, response: Response, visit: Visit, found: FoundUrl) -> Visit:
        raise PageError("no_posts", "its lists are read by the news spider")

    def _note_seed(self, found: FoundUrl, state: State, reason: Reason | None) -> None:
        if found.source not in ("seed", "list"):
            return
        if state == "done":
            self.seeds_done += 1
        else:
            self.seed_failures[found.url] = reason or because(OTHER, state)


def _answer_state(response: Response, captures: tuple[Capture, ...]) -> tuple[State, Reason | None]:
    return answer_state(response.status, captures[-1].truncated if captures else None)


def _header(response: Response, name: bytes) -> str | None:
    value = response.headers.get(name)
    return value.decode("latin-1")[:1_000] if value else None


def same_site(url: str, hosts: Iterable[str]) -> bool:
    """Whether an address belongs to one of these sites."""
    return site_host(url) in hosts


def _led_to(visit: Visit, shown: Visit) -> Visit:
    """A visit that the same answer settled; one that led to its page with what that shows, which
    may be that one is to log in."""
    if visit.state != "redirected" or (shown.article and not shown.not_article):
        return visit
    article = shown.article or shown.shown
    text = f"{article.title or ''}\n{article.body}" if article is not None else ""
    return replace(visit, says=f"{text}\n{shown.says}".strip()[:_MOST_SAID])
