"""Pictures of stories: which are archived, and whose they are. Every function raises
sqlite3.Error."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

_SIZE = re.compile(r"[-_@.]?(?:\d{2,4}x\d{2,4}|scaled|\dx|[wh]?\d{2,4}[wh]?)$")
"""Ends the name of one of several sizes of a picture."""
_SHORTEST = 6
"""Letters of a name by which a picture can be told."""
_GIVEN = "(SELECT value FROM json_each(?1))"


@dataclass(frozen=True, slots=True)
class StoryPicture:
    """A picture of a story, and what is archived of it."""

    role: str
    """lead or body."""
    url: str
    capture_id: int | None
    """None where it is not archived."""
    media_type: str | None
    bytes: int | None
    width: int | None
    height: int | None
    """Pixels, of what is archived."""
    state: str | None
    """Where its address stands in the frontier; None where it was not to be fetched."""
    reason: str | None


def pictures_at(connection: sqlite3.Connection, url: str) -> list[StoryPicture]:
    """The pictures of the story that an address leads to, as it stands, the lead picture first."""
    rows = connection.execute(
        "SELECT p.role, p.url, p.capture_id, p.media_type, p.bytes, p.width, p.height, p.state,"
        " p.reason FROM urls u JOIN articles a ON a.id = u.article_id"
        " JOIN story_pictures p ON p.revision_id = a.revision_id WHERE u.url = ?"
        " ORDER BY p.role = 'body', p.position",
        (url,),
    )
    return [StoryPicture(*row) for row in rows]


def picture_capture(connection: sqlite3.Connection, url: str) -> int | None:
    """The newest whole capture of a picture's address, of the one that it led to if it did; None
    where there is none."""
    row = connection.execute(
        "SELECT p.capture_id FROM urls u JOIN pictures p ON p.url_id = u.id WHERE u.url = ?", (url,)
    ).fetchone()
    row = (
        row
        or connection.execute(  # of an archive that did not yet look what it has
            "SELECT c.id FROM urls u JOIN captures c ON c.url_id = u.id WHERE u.url = ?"
            " AND c.status = 200 AND c.truncated IS NULL AND c.content_type LIKE 'image/%'"
            " ORDER BY c.fetched_at DESC LIMIT 1",
            (url,),
        ).fetchone()
    )
    return None if row is None else int(row[0])


def pictures_alone(
    connection: sqlite3.Connection, articles: Collection[int], pages: Collection[int]
) -> set[int]:
    """The addresses of pictures that some stories have, and no other story: those in the stories,
    those on links to them, and other sizes of these that their pages show.

    articles, pages: keys of the stories and of their addresses; keys of addresses come back.
    """
    if not articles:
        return set()
    own = set(
        _column(connection, f"SELECT url FROM images WHERE article_id IN {_GIVEN}", articles)  # noqa: S608
        + _column(
            connection,
            "SELECT c.image_url FROM _linked k JOIN _addresses d ON d.linked_id = k.id"  # noqa: S608
            " JOIN _link_cards c ON c.address_id = d.id"
            f" WHERE k.article_id IN {_GIVEN} AND c.image_url IS NOT NULL",
            articles,
        )
    )
    names = {name for url in own if len(name := _name(url)) >= _SHORTEST}
    shown = _column(
        connection,
        "SELECT u.url FROM urls u WHERE u.role = 'requisite'"  # noqa: S608
        f" AND u.via_id IN {_GIVEN} AND u.id IN (SELECT url_id FROM pictures)",
        pages,
    )
    own.update(url for url in shown if _name(url) in names)
    return {key for url in own for key in _if_alone(connection, url, articles)}


def _if_alone(connection: sqlite3.Connection, url: str, articles: Collection[int]) -> set[int]:
    """The address of a picture, and what it led to, unless another story has the same picture."""
    given = json.dumps(list(articles))
    row = connection.execute(
        "SELECT u.id, p.capture_id, c.url_id FROM urls u LEFT JOIN pictures p ON p.url_id = u.id"
        " LEFT JOIN captures c ON c.id = p.capture_id WHERE u.url = ?"
        " AND u.article_id IS NULL",
        (url,),
    ).fetchone()
    if row is None:
        return set()
    key, capture, target = row
    # the same bytes at another address: one of the two captures repeats the other, or both a third
    same = connection.execute(
        "SELECT 1 FROM images o WHERE o.article_id NOT IN (SELECT value FROM json_each(?1))"
        " AND o.url IN (SELECT ?2 UNION SELECT w.url FROM captures c"
        "   JOIN captures d ON d.id = ifnull(c.refers_to_id, c.id)"
        "     OR d.refers_to_id = ifnull(c.refers_to_id, c.id)"
        "   JOIN pictures p ON p.capture_id = d.id JOIN urls w ON w.id = p.url_id"
        "   WHERE c.id = ?3) LIMIT 1",
        (given, url, capture),
    ).fetchone()
    return set() if same else {key} if target is None else {key, target}


def _name(url: str) -> str:
    """What several sizes of a picture have in common in their addresses."""
    try:
        path = urlsplit(url).path.lower()
    except ValueError:
        return ""
    name = path.rstrip("/").rpartition("/")[2]
    return _SIZE.sub("", name.rpartition(".")[0] or name)


def _column(connection: sqlite3.Connection, sql: str, keys: Iterable[Any]) -> list[str]:
    """The first column of some rows. sql: with ?1 for the keys."""
    return [row[0] for row in connection.execute(sql, (json.dumps(list(keys)),))]
