"""`scrapy merge`: two newspapers that were crawled, one that points to the other."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.export.conftest import read_by_others
from tests.loopback import HTML, Answers, site
from tests.room.conftest import RunningRoom, browsing
from tests.system.conftest import Archived, crawl, run_scrapy
from tests.system.test_docs import QUERIES


def gazette(other: str) -> Answers:
    """A newspaper of three stories, one of which points to a story of another paper."""
    answers: Answers = {}
    links = "".join(
        f'<li><a href="/2026/03/0{n}/ferry-number-{n}-sails-again">Ferry {n} sails</a>'
        for n in (1, 2, 3)
    )
    answers["/"] = (200, HTML, f"<html><body><h1>Gazette</h1><ul>{links}</ul></body>".encode())
    for n in (1, 2, 3):
        told = "".join(
            f"<p>Ferry {n} sails again from pier {m}, the harbour master said on Monday, and takes"
            f" some forty people to the other side of the lake, who waited since autumn.</p>"
            for m in range(5)
        )
        items = "".join(
            f'<li><a href="{url}"><h3>{title}</h3></a></li>'
            for url, title in (
                ("/2026/03/01/ferry-number-1-sails-again", "Ferry number one sails again"),
                ("/2026/03/03/ferry-number-3-sails-again", "Ferry number three sails again"),
                (other, "Our neighbours have a mill that turns again"),
            )
        )
        more = f'<section class="related"><h2>Related stories</h2><ul>{items}</ul></section>'
        head = '<meta property="article:published_time" content="2026-03-04T09:30:00+00:00">'
        page = (
            f"<html lang=en><head><title>Ferry {n} sails</title>{head}</head><body><article>"
            f"<h1>Ferry {n} sails</h1>{told}{more if n == 2 else ''}</article></body></html>"
        )
        answers[f"/2026/03/0{n}/ferry-number-{n}-sails-again"] = (200, HTML, page.encode())
    return answers


@pytest.fixture(scope="module")
def papers(archived: Archived, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the archives of the demo newspaper and of the gazette."""
    folder = tmp_path_factory.mktemp("merge") / "papers"
    shutil.copytree(archived.folder, folder / "courier")
    (story,) = archived.rows(
        "SELECT url FROM stories WHERE title LIKE '%mill%' ORDER BY url LIMIT 1"
    )
    with site(gazette(str(story["url"]))) as url:
        done = crawl("news", folder / "gazette", site=url)
        assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def union(papers: Path) -> Path:
    path = papers.parent / "union.db"
    done = run_scrapy("merge", "-o", str(path), str(papers))
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("2 archives merged (0 unchanged since): ")
    return path


def ask(path: Path, sql: str, *values: object) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql, values).fetchall()


def test_a_link_from_paper_to_paper_leads_to_the_archived_story(papers: Path, union: Path) -> None:
    sql = "SELECT from_url, to_url, to_archived FROM story_graph WHERE from_title = 'Ferry 2 sails'"
    sql += " AND to_site <> from_site"
    ((_, target, alone),) = ask(papers / "gazette" / "archive.db", sql)
    ((_, there, archived),) = ask(union, sql)
    assert (alone, archived) == (0, 1)
    assert there == target
    missing = "SELECT count(*) FROM missing_stories WHERE url = ?"
    assert ask(papers / "gazette" / "archive.db", missing, target) == [(1,)]
    assert ask(union, missing, target) == [(0,)]


def test_a_union_has_what_its_archives_have(papers: Path, union: Path) -> None:
    for table in ("stories", "story_revisions", "captures", "runs", "urls", "warc_files", "images"):
        counts = [
            ask(papers / name / "archive.db", f"SELECT count(*) FROM {table}")[0][0]
            for name in ("courier", "gazette")
        ]
        assert ask(union, f"SELECT count(*) FROM {table}") == [(sum(map(int, map(str, counts))),)]
    assert ask(union, "SELECT DISTINCT substr(warc_file, 1, 8) FROM captures ORDER BY 1") == [
        ("courier/",), ("gazette/",)
    ]  # fmt: skip
    columns = "title, authors, published_utc, published_day, section, tags, body_text, confidence"
    for name in ("courier", "gazette"):
        sql = f"SELECT url, {columns} FROM stories ORDER BY url"
        alone = ask(papers / name / "archive.db", sql)
        assert [row for row in ask(union, sql) if row in alone] == alone


def test_the_cookbook_answers_its_questions_on_a_union(union: Path) -> None:
    with closing(sqlite3.connect(union)) as connection:
        answers = [connection.execute(sql).fetchall() for sql in QUERIES]
    assert sum(map(bool, answers)) > len(QUERIES) - 6


def test_verbs_that_read_read_a_union(union: Path, tmp_path: Path) -> None:
    ((ferry,),) = ask(union, "SELECT url FROM stories WHERE title = 'Ferry 2 sails'")
    place = str(union)
    for words, said in (
        (("search", "ferry", "-a", f"archive={place}"), "Ferry 1 sails"),
        (("status", place), "Sites"),
        (("runs", place), "Runs"),
        (("show", str(ferry), "--body", "-a", f"archive={place}"), "<h1>Ferry 2 sails</h1>"),
        (("graph", "-a", f"archive={place}", "-o", str(tmp_path / "g.graphml")), ""),
        (("export", "jsonl", place, "-o", str(tmp_path / "x.jsonl")), ""),
        (("findings", place), ""),
        (("report", place, "-o", str(tmp_path / "r.html")), ""),
    ):
        done = run_scrapy(*words)
        assert done.returncode == 0, (words, done.stderr)
        assert said in done.stdout, words
    lines = (tmp_path / "x.jsonl").read_text().splitlines()
    assert len({json.loads(line)["site"] for line in lines}) == 2


def test_verbs_that_write_or_need_warc_files_say_that_it_is_a_union(union: Path) -> None:
    before = union.read_bytes()
    place = str(union)
    for words in (
        ("crawl", "news", "-a", "site=http://127.0.0.1:9/", "-a", f"archive={place}"),
        ("import", __file__, "-a", f"archive={place}"), ("reextract", place), ("recheck", place),
        ("retry", place), ("verify", place), ("rebuild", place), ("export", "wacz", place),
        ("export", "cdxj", place), ("backup", f"{place}.bak", "-a", f"archive={place}"),
        ("prune", place, "--older-than", "1d"),
    ):  # fmt: skip
        done = run_scrapy(*words)
        assert done.returncode == 2, (words, done.stdout, done.stderr)
        assert "is a union of archives" in done.stderr, words
    assert union.read_bytes() == before


@pytest.fixture(scope="module")
def room(union: Path) -> Iterator[RunningRoom]:
    with browsing(union) as it:
        yield it


def test_a_union_is_browsed_with_the_captures_of_its_archives(
    union: Path, room: RunningRoom
) -> None:
    front = room.get("/")
    assert front.status in (200, 302)
    found = room.get("/in/union/search?q=ferry")
    assert found.status == 200
    assert "<mark>Ferry</mark> 2 sails" in found.body.decode()
    ((capture,),) = ask(
        union, "SELECT id FROM captures WHERE url LIKE '%ferry-number-2-sails-again'"
    )
    record = room.get(f"/in/union/capture/{capture}/record")
    assert record.status == 200
    assert record.body.startswith(b"\x1f\x8b")


def test_merged_once_more_nothing_is_written(papers: Path, union: Path) -> None:
    before = ask(union, "SELECT * FROM archives")
    done = run_scrapy("merge", "-o", str(union), f"{papers}/*")
    assert done.returncode == 0
    assert "2 archives merged (2 unchanged since): 0 stories new or changed" in done.stdout
    assert ask(union, "SELECT * FROM archives") == before


def test_a_damaged_archive_is_set_aside_and_counted(papers: Path, tmp_path: Path) -> None:
    folder = tmp_path / "papers"
    shutil.copytree(papers, folder)
    (folder / "courier" / "archive.db").write_bytes(b"SQLite format 3\0" + b"\1" * 9_000)
    listed = tmp_path / "archives.txt"
    listed.write_text(f"# ours\n{folder / 'courier'}\nferries={folder / 'gazette'}\n")
    for words in (("-o", str(tmp_path / "u.db")), ("--parquet", str(tmp_path / "lake"))):
        done = run_scrapy("merge", *words, f"@{listed}")
        assert done.returncode == 9, done.stderr
        assert "courier was set aside: " in done.stderr
        assert "1 of 2 archives set aside" in done.stderr
    assert ask(tmp_path / "u.db", "SELECT name, stories FROM archives") == [("ferries", 3)]


def test_wrong_arguments_are_one_clear_line(papers: Path, union: Path, tmp_path: Path) -> None:
    shutil.copytree(papers / "gazette", tmp_path / "other" / "gazette")
    for words, said in (
        ((), "name what to bring them into"),
        (("-o", "u.db"), "name archives"),
        (("-o", str(tmp_path / "u.db"), str(tmp_path / "nowhere")), "is not there"),
        (("-o", str(tmp_path), str(papers)), "a union is one file"),
        (("-o", str(papers / "courier" / "archive.db"), str(papers)), "is one of the archives"),
        (("-o", str(tmp_path / "archive.db"), str(papers)), "name it -o union.db"),
        (("-o", str(union), str(papers), str(tmp_path / "other")), "both called gazette"),
        (("-o", __file__, str(papers)), "is no union of archives"),
        (("--parquet", str(papers), str(papers)), "is no lake"),
        (("-o", str(tmp_path / "v.db"), f"@{tmp_path}/none"), "cannot be read"),
    ):
        done = run_scrapy("merge", *words)
        assert done.returncode == 2, done.stderr
        assert said in done.stderr
        assert len(done.stderr.splitlines()) == 1


# -- a lake ----------------------------------------------------------------------------------------

DUCKDB = """
import json, sys
import duckdb
lake = sys.argv[1]
stories = f"read_parquet('{lake}/*/stories/**/*.parquet', hive_partitioning=true)"
links = f"read_parquet('{lake}/*/links/**/*.parquet', hive_partitioning=true)"
print(json.dumps({
    "stories": duckdb.sql(
        f"SELECT archive, count(*), count(DISTINCT site) FROM {stories} GROUP BY 1 ORDER BY 1"
    ).fetchall(),
    "columns": duckdb.sql(f"SELECT * FROM {links} LIMIT 0").columns,
}))
"""


def test_duckdb_reads_a_lake_in_place_and_an_archive_rewrites_its_own_part(
    papers: Path, tmp_path: Path
) -> None:
    lake, folder = tmp_path / "lake", tmp_path / "papers"
    shutil.copytree(papers, folder)
    assert run_scrapy("merge", "--parquet", str(lake), str(folder / "courier")).returncode == 0
    before = {path: path.stat().st_mtime_ns for path in lake.rglob("*.parquet")}
    done = run_scrapy("merge", "--parquet", str(lake), str(folder))
    assert done.returncode == 0, done.stderr
    assert "2 archives in" in done.stdout
    assert "(1 unchanged since): 3 stories written" in done.stdout
    assert {path: path.stat().st_mtime_ns for path in before} == before
    said = read_by_others(DUCKDB, lake)
    (count,) = ask(papers / "courier" / "archive.db", "SELECT count(*) FROM stories")[0]
    assert said["stories"] == [["courier", count, 1], ["gazette", 3, 1]]
    assert {"archive", "site", "year", "month"} <= set(said["columns"])


def test_one_that_was_killed_leaves_a_lake_that_is_read_as_it_was(
    papers: Path, tmp_path: Path
) -> None:
    lake = tmp_path / "lake"
    assert run_scrapy("merge", "--parquet", str(lake), str(papers)).returncode == 0
    whole = read_by_others(DUCKDB, lake)["stories"]
    (lake / "_new").mkdir()
    shutil.copytree(lake / "archive=gazette", lake / "_new" / "archive=gazette")
    (next((lake / "_new").rglob("stories/**/*.parquet"))).write_bytes(b"PAR1")
    assert read_by_others(DUCKDB, lake)["stories"] == whole
    # between the two renamings; and what is not named now comes back, too
    (lake / "_old").mkdir()
    (lake / "archive=gazette").rename(lake / "_old" / "archive=gazette")
    done = run_scrapy("merge", "--parquet", str(lake), str(papers / "courier"))
    assert done.returncode == 0, done.stderr
    assert read_by_others(DUCKDB, lake)["stories"] == whole
    assert not any((lake / name).exists() for name in ("_new", "_old"))


def test_what_a_version_with_other_columns_wrote_is_written_anew(
    papers: Path, tmp_path: Path
) -> None:
    lake = tmp_path / "lake"
    assert run_scrapy("merge", "--parquet", str(lake), str(papers)).returncode == 0
    about = lake / "archive=gazette" / "_about.json"
    about.write_text(json.dumps(json.loads(about.read_text()) | {"columns": "others"}))
    done = run_scrapy("merge", "--parquet", str(lake), str(papers))
    assert "(1 unchanged since): 3 stories written" in done.stdout


def test_an_archive_of_an_odd_name_has_its_place_in_a_lake(papers: Path, tmp_path: Path) -> None:
    odd = tmp_path / "El País, Río=1"
    shutil.copytree(papers / "gazette", odd)
    done = run_scrapy("merge", "--parquet", str(tmp_path / "lake"), str(odd))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "lake" / f"archive={quote(odd.name, safe='')}" / "stories").is_dir()
