"""`scrapy prune`: captures that nothing needs go, stories stay."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.fixity.archive import verify
from tests.loopback import Answers, page, site

from .conftest import crawl, query, run_scrapy
from .test_runs import story

PATHS = [f"/2024/11/{number:02}/ferry-number-{number}-late" for number in range(1, 4)]
STORIES = "SELECT url, title, body_text, revisions FROM stories ORDER BY url"
REVISIONS = "SELECT url, number, title FROM story_revisions ORDER BY url, number"
COUNT = "SELECT count(*) AS n FROM captures"


@pytest.fixture(scope="module")
def visited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A newspaper of three stories, visited four times; one was edited."""
    folder = tmp_path_factory.mktemp("prune") / "a"
    answers: Answers = {"/": page(*PATHS), **{p: story(n) for n, p in enumerate(PATHS, 1)}}
    with site(answers) as home:
        for number in range(4):
            if number == 2:
                status, headers, body = answers[PATHS[0]]
                new = body.replace(b"Ferry number 1 is late", b"Ferry number 1 never came at all")
                answers[PATHS[0]] = (status, headers, new)
            assert crawl("news", folder, site=home, revisit="now").returncode == 0
        time.sleep(1.1)  # a span counts from a whole second
        yield folder, home


def copy(folder: Path, to: Path) -> Path:
    shutil.copytree(folder, to)
    return to


def prune(folder: Path, *more: str) -> str:
    done = run_scrapy("prune", str(folder), "--older-than", "0d", *more)
    assert done.returncode == 0, done.stderr
    return done.stdout


def sound(folder: Path) -> None:
    report = verify(folder, processes=1)
    assert (report.damage, report.notices) == ([], [])


def test_without_yes_nothing_is_changed(visited: tuple[Path, str], tmp_path: Path) -> None:
    folder = copy(visited[0], tmp_path / "a")
    before = {p.name: p.read_bytes() for p in (folder / "warc").iterdir()}
    said = prune(folder, "--keep", "none")
    assert said.startswith("Would be pruned: ")
    assert {p.name: p.read_bytes() for p in (folder / "warc").iterdir()} == before
    assert query(folder, "SELECT * FROM prunings") == []


def test_what_is_pruned_is_gone_and_every_story_is_there(
    visited: tuple[Path, str], tmp_path: Path
) -> None:
    folder = copy(visited[0], tmp_path / "a")
    stories, revisions = query(folder, STORIES), query(folder, REVISIONS)
    captures = query(folder, COUNT)[0]["n"]
    assert prune(folder, "--keep", "none", "--yes").startswith("Pruned: ")
    (pruning,) = query(folder, "SELECT * FROM prunings")
    assert query(folder, COUNT)[0]["n"] == captures - pruning["captures"] < captures
    assert len(query(folder, "SELECT * FROM pruned_captures")) == pruning["captures"]
    assert query(folder, STORIES) == stories
    assert query(folder, REVISIONS) == revisions
    sound(folder)
    lonely = (
        "SELECT a.url FROM articles a WHERE NOT EXISTS (SELECT 1 FROM revisions r"
        " JOIN captures c ON c.id = r.capture_id WHERE r.article_id = a.id)"
    )
    assert query(folder, lonely) == []
    assert "nothing" in prune(folder, "--keep", "none")

    again = copy(folder, tmp_path / "r")
    (again / "archive.db").unlink()
    assert run_scrapy("rebuild", str(again)).returncode == 0
    assert query(again, STORIES) == stories
    kept = "SELECT uuid, at, policy, captures, bytes FROM prunings"
    assert query(again, kept) == query(folder, kept)
    assert len(query(again, "SELECT * FROM pruned_captures")) == pruning["captures"]
    sound(again)

    assert crawl("news", folder, site=visited[1], revisit="now").returncode == 0
    assert query(folder, STORIES) == stories
    sound(folder)


def test_one_of_each_month_is_kept(visited: tuple[Path, str], tmp_path: Path) -> None:
    folder = copy(visited[0], tmp_path / "a")
    prune(folder, "--yes")
    rows = query(
        folder,
        "SELECT u.url, count(*) AS n FROM captures c JOIN urls u ON u.id = c.url_id GROUP BY 1",
    )
    assert min(row["n"] for row in rows) >= 1
    sound(folder)


def test_mistakes_are_told(visited: tuple[Path, str]) -> None:
    for code, words, given in (
        (2, "--older-than is needed", []),
        (2, "as in 90d", ["--older-than", "soon"]),
        (2, "is before the year 1", ["--older-than", "9999y"]),
        (2, "there are day", ["--older-than", "1d", "--keep", "hour"]),
        (7, "no such newspaper", ["--older-than", "1d", "--site", "nobody.example"]),
    ):
        done = run_scrapy("prune", str(visited[0]), *given)
        assert (done.returncode, words in done.stderr) == (code, True), done.stderr
    assert "nothing of before" in run_scrapy("prune", str(visited[0]), "--older-than", "1y").stdout
