"""What revisions tell, read back."""

from __future__ import annotations

import json
import sqlite3

from crawler.history.told import Caption, Told


def told_by_revision(connection: sqlite3.Connection, revision_id: int) -> Told:
    """What a revision tells. Raises sqlite3.Error."""
    title, body, seo, standfirst, authors, published, captured_at, language = connection.execute(
        "SELECT title, body_text, seo_title, standfirst, authors, published_at, captured_at,"
        " language"
        " FROM revisions JOIN revision_texts ON revision_id = id WHERE id = ?",
        (revision_id,),
    ).fetchone()
    captions = connection.execute(
        "SELECT url, caption FROM images WHERE revision_id = ? AND caption IS NOT NULL"
        " ORDER BY role DESC, position",
        (revision_id,),
    )
    return Told(
        title, body, seo, standfirst, tuple(json.loads(authors)), published,
        tuple(Caption(*row) for row in captions), captured_at, language,
    )  # fmt: skip
