"""Stories go out whole: as CSV, JSON Lines and Parquet, read back by other people's tools."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from crawler.archive import exported
from crawler.archive.database import open_for_reading
from crawler.archive.export_tables import TABLES
from crawler.archive.store import Store
from crawler.export.rights import terms
from crawler.export.source import Source
from crawler.items import Capture, Visit
from crawler.search import parse
from tests.system.conftest import run_scrapy

from .conftest import STORIES, TDM, read_by_others


def out(archive: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run_scrapy("export", *arguments, str(archive))


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def lines_of(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.split("\n") if line]


def exported_rows(archive: Path, name: str = "stories", words: str = "") -> list[dict[str, Any]]:
    with open_for_reading(archive) as db:
        exported.look_with(db.conn, terms)
        exported.choose(db.conn, parse(words))
        exported.choose_captures(db.conn, None, whole=not words)
        return list(Source(db.conn).rows(TABLES[name]))


def test_rows_are_by_newspaper_day_and_address_with_real_dates(archive: Path) -> None:
    rows = exported_rows(archive)
    assert [row["url"].partition("//")[2] for row in rows] == [
        "gazette.example/a", "gazette.example/z", "news.example/year", "news.example/quote",
        "news.example/flood", "news.example/mill", "news.example/undated",
    ]  # fmt: skip
    by_url = {row["url"].rpartition("/")[2]: row for row in rows}
    flood = by_url["flood"]
    assert flood["published_at"] == "2026-01-05T08:30:00+01:00"
    assert flood["published_utc"] == datetime(2026, 1, 5, 7, 30, tzinfo=UTC)
    assert flood["published_day"] == date(2026, 1, 5)
    assert flood["authors"] == ["Ada Brook", "José Núñez, M.P."]
    assert flood["links"][1]["story_url"] == "https://news.example/mill"
    assert flood["links"][0]["story_url"] is None
    assert flood["images"][0]["caption"] == "The mill"
    assert flood["reserved"] == ["train-ai"]
    # the words are there where no calendar or clock has them
    assert (by_url["mill"]["published_utc"], by_url["mill"]["published_day"]) == (
        None, date(2026, 1, 5),
    )  # fmt: skip
    assert (by_url["quote"]["published_day"], by_url["quote"]["published_at"]) == (None, "2025-12")
    assert by_url["z"]["published_day"] == date(2026, 3, 31)
    assert by_url["z"]["published_utc"] == datetime(2026, 4, 1, 4, 30, tzinfo=UTC)
    # each value leads to the record that it was read from
    assert (flood["revisions"], flood["title"]) == (2, "Flood, “the very worst”")
    assert (flood["warc_file"], flood["warc_offset"], flood["record_id"]) == (
        "t.warc.gz", 700, "<urn:uuid:7>",
    )  # fmt: skip


def test_the_other_tables_follow_the_stories_that_are_chosen(archive: Path) -> None:
    revisions = exported_rows(archive, "revisions", "site:news.example")
    assert [(row["number"], row["is_newest"]) for row in revisions if "flood" in row["url"]] == [
        (1, False), (2, True),
    ]  # fmt: skip
    assert {row["site"] for row in revisions} == {"news.example"}
    assert len(exported_rows(archive, "links")) == 2
    assert exported_rows(archive, "links", "site:gazette.example") == []
    assert len(exported_rows(archive, "captures")) == 9  # the home page's, too
    captures = exported_rows(archive, "captures", "flood")
    assert [row["url"] for row in captures] == [
        "https://gazette.example/a", "https://news.example/flood", "https://news.example/flood",
    ]  # fmt: skip


def test_csv_is_read_back_as_it_is_and_runs_nothing(archive: Path) -> None:
    done = out(archive, "csv")
    rows = rows_of(done.stdout)
    assert done.stderr == "7 stories\n"
    assert len(rows) == 7
    by_url = {row["url"].rpartition("/")[2]: row for row in rows}
    assert by_url["flood"]["standfirst"] == "Line one\nline two"
    assert json.loads(by_url["flood"]["authors"]) == ["Ada Brook", "José Núñez, M.P."]
    assert by_url["mill"]["title"] == '\'=HYPERLINK("http://evil.example";"x")'
    assert by_url["mill"]["section"] == "'-2+3"
    assert by_url["year"]["title"] == "'＝1+1 in full width"
    assert by_url["flood"]["published_utc"] == "2026-01-05T07:30:00Z"
    assert not [
        value for row in rows for value in row.values() if value.startswith(("=", "+", "@", "\t"))
    ]
    as_it_is = {
        row["url"].rpartition("/")[2]: row for row in rows_of(out(archive, "csv", "--raw").stdout)
    }
    assert as_it_is["mill"]["section"] == "-2+3"


def test_csv_for_excel_begins_with_a_mark_and_lines_end_as_rfc_4180_has_it(
    archive: Path, tmp_path: Path
) -> None:
    done = out(archive, "csv", "--excel", "-o", str(tmp_path / "x.csv"))
    assert done.returncode == 0, done.stderr
    data = (tmp_path / "x.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbfurl,site,")
    assert data.count(b"\r\n") > 7
    assert b"\0" not in data


SAME = """
import json, sys
import pandas, polars, duckdb
csv, lines, parts, one = sys.argv[1:]
said = {}
frame = pandas.read_csv(csv, parse_dates=["published_utc", "published_day"])
said["csv"] = [len(frame), str(frame["published_utc"].dtype).split("[")[0], sorted(frame.url)]
said["polars"] = sorted(polars.read_ndjson(lines, infer_schema_length=None)["url"])
whole = f"{parts}/**/*.parquet"
said["duckdb"] = duckdb.sql(
    f"SELECT url, site, year, month, title FROM read_parquet('{whole}', hive_partitioning=true)"
    " ORDER BY url"
).fetchall()
said["types"] = dict(duckdb.sql(f"DESCRIBE SELECT * FROM '{one}'").df()[
    ["column_name", "column_type"]].values.tolist())
said["authors"] = duckdb.sql(
    f"SELECT a, count(*) FROM (SELECT unnest(authors) AS a FROM '{one}') GROUP BY a ORDER BY a"
).fetchall()
said["links"] = duckdb.sql(f"SELECT sum(len(links)) FROM '{one}'").fetchall()[0][0]
said["pandas"] = pandas.read_parquet(parts).groupby("site", observed=True).size().to_dict()
said["polars parts"] = polars.read_parquet(whole, hive_partitioning=True).height
print(json.dumps(said, default=str))
"""


def test_pandas_polars_and_duckdb_read_the_same_stories(archive: Path, tmp_path: Path) -> None:
    names = {"csv": tmp_path / "a.csv", "jsonl": tmp_path / "a.jsonl",
             "parquet": tmp_path / "a.parquet"}  # fmt: skip
    for form, path in names.items():
        assert out(archive, form, "-o", str(path)).returncode == 0
    assert out(archive, "parquet", "-o", str(tmp_path / "set")).returncode == 0
    said = read_by_others(
        SAME, names["csv"], names["jsonl"], tmp_path / "set/data/stories", names["parquet"]
    )
    urls = sorted(article.url for article, _ in STORIES)
    assert said["csv"] == [7, "datetime64", urls]
    assert said["polars"] == urls
    assert [row[0] for row in said["duckdb"]] == urls
    by_url = {row[0].rpartition("/")[2]: row for row in said["duckdb"]}
    assert by_url["flood"][1:4] == ["news.example", 2026, 1]
    assert by_url["year"][2:4] == [2024, 0]
    assert by_url["undated"][2:4] == [0, 0]
    assert said["types"]["published_utc"] == "TIMESTAMP WITH TIME ZONE"
    assert said["types"]["published_day"] == "DATE"
    assert said["types"]["authors"] == "VARCHAR[]"
    assert said["types"]["links"].startswith("STRUCT(")
    assert ["Ada Brook", 2] in said["authors"]
    assert said["links"] == 2
    assert said["pandas"] == {"gazette.example": 2, "news.example": 5}
    assert said["polars parts"] == 7


VALID = """
import json, sys
import jsonschema
said = {}
for name in sys.argv[2:]:
    schema = json.load(open(f"{sys.argv[1]}/{name}.schema.json"))
    check = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    said[name] = [[e.message for e in check.iter_errors(json.loads(line))]
                  for line in open(f"{sys.argv[1]}/{name}.jsonl", encoding="utf-8")]
print(json.dumps(said))
"""


def test_dates_that_no_calendar_has_lose_no_row(tmp_path: Path) -> None:
    parquet = pytest.importorskip("crawler.export.parquet")
    table = replace(TABLES["stories"], columns=TABLES["stories"].columns[:3])
    rows = [
        ({"url": f"{month}", "site": "news.example", "title": ""}, month)
        for month in ("", "soon", "2026-01", "sooner", None)
    ]
    parquet.write_partitions(tmp_path / "stories", table, rows)
    read = [file.relative_to(tmp_path).as_posix() for file in tmp_path.rglob("*.parquet")]
    assert sorted(read) == [
        "stories/site=news.example/year=0/month=0/part-0.parquet",
        "stories/site=news.example/year=0/month=0/part-1.parquet",
        "stories/site=news.example/year=2026/month=1/part-0.parquet",
    ]


def test_a_line_is_as_its_schema_says(archive: Path, tmp_path: Path) -> None:
    every = ",".join(TABLES)
    assert out(archive, "jsonl", "-o", str(tmp_path / "set"), "--table", every).returncode == 0
    said = read_by_others(VALID, tmp_path / "set" / "data", *TABLES)
    assert list(said) == list(TABLES)
    for name, wrong in said.items():
        assert wrong, name
        assert not any(wrong), (name, wrong)


CARD = """
import json, logging, sys
logging.disable()
import mlcroissant, frictionless
said = []
for folder in sys.argv[1:]:
    croissant = mlcroissant.Dataset(f"{folder}/croissant.json")
    about = croissant.metadata
    report = frictionless.Package(f"{folder}/datapackage.json").validate()
    said.append({
        "errors": sorted(about.ctx.issues.errors),
        "conforms": [str(each) for each in about.conforms_to],
        "records": {r.name: sum(1 for _ in croissant.records(r.uuid)) for r in about.record_sets},
        "package": [report.valid, [t.name for t in report.tasks], report.flatten(["message"])],
    })
print(json.dumps(said))
"""


def test_the_card_of_a_data_set_is_valid_for_croissant_and_frictionless(
    archive: Path, tmp_path: Path
) -> None:
    forms = ("csv", "jsonl", "parquet")
    for form in forms:
        folder = tmp_path / form
        done = out(archive, form, "-o", str(folder), "--table", "stories,links")
        assert (done.returncode, done.stderr) == (0, f"7 stories, 2 links in {folder}\n")
        lines = (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
        told = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
        files = [path for path in folder.rglob("*.*") if path.is_file()]
        assert told == {
            path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in files
        }
    for form, said in zip(
        forms, read_by_others(CARD, *(tmp_path / form for form in forms)), strict=True
    ):
        resources = [] if form == "parquet" else ["stories", "links"]
        assert said == {
            "errors": [],
            "conforms": ["http://mlcommons.org/croissant/1.1"],
            "records": {"stories": 7, "links": 2},
            "package": [True, [*resources, "coverage"], []],
        }, form


@pytest.mark.parametrize(
    ("options", "number"),
    [
        ([], 9),
        (["--site", "gazette.example"], 2),
        (["--query", "edited:yes"], 2),
        (["--site", "gazette.example", "--query", "site:news.example"], 8),
    ],
)
def test_captures_are_those_of_the_chosen_stories(
    archive: Path, options: list[str], number: int
) -> None:
    done = out(archive, "jsonl", "--table", "captures", *options)
    assert len(lines_of(done.stdout)) == number


def test_a_reservation_counts_that_was_made_after_the_text_was_read(
    archive: Path, tmp_path: Path
) -> None:
    copy = shutil.copytree(archive, tmp_path / "archive")
    late, _ = STORIES[-1]
    store = Store(copy)
    store.begin_run("news", {"site": "https://gazette.example/"}, "Hemeroteca/9", "2026-02-01")
    capture = Capture(
        url=late.url, fetched_at="2026-02-01T12:00:00.000000+00:00", status=200,
        content_type="text/html", payload_digest="sha256:late", payload_bytes=9,
        record_id="<urn:uuid:late>", warc_file="t.warc.gz", warc_offset=9_900, warc_length=90,
        reservations=(TDM,),
    )  # fmt: skip
    store.record([Visit(late.url, "page", "done", captures=(capture,), article=late)])
    store.close()
    rows = lines_of(out(copy, "jsonl", "--site", "gazette.example").stdout)
    assert [row["reserved"] for row in rows] == [["tdm", "train-ai"], ["tdm"]]
    for table in ("stories", "revisions", "captures"):
        done = out(copy, "jsonl", "--respect", "tdm", "--table", table)
        assert not [row for row in lines_of(done.stdout) if "tdm" in row["reserved"]]
        assert "3 stories are left out that reserve tdm" in done.stderr


def test_a_card_says_what_is_there_and_what_is_not(archive: Path, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    assert out(archive, "csv", "-o", str(folder), "--respect", "tdm").returncode == 0
    text = (folder / "README.md").read_text(encoding="utf-8")
    assert "5 stories of gazette.example, news.example" in text
    assert (
        "| [news.example](https://news.example/) | 4 | 2026-01-05 | 2026-01-05 | 2024: 1, 2026: 2 |"
        in text
    )
    assert "- 2 stories are left out that reserve tdm." in text
    assert "| train-ai | 1 |" in text
    assert "| published_utc | 40.0% |" in text
    assert "columns warc_file, warc_offset" in text
    assert "column sources" not in text  # which CSV has no column for
    assert "data set, version 2026.1.6" in text.lower()
    coverage = (folder / "coverage.csv").read_text()
    assert "news.example,2026-01,2" in coverage
    assert json.loads((folder / "croissant.json").read_text())["dateModified"].startswith(
        "2026-01-06T13:00"
    )


def test_the_same_archive_gives_the_same_bytes(archive: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        assert out(archive, "parquet", "-o", str(tmp_path / name)).returncode == 0
    files = [p.relative_to(tmp_path / "one") for p in (tmp_path / "one").rglob("*") if p.is_file()]
    assert len(files) > 8
    for file in files:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


@pytest.mark.parametrize(
    ("options", "found"),
    [
        (["--site", "gazette.example"], ["a", "z"]),
        (["--since", "2026-01", "--until", "2026-01"], ["flood", "mill"]),
        (["--author", "Ada Brook"], ["a", "flood"]),
        (["--section", "News"], ["flood"]),
        (["--lang", "ja"], ["year"]),
        (["--query", "worse OR late"], ["flood", "z"]),
        (["--query", "site:news.example worse"], ["flood"]),
        (["--respect", "tdm,train-ai"], ["mill", "undated", "year", "z"]),
        (["--respect", "ai-use,license", "--site", "gazette.example"], ["a", "z"]),
    ],
)  # fmt: skip
def test_stories_are_chosen(archive: Path, options: list[str], found: list[str]) -> None:
    done = out(archive, "jsonl", *options)
    assert done.returncode == 0, done.stderr
    assert sorted(row["url"].rpartition("/")[2] for row in lines_of(done.stdout)) == found


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("SELECT article_id FROM edited_stories -- all\n; -- no more", ["flood"]),
        ("SELECT URL, ';' FROM stories WHERE title LIKE 'Late%'", ["z"]),
        ("SELECT id, title FROM stories WHERE section IS NOT NULL", ["flood", "mill"]),
        ("WITH x AS (SELECT url FROM stories WHERE site = 'gazette.example') SELECT * FROM x",
         ["a", "z"]),
    ],
)  # fmt: skip
def test_stories_are_chosen_by_sql(
    archive: Path, tmp_path: Path, sql: str, found: list[str]
) -> None:
    (tmp_path / "q.sql").write_text(sql)
    done = out(archive, "jsonl", "--sql", str(tmp_path / "q.sql"))
    assert sorted(row["url"].rpartition("/")[2] for row in lines_of(done.stdout)) == found


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("", "empty"),
        ("DELETE FROM articles", "no SELECT"),
        ("SELECT 1", "name no stories"),
        ("SELECT id FROM stories; DROP TABLE runs", "more than one statement"),
        ("SELECT id FROM storeys", "no such table"),
        ("ATTACH 'x.db' AS x", "no SELECT"),
        ("SELECT id FROM stories) UNION SELECT 1 --", "no SELECT"),
    ],
)
def test_sql_that_names_no_stories_is_refused(
    archive: Path, tmp_path: Path, sql: str, says: str
) -> None:
    (tmp_path / "q.sql").write_text(sql)
    done = out(archive, "csv", "--sql", str(tmp_path / "q.sql"))
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("options", "code", "says"),
    [
        (["csv", "--table", "story"], 2, "csv has stories, revisions, links, captures"),
        (["csv", "--table", "stories,links"], 2, "one file holds one table"),
        (["csv", "-o", "x.parquet"], 2, "csv is written to a file that ends in .csv"),
        (["jsonl", "--raw"], 2, "for csv"),
        (["csv", "-o", "."], 2, "a folder of its own"),
        (["csv", "--respect", " , "], 2, "names nothing"),
        (["csv", "--table", ""], 2, "names nothing"),
        (["csv", "--respect", "tdn"], 2, "nosnippet, search, tdm, train-ai"),
        (["csv", "--site", "other.example"], 7, "no such newspaper"),
        (["csv", "--author", "Nobody Atall"], 7, "no stories to export"),
        (["csv", "--since", "yesterdayish"], 2, "not a date"),
        (["csv", "--sql", "/nowhere/q.sql"], 2, "cannot be read"),
        (["cdxj", "--author", "Ada"], 2, "--author is for stories"),
        (["xlsx"], 2, "say what to export"),
    ],
)
def test_what_cannot_be_is_refused_in_a_line(
    archive: Path, options: list[str], code: int, says: str
) -> None:
    done = out(archive, *options)
    assert (done.returncode, done.stdout) == (code, ""), done.stderr
    assert says in done.stderr
