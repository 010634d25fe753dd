"""Pages read again from WARC, by today's extractor and with what is known of their sites by now:
what is read takes the place of what was read before."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import datetime

from crawler.archive.paper_days import forget_days
from crawler.archive.rereads import Held, elsewhere, note_unread, part_of, unread
from crawler.archive.takedowns import without_words
from crawler.archive.unfit import is_about_content
from crawler.errors import PageError, VisitError
from crawler.extract.dates import normalise
from crawler.extract.version import extractor_version
from crawler.items import Article, Capture, Page
from crawler.learn import SiteProfile
from crawler.reasons import Reason, because, in_words
from crawler.runs.assembly import Whole
from crawler.runs.held_pages import place_of_page
from crawler.runs.readings import packed_place, packed_with_profile, unpack
from crawler.runs.run import Run
from crawler.runs.visits import Place, why_none
from crawler.runs.workers import Workers
from crawler.warc.provenance import conversion_record

# Pages in hand for each reader: enough that none waits for the database.
_AHEAD = 4
_BATCH = 100


async def reextract(
    run: Run,
    workers: Workers,
    jobs: int,
    *,
    site: str | None = None,
    url: str | None = None,
    again: bool = False,
    version: str = "",
    progress: Callable[[Counter[str]], None] = lambda counts: None,
) -> Counter[str]:
    """Read the pages of all revisions again that this extractor has not read.

    jobs: readers. site, url, again, version: as `unread` has them. Returns how many became
    `changed`, stayed `unchanged`, were `superseded` meanwhile, or were `unread` because their page
    cannot be read or is no article any more; those keep what they have. What is done is stored as
    it goes: broken off, it goes on from there. Raises sqlite3.Error, OSError.
    """
    which = _Which(site, url, again, version)
    counts: Counter[str] = Counter()
    batch: list[_Read] = []
    async for each, read in _read_all(run, workers, jobs, which):
        batch.append((each, read))
        if len(batch) >= _BATCH:
            _keep(run, batch, counts)
            batch = []
            progress(counts)
    _keep(run, batch, counts)
    progress(counts)
    return counts


@dataclass(frozen=True, slots=True)
class _Which:
    """Which revisions to read, as `unread` has it."""

    site: str | None
    url: str | None
    again: bool
    version: str


_Read = tuple[Held, Article | Reason | None]
"""A revision and the article on its page, or why there is none; None: the one that it has."""


async def _read_all(run: Run, workers: Workers, jobs: int, which: _Which) -> AsyncIterator[_Read]:
    """Each revision as it is read, in any order."""
    waiting: set[asyncio.Future[_Read]] = set()
    after = (0, 0)
    try:
        while True:
            rows = unread(
                run.store.db.conn, extractor_version(), after=after, site=which.site,
                url=which.url, again=which.again, version=which.version,
                of_sites=run.profiles.extractors,
            )  # fmt: skip
            for each in rows:
                after = (each.article_id, each.revision_id)
                waiting.add(asyncio.ensure_future(_read(run, workers, each)))
                if len(waiting) >= jobs * _AHEAD:
                    done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                    for task in done:
                        yield task.result()
            if not rows:
                break
        for last in asyncio.as_completed(list(waiting)):
            yield await last
    finally:
        for left in waiting:
            left.cancel()


async def _read(run: Run, workers: Workers, each: Held) -> _Read:
    try:
        page = await _page(run, workers, each, is_whole=True)
        if page is None:
            return each, None
        article = await _whole(run, workers, each, page)
        why = why_none(article, page.not_article)
        if why is not None:
            return each, because("no_article", why)
        return each, normalise(article, datetime.fromisoformat(each.captured_at))
    except VisitError as error:
        return each, error.why
    except OSError as error:
        return each, because("damaged_record", f"{each.warc_file}: {error.strerror}")


async def _page(run: Run, workers: Workers, each: Held, *, is_whole: bool = False) -> Page | None:
    """The page, out of another record with the same payload where its own is lost.

    is_whole: None may be given of a story of one page that is read as this run has read it before.
    """
    folder, profile = run.folder, run.profiles.of(each.page_url)
    kept = run.readings.get(each.record_id)
    is_whole = is_whole and run.readings.is_stored(each.record_id)

    async def at(held: Held) -> Page | None:
        return await _page_at(workers, place_of_page(folder, held), profile, kept, is_whole)

    try:
        return await at(each)
    except (PageError, OSError):
        for other in elsewhere(run.store.db.conn, each):
            with contextlib.suppress(PageError, OSError):
                return await at(other)
        raise


async def _page_at(
    workers: Workers, place: Place, profile: SiteProfile | None, kept: bytes | None, is_whole: bool
) -> Page | None:
    if kept is not None:
        packed = await workers.run(packed_with_profile, place, kept, profile, is_whole)
        if packed is None:
            return None
        reading = unpack(packed)
    else:
        reading = unpack(await workers.run(packed_place, place, profile))
    if reading.page is None:
        raise PageError("not_html", reading.kind)
    return reading.page


async def _whole(run: Run, workers: Workers, each: Held, page: Page) -> Article:
    """The article with the text of its later pages, if those were archived with it."""
    whole = Whole(page)
    while (url := whole.wanted) is not None:
        part = part_of(run.store.db.conn, each, url)
        if not whole.add(await _page(run, workers, part) if part else None):
            break
    return whole.article


def _keep(run: Run, batch: list[_Read], counts: Counter[str]) -> None:
    """Store what was read, records before rows. Raises sqlite3.Error, OSError."""
    if not batch:
        return
    run.wait_for_readers()
    with run.store.db.atomic():
        for each, read in batch:
            by = run.profiles.extractor(each.page_url) or extractor_version()
            if isinstance(read, Reason):
                counts["unread"] += 1
                note_unread(run.store.db.conn, each, by, read)
                continue
            if read is None:
                counts[run.store.reread_alike(each.article_url, each.record_id, by)] += 1
                continue
            try:
                outcome = run.store.reread(each.article_url, each.record_id, read, by)
            except Exception as error:
                if not is_about_content(error):
                    raise
                counts["unread"] += 1
                reason = because("not_stored", in_words(error))
                note_unread(run.store.db.conn, each, by, reason)
                continue
            counts[outcome] += 1
            if outcome == "changed":
                capture = _capture(each)
                links = without_words(run.store.db.conn, read.links)
                read = replace(read, links=tuple(links))
                run.warc.write_other(*conversion_record(capture, read, each.article_url, by))
        forget_days(run.store.db.conn, [each.article_id for each, _ in batch])
        run.warc.sync()


def _capture(each: Held) -> Capture:
    """As much of a capture as a conversion record tells of it."""
    return Capture(
        each.page_url, each.captured_at, 200, None, "", 0, each.record_id, each.warc_file,
        each.warc_offset, each.warc_length,
    )  # fmt: skip
