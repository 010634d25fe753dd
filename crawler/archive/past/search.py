"""What a search needs: the full-text index as other tools look for it, the forms of words, letters
of scripts without spaces, and how many stories there are of each kind."""

from __future__ import annotations

from pathlib import Path

from sqlite_utils import Database

from crawler.archive import schema

_UPGRADE = Path(__file__).with_name("search.sql").read_text(encoding="utf-8")


def upgrade(db: Database) -> None:
    """Bring the eighteenth version up to date. Raises sqlite3.Error."""
    # what reads texts takes long to load, and this module is loaded with every archive
    from crawler.archive.facets import count_anew
    from crawler.archive.word_forms import WordForms

    schema.run(db.conn, _UPGRADE)
    db.execute("INSERT INTO stories_fts(stories_fts) VALUES ('rebuild')")
    count_anew(db.conn)
    WordForms(db.conn).learn_all()
