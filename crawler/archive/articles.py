"""Articles and their revisions: what is kept of a story, and when it counts as changed."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

from crawler.archive.article_columns import (
    article_url,
    columns,
    content_digest,
    images,
    texts,
)
from crawler.archive.changes import record_changes
from crawler.archive.days import day_of
from crawler.archive.duplicates import (
    bands_of,
    find_copy,
    forget_copy,
    is_split,
    note_copy,
    remember,
    tells_same_story,
)
from crawler.archive.history import History
from crawler.archive.known_story import Story
from crawler.archive.link_targets import Spot
from crawler.archive.links import Links
from crawler.archive.newcomers import Newcomers, Texts
from crawler.archive.rows import insert
from crawler.archive.word_forms import WordForms
from crawler.history.told import TYPOGRAPHY, changes, not_by_reading, told_by
from crawler.items import Article, Visit
from crawler.reasons import because
from crawler.times import told_in_utc

Cause = Literal["page", "extractor", "either"]
"""Why a revision differs from the one before: the page changed; the same bytes were read by another
extractor; both the bytes and the extractor are others."""


_NEW_ARTICLE = (
    "INSERT INTO articles (site_id, url, published_utc, published_day, word_count,"
    " first_captured_at, last_captured_at, access, revisions, revision_id)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1, (SELECT ifnull(max(id), 0) + 1 FROM revisions))"
)
"""The next revision is its own."""

Change = Literal["edit", "typography", "completed"]
"""What a new revision is: as `revisions.change` has it."""


@dataclass(frozen=True, slots=True)
class _Current:
    """The revision of an article that stands now."""

    article_id: int
    revision_id: int
    captured_at: str
    digest: str
    extractor: str
    payload: str


class Articles:
    """Writes articles into one open archive, in transactions of the caller's.

    All methods raise sqlite3.Error.
    """

    def __init__(
        self, connection: sqlite3.Connection, site_id: Callable[[str], int], extractor: str,
        history: History,
    ) -> None:  # fmt: skip
        """site_id: the key of the site of an address. extractor: by which articles are read, where
        a visit does not say. history: of the same archive."""
        self._history = history
        self.words = WordForms(connection)
        self._new = Newcomers(connection, self.words)
        self.links = Links(connection)
        self._placed: dict[int, Spot] = {}
        """New articles of which nobody has asked yet where they are."""
        self.connection = connection
        self._sql = connection.execute
        self._site_id = site_id
        self._extractor = extractor

    def keep(
        self, visit: Visit, capture_id: int, now: str, counts: Counter[str],
        known: Story | None = None,
    ) -> tuple[int, bool, Visit]:  # fmt: skip
        """Store a visit's article.

        now: when its page was captured, ISO 8601, UTC. known: the story at the visit's address,
        which the article is a state of, or, by the visit's verdict, has taken the place of.
        Returns the article's key, whether it got a new revision, and the visit; which says so, if
        the page shows only what another address has.
        """
        if known is not None and visit.verdict == "other story":
            return self._replace(visit, known, capture_id, now, counts)
        article = visit.article
        assert article is not None
        url = known.url if known is not None else self._believed_url(article)
        return self._keep(visit, article, url, capture_id, now, counts)

    def _replace(
        self, visit: Visit, known: Story, capture_id: int, now: str, counts: Counter[str]
    ) -> tuple[int, bool, Visit]:
        """Store the article that stands now where another one was: one that stood there before, or
        a new one."""
        article = visit.article
        assert article is not None
        earlier = self._history.predecessor(known)
        if earlier is not None and self._history.shows(article, earlier):
            url = earlier.url
        else:
            url = self._free_url(article, known, now)
        article_id, changed, visit = self._keep(visit, article, url, capture_id, now, counts)
        if article_id != known.article_id:
            self._history.note_replaced(known, article_id, capture_id, now)
        return article_id, changed, visit

    def _free_url(self, article: Article, known: Story, now: str) -> str:
        """Where a story is kept that took another one's place: at the address that its page calls
        its own, if that is free; else at the common one, with the day when it was first seen there
        as its fragment."""
        own = self._believed_url(article)
        row = self._sql("SELECT 1 FROM articles WHERE url = ?", (own,)).fetchone()
        if row is None and own != known.url:
            return own
        free = f"{known.url.partition('#')[0]}#{now[:10]}"
        number = 1
        while self._sql("SELECT 1 FROM articles WHERE url = ?", (free,)).fetchone():
            number += 1
            free = f"{known.url.partition('#')[0]}#{now[:10]}-{number}"
        return free

    def _keep(
        self, visit: Visit, article: Article, url: str, capture_id: int, now: str,
        counts: Counter[str],
    ) -> tuple[int, bool, Visit]:  # fmt: skip
        marks: list[tuple[int, int]] = []
        current = self._current(url)
        if current is None:
            found, marks = find_copy(self.connection, self._site_id(url), article)
            if found is not None and not is_split(self.connection, visit.url, found):
                copy_of = found.article_id
                first, gone_at = self._sql(
                    "SELECT url, gone_at FROM articles WHERE id = ?", (copy_of,)
                ).fetchone()
                has_moved = found.has_moved and not self._is_at(copy_of, visit.url)
                if has_moved or (gone_at is not None and gone_at <= now):  # it has moved here
                    forget_copy(self.connection, visit.url)
                    if not found.is_teaser:
                        return self._keep(visit, article, first, capture_id, now, counts)
                    story = self._history.story(copy_of)
                    there = because("story_there")
                    self._history.note_seen(story, "teaser", capture_id, now, there)
                    counts["unchanged_articles"] += 1
                    return copy_of, False, visit
                counts["unchanged_articles"] += 1
                note_copy(self.connection, visit.url, found)
                reason = because("same_text", first)
                return copy_of, False, replace(visit, part_of=first, reason=reason)
        extractor = visit.extractor or self._extractor
        article_id, changed = self._store(article, url, current, capture_id, now, extractor, counts)
        if current is not None and changed:  # a copy of it is one of its newest text
            marks = bands_of(article)
        remember(self.connection, article_id, marks)
        return article_id, changed, visit

    def _is_at(self, article_id: int, url: str) -> bool:
        """Whether a story has been found at another address of a URL's site than this one, as its
        own there."""
        row = self._sql(
            "SELECT 1 FROM urls WHERE article_id = ? AND site_id = ? AND url <> ? AND role = 'page'"
            " AND state <> 'redirected' AND reason_code IS NULL LIMIT 1",
            (article_id, self._site_id(url), url),
        ).fetchone()
        return row is not None

    def stand(self, article_id: int, revision_id: int) -> None:
        """Have another of an article's revisions stand."""
        self.write()
        authors, tags, published, words, title, site_id, standfirst, body = self._sql(
            "SELECT r.authors, r.tags, r.published_at, r.word_count, r.title, a.site_id,"
            " r.standfirst, t.body_text FROM revisions r JOIN articles a ON a.id = r.article_id"
            " JOIN revision_texts t ON t.revision_id = r.id WHERE r.id = ?",
            (revision_id,),
        ).fetchone()
        day = day_of(self.connection, site_id, published)
        self.words.forget(article_id)
        is_unindexed = article_id in self._new.texts
        if is_unindexed:
            self._sql("INSERT INTO _unindexed VALUES (?)", (article_id,))
        self._sql(
            "UPDATE articles SET revision_id = ?, published_utc = ?, published_day = ?,"
            " word_count = ? WHERE id = ?",
            (revision_id, told_in_utc(published), day, words, article_id),
        )
        if is_unindexed:
            self._sql("DELETE FROM _unindexed")
            self._new.texts[article_id] = (title, standfirst, body)
        # of a story that is not counted, neither are its authors and tags
        self._name_authors(article_id, json.loads(authors))
        self._name_tags(article_id, json.loads(tags))
        self.words.learn(article_id)
        self._sql("UPDATE _linked SET title = ? WHERE article_id = ?", (title, article_id))

    def spot(self, article_id: int) -> Spot:
        """Where an article is."""
        known = self._placed.pop(article_id, None)
        if known is not None:
            return known
        (url,) = self._sql("SELECT url FROM articles WHERE id = ?", (article_id,)).fetchone()
        return Spot(article_id, url)

    def awaiting_index(self) -> dict[int, Texts]:
        """What the search index is to have of new stories, by article."""
        return dict(self._new.texts)

    def take_back(self, awaiting: Mapping[int, Texts]) -> None:
        """Forget what a transaction has done that failed. awaiting: what awaits the index all the
        same."""
        self._new.take_back(awaiting)
        self.links.take_back()
        self._placed.clear()

    def write(self) -> None:
        """Write what was taken in of stories and links: before, nobody sees it."""
        self._new.write()
        self.links.write()

    def index(self) -> None:
        """Enter the new stories of a batch into the search index, before its transaction ends, or
        somebody looks into it."""
        self._new.index()

    def _believed_url(self, article: Article) -> str:
        """Where an article is kept: as `article_url` says, unless another story is there."""
        url = article_url(article)
        if url != article.url:
            row = self._sql(
                "SELECT r.title, t.body_text FROM articles a JOIN revisions r"
                " ON r.id = a.revision_id JOIN revision_texts t ON t.revision_id = r.id"
                " WHERE a.url = ?",
                (url,),
            ).fetchone()
            if row is not None and not tells_same_story(article, *row):
                return article.url
        return url

    def _store(
        self, article: Article, url: str, current: _Current | None, capture_id: int, now: str,
        extractor: str, counts: Counter[str],
    ) -> tuple[int, bool]:  # fmt: skip
        """The article's key, and whether it got a new revision."""
        digest = content_digest(article)
        if current is None:
            article_id, revision_id = self._add(article, url, capture_id, now, digest, extractor)
            counts["new_articles"] += 1
            self.links.see_first(article.links, article_id, revision_id, capture_id, now)
            self._placed[article_id] = Spot(article_id, url, article.title, is_new=True)
            return article_id, True
        article_id = current.article_id
        self._sql(
            "UPDATE articles SET first_captured_at = min(first_captured_at, ?),"
            " last_captured_at = max(last_captured_at, ?) WHERE id = ?",
            (now, now, article_id),
        )
        if now < current.captured_at:
            return article_id, self._add_earlier(
                article, article_id, capture_id, now, digest, extractor, counts
            )
        story = self._history.story(article_id)
        self._history.note_seen(story, article.access, capture_id, now, because("story_there"))
        furniture = partial(self._is_furniture, story)
        told = told_by(article, now)
        beside = self._history.beside(story, capture_id)
        changed = changes(story.told, told, furniture, beside)
        if extractor != current.extractor:
            changed = not_by_reading(story.told, told, changed)
        if not changed:
            counts["unchanged_articles"] += 1
            self.links.see(article.links, article_id, current.revision_id, capture_id)
            return article_id, False
        counts["new_revisions"] += 1
        revision_id = self._add_revision(
            article, article_id, capture_id, now, digest, extractor,
            self._cause(current, capture_id, extractor), change=_kind_of(changed, story),
        )  # fmt: skip
        self.links.see(article.links, article_id, revision_id, capture_id)
        self.write()
        record_changes(self.connection, article_id, revision_id, changed)
        return article_id, True

    def _is_furniture(self, story: Story, paragraph: str) -> bool:
        """As `History.is_furniture`, which looks into the search index: what waits for it is
        entered first."""
        self.index()
        return self._history.is_furniture(story, paragraph)

    def _add(
        self, article: Article, url: str, capture_id: int, now: str, digest: str, extractor: str
    ) -> tuple[int, int]:
        """The keys of a new article and of its first revision.

        It stands from the beginning: no trigger runs, as when a revision comes to stand.
        """
        site_id = self._site_id(url)
        published = article.published.value if article.published else None
        row = (
            site_id, url, told_in_utc(published), day_of(self.connection, site_id, published),
            article.word_count, now, now, article.access,
        )  # fmt: skip
        article_id = self._sql(_NEW_ARTICLE, row).lastrowid
        assert article_id is not None
        revision_id = self._insert_revision(
            article, article_id, 1, capture_id, now, digest, extractor, "page", "edit"
        )
        self._new.add(article_id, site_id, article)
        return article_id, revision_id

    def _current(self, url: str) -> _Current | None:
        row = self._sql(
            "SELECT a.id, r.id, r.captured_at, r.content_digest, r.extractor, c.payload_digest"
            " FROM articles a JOIN revisions r ON r.id = a.revision_id"
            " JOIN captures c ON c.id = r.capture_id WHERE a.url = ?",
            (url,),
        ).fetchone()
        return _Current(*row) if row else None

    def _cause(self, current: _Current, capture_id: int, extractor: str) -> Cause:
        if extractor == current.extractor:
            return "page"
        (payload,) = self._sql(
            "SELECT payload_digest FROM captures WHERE id = ?", (capture_id,)
        ).fetchone()
        return "extractor" if payload == current.payload else "either"

    def _add_earlier(
        self, article: Article, article_id: int, capture_id: int, now: str, digest: str,
        extractor: str, counts: Counter[str],
    ) -> bool:  # fmt: skip
        """Store a state of an article that is older than the one that stands, if it is not known:
        an import may bring yesterday's after today's."""
        known = self._sql(
            "SELECT id FROM revisions WHERE article_id = ? AND content_digest = ?",
            (article_id, digest),
        ).fetchone()
        if known:
            counts["unchanged_articles"] += 1
            return False
        counts["new_revisions"] += 1
        revision_id = self._add_revision(
            article, article_id, capture_id, now, digest, extractor, "page", stands=False
        )
        self.links.see(article.links, article_id, revision_id, capture_id)
        return True

    def _add_revision(
        self, article: Article, article_id: int, capture_id: int, now: str, digest: str,
        extractor: str, cause: Cause, *, stands: bool = True, change: Change = "edit",
    ) -> int:  # fmt: skip
        """The key of a new revision; stands: whether it is the article's newest."""
        number = self._sql(
            "SELECT revisions + 1 FROM articles WHERE id = ?", (article_id,)
        ).fetchone()[0]
        revision_id = self._insert_revision(
            article, article_id, number, capture_id, now, digest, extractor, cause, change
        )
        self._sql("UPDATE articles SET revisions = ? WHERE id = ?", (number, article_id))
        if stands:
            self.stand(article_id, revision_id)
        return revision_id

    def _insert_revision(
        self, article: Article, article_id: int, number: int, capture_id: int, now: str,
        digest: str, extractor: str, cause: Cause, change: Change,
    ) -> int:  # fmt: skip
        revision_id = insert(
            self.connection, "revisions", article_id=article_id, number=number,
            capture_id=capture_id, captured_at=now, extractor=extractor, content_digest=digest,
            cause=cause, change=change, **columns(article),
        )  # fmt: skip
        insert(self.connection, "revision_texts", revision_id=revision_id, **texts(article))
        self.add_images(article, article_id, revision_id)
        return revision_id

    def _name_authors(self, article_id: int, names: Iterable[str]) -> None:
        """Set the authors that an article has now, who are its newspaper's; the revision keeps
        those of its day."""
        self._sql("DELETE FROM article_authors WHERE article_id = ?", (article_id,))
        distinct = list(dict.fromkeys(names))
        self.connection.executemany(
            "INSERT OR IGNORE INTO authors (site_id, name)"
            " SELECT site_id, ? FROM articles WHERE id = ?",
            [(name, article_id) for name in distinct],
        )
        self.connection.executemany(
            "INSERT INTO article_authors SELECT a.id, w.id, ?2 FROM articles a"
            " JOIN authors w ON w.site_id = a.site_id AND w.name = ?3 WHERE a.id = ?1",
            [(article_id, position, name) for position, name in enumerate(distinct, 1)],
        )

    def _name_tags(self, article_id: int, names: Iterable[str]) -> None:
        """Set the tags that an article has now, likewise."""
        self._sql("DELETE FROM article_tags WHERE article_id = ?", (article_id,))
        distinct = list(dict.fromkeys(names))
        self.connection.executemany(
            "INSERT OR IGNORE INTO tags (name) VALUES (?)", [(name,) for name in distinct]
        )
        self.connection.executemany(
            "INSERT INTO article_tags SELECT ?, id, ? FROM tags WHERE name = ?",
            [(article_id, position, name) for position, name in enumerate(distinct, 1)],
        )

    def add_images(self, article: Article, article_id: int, revision_id: int) -> None:
        """Enter the pictures of a revision."""
        for image in images(article):
            insert(
                self.connection, "images", article_id=article_id, revision_id=revision_id, **image
            )


def _kind_of(changed: Sequence[str], story: Story) -> Change:
    """What kind of change makes a revision of a story."""
    if story.was_partial:
        return "completed"
    return "typography" if tuple(changed) == (TYPOGRAPHY,) else "edit"
