"""The stories that a batch brings: what hangs on them is written together, when all are known."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from crawler.archive.facets import count_first
from crawler.archive.word_forms import WordForms
from crawler.items import Article

Texts: TypeAlias = tuple[str | None, str | None, str]
"""A story's title, standfirst and body."""


@dataclass(frozen=True, slots=True)
class _Story:
    article_id: int
    site_id: int
    article: Article


class Newcomers:
    """New stories, in transactions of the caller's, which end with `write` and `index`: what was
    taken in is seen by nobody before. All methods raise sqlite3.Error."""

    def __init__(self, connection: sqlite3.Connection, words: WordForms) -> None:
        self._connection = connection
        self._words = words
        self._stories: list[_Story] = []
        self.texts: dict[int, Texts] = {}
        """Article → what the search index is to have of it."""

    def add(self, article_id: int, site_id: int, article: Article) -> None:
        """Take in a story that has a row in `articles`, and its first revision."""
        self._stories.append(_Story(article_id, site_id, article))
        self.texts[article_id] = (article.title, article.standfirst, article.body)

    def take_back(self, awaiting: Mapping[int, Texts]) -> None:
        """Forget what a transaction has done that failed. awaiting: what awaits the index all the
        same."""
        self._stories.clear()
        self.texts = dict(awaiting)

    def write(self) -> None:
        """Write the stories' authors, tags, words, and count them."""
        if not self._stories:
            return
        stories, self._stories = self._stories, []
        many = self._connection.executemany
        authors = [
            (each.article_id, position, each.site_id, name)
            for each in stories
            for position, name in enumerate(dict.fromkeys(each.article.authors), 1)
        ]
        tags = [
            (each.article_id, position, name)
            for each in stories
            for position, name in enumerate(dict.fromkeys(each.article.tags), 1)
        ]
        many(
            "INSERT OR IGNORE INTO authors (site_id, name) VALUES (?, ?)",
            dict.fromkeys((site_id, name) for _, _, site_id, name in authors),
        )
        many(
            "INSERT OR IGNORE INTO tags (name) VALUES (?)",
            dict.fromkeys((name,) for *_, name in tags),
        )
        # of stories that are not counted yet no trigger counts them
        many(
            "INSERT INTO article_authors SELECT ?, id, ? FROM authors WHERE site_id = ?"
            " AND name = ?",
            authors,
        )
        many("INSERT INTO article_tags SELECT ?, id, ? FROM tags WHERE name = ?", tags)
        count_first(self._connection, [each.article_id for each in stories])
        self._words.learn_texts(
            (each.article_id, each.article.title or "", each.article.standfirst,
             each.article.body, each.article.language)
            for each in stories
        )  # fmt: skip

    def index(self) -> None:
        """Enter the stories into the search index: together, for whatever else is written between
        two of them has FTS5 write what it has by then."""
        if not self.texts:
            return
        self._connection.executemany(
            "INSERT INTO stories_fts (rowid, title, standfirst, body_text) VALUES (?, ?, ?, ?)",
            [(article_id, *texts) for article_id, texts in sorted(self.texts.items())],
        )
        self.texts.clear()
