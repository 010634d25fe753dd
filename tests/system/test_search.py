"""`scrapy search`, and other tools on the archive's index, by the commands that users type."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from .conftest import Archived, loaded, run_loaded, run_scrapy
from .test_errors import complaint, fingerprint


def found(archived: Archived, *arguments: str) -> dict[str, Any]:
    done = run_scrapy("search", *arguments, "--json", "-a", f"archive={archived.folder}")
    assert done.returncode == 0, done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def test_stories_are_found_by_any_form_of_their_words(archived: Archived) -> None:
    before = fingerprint(archived.folder)
    document = found(archived, "rivers", "-s", "LOG_LEVEL=ERROR")
    assert document["total"] == len(document["hits"]) > 1
    for hit in document["hits"]:
        (row,) = archived.rows("SELECT title, body_text FROM stories WHERE url = ?", hit["url"])
        assert hit["title"] == row["title"]
        assert {"river", "River", "rivers", "Rivers"} & set(hit["found"])
    german = {hit["title"] for hit in found(archived, "Booten herbstmarkte")["hits"]}
    assert any("Herbstmarkt" in title for title in german)
    assert fingerprint(archived.folder) == before


def test_options_narrow_a_search_down(archived: Archived) -> None:
    everything = found(archived, "--limit", "1000")["total"]
    assert everything == archived.rows("SELECT count(*) AS n FROM stories")[0]["n"]
    narrow = found(
        archived, "--section", "Sport", "--since", "2025", "--until", "2026-12", "--lang", "de",
        "--site", archived.base, "--sort", "date",
    )  # fmt: skip
    assert 0 < narrow["total"] < everything
    assert narrow["total"] == archived.rows(
        "SELECT count(*) AS n FROM stories WHERE section = 'Sport' AND language LIKE 'de%'"
        " AND published_day BETWEEN '2025-01-01' AND '2026-12-31'"
    )[0]["n"]  # fmt: skip
    assert (
        found(archived, "section:sport lang:de since:2025 until:2026")["total"] == narrow["total"]
    )


def test_an_archive_that_is_named_twice_is_one(archived: Archived) -> None:
    again = archived.folder.parent / "." / archived.folder.name / "archive.db"
    document = found(archived, "rivers", "-a", f"archive={again}")
    assert "archives" not in document
    assert document["total"] == found(archived, "rivers")["total"]


def test_nobody_reads_on(archived: Archived) -> None:
    running = subprocess.Popen(
        [sys.executable, "-m", "scrapy", "search", "", "--json", "--limit", "1000",
         "-a", f"archive={archived.folder}"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert running.stdout is not None
    assert running.stderr is not None
    running.stdout.close()
    assert running.wait(60) == 141
    assert running.stderr.read() == b""
    running.stderr.close()


def test_hits_are_for_people_too(archived: Archived) -> None:
    argument = f"archive={archived.folder}"
    plain = run_scrapy("search", "rivers", "-a", argument, "--limit", "1")
    assert plain.returncode == 0
    assert "\x1b" not in plain.stdout
    assert "stories found, 1 shown, best first." in plain.stdout
    coloured = run_loaded(loaded(), "search", "rivers", "-a", argument, FORCE_COLOR="1")
    assert "\x1b[1;33mriver\x1b[0m" in coloured.stdout
    none = run_scrapy("search", "xyzzyx before:soon", "-a", argument)
    assert none.returncode == 0
    assert none.stdout == "No story found.\n"
    assert "before:soon is no date" in none.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("--fts", "title : ("), 2, "is no query in FTS5's syntax"),
        (("--since", "May"), 2, "--since May is not a date: write a year, month or day"),
        (("--limit", "0"), 2, "--limit 0 must be a number from 1 to 1,000"),
        (("--sort", "size"), 2, "argument --sort: invalid choice"),
        (("site:none.example",), 7, "site:none.example: the archive has no such newspaper"),
        (("--site", "none.example"), 7, "--site none.example: the archive has no such newspaper"),
        (("-a", "folder=x"), 2, "search takes only -a archive=DIR"),
    ],
)
def test_what_cannot_be_searched_is_told_in_one_line(
    archived: Archived, arguments: tuple[str, ...], code: int, message: str
) -> None:
    done = run_scrapy("search", *arguments, "-a", f"archive={archived.folder}")
    assert done.returncode == code
    assert message in complaint(done.stderr)


def test_several_archives_are_searched_at_once(archived: Archived, tmp_path: Path) -> None:
    copy = shutil.copytree(archived.folder, tmp_path / "copy")
    arguments = ("-a", f"archive={archived.folder}", "-a", f"archive={copy}")
    document = json.loads(run_scrapy("search", "river", "--json", *arguments).stdout)
    one, other = document["archives"]
    assert one["hits"] == other["hits"]
    assert one["archive"] != other["archive"]
    done = run_scrapy("search", "river", *arguments)
    assert done.stdout.count("stories found") == 2


def test_a_stranger_s_text_steers_no_terminal(archived: Archived, tmp_path: Path) -> None:
    copy = shutil.copytree(archived.folder, tmp_path / "copy")
    evil = "\x1b]52;c;aGk=\x07\u202eriver\x1b[31m"
    connection = sqlite3.connect(copy / "archive.db")
    (key,) = connection.execute("SELECT min(id) FROM authors").fetchone()
    connection.execute("UPDATE authors SET name = ? WHERE id = ?", (evil, key))
    connection.execute("DROP TRIGGER revisions_are_never_changed")
    connection.execute("UPDATE revisions SET title = ?, section = ?", (evil, evil))
    connection.execute("INSERT INTO stories_fts(stories_fts) VALUES ('rebuild')")
    connection.commit()
    connection.close()
    for options in ((), ("--json",)):
        done = run_loaded(
            loaded(), "search", "river", "-a", f"archive={copy}", *options, FORCE_COLOR="1"
        )
        assert done.returncode == 0
        assert "river" in done.stdout
        assert not {"\x1b]", "\x07", "\u202e", "\x1b[31m"} & {
            part for part in ("\x1b]", "\x07", "\u202e", "\x1b[31m") if part in done.stdout
        }


def test_other_tools_find_the_index(archived: Archived) -> None:
    tool = Path(sys.executable).with_name("sqlite-utils")
    done = subprocess.run(
        [tool, "search", archived.folder / "archive.db", "stories_fts", "river", "-c", "url"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert {row["url"] for row in json.loads(done.stdout)} == {
        row["url"] for row in archived.rows(
            "SELECT s.url FROM stories s JOIN stories_fts f ON f.rowid = s.id"
            " WHERE stories_fts MATCH 'river'"
        )
    }  # fmt: skip
    # what Datasette asks a database whose metadata it has not
    (index,) = archived.rows(
        "SELECT name FROM sqlite_master WHERE rootpage = 0 AND sql LIKE ?",
        '%VIRTUAL TABLE%USING FTS%content="stories"%',
    )
    assert index["name"] == "stories_fts"
    assert archived.rows(
        "SELECT url FROM stories WHERE rowid IN"
        " (SELECT rowid FROM stories_fts WHERE stories_fts MATCH 'river')"
    )


def test_metadata_for_datasette_is_made_of_the_descriptions(
    archived: Archived, tmp_path: Path
) -> None:
    out = tmp_path / "metadata.json"
    done = run_scrapy("export", "datasette", str(archived.folder), "-o", str(out))
    assert done.returncode == 0, done.stderr
    tables = json.loads(out.read_text(encoding="utf-8"))["databases"]["archive"]["tables"]
    described = archived.rows("SELECT * FROM descriptions")
    assert tables["stories"]["columns"]["title"] == "Headline."
    assert tables["stories"]["fts_table"] == "stories_fts"
    for row in described:
        table = tables[row["table_name"]]
        told = table["columns"][row["column_name"]] if row["column_name"] else table["description"]
        assert told == row["description"]
    hidden = {name for name, table in tables.items() if table.get("hidden")}
    assert {"_links", "_facets", "stories_fts", "_pairs_fts_data"} <= hidden
    assert not {"stories", "urls", "captures"} & hidden
    printed = run_scrapy("export", "datasette", str(archived.folder))
    assert printed.stdout == out.read_text(encoding="utf-8")
