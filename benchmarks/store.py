"""`make bench-store`: stories stored a second of CPU, beside sqlite-utils on the same stories.

Each story has some twenty linked stories, and a text that is searched. Ours are stored into an
archive that has some already, as a crawl stores them: links, their graph and counts, forms of
words, marks by which copies are found, facets, captures, the frontier. sqlite-utils gets a table of
articles with FTS5 and a table of links, in batches of the same size: none of the rest. After that,
what parts of it cost alone: no store of these tables can be quicker than their sum.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlite_utils

from benchmarks.invented import PAPERS, Library
from benchmarks.library import begin, visit
from crawler.archive.article_columns import content_digest
from crawler.archive.database import FILE_NAME
from crawler.archive.duplicates import bands
from crawler.archive.store import Store
from crawler.items import Visit
from crawler.search import forms_of, parts_in, words_of
from crawler.text import cleaned, phrases

RESULTS = Path(__file__).parent / "results" / "store.md"
BATCH = 100
_WARM = 2 * BATCH
"""Stories that are stored before the clock is read: modules are loaded, statements prepared."""
_TABLES = ("urls", "captures", "articles", "revisions", "revision_texts", "images", "_links",
           "_linked", "_addresses", "_link_cards", "_article_bands", "_word_forms")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cost:
    """What something takes: microseconds of CPU a story, MB read and written a story."""

    name: str
    cpu: float
    read: float | None = None
    written: float | None = None


def io() -> dict[str, int]:
    """Bytes that this process has read and written, by the names of proc(5)."""
    lines = Path("/proc/self/io").read_text(encoding="ascii").splitlines()
    return {name: int(value) for name, value in (line.split(": ") for line in lines)}


def ours(folder: Path, visits: Sequence[Visit]) -> Cost:
    """Stories stored into an archive that has some. folder: the archive's."""
    store = Store(folder, extractor="bench/1")
    with closing(store):
        for paper in PAPERS:
            store.add_site(f"https://{paper.host}/")
        store.begin_run("news", {}, "bench/1", "2026-02-01T00:00:00+00:00")
        store.record(visits[:_WARM])
        before, begun = io(), time.process_time()
        for at in range(_WARM, len(visits), BATCH):
            store.record(visits[at : at + BATCH])
        cpu, after = time.process_time() - begun, io()
    number = len(visits) - _WARM
    read, written = ((after[name] - before[name]) / number / 1e6 for name in ("rchar", "wchar"))
    return Cost("ours", cpu / number * 1e6, read, written)


def by_sqlite_utils(path: Path, visits: Sequence[Visit]) -> Cost:
    """A table of articles with search, a table of links. path: of a new database."""
    db = sqlite_utils.Database(path)
    db.enable_wal()
    db.execute("PRAGMA synchronous = NORMAL")
    columns = {"id": int, "url": str, "title": str, "authors": str, "published": str,
               "section": str, "standfirst": str, "body": str, "words": int}  # fmt: skip
    db["articles"].create(columns, pk="id")  # type: ignore[union-attr]
    db["articles"].enable_fts(["title", "standfirst", "body"], create_triggers=True)  # type: ignore[union-attr]
    db["links"].create(  # type: ignore[union-attr]
        {"id": int, "article_id": int, "url": str, "title": str, "relation": str, "label": str,
         "position": int},
        pk="id", foreign_keys=[("article_id", "articles", "id")],
    )  # fmt: skip
    begun = 0.0
    with closing(db):
        for at in range(0, len(visits), BATCH):
            if at == _WARM:
                begun = time.process_time()
            _insert_plainly(db, visits[at : at + BATCH], at + 1)
        cpu = time.process_time() - begun
    return Cost("sqlite-utils", cpu / (len(visits) - _WARM) * 1e6)


def _insert_plainly(db: sqlite_utils.Database, visits: Iterable[Visit], first: int) -> None:
    articles: list[dict[str, Any]] = []
    links: list[dict[str, Any]] = []
    for key, each in enumerate(visits, first):
        story = each.article
        assert story is not None
        articles.append({
            "id": key, "url": story.url, "title": story.title,
            "authors": json.dumps(story.authors),
            "published": story.published.value if story.published else None,
            "section": story.section, "standfirst": story.standfirst, "body": story.body,
            "words": story.word_count,
        })  # fmt: skip
        links += [
            {"article_id": key, "url": link.url, "title": link.title,
             "relation": link.relation, "label": link.label, "position": link.position}
            for link in story.links
        ]  # fmt: skip
    with db.atomic():
        db["articles"].insert_all(articles)  # type: ignore[union-attr]
        db["links"].insert_all(links)  # type: ignore[union-attr]


# -- the floor -------------------------------------------------------------------------------------


def rows_alone(before: Path, after: Path, visits: int) -> Iterator[Cost]:
    """What SQLite takes for the rows that were stored, by `executemany`: without a look at what is
    there, counts, triggers and foreign keys. before: an archive, after: the same with the stories
    stored. visits: how many."""
    source = sqlite3.connect(after / FILE_NAME)
    target = sqlite3.connect(before / FILE_NAME, isolation_level=None)
    with closing(source), closing(target):
        target.execute("PRAGMA cache_size = -65536")
        target.execute("PRAGMA synchronous = NORMAL")
        triggers = target.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall()
        for (name,) in triggers:
            target.execute(f"DROP TRIGGER {name}")
        for table in _TABLES:
            keys = [
                name for _, name, *_, part in source.execute(f"PRAGMA table_info({table})") if part
            ]
            known = set(target.execute(f"SELECT {', '.join(keys)} FROM {table}"))
            names = [name for _, name, *_ in source.execute(f"PRAGMA table_info({table})")]
            at = [names.index(key) for key in keys]
            rows = [
                row
                for row in source.execute(f"SELECT * FROM {table}")
                if tuple(row[n] for n in at) not in known
            ]
            marks = ", ".join("?" * len(names))
            sql = f"INSERT INTO {table} VALUES ({marks})"
            yield Cost(
                f"rows of {table}: {len(rows) / visits:.1f}", _many(target, sql, rows, visits)
            )
        texts = source.execute(
            "SELECT a.id, r.title, r.standfirst, t.body_text FROM articles a JOIN revisions r"
            " ON r.id = a.revision_id JOIN revision_texts t ON t.revision_id = r.id"
            " ORDER BY a.id DESC LIMIT ?",
            (visits,),
        ).fetchall()[::-1]
        sql = "INSERT INTO stories_fts (rowid, title, standfirst, body_text) VALUES (?, ?, ?, ?)"
        yield Cost("the search index (FTS5)", _many(target, sql, texts, visits))


def _many(target: sqlite3.Connection, sql: str, rows: Sequence[Any], visits: int) -> float:
    """Microseconds of CPU a story: as many transactions as there were batches."""
    batches = -(-visits // BATCH)
    size = max(1, -(-len(rows) // batches))
    begun = time.process_time()
    for at in range(0, len(rows), size):
        target.execute("BEGIN")
        target.executemany(sql, rows[at : at + size])
        target.execute("COMMIT")
    return (time.process_time() - begun) / visits * 1e6


def work_alone(visits: Sequence[Visit]) -> Iterator[Cost]:
    """What must be known of each story before it is a row."""
    articles = [each.article for each in visits if each.article is not None]
    texts = [f"{each.title}\n{each.standfirst}\n{each.body}" for each in articles]
    words = {word for text in texts for word in words_of(parts_in(text))}
    asked: tuple[tuple[str, Callable[[], object]], ...] = (
        ("text made clean", lambda: [cleaned(each) for each in visits]),
        ("marks of copies (MinHash)", lambda: [bands(phrases(a.body[:1_200])) for a in articles]),
        ("digest of the content", lambda: [content_digest(each) for each in articles]),
        ("words of a text", lambda: [set(parts_in(text)) for text in texts]),
        ("stems of all words of the texts", lambda: forms_of(words, "en")),
    )
    for name, work in asked:
        begun = time.process_time()
        work()
        yield Cost(name, (time.process_time() - begun) / len(visits) * 1e6)


# -- the table -------------------------------------------------------------------------------------


def measured(home: Path, there: int, number: int) -> Iterator[Cost]:
    """All costs, ours and sqlite-utils' first. there: stories that the archive has already."""
    library = Library(there + number)
    begin(home / "base", library, there)
    shutil.copytree(home / "base", home / "before")
    visits = [visit(library, there + n) for n in range(number)]
    yield ours(home / "base", visits)
    yield by_sqlite_utils(home / "plain.db", visits)
    yield from rows_alone(home / "before", home / "base", number)
    yield from work_alone(visits)


def table(there: int, costs: Sequence[Cost]) -> list[str]:
    """What was found, as Markdown."""
    mine, theirs, *parts = costs
    lines = [
        f"## {there:,} stories there", "", "| what | stories a second of CPU | µs a story |",
        "|---|---:|---:|",
    ]  # fmt: skip
    lines += [
        f"| {each.name} | {1e6 / each.cpu:,.0f} | {each.cpu:,.0f} |" for each in (mine, theirs)
    ]
    floor = sum(each.cpu for each in parts)
    lines += [
        f"| the parts below together | {1e6 / floor:,.0f} | {floor:,.0f} |", "",
        f"Ours reads {mine.read:.2f} MB and writes {mine.written:.2f} MB a story.", "",
        "| part alone | µs a story |", "|---|---:|",
    ]  # fmt: skip
    return [*lines, *(f"| {each.name} | {each.cpu:,.1f} |" for each in parts), ""]


def main() -> None:
    """Build, measure, print and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--there", type=int, nargs="+", default=[200, 20_000], metavar="STORIES",
                        help="that the archive has before")  # fmt: skip
    parser.add_argument("--more", type=int, default=2_000, metavar="STORIES",
                        help="that are stored then, 300 or more")  # fmt: skip
    parser.add_argument("--results", type=Path, default=RESULTS)
    opts = parser.parse_args()
    if opts.more < _WARM + BATCH:
        parser.error(f"--more is {opts.more}; ask for {_WARM + BATCH} or more")
    lines = [
        "# Storing stories", "",
        f"Written by `make bench-store`: {opts.more:,} stories in batches of {BATCH}.", "",
    ]  # fmt: skip
    for there in opts.there:
        home = Path(tempfile.mkdtemp(prefix="store-"))
        try:
            lines += table(there, list(measured(home, there, opts.more)))
        finally:
            shutil.rmtree(home)
    print("\n".join(lines))
    opts.results.write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
