"""The words that stories have, by what their forms have in common, and the letters two by two of
those without spaces between words: what a search needs besides the index."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable

from crawler.search import fold, forms_in, indexed, keys, language_of, letter_pairs

_MOST = 60
"""Forms of a word that are looked for."""
_BATCH = 500
_TEXT = (
    "SELECT r.title, r.standfirst, t.body_text, r.language FROM articles a"
    " JOIN revisions r ON r.id = a.revision_id JOIN revision_texts t ON t.revision_id = r.id"
    " WHERE a.id = ?"
)


def learn(connection: sqlite3.Connection, article_id: int) -> None:
    """Take in the words of the revision that stands, in a transaction of the caller's. Raises
    sqlite3.Error."""
    row = connection.execute(_TEXT, (article_id,)).fetchone()
    if row is not None:
        _learn(connection, [(article_id, *row)])


def forget(connection: sqlite3.Connection, article_id: int) -> None:
    """The same before another revision stands: take its letters out. Words stay, for other stories
    may have them. Raises sqlite3.Error."""
    row = connection.execute(_TEXT, (article_id,)).fetchone()
    pairs = letter_pairs(_text(*row[:3])) if row is not None else ""
    if pairs:
        connection.execute(
            "INSERT INTO _pairs_fts (_pairs_fts, rowid, pairs) VALUES ('delete', ?, ?)",
            (article_id, pairs),
        )


def learn_all(connection: sqlite3.Connection) -> None:
    """Take in the words of all stories, in an archive that has none. Raises sqlite3.Error."""
    last = 0
    while rows := connection.execute(
        "SELECT a.id, r.title, r.standfirst, t.body_text, r.language FROM articles a"
        " JOIN revisions r ON r.id = a.revision_id JOIN revision_texts t ON t.revision_id = r.id"
        " WHERE a.id > ? ORDER BY a.id LIMIT ?",
        (last, _BATCH),
    ).fetchall():
        last = rows[-1][0]
        _learn(connection, rows)


def _learn(
    connection: sqlite3.Connection, rows: Iterable[tuple[int, str, str | None, str, str | None]]
) -> None:
    entries: set[tuple[str, str, str]] = set()
    pairs: list[tuple[int, str]] = []
    for article_id, title, standfirst, body, tag in rows:
        text, language = _text(title, standfirst, body), language_of(tag)
        entries.update((key, language, word) for key, word in forms_in([text], language))
        if found := letter_pairs(text):
            pairs.append((article_id, found))
    connection.executemany("INSERT OR IGNORE INTO _word_forms VALUES (?, ?, ?)", sorted(entries))
    connection.executemany("INSERT INTO _pairs_fts (rowid, pairs) VALUES (?, ?)", pairs)


def _text(title: str, standfirst: str | None, body: str) -> str:
    return "\n".join((title, standfirst or "", body))


def forms_known(
    connection: sqlite3.Connection, tags: Iterable[str] = ()
) -> Callable[[str], list[str]]:
    """What gives the forms of a word that stories in some languages have, the word first.

    tags: the languages (BCP 47); none: all that the archive has stories in.
    """
    wanted = list(tags) or [
        tag
        for (tag,) in connection.execute(
            "SELECT value FROM _facets WHERE kind = 'language' AND stories > 0"
        )
    ]
    languages = sorted({language_of(tag) for tag in wanted} | {""})

    def forms(word: str) -> list[str]:
        found = {indexed(word): 1, fold(word): 1}
        sought = [(key, language) for language in languages for key in keys(word, language)]
        for key, language in sought:
            rows = connection.execute(
                "SELECT word FROM _word_forms WHERE key = ? AND language = ?"
                " ORDER BY length(word), word LIMIT ?",
                (key, language, _MOST),
            )
            found.update((form, 1) for (form,) in rows)
        return list(found)[:_MOST]

    return forms
