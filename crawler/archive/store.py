"""Writing to an archive: runs, and batches of visits, each batch one transaction."""

from __future__ import annotations

import logging
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import cast

from sqlite_utils import Database

from crawler import times
from crawler.archive import database, renderings, run_rows
from crawler.archive.articles import Articles
from crawler.archive.captures import enter_capture, key_of
from crawler.archive.chains import TOLD_BY
from crawler.archive.finds import Told
from crawler.archive.found import Entered, FoundUrls, found_story, is_list
from crawler.archive.frontier import FrontierTable
from crawler.archive.hindsight import look_back
from crawler.archive.history import History, ReadPage
from crawler.archive.keys import url_key
from crawler.archive.known_story import Story
from crawler.archive.mementos import Mementos
from crawler.archive.newcomers import Texts
from crawler.archive.outcomes import Outcome, Plan
from crawler.archive.readings import reread, reread_alike
from crawler.archive.rows import insert
from crawler.archive.run_papers import RunPapers
from crawler.archive.site_memory import SiteMemory
from crawler.archive.unfit import LESSER, is_about_content
from crawler.items import Article, Capture, FoundUrl, Role, Visit
from crawler.reasons import VERDICT, Reason, because, in_words
from crawler.text import cleaned
from crawler.urls import normalise, site_host

logger = logging.getLogger(__name__)

_WALLS = (401, 402, 403, 407)
"""Statuses that say that somebody else may read it (RFC 9110, 15.5)."""


_CACHE_KB = 65_536
"""Memory for pages of the database: with SQLite's own 2 MB each page of an index that a story
touches is read from the file, and what a batch changes is written several times over."""


_LOG_PAGES = 8_000
"""Pages of 8 kB in the log from which on they are moved into the file. Those that each batch
changes (counts, the ends of indexes) are moved once for several batches, not for each."""


class _Remembered(Database):
    """A database of which something is remembered, beside it."""

    def __init__(self, connection: sqlite3.Connection, forget: Callable[[], None]) -> None:
        """forget: drops what is remembered: what a transaction made and has taken back is not
        there, and its keys go to other rows."""
        super().__init__(connection)
        self._forget = forget

    @contextmanager
    def atomic(self) -> Generator[Database]:
        """As it is, and nothing is remembered where it fails."""
        try:
            with super().atomic():
                yield self
        except BaseException:
            self._forget()
            raise


class _UnfitError(Exception):
    """One of some visits cannot be stored as it is."""


_LIKE_STORIES = ("l", "h")
"""What is said of addresses that a list or a headline leads to: those of a story's other pages, to
be printed say, stand behind a word or two."""


class Store:
    """An archive that is being written to.

    One writer at a time. Every method raises sqlite3.Error where the database refuses; nothing of
    the batch is kept then.
    """

    def __init__(
        self,
        folder: Path,
        plan: Callable[[Outcome], Plan] | None = None,
        extractor: str = "unknown",
        page_text: ReadPage | None = None,
    ) -> None:
        """Open or make the archive in `folder`. Raises ArchiveError.

        plan: says when a URL is to be visited again; None: never. extractor: by which articles are
        read, where a visit does not say. page_text: gives the words of a captured page, to compare
        two states of it.
        """
        self.folder = folder
        self.db: Database = _Remembered(database.open_for_writing(folder).conn, self._forget)
        self.db.execute(f"PRAGMA cache_size = -{_CACHE_KB}")
        self.db.execute(f"PRAGMA wal_autocheckpoint = {_LOG_PAGES}")
        # what a statement would take back: on disk it is written once more for each statement
        self.db.execute("PRAGMA temp_store = MEMORY")
        self.frontier = FrontierTable(self.db.conn, plan)
        self.memory = SiteMemory(self.db.conn)
        self.mementos = Mementos(self.db.conn)
        self.history = History(self.db.conn, page_text)
        self.articles = Articles(self.db.conn, self._site_id, extractor, self.history)
        self._found = FoundUrls(self.db, self.frontier, self._site_id)
        self._sql = self.db.conn.execute
        self.papers = RunPapers(self.db.conn, self._site_id)
        self.run_id: int | None = None
        """Key of the run that is open."""
        self._version: int = self._sql("PRAGMA data_version").fetchone()[0]
        """As it was when a batch last looked: another number, and another program has written."""
        self._sites: dict[str, int] = {}
        """host → id."""
        self.unfit: list[tuple[str, Reason | None]] = []
        """URL and reason of each visit that could not be stored as it was."""

    def wait_at_most(self, milliseconds: int) -> None:
        """How long SQLite itself waits for another program's lock, before it raises."""
        self._sql(f"PRAGMA busy_timeout = {milliseconds}")

    def close(self) -> None:
        """Move the write-ahead log into the file, durably, and close."""
        # statistics for the plans of those who read
        self._sql("PRAGMA analysis_limit = 1000")
        self._sql("PRAGMA optimize")
        self._sql("PRAGMA synchronous = FULL")
        self._sql("PRAGMA wal_checkpoint(TRUNCATE)")
        self.db.close()

    # -- runs ------------------------------------------------------------------------------------

    def begin_run(
        self,
        spider: str,
        arguments: Mapping[str, str],
        software: str,
        started_at: str,
        uuid: str | None = None,
        setup: run_rows.Setup = run_rows.Setup(),  # noqa: B008
    ) -> None:
        """Open the run that what follows belongs to. started_at: ISO 8601, UTC, as exact as it is
        known: what was visited before is visited again, if it is due. uuid: what its WARC files
        call it. setup: what it is set up like."""
        with self.db.atomic():
            self.run_id = run_rows.enter(
                self.db.conn, spider, arguments, software, started_at, uuid, setup
            )
        self.frontier.begin(started_at)
        self._trust_keys()

    def finish_run(
        self, outcome: str, finished_at: str | None = None, *, exit_code: int | None = None,
        totals: Mapping[str, int] = MappingProxyType({}),
    ) -> None:  # fmt: skip
        """Close the run. outcome: `finished`, `shutdown`, or another reason why it ended.
        finished_at: ISO 8601, UTC; None for now. exit_code, totals: what it came to."""
        finished_at = finished_at or times.now()
        with self.db.atomic():
            if self.run_id is not None:
                run_rows.end(self.db.conn, self.run_id, outcome, finished_at, exit_code, totals)
                look_back(self.db.conn, self.history, self.run_id, finished_at)
        database.check_keys(self.db, on=True)

    def run_with(self, uuid: str | None) -> int:
        """The key of the run that WARC files call so; of the open run, if there is none."""
        found = run_rows.with_uuid(self.db.conn, uuid)
        found = self.run_id if found is None else found
        assert found is not None
        return found

    def adopt(self, capture: Capture, role: Role, run: str | None) -> None:
        """Enter a capture that a dead run wrote and no visit has acknowledged, in a transaction of
        the caller's. role: of its URL, if that is not known."""
        self._add_capture(cleaned(capture), role, self.run_with(run))

    def add_site(self, home_url: str) -> int:
        """The key of a site, which is entered under the host of its home page if it is not
        known."""
        with self.db.atomic():
            return self._site_id(home_url)

    def find_site(self, host: str) -> int | None:
        """The key of the site at a host; None if it is not known."""
        row = self._sql("SELECT id FROM sites WHERE host = ?", (host,)).fetchone()
        return row[0] if row else None

    # -- batches ---------------------------------------------------------------------------------

    def record(
        self,
        visits: Iterable[Visit],
        note: Callable[[Visit, str | None, bool], None] = lambda visit, article_url, revised: None,
        before_commit: Callable[[], None] = lambda: None,
    ) -> Counter[str]:
        """Store visits with their captures, articles and newly found URLs in one transaction.

        The WARC bytes that the captures refer to must be on disk before. note: told of each visit
        as it was stored, with the address of its article, if there is one, and whether that got a
        revision. before_commit: called when all are.

        What cannot be stored is found by halves and fails, with a reason that is put into `unfit`,
        too; the others are stored as if it had not been among them.

        Returns how many: `captures`, `new_articles`, `new_revisions`, `unchanged_articles`,
        `failures`.
        """
        counts: Counter[str] = Counter()
        grown, woken, unfit = (
            self.frontier.news.grown,
            set(self.frontier.news.woken),
            len(self.unfit),
        )
        self._trust_keys()
        try:
            entered = [self._found.enter_ahead(cleaned(visit)) for visit in visits]
            for record in (self._record_all, self._record_fit):
                try:
                    with self.db.atomic():
                        self._heed_others()
                        record(entered, note, counts)
                        self.articles.index()
                        self.count(counts)
                        before_commit()
                    break
                except _UnfitError:
                    self._take_back(grown, woken)
        except BaseException:
            self._take_back(grown, woken)
            del self.unfit[unfit:]
            raise
        return counts

    def _trust_keys(self) -> None:
        """Have SQLite not look up each key that batches write: all are of rows that the same
        transaction has found or made. What takes rows out has it look them up again; then some of
        what is remembered may be gone."""
        if database.check_keys(self.db, on=False):
            self._forget()

    def _heed_others(self) -> None:
        """Forget what is remembered of the database, if another program has written to it."""
        version = self._sql("PRAGMA data_version").fetchone()[0]
        if version != self._version:
            self._version = version
            self._forget()

    def _forget(self) -> None:
        """Drop what is remembered of the database."""
        self._sites.clear()
        self.articles.words.forget_known()
        self.frontier.forget()

    def _record_all(
        self, entered: list[Entered], note: Callable[[Visit, str | None, bool], None],
        counts: Counter[str],
    ) -> None:  # fmt: skip
        """Store visits that are all as they should be. Raises _UnfitError where one is not.

        Without a savepoint: SQLite would copy each page of the file that any of them changes."""
        new: Counter[str] = Counter()
        try:
            stored = self._stored(entered, new)
        except Exception as error:
            if is_about_content(error):
                raise _UnfitError from error
            raise
        for each in stored:  # then only: what is noted is not taken back
            note(*each)
        counts += new

    def _stored(
        self, entered: list[Entered], counts: Counter[str]
    ) -> list[tuple[Visit, str | None, bool]]:
        by_paper: defaultdict[str, Counter[str]] = defaultdict(Counter)
        stored = [self._counted(*each, counts, by_paper) for each in entered]
        self.papers.add(self.run_id, by_paper)
        self.articles.write()
        return stored

    def _record_fit(
        self, entered: list[Entered], note: Callable[[Visit, str | None, bool], None],
        counts: Counter[str],
    ) -> None:  # fmt: skip
        """Store visits, each as far as the database takes it, in a transaction of the caller's."""
        todo = [(entered, 0)]
        while todo:
            part, refused = todo.pop()
            new: Counter[str] = Counter()
            grown, woken = self.frontier.news.grown, set(self.frontier.news.woken)
            awaiting = self.articles.awaiting_index()
            try:
                with self.db.atomic():
                    for each in self._stored(part, new):  # then only, as before
                        note(*each)
            except Exception as error:
                self._take_back(grown, woken, awaiting)
                if not is_about_content(error) or refused == len(LESSER):
                    raise
                if len(part) > 1:
                    half = len(part) // 2
                    todo += [(part[half:], 0), (part[:half], 0)]
                    continue
                visit, told, left_out = part[0]
                logger.warning("%s could not be stored: %s", visit.url, in_words(error))
                logger.debug("this is why", exc_info=error)
                lesser = LESSER[refused](visit, error)
                if not refused:
                    self.unfit.append((lesser.url, lesser.reason))
                todo.append(([(lesser, told, left_out)], refused + 1))
            else:
                counts += new

    def _take_back(
        self, grown: int, woken: set[str], awaiting: Mapping[int, Texts] = MappingProxyType({})
    ) -> None:
        """Forget what a batch that failed was to write at its end, and what news it had. awaiting:
        what awaits the index all the same."""
        self.articles.take_back(awaiting)
        self.frontier.news.grown, self.frontier.news.woken = grown, woken

    def wait_for(self, found: Sequence[FoundUrl], now: str) -> None:
        """Queue URLs, if they are not known. now: ISO 8601, UTC."""
        with self.db.atomic():
            self.frontier.finds.add(cleaned(tuple(found)), self._site_id, now, listed=False)

    def need_pictures(self, sites: Collection[int], after: int) -> int | None:
        """Queue pictures of some sites' stories that nobody has asked for, as
        `Requisites.add_missing`, in a transaction of the caller's."""
        return self.frontier.requisites.add_missing(sites, after, self._site_id, times.now())

    def reread(self, url: str, record_id: str, article: Article, extractor: str) -> str:
        """Store what an extractor has read again on the page of an article's revision.

        url: the article's address. record_id: WARC-Record-ID of the capture that was read. Returns
        `changed`, `unchanged` or `superseded`, as `readings.reread`.
        """
        with self.db.atomic():
            return reread(self.articles, url, record_id, cleaned(article), extractor)

    def reread_alike(self, url: str, record_id: str, extractor: str) -> str:
        """The same where the article is known to be the one that this run has stored."""
        with self.db.atomic():
            return reread_alike(self.articles, url, record_id, extractor)

    def count(self, counts: Counter[str]) -> None:
        """Add to the numbers of the run that is open, in a transaction of the caller's."""
        if self.run_id is not None:
            run_rows.count(self.db.conn, self.run_id, counts)

    def _counted(
        self, visit: Visit, told: Told, left_out: Reason | None, counts: Counter[str],
        by_paper: defaultdict[str, Counter[str]],
    ) -> tuple[Visit, str | None, bool]:  # fmt: skip
        """The same as `_record`, with its numbers added to those of its newspaper, too."""
        own: Counter[str] = Counter()
        recorded = self._record(visit, told, left_out, own)
        own[run_rows.visited(recorded[0].role, recorded[0].state)] += 1
        of_paper = by_paper[self.papers.paper_of(_of_whose_page(visit))]
        for name, number in own.items():
            of_paper[name] += number
            counts[name] += number
        return recorded

    def _record(
        self, visit: Visit, told: Told, left_out: Reason | None, counts: Counter[str]
    ) -> tuple[Visit, str | None, bool]:
        """The visit as it was stored, the address of its article, whether that got a revision.

        told: what of its found URLs was entered before. left_out: what was not, and why.
        """
        now = visit.captures[-1].fetched_at if visit.captures else _now()
        origin = visit.origin if visit.origin and visit.origin.url == visit.url else None
        visited = self.frontier.visited
        is_anothers = visited.stands_by_itself(visit)
        url_id, is_known = self.frontier.finds.known_url(
            visit.url, visit.role, self._site_id, now, origin
        )
        capture_id = None
        for capture in visit.captures:
            own_id = url_id if capture.url == visit.url else None
            capture_id = self._add_capture(capture, visit.role, url_id=own_id)
            counts["captures"] += 1
            counts["bytes"] += capture.payload_bytes if capture.status != 304 else 0
            if capture.url != visit.url:
                self.frontier.visited.pass_by(capture, visit.url)
        article_id, changed = None, None
        stories_before = counts["new_articles"]
        # an import may bring what was before, or the answer to a form: of the URL, more is known
        late = is_anothers or (
            is_known and visited.knows_later(url_id, now, reply=visit.kind == "reply")
        )
        story = None
        if not late and not visit.part_of:
            story = self.history.story_at(url_id) if is_known else None
            story = story or self._other_spelling(visit)
        if story is not None:
            visit = self._judged(visit, story, capture_id, now)
            if visit.verdict is not None:
                counts[VERDICT + visit.verdict] += 1
        if visit.article is not None and capture_id is not None:
            article_id, changed, visit = self.articles.keep(
                visit, capture_id, now, counts, story or self._moved_from(visit)
            )
        elif visit.not_modified:
            article_id = self._see_unchanged(story, url_id, capture_id, now, counts)
            changed = False
        elif visit.part_of is not None:
            article_id = self._article_of(visit.part_of)
        if visit.picture is not None and capture_id is not None:
            self.frontier.requisites.note_picture(url_id, capture_id, visit.picture)
        elif visit.state == "redirected" and visit.leads_to is not None:
            self.frontier.requisites.note_redirect(url_id, visit.leads_to)
        spot = self.articles.spot(article_id) if article_id is not None else None
        if visit.role != "requisite":
            self.articles.links.note_visit(visit, spot)
        if visit.state == "gone" and story is not None:
            self.history.note_gone(visit, story, capture_id, now)
        counts["failures"] += (
            visit.state in ("failed", "retry")
            and not visit.is_missed_guess
            and visit.role != "requisite"
        )
        revised = bool(changed)
        is_story = found_story(visit)
        told = told.plus(self._found.add(visit, now, teller=url_id if is_list(visit) else None))
        steps = self.frontier.finds.next_steps(
            url_id, visit, self._site_id(visit.url), told,
            revised=counts["new_articles"] > stories_before,
        )  # fmt: skip
        self._found.add_steps(visit, steps, now)
        if left_out := left_out or steps.left_out:
            visit = replace(visit, reason=_with(left_out, visit.reason))
        if changed is None:
            # a list of stories is alive also where others have told of them before
            changed = told.fresh > 0 or (visit.role in TOLD_BY and told.first > 0)
        first = not late and visited.acknowledge(url_id, visit, now, article_id, changed)
        # the address that was asked for counts, wherever it led
        asked = [each.url for each in visit.along if each.state == "redirected"] or [visit.url]
        if first and visit.shape is not None and visit.state in ("done", "gone", "excluded"):
            family = (visit.origin and visit.origin.family) or f"- {visit.shape}"
            site = self._site_id(asked[0])
            was = family[:1] in _LIKE_STORIES and self._shows_what_was(visit, article_id)
            self.frontier.families.learn(site, url_id, family, is_story=is_story, was_story=was)
            if visit.url == f"{asked[0]}/":
                self.frontier.families.note_slash(site, family)
        if counts["new_articles"] > stories_before:
            # what is not known yet, as in a rebuild, no list has told of
            ways = [self._url_id(url) for url in asked if url != visit.url]
            self.frontier.families.credit({url_id, *filter(None, ways)})
        self._found.note_told(visit, first=first, told=told, further=len(steps.found))
        return visit, spot.url if spot is not None else None, revised

    def _judged(self, visit: Visit, story: Story, capture_id: int | None, now: str) -> Visit:
        """A visit to the address of a known story, as what it was."""
        if visit.state == "redirected":
            return self.history.moved(visit, story)
        if capture_id is None or visit.not_modified:
            return visit
        if visit.state == "failed" and visit.captures[-1].status in _WALLS:
            visit = replace(visit, verdict="wall", state="retry")
        if visit.state != "done" and visit.verdict is None:
            return visit
        assert self.run_id is not None
        return self.history.judged(visit, story, capture_id, self.run_id, now)

    def _shows_what_was(self, visit: Visit, article_id: int | None) -> bool:
        """Whether a page shows what a story of an earlier run has, too: where a newspaper moves all
        of its stories, that is so of each, and what else has such an address is one."""
        if visit.part_of is None or visit.reason is None or visit.reason.code != "same_text":
            return False
        row = self._sql(
            "SELECT first_captured_at < ? FROM articles WHERE id = ?",
            (self.frontier.news.begun_at, article_id),
        ).fetchone()
        return bool(row and row[0])

    def _other_spelling(self, visit: Visit) -> Story | None:
        """The story whose address led to the one that was visited, where that is another spelling
        of it: https for http, a host without `www.`."""
        key = url_key(visit.url)
        for each in visit.along:
            if each.state == "redirected" and url_key(each.url) == key:
                known = self._url_id(each.url)
                story = self.history.story_at(known) if known is not None else None
                if story is not None:
                    return story
        return None

    def _moved_from(self, visit: Visit) -> Story | None:
        """The story whose address led to the one that was visited, if that shows it still."""
        assert visit.article is not None
        for each in visit.along:
            if each.state == "redirected":
                known = self._url_id(each.url)
                story = self.history.story_at(known) if known is not None else None
                if story is not None and self.history.shows(visit.article, story):
                    return story
        return None

    def _see_unchanged(
        self, story: Story | None, url_id: int, capture_id: int | None, now: str,
        counts: Counter[str],
    ) -> int | None:  # fmt: skip
        """The server says that a page is as it was: the story on it, if any, stands. story: the one
        whose own address it is."""
        row = self._sql("SELECT article_id FROM urls WHERE id = ?", (url_id,)).fetchone()
        if row is None or row[0] is None:
            return None
        self._sql(
            "UPDATE articles SET last_captured_at = max(last_captured_at, ?) WHERE id = ?",
            (now, row[0]),
        )
        if story is not None:
            self.history.note_seen(story, story.access, None, now, because("http_status", 304))
        if capture_id is not None:
            self.articles.links.see_again(row[0], capture_id)
        counts["unchanged_articles"] += 1
        return cast(int, row[0])

    def _url_id(self, url: str) -> int | None:
        row = self._sql("SELECT id FROM urls WHERE url = ?", (url,)).fetchone()
        return row[0] if row else None

    def _article_of(self, url: str) -> int | None:
        row = self._sql("SELECT article_id FROM urls WHERE url = ?", (url,)).fetchone()
        return row[0] if row else None

    def _site_id(self, url: str) -> int:
        host = site_host(url)
        known = self._sites.get(host)
        if known is not None:
            return known
        row = self._sql("SELECT id FROM sites WHERE host = ?", (host,)).fetchone()
        found: int = row[0] if row else insert(
            self.db.conn, "sites", host=host, home_url=normalise(url) or url, first_seen_at=_now()
        )  # fmt: skip
        self._sites[host] = found
        return found

    def _add_capture(
        self, capture: Capture, role: Role, run_id: int | None = None, url_id: int | None = None
    ) -> int:
        """The key of a capture, which is entered if it is not. url_id: of its URL, if known."""
        known = key_of(self.db.conn, capture)
        if known is None:  # else a dead run had written it; what its answer is was found out since
            if url_id is None:
                finds = self.frontier.finds
                url_id = finds.url_id(capture.url, role, self._site_id, capture.fetched_at)
            known = enter_capture(self.db.conn, capture, url_id, run_id or self.run_id)
        if capture.rendering is not None:
            renderings.enter(self.db.conn, known, capture.rendering)
        return known


def _of_whose_page(visit: Visit) -> str:
    """The address by which a visit's newspaper is told: of what a page needs, that page's."""
    if visit.role == "requisite" and visit.origin is not None and visit.origin.via is not None:
        return visit.origin.via
    return visit.url


def _with(left_out: Reason, more: Reason | None) -> Reason:
    """The reason of a list of which something was left out, with what else there is to say of
    it."""
    return replace(left_out, subject=f"{more}; {left_out.subject}") if more else left_out


def _now() -> str:
    return times.now(exact=True)
