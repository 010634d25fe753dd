"""Writing the stories of a union, from what its archives have of them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection

from crawler.archive.articles import Articles
from crawler.archive.guards import history_unlocked
from crawler.archive.history import History
from crawler.archive.keys import url_key
from crawler.archive.links import count_links, note_address, see_links
from crawler.archive.removal import remove
from crawler.archive.rows import insert
from crawler.archive.story_part import (
    EDIT,
    IMAGE,
    REREADING,
    TAKEN_BACK,
    RevisionPart,
    Row,
    StoryPart,
    read_part,
    unpacked,
)
from crawler.archive.story_union import united
from crawler.archive.takedown_scope import scope_of, urls_of
from crawler.archive.takedowns import is_taken_down
from crawler.archive.union import touch_links
from crawler.errors import DamageError
from crawler.items import Claim, LinkedStory
from crawler.urls import same_story


class UnionStories:
    """The stories of a union, in transactions of the caller's. All methods raise sqlite3.Error."""

    def __init__(self, connection: sqlite3.Connection, site_id: Callable[[str], int]) -> None:
        """site_id: the key of the site of an address."""
        self._connection = connection
        self._sql = connection.execute
        self._site_id = site_id
        self._articles = Articles(connection, site_id, "unknown", History(connection))

    def take_back(self) -> None:
        """Forget what a transaction has done that failed."""
        self._articles.take_back({})

    def known(self, archive_id: int, after: str, most: int) -> list[tuple[str, bytes]]:
        """Addresses and digests of the stories that an archive had, in order."""
        return self._sql(
            "SELECT url, digest FROM _union_stories WHERE archive_id = ? AND url > ?"
            " ORDER BY url LIMIT ?",
            (archive_id, after, most),
        ).fetchall()

    def put(self, archive_id: int, part: StoryPart, refused: Collection[str] = ()) -> bool:
        """Take what an archive has of a story; False: it was taken down in one of the archives, by
        its address, or as what it was read from. refused: WARC-Record-IDs of captures that were.
        Raises DamageError where the archive refers to what it has not."""
        if is_taken_down(self._connection, part.url) or any(
            each.record in refused for each in part.revisions
        ):
            self._leave_out(part)
            return False
        known = self._known_as(part.url)
        seen = (part.article["first_captured_at"], part.article["last_captured_at"])
        article_id = self._new(part.url, *seen) if known is None else known
        others = self._parts(article_id, archive_id, part.url)
        self._sql(
            "INSERT INTO _union_stories VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
            " digest = excluded.digest, part = excluded.part, article_id = excluded.article_id",
            (archive_id, part.url, article_id, part.digest(), part.packed() if others else None),
        )
        self._write(article_id, united([*others, part]))
        return True

    def drop(self, archive_id: int, url: str) -> None:
        """An archive has a story no more."""
        (article_id,) = self._sql(
            "SELECT article_id FROM _union_stories WHERE archive_id = ? AND url = ?",
            (archive_id, url),
        ).fetchone()
        others = self._parts(article_id, archive_id, url)
        self._sql("DELETE FROM _union_stories WHERE archive_id = ? AND url = ?", (archive_id, url))
        if len(others) == 1:
            self._sql("UPDATE _union_stories SET part = NULL WHERE article_id = ?", (article_id,))
        if others:
            self._write(article_id, united(others))
        else:
            self.remove([article_id])

    def remove(self, articles: list[int], captures: list[int] = [], urls: list[str] = []) -> None:  # noqa: B006
        """Take stories and captures out, with all that was made of them."""
        for article_id in articles:
            touch_links(self._connection, article_id)
            self._sql("DELETE FROM _union_stories WHERE article_id = ?", (article_id,))
            self._sql("DELETE FROM _union_articles WHERE article_id = ?", (article_id,))
        remove(self._connection, articles, captures, urls)
        self._sql("DELETE FROM _removals")  # the archives' own affair: here are no WARC files
        self.take_back()

    def _leave_out(self, part: StoryPart) -> None:
        """Take out what shows a story that was taken down, at whichever of its addresses: the
        tombstone has only those that its own archive knew."""
        scope = scope_of(self._connection, [part.url, *part.urls])
        if scope.articles or scope.captures:
            urls = urls_of(self._connection, scope)
            self.remove(sorted(scope.articles), sorted(scope.captures), urls)

    def remove_pictures(self, urls: Collection[str]) -> None:
        """Take out the captures of pictures that no story has."""
        captures = [
            key
            for (key,) in self._sql(
                "SELECT c.id FROM urls u JOIN captures c ON c.url_id = u.id WHERE u.role ="
                " 'requisite' AND u.url IN (SELECT value FROM json_each(?))"
                " AND NOT EXISTS (SELECT 1 FROM images i WHERE i.url = u.url)",
                (json.dumps(sorted(urls)),),
            )
        ]
        if captures:
            self.remove([], captures)

    def _parts(self, article_id: int, archive_id: int, url: str) -> list[StoryPart]:
        """What there is of a story besides what an archive has at an address. Where that is what
        stands, it is kept apart from now on."""
        rows = self._sql(
            "SELECT archive_id, url, part FROM _union_stories WHERE article_id = ?"
            " AND (archive_id, url) <> (?, ?) ORDER BY archive_id, url",
            (article_id, archive_id, url),
        ).fetchall()
        found = []
        for of, _, packed in rows:
            if packed is not None:
                found.append(unpacked(packed))
                continue
            part = read_part(self._connection.execute, article_id)
            assert part is not None
            self._sql(
                "UPDATE _union_stories SET part = ? WHERE archive_id = ? AND article_id = ?",
                (part.packed(), of, article_id),
            )
            found.append(part)
        return found

    def _known_as(self, url: str) -> int | None:
        """The key of a story at an address, however that is spelled: archives may know it by http
        and https. Stories that followed one another at one address have it with a fragment."""
        if "#" not in url:
            rows = self._sql(
                "SELECT a.id, a.url FROM _union_articles k JOIN articles a ON a.id = k.article_id"
                " WHERE k.key = ? ORDER BY a.id",
                (url_key(url),),
            )
            for article_id, other in rows:
                if same_story(url, other):
                    return int(article_id)
        row = self._sql("SELECT id FROM articles WHERE url = ?", (url,)).fetchone()
        return row[0] if row else None

    def _new(self, url: str, first: str, last: str) -> int:
        key = insert(
            self._connection, "articles", site_id=self._site_id(url), url=url,
            first_captured_at=first, last_captured_at=last,
        )  # fmt: skip
        if "#" not in url:
            self._sql("INSERT INTO _union_articles VALUES (?, ?)", (key, url_key(url)))
        return key

    def _article(self, url: str | None, at: str) -> int | None:
        """The key of a story that took another one's place, which may come later. at: when it was
        seen there."""
        if url is None or is_taken_down(self._connection, url):
            return None
        known = self._known_as(url)
        return self._new(url, at, at) if known is None else known

    # -- rows --------------------------------------------------------------------------------------

    def _write(self, article_id: int, part: StoryPart) -> None:
        """Have the tables say of a story what a part says."""
        stood = self._sql(
            "SELECT revision_id IS NOT NULL FROM articles WHERE id = ?", (article_id,)
        ).fetchone()[0]
        if stood:
            self._clear(article_id)
        captures = self._captures(part)
        keys = [
            self._revision(article_id, number, each, captures)
            for number, each in enumerate(part.revisions, 1)
        ]
        self._sql(
            "UPDATE articles SET url = ?, first_captured_at = ?, last_captured_at = ?, gone_at = ?,"
            " access = ?, revisions = ?, successor_id = ? WHERE id = ?",
            (
                part.url,
                part.article["first_captured_at"], part.article["last_captured_at"],
                part.article["gone_at"], part.article["access"], len(keys),
                self._article(part.successor, part.article["last_captured_at"]), article_id,
            ),
        )  # fmt: skip
        self._articles.stand(article_id, keys[part.stands])
        self._sql(
            "UPDATE articles SET published_utc = ?2, published_day = ?3 WHERE id = ?1"
            " AND (published_utc, published_day) IS NOT (?2, ?3)",
            (article_id, part.article["published_utc"], part.article["published_day"]),
        )
        for key, each in zip(keys, part.revisions, strict=True):
            self._links(article_id, key, each, captures)
        self._events(article_id, part, captures)
        self._connection.executemany(
            "INSERT OR IGNORE INTO _article_bands VALUES (?, ?, ?)",
            [(*mark, article_id) for mark in part.bands],
        )
        self._addresses(article_id, part)
        self._sql("UPDATE _linked SET url = ? WHERE article_id = ?", (part.url, article_id))
        touch_links(self._connection, article_id)

    def _clear(self, article_id: int) -> None:
        """Take out what a story has, but the story."""
        sql = self._sql
        touch_links(self._connection, article_id)
        self._articles.words.forget(article_id)
        taken = sql("DELETE FROM _links WHERE article_id = ?", (article_id,))
        count_links(self._connection, -taken.rowcount)
        sql("UPDATE urls SET article_id = NULL WHERE article_id = ?", (article_id,))
        sql(
            "UPDATE articles SET revision_id = NULL, published_utc = NULL, published_day = NULL,"
            " word_count = NULL WHERE id = ?",
            (article_id,),
        )
        for table in ("copies", "verdicts", "_article_bands", "article_authors", "article_tags"):
            sql(f"DELETE FROM {table} WHERE article_id = ?", (article_id,))  # noqa: S608
        with history_unlocked(self._connection):
            sql("DELETE FROM story_events WHERE article_id = ?", (article_id,))
            for table in (
                "images", "revision_changes", "edits", "taken_back", "rereadings", "revision_texts",
            ):  # fmt: skip
                sql(
                    f"DELETE FROM {table} WHERE revision_id IN"  # noqa: S608
                    " (SELECT id FROM revisions WHERE article_id = ?)",
                    (article_id,),
                )
            sql("DELETE FROM revisions WHERE article_id = ?", (article_id,))

    def _captures(self, part: StoryPart) -> dict[str, int]:
        """The keys of the captures that a part names, by WARC-Record-ID."""
        named = {each.record for each in part.revisions}
        named |= {record for each in part.revisions for link in each.links for record in link[8:10]}
        named |= {event[2] for event in part.events if event[2]}
        named |= {record for record, _ in part.verdicts}
        found = {}
        for record in sorted(named):
            row = self._sql("SELECT id FROM captures WHERE record_id = ?", (record,)).fetchone()
            if row is not None:
                found[record] = row[0]
        missing = [each.record for each in part.revisions if each.record not in found]
        if missing:
            raise DamageError(f"{part.url} was read from a capture that is not there: {missing[0]}")
        return found

    def _revision(
        self, article_id: int, number: int, each: RevisionPart, captures: dict[str, int]
    ) -> int:
        key = insert(
            self._connection, "revisions", article_id=article_id, number=number,
            capture_id=captures[each.record], **each.columns,
        )  # fmt: skip
        body, parts, sources = each.text
        insert(
            self._connection, "revision_texts", revision_id=key, body_text=body,
            markdown_parts=parts, sources=sources,
        )  # fmt: skip
        for image in each.images:
            insert(
                self._connection, "images", article_id=article_id, revision_id=key,
                **dict(zip(IMAGE, image, strict=True)),
            )  # fmt: skip
        for table, names in (("edits", EDIT), ("taken_back", TAKEN_BACK)):
            row: Row | None = getattr(each, table)
            if row is not None:
                insert(
                    self._connection, table, revision_id=key, **dict(zip(names, row, strict=True))
                )
        for row in each.rereadings:
            insert(
                self._connection, "rereadings", article_id=article_id, revision_id=key,
                **dict(zip(REREADING, row, strict=True)),
            )  # fmt: skip
        self._connection.executemany(
            "INSERT INTO revision_changes VALUES (?, ?)", [(key, name) for name in each.changes]
        )
        return key

    def _links(
        self, article_id: int, key: int, each: RevisionPart, captures: dict[str, int]
    ) -> None:
        own = captures[each.record]
        by_capture: dict[int, list[LinkedStory]] = {}
        last: list[tuple[int, int, str, str | None, str]] = []
        for link in each.links:
            relation, label, position, url, title, excerpt, image, shown, first, end = link
            seen, seen_last = captures.get(first, own), captures.get(end, own)
            by_capture.setdefault(seen, []).append(
                LinkedStory(
                    relation, url, title, label, position, excerpt, image,
                    None if shown is None else Claim(shown, ""),
                )
            )  # fmt: skip
            if seen_last != seen:
                last.append((seen_last, key, relation, label, url))
        for capture_id, links in by_capture.items():
            see_links(self._connection, links, article_id, key, capture_id)
        self._connection.executemany(
            "UPDATE _links SET last_capture_id = ? WHERE id IN (SELECT l.id FROM _links l"
            " JOIN _link_blocks b ON b.id = l.block_id JOIN _link_cards c ON c.id = l.card_id"
            " WHERE l.revision_id = ? AND b.relation = ? AND b.label IS ? AND c.url = ?)",
            last,
        )

    def _events(self, article_id: int, part: StoryPart, captures: dict[str, int]) -> None:
        for event, at, record, reason, text, successor, code, subject in part.events:
            insert(
                self._connection, "story_events", article_id=article_id, event=event, at=at,
                capture_id=captures.get(record), reason=reason, text=text,
                successor_id=self._article(successor, at), reason_code=code, reason_subject=subject,
            )  # fmt: skip
        self._connection.executemany(
            "INSERT OR IGNORE INTO verdicts VALUES (?, ?, ?)",
            [
                (captures[record], article_id, verdict)
                for record, verdict in part.verdicts
                if record in captures
            ],
        )

    def _addresses(self, article_id: int, part: StoryPart) -> None:
        self._connection.executemany(
            "UPDATE urls SET article_id = ? WHERE url = ?",
            [(article_id, url) for url in part.urls],
        )
        self._connection.executemany(
            "INSERT OR REPLACE INTO copies (url_id, article_id, likeness, is_split)"
            " SELECT id, ?, ?, ? FROM urls WHERE url = ?",
            [(article_id, likeness, split, url) for url, likeness, split in part.copies],
        )
        # a key is an address without a scheme
        keys = [f"http://{key}" for key in part.addresses]
        note_address(self._connection, article_id, part.url, keys)
