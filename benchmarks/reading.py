"""`make bench-reading`: every view and every query of the documentation on a large archive.

Makes an archive of invented stories, then asks each question with nothing of the file in memory,
and says how long the answer took and which tables were walked through from end to end for it.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from benchmarks.library import build
from crawler.archive.database import FILE_NAME

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "reading.md"
PAGES = ("README.md", "docs/query.md", "docs/graph.md")
LARGE = frozenset({"revision_texts", "_links", "_link_cards", "stories_fts_content"})
"""Tables that no question of the documentation may walk through."""
LIMIT = 1.0
"""Seconds that an answer may take: as long as Datasette waits by default."""
_PATIENCE = 120.0
# Virtual-machine instructions between two looks at the clock.
_STEPS = 100_000


@dataclass(frozen=True, slots=True)
class Question:
    """A query, and what it is called."""

    name: str
    sql: str


@dataclass(frozen=True, slots=True)
class Answer:
    """How it was answered."""

    seconds: float
    """`_PATIENCE` or more where it was not."""
    rows: int
    walked: frozenset[str]
    """Tables of `LARGE` that were walked through from end to end, or would have been but for a
    LIMIT."""


_NEWEST = {
    "stories": "published_utc",
    "story_revisions": "captured_at",
    "edited_stories": "captured_at",
    "gone_stories": "gone_at",
    "missing_stories": "linked_by",
    "most_linked": "linked_by",
}
_OF_ONE_STORY = {
    "stories": "id",
    "story_revisions": "article_id",
    "edited_stories": "article_id",
    "gone_stories": "article_id",
    "linked_stories": "article_id",
    "story_links": "article_id",
    "story_graph": "from_article_id",
    "most_linked": "article_id",
    "story_days": "article_id",
    "author_stories": "article_id",
    "tag_pairs": "article_id",
    "story_copies": "article_id",
}


def questions(connection: sqlite3.Connection) -> Iterator[Question]:
    """All of them, for an archive."""
    views = connection.execute("SELECT name FROM sqlite_master WHERE type = 'view' ORDER BY rowid")
    for (view,) in views.fetchall():
        yield Question(f"{view}: 100 rows", f"SELECT * FROM {view} LIMIT 100")
        yield Question(f"{view}: count", f"SELECT count(*) FROM {view}")
        if column := _OF_ONE_STORY.get(view):
            sql = f"SELECT * FROM {view} WHERE {column} = 700"
            yield Question(f"{view}: of one story", sql)
        if column := _NEWEST.get(view):
            sql = f"SELECT * FROM {view} ORDER BY {column} DESC LIMIT 20"
            yield Question(f"{view}: newest, or most", sql)
    sql = "SELECT * FROM story_graph WHERE to_article_id = 700"
    yield Question("story_graph: to one story", sql)
    sql = "SELECT * FROM stories WHERE published_day = '2020-05-05'"
    yield Question("stories: of one day", sql)
    yield from documented()


def documented() -> Iterator[Question]:
    """The queries that the documentation shows."""
    for page in PAGES:
        text = (ROOT / page).read_text(encoding="utf-8")
        found = re.findall(r"```sql\n(.*?)```", text, re.DOTALL)
        found += re.findall(r'"(SELECT [^"]*)"', text)
        for number, sql in enumerate(dict.fromkeys(found), 1):
            yield Question(f"{page} {number}: {' '.join(sql.split())[:60]}", sql)


def ask(path: Path, sql: str) -> Answer:
    """Put a question to an archive of which nothing is in memory. Raises sqlite3.Error."""
    _forget(path)
    uri = f"{path.resolve().as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True)) as connection:
        begun = time.perf_counter()
        connection.set_progress_handler(
            lambda: int(time.perf_counter() - begun > _PATIENCE), _STEPS
        )
        try:
            rows = len(connection.execute(sql).fetchall())
        except sqlite3.OperationalError as error:
            if "interrupted" not in str(error):
                raise
            rows = 0
        seconds = time.perf_counter() - begun
        return Answer(seconds, rows, walked(connection, sql) & LARGE)


def _forget(path: Path) -> None:
    """Have the system drop what it keeps of a file in memory."""
    if hasattr(os, "posix_fadvise"):
        with path.open("rb") as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def walked(connection: sqlite3.Connection, sql: str) -> frozenset[str]:
    """Tables, not their indexes, that a query's program begins at the first row of. Raises
    sqlite3.Error."""
    names = dict(
        connection.execute("SELECT rootpage, name FROM sqlite_master WHERE type = 'table'")
    )
    opened: dict[int, str] = {}
    found = set()
    for _, code, one, two, *_ in connection.execute(f"EXPLAIN {sql}").fetchall():
        if code == "OpenRead":
            opened[one] = names.get(two, "")
        elif code in ("Rewind", "Last") and opened.get(one):
            found.add(opened[one])
    return frozenset(found)


def table(answers: dict[Question, Answer], stories: int, size: int) -> str:
    """What was found, as Markdown."""
    slow = sum(answer.seconds > LIMIT for answer in answers.values())
    lines = [
        "# Reading a large archive", "", "Written by `make bench-reading`.", "",
        f"{stories:,} invented stories, {size / stories / 1000:.1f} kB each in archive.db. Each"
        f" question is asked with nothing of the file in memory; {slow} of {len(answers)} took"
        f" more than {LIMIT:.0f} s.", "",
        "| question | s | rows | walks through |", "|---|---|---|---|",
    ]  # fmt: skip
    for question, answer in answers.items():
        name = question.name.replace("|", "\\|")
        walks = ", ".join(sorted(answer.walked))
        lines.append(f"| {name} | {answer.seconds:.3f} | {answer.rows:,} | {walks} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Build, ask, and say how it went. Returns 1 where an answer took too long."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stories", type=int, default=100_000)
    parser.add_argument("--archive", type=Path, help="one that is there, in place of a new one")
    opts = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="reading-"))
    try:
        folder = opts.archive or home / "archive"
        if opts.archive is None:
            build(folder, opts.stories)
        path = folder / FILE_NAME
        with closing(sqlite3.connect(path)) as connection:
            (stories,) = connection.execute("SELECT count(*) FROM articles").fetchone()
            asked = list(questions(connection))
        answers = {question: ask(path, question.sql) for question in asked}
        text = table(answers, stories, path.stat().st_size)
    finally:
        shutil.rmtree(home)
    print(text)
    if opts.archive is None and opts.stories >= 100_000:
        RESULTS.write_text(text, encoding="utf-8")
    return int(any(answer.seconds > LIMIT for answer in answers.values()))


if __name__ == "__main__":
    sys.exit(main())
