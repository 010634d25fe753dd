"""An archive of invented stories of any number, for benchmarks of reading.

The stories of its first run are written in bulk: the same rows that `Store` makes of the same
visits (tests/benchmarks/test_library.py), without looking for each what is there already. All that
came after, edits and goings and pages without a story, the store writes itself. What only a crawl
needs is left out: the marks by which copies are found, and what families of addresses have taught.

Memory does not grow with the texts: of each story some twenty bytes are kept.
"""

from __future__ import annotations

import gc
import sqlite3
from array import array
from base64 import b32encode
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import TypeVar
from uuid import UUID

from benchmarks.invented import PAPERS, Library, Link, thumbnail
from crawler.archive.article_columns import columns, content_digest, images, texts
from crawler.archive.database import WARC_FOLDER
from crawler.archive.duplicates import bands
from crawler.archive.facets import count_anew
from crawler.archive.keys import card_hash, key_hash, url_key
from crawler.archive.link_targets import with_relation
from crawler.archive.store import Store
from crawler.archive.word_forms import WordForms
from crawler.items import Article, Capture, FoundUrl, Visit
from crawler.reasons import because
from crawler.reservations import Reservation, as_json
from crawler.runs.account import note_visit
from crawler.runs.recovery import enter_files
from crawler.text import phrases
from crawler.times import day_told, told_in_utc, utc
from crawler.urls import story_key
from crawler.warc.exchange import Exchange
from crawler.warc.writer import WarcWriter

_BEGUN = datetime(2026, 1, 1, tzinfo=UTC)
_EXTRACTOR = "bench/1"
_RESERVED = Reservation("train-ai", "n", True, "header", "Content-Usage")
_RESERVED_EACH = 50
RUN = "bench"
"""What its WARC files call the run that wrote them."""
_FILE_BYTES = 64_000_000
_FURNITURE = "".join(
    f'<li class="menu-item-{n}"><a href="/section/{n}/">Section {n}</a></li>' for n in range(250)
)
"""What stands around the story on each page."""
_IN_A_FILE = 10_000
"""Records of a WARC file."""
_BATCH = 1_000
_VISITS = 200
"""Visits that the store writes in a transaction."""
_OF_A_RUN = 2_000
"""Visits of a later run."""
_CACHE_KB = 262_144
_T = TypeVar("_T")


def build(folder: Path, stories: int, *, warc: bool = False) -> None:
    """Make an archive of so many stories. warc: with the records that a crawl would have written;
    else there is a database alone. Raises ArchiveError, sqlite3.Error, OSError."""
    library = Library(stories)
    store = Store(folder, extractor=_EXTRACTOR)
    records = _Written(folder) if warc else _Unwritten()
    try:
        store.db.execute(f"PRAGMA cache_size = -{_CACHE_KB}")
        store.db.execute("PRAGMA synchronous = OFF")
        for paper in PAPERS:
            store.add_site(f"https://{paper.host}/")
        store.begin_run("news", {"site": "https://courier.example/"}, "bench/1", utc(_BEGUN), RUN)
        # millions of rows come and go, and none refers to itself
        gc.disable()
        _Bulk(store, library, records).write()
        store.finish_run("finished", utc(_at(stories)))
        revisit(store, library, records)
        records.close(store)
    finally:
        gc.enable()
        store.close()


def begin(folder: Path, library: Library, stories: int) -> None:
    """Make an archive of the first of a library's stories that a crawl goes on with: copies are
    found in it. Raises ArchiveError, sqlite3.Error."""
    store = Store(folder, extractor=_EXTRACTOR)
    try:
        store.db.execute(f"PRAGMA cache_size = -{_CACHE_KB}")
        store.db.execute("PRAGMA synchronous = OFF")
        for paper in PAPERS:
            store.add_site(f"https://{paper.host}/")
        store.begin_run("news", {"site": "https://courier.example/"}, "bench/1", utc(_BEGUN), RUN)
        gc.disable()
        _Bulk(store, library, _Unwritten(), stories, is_marked=True).write()
        store.finish_run("finished", utc(_at(stories)))
    finally:
        gc.enable()
        store.close()


def _at(number: int) -> datetime:
    """When a capture was made, by its number."""
    return _BEGUN + timedelta(seconds=number)


def capture(url: str, number: int, status: int = 200) -> Capture:
    """The capture of a number. url: of the page."""
    digest = blake2b(number.to_bytes(8, "big"), digest_size=32).digest()
    return Capture(
        url=url,
        fetched_at=utc(_at(number), exact=True),
        status=status,
        content_type="text/html; charset=utf-8",
        payload_digest="sha256:" + b32encode(digest).decode().rstrip("="),
        payload_bytes=150_000,
        record_id=f"<urn:uuid:{UUID(bytes=digest[:16], version=4)}>",
        warc_file=f"bench-20260101000000-{number // _IN_A_FILE:05}.warc.gz",
        warc_offset=number % _IN_A_FILE * 40_000,
        warc_length=39_000,
        fetch_ms=120,
        reservations=(_RESERVED,) if number % _RESERVED_EACH == 0 else (),
    )


def visit(library: Library, number: int, article: Article | None = None) -> Visit:
    """The first visit to a story."""
    article = article or library.article(number)
    shown = tuple(map(library.linked, library.links(number)))
    return Visit(
        article.url, "page", "done", captures=(capture(article.url, number),),
        article=replace(article, links=shown), kind="html",
    )  # fmt: skip


# -- records ---------------------------------------------------------------------------------------


class _Unwritten:
    """Captures of records that are nowhere."""

    def capture(self, url: str, number: int, status: int, article: Article | None) -> Capture:
        """The capture of a number. article: what its page shows."""
        return capture(url, number, status)

    def note(self, visit: Visit, article_url: str | None, revised: bool) -> None:
        """Write what became of a visit beside its captures."""

    def note_story(
        self, library: Library, article: Article, made: Capture, links: list[Link]
    ) -> None:
        """The same of the first visit to a story."""

    def close(self, store: Store) -> None:
        """End the files, and enter them."""


class _Written(_Unwritten):
    """Records as a crawl writes them, of pages of some twenty kilobytes."""

    def __init__(self, folder: Path) -> None:
        info = [("software", "bench/1"), ("isPartOf", RUN), ("spider", "news"), ("arguments", "{}")]
        self._warc = WarcWriter(
            folder / WARC_FOLDER, prefix="bench", info=info, max_bytes=_FILE_BYTES
        )

    def capture(self, url: str, number: int, status: int, article: Article | None) -> Capture:
        path = url.partition("example")[2]
        words = f"{url}\n{article.title}\n\n{article.body}" if article else f"{url} {number}"
        text = words.replace("\n\n", "</p>\n<p>")
        return self._warc.write(Exchange(
            url=url,
            request_head=f"GET {path} HTTP/1.1\r\nHost: courier.example\r\n\r\n".encode(),
            response_head=f"HTTP/1.1 {status} OK\r\nContent-Type: text/html; charset=utf-8"
            "\r\n\r\n".encode(),
            body=f"<html><body>{_FURNITURE}<p>{text}</p></body></html>".encode(),
            fetched_at=_at(number),
            fetch_ms=120,
            reservations=(_RESERVED,) if number % _RESERVED_EACH == 0 else (),
        ))  # fmt: skip

    def note(self, visit: Visit, article_url: str | None, revised: bool) -> None:
        note_visit(self._warc, visit, article_url, revised)

    def note_story(
        self, library: Library, article: Article, made: Capture, links: list[Link]
    ) -> None:
        shown = replace(article, links=tuple(map(library.linked, links)))
        came = Visit(
            article.url, "page", "done", captures=(made,), article=shown, kind="html",
            extractor=_EXTRACTOR,
        )  # fmt: skip
        self.note(came, article.url, revised=True)

    def close(self, store: Store) -> None:
        self._warc.close()
        with store.db.atomic():
            enter_files(store, self._warc.closed)


# -- the first run ---------------------------------------------------------------------------------


class _Targets:
    """What is known of the stories that links lead to, in a few bytes each."""

    def __init__(self, number: int) -> None:
        self.linked_by = array("I", bytes(4 * number))
        self.first = array("I", bytes(4 * number))
        self.last = array("I", bytes(4 * number))
        self.cards = bytearray(number)
        """1: a card without a picture is shown, 2: one with, 3: both."""
        self._relations = array("I", bytes(4 * number))
        self._lists: list[str | None] = [None]
        self._with: dict[tuple[int, str], int] = {}

    def see(self, links: Iterable[Link], number: int) -> None:
        """A page that was captured at a number shows these links."""
        seen = set()
        for link in links:
            target = link.target
            self.cards[target] |= 1 + link.has_picture
            self._relations[target] = self._added(self._relations[target], link.relation)
            if target not in seen:
                seen.add(target)
                if not self.linked_by[target]:
                    self.first[target] = number
                self.linked_by[target] += 1
                self.last[target] = number

    def _added(self, known: int, relation: str) -> int:
        found = self._with.get((known, relation))
        if found is None:
            told = with_relation(self._lists[known], relation)
            if told not in self._lists:
                self._lists.append(told)
            found = self._with[known, relation] = self._lists.index(told)
        return found

    def relations(self, target: int) -> str | None:
        """By which links lead to it, in the order in which they were first seen."""
        return self._lists[self._relations[target]]


class _Bulk:
    """Writes the rows of a first visit to each story. Keys follow from the stories' numbers: one
    more, in `articles`, `revisions`, `captures`, `urls`, `_linked` and `_addresses` alike."""

    def __init__(
        self, store: Store, library: Library, records: _Unwritten, stories: int | None = None, *,
        is_marked: bool = False,
    ) -> None:  # fmt: skip
        """stories: how many of the library's; None: all. is_marked: whether copies can be found."""
        self._store = store
        self._stories = library.stories if stories is None else stories
        self._is_marked = is_marked
        self._records = records
        self._connection: sqlite3.Connection = store.db.conn
        self._library = library
        self._targets = _Targets(library.stories + library.missing)
        self._sites = {
            host: key for key, host in self._connection.execute("SELECT id, host FROM sites")
        }
        self._rows: dict[str, list[tuple[object, ...]]] = {}
        self._inserts: dict[str, str] = {}
        self._names: dict[tuple[object, ...], int] = {}
        self._blocks: dict[tuple[str, str | None], int] = {}

    def write(self) -> None:
        """Everything."""
        sql = self._connection.execute
        # nothing of it is of use if it ends before its end: no log, no look at each reference
        for pragma in ("foreign_keys = OFF", "journal_mode = OFF", "temp_store = FILE"):
            sql(f"PRAGMA {pragma}")
        sql("BEGIN")
        made_anew = list(_set_aside(self._connection))
        if not self._is_marked:  # the index is written some dozen megabytes at a time, not one
            sql("INSERT INTO stories_fts(stories_fts, rank) VALUES ('hashsize', 67108864)")
        for numbers in _batches(range(self._stories), _BATCH):
            for number in numbers:
                self._story(number)
            self._flush()
        for targets in _batches(range(self._library.stories + self._library.missing), _BATCH):
            for target in targets:
                self._target(target)
            self._flush()
        sql("UPDATE _totals SET number = (SELECT count(*) FROM _links)")
        count_anew(self._connection)
        WordForms(self._connection).learn_all()
        for statement in made_anew:
            sql(statement)
        stories = self._stories
        self._store.count(Counter(captures=stories, new_articles=stories))
        sql(
            "INSERT INTO run_papers (run_id, site_id, paper, captures, new_articles)"
            " SELECT ?, s.id, s.host, count(*), count(*) FROM articles a JOIN sites s"
            " ON s.id = a.site_id GROUP BY s.id",
            (self._store.run_id,),
        )
        sql("COMMIT")
        sql("DELETE FROM stories_fts_config WHERE k = 'hashsize'")
        self._connection.commit()
        for pragma in ("foreign_keys = ON", "journal_mode = WAL"):
            sql(f"PRAGMA {pragma}")

    def _add(self, table: str, **values: object) -> None:
        if table not in self._inserts:
            names, marks = ", ".join(values), ", ".join("?" * len(values))
            self._inserts[table] = f"INSERT INTO {table} ({names}) VALUES ({marks})"
            self._rows[table] = []
        self._rows[table].append(tuple(values.values()))

    def _flush(self) -> None:
        for table, rows in self._rows.items():
            self._connection.executemany(self._inserts[table], rows)
            rows.clear()

    def _story(self, number: int) -> None:
        article, key = self._library.article(number), number + 1
        site_id = self._sites[self._library.paper(number).host]
        made = self._records.capture(article.url, number, 200, article)
        links = list(self._library.links(number))
        self._records.note_story(self._library, article, made, links)
        at = made.fetched_at
        published = article.published.value if article.published else None
        claimed = published if number % 3 else None
        self._add(
            "urls", id=key, url=article.url, key=url_key(article.url), site_id=site_id,
            role="page", state="done", source="sitemap" if claimed else "link", found_at=at,
            claimed_at=claimed, priority=20, attempts=1, visited_at=at, article_id=key, kind="html",
        )  # fmt: skip
        self._add(
            "captures", id=key, url=made.url, url_id=key, run_id=self._store.run_id, fetched_at=at,
            status=made.status, content_type=made.content_type,
            payload_digest=made.payload_digest, payload_bytes=made.payload_bytes,
            record_id=made.record_id, warc_file=made.warc_file, warc_offset=made.warc_offset,
            warc_length=made.warc_length, fetch_ms=made.fetch_ms,
            reservations=as_json(made.reservations),
        )  # fmt: skip
        self._add(
            "articles", id=key, site_id=site_id, url=article.url, revision_id=key, revisions=1,
            published_utc=told_in_utc(published), published_day=day_told(published),
            word_count=article.word_count, first_captured_at=at, last_captured_at=at,
            access=article.access,
        )  # fmt: skip
        self._add(
            "revisions", id=key, article_id=key, number=1, capture_id=key, captured_at=at,
            extractor=_EXTRACTOR, content_digest=content_digest(article), **columns(article),
        )  # fmt: skip
        self._add("revision_texts", revision_id=key, **texts(article))
        self._add("stories_fts", rowid=key, title=article.title, standfirst=article.standfirst,
                  body_text=article.body)  # fmt: skip
        for image in images(article):
            self._add("images", article_id=key, revision_id=key, **image)
        for position, name in enumerate(article.authors, 1):
            author = self._name("authors", site_id=site_id, name=name)
            self._add("article_authors", article_id=key, author_id=author, position=position)
        for position, name in enumerate(article.tags, 1):
            tag = self._name("tags", name=name)
            self._add("article_tags", article_id=key, tag_id=tag, position=position)
        if self._is_marked and article.word_count >= 40:
            for band, value in bands(phrases(article.body[:1_200])):
                self._add("_article_bands", band=band, value=value, article_id=key)
        self._links(number, links)

    def _name(self, table: str, **values: object) -> int:
        known = (table, *values.values())
        if known not in self._names:
            self._names[known] = len(self._names) + 1
            self._add(table, id=self._names[known], **values)
        return self._names[known]

    def _links(self, number: int, links: list[Link]) -> None:
        key = number + 1
        self._targets.see(links, number)
        edges = set()
        for link in links:
            block = self._block(link)
            edge = (link.target, block)
            self._add(
                "_links", article_id=key, revision_id=key, block_id=block, position=link.position,
                card_id=_card_key(link.target, link.has_picture), linked_id=link.target + 1,
                to_article_id=link.target + 1 if link.target < self._stories else None,
                first_capture_id=key, last_capture_id=key, is_edge=edge not in edges, is_shown=1,
            )  # fmt: skip
            edges.add(edge)

    def _block(self, link: Link) -> int:
        known = (link.relation, link.label)
        if known not in self._blocks:
            self._blocks[known] = len(self._blocks) + 1
            self._add(
                "_link_blocks", id=self._blocks[known], relation=link.relation, label=link.label
            )
        return self._blocks[known]

    def _target(self, target: int) -> None:
        """What links lead to, with their number and what they show."""
        library, seen, key = self._library, self._targets, target + 1
        is_archived, number = target < self._stories, seen.linked_by[target]
        if not is_archived and not number:
            return
        title = library.headline(target)
        url = library.url(target, title)
        address = story_key(url)
        first, last = (utc(_at(each[target]), exact=True) for each in (seen.first, seen.last))
        self._add(
            "_linked", id=key, article_id=key if is_archived else None, key=address, url=url,
            site=library.paper(target).host, title=title, linked_by=number,
            relations=seen.relations(target), first_seen_at=first if number else None,
            last_seen_at=last if number else None,
        )  # fmt: skip
        self._add("_addresses", id=key, hash=key_hash(address), key=address, linked_id=key)
        for has_picture in (False, True):
            if seen.cards[target] & 1 + has_picture:
                picture = thumbnail(url) if has_picture else None
                self._add(
                    "_link_cards", id=_card_key(target, has_picture),
                    hash=card_hash(url, title, None, picture, None), address_id=key, url=url,
                    title=title, image_url=picture,
                )  # fmt: skip


def _card_key(target: int, has_picture: bool) -> int:
    return 2 * target + 1 + has_picture


def _set_aside(connection: sqlite3.Connection) -> Iterator[str]:
    """Drop triggers and indexes; gives the SQL that makes them again: an index of all rows is made
    much faster than one that grows with them."""
    rows = connection.execute(
        "SELECT type, name, sql FROM sqlite_master"
        " WHERE type IN ('trigger', 'index') AND sql IS NOT NULL ORDER BY type, rowid"
    ).fetchall()
    for kind, name, sql in rows:
        connection.execute(f"DROP {kind} [{name}]")
        yield sql


# -- what came after -------------------------------------------------------------------------------


def revisit(store: Store, library: Library, records: _Unwritten | None = None) -> None:
    """Edited stories, stories that are gone, and pages without a story."""
    number, records = library.stories, records or _Unwritten()
    for visits in _batches(later_visits(library), _OF_A_RUN):
        number += _OF_A_RUN
        store.begin_run("news", {"site": "https://courier.example/"}, "bench/1", utc(_at(number)))
        for few in _batches(visits, _VISITS):
            came = [_captured(each, number + n, records) for n, each in enumerate(few)]
            store.record(came, records.note)
            number += _VISITS
        store.finish_run("finished", utc(_at(number)))


def _captured(made: Visit, number: int, records: _Unwritten) -> Visit:
    status = {"gone": 404, "failed": 500}.get(made.state, 200)
    written = records.capture(made.url, number, status, made.article)
    return replace(made, captures=(written,), extractor=_EXTRACTOR)


def later_visits(library: Library) -> Iterator[Visit]:
    """Visits after the first to each story, without their captures."""
    for number in range(library.stories):
        if library.is_edited(number):
            article = library.edited(number)
            shown = tuple(map(library.linked, library.links(number)))
            article = replace(article, links=shown)
            yield Visit(article.url, "page", "done", article=article, kind="html")
        elif number % 199 == 99:
            url = library.url(number, library.headline(number))
            yield Visit(url, "page", "gone", because("http_status", 404))
    for target in range(library.stories, library.stories + library.missing):
        url = library.url(target, library.headline(target))
        if target % 8 == 0:
            yield Visit(url, "page", "gone", because("http_status", 404))
        elif target % 8 == 1:
            yield Visit(url, "page", "failed", because("http_status", 500))
        elif target % 8 == 2:
            yield Visit(url, "page", "excluded", because("outside_dates"))
    for number in range(0, library.stories, 51):
        home = f"https://{library.paper(number).host}"
        found = tuple(
            FoundUrl(f"{home}/later/{number + n}/", "page", "link", f"{home}/page/{number}/")
            for n in range(8)
        )
        yield Visit(
            f"{home}/page/{number}/", "page", "done", because("no_article", "listing"),
            not_article="listing", found=found, kind="html",
        )  # fmt: skip


def _batches(items: Iterable[_T], size: int) -> Iterator[list[_T]]:
    waiting = iter(items)
    while batch := list(islice(waiting, size)):
        yield batch
