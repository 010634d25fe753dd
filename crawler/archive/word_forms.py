"""The words that stories have, by what their forms have in common, and the letters two by two of
those without spaces between words: what a search needs besides the index."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import TypeAlias

from crawler.archive.rows import insert_many
from crawler.search import (
    fold,
    forms_of,
    indexed,
    keys,
    language_of,
    letter_pairs,
    parts_in,
    words_in,
    words_of,
)

_MOST = 60
"""Forms of a word that are looked for."""
_BATCH = 500
_REMEMBERED = 200_000
"""Words that are not asked of the table again, at most: some 20 MB."""
_TEXT = (
    "SELECT a.id, r.title, r.standfirst, t.body_text, r.language FROM articles a"
    " JOIN revisions r ON r.id = a.revision_id JOIN revision_texts t ON t.revision_id = r.id"
    " WHERE a.id {} ? ORDER BY a.id LIMIT ?"
)
Row: TypeAlias = tuple[int, str, str | None, str, str | None]
"""An article, its title, standfirst, body and language."""


class WordForms:
    """Takes in the words of stories, in transactions of the caller's. All methods raise
    sqlite3.Error."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._known: dict[str, set[bytes]] = {}
        """Language → parts of texts whose words are in the table: nearly all of a story's are."""

    def learn(self, article_id: int) -> None:
        """Take in the words of the revision that stands."""
        self._learn(self._rows("=", article_id, 1))

    def learn_texts(self, rows: Iterable[Row]) -> None:
        """Take in the words of revisions that stand, each of an article."""
        self._learn(rows)

    def forget(self, article_id: int) -> None:
        """The same before another revision stands: take its letters out. Words stay, for other
        stories may have them."""
        for key, title, standfirst, body, _ in self._rows("=", article_id, 1):
            if pairs := letter_pairs(_text(title, standfirst, body)):
                self._connection.execute(
                    "INSERT INTO _pairs_fts (_pairs_fts, rowid, pairs) VALUES ('delete', ?, ?)",
                    (key, pairs),
                )

    def learn_all(self) -> None:
        """Take in the words of all stories, in an archive that has none."""
        last = 0
        while rows := self._rows(">", last, _BATCH):
            self._learn(rows)
            last = rows[-1][0]

    def forget_known(self) -> None:
        """Drop what is remembered of the table."""
        self._known.clear()

    def _rows(self, relation: str, article_id: int, limit: int) -> list[Row]:
        return self._connection.execute(_TEXT.format(relation), (article_id, limit)).fetchall()

    def _learn(self, rows: Iterable[Row]) -> None:
        if sum(map(len, self._known.values())) > _REMEMBERED:
            self._known.clear()
        parts: defaultdict[str, set[bytes]] = defaultdict(set)
        entries: list[tuple[str, str, str]] = []
        pairs: list[tuple[int, str]] = []
        for article_id, title, standfirst, body, tag in rows:
            text = _text(title, standfirst, body)
            parts[language_of(tag)].update(parts_in(text))
            if found := letter_pairs(text):
                pairs.append((article_id, found))
        for language, told in parts.items():
            known = self._known.setdefault(language, set())
            told -= known
            known |= told
            entries += ((key, language, word) for key, word in forms_of(words_of(told), language))
        insert_many(
            self._connection, "_word_forms", "key, language, word", sorted(entries), "IGNORE"
        )
        self._connection.executemany("INSERT INTO _pairs_fts (rowid, pairs) VALUES (?, ?)", pairs)


def forget_words(connection: sqlite3.Connection, texts: Iterable[str]) -> None:
    """Take the words of some texts out that no story has any more, in a transaction of the
    caller's, after their stories were taken out of the search index."""
    gone = [
        word
        for word in sorted({indexed(word) for text in texts for word in words_in(text)})
        if connection.execute(
            "SELECT 1 FROM stories_fts WHERE stories_fts MATCH ? LIMIT 1", (f'"{word}"',)
        ).fetchone()
        is None
    ]
    connection.execute(
        "DELETE FROM _word_forms WHERE word IN (SELECT value FROM json_each(?))",
        (json.dumps(gone),),
    )


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
