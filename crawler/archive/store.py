"""Writing to an archive: runs, and batches of visits, each batch one transaction."""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TypeAlias, cast

from crawler import times
from crawler.archive import database, links
from crawler.archive.articles import Articles, insert
from crawler.archive.chains import TOLD_BY, is_chained, is_step
from crawler.archive.frontier import FrontierTable, Steps, Told
from crawler.archive.hindsight import look_back
from crawler.archive.history import History, ReadPage, Story
from crawler.archive.outcomes import Outcome, Plan
from crawler.archive.site_memory import SiteMemory
from crawler.archive.unfit import LESSER, is_about_content
from crawler.items import Article, Capture, FoundUrl, Role, Visit
from crawler.reasons import VERDICT, Reason, because, in_words
from crawler.text import cleaned
from crawler.urls import normalise, site_host

logger = logging.getLogger(__name__)

MAX_ROWS = 4_000
"""Addresses entered in one transaction, about: others wait for its end."""

_WALLS = (401, 402, 403, 407)
"""Statuses that say that somebody else may read it (RFC 9110, 15.5)."""
_Entered: TypeAlias = tuple[Visit, Told, Reason | None]
"""A visit, what of its found URLs was entered ahead of it, and what was left out and why."""


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
        self.db = database.open_for_writing(folder)
        self.frontier = FrontierTable(self.db.conn, plan)
        self.memory = SiteMemory(self.db.conn)
        self.history = History(self.db.conn, page_text)
        self.articles = Articles(self.db.conn, self._site_id, extractor, self.history)
        self._sql = self.db.conn.execute
        self.run_id: int | None = None
        """Key of the run that is open."""
        self._sites: dict[str, int] = {}
        """host → id, within a batch."""
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
    ) -> None:
        """Open the run that what follows belongs to. started_at: ISO 8601, UTC, as exact as it is
        known: what was visited before is visited again, if it is due. uuid: what its WARC files
        call it."""
        arguments_json = json.dumps(cleaned(dict(arguments)), ensure_ascii=False)
        with self.db.atomic():
            self.run_id = insert(
                self.db.conn, "runs", spider=spider, arguments=arguments_json, software=software,
                started_at=times.utc(datetime.fromisoformat(started_at)), uuid=uuid,
            )  # fmt: skip
        self.frontier.begin(started_at)

    def finish_run(self, outcome: str, finished_at: str | None = None) -> None:
        """Close the run. outcome: `finished`, `shutdown`, or another reason why it ended.
        finished_at: ISO 8601, UTC; None for now."""
        finished_at = finished_at or times.now()
        with self.db.atomic():
            self._sql(
                "UPDATE runs SET finished_at = ?, outcome = ? WHERE id = ?",
                (finished_at, outcome, self.run_id),
            )
            if self.run_id is not None:
                look_back(self.db.conn, self.history, self.run_id, finished_at)

    def run_with(self, uuid: str | None) -> int:
        """The key of the run that WARC files call so; of the open run, if there is none."""
        row = self._sql("SELECT id FROM runs WHERE uuid = ?", (uuid,)).fetchone()
        found = row[0] if row else self.run_id
        assert found is not None
        return cast(int, found)

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

    def asks_for_other_dates(self, arguments: Mapping[str, str]) -> bool:
        """Whether the run asks for other dates than the one before on the same site."""
        row = self._sql(
            "SELECT arguments FROM runs WHERE id < ? AND json_extract(arguments, '$.site') = ?"
            " ORDER BY id DESC LIMIT 1",
            (self.run_id, arguments.get("site")),
        ).fetchone()
        before = json.loads(row[0]) if row else {}
        return any(before.get(name) != arguments.get(name) for name in ("since", "until"))

    def warc_end(self, name: str) -> int:
        """Bytes from a WARC file's start to the end of the last record of it that we refer to."""
        row = self._sql(
            "SELECT warc_offset + warc_length FROM captures WHERE warc_file = ?"
            " ORDER BY warc_offset DESC LIMIT 1",
            (name,),
        ).fetchone()
        return row[0] if row else 0

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
        grown, woken, unfit = self.frontier.grown, set(self.frontier.woken), len(self.unfit)
        try:
            entered = [self._enter_ahead(cleaned(visit)) for visit in visits]
            with self.db.atomic():
                self._record_fit(entered, note, counts)
                self.count(counts)
                before_commit()
        except BaseException:
            self._take_back(grown, woken)
            del self.unfit[unfit:]
            raise
        return counts

    def _record_fit(
        self, entered: list[_Entered], note: Callable[[Visit, str | None, bool], None],
        counts: Counter[str],
    ) -> None:  # fmt: skip
        """Store visits, each as far as the database takes it, in a transaction of the caller's."""
        todo = [(entered, 0)]
        while todo:
            part, refused = todo.pop()
            new: Counter[str] = Counter()
            grown, woken = self.frontier.grown, set(self.frontier.woken)
            try:
                with self.db.atomic():
                    stored = [self._record(*each, new) for each in part]
                    for each in stored:  # then only: what is noted is not taken back
                        note(*each)
            except Exception as error:
                self._take_back(grown, woken)
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

    def _take_back(self, grown: int, woken: set[str]) -> None:
        """Forget what a transaction has done that failed."""
        self._sites.clear()
        self.frontier.forget(grown, woken)

    def _enter_ahead(self, visit: Visit) -> _Entered:
        """Enter what a list or page of very many addresses tells of in transactions of their own,
        before its visit: none holds up other programs for long. After a crash it is read again.

        Returns the visit without what was entered, what that was, and what was left out and why.
        """
        told = Told(0, 0)
        if len(visit.found) <= MAX_ROWS:
            return visit, told, None
        now = visit.captures[-1].fetched_at if visit.captures else _now()
        with self.db.atomic():
            url_id = self.frontier.url_id(visit.url, visit.role, self._site_id, now, visit.origin)
            site = self._site_id(visit.url)
        pages = [each for each in visit.found if not is_step(each)]
        steps = [each for each in visit.found if is_step(each)]
        # before its visit is stored, nobody knows whether a story's page is a copy: it is no list
        teller = url_id if _is_list(visit) else None
        for part in _parts(pages):
            with self.db.atomic():
                told = told.plus(self._add_found(replace(visit, found=part), now, teller=teller))
        if visit.role not in TOLD_BY:
            return replace(visit, found=tuple(steps)), told, None
        plan = self.frontier.next_steps(url_id, visit, site, told, revised=False)
        for part in _parts(plan.found):
            with self.db.atomic():
                self._add_steps(visit, plan._replace(found=list(part)), now)
        return replace(visit, found=()), told, plan.left_out

    def wait_for(self, found: Sequence[FoundUrl], now: str) -> None:
        """Queue URLs, if they are not known. now: ISO 8601, UTC."""
        with self.db.atomic():
            self.frontier.add(cleaned(tuple(found)), self._site_id, now, listed=False)

    def reread(self, url: str, record_id: str, article: Article, extractor: str) -> str:
        """Store what an extractor has read again on the page of an article's revision.

        url: the article's address. record_id: WARC-Record-ID of the capture that was read. Returns
        `changed` or `unchanged`.
        """
        with self.db.atomic():
            return self.articles.reread(url, record_id, cleaned(article), extractor)

    def count(self, counts: Counter[str]) -> None:
        """Add to the numbers of the run that is open, in a transaction of the caller's."""
        names = ("captures", "new_articles", "new_revisions", "unchanged_articles", "failures")
        self._sql(
            f"UPDATE runs SET {', '.join(f'{n} = {n} + ?' for n in names)} WHERE id = ?",  # noqa: S608
            (*(counts[name] for name in names), self.run_id),
        )

    def _record(
        self, visit: Visit, told: Told, left_out: Reason | None, counts: Counter[str]
    ) -> tuple[Visit, str | None, bool]:
        """The visit as it was stored, the address of its article, whether that got a revision.

        told: what of its found URLs was entered before. left_out: what was not, and why.
        """
        now = visit.captures[-1].fetched_at if visit.captures else _now()
        origin = visit.origin if visit.origin and visit.origin.url == visit.url else None
        url_id = self.frontier.url_id(visit.url, visit.role, self._site_id, now, origin)
        capture_id = None
        for capture in visit.captures:
            capture_id = self._add_capture(capture, visit.role)
            counts["captures"] += 1
            if capture.url != visit.url:
                self.frontier.pass_by(capture, visit.url)
        article_id, changed = None, None
        stories_before = counts["new_articles"]
        # an import may bring what was before, or the answer to a form: of the URL, more is known
        late = self.frontier.knows_later(url_id, now, reply=visit.kind == "reply")
        story = None if late or visit.part_of else self.history.story_at(url_id)
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
        links.note_visit(self.db.conn, visit, article_id)
        if visit.state == "gone" and story is not None:
            self.history.note_gone(visit, story, capture_id, now)
        counts["failures"] += visit.state in ("failed", "retry") and not visit.is_missed_guess
        revised = bool(changed)
        is_story = _is_story(visit)
        told = told.plus(self._add_found(visit, now, teller=url_id if _is_list(visit) else None))
        steps = self.frontier.next_steps(
            url_id, visit, self._site_id(visit.url), told,
            revised=counts["new_articles"] > stories_before,
        )  # fmt: skip
        self._add_steps(visit, steps, now)
        if left_out := left_out or steps.left_out:
            visit = replace(visit, reason=_with(left_out, visit.reason))
        if changed is None:
            changed = told.fresh > 0
        first = not late and self.frontier.acknowledge(url_id, visit, now, article_id, changed)
        # the address that was asked for counts, wherever it led
        asked = [each.url for each in visit.along if each.state == "redirected"] or [visit.url]
        if first and visit.shape is not None and visit.state in ("done", "gone", "excluded"):
            family = (visit.origin and visit.origin.family) or f"- {visit.shape}"
            site = self._site_id(asked[0])
            self.frontier.families.learn(site, url_id, family, is_story=is_story)
            if visit.url == f"{asked[0]}/":
                self.frontier.families.note_slash(site, family)
        if counts["new_articles"] > stories_before:
            ways = [self.frontier.url_id(url, "page", self._site_id, now) for url in asked]
            self.frontier.families.credit({url_id, *ways})
        self._note_told(visit, first=first, told=told, further=len(steps.found))
        return visit, self._url_of(article_id), revised

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

    def _moved_from(self, visit: Visit) -> Story | None:
        """The story whose address led to the one that was visited, if that shows it still."""
        assert visit.article is not None
        for each in visit.along:
            if each.state == "redirected":
                row = self._sql("SELECT id FROM urls WHERE url = ?", (each.url,)).fetchone()
                story = self.history.story_at(row[0]) if row else None
                if story is not None and self.history.shows(visit.article, story):
                    return story
        return None

    def _add_found(self, visit: Visit, now: str, teller: int | None = None) -> Told:
        """Enter what a visit told of, but for what is the next in a row. teller: the key of its
        URL, where that is no story."""
        found = [each for each in visit.found if not is_step(each)]
        return self.frontier.add(
            found, self._site_id, now, listed=visit.role in TOLD_BY, by=visit.role, teller=teller
        )

    def _add_steps(self, visit: Visit, steps: Steps, now: str) -> None:
        self.frontier.add(
            steps.found, self._site_id, now, listed=visit.role in TOLD_BY, by=visit.role,
            dry=steps.dry,
        )  # fmt: skip

    def _note_told(self, visit: Visit, *, first: bool, told: Told, further: int) -> None:
        """Note what the first visit of a list brought, and what the lists that told of a page were
        worth."""
        if not first:
            return
        site, chains = self._site_id(visit.url), self.frontier.chains
        origin = visit.origin
        if origin is not None and is_chained(origin):
            chains.note_list(site, told.first, further)
        if visit.role == "page":
            is_story = visit.article is not None
            if origin is not None and origin.source in TOLD_BY:
                chains.note_page(site, is_story=is_story)
            if is_story and (number := chains.take_up(site)):
                self.frontier.grown += number
                self.frontier.woken.add(site_host(visit.url))

    def _url_of(self, article_id: int | None) -> str | None:
        row = self._sql("SELECT url FROM articles WHERE id = ?", (article_id,)).fetchone()
        return row[0] if row else None

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
            links.see_links_again(self.db.conn, row[0], capture_id)
        counts["unchanged_articles"] += 1
        return cast(int, row[0])

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

    def _add_capture(self, capture: Capture, role: Role, run_id: int | None = None) -> int:
        known = self._sql(
            "SELECT id FROM captures WHERE record_id = ? AND warc_file = ? AND warc_offset = ?",
            (capture.record_id, capture.warc_file, capture.warc_offset),
        ).fetchone()
        if known:  # a dead run had written it, and what its answer is has been found out since
            return cast(int, known[0])
        original, size = self._capture_of(capture.refers_to), capture.payload_bytes
        if original is not None and capture.status != 304 and not size:
            # a revisit read back from its record: how long the payload is, the response says
            (size,) = self._sql(
                "SELECT payload_bytes FROM captures WHERE id = ?", (original,)
            ).fetchone()
        return insert(
            self.db.conn,
            "captures",
            url=capture.url,
            url_id=self.frontier.url_id(capture.url, role, self._site_id, capture.fetched_at),
            run_id=run_id or self.run_id,
            fetched_at=capture.fetched_at,
            status=capture.status,
            content_type=capture.content_type,
            payload_digest=capture.payload_digest,
            payload_bytes=size,
            record_id=capture.record_id,
            warc_file=capture.warc_file,
            warc_offset=capture.warc_offset,
            warc_length=capture.warc_length,
            location=capture.location,
            record_type=capture.record_type,
            refers_to_id=original,
            truncated=capture.truncated,
            fetch_ms=capture.fetch_ms,
            reservations=json.dumps(capture.reservations) if capture.reservations else None,
        )

    def _capture_of(self, record_id: str | None) -> int | None:
        row = self._sql("SELECT id FROM captures WHERE record_id = ?", (record_id,)).fetchone()
        return row[0] if row else None


def _is_story(visit: Visit) -> bool:
    """Whether a visit found a story of its own; a copy of what another host has is one all the
    same: so addresses here look."""
    elsewhere = visit.part_of and site_host(visit.part_of) != site_host(visit.url)
    return visit.article is not None and (visit.part_of is None or bool(elsewhere))


def _is_list(visit: Visit) -> bool:
    """Whether a visit found a page that is no story, and may have told of some."""
    return visit.role == "page" and visit.state == "done" and not _is_story(visit)


def _with(left_out: Reason, more: Reason | None) -> Reason:
    """The reason of a list of which something was left out, with what else there is to say of
    it."""
    return replace(left_out, subject=f"{more}; {left_out.subject}") if more else left_out


def first_part(visits: Sequence[Visit]) -> int:
    """How many of some visits belong into one transaction: those that tell of at most MAX_ROWS
    addresses together; one at least."""
    rows = 0
    for number, visit in enumerate(visits):
        rows += len(visit.found)
        if number and rows > MAX_ROWS:
            return number
    return len(visits)


def _parts(found: Sequence[FoundUrl]) -> Iterator[tuple[FoundUrl, ...]]:
    for start in range(0, len(found), MAX_ROWS):
        yield tuple(found[start : start + MAX_ROWS])


def _now() -> str:
    return times.now(exact=True)
