"""What is stored of stories' histories, as judging them again asks for it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from crawler.archive import why
from crawler.archive.told import told_by_revision
from crawler.history.told import Told
from crawler.reasons import NOT_THE_STORY, Reason, because


@dataclass(frozen=True, slots=True)
class Kept:
    """A revision, as far as judging it asks."""

    revision_id: int
    access: str | None
    is_broken: bool
    """Whether it was read from an answer that was cut."""
    by_extractor: bool
    """Whether nothing but the extractor was another one."""
    change: str


@dataclass(frozen=True, slots=True)
class GoneMark:
    """What it rests on that a story counts as gone."""

    told: Told
    """The story's standing revision."""
    is_own: bool
    """Whether its own address was found gone; else another one that leads to it."""
    status: int | None
    """Of the last answer there."""
    is_broken: bool
    place: tuple[str, int, int, str] | None
    """File, offset and length of that answer's record, and the address."""


def has_site(connection: sqlite3.Connection, host: str) -> bool:
    """Whether an archive has a newspaper, by its host. Raises sqlite3.Error."""
    row = connection.execute("SELECT 1 FROM sites WHERE host = ?", (host,)).fetchone()
    return row is not None


def has_story(connection: sqlite3.Connection, url: str) -> bool:
    """Whether an archive has a story, by its own address. Raises sqlite3.Error."""
    row = connection.execute("SELECT 1 FROM articles WHERE url = ?", (url,)).fetchone()
    return row is not None


def with_history(
    connection: sqlite3.Connection, *, site: str | None, url: str | None
) -> Iterator[int]:
    """Keys of the articles that have more than one revision, or count as gone. Raises
    sqlite3.Error."""
    rows = connection.execute(
        "SELECT a.id FROM articles a JOIN sites s ON s.id = a.site_id"
        " WHERE (a.revisions > 1 OR a.gone_at IS NOT NULL) AND s.host = ifnull(?, s.host)"
        " AND a.url = ifnull(?, a.url) ORDER BY a.id",
        (site, url),
    )
    return (article_id for (article_id,) in rows)


def revisions(connection: sqlite3.Connection, article_id: int) -> list[Kept]:
    """The revisions of an article that were not taken back, oldest first. Raises sqlite3.Error."""
    rows = connection.execute(
        "SELECT r.id, r.access, c.truncated IS NOT NULL, r.cause = 'extractor', r.change"
        " FROM revisions r JOIN captures c ON c.id = r.capture_id WHERE r.article_id = ?"
        " AND r.id NOT IN (SELECT revision_id FROM taken_back) ORDER BY r.captured_at, r.number",
        (article_id,),
    )
    return [Kept(row[0], row[1], bool(row[2]), bool(row[3]), row[4]) for row in rows]


def last_good(connection: sqlite3.Connection, article_id: int) -> int | None:
    """The newest revision of an article that was not taken back for what its answer was: one that
    differs in nothing, or in typography alone, is the story all the same. None where the one that
    stands is it. Raises sqlite3.Error."""
    row = connection.execute(
        "SELECT r.id, a.revision_id FROM revisions r JOIN articles a ON a.id = r.article_id"
        " WHERE a.id = ? AND r.id NOT IN (SELECT revision_id FROM taken_back"
        " WHERE reason_code = ?) ORDER BY r.captured_at DESC, r.number DESC LIMIT 1",
        (article_id, NOT_THE_STORY),
    ).fetchone()
    return row[0] if row and row[0] != row[1] else None


def take_back(connection: sqlite3.Connection, revision_id: int, at: str, reason: Reason) -> None:
    """Enter that a revision was no change by the newspaper. at: ISO 8601, UTC. Raises
    sqlite3.Error."""
    connection.execute(
        "INSERT INTO taken_back (revision_id, at, reason, reason_code, reason_subject)"
        " VALUES (?, ?, ?, ?, ?)",
        (revision_id, at, *why.columns(reason)),
    )


def gone_mark(connection: sqlite3.Connection, article_id: int) -> GoneMark | None:
    """What a story's gone mark rests on; None where it has none, or a later version judged it.
    Raises sqlite3.Error."""
    row = connection.execute(
        "SELECT a.revision_id, a.url, c.url_id FROM articles a JOIN revisions r"
        " ON r.id = a.revision_id JOIN captures c ON c.id = r.capture_id"
        " WHERE a.id = ? AND a.gone_at IS NOT NULL AND (SELECT e.capture_id FROM story_events e"
        " WHERE e.article_id = a.id ORDER BY e.at DESC, e.id DESC LIMIT 1) IS NULL",
        (article_id,),
    ).fetchone()
    if row is None:
        return None
    revision_id, url, url_id = row
    told = told_by_revision(connection, revision_id)
    last = connection.execute(
        "SELECT c.status, c.truncated, ifnull(o.warc_file, c.warc_file),"
        " ifnull(o.warc_offset, c.warc_offset), ifnull(o.warc_length, c.warc_length), u.url"
        " FROM urls u JOIN captures c ON c.url_id = u.id"
        " LEFT JOIN captures o ON o.id = c.refers_to_id"
        " WHERE u.state = 'gone' AND (u.id = ? OR u.url = ?) ORDER BY c.fetched_at DESC LIMIT 1",
        (url_id, url),
    ).fetchone()
    if last is None:
        return GoneMark(told, False, None, False, None)
    status, truncated, *place, address = last
    return GoneMark(told, True, status, truncated is not None, (*place, address))


def take_back_gone(connection: sqlite3.Connection, article_id: int, now: str) -> None:
    """Enter that a story is not known to be gone, and have its address visited again. now: ISO
    8601, UTC. Raises sqlite3.Error."""
    reason = why.columns(because("judged_again"))
    connection.execute("UPDATE articles SET gone_at = NULL WHERE id = ?", (article_id,))
    connection.execute(
        "INSERT INTO story_events (article_id, event, at, reason, reason_code, reason_subject)"
        " VALUES (?, 'mistaken', ?, ?, ?, ?)",
        (article_id, now, *reason),
    )
    connection.execute(
        f"UPDATE urls SET state = 'retry', {why.SET}, due_at = ? WHERE article_id = ?"  # noqa: S608
        " AND state = 'gone' AND ifnull(reason_code, '') <> 'http_status'",
        (*reason, now[:19] + "+00:00", article_id),
    )
