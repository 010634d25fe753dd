"""Writing to an archive: runs, and batches of visits, each batch one transaction."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from crawler.archive import database, graph
from crawler.archive.changes import record_changes
from crawler.archive.duplicates import find_copy, remember, tells_same_story
from crawler.archive.frontier import FrontierTable
from crawler.archive.outcomes import Outcome, Plan
from crawler.archive.owners import same_owner
from crawler.archive.reasons import SAME_TEXT
from crawler.archive.site_memory import SiteMemory
from crawler.items import Article, Capture, Image, Role, Visit
from crawler.urls import normalise, site_host


class Store:
    """An archive that is being written to.

    One writer at a time. Every method raises sqlite3.Error where the database refuses; nothing of
    the batch is kept then.
    """

    def __init__(self, folder: Path, plan: Callable[[Outcome], Plan] | None = None) -> None:
        """Open or make the archive in `folder`. Raises ArchiveError.

        plan: says when a URL is to be visited again; None: never.
        """
        self.folder = folder
        self.db = database.open_for_writing(folder)
        self.frontier = FrontierTable(self.db.conn, plan)
        self.memory = SiteMemory(self.db.conn)
        self._sql = self.db.conn.execute
        self.run_id: int | None = None
        """Key of the run that is open."""
        self._sites: dict[str, int] = {}
        """host → id, within a batch."""

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
        arguments_json = json.dumps(dict(arguments), ensure_ascii=False)
        with self.db.atomic():
            self.run_id = self._insert(
                "runs", spider=spider, arguments=arguments_json, software=software,
                started_at=started_at, uuid=uuid,
            )  # fmt: skip
        self.frontier.begun_at = started_at

    def finish_run(self, outcome: str) -> None:
        """Close the run. outcome: `finished`, `shutdown`, or another reason why it ended."""
        with self.db.atomic():
            self._sql(
                "UPDATE runs SET finished_at = ?, outcome = ? WHERE id = ?",
                (datetime.now(UTC).isoformat(timespec="seconds"), outcome, self.run_id),
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
        self._add_capture(capture, role, self.run_with(run))

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

        Returns how many: `captures`, `new_articles`, `new_revisions`, `unchanged_articles`,
        `failures`.
        """
        counts: Counter[str] = Counter()
        self._sites.clear()  # a transaction that failed may have made some
        try:
            with self.db.atomic():
                for visit in visits:
                    note(*self._record(visit, counts))
                self._count(counts)
                before_commit()
        except BaseException:
            self.frontier.forget()
            raise
        return counts

    def _count(self, counts: Counter[str]) -> None:
        names = ("captures", "new_articles", "new_revisions", "unchanged_articles", "failures")
        self._sql(
            f"UPDATE runs SET {', '.join(f'{n} = {n} + ?' for n in names)} WHERE id = ?",  # noqa: S608
            (*(counts[name] for name in names), self.run_id),
        )

    def _record(self, visit: Visit, counts: Counter[str]) -> tuple[Visit, str | None, bool]:
        """The visit as it was stored, the address of its article, whether that got a revision."""
        now = visit.captures[-1].fetched_at if visit.captures else _now()
        url_id = self.frontier.url_id(visit.url, visit.role, self._site_id, now)
        capture_id = None
        for capture in visit.captures:
            capture_id = self._add_capture(capture, visit.role)
            counts["captures"] += 1
        article_id, changed = None, None
        stories_before = counts["new_articles"]
        if visit.article is not None and capture_id is not None:
            article_id, changed, visit = self._keep_article(visit, capture_id, now, counts)
        elif visit.not_modified:
            article_id, changed = self._see_unchanged(url_id, now, counts), False
        elif visit.part_of is not None:
            article_id = self._article_of(visit.part_of)
        graph.note_visit(self.db.conn, visit, article_id)
        if visit.state == "gone":
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
        first = self.frontier.acknowledge(url_id, visit, now, article_id, changed)
        if first and visit.state == "done" and visit.shape is not None:
            is_story = visit.article is not None and visit.part_of is None
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
        found: int = row[0] if row else self._insert(
            "sites", host=host, home_url=normalise(url) or url, first_seen_at=_now()
        )  # fmt: skip
        self._sites[host] = found
        return found

    def _add_capture(self, capture: Capture, role: Role, run_id: int | None = None) -> int:
        return self._insert(
            "captures",
            url_id=self.frontier.url_id(capture.url, role, self._site_id, capture.fetched_at),
            run_id=run_id or self.run_id,
            fetched_at=capture.fetched_at,
            status=capture.status,
            content_type=capture.content_type,
            payload_digest=capture.payload_digest,
            payload_bytes=capture.payload_bytes,
            record_id=capture.record_id,
            warc_file=capture.warc_file,
            warc_offset=capture.warc_offset,
            warc_length=capture.warc_length,
            location=capture.location,
            record_type=capture.record_type,
            refers_to_id=self._capture_of(capture.refers_to),
            truncated=capture.truncated,
            fetch_ms=capture.fetch_ms,
            reservations=json.dumps(capture.reservations) if capture.reservations else None,
        )

    def _capture_of(self, record_id: str | None) -> int | None:
        row = self._sql("SELECT id FROM captures WHERE record_id = ?", (record_id,)).fetchone()
        return row[0] if row else None

    # -- articles --------------------------------------------------------------------------------

    def _keep_article(
        self, visit: Visit, capture_id: int, now: str, counts: Counter[str]
    ) -> tuple[int, bool, Visit]:
        """The article's key, whether it got a new revision, and the visit; which says so, if the
        page shows only what another address has."""
        article = visit.article
        assert article is not None
        url = self._believed_url(article)
        marks: list[tuple[int, int]] = []
        if not self._sql("SELECT 1 FROM articles WHERE url = ?", (url,)).fetchone():
            copy_of, marks = find_copy(self.db.conn, self._site_id(url), article)
            if copy_of is not None:
                (first,) = self._sql("SELECT url FROM articles WHERE id = ?", (copy_of,)).fetchone()
                counts["unchanged_articles"] += 1
                return copy_of, False, replace(visit, part_of=first, reason=SAME_TEXT + first)
        article_id, changed = self._store_article(article, url, capture_id, now, counts)
        remember(self.db.conn, article_id, marks)
        return article_id, changed, visit

    def _believed_url(self, article: Article) -> str:
        """Where an article is kept: as `article_url` says, unless another story is there."""
        url = article_url(article)
        if url != article.url:
            row = self._sql(
                "SELECT r.title, r.body_text FROM articles a JOIN revisions r"
                " ON r.id = a.revision_id WHERE a.url = ?",
                (url,),
            ).fetchone()
            if row is not None and not tells_same_story(article, *row):
                return article.url
        return url

    def _store_article(
        self, article: Article, url: str, capture_id: int, now: str, counts: Counter[str]
    ) -> tuple[int, bool]:
        """The article's key, and whether it got a new revision."""
        digest = content_digest(article)
        row = self._sql(
            "SELECT a.id, a.revision_id, a.revisions, r.content_digest FROM articles a"
            " LEFT JOIN revisions r ON r.id = a.revision_id WHERE a.url = ?",
            (url,),
        ).fetchone()
        if row is None:
            article_id = self._insert(
                "articles", site_id=self._site_id(url), url=url, first_captured_at=now,
                last_captured_at=now,
            )  # fmt: skip
            revision_id, number, known_digest = None, 0, None
        else:
            article_id, revision_id, number, known_digest = row
            self._sql(
                "UPDATE articles SET last_captured_at = max(last_captured_at, ?), gone_at = NULL"
                " WHERE id = ?",
                (now, article_id),
            )
        changed = digest != known_digest or revision_id is None
        if not changed:
            counts["unchanged_articles"] += 1
        else:
            counts["new_revisions" if number else "new_articles"] += 1
            revision_id = self._add_revision(
                article, article_id, number + 1, capture_id, now, digest
            )
        assert isinstance(revision_id, int)
        graph.see_links(self.db.conn, article.links, article_id, revision_id, now)
        if changed and number:
            record_changes(self.db.conn, article_id, revision_id)
        return article_id, changed

    def _add_revision(
        self, article: Article, article_id: int, number: int, capture_id: int, now: str, digest: str
    ) -> int:
        from crawler import __version__

        published, modified, read_time = article.published, article.modified, article.read_time
        revision_id = self._insert(
            "revisions",
            article_id=article_id,
            number=number,
            capture_id=capture_id,
            captured_at=now,
            extractor=f"hemeroteca/{__version__}",
            content_digest=digest,
            title=article.title,
            canonical_url=article.canonical_url,
            authors=json.dumps(article.authors, ensure_ascii=False),
            published_at=published and published.value,
            published_precision=published and published.precision,
            published_raw=published and published.raw,
            modified_at=modified and modified.value,
            modified_precision=modified and modified.precision,
            modified_raw=modified and modified.raw,
            read_time_minutes=read_time and read_time.minutes,
            read_time_shown=read_time and int(read_time.shown),
            read_time_raw=read_time and read_time.raw,
            standfirst=article.standfirst,
            section=article.section,
            tags=json.dumps(article.tags, ensure_ascii=False),
            language=article.language,
            body_text=article.body,
            body_markdown=article.body_markdown,
            word_count=article.word_count,
            sources=json.dumps(
                {
                    field: {"text": claim.text, "source": claim.source}
                    for field, claim in article.sources.items()
                },
                ensure_ascii=False,
            ),
        )
        self._name_many("author", article_id, article.authors)
        self._name_many("tag", article_id, article.tags)
        self._add_images(article, article_id, revision_id)
        self._sql(
            "UPDATE articles SET revision_id = ?, revisions = ? WHERE id = ?",
            (revision_id, number, article_id),
        )
        return revision_id

    def _name_many(self, what: str, article_id: int, names: Iterable[str]) -> None:
        """Set the authors or tags that an article has now; the revision keeps those of its day."""
        self._sql(f"DELETE FROM article_{what}s WHERE article_id = ?", (article_id,))  # noqa: S608
        distinct = list(dict.fromkeys(names))
        self.db.conn.executemany(
            f"INSERT OR IGNORE INTO {what}s (name) VALUES (?)",  # noqa: S608
            [(name,) for name in distinct],
        )
        self.db.conn.executemany(
            f"INSERT INTO article_{what}s SELECT ?, id, ? FROM {what}s WHERE name = ?",  # noqa: S608
            [(article_id, position, name) for position, name in enumerate(distinct, 1)],
        )

    def _add_images(self, article: Article, article_id: int, revision_id: int) -> None:
        images: list[Image] = [article.image] if article.image else []
        images += [block.image for block in article.blocks if block.image]
        positions: Counter[str] = Counter()
        for image in images:
            positions[image.role] += 1
            self._insert(
                "images", article_id=article_id, revision_id=revision_id,
                position=positions[image.role], role=image.role, url=image.url, alt=image.alt,
                caption=image.caption, width=image.width, height=image.height,
            )  # fmt: skip

    def _insert(self, table: str, **values: object) -> int:
        columns = ", ".join(values)
        marks = ", ".join("?" * len(values))
        cursor: sqlite3.Cursor = self._sql(
            f"INSERT INTO {table} ({columns}) VALUES ({marks})",  # noqa: S608
            tuple(values.values()),
        )
        assert cursor.lastrowid is not None
        return cursor.lastrowid


def article_url(article: Article) -> str:
    """The address under which an article is kept.

    The canonical one, if whoever owns the page's own address owns it too: a page that names a story
    of somebody else as its own must not become a revision of that.
    """
    canonical = article.canonical_url
    if canonical is not None and same_owner(canonical, article.url):
        return canonical
    return article.url


def content_digest(article: Article) -> str:
    """What tells one revision of an article from another: SHA-256 over its own content.

    What the page shows around the story (linked stories, pictures, a new "updated" stamp) and
    dates counted back from today ("2 hours ago") change without the story changing: left out.
    """
    published = article.published
    content = [
        article.title,
        article.standfirst,
        article.authors,
        published.value if published and not published.relative else None,
        article.section,
        article.tags,
        article.body,
    ]
    data = json.dumps(content, ensure_ascii=False).encode("utf-8", "surrogatepass")
    return "sha256:" + hashlib.sha256(data).hexdigest()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")
