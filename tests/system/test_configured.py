"""`hemeroteca.toml`: written by `scrapy init`, followed by `scrapy crawl news`."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from subprocess import Popen

import pytest

from crawler.demo.server import serve
from tests.loopback import Answers, page, site

from .conftest import FULL_SPEED, ROOT, Archived, query, run_scrapy
from .test_runs import story

pytestmark = pytest.mark.usefixtures("loaded_commands")

PRIVATE = ("-a", "allow_private=1", *FULL_SPEED)


@pytest.fixture(scope="module")
def two() -> Iterator[tuple[str, str]]:
    """Two newspapers."""
    with serve("morning") as one, serve("morning") as other:
        yield one, other


def configured(folder: Path, text: str) -> str:
    path = folder / "hemeroteca.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def hosts(archive: Path) -> dict[str, int]:
    rows = query(archive, "SELECT host, stories FROM sites WHERE stories > 0")
    return {row["host"]: row["stories"] for row in rows}


def test_one_run_fetches_all_papers_and_asks_each_what_is_asked_of_it(
    tmp_path: Path, two: tuple[str, str]
) -> None:
    one, other = two
    path = configured(
        tmp_path,
        f"[defaults]\nrevisit_after = ['2 hours']\n[papers.all]\naddress = '{one}'\n"
        f"[papers.few]\naddress = '{other}'\nsince = '2024-11'\nscope = 'host'\n"
        "revisit_after = []\n",
    )
    done = run_scrapy("crawl", "news", "--config", path, *PRIVATE)
    assert done.returncode == 0, done.stderr
    archive = tmp_path / "archive"
    runs = query(archive, "SELECT arguments FROM runs")
    assert [json.loads(row["arguments"])["paper"] for row in runs] == ["all,few"]
    papers = query(archive, "SELECT * FROM run_papers WHERE outcome = 'finished' ORDER BY paper")
    assert [(row["paper"], row["since"]) for row in papers] == [("all", None), ("few", "2024-11")]
    assert "Run 1 of 2 papers, " in done.stdout
    for row in papers:
        assert row["new_articles"] > 0
        assert f"  {row['paper']}: {row['new_articles']} new, 0 revised" in done.stdout
    found = hosts(archive)
    assert len(found) == 2
    oldest = {
        row["site"]: row["oldest"]
        for row in query(
            archive, "SELECT site, min(published_day) AS oldest FROM stories GROUP BY 1"
        )
    }
    few = next(host for host in found if f"http://{host}" == other)
    assert oldest.pop(few) >= "2024-11"
    assert min(oldest.values()) < "2024-11"
    due = query(
        archive,
        "SELECT s.host, count(u.due_at) AS due FROM urls u JOIN sites s ON s.id = u.site_id"
        " JOIN articles a ON a.id = u.article_id WHERE u.state = 'done' GROUP BY 1",
    )
    assert {row["host"]: row["due"] for row in due}[few] == 0


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_archive_for_each_paper_and_one_that_fails_stops_no_other(
    tmp_path: Path, two: tuple[str, str], jobs: int
) -> None:
    one, other = two
    path = configured(
        tmp_path,
        f"archive = 'archives/{{paper}}'\njobs = {jobs}\n[papers.dead]\n"
        f"address = 'http://127.0.0.1:9/'\n[papers.one]\naddress = '{one}'\n"
        f"[papers.other]\naddress = '{other}'\n",
    )
    done = run_scrapy("crawl", "news", "--config", path, "-a", "max_pages=5", *PRIVATE)
    assert done.returncode == 3, done.stderr
    assert "dead: nothing archived" in done.stderr
    assert "one: done (exit code 0)" in done.stderr
    archives = tmp_path / "archives"
    assert sorted(each.name for each in archives.iterdir()) == ["one", "other"]
    assert all(len(hosts(each)) == 1 for each in archives.iterdir())
    some = run_scrapy(
        "crawl", "news", "--config", path, "-a", "paper=other", "-a", "max_pages=5", *PRIVATE
    )
    assert some.returncode == 0, some.stderr
    assert len(query(archives / "other", "SELECT 1 FROM runs")) == 2
    assert len(query(archives / "one", "SELECT 1 FROM runs")) == 1


def test_one_paper_after_the_other_in_one_archive(tmp_path: Path, two: tuple[str, str]) -> None:
    path = configured(
        tmp_path,
        f"jobs = 1\n[papers.one]\naddress = '{two[0]}'\n[papers.other]\naddress = '{two[1]}'\n",
    )
    done = run_scrapy("crawl", "news", "--config", path, "-a", "max_pages=5", *PRIVATE)
    assert done.returncode == 0, done.stderr
    runs = query(tmp_path / "archive", "SELECT arguments, started_at, finished_at FROM runs")
    assert [json.loads(row["arguments"])["paper"] for row in runs] == ["one", "other"]
    assert runs[0]["finished_at"] <= runs[1]["started_at"]


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_papers_in_processes_are_stopped_together(
    tmp_path: Path, two: tuple[str, str], how: signal.Signals
) -> None:
    path = configured(
        tmp_path,
        f"archive = 'archives/{{paper}}'\njobs = 2\n[papers.one]\naddress = '{two[0]}'\n"
        f"[papers.other]\naddress = '{two[1]}'\n",
    )
    child = Popen(  # this one is loaded by itself, and so are those that it starts
        [sys.executable, "-m", "scrapy", "crawl", "news", "--config", path, "-a",
         "allow_private=1", "-s", "DOWNLOAD_DELAY=1", "-s", "EXTRACT_WORKERS=1"],
        cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    archives = [tmp_path / "archives" / name for name in ("one", "other")]
    until = time.monotonic() + 120
    while time.monotonic() < until and not all(_has_captures(each) for each in archives):
        time.sleep(0.2)
    child.send_signal(how)
    _, errors = child.communicate(timeout=120)
    assert child.returncode == (130 if how == signal.SIGTERM else -how), errors
    ended = "SELECT outcome FROM runs WHERE finished_at IS NOT NULL"
    while time.monotonic() < until and not all(query(each, ended) for each in archives):
        time.sleep(0.2)  # those of one that was killed notice it by themselves
    assert [query(each, ended) for each in archives] == [[{"outcome": "shutdown"}]] * 2


def _has_captures(archive: Path) -> bool:
    try:
        return bool(query(archive, "SELECT 1 FROM captures LIMIT 1"))
    except sqlite3.Error:
        return False


def test_a_span_that_is_made_wider_brings_what_was_left_out(tmp_path: Path) -> None:
    pages = {f"/2024/11/{n:02}/ferry-number-{n}-late": story(n) for n in range(1, 7)}
    answers: Answers = {"/": page(*pages), **pages}
    with site(answers) as home:
        for since, count in (("2024-11-04", 3), ("2024-11-04", 3), ("2024-11-02", 5)):
            text = f"[papers.a]\naddress = '{home}'\nsince = {since}\n"
            done = run_scrapy("crawl", "news", "--config", configured(tmp_path, text), *PRIVATE)
            assert done.returncode == 0, done.stderr
            rows = query(tmp_path / "archive", "SELECT count(*) AS n FROM stories")
            assert rows[0]["n"] == count
    spans = query(tmp_path / "archive", "SELECT since FROM run_papers ORDER BY run_id")
    assert [row["since"] for row in spans] == ["2024-11-04", "2024-11-04", "2024-11-02"]


def test_mistakes_are_told_one_a_line_and_nothing_is_done(tmp_path: Path) -> None:
    path = configured(tmp_path, "jobs = 0\n[papers.a]\nadress = 'a.example'\n")
    for command in (
        ("crawl", "news"),
        ("init", "--check"),
        ("crawl", "news", "-a", "site=b.example"),
    ):
        done = run_scrapy(*command, "--config", path)
        assert done.returncode == 11
        assert [line.split(": ", 2)[1] for line in done.stderr.splitlines()] == [
            f"{path}:1", f"{path}:2", f"{path}:3",
        ]  # fmt: skip
        assert "did you mean address?" in done.stderr
    assert [each.name for each in tmp_path.iterdir()] == ["hemeroteca.toml"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("-a", "paper=b"), "has no such paper; there are a"),
        (("-a", "paper="), "has no such paper; there are a"),
        (("-a", "paper=a", "-a", "site=a.example"), "either site= or paper="),
    ],
)
def test_papers_that_there_are_not(
    tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    path = configured(tmp_path, "[papers.a]\naddress = 'a.example'\n")
    done = run_scrapy("crawl", "news", "--config", path, *arguments)
    assert (done.returncode, message in done.stderr) == (2, True), done.stderr


def test_an_estimate_is_near_what_a_crawl_brings_and_keeps_nothing(
    tmp_path: Path, two: tuple[str, str], archived: Archived
) -> None:
    path = configured(
        tmp_path,
        f"[papers.all]\naddress = '{two[0]}'\n[papers.few]\naddress = '{two[1]}'\n"
        "since = '2024-11'\n[papers.dead]\naddress = 'http://127.0.0.1:9/'\n",
    )
    done = run_scrapy("crawl", "news", "--config", path, "--estimate", *PRIVATE)
    assert done.returncode == 3
    assert "127.0.0.1:9/ could not be asked" in done.stderr
    told = {line.split()[0]: line.split() for line in done.stdout.splitlines()}
    count = len(archived.rows("SELECT 1 FROM stories"))
    assert 0.8 * count <= int(told["all"][1]) <= 1.2 * count
    assert 0 < int(told["few"][1]) < int(told["all"][1])
    assert told["all"][4] == "kB"
    assert "dead" not in told
    assert [each.name for each in tmp_path.iterdir()] == ["hemeroteca.toml"]


def test_from_nothing_to_an_archive(tmp_path: Path, two: tuple[str, str]) -> None:
    (tmp_path / "papers.csv").write_text(f"name,url\nThe One,{two[0]}\nBad,nowhere\n")

    def run(*arguments: str, folder: Path = tmp_path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "crawler", *arguments]
        return subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=300,
            env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
        )  # fmt: skip

    done = run("init", "--from", "papers.csv")
    assert done.returncode == 0, done.stderr
    assert "hemeroteca.toml is written, with 1 paper" in done.stdout
    assert "line 3: 'nowhere' is not a web address; skipped" in done.stderr
    assert "there already" in run("init").stderr
    below = tmp_path / "deep" / "down"
    below.mkdir(parents=True)
    assert "1 paper, archive archive" in run("init", "--check", folder=below).stdout
    done = run("crawl", "news", "-a", "max_pages=5", *PRIVATE, folder=below)
    assert done.returncode == 0, done.stderr
    assert hosts(tmp_path / "archive")
    assert "articles" in run("status", folder=below).stdout
    # named by hand, in another folder: as without a file
    done = run("status", folder=tmp_path.parent)
    assert done.returncode == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("contact = 'a@b.example'\n".encode("utf-16"), ":1: not UTF-8"),
        ("# \n# Zürich\n".encode("latin-1"), ":2: not UTF-8"),
        (b"# a comment\n" * 100_000, ":1: it is longer than 1,000,000 bytes"),
    ],
)
def test_a_file_that_is_no_text_or_too_long_is_a_mistake(
    tmp_path: Path, content: bytes, said: str
) -> None:
    path = tmp_path / "hemeroteca.toml"
    path.write_bytes(content)
    done = run_scrapy("init", "--check", "--config", str(path))
    assert (done.returncode, said in done.stderr) == (11, True), done.stderr


@pytest.mark.parametrize("is_typed", [False, True])
def test_an_archive_that_is_named_elsewhere_comes_before_that_of_each_paper(
    tmp_path: Path, two: tuple[str, str], is_typed: bool
) -> None:
    path = configured(
        tmp_path,
        "archive = 'archives/{paper}'\n"
        + "".join(f"[papers.p{n}]\naddress = '{home}'\n" for n, home in enumerate(two)),
    )
    named = tmp_path / "named"
    done = subprocess.run(
        [
            sys.executable, "-m", "scrapy", "crawl", "news", "--config", path, "-a", "max_pages=4",
            *PRIVATE, *(("-s", f"ARCHIVE={named}") if is_typed else ()),
        ],
        cwd=ROOT, capture_output=True, text=True, timeout=500,
        env={**os.environ, **({} if is_typed else {"HEMEROTECA_ARCHIVE": str(named)})},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert sorted(each.name for each in tmp_path.iterdir()) == ["hemeroteca.toml", "named"]
    assert len(hosts(named)) == 2
