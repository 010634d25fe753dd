"""A story as one archive has it, without any of that archive's keys: what is carried into a union.

Captures are named by their WARC-Record-ID, stories by their address, so that the same story of two
archives can be laid side by side.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import msgspec

Rows = Callable[[str, Sequence[object]], Iterable[tuple[Any, ...]]]
"""Asks a database: a query and its values. Raises as whoever gave it says."""

REVISION = (
    "captured_at", "extractor", "content_digest", "title", "seo_title", "canonical_url", "authors",
    "published_at", "published_precision", "published_raw", "modified_at", "modified_precision",
    "modified_raw", "read_time_minutes", "read_time_shown", "read_time_raw", "standfirst",
    "section", "tags", "language", "word_count", "access", "cause", "change", "body_confidence",
    "authors_confidence", "published_confidence",
)  # fmt: skip
IMAGE = ("role", "position", "url", "alt", "caption", "width", "height")
EDIT = ("words_out", "words_in", "numbers_changed", "quotes_changed", "names_changed", "share")
TAKEN_BACK = ("at", "reason", "reason_code", "reason_subject")
REREADING = ("extractor", "outcome", "reason_code", "reason_subject")
ARTICLE = (
    "first_captured_at", "last_captured_at", "gone_at", "access", "published_utc",
    "published_day", "word_count",
)  # fmt: skip

Row = list[Any]


@dataclass(slots=True)
class RevisionPart:
    """One state of the story. The lists have the columns of the tables that they are named for."""

    record: str
    """WARC-Record-ID of its capture."""
    columns: dict[str, Any]
    text: Row
    """Body, parts of the Markdown, sources."""
    images: list[Row]
    changes: list[str]
    edits: Row | None
    taken_back: Row | None
    rereadings: list[Row]
    links: list[Row]
    """Relation, label, position, url, title, excerpt, image, date as shown, WARC-Record-IDs of the
    first and the last capture that showed it."""


@dataclass(slots=True)
class StoryPart:
    """What one archive has of a story."""

    url: str
    article: dict[str, Any]
    successor: str | None
    """Address of the story that took its place."""
    stands: int
    """Which of the revisions, from 0."""
    revisions: list[RevisionPart]
    events: list[Row] = field(default_factory=list)
    """Event, time, WARC-Record-ID, words, text, successor's address, reason's code and subject."""
    verdicts: list[Row] = field(default_factory=list)
    """WARC-Record-ID, verdict."""
    copies: list[Row] = field(default_factory=list)
    """Address, likeness, whether it was split."""
    urls: list[str] = field(default_factory=list)
    """Addresses that the frontier knows it by."""
    addresses: list[str] = field(default_factory=list)
    """Keys of those that links lead to it by."""
    bands: list[Row] = field(default_factory=list)

    def pictures(self) -> set[str]:
        """Addresses of the pictures of all its revisions."""
        of_url = IMAGE.index("url")
        return {image[of_url] for each in self.revisions for image in each.images}

    def packed(self) -> bytes:
        """The same for `unpacked`; equal parts are packed alike."""
        return zlib.compress(msgspec.json.encode(self))

    def digest(self) -> bytes:
        """Tells a part from a later state of it."""
        return blake2b(msgspec.json.encode(self), digest_size=16).digest()


def unpacked(data: bytes) -> StoryPart:
    """What `packed` was made of."""
    return msgspec.json.decode(zlib.decompress(data), type=StoryPart)


def read_part(rows: Rows, article_id: int) -> StoryPart | None:
    """What a database has of a story; None where no revision of it stands. Raises as `rows`."""
    (article,) = rows(
        f"SELECT a.url, a.revision_id, (SELECT url FROM articles b WHERE b.id = a.successor_id),"  # noqa: S608
        f" {', '.join(f'a.{name}' for name in ARTICLE)} FROM articles a WHERE a.id = ?",
        (article_id,),
    )
    url, stands, successor = article[:3]
    if stands is None:
        return None
    keys, revisions = _revisions(rows, article_id)
    return StoryPart(
        url, dict(zip(ARTICLE, article[3:], strict=True)), successor, keys.index(stands),
        revisions,
        events=_listed(
            rows,
            "SELECT e.event, e.at, c.record_id, e.reason, e.text,"
            " (SELECT url FROM articles b WHERE b.id = e.successor_id), e.reason_code,"
            " e.reason_subject FROM story_events e LEFT JOIN captures c ON c.id = e.capture_id"
            " WHERE e.article_id = ? ORDER BY e.at, e.id",
            article_id,
        ),
        verdicts=_listed(
            rows,
            "SELECT c.record_id, v.verdict FROM verdicts v JOIN captures c ON c.id = v.capture_id"
            " WHERE v.article_id = ? ORDER BY 1",
            article_id,
        ),
        copies=_listed(
            rows,
            "SELECT u.url, k.likeness, k.is_split FROM copies k JOIN urls u ON u.id = k.url_id"
            " WHERE k.article_id = ? ORDER BY 1",
            article_id,
        ),
        urls=[
            row[0]
            for row in rows("SELECT url FROM urls WHERE article_id = ? ORDER BY url", (article_id,))
        ],
        addresses=[
            row[0]
            for row in rows(
                "SELECT d.key FROM _linked k JOIN _addresses d ON d.linked_id = k.id"
                " WHERE k.article_id = ? ORDER BY d.key",
                (article_id,),
            )
        ],
        bands=_listed(
            rows,
            "SELECT band, value FROM _article_bands WHERE article_id = ? ORDER BY band, value",
            article_id,
        ),
    )  # fmt: skip


def _revisions(rows: Rows, article_id: int) -> tuple[list[int], list[RevisionPart]]:
    """The revisions of a story in their order, with their keys before them."""
    columns = ", ".join(f"r.{name}" for name in REVISION)
    found = {
        key: RevisionPart(
            record, dict(zip(REVISION, values[3:], strict=True)), list(values[:3]), [], [],
            None, None, [], [],
        )
        for key, record, *values in rows(
            "SELECT r.id, c.record_id, t.body_text, t.markdown_parts, t.sources,"  # noqa: S608
            f" {columns} FROM revisions r JOIN captures c ON c.id = r.capture_id"
            " JOIN revision_texts t ON t.revision_id = r.id"
            " WHERE r.article_id = ? ORDER BY r.number",
            (article_id,),
        )
    }  # fmt: skip
    for key, *row in _joined(rows, "edits", EDIT, article_id):
        found[key].edits = row
    for key, *row in _joined(rows, "taken_back", TAKEN_BACK, article_id):
        found[key].taken_back = row
    for key, *row in _joined(rows, "images", IMAGE, article_id):
        found[key].images.append(row)
    for key, *row in _joined(rows, "rereadings", REREADING, article_id):
        found[key].rereadings.append(row)
    for key, name in _joined(rows, "revision_changes", ("field",), article_id):
        found[key].changes.append(name)
    for key, *row in rows(
        "SELECT l.revision_id, b.relation, b.label, l.position, c.url, c.title, c.excerpt,"
        " c.image_url, c.published_raw, f.record_id, e.record_id FROM _links l"
        " JOIN _link_blocks b ON b.id = l.block_id JOIN _link_cards c ON c.id = l.card_id"
        " JOIN captures f ON f.id = l.first_capture_id"
        " JOIN captures e ON e.id = l.last_capture_id WHERE l.article_id = ?"
        " ORDER BY l.revision_id, f.fetched_at, f.record_id, b.relation, b.label, l.position,"
        " c.url, c.title",
        (article_id,),
    ):
        found[key].links.append(row)
    return list(found), list(found.values())


def _joined(
    rows: Rows, table: str, names: Iterable[str], article_id: int
) -> Iterable[tuple[Any, ...]]:
    chosen = ", ".join(f"t.{name}" for name in names)
    return rows(
        f"SELECT t.revision_id, {chosen} FROM revisions r"  # noqa: S608
        f" JOIN {table} t ON t.revision_id = r.id WHERE r.article_id = ?"
        f" ORDER BY r.number, {chosen}",
        (article_id,),
    )


def _listed(rows: Rows, sql: str, article_id: int) -> list[Row]:
    return [list(row) for row in rows(sql, (article_id,))]
