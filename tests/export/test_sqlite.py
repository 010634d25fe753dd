"""A SQLite file of stories opens in other people's tools, and is the same file each time."""

from __future__ import annotations

import asyncio
import io
import json
import sqlite3
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from datasette.app import Datasette
from sqlite_utils import Database

from crawler.archive.export_tables import TABLES, Table
from crawler.export.formats import FORMATS
from crawler.export.sqlite_file import write
from crawler.export.values import Row
from tests.system.conftest import ROOT, run_scrapy

from .conftest import NEWS, STORIES

ALL = "stories,revisions,links,captures"


@pytest.fixture(scope="module")
def data_set(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sqlite") / "shared"
    done = run_scrapy("export", "sqlite", str(archive), "-o", str(folder), "--table", ALL)
    assert done.returncode == 0, done.stderr
    return folder / "data"


@pytest.fixture
def db(data_set: Path) -> Iterator[sqlite3.Connection]:
    uri = f"file:{data_set / 'stories.db'}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True)) as connection:
        yield connection


def test_tables_have_types_keys_and_what_they_are_pointed_to_by(db: sqlite3.Connection) -> None:
    assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert db.execute("PRAGMA foreign_key_check").fetchall() == []
    assert db.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    assert db.execute("PRAGMA freelist_count").fetchone() == (0,)
    strict = {name: flag for _, name, _, _, _, flag in db.execute("PRAGMA table_list")}
    for name in TABLES:
        assert strict[name] == 1
    keys = {
        name: [row[1] for row in db.execute(f"PRAGMA table_info({name})") if row[5]]
        for name in TABLES
    }
    assert keys == {
        "stories": ["id"], "revisions": ["url", "number"], "captures": ["record_id"],
        "links": [],
    }  # fmt: skip
    assert db.execute("SELECT count(*) FROM stories").fetchone() == (len(STORIES),)


def test_values_are_those_of_the_archive(db: sqlite3.Connection) -> None:
    row = db.execute(
        "SELECT title, json_extract(authors, '$[1]'), published_utc, published_day,"
        " read_time_shown, json_extract(images, '$[0].width'),"
        " typeof(confidence) FROM stories WHERE url = ?",
        (f"{NEWS}/flood",),
    ).fetchone()
    assert row[:6] == (
        "Flood, “the very worst”", "José Núñez, M.P.", "2026-01-05T07:30:00Z", "2026-01-05", 1,
        640,
    )  # fmt: skip
    linked = db.execute(
        "SELECT l.relation, t.title, l.to_url FROM links l JOIN stories s ON s.id = l.story_id"
        " LEFT JOIN stories t ON t.id = l.to_story_id WHERE s.url = ? ORDER BY l.relation",
        (f"{NEWS}/flood",),
    ).fetchall()
    assert linked == [
        ("next", None, f"{NEWS}/never-archived"),
        ("related", '=HYPERLINK("http://evil.example";"x")', None),
    ]


def test_every_column_is_described(db: sqlite3.Connection) -> None:
    for table in FORMATS["sqlite"].tables:
        columns = {row[1] for row in db.execute(f"PRAGMA table_info({table.name})")}
        told = dict(
            db.execute(
                "SELECT column_name, description FROM descriptions WHERE table_name = ?",
                (table.name,),
            )
        )
        assert set(told) == columns | {""}
        assert all(told.values())


def test_search_finds_without_accents_also_vacuumed(data_set: Path, tmp_path: Path) -> None:
    path = tmp_path / "copy.db"
    path.write_bytes((data_set / "stories.db").read_bytes())
    with closing(Database(path)) as db:
        db.table("stories").delete_where("url = ?", [f"{NEWS}/year"])
        db.vacuum()
        found = [row["url"] for row in db.table("stories").search("vERY wórst", columns=["url"])]
    assert found == [f"{NEWS}/flood"]


def test_the_same_archive_gives_the_same_bytes_to_a_file_and_a_pipe(
    archive: Path, data_set: Path, tmp_path: Path
) -> None:
    path = tmp_path / "stories.sqlite"
    done = run_scrapy("export", "sqlite", str(archive), "-o", str(path), "--table", ALL)
    assert done.returncode == 0, done.stderr
    assert path.read_bytes() == (data_set / "stories.db").read_bytes()
    assert list(tmp_path.iterdir()) == [path]
    command = [sys.executable, "-m", "scrapy", "export", "sqlite", str(archive), "--table", ALL]
    piped = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    assert piped.stdout == path.read_bytes()


def test_stories_and_links_are_what_it_has_where_nothing_is_asked_for(
    archive: Path, tmp_path: Path
) -> None:
    path = tmp_path / "stories.db"
    run_scrapy("export", "sqlite", str(archive), "-o", str(path))
    with closing(Database(path)) as db:
        names = {name for name in db.table_names() if not name.startswith("stories_fts")}
    assert names == {"stories", "links", "descriptions"}
    run_scrapy("export", "sqlite", str(archive), "-o", str(path), "--table", "links")
    with closing(Database(path)) as db:
        assert {"links", "stories"} <= set(db.table_names())  # which links point to


def test_datasette_shows_and_searches_it(data_set: Path) -> None:
    told = json.loads((data_set / "metadata.json").read_text(encoding="utf-8"))

    async def ask(*paths: str) -> list[str]:
        app = Datasette(files=[str(data_set / "stories.db")], metadata=told)
        await app.invoke_startup()
        answers = [await app.client.get(path) for path in paths]
        assert [answer.status_code for answer in answers] == [200] * len(paths)
        return [answer.text for answer in answers]

    table, found, row = asyncio.run(
        ask("/stories/stories?_facet=site", "/stories/stories.json?_search=worst",
            "/stories/stories/5")
    )  # fmt: skip
    assert "a story, in its newest revision" in table
    assert "Publication date as the page tells it" in table
    assert json.loads(found)["filtered_table_rows_count"] == 1
    assert "/stories/links?story_id=5" in row  # what points to it is one click away


class Nowhere(io.BytesIO):
    def write(self, data: object) -> int:
        return 0


def test_memory_does_not_grow_with_the_stories() -> None:
    table = next(each for each in FORMATS["sqlite"].tables if each.name == "stories")

    def rows(_: Table) -> Iterator[Row]:
        for n in range(400):
            row: Row = {column.name: None for column in table.columns}
            yield {**row, "url": f"{NEWS}/{n}", "title": "Mill", "body_text": "x" * 10_000}

    tracemalloc.start()
    try:
        write(Nowhere(), [table], rows)
        assert tracemalloc.get_traced_memory()[1] < 3_000_000  # a chunk of the file, no more
    finally:
        tracemalloc.stop()
