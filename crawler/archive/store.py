"""Writing to an archive: runs, and batches of visits, each batch one transaction."""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from crawler.archive import database, graph
from crawler.archive.articles import Articles, insert
from crawler.archive.frontier import FrontierTable
from crawler.archive.outcomes import Outcome, Plan
from crawler.archive.site_memory import SiteMemory
from crawler.archive.unfit import LESSER, is_about_content
from crawler.items import Article, Capture, FoundUrl, Role, Visit
from crawler.reasons import in_words
from crawler.text import cleaned
from crawler.urls import normalise, site_host

logger = logging.getLogger(__name__)


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
    ) -> None:
        """Open or make the archive in `folder`. Raises ArchiveError.

        plan: says when a URL is to be visited again; None: never. extractor: by which articles are
        read, where a visit does not say.
        """
        self.folder = folder
        self.db = database.open_for_writing(folder)
        self.frontier = FrontierTable(self.db.conn, plan)
        self.memory = SiteMemory(self.db.conn)
        self.articles = Articles(self.db.conn, self._site_id, extractor)
        self._sql = self.db.conn.execute
        self.run_id: int | None = None
        """Key of the run that is open."""
        self._sites: dict[str, int] = {}
        """host → id, within a batch."""
        self.unfit: list[tuple[str, str]] = []
        """URL and reason of each visit that could not be stored as it was."""

    def close(self) -> None:
        """Move the write-ahead log into the file, durably, and close."""
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
        """Open the run that what follows belongs to. started_at: ISO 8601, UTC. uuid: what its WARC
        files call it."""
        arguments_json = json.dumps(cleaned(dict(arguments)), ensure_ascii=False)
        with self.db.atomic():
            self.run_id = insert(
                self.db.conn, "runs", spider=spider, arguments=arguments_json, software=software,
                started_at=started_at, uuid=uuid,
            )  # fmt: skip
        self.frontier.begun_at = started_at

    def finish_run(self, outcome: str, finished_at: str | None = None) -> None:
        """Close the run. outcome: `finished`, `shutdown`, or another reason why it ended.
        finished_at: ISO 8601, UTC; None for now."""
        finished_at = finished_at or datetime.now(UTC).isoformat(timespec="seconds")
        with self.db.atomic():
            self._sql(
                "UPDATE runs SET finished_at = ?, outcome = ? WHERE id = ?",
                (finished_at, outcome, self.run_id),
            )

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
            with self.db.atomic():
                self._record_fit([cleaned(visit) for visit in visits], note, counts)
                self.count(counts)
                before_commit()
        except BaseException:
            self._take_back(grown, woken)
            del self.unfit[unfit:]
            raise
        return counts

    def _record_fit(
        self, visits: list[Visit], note: Callable[[Visit, str | None, bool], None],
        counts: Counter[str],
    ) -> None:  # fmt: skip
        """Store visits, each as far as the database takes it, in a transaction of the caller's."""
        todo = [(visits, 0)]
        while todo:
            part, refused = todo.pop()
            new: Counter[str] = Counter()
            grown, woken = self.frontier.grown, set(self.frontier.woken)
            try:
                with self.db.atomic():
                    stored = [self._record(visit, new) for visit in part]
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
                logger.warning("%s could not be stored: %s", part[0].url, in_words(error))
                logger.debug("this is why", exc_info=error)
                lesser = LESSER[refused](part[0], error)
                if not refused:
                    self.unfit.append((lesser.url, lesser.reason or ""))
                todo.append(([lesser], refused + 1))
            else:
                counts += new

    def _take_back(self, grown: int, woken: set[str]) -> None:
        """Forget what a transaction has done that failed."""
        self._sites.clear()
        self.frontier.forget(grown, woken)

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

    def _record(self, visit: Visit, counts: Counter[str]) -> tuple[Visit, str | None, bool]:
        """The visit as it was stored, the address of its article, whether that got a revision."""
        now = visit.captures[-1].fetched_at if visit.captures else _now()
        origin = visit.origin if visit.origin and visit.origin.url == visit.url else None
        url_id = self.frontier.url_id(visit.url, visit.role, self._site_id, now, origin)
        capture_id = None
        for capture in visit.captures:
            capture_id = self._add_capture(capture, visit.role)
            counts["captures"] += 1
        article_id, changed = None, None
        stories_before = counts["new_articles"]
        if visit.article is not None and capture_id is not None:
            article_id, changed, visit = self.articles.keep(visit, capture_id, now, counts)
        elif visit.not_modified:
            article_id, changed = self._see_unchanged(url_id, now, counts), False
        elif visit.part_of is not None:
            article_id = self._article_of(visit.part_of)
        graph.note_visit(self.db.conn, visit, article_id)
        visited_at = self.frontier.visited_at(url_id)
        # an import may bring what was before: of the URL, more is known by now
        late = visited_at is not None and visited_at > now
        if visit.state == "gone" and not late:
            self._sql(
                "UPDATE articles SET gone_at = ? WHERE gone_at IS NULL"
                " AND id = (SELECT article_id FROM urls WHERE id = ?)",
                (now, url_id),
            )
        counts["failures"] += visit.state in ("failed", "retry")
        revised = bool(changed)
        led_to = self.frontier.add(
            visit.found, self._site_id, now, listed=visit.role in ("sitemap", "feed", "wordpress")
        )
        if changed is None:
            changed = led_to > 0
        first = not late and self.frontier.acknowledge(url_id, visit, now, article_id, changed)
        if first and visit.state == "done" and visit.shape is not None:
            # a copy of what another host has is a story all the same: so addresses here look
            elsewhere = visit.part_of and site_host(visit.part_of) != site_host(visit.url)
            is_story = visit.article is not None and (visit.part_of is None or bool(elsewhere))
            self.memory.learn(self._site_id(visit.url), url_id, visit.shape, is_story=is_story)
        if counts["new_articles"] > stories_before:
            self.memory.credit_lists(url_id)
        return visit, self._url_of(article_id), revised

    def _url_of(self, article_id: int | None) -> str | None:
        row = self._sql("SELECT url FROM articles WHERE id = ?", (article_id,)).fetchone()
        return row[0] if row else None

    def _see_unchanged(self, url_id: int, now: str, counts: Counter[str]) -> int | None:
        """The server says that a page is as it was: the story on it, if any, stands."""
        row = self._sql("SELECT article_id FROM urls WHERE id = ?", (url_id,)).fetchone()
        if row is None or row[0] is None:
            return None
        self._sql(
            "UPDATE articles SET last_captured_at = max(last_captured_at, ?), gone_at = NULL"
            " WHERE id = ?",
            (now, row[0]),
        )
        graph.see_links_again(self.db.conn, row[0], now)
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
        original, size = self._capture_of(capture.refers_to), capture.payload_bytes
        if original is not None and capture.status != 304 and not size:
            # a revisit read back from its record: how long the payload is, the response says
            (size,) = self._sql(
                "SELECT payload_bytes FROM captures WHERE id = ?", (original,)
            ).fetchone()
        return insert(
            self.db.conn,
            "captures",
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


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")
