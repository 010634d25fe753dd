"""Writing to an archive: runs, and batches of visits, each batch one transaction."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from crawler.archive import database, graph
from crawler.archive.owners import same_owner
from crawler.items import Article, Capture, FoundUrl, Image, Role, State, Visit
from crawler.urls import normalise, site_host


class Store:
    """An archive that is being written to.

    One writer at a time. Every method raises sqlite3.Error where the database refuses; nothing of
    the batch is kept then.
    """

    def __init__(self, folder: Path) -> None:
        """Open or make the archive in `folder`. Raises ArchiveError."""
        self.folder = folder
        self.db = database.open_for_writing(folder)
        self._sql = self.db.conn.execute
        self._run_id: int | None = None
        self._sites: dict[str, int] = {}
        """host → id, within a batch."""

    def close(self) -> None:
        """Move the write-ahead log into the file, durably, and close."""
        self._sql("PRAGMA synchronous = FULL")
        self._sql("PRAGMA wal_checkpoint(TRUNCATE)")
        self.db.close()

    # -- runs ------------------------------------------------------------------------------------

    def begin_run(
        self, spider: str, arguments: Mapping[str, str], software: str, started_at: str
    ) -> None:
        """Open the run that what follows belongs to. started_at: ISO 8601, UTC."""
        with self.db.atomic():
            self._run_id = self._sql(
                "INSERT INTO runs (spider, arguments, software, started_at) VALUES (?, ?, ?, ?)",
                (spider, json.dumps(dict(arguments), ensure_ascii=False), software, started_at),
            ).lastrowid

    def finish_run(self, outcome: str) -> None:
        """Close the run. outcome: `finished`, `shutdown`, or another reason why it ended."""
        with self.db.atomic():
            self._sql(
                "UPDATE runs SET finished_at = ?, outcome = ? WHERE id = ?",
                (datetime.now(UTC).isoformat(timespec="seconds"), outcome, self._run_id),
            )

    def add_site(self, home_url: str) -> None:
        """Enter a site under the host of its home page, if it is not known."""
        with self.db.atomic():
            self._site_id(home_url)

    # -- batches ---------------------------------------------------------------------------------

    def record(self, visits: Iterable[Visit]) -> Counter[str]:
        """Store visits with their captures, articles and newly found URLs in one transaction.

        The WARC bytes that the captures refer to must be on disk before.

        Returns how many: `captures`, `new_articles`, `new_revisions`, `unchanged_articles`,
        `failures`.
        """
        counts: Counter[str] = Counter()
        self._sites.clear()  # a transaction that failed may have made some
        with self.db.atomic():
            for visit in visits:
                self._record(visit, counts)
            names = ("captures", "new_articles", "new_revisions", "unchanged_articles", "failures")
            self._sql(
                f"UPDATE runs SET {', '.join(f'{n} = {n} + ?' for n in names)} WHERE id = ?",  # noqa: S608
                (*(counts[name] for name in names), self._run_id),
            )
        return counts

    def _record(self, visit: Visit, counts: Counter[str]) -> None:
        now = visit.captures[-1].fetched_at if visit.captures else _now()
        url_id = self._url_id(visit.url, visit.role, now)
        capture_id = None
        for capture in visit.captures:
            capture_id = self._add_capture(capture, visit.role)
            counts["captures"] += 1
        article_id = None
        if visit.article is not None and capture_id is not None:
            article_id = self._store_article(visit.article, capture_id, now, counts)
        self._set_state(url_id, visit.state, visit.reason, now, article_id)
        graph.note_visit(self.db.conn, visit, article_id)
        if visit.state == "gone":
            self._sql(
                "UPDATE articles SET gone_at = ? WHERE gone_at IS NULL"
                " AND id = (SELECT article_id FROM urls WHERE id = ?)",
                (now, url_id),
            )
        if visit.state == "failed":
            counts["failures"] += 1
        for found in visit.found:
            self._add_found(found, now)

    def _set_state(
        self, url_id: int, state: State, reason: str | None, now: str, article_id: int | None
    ) -> None:
        self._sql(
            "UPDATE urls SET state = ?, reason = ?, visited_at = ?, attempts = attempts + 1,"
            " article_id = ifnull(?, article_id) WHERE id = ?",
            (state, reason, now, article_id, url_id),
        )

    def _add_found(self, found: FoundUrl, now: str) -> None:
        self._sql(
            "INSERT INTO urls (url, site_id, role, state, source, via_id, found_at, claimed_at,"
            " claimed_title) VALUES (?, ?, ?, 'queued', ?, (SELECT id FROM urls WHERE url = ?),"
            " ?, ?, ?) ON CONFLICT (url) DO UPDATE SET"
            " claimed_at = ifnull(excluded.claimed_at, claimed_at),"
            " claimed_title = ifnull(excluded.claimed_title, claimed_title)"
            " WHERE excluded.claimed_at IS NOT NULL OR excluded.claimed_title IS NOT NULL",
            (
                found.url, self._site_id(found.url), found.role, found.source, found.via, now,
                found.claimed_at, found.claimed_title,
            ),
        )  # fmt: skip

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

    def _url_id(self, url: str, role: Role, now: str) -> int:
        row = self._sql("SELECT id FROM urls WHERE url = ?", (url,)).fetchone()
        return row[0] if row else self._insert(
            "urls", url=url, site_id=self._site_id(url), role=role, state="queued",
            source="redirect", found_at=now,
        )  # fmt: skip

    def _add_capture(self, capture: Capture, role: Role) -> int:
        return self._insert(
            "captures",
            url_id=self._url_id(capture.url, role, capture.fetched_at),
            run_id=self._run_id,
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
        )

    # -- articles --------------------------------------------------------------------------------

    def _store_article(
        self, article: Article, capture_id: int, now: str, counts: Counter[str]
    ) -> int:
        url = article_url(article)
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
        if digest == known_digest and revision_id is not None:
            counts["unchanged_articles"] += 1
        else:
            counts["new_revisions" if number else "new_articles"] += 1
            revision_id = self._add_revision(
                article, article_id, number + 1, capture_id, now, digest
            )
        graph.see_links(self.db.conn, article.links, article_id, revision_id, now)
        return article_id

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
