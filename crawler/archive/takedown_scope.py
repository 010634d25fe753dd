"""What belongs to a story that is to be taken down: its addresses, copies, captures. Every function
raises sqlite3.Error."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from crawler.archive.keys import url_key
from crawler.archive.pictures import pictures_alone


@dataclass(slots=True)
class Scope:
    """The rows that go, by their keys."""

    articles: set[int] = field(default_factory=set)
    urls: set[int] = field(default_factory=set)
    """Not those under which only a copy of the payload was found once, if another story is there
    now."""
    captures: set[int] = field(default_factory=set)
    digests: set[str] = field(default_factory=set)
    """Payloads that show the story."""

    @property
    def size(self) -> int:
        """Grows with whatever is found to belong to it."""
        return len(self.articles) + len(self.urls) + len(self.captures) + len(self.digests)


def scope_of(
    connection: sqlite3.Connection, urls: Iterable[str], digests: Iterable[str] = ()
) -> Scope:
    """Everything that shows the stories at some addresses, or has one of some payloads.

    Those are: all spellings of an address, what leads there, later pages, pages with the same text,
    whatever answered the same bytes, and pictures that no other story has.
    """
    scope = Scope(digests=set(digests))
    keys = [url_key(url) for url in urls]
    scope.urls |= _ids(connection, "SELECT id FROM urls WHERE key IN ({0})", keys)
    # an address that was never fetched here: pages at others name it as their story's
    scope.articles |= _ids(
        connection,
        "SELECT k.article_id FROM _addresses d JOIN _linked k ON k.id = d.linked_id"
        " WHERE d.hash IN ({0}) AND k.article_id IS NOT NULL",
        keys,
    )
    while True:
        before = scope.size
        for look in (_articles, _urls, _captures, _digests):
            look(connection, scope)
        if scope.size == before:
            break
    scope.urls |= pictures_alone(connection, scope.articles, scope.urls)
    _captures(connection, scope)
    return scope


def urls_of(connection: sqlite3.Connection, scope: Scope) -> list[str]:
    """The addresses, in the order in which they became known."""
    rows = _rows(connection, "SELECT url FROM urls WHERE id IN ({0}) ORDER BY id", scope.urls)
    return [url for (url,) in rows]


def titles_of(connection: sqlite3.Connection, scope: Scope) -> list[str]:
    """The headlines of all revisions."""
    sql = "SELECT DISTINCT title FROM revisions WHERE article_id IN ({0}) ORDER BY id"
    return [title for (title,) in _rows(connection, sql, scope.articles)]


def digests_of(scope: Scope) -> list[str]:
    """The payloads, in order."""
    return sorted(scope.digests)


def lists_of(connection: sqlite3.Connection, scope: Scope) -> list[str]:
    """The addresses among them that are no pages: they cannot be taken down."""
    sql = "SELECT url FROM urls WHERE id IN ({0})"
    sql += " AND role NOT IN ('page', 'requisite')"
    return [url for (url,) in _rows(connection, sql, scope.urls)]


def first_captured_at(connection: sqlite3.Connection, scope: Scope) -> str | None:
    """When the first of the captures was fetched, ISO 8601, UTC."""
    rows = _rows(
        connection, "SELECT min(fetched_at) FROM captures WHERE id IN ({0})", scope.captures
    )
    found: str | None = rows[0][0]
    return found


def texts_of(connection: sqlite3.Connection, scope: Scope) -> list[str]:
    """The standfirsts and texts of all revisions."""
    rows = _rows(
        connection,
        "SELECT ifnull(r.standfirst, '') || char(10) || t.body_text FROM revisions r"
        " JOIN revision_texts t ON t.revision_id = r.id WHERE r.article_id IN ({0})",
        scope.articles,
    )
    return [text for (text,) in rows]


def captures_beside(
    connection: sqlite3.Connection, scope: Scope
) -> list[tuple[int, tuple[str, int, int], str | None]]:
    """Responses from a month before the first capture of a story on that are not its own: key;
    file, offset, length; address of the other story that is at theirs."""
    rows = _rows(
        connection,
        "SELECT c.id, c.warc_file, c.warc_offset, c.warc_length, a.url FROM captures c"
        " JOIN urls u ON u.id = c.url_id LEFT JOIN articles a ON a.id = u.article_id"
        " WHERE c.record_type = 'response' AND c.status = 200 AND u.role NOT IN ('robots',"
        " 'requisite')"
        " AND c.id NOT IN ({0}) AND c.fetched_at >= (SELECT strftime('%Y-%m-%dT%H:%M:%S',"
        " min(fetched_at), '-31 days') FROM captures WHERE id IN ({0}))"
        " ORDER BY c.warc_file, c.warc_offset",
        scope.captures,
    )
    return [(key, (name, offset, length), url) for key, name, offset, length, url in rows]


def with_repeats(connection: sqlite3.Connection, captures: Iterable[int]) -> set[int]:
    """Captures with those that repeat them."""
    keys = list(captures)
    return set(keys) | _repeats(connection, keys)


def _repeats(connection: sqlite3.Connection, captures: Iterable[int]) -> set[int]:
    """Those that repeat captures; but not what repeats the shell of a page of script, which all
    stories of a newspaper share, and which shows none."""
    return _ids(
        connection,
        "SELECT id FROM captures WHERE refers_to_id IN ({0}) AND payload_digest NOT IN"
        " (SELECT s.payload_digest FROM renderings g JOIN captures s ON s.id = g.capture_id"
        " WHERE s.payload_digest = captures.payload_digest)",
        captures,
    )


def records_of(connection: sqlite3.Connection, captures: Iterable[int]) -> list[str]:
    """WARC-Record-IDs of captures."""
    sql = "SELECT record_id FROM captures WHERE id IN ({0}) ORDER BY id"
    return [record_id for (record_id,) in _rows(connection, sql, captures)]


def captures_with(connection: sqlite3.Connection, record_ids: Iterable[str]) -> set[int]:
    """The captures with some WARC-Record-IDs, as far as they are there."""
    return _ids(connection, "SELECT id FROM captures WHERE record_id IN ({0})", record_ids)


def alike(connection: sqlite3.Connection, scope: Scope) -> list[str]:
    """Addresses of other stories whose text begins much alike: perhaps other newspapers' copies."""
    rows = _rows(
        connection,
        "SELECT DISTINCT a.url FROM _article_bands b JOIN _article_bands o"
        " ON o.band = b.band AND o.value = b.value JOIN articles a ON a.id = o.article_id"
        " WHERE b.article_id IN ({0}) AND a.id NOT IN ({0}) ORDER BY a.url LIMIT 20",
        scope.articles,
    )
    return [url for (url,) in rows]


def _articles(connection: sqlite3.Connection, scope: Scope) -> None:
    for sql, keys in (
        ("SELECT article_id FROM urls WHERE id IN ({0}) AND article_id IS NOT NULL", scope.urls),
        (
            "SELECT a.id FROM urls u JOIN articles a ON a.url = u.url WHERE u.id IN ({0})",
            scope.urls,
        ),
        ("SELECT article_id FROM copies WHERE url_id IN ({0}) AND is_split = 0", scope.urls),
        (
            "SELECT k.article_id FROM urls u JOIN _addresses d ON d.hash = u.key"
            " JOIN _linked k ON k.id = d.linked_id WHERE u.id IN ({0})"
            " AND k.article_id IS NOT NULL",
            scope.urls,
        ),
        ("SELECT article_id FROM revisions WHERE capture_id IN ({0})", scope.captures),
    ):
        scope.articles |= _ids(connection, sql, keys)


def _urls(connection: sqlite3.Connection, scope: Scope) -> None:
    for sql, keys in (
        ("SELECT id FROM urls WHERE article_id IN ({0}) AND role = 'page'", scope.articles),
        ("SELECT url_id FROM copies WHERE article_id IN ({0}) AND is_split = 0", scope.articles),
        (
            "SELECT u.id FROM _linked k JOIN _addresses d ON d.linked_id = k.id"
            " JOIN urls u ON u.key = d.hash WHERE k.article_id IN ({0}) AND u.role = 'page'",
            scope.articles,
        ),
        (
            "SELECT u.id FROM urls o JOIN urls u ON u.reason_subject = o.url"
            " AND u.reason_code IN ('later_page', 'same_text', 'other_spelling')"
            " WHERE o.id IN ({0}) AND u.role = 'page'",
            scope.urls,
        ),
        ("SELECT o.id FROM urls u JOIN urls o ON o.key = u.key WHERE u.id IN ({0})", scope.urls),
        # what the scripts of a page that a browser showed were given, the story itself perhaps
        (
            "SELECT o.id FROM captures c JOIN renderings g ON g.capture_id = c.id"
            " JOIN urls o ON o.via_id = c.url_id AND o.kind = 'other' AND o.source = 'script'"
            " WHERE c.url_id IN ({0})",
            scope.urls,
        ),
    ):
        scope.urls |= _ids(connection, sql, keys)


def _captures(connection: sqlite3.Connection, scope: Scope) -> None:
    scope.captures |= _ids(connection, "SELECT id FROM captures WHERE url_id IN ({0})", scope.urls)
    same = _ids(
        connection,
        "SELECT id FROM captures WHERE payload_digest IN ({0}) AND payload_bytes > 0"
        " AND status = 200",
        scope.digests,
    )
    scope.captures |= same
    scope.captures |= _repeats(connection, scope.captures)
    scope.urls |= _ids(
        connection,
        "SELECT u.id FROM captures c JOIN urls u ON u.id = c.url_id WHERE c.id IN ({0})"
        " AND u.role = 'page'",
        same,
    )


def _digests(connection: sqlite3.Connection, scope: Scope) -> None:
    """Payloads of the captures that show the story: what its addresses answered otherwise, as walls
    and outages, other addresses do, too."""
    scope.digests |= {
        digest
        for (digest,) in _rows(
            connection,
            "SELECT DISTINCT c.payload_digest FROM captures c JOIN urls u ON u.id = c.url_id"
            " WHERE c.id IN ({0}) AND c.status = 200 AND c.payload_bytes > 0"
            " AND c.id NOT IN (SELECT capture_id FROM verdicts)"
            # a page of script shows its story in a browser alone
            " AND c.id NOT IN (SELECT capture_id FROM renderings)"
            " AND (c.id IN (SELECT capture_id FROM revisions)"
            " OR u.article_id IS NOT NULL OR u.reason_code IN ('later_page', 'same_text'))",
            scope.captures,
        )
    }


def _ids(connection: sqlite3.Connection, sql: str, keys: Iterable[int | str]) -> set[int]:
    return {key for (key,) in _rows(connection, sql, keys)}


def _rows(
    connection: sqlite3.Connection, sql: str, keys: Iterable[int | str]
) -> list[tuple[Any, ...]]:
    """sql: with {0} in the place of the keys."""
    given = "SELECT value FROM json_each(?1)"
    return connection.execute(sql.format(given), (json.dumps(list(keys)),)).fetchall()
