"""What the database says of the WARC files, for whoever compares the two."""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from crawler.archive.article_columns import columns, texts
from crawler.archive.rows import between
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


def captures_in(
    connection: sqlite3.Connection, warc_file: str, begin: int = 0, end: int | None = None
) -> Iterator[StoredCapture]:
    """The captures whose records are in a file, in the file's order. begin, end: only those that
    begin there or later, and before that. Raises sqlite3.Error."""
    rows = connection.execute(
        "SELECT c.record_id, u.url, c.fetched_at, c.status, c.content_type, c.payload_digest,"  # noqa: S608
        " c.payload_bytes, c.warc_offset, c.warc_length, c.record_type, c.truncated,"
        " t.record_id, tu.url, t.fetched_at FROM captures c JOIN urls u ON u.id = c.url_id"
        " LEFT JOIN captures t ON t.id = c.refers_to_id LEFT JOIN urls tu ON tu.id = t.url_id"
        f" WHERE c.warc_file = ?{between('c.warc_offset', begin, end)} ORDER BY c.warc_offset",
        (warc_file,),
    )
    return (StoredCapture(*row) for row in rows)


def first_capture_from(connection: sqlite3.Connection, warc_file: str, offset: int) -> int | None:
    """Where the first capture of a file begins that begins at an offset or later; None if there is
    none. Raises sqlite3.Error."""
    (found,) = connection.execute(
        "SELECT min(warc_offset) FROM captures WHERE warc_file = ? AND warc_offset >= ?",
        (warc_file, offset),
    ).fetchone()
    return None if found is None else int(found)


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


@dataclass(slots=True)
class Compared:
    """Rows that were looked at beside the records that they may have been stored from."""

    equal: dict[str, array[int]] = field(default_factory=dict)
    """Table → keys of rows of which a record says the same."""
    differing: list[Comparison] = field(default_factory=list)
    """What a record says otherwise; another one may say the same."""

    def add(self, found: Comparison) -> None:
        """Take in a row."""
        if found.differs:
            self.differing.append(found)
        else:
            self.take(found.table, [found.row_id])

    def put(self, other: Compared) -> None:
        """Take in what was compared beside more of the same records."""
        for table, keys in other.equal.items():
            self.take(table, keys)
        self.differing += other.differing

    def take(self, table: str, keys: Iterable[int]) -> None:
        """Take in rows of which a record says the same."""
        self.equal.setdefault(table, array("q")).extend(keys)


def compare(
    connection: sqlite3.Connection, record_id: str, article_url: str, article: Article,
    extractor: str, into: Compared,
) -> None:  # fmt: skip
    """Look at what the database has of an article beside the conversion record that it was stored
    from.

    record_id: of the capture. extractor: by which it was read. Nothing comes of an article from
    which nothing was stored. Raises sqlite3.Error.
    """
    row = connection.execute(
        "SELECT c.id, c.fetched_at, a.id FROM captures c JOIN articles a ON a.url = ?"
        " WHERE c.record_id = ?",
        (article_url, record_id),
    ).fetchone()
    if row is None:
        return
    capture_id, fetched_at, article_id = row
    expected = {**columns(article), **texts(article), "extractor": extractor}
    rows = connection.execute(
        f"SELECT r.id, {', '.join(expected)}"  # noqa: S608
        " FROM revisions r JOIN revision_texts ON revision_id = r.id"
        " WHERE r.capture_id = ? AND r.article_id = ?",
        (capture_id, article_id),
    ).fetchall()
    stored = _links(connection, article_id)
    for revision_id, *values in rows:
        pairs = zip(expected, values, expected.values(), strict=True)
        differs = [name for name, stored, said in pairs if stored != said]
        if "extractor" in differs and _read_alike(connection, revision_id):
            differs.remove("extractor")
        if _images(connection, revision_id) != _images_of(article):
            differs.append("images")
        if not {_key(link) for link in article.links} <= {key for _, key, _, _ in stored}:
            differs.append("linked stories")
        into.add(Comparison("revisions", revision_id, article_url, tuple(differs)))
    own = [(link_id, key, values) for link_id, key, values, at in stored if at == fetched_at]
    _compare_links(connection, own, article_url, article.links, into)


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


_Key: TypeAlias = tuple[str, str, str]
"""Relation, address and label."""
_Stored: TypeAlias = tuple[int, _Key, tuple[object, ...], str]
"""A link's key in the table, what tells it from others, its values by `_LINK`, when it was first
seen."""


def _key(link: LinkedStory) -> _Key:
    return link.relation, link.url, link.label or ""


def _links(connection: sqlite3.Connection, article_id: int) -> list[_Stored]:
    """All that an article's pages have shown."""
    rows = connection.execute(
        "SELECT l.id, b.relation, c.url, ifnull(b.label, ''), l.position, c.title, c.excerpt,"
        " c.image_url, c.published_raw, k.fetched_at FROM _links l"
        " JOIN _link_blocks b ON b.id = l.block_id JOIN _link_cards c ON c.id = l.card_id"
        " JOIN captures k ON k.id = l.first_capture_id WHERE l.article_id = ?",
        (article_id,),
    )
    return [(row[0], row[1:4], row[4:9], row[9]) for row in rows]


def _compare_links(
    connection: sqlite3.Connection, stored: list[tuple[int, _Key, tuple[object, ...]]],
    article_url: str, links: Iterable[LinkedStory], into: Compared,
) -> None:  # fmt: skip
    """The links that were first seen on a page beside those that its record has."""
    first: dict[_Key, LinkedStory] = {}
    for link in without_words(connection, links):
        first.setdefault(_key(link), link)
    equal = []
    for link_id, key, values in stored:
        known = first.get(key)
        if known is None:
            differs: tuple[str, ...] = ("relation, address or label",)
        else:
            published = known.published
            told = (
                known.position, known.title, known.excerpt, known.image,
                published.text if published else None,
            )  # fmt: skip
            if values == told:
                equal.append(link_id)
                continue
            pairs = zip(_LINK, values, told, strict=True)
            differs = tuple(name for name, one, said in pairs if one != said)
        into.add(Comparison("linked_stories", link_id, article_url, differs))
    into.take("linked_stories", equal)
