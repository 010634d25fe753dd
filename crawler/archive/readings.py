"""A page that was archived, read anew: what is read takes the place of what was read before.

A revision is what a page said when it was captured. How well we read it is no part of the story's
history, so a better reading makes no revision: it is entered where the earlier one was, which stays
in WARC (the conversion records).
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from crawler.archive.article_columns import columns, content_digest, texts
from crawler.archive.changes import review_changes
from crawler.archive.duplicates import remember_anew
from crawler.archive.links_anew import replace_links
from crawler.items import Article

if TYPE_CHECKING:
    from crawler.archive.articles import Articles


def reread(articles: Articles, url: str, record_id: str, article: Article, extractor: str) -> str:
    """Enter what is read on the page of one of a story's revisions.

    url: the story's address. record_id: WARC-Record-ID of the capture that was read. extractor: by
    which. Returns `changed`, `unchanged`, or `superseded` where no revision of the story is of that
    capture; that the page was read is noted in each other case. Raises sqlite3.Error.
    """
    connection = articles.connection
    row = _revision(connection, url, record_id)
    if row is None:
        return "superseded"
    article_id, revision_id, capture_id, stands = row
    says_so, links_too = _says(connection, revision_id, article)
    if says_so and links_too:
        _note(connection, article_id, revision_id, extractor, "unchanged")
        return "unchanged"
    if not says_so:
        _replace(articles, article_id, revision_id, article, extractor, stands=stands)
    if not links_too:
        replace_links(connection, article.links, article_id, revision_id, capture_id)
    review_changes(connection, article_id, revision_id)
    _note(connection, article_id, revision_id, extractor, "changed")
    return "changed"


def reread_alike(articles: Articles, url: str, record_id: str, extractor: str) -> str:
    """The same where it is known that the page says what its revision has."""
    row = _revision(articles.connection, url, record_id)
    if row is None:
        return "superseded"
    _note(articles.connection, row[0], row[1], extractor, "unchanged")
    return "unchanged"


def _revision(
    connection: sqlite3.Connection, url: str, record_id: str
) -> tuple[int, int, int, bool] | None:
    """Keys of a story, of its revision that was read from a capture, and of that; whether the
    revision stands. None where it has none."""
    row: tuple[int, int, int, bool] | None = connection.execute(
        "SELECT a.id, r.id, r.capture_id, a.revision_id = r.id FROM articles a"
        " JOIN revisions r ON r.article_id = a.id JOIN captures c ON c.id = r.capture_id"
        " WHERE a.url = ? AND c.record_id = ? ORDER BY r.number DESC LIMIT 1",
        (url, record_id),
    ).fetchone()
    return row


def _replace(
    articles: Articles, article_id: int, revision_id: int, article: Article, extractor: str,
    *, stands: bool,
) -> None:  # fmt: skip
    connection = articles.connection
    if stands:  # the search index forgets what it has while that is still there
        articles.words.forget(article_id)
        connection.execute("UPDATE articles SET revision_id = NULL WHERE id = ?", (article_id,))
    # the guards of both tables let in what is announced
    connection.execute("UPDATE revisions SET extractor = '' WHERE id = ?", (revision_id,))
    said = {**columns(article), "extractor": extractor, "content_digest": content_digest(article)}
    _update(connection, "revision_texts", "revision_id", revision_id, texts(article))
    _update(connection, "revisions", "id", revision_id, said)
    connection.execute("DELETE FROM images WHERE revision_id = ?", (revision_id,))
    articles.add_images(article, article_id, revision_id)
    if stands:
        articles.stand(article_id, revision_id)
        remember_anew(connection, article_id, article)


def _update(
    connection: sqlite3.Connection, table: str, key: str, row: int, values: dict[str, object]
) -> None:
    given = ", ".join(f"{name} = :{name}" for name in values)
    connection.execute(f"UPDATE {table} SET {given} WHERE {key} = :row", {**values, "row": row})  # noqa: S608


def _note(
    connection: sqlite3.Connection, article_id: int, revision_id: int, extractor: str, outcome: str
) -> None:
    connection.execute("UPDATE revisions SET extractor = ? WHERE id = ?", (extractor, revision_id))
    connection.execute(
        "INSERT OR REPLACE INTO rereadings (article_id, revision_id, extractor, outcome)"
        " VALUES (?, ?, ?, ?)",
        (article_id, revision_id, extractor, outcome),
    )


def _says(connection: sqlite3.Connection, revision_id: int, article: Article) -> tuple[bool, bool]:
    """Whether a revision says all that an article does, and whether it has the links that this
    shows, from the same capture."""
    values = {**columns(article), **texts(article)}
    row = connection.execute(
        f"SELECT {', '.join(values)} FROM revisions"  # noqa: S608
        " JOIN revision_texts ON revision_id = id WHERE id = ?",
        (revision_id,),
    ).fetchone()
    images = connection.execute(
        "SELECT role, url, alt, caption FROM images WHERE revision_id = ? ORDER BY role, position",
        (revision_id,),
    ).fetchall()
    shown = [article.image] if article.image else []
    shown += [block.image for block in article.blocks if block.image]
    pictures = sorted(((i.role, i.url, i.alt, i.caption) for i in shown), key=lambda i: i[0])
    links = connection.execute(
        "SELECT b.relation, b.label, c.url, l.first_capture_id = r.capture_id FROM _links l"
        " JOIN revisions r ON r.id = l.revision_id JOIN _link_blocks b ON b.id = l.block_id"
        " JOIN _link_cards c ON c.id = l.card_id WHERE l.revision_id = ?",
        (revision_id,),
    ).fetchall()
    wanted = {(link.relation, link.label, link.url) for link in article.links}
    known = {(relation, label, url) for relation, label, url, _ in links}
    own = {(relation, label, url) for relation, label, url, first in links if first}
    return row == tuple(values.values()) and images == pictures, own <= wanted <= known
