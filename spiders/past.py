"""What the spiders share that bring captures from other archives of the web."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from datetime import UTC, datetime

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler import failures
from crawler.archive.mementos import Waiting
from crawler.counted import counted
from crawler.errors import HemerotecaError
from crawler.extensions.capture import ELSEWHERE
from crawler.extensions.limits import MOST_BYTES
from crawler.extensions.session import Session
from crawler.extract.fields import is_front
from crawler.frontier.past import PastQueue, digits
from crawler.items import Page, Visit
from crawler.mementos import (
    Asking,
    AsSent,
    Listed,
    asking,
    has_digest,
    leads_elsewhere,
    may_be_own_story,
    record_in,
    repeated,
)
from crawler.outcome import PARTLY, of_seeds
from crawler.reasons import Reason, because
from crawler.stopping import Stopped
from crawler.urls import same_owner
from crawler.warc.http import parse
from crawler.warc.one import one_record
from crawler.warc.reader import Record

from .lists import TRIES, ListsSpider

_LISTS = ("listing", "front_page")
_MOMENT = b"memento-datetime"


class PastSpider(ListsSpider):
    """Fetches what is listed, and makes captures of it, of their dates."""

    def __init__(self, **arguments: str) -> None:
        """Raises UsageError."""
        super().__init__(**arguments)
        self._led_to: set[tuple[str, str]] = set()
        """Address and moment of captures that others were asked for in place of."""

    @property
    def missed_seeds(self) -> str | None:
        """What could not be listed or fetched makes of the run."""
        counts = Counter[str]() if self.queue is None else self.queue.counts
        missed = list(self.seed_failures.values())
        if missed and not (counts["listed"] or counts["known"]):
            return of_seeds(missed, archived=0, is_list=False)
        return PARTLY if missed or counts["retry"] or counts["failed"] else None

    # -- what comes next -------------------------------------------------------------------------

    async def proceed(self) -> list[Request]:
        """What is to be asked for next."""
        async with self._turn:
            try:
                return await self._more()
            except (sqlite3.Error, OSError, HemerotecaError) as error:
                Session.of(self.crawler).archive.fail(error)
                return []

    async def _more(self) -> list[Request]:
        found: list[Request] = []
        if self.queue is not None:
            self.queue.settle()
        while not self._is_stopping:
            if self._may_ask and (request := self._ask_next()):
                self._is_asking = True
                found.append(request)
            while self.queue is not None and self._fetching < self._most:
                waiting = None if self._is_full() else self.queue.next()
                if waiting is None:
                    break
                if (request := await self._begin(self.queue, waiting)) is not None:
                    self._fetching += 1
                    found.append(request)
            if found or self._fetching or self._is_asking or self.queue is None:
                break
            await self.queue.bringing.finish()  # stories that wait for later pages, too
            if not self.queue.settle():
                break
        return found

    @property
    def _most(self) -> int:
        """Captures that are asked for at once: enough to keep one host busy."""
        return self.crawler.settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN") + 2

    @property
    def _may_ask(self) -> bool:
        """Whether to ask for more of lists: of newspapers also where no more is to be fetched."""
        of_newspaper = bool(self._lists) or self._list is not None
        return not (self._is_asking or self._is_over) and (of_newspaper or not self._is_full())

    def _is_full(self) -> bool:
        """Whether no more captures are to be fetched."""
        if self.max_pages is not None and self._fetched >= self.max_pages:
            Session.of(self.crawler).is_full = True
            return True
        return self._is_over or self._is_stopping

    # -- captures --------------------------------------------------------------------------------

    def record(
        self, waiting: Waiting, response: Response, sent: AsSent
    ) -> tuple[Record, bool] | Reason:
        """The WARC record that an answer holds, and whether its payload is surely not what the
        index has; or why it holds none."""
        listed = self._as_listed(waiting)
        moment = None
        if self.endpoint.dialect != "commoncrawl":
            moment = leads_elsewhere(sent, listed)
        if moment is not None:
            by = self._asker(waiting.url)
            # one step: a server may lead on from each place that it has led to
            if by is not None and (waiting.url, listed.timestamp) not in self._led_to:
                self._led_to.add((waiting.url, moment))
                if self.queue is not None:
                    self.queue.add(by, [replace(listed, timestamp=moment, digest=None)])
            return because("other_moment", moment)
        return record_in(
            self.endpoint, listed, sent, response.body, response.status, response.url,
            datetime.now(UTC),
        )  # fmt: skip

    async def _begin(self, queue: PastQueue, waiting: Waiting) -> Request | None:
        """The request of a capture; None where it need not be fetched."""
        session = Session.of(self.crawler)
        listed = self._as_listed(waiting)
        how = asking(self.endpoint, self.data, listed)
        if session.known.is_taken_down(waiting.url):
            queue.settled(waiting, "failed", because("taken_down"))
            return None
        if how is None:
            queue.settled(waiting, "failed", because("other_record"))
            return None
        held = queue.held(waiting)
        if held is not None:
            is_ours = held.source_uri == how.url and not held.is_of_whole_run
            if held.is_read and not is_ours:
                queue.settled(waiting, "archived")
            elif (why := await queue.bringing.read_again(waiting.id, held)) is not None:
                queue.settled(waiting, "failed", why)
            return None
        original = queue.same_payload(waiting)
        if original is not None:
            now = datetime.now(UTC)
            data = repeated(listed, original, how.url, self.endpoint.index, now)
            queue.counts["repeated"] += 1
            await self._take(queue, waiting, one_record(data, "memento.warc"))
            return None
        self._fetched += 1
        return self._request(waiting, how)

    def _request(self, waiting: Waiting, how: Asking) -> Request:
        # tries of ours have pauses between them
        meta = {ELSEWHERE: None, "waiting": waiting, "tries": 1, "dont_retry": True}
        meta["dont_redirect"] = True
        if how.most_bytes is not None:
            meta[MOST_BYTES] = how.most_bytes
        return Request(
            how.url, headers=dict(how.headers), callback=self.fetched, errback=self.not_fetched,
            dont_filter=True, meta=meta,
        )  # fmt: skip

    async def fetched(self, response: Response) -> AsyncIterator[Request]:
        """A capture has come, or an error in its place."""
        waiting: Waiting = response.meta["waiting"]
        sent: AsSent | None = response.meta[ELSEWHERE]
        queue = self.queue
        if sent is None or queue is None:
            return  # the run is ending
        request = response.request
        assert request is not None
        again = False
        is_own = not response.headers.get(b"Memento-Datetime")  # the web archive's, and no capture
        is_fault = is_own and response.status >= 400
        if sent.truncated == "length" and not is_fault:
            if self.endpoint.dialect == "commoncrawl" and response.status == 200:
                whole = because("no_parts")
                self._end(whole)
                queue.settled(waiting, "retry", whole, counts=False)
            else:
                queue.settled(waiting, "failed", because("too_long"))
            self._fetching -= 1
            for each in await self.proceed():
                yield each
            return
        why = self._refusal(response) if is_own else None
        if why is None and is_fault and (sent.truncated is not None or response.status >= 500):
            why = because("http_status", response.status)
        elif why is None and sent.truncated is not None:
            why = because("broken_off")
        if why is not None:
            again = self._fails(queue, waiting, why, request)
        elif not await self._receive(queue, waiting, response, sent):
            return
        if again:
            yield self._again(request)
            return
        self._fetching -= 1
        for each in await self.proceed():
            yield each

    async def _receive(
        self, queue: PastQueue, waiting: Waiting, response: Response, sent: AsSent
    ) -> bool:
        """Make a capture of an answer, or say why it is none; returns whether the run goes on."""
        try:
            found = self.record(waiting, response, sent)
            if not isinstance(found, Reason):
                self._failures = 0
                if found[1]:
                    queue.differs(waiting)
                queue.counts["fetched"] += 1
                await self._take(queue, waiting, found[0])
                return True
        except (sqlite3.Error, OSError, HemerotecaError) as error:
            Session.of(self.crawler).archive.fail(error)
            return False
        if self._may_be_of_all(queue, found):
            self._to_try_again(queue, waiting, found)
        else:
            queue.settled(waiting, _STATES.get(found.code, "failed"), found)
            self._failures = 0
        return True

    def _may_be_of_all(self, queue: PastQueue, why: Reason) -> bool:
        """Whether an answer that holds no capture may come in place of all that is asked for: a
        wall, or where no captures are."""
        if why.code == "memento_gone":
            return not queue.counts["fetched"]
        return why.code in ("no_memento", "http_status")

    async def not_fetched(self, failure: Failure) -> AsyncIterator[Request]:
        """No answer has come."""
        if isinstance(failure.value, Stopped) or self.queue is None:
            return
        assert failure.value is not None
        request: Request = failure.request  # type: ignore[attr-defined]
        state, why = failures.explain(failure.value)
        if state == "excluded":
            self._end(why)
        if why.code == "bad_coding" and (as_it_came := self._not_decoded(request)) is not None:
            async for each in self.fetched(as_it_came):
                yield each
            return
        if why.code == "too_long":
            self.queue.settled(request.meta["waiting"], "failed", why)
        elif self._fails(self.queue, request.meta["waiting"], why, request):
            yield self._again(request)
            return
        self._fetching -= 1
        for each in await self.proceed():
            yield each

    def _not_decoded(self, request: Request) -> Response | None:
        """An answer whose coding is damaged, or is announced and not there, as it came; None where
        the next answer may be better."""
        sent: AsSent | None = request.meta[ELSEWHERE]
        waiting: Waiting = request.meta["waiting"]
        if sent is None:
            return None
        if not has_digest(sent.body, waiting.digest) and request.meta["tries"] < TRIES:
            return None
        message = parse(sent.head)
        headers = {name: value for name, value in message.headers if name.lower() == _MOMENT}
        return Response(request.url, message.status or 0, headers, sent.body, request=request)

    async def _take(self, queue: PastQueue, waiting: Waiting, record: Record) -> None:
        """Make a capture of a record."""
        why = await queue.bringing.take(waiting.id, record, "memento.warc")
        if why is not None:
            queue.settled(waiting, "failed", why)

    def _as_listed(self, waiting: Waiting) -> Listed:
        return Listed(
            waiting.url, digits(waiting.captured_at), waiting.status, waiting.content_type,
            waiting.digest, *(waiting.place or ()),
        )  # fmt: skip

    # -- what a capture leads to -----------------------------------------------------------------

    def _covering(self, url: str) -> str | None:
        """For whom a list was asked for that has an address, if there was one."""
        return next((by for by, each in self._scopes.items() if each.has(url)), None)

    def _asker(self, url: str) -> str | None:
        """For whom a capture was asked for."""
        return self._covering(url) or next(iter(self._wanted), None)

    def note_read(self, visit: Visit, page: Page | None) -> None:
        """A capture was read: have what it leads to asked for that no list has."""
        wanted_by = self._covering(visit.url)
        if wanted_by is None:
            return
        if visit.leads_to is not None and not is_front(visit.leads_to):
            self._look_up(wanted_by, [visit.leads_to], is_own=True)
        if page is None or (visit.role != "home" and page.not_article not in _LISTS):
            return
        says = zip(page.out_links, page.link_words, strict=True)
        links = [url for url, word in says if may_be_own_story(url, word)]
        home = f"http://{wanted_by}"
        for is_own in (True, False):
            urls = [url for url in links if same_owner(url, home) == is_own]
            self._look_up(wanted_by, urls, is_own=is_own)

    def _look_up(self, wanted_by: str, urls: Iterable[str], *, is_own: bool) -> None:
        queue = self.queue
        urls = [url for url in urls if self._covering(url) is None]
        if urls and queue is not None:
            queue.note(lambda to: to.look_up(queue.web_archive, wanted_by, urls, is_own=is_own))

    # -- failures --------------------------------------------------------------------------------

    def _fails(self, queue: PastQueue, waiting: Waiting, why: Reason, request: Request) -> bool:
        """A capture could not be had; returns whether it is to be asked for again now."""
        is_last = request.meta["tries"] >= TRIES
        if not is_last and not self._is_over and not self._is_stopping:
            if why.code != "http_status" or "retry_at" not in request.meta:
                self._pause(request.url, request.meta["tries"])
            return True
        self._to_try_again(queue, waiting, why)
        return False

    def _to_try_again(self, queue: PastQueue, waiting: Waiting, why: Reason) -> None:
        """Leave a capture to the next run. When nothing more is asked for, because nobody answers,
        those in hand have not had their try."""
        self._count_failure(why)
        queue.settled(waiting, "retry", why, counts=not self._is_over)

    def _again(self, request: Request) -> Request:
        return request.replace(
            meta={**request.meta, "tries": request.meta["tries"] + 1, ELSEWHERE: None},
            dont_filter=True,
        )

    # -- what the run came to --------------------------------------------------------------------

    @property
    def waiting(self) -> int:
        """Captures that wait, for the line that shows how far the run has come."""
        return 0 if self.queue is None else self.queue.size

    def count_left(self) -> None:
        """Count what waits still, while the archive is open."""
        if self.queue is not None:
            self.queue.settle()
            self.left = self.queue.left()

    @property
    def account(self) -> list[str]:
        """What to tell the user besides."""
        if self.queue is None:
            return []
        counts = self.queue.counts
        here = counts["known"]
        lines = [
            f"From {self.endpoint.index}: {counts['listed']:,} listed captures may be pages,"
            f" {counts['new']:,} of them new; {counts['fetched']:,} fetched,"
            f" {counts['repeated']:,} like one that is here, {here:,} here already"
        ]
        if counts["not pages"]:
            lines.append(f"  {counts['not pages']:,} others are no pages, or of other dates")
        lines += [
            f"  {counted(number, 'line')} of its index passed over: {what}"
            for what, number in self._odd.most_common(8)
            if number
        ]
        lines += [
            f"  {counted(number, 'part')} of its index could not be had, and the next run asks for"
            f" {'it' if number == 1 else 'them'}: {why}"
            for why, number in self._not_had.most_common(8)
        ]
        if counts["differs"]:
            lines.append(
                f"  {counted(counts['differs'], 'capture')} kept whose payload does not have the"
                " digest of the index"
            )
        lines += [
            f"  {counted(number, 'capture')} not to be had: {why}"
            for why, number in self.queue.reasons.most_common(8)
        ]
        if self._lookups:
            lines.append(
                f"  {counted(self._lookups, 'single address', 'single addresses')} looked up,"
                f" {self._lookups_found:,} of them found"
            )
        if self.left:
            lines.append(
                f"  {counted(self.left, 'capture')} to come: the same command resumes with them"
            )
        return lines


_STATES = {"other_moment": "gone", "memento_gone": "gone"}
