"""What a new revision of a story changed."""

from __future__ import annotations

import sqlite3

# field → column of `revisions`
_COLUMNS = {
    "title": "title", "standfirst": "standfirst", "authors": "authors",
    "published_at": "published_at", "section": "section", "tags": "tags", "body": "body_text",
}  # fmt: skip
# Those that the editors set in the text; the site's own lists change with every new story.
_IN_BODY = "('inline', 'also_read')"


def record_changes(connection: sqlite3.Connection, article_id: int, revision_id: int) -> None:
    """Note which fields of a revision differ from those of the one before. Raises sqlite3.Error."""
    columns = ", ".join(_COLUMNS.values())
    new, old = connection.execute(
        f"SELECT id, {columns} FROM revisions WHERE article_id = ? AND id <= ?"  # noqa: S608
        " ORDER BY number DESC LIMIT 2",
        (article_id, revision_id),
    ).fetchall()
    changed = [
        field for field, now, then in zip(_COLUMNS, new[1:], old[1:], strict=True) if now != then
    ]
    if _links(connection, new[0]) != _links(connection, old[0]):
        changed.append("linked_stories")
    connection.executemany(
        "INSERT INTO revision_changes VALUES (?, ?)", [(revision_id, field) for field in changed]
    )


def _links(connection: sqlite3.Connection, revision_id: int) -> set[str]:
    rows = connection.execute(
        f"SELECT url FROM linked_stories WHERE revision_id = ? AND relation IN {_IN_BODY}",  # noqa: S608
        (revision_id,),
    )
    return {row[0] for row in rows}
