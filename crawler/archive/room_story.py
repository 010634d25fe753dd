"""What the reading room shows beside a story: its links, who links here, its addresses."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass

from crawler.archive.replay import KeptCapture, captures_of_article
from crawler.errors import MissingError
from crawler.reservations import Reservation, from_json


@dataclass(frozen=True, slots=True)
class Head:
    """A story as a line in a list."""

    id: int
    url: str
    site: str
    title: str
    published_at: str | None
    section: str | None
    authors: str | None
    standfirst: str | None
    language: str | None
    revisions: int
    gone_at: str | None
    read_time_minutes: int | None


@dataclass(frozen=True, slots=True)
class StoryLink:
    """A link on a story's page."""

    relation: str
    label: str | None
    position: int
    title: str | None
    excerpt: str | None
    url: str
    story_id: int | None
    """The story that it leads to, where that is archived."""


@dataclass(frozen=True, slots=True)
class Backlink:
    """A story whose page links here."""

    id: int
    title: str
    site: str
    published_at: str | None
    relations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RevisionHead:
    """A state of a story as a point on its timeline. The counts are None for the first one, and
    where nobody measured."""

    number: int
    captured_at: str
    title: str
    word_count: int
    change: str
    cause: str
    words_out: int | None
    words_in: int | None
    numbers_changed: int | None
    quotes_changed: int | None
    share: float | None
    fields: tuple[str, ...]
    """What changed."""


@dataclass(frozen=True, slots=True)
class NumberedCapture:
    """A capture with its key."""

    id: int
    capture: KeptCapture


@dataclass(frozen=True, slots=True)
class Beside:
    """All that stands beside a story."""

    links: tuple[StoryLink, ...]
    backlinks: tuple[Backlink, ...]
    backlinks_total: int
    addresses: tuple[str, ...]
    """Other addresses that lead to it."""
    revisions: tuple[RevisionHead, ...]
    captures: int
    reservations: tuple[Reservation, ...]
    """What the publisher states of the rights in the page, by the capture that was read."""
    images: tuple[tuple[str, str | None, str | None], ...]
    """Address, alternative text, caption; the lead picture first."""
    archived: tuple[tuple[str, int], ...]
    """Addresses of links in the text that lead to archived stories, and which."""
    capture_id: int
    """The capture that the revision was read from."""


HEAD = (
    "SELECT s.id, s.url, s.site, s.title, s.published_at, s.section, s.authors, s.standfirst,"
    " s.language, s.revisions, s.gone_at, s.read_time_minutes FROM stories s"
)
_BACKLINKS = 30


def heads(connection: sqlite3.Connection, keys: list[int]) -> list[Head]:
    """Stories by their keys, in that order; those that are not there are left out. Raises
    sqlite3.Error."""
    found = {}
    for key in keys:
        for row in connection.execute(f"{HEAD} WHERE s.id = ?", (key,)):
            found[key] = Head(*row)
    return [found[key] for key in keys if key in found]


def story_at(connection: sqlite3.Connection, url: str) -> int | None:
    """The key of the story at an address, or at one that leads to it. Raises sqlite3.Error."""
    row = connection.execute(
        "SELECT coalesce((SELECT id FROM articles WHERE url = :url),"
        " (SELECT article_id FROM urls WHERE url = :url),"
        " (SELECT article_id FROM urls WHERE url = :url || '/'))",
        {"url": url},
    ).fetchone()
    return None if row[0] is None else int(row[0])


def address_of(connection: sqlite3.Connection, key: int) -> str:
    """The address of a story. Raises MissingError, sqlite3.Error."""
    row = connection.execute(
        "SELECT url FROM articles WHERE id = ? AND revision_id IS NOT NULL", (key,)
    ).fetchone()
    if row is None:
        raise MissingError(f"the archive has no story {key}")
    return str(row[0])


def beside(connection: sqlite3.Connection, key: int, number: int | None = None) -> Beside:
    """What stands beside a story. number: of the revision that is shown; None: the newest that
    stands. Raises MissingError, sqlite3.Error."""
    row = connection.execute(
        "SELECT r.id, r.capture_id, a.revision_id, c.reservations FROM articles a"
        " JOIN revisions r ON r.article_id = a.id"
        " AND CASE WHEN ?2 IS NULL THEN r.id = a.revision_id ELSE r.number = ?2 END"
        " JOIN captures c ON c.id = r.capture_id WHERE a.id = ?1",
        (key, number),
    ).fetchone()
    if row is None:
        raise MissingError(f"the archive has no story {key}, or no revision {number} of it")
    revision, capture, _, reserved = row
    links = _links(connection, revision)
    return Beside(
        links=tuple(link for link in links if link.relation != "inline"),
        backlinks=_backlinks(connection, key),
        backlinks_total=_count(connection, key),
        addresses=_addresses(connection, key),
        revisions=timeline(connection, key),
        captures=connection.execute(
            "SELECT count(*) FROM urls u JOIN captures c ON c.url_id = u.id WHERE u.article_id = ?",
            (key,),
        ).fetchone()[0],
        reservations=from_json(reserved),
        images=tuple(
            (each[0], each[1], each[2])
            for each in connection.execute(
                "SELECT url, alt, caption FROM images WHERE revision_id = ?"
                " ORDER BY role = 'body', position",
                (revision,),
            )
        ),
        archived=tuple(
            (link.url, link.story_id)
            for link in links
            if link.story_id is not None and link.relation in ("inline", "also_read")
        ),
        capture_id=capture,
    )


def timeline(connection: sqlite3.Connection, key: int) -> tuple[RevisionHead, ...]:
    """The revisions of a story, oldest first, without those that were found to be no state of it.
    Raises sqlite3.Error."""
    rows = connection.execute(
        "SELECT r.number, r.captured_at, r.title, r.word_count, r.change, r.cause, e.words_out,"
        " e.words_in, e.numbers_changed, e.quotes_changed, e.share,"
        " (SELECT json_group_array(field) FROM revision_changes c WHERE c.revision_id = r.id)"
        " FROM revisions r LEFT JOIN edits e ON e.revision_id = r.id WHERE r.article_id = ?"
        " AND r.id NOT IN (SELECT revision_id FROM taken_back) ORDER BY r.captured_at, r.number",
        (key,),
    )
    return tuple(RevisionHead(*(*row[:11], tuple(json.loads(row[11])))) for row in rows)


def captures_with_keys(connection: sqlite3.Connection, key: int) -> list[NumberedCapture]:
    """The captures of all addresses that lead to a story, newest first. Raises sqlite3.Error."""
    numbers = dict(
        connection.execute(
            "SELECT c.record_id, c.id FROM captures c JOIN urls u ON u.id = c.url_id"
            " WHERE u.article_id = ?",
            (key,),
        ).fetchall()
    )
    kept = captures_of_article(connection, key)
    return [NumberedCapture(numbers[each.record_id], each) for each in reversed(kept)]


def story_of_capture(connection: sqlite3.Connection, capture_id: int) -> int | None:
    """The story that a capture's address leads to. Raises MissingError, sqlite3.Error."""
    row = connection.execute(
        "SELECT u.article_id FROM captures c JOIN urls u ON u.id = c.url_id WHERE c.id = ?",
        (capture_id,),
    ).fetchone()
    if row is None:
        raise MissingError(f"the archive has no capture {capture_id}")
    return None if row[0] is None else int(row[0])


def _links(connection: sqlite3.Connection, revision: int) -> list[StoryLink]:
    rows = connection.execute(
        "SELECT b.relation, b.label, l.position, c.title, c.excerpt, c.url, l.to_article_id"
        " FROM _links l JOIN _link_blocks b ON b.id = l.block_id"
        " JOIN _link_cards c ON c.id = l.card_id WHERE l.revision_id = ? ORDER BY l.id",
        (revision,),
    )
    return [StoryLink(*row) for row in rows]


def _backlinks(connection: sqlite3.Connection, key: int) -> tuple[Backlink, ...]:
    rows = connection.execute(
        "SELECT s.id, s.title, s.site, s.published_at, json_group_array(DISTINCT b.relation)"
        " FROM (SELECT article_id, block_id FROM _links"
        " WHERE to_article_id = ?1 AND is_edge = 1 AND article_id <> ?1 LIMIT 400) l"
        " JOIN _link_blocks b ON b.id = l.block_id JOIN stories s ON s.id = l.article_id"
        " GROUP BY s.id ORDER BY min(b.relation NOT IN ('inline', 'also_read')),"
        " s.published_utc DESC LIMIT ?2",
        (key, _BACKLINKS),
    )
    return tuple(Backlink(*(*row[:4], tuple(json.loads(row[4])))) for row in rows)


def _count(connection: sqlite3.Connection, key: int) -> int:
    row = connection.execute(
        "SELECT linked_by FROM _linked WHERE article_id = ?", (key,)
    ).fetchone()
    return int(row[0]) if row else 0


def _addresses(connection: sqlite3.Connection, key: int) -> tuple[str, ...]:
    rows = connection.execute(
        "SELECT u.url FROM urls u JOIN articles a ON a.id = u.article_id"
        " WHERE u.article_id = ? AND u.url <> a.url ORDER BY u.url LIMIT 100",
        (key,),
    )
    return tuple(url for (url,) in rows)
