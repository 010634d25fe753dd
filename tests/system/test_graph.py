"""`scrapy graph`: the demo newspaper's stories as a graph, by the command a user types."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from pathlib import Path

import networkx
import pytest

from .conftest import ROOT, Archived, run_scrapy


def test_the_graph_on_standard_output_is_the_view_of_the_archive(archived: Archived) -> None:
    done = run_scrapy("graph", str(archived.folder))
    assert done.returncode == 0, done.stderr
    read = networkx.parse_graphml(done.stdout, force_multigraph=True)
    (count,) = archived.rows(
        "SELECT count(*) AS links, count(DISTINCT to_key) AS known FROM story_graph"
    )
    assert read.number_of_edges() == count["links"] > 100
    urls = {data["url"] for _, data in read.nodes(data=True) if data["archived"]}
    assert urls == {row["url"] for row in archived.rows("SELECT url FROM stories")}
    missing = {data["url"] for _, data in read.nodes(data=True) if not data["archived"]}
    assert missing == {row["url"] for row in archived.rows("SELECT url FROM missing_stories")}
    assert f"{read.number_of_nodes()} stories, {count['links']} links" in done.stderr


def test_the_file_name_says_the_format_and_options_what_is_in_it(
    archived: Archived, tmp_path: Path
) -> None:
    out = tmp_path / "edges.csv"
    done = run_scrapy(
        "graph", "-a", f"archive={archived.folder}", "--relation", "previous,next",
        "--since", "2026", "--site", archived.base, "-o", str(out),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    rows = list(csv.DictReader(io.StringIO(out.read_text(encoding="utf-8"))))
    (count,) = archived.rows(
        "SELECT count(*) AS n FROM story_graph WHERE relation IN ('previous', 'next')"
        " AND from_published_at >= '2026'"
    )
    assert len(rows) == count["n"] > 10
    assert {row["relation"] for row in rows} == {"previous", "next"}
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--relation", "friend"), "--relation friend is not one of previous,"),
        (("--since", "May"), "--since May is not a date: YYYY"),
        (("--until", "2026-02-30"), "--until 2026-02-30 is not a date"),
        (("-a", "folder=x"), "graph takes only -a archive=DIR"),
        (("-a", "archive=other"), "name one archive"),
        (("-o", "no/such/folder/graph.graphml"), "cannot write no/such/folder/graph.graphml"),
        (("-o", "."), "cannot write ."),
        (("-o", "no.xlsx"), "-o no.xlsx: a graph is written as .graphml, .xml, .csv; --format"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(
    archived: Archived, arguments: tuple[str, ...], message: str
) -> None:
    done = run_scrapy("graph", str(archived.folder), *arguments)
    assert done.returncode == 2
    assert done.stderr.startswith("scrapy graph: ")
    assert message in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_newspaper_that_is_not_there_leaves_no_file(archived: Archived, tmp_path: Path) -> None:
    out = tmp_path / "links.csv"
    done = run_scrapy("graph", str(archived.folder), "--site", "other.example", "-o", str(out))
    assert done.returncode == 7
    assert "--site other.example: the archive has no such newspaper" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_no_archive_is_said_in_one_line(tmp_path: Path) -> None:
    done = run_scrapy("graph", str(tmp_path))
    assert done.returncode == 2
    assert done.stderr.startswith(f"scrapy graph: no archive at {tmp_path}")


def test_a_reader_that_stops_early_gets_no_complaint(archived: Archived) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "scrapy", "graph", str(archived.folder)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as running:  # fmt: skip
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.read(10)
        running.stdout.close()
        assert running.stderr.read() == b""
        assert running.wait(60) == 141
