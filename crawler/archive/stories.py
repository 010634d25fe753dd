"""Stories and their revisions as whole objects, for programs that read an archive."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from crawler.archive.histories import has_site
from crawler.archive.replay import KeptCapture, capture_by_id, captures_of_article
from crawler.archive.texts import markdown_of
from crawler.errors import MissingError
from crawler.items import Article, Claim, Confidence, Image, LinkedStory, Moment, ReadTime


@dataclass(frozen=True, slots=True)
class Story:
    """A story of an archive. Times are ISO 8601, UTC."""

    id: int
    """Its key in the table `articles`, and in the view `stories`."""
    url: str
    """The address under which it is kept."""
    site: str
    """The newspaper's host."""
    article: Article
    """As its newest revision has it. The archive keeps text, Markdown and pictures of a body and
    not its blocks: `blocks` is empty."""
    revisions: int
    first_captured_at: str
    last_captured_at: str
    gone_at: str | None
    """When it was found gone; None: it is there, as far as anybody knows."""

    @property
    def title(self) -> str:
        """Its headline."""
        return self.article.title or ""


@dataclass(frozen=True, slots=True)
class StoryRevision:
    """One state of a story."""

    number: int
    """From 1, in the order in which they were stored."""
    captured_at: str
    """ISO 8601, UTC."""
    change: str
    """What made it: edit, typography, completed (the one before was of a page that was cut)."""
    cause: str
    """What differs from the one before: page, extractor, either."""
    extractor: str
    """By which it was read."""
    article: Article
    capture: KeptCapture
    """The page that it was read from."""


def story_ids(db: Database, site: str | None = None) -> list[int]:
    """Keys of all stories, or of one newspaper's, newest first; those without a date last. Raises
    MissingError where there is no such newspaper, sqlite3.Error."""
    if site is not None and not has_site(db.conn, site):
        raise MissingError(f"no newspaper {site!r} in this archive; name it by its host")
    rows = db.execute(
        "SELECT a.id FROM articles a JOIN sites s ON s.id = a.site_id"
        " WHERE a.revision_id IS NOT NULL AND (:site IS NULL OR s.host = :site)"
        " ORDER BY a.published_utc DESC, a.id",
        {"site": site},
    )
    return [key for (key,) in rows]


def id_of(db: Database, url: str) -> int:
    """The key of the story at an address, its own or one that leads to it. Raises MissingError,
    sqlite3.Error."""
    row = db.execute(
        "SELECT coalesce((SELECT id FROM articles WHERE url = :url),"
        " (SELECT article_id FROM urls WHERE url = :url))",
        {"url": url},
    ).fetchone()
    if row[0] is None:
        raise MissingError(f"the archive has no such story: {url}; stories() lists them")
    return int(row[0])


def story_with(db: Database, key: int) -> Story:
    """A story by its key. Raises sqlite3.Error."""
    row = next(db.query(
        "SELECT a.id, a.url AS kept_at, s.host, a.revisions, a.first_captured_at,"  # noqa: S608
        f" a.last_captured_at, a.gone_at, {_REVISION} FROM articles a"
        " JOIN sites s ON s.id = a.site_id JOIN revisions r ON r.id = a.revision_id"
        " JOIN revision_texts t ON t.revision_id = r.id"
        " JOIN captures c ON c.id = r.capture_id JOIN urls u ON u.id = c.url_id WHERE a.id = ?",
        [key],
    ))  # fmt: skip
    return Story(
        row["id"], row["kept_at"], row["host"], _article(db, row), row["revisions"],
        row["first_captured_at"], row["last_captured_at"], row["gone_at"],
    )  # fmt: skip


def revisions_with(db: Database, key: int) -> Iterator[StoryRevision]:
    """The revisions of a story, oldest first, without those that were found to be no state of it.
    Raises sqlite3.Error."""
    rows = list(db.query(
        "SELECT r.number, r.captured_at, r.change, r.cause, r.extractor, r.capture_id,"  # noqa: S608
        f" {_REVISION}"
        " FROM revisions r JOIN revision_texts t ON t.revision_id = r.id"
        " JOIN captures c ON c.id = r.capture_id JOIN urls u ON u.id = c.url_id"
        " WHERE r.article_id = ? AND r.id NOT IN (SELECT revision_id FROM taken_back)"
        " ORDER BY r.captured_at, r.number",
        [key],
    ))  # fmt: skip
    for row in rows:
        yield StoryRevision(
            row["number"], row["captured_at"], row["change"], row["cause"], row["extractor"],
            _article(db, row), capture_by_id(db.conn, row["capture_id"]),
        )  # fmt: skip


def captures_with(db: Database, key: int) -> list[KeptCapture]:
    """The captures of all addresses that lead to a story, oldest first. Raises sqlite3.Error."""
    return captures_of_article(db.conn, key)


_REVISION = (
    "r.id AS revision_id, u.url AS page_url, r.title, r.seo_title, r.access, r.canonical_url,"
    " r.authors, r.published_at, r.published_precision, r.published_raw, r.modified_at,"
    " r.modified_precision, r.modified_raw, r.read_time_minutes, r.read_time_shown,"
    " r.read_time_raw, r.standfirst, r.section, r.tags, r.language, t.body_text,"
    " t.markdown_parts, r.word_count, t.sources, r.body_confidence, r.authors_confidence,"
    " r.published_confidence"
)


def _article(db: Database, row: dict[str, Any]) -> Article:
    sources = {
        name: Claim(each["text"], each["source"])
        for name, each in json.loads(row["sources"]).items()
    }
    minutes = row["read_time_minutes"]
    return Article(
        url=row["page_url"],
        title=row["title"],
        seo_title=row["seo_title"],
        canonical_url=row["canonical_url"],
        authors=tuple(json.loads(row["authors"])),
        published=_moment(row, "published", sources),
        modified=_moment(row, "modified", sources),
        read_time=None if minutes is None else ReadTime(
            minutes, bool(row["read_time_shown"]), row["read_time_raw"]
        ),
        standfirst=row["standfirst"],
        section=row["section"],
        tags=tuple(json.loads(row["tags"])),
        language=row["language"],
        image=_lead_image(db, row["revision_id"]),
        body=row["body_text"],
        body_markdown=markdown_of(row["body_text"], row["markdown_parts"]),
        word_count=row["word_count"],
        access=row["access"],
        confidence=_confidence(row),
        links=_links(db, row["revision_id"]),
        sources=sources,
    )  # fmt: skip


def _confidence(row: dict[str, Any]) -> Confidence | None:
    body, authors, published = (
        row[f"{part}_confidence"] for part in ("body", "authors", "published")
    )
    return None if body is None else Confidence(body, authors, published)


def _moment(row: dict[str, Any], what: str, sources: dict[str, Claim]) -> Moment | None:
    value = row[f"{what}_at"]
    if value is None:
        return None
    claim = sources.get(f"{what}_at")
    raw = row[f"{what}_raw"] or ""
    return Moment(value, row[f"{what}_precision"], raw, claim.source if claim else "")


def _lead_image(db: Database, revision_id: int) -> Image | None:
    rows = db.query(
        "SELECT url, role, alt, caption, width, height FROM images"
        " WHERE revision_id = ? AND role = 'lead' ORDER BY position LIMIT 1",
        [revision_id],
    )
    return next((Image(**row) for row in rows), None)


def _links(db: Database, revision_id: int) -> tuple[LinkedStory, ...]:
    rows = db.execute(
        "SELECT relation, url, title, label, position, excerpt, image_url, published_raw"
        " FROM linked_stories WHERE revision_id = ? ORDER BY id",
        (revision_id,),
    )
    return tuple(
        LinkedStory(
            relation, url, title, label, position, excerpt, image,
            Claim(dated, "card") if dated else None,
        )
        for relation, url, title, label, position, excerpt, image, dated in rows
    )  # fmt: skip
