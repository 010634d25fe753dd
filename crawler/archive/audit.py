"""What the database says of the WARC files, for whoever compares the two."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from crawler.archive.article_columns import columns, texts
from crawler.archive.takedowns import without_words
from crawler.items import Article, LinkedStory


@dataclass(frozen=True, slots=True)
class StoredCapture:
    """A capture as the database has it."""

    record_id: str
    url: str
    fetched_at: str
    status: int
    content_type: str | None
    payload_digest: str
    payload_bytes: int
    warc_offset: int
    warc_length: int
    record_type: str
    truncated: str | None
    refers_to: str | None
    """Of a revisit: WARC-Record-ID, URL and time of the response that it repeats."""
    refers_to_url: str | None
    refers_to_date: str | None


@dataclass(frozen=True, slots=True)
class ListedFile:
    """A closed WARC file as the database has it."""

    name: str
    bytes: int
    records: int
    sha256: str


def captures_in(connection: sqlite3.Connection, warc_file: str) -> Iterator[StoredCapture]:
    """The captures whose records are in a file, in the file's order. Raises sqlite3.Error."""
    rows = connection.execute(
        "SELECT c.record_id, u.url, c.fetched_at, c.status, c.content_type, c.payload_digest,"
        " c.payload_bytes, c.warc_offset, c.warc_length, c.record_type, c.truncated,"
        " t.record_id, tu.url, t.fetched_at FROM captures c JOIN urls u ON u.id = c.url_id"
        " LEFT JOIN captures t ON t.id = c.refers_to_id LEFT JOIN urls tu ON tu.id = t.url_id"
        " WHERE c.warc_file = ? ORDER BY c.warc_offset",
        (warc_file,),
    )
    return (StoredCapture(*row) for row in rows)


def place_of(connection: sqlite3.Connection, record_id: str) -> tuple[str, int] | None:
    """File and offset of the capture with a WARC-Record-ID. Raises sqlite3.Error."""
    row: tuple[str, int] | None = connection.execute(
        "SELECT warc_file, warc_offset FROM captures WHERE record_id = ?", (record_id,)
    ).fetchone()
    return row


def files_of_captures(connection: sqlite3.Connection) -> list[tuple[str, int, int]]:
    """(file, captures in it, bytes from its start to the end of the last of them) of each file that
    captures are in. Raises sqlite3.Error."""
    return connection.execute(
        "SELECT warc_file, count(*), max(warc_offset + warc_length) FROM captures"
        " GROUP BY warc_file ORDER BY warc_file"
    ).fetchall()


def names_of_files(connection: sqlite3.Connection) -> list[str]:
    """The files that captures are in: one look into an index for each, however many captures there
    are. Raises sqlite3.Error."""
    rows = connection.execute(
        "WITH RECURSIVE files(name) AS (SELECT min(warc_file) FROM captures UNION ALL"
        " SELECT (SELECT min(warc_file) FROM captures WHERE warc_file > name) FROM files"
        " WHERE name IS NOT NULL) SELECT name FROM files WHERE name IS NOT NULL"
    )
    return [name for (name,) in rows]


def listed_files(connection: sqlite3.Connection) -> list[ListedFile]:
    """The closed files. Raises sqlite3.Error."""
    rows = connection.execute("SELECT name, bytes, records, sha256 FROM warc_files ORDER BY name")
    return [ListedFile(*row) for row in rows]


# -- what was made of a page -----------------------------------------------------------------------

_IMAGE = ("role", "url", "alt", "caption", "width", "height")
_LINK = ("position", "title", "excerpt", "image_url", "published_raw")


@dataclass(frozen=True, slots=True)
class Comparison:
    """Something stored beside the record that it was stored from."""

    table: str
    """revisions or linked_stories."""
    row_id: int
    url: str
    """Of the article."""
    differs: tuple[str, ...]
    """What of it differs; empty: all is equal."""


def compare(
    connection: sqlite3.Connection,
    record_id: str,
    article_url: str,
    article: Article,
    extractor: str,
) -> Iterator[Comparison]:
    """What the database has of an article beside the conversion record that it was stored from.

    record_id: of the capture. extractor: by which it was read. Nothing for an article from which
    nothing was stored. Raises sqlite3.Error.
    """
    expected = {**columns(article), **texts(article), "extractor": extractor}
    rows = connection.execute(
        f"SELECT r.id, a.id, {', '.join('r.' + name for name in expected)}"  # noqa: S608
        " FROM captures c JOIN (SELECT * FROM revisions JOIN revision_texts ON revision_id = id) r"
        " ON r.capture_id = c.id"
        " JOIN articles a ON a.id = r.article_id WHERE c.record_id = ? AND a.url = ?",
        (record_id, article_url),
    ).fetchall()
    for revision_id, article_id, *values in rows:
        pairs = zip(expected, values, expected.values(), strict=True)
        differs = [name for name, stored, said in pairs if stored != said]
        if "extractor" in differs and _read_alike(connection, revision_id):
            differs.remove("extractor")
        if _images(connection, revision_id) != _images_of(article):
            differs.append("images")
        if not _has_links(connection, article_id, article.links):
            differs.append("linked stories")
        yield Comparison("revisions", revision_id, article_url, tuple(differs))
    yield from _compare_links(connection, record_id, article_url, article.links)


def _read_alike(connection: sqlite3.Connection, revision_id: int) -> bool:
    """Whether the extractor that a revision names read there what another one had read before,
    which makes no record."""
    row = connection.execute(
        "SELECT 1 FROM rereadings w JOIN revisions r ON r.id = w.revision_id"
        " AND r.article_id = w.article_id AND r.extractor = w.extractor"
        " WHERE r.id = ? AND w.outcome = 'unchanged'",
        (revision_id,),
    ).fetchone()
    return row is not None


def _images(connection: sqlite3.Connection, revision_id: int) -> list[tuple[object, ...]]:
    return connection.execute(
        f"SELECT {', '.join(_IMAGE)} FROM images WHERE revision_id = ?"  # noqa: S608
        " ORDER BY role = 'body', position",
        (revision_id,),
    ).fetchall()


def _images_of(article: Article) -> list[tuple[object, ...]]:
    images = [article.image, *(block.image for block in article.blocks)]
    found = [tuple(getattr(image, name) for name in _IMAGE) for image in images if image]
    return sorted(found, key=lambda image: image[0] == "body")


def _key(link: LinkedStory) -> tuple[str, str, str]:
    return link.relation, link.url, link.label or ""


def _has_links(
    connection: sqlite3.Connection, article_id: int, links: Iterable[LinkedStory]
) -> bool:
    rows = connection.execute(
        "SELECT relation, url, ifnull(label, '') FROM linked_stories WHERE article_id = ?",
        (article_id,),
    )
    return {_key(link) for link in links} <= set(rows)


def _compare_links(
    connection: sqlite3.Connection, record_id: str, article_url: str, links: Iterable[LinkedStory]
) -> Iterator[Comparison]:
    """The links that were first seen on a page beside those that its record has."""
    first: dict[tuple[str, str, str], LinkedStory] = {}
    for link in without_words(connection, links):
        first.setdefault(_key(link), link)
    rows = connection.execute(
        "SELECT l.id, l.relation, l.url, ifnull(l.label, ''), l.position, l.title, l.excerpt,"
        " l.image_url, l.published_raw FROM captures c JOIN articles a ON a.url = ?"
        " JOIN linked_stories l ON l.article_id = a.id AND l.first_seen_at = c.fetched_at"
        " WHERE c.record_id = ?",
        (article_url, record_id),
    ).fetchall()
    for link_id, relation, url, label, *values in rows:
        known = first.get((relation, url, label))
        if known is None:
            differs: tuple[str, ...] = ("relation, address or label",)
        else:
            published = known.published
            told = [
                known.position, known.title, known.excerpt, known.image,
                published.text if published else None,
            ]  # fmt: skip
            pairs = zip(_LINK, values, told, strict=True)
            differs = tuple(name for name, stored, said in pairs if stored != said)
        yield Comparison("linked_stories", link_id, article_url, differs)
