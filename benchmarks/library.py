"""An archive of invented stories of any number, for benchmarks of reading.

It is written in bulk as the last version before 0.2.0 had its tables, which never change any more,
and then brought up to date as any archive is.
"""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from sqlite_utils import Database

from crawler.archive import database
from crawler.archive.keys import url_key
from crawler.archive.migrations import migrations
from crawler.times import utc
from crawler.urls import story_key

HOSTS = ("courier.example", "courier.example", "courier.example", "gazette.example")
_NEXT = "m015_drawn_for_reading"
_BEGUN = datetime(2026, 1, 1, tzinfo=UTC)
_ZONE = timezone(timedelta(hours=1))
_MISSING = 0.1
_SECTIONS = ("News", "Region", "Politics", "Business", "Sport", "Culture", "Opinion", "Science")


@dataclass(frozen=True, slots=True)
class Card:
    """What links show of a story."""

    url: str
    title: str


class Library:
    """Invents stories, one after the other; the same ones for the same number."""

    def __init__(self, stories: int) -> None:
        """stories: how many there will be."""
        self.chance = random.Random(1911)
        self.stories = stories
        letters = "abcdefghijklmnoprstuvwz"
        words = ["".join(self.chance.choices(letters, k=3 + n % 8)) for n in range(12_000)]
        # a few words make up most of a text, as in any language
        self._words = [words[int(len(words) * self.chance.random() ** 3)] for _ in range(200_000)]
        self._words[::997] = ["river"] * len(self._words[::997])
        self.names = list({self._name(): 1 for _ in range(stories // 300 + 20)})
        self.tags = list({self._phrase(1): 1 for _ in range(900)})
        self._day = timedelta(days=4_000) / max(stories, 1)
        self.cards = [self._card(n) for n in range(stories)]

    def _phrase(self, words: int) -> str:
        at = self.chance.randrange(len(self._words) - words)
        return " ".join(self._words[at : at + words])

    def _name(self) -> str:
        return self._phrase(2).title()

    def _card(self, number: int) -> Card:
        title = self._phrase(8).capitalize()
        host = HOSTS[number % len(HOSTS)]
        day = f"{self._published(number):%Y/%m/%d}"
        return Card(f"https://{host}/{day}/{title.lower().replace(' ', '-')}-{number}/", title)

    def _published(self, number: int) -> datetime:
        return (datetime(2014, 1, 1, 6, tzinfo=UTC) + number * self._day).astimezone(_ZONE)

    def standfirst(self) -> str:
        """A sentence of 25 words."""
        return self._phrase(25).capitalize() + "."

    def moment(self, number: int) -> tuple[str | None, str | None]:
        """When a story was published, and how exact that is."""
        at, chance = self._published(number), self.chance.random()
        if chance < 0.01:
            return None, None
        if chance < 0.06:
            return f"{at:%Y-%m-%d}", "day"
        return at.replace(microsecond=0).isoformat(), "second"

    def body(self) -> tuple[str, str]:
        """A text of 1,000 words, and the same as Markdown."""
        chance = self.chance
        texts = [self._phrase(chance.randint(40, 80)).capitalize() + "." for _ in range(16)]
        marked = [
            f"{text[:30]}[{text[30:50]}](https://{HOSTS[0]}/{n}){text[50:]}"
            if chance.random() < 0.1
            else text
            for n, text in enumerate(texts)
        ]
        return "\n\n".join(texts), "\n\n".join(marked)

    def links(self, number: int) -> Iterator[tuple[str, str | None, int, str, str, str | None]]:
        """Relation, label, position, title, address and picture of what a story's page points
        to: 19 links."""
        chance, cards = self.chance, self.cards
        yield from (
            _link(relation, None, 1, cards[other])
            for relation, other in (("previous", number - 1), ("next", number + 1))
            if 0 <= other < len(cards)
        )
        for n in range(1, 6):
            if number >= n:
                yield _link("latest", "Latest", n, cards[number - n])
        week = number // 200 * 200
        for n in range(1, 6):
            if week - n * 7 >= 0:
                yield _link("popular", "Most read", n, cards[week - n * 7])
        for relation, label, many in _LISTS:
            for n in range(1, many + 1):
                if chance.random() < _MISSING:
                    other = int(self.stories * chance.random() ** 2)
                    url = f"https://{HOSTS[n % 4]}/before/{other}/story-that-nobody-archived-{n}"
                    yield _link(relation, label, n, Card(url, f"Before {other}"))
                else:
                    yield _link(relation, label, n, cards[chance.randrange(number + 1)])


_LISTS = (("inline", None, 2), ("also_read", "Also read", 1), ("related", "More on this", 4))


def _link(
    relation: str, label: str | None, position: int, card: Card
) -> tuple[str, str | None, int, str, str, str | None]:
    picture = None if relation in ("inline", "also_read") else card.url.rstrip("/") + "-80.jpg"
    return relation, label, position, card.title, card.url, picture


class _Writer:
    """Rows for an archive of the version before 0.2.0."""

    def __init__(self, connection: sqlite3.Connection, library: Library) -> None:
        self._sql = connection.execute
        self._many = connection.executemany
        self._library = library
        self._captures = self._urls = self._revisions = 0
        self._names: dict[tuple[str, str], int] = {}

    def write(self) -> None:
        """Everything."""
        for number, host in enumerate(dict.fromkeys(HOSTS), 1):
            self._sql(
                "INSERT INTO sites (id, host, home_url, first_seen_at) VALUES (?, ?, ?, ?)",
                (number, host, f"https://{host}/", utc(_BEGUN)),
            )
        self._sql(
            "INSERT INTO runs (id, spider, arguments, software, started_at, finished_at, outcome)"
            " VALUES (1, 'news', '{}', 'bench/1', ?, ?, 'finished')",
            (utc(_BEGUN), utc(_BEGUN + timedelta(days=30))),
        )
        stories = range(1, self._library.stories + 1)
        for article in stories:
            self._story(article)
        self._sql("CREATE INDEX urls_article ON urls(article_id)")
        for article in stories:
            if article % 33 == 0:
                self._change(article)
            if article % 200 == 0:
                self._lose(article)

    def _url(self, url: str, state: str, reason: str | None = None, **more: object) -> int:
        self._urls += 1
        site = list(dict.fromkeys(HOSTS)).index(url.split("/")[2]) + 1
        values = {
            "id": self._urls, "url": url, "key": url_key(url), "site_id": site, "role": "page",
            "state": state, "reason": reason, "source": "sitemap" if self._urls % 3 else "link",
            "found_at": utc(_BEGUN), "priority": 20, **more,
        }  # fmt: skip
        self._insert("urls", values)
        return self._urls

    def _insert(self, table: str, values: dict[str, object]) -> None:
        names, marks = ", ".join(values), ", ".join("?" * len(values))
        self._sql(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(values.values()))

    def _capture(self, url_id: int, status: int = 200) -> tuple[int, str]:
        self._captures += 1
        number = self._captures
        at = utc(_BEGUN + timedelta(seconds=number), exact=True)
        self._insert("captures", {
            "id": number, "url_id": url_id, "run_id": 1, "fetched_at": at, "status": status,
            "content_type": "text/html; charset=utf-8", "payload_digest": f"sha256:{number:0>52}",
            "payload_bytes": 150_000,
            "record_id": f"<urn:uuid:00000000-0000-4000-8000-{number:012}>",
            "warc_file": f"courier-20260101000000-{number // 10_000:05}.warc.gz",
            "warc_offset": number % 10_000 * 40_000, "warc_length": 39_000, "fetch_ms": 120,
        })  # fmt: skip
        return number, at

    def _story(self, article: int) -> None:
        library = self._library
        number = article - 1
        card = library.cards[number]
        claimed = library.moment(number)[0]
        url_id = self._url(card.url, "done", claimed_at=claimed)
        capture, at = self._capture(url_id)
        self._sql(
            "UPDATE urls SET visited_at = ?, article_id = ? WHERE id = ?", (at, article, url_id)
        )
        self._insert("articles", {
            "id": article, "site_id": HOSTS.index(card.url.split("/")[2]) // 3 + 1, "url": card.url,
            "first_captured_at": at, "last_captured_at": at, "revisions": 1,
        })  # fmt: skip
        self._sql("INSERT OR IGNORE INTO story_addresses (key, article_id) VALUES (?, ?)",
                  (story_key(card.url), article))  # fmt: skip
        chance = library.chance
        who = chance.sample(library.names, chance.choice((0, 1, 1, 1, 2)))
        what = chance.sample(library.tags, 3)
        for table, names in (("author", who), ("tag", what)):
            for position, name in enumerate(names, 1):
                self._name(table, article, position, name)
        self._revision(article, 1, capture, at, card.title, who, what)
        host = HOSTS[number % len(HOSTS)]
        if number % 20 == 0:
            self._url(f"https://{host}/page/{number}", "done", "no article: a listing of stories")
        if number % 50 == 0:
            self._url(f"https://{host}/broken/{number}", "failed", "HTTP 500")
        if number % 3 == 0:
            self._url(f"https://{host}/later/{number}/", "queued")

    def _name(self, table: str, article: int, position: int, name: str) -> None:
        known = self._names.get((table, name))
        if known is None:
            known = self._names[table, name] = len(self._names) + 1
            self._insert(f"{table}s", {"id": known, "name": name})
        self._insert(f"article_{table}s", {
            "article_id": article, f"{table}_id": known, "position": position
        })  # fmt: skip

    def _revision(
        self, article: int, number: int, capture: int, at: str, title: str, who: list[str],
        what: list[str],
    ) -> None:  # fmt: skip
        library, card = self._library, self._library.cards[article - 1]
        self._revisions += 1
        revision = self._revisions
        published, precision = library.moment(article - 1)
        body, markdown = library.body()
        chance = library.chance
        fields = ("title", "authors", "published_at", "section", "tags", "image", "body")
        self._insert("revisions", {
            "id": revision, "article_id": article, "number": number, "capture_id": capture,
            "captured_at": at, "extractor": "bench/1", "content_digest": f"sha256:{revision:064}",
            "title": title, "canonical_url": card.url, "authors": json.dumps(who),
            "published_at": published, "published_precision": precision,
            "published_raw": published, "read_time_minutes": 4, "read_time_shown": 0,
            "standfirst": library.standfirst(), "section": chance.choice(_SECTIONS),
            "tags": json.dumps(what), "language": "en", "body_text": body,
            "body_markdown": markdown, "word_count": len(body.split()),
            "sources": json.dumps({
                name: {"text": title[:40], "source": f"json-ld:{name}"} for name in fields
            }),
        })  # fmt: skip
        self._sql("UPDATE articles SET revision_id = ?, revisions = ? WHERE id = ?",
                  (revision, number, article))  # fmt: skip
        self._insert("images", {
            "article_id": article, "revision_id": revision, "role": "lead", "position": 1,
            "url": card.url.rstrip("/") + ".jpg", "caption": title,
        })  # fmt: skip
        self._many(
            "INSERT OR IGNORE INTO linked_stories (article_id, revision_id, relation, label,"
            " position, title, url, image_url, first_seen_at, last_seen_at, key)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (article, revision, *link, at, at, story_key(link[4]))
                for link in library.links(article - 1)
            ],
        )

    def _change(self, article: int) -> None:
        (url_id,) = self._sql("SELECT id FROM urls WHERE article_id = ?", (article,)).fetchone()
        capture, at = self._capture(url_id)
        card, names = self._library.cards[article - 1], self._library.names
        self._revision(article, 2, capture, at, f"{card.title} again", names[:1], [])
        revision = self._revisions
        self._many("INSERT INTO revision_changes VALUES (?, ?)",
                   [(revision, "title"), (revision, "body")])  # fmt: skip
        self._sql("INSERT INTO edits VALUES (?, 40, 60, 1, 0, 2, 0.1)", (revision,))
        self._sql("UPDATE articles SET last_captured_at = ? WHERE id = ?", (at, article))

    def _lose(self, article: int) -> None:
        (url_id,) = self._sql("SELECT id FROM urls WHERE article_id = ?", (article,)).fetchone()
        capture, at = self._capture(url_id, 404)
        self._sql("UPDATE urls SET state = 'gone', reason = 'HTTP 404' WHERE id = ?", (url_id,))
        self._sql("UPDATE articles SET gone_at = ? WHERE id = ?", (at, article))
        self._sql(
            "INSERT INTO story_events (article_id, event, at, capture_id, reason)"
            " VALUES (?, 'gone', ?, ?, 'HTTP 404')",
            (article, at, capture),
        )


def build(folder: Path, stories: int) -> None:
    """Make an archive of so many stories. Raises ArchiveError, sqlite3.Error."""
    folder.mkdir(parents=True, exist_ok=True)
    with Database(sqlite3.connect(folder / database.FILE_NAME)) as db:
        db.execute(f"PRAGMA page_size = {database.PAGE_SIZE}")
        db.enable_wal()
        db.execute("PRAGMA synchronous = OFF")
        migrations.apply(db, stop_before=_NEXT)
        connection: sqlite3.Connection = db.conn
        with db.atomic():
            _drop(connection)
            _Writer(connection, Library(stories)).write()
    with database.open_for_writing(folder) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _drop(connection: sqlite3.Connection) -> None:
    """Drop what is made anew when the archive is brought up to date, and costs time meanwhile."""
    rows = connection.execute(
        "SELECT type, name FROM sqlite_master WHERE type = 'trigger'"
        " OR type = 'index' AND sql IS NOT NULL AND name NOT LIKE '\\_%' ESCAPE '\\'"
        " AND name <> 'linked_stories_once'"
    ).fetchall()
    for kind, name in rows:
        connection.execute(f"DROP {kind} [{name}]")
