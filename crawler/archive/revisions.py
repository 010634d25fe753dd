"""The revisions of one story, for whoever wants to compare them."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass

from sqlite_utils import Database

from crawler.errors import MissingError
from crawler.history.revision_diff import State
from crawler.reasons import NOT_THE_STORY


@dataclass(frozen=True, slots=True)
class Event:
    """What became of a story, as `story_events` has it."""

    at: str
    """ISO 8601, UTC."""
    event: str
    reason: str | None
    text: str | None
    """The notice in its place, where there is one."""
    successor: str | None
    """The address of the story that took its place."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came from a story's address and was no state of it."""

    at: str
    """ISO 8601, UTC."""
    verdict: str
    """As in the table `verdicts`: `wall`, `outage`, `teaser` …"""


@dataclass(frozen=True, slots=True)
class Revision:
    """One state of a story, and when it was seen."""

    number: int
    captured_at: str
    """ISO 8601, UTC."""
    state: State


def revisions_of(db: Database, url: str) -> list[Revision]:
    """The revisions of the story at an address, oldest first.

    url: its own address, or another one that leads to it. What was found to be no state of the
    story is left out. Raises MissingError where the archive has no story there.
    """
    rows = db.query(_REVISIONS, {"url": url})
    found = [_revision(**row) for row in rows]
    if not found:
        raise MissingError(f"the archive has no such story: {url}; the view stories lists them")
    return found


def revisions_at(connection: sqlite3.Connection, url: str) -> int:
    """How many revisions the story kept at an address has; 0 where there is none."""
    row = connection.execute("SELECT revisions FROM articles WHERE url = ?", (url,)).fetchone()
    return row[0] if row else 0


def events_of(db: Database, url: str) -> list[Event]:
    """What became of the story at an address, oldest first."""
    rows = db.query(
        _EVENTS,
        {"url": url},
    )
    return [Event(**row) for row in rows]


def answers_apart(db: Database, url: str) -> list[Answer]:
    """The answers at a story's address that were no state of it, oldest first."""
    return [Answer(**row) for row in db.query(_APART, {"url": url})]


_ARTICLE = (
    "coalesce((SELECT id FROM articles WHERE url = :url),"
    " (SELECT article_id FROM urls WHERE url = :url),"
    " (SELECT article_id FROM urls WHERE url = :url || '/'))"
)
_APART = (
    "SELECT c.fetched_at AS at, v.verdict FROM verdicts v JOIN captures c ON c.id = v.capture_id"  # noqa: S608
    f" WHERE v.article_id = {_ARTICLE} ORDER BY c.fetched_at"
)
_REVISIONS = (
    "SELECT number, captured_at, title, standfirst, authors, published_at, section, tags,"  # noqa: S608
    " body_text, language, (SELECT json_group_array(caption) FROM (SELECT caption FROM images"
    " WHERE revision_id = revisions.id AND caption IS NOT NULL"
    " ORDER BY role = 'body', position)) AS captions"
    " FROM revisions JOIN revision_texts t ON t.revision_id = id"
    f" WHERE article_id = {_ARTICLE} AND id NOT IN"
    f" (SELECT revision_id FROM taken_back WHERE reason_code = '{NOT_THE_STORY}')"
    " ORDER BY number"
)
_EVENTS = (
    "SELECT at, event, reason, text, (SELECT a.url FROM articles a"  # noqa: S608
    " WHERE a.id = story_events.successor_id) AS successor"
    f" FROM story_events WHERE article_id = {_ARTICLE} ORDER BY at, id"
)


def _revision(
    *, number: int, captured_at: str, title: str, standfirst: str | None, authors: str,
    published_at: str | None, section: str | None, tags: str, body_text: str, captions: str,
    language: str | None,
) -> Revision:  # fmt: skip
    names, labels, under = (tuple(json.loads(each)) for each in (authors, tags, captions))
    return Revision(number, captured_at, State(
        title, standfirst, names, published_at, section, labels, body_text, under, language
    ))  # fmt: skip
