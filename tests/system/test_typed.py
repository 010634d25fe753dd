"""What people type, and what they are told: addresses without a scheme, the database for its
folder, a list by a pipe, a verb misspelt."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from crawler.extensions.progress import Snapshot
from tests.loopback import Answers, page, site

from .conftest import FULL_SPEED, ROOT, Archived, crawl, query, run_scrapy
from .test_runs import story

STORY = "/2024/11/03/ferry-number-3-late"


def bare(url: str) -> str:
    return url.removeprefix("http://")


def test_a_host_without_a_scheme_is_asked_by_http_where_it_speaks_no_https(tmp_path: Path) -> None:
    answers: Answers = {"/": page(STORY), STORY: story(3)}
    with site(answers) as home:
        done = crawl("news", tmp_path / "a", "-s", "RETRY_TIMES=0", site=bare(home))
        assert done.returncode == 0, done.stderr
        assert query(tmp_path / "a", "SELECT home_url FROM sites") == [{"home_url": f"{home}/"}]
        assert query(tmp_path / "a", "SELECT outcome FROM run_papers") == [{"outcome": "finished"}]
        one = crawl("article", tmp_path / "b", "-s", "RETRY_TIMES=0", url=bare(home) + STORY)
        assert one.returncode == 0, one.stderr
        # who says https means it
        said = home.replace("http:", "https:")
        done = crawl("news", tmp_path / "c", "-s", "RETRY_TIMES=0", site=said)
        assert done.returncode == 3


def test_a_host_that_speaks_neither_is_told_of_once(tmp_path: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{nobody.getsockname()[1]}"
        done = crawl("news", tmp_path / "a", "-s", "RETRY_TIMES=0", site=host)
    assert done.returncode == 3
    lines = [line for line in done.stderr.splitlines() if line.startswith("scrapy ")]
    assert len(lines) == 1
    assert f"http://{host}/ could not be archived" in lines[0]


def test_a_list_comes_by_a_pipe(tmp_path: Path) -> None:
    answers: Answers = {STORY: story(3), "/2024/11/04/b-story": story(4)}
    with site(answers) as home:
        done = run_scrapy(
            "crawl", "article", "-a", "urls=-", "-a", f"archive={tmp_path / 'a'}",
            "-a", "allow_private=1", *FULL_SPEED, stdin="\n".join(home + p for p in answers),
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "2 new articles" in done.stdout
    nothing = run_scrapy("crawl", "article", "-a", "urls=-", stdin="")
    assert (nothing.returncode, "contains no URL" in nothing.stderr) == (2, True)


def test_an_archive_is_named_by_its_database_and_a_page_without_its_scheme(
    archived: Archived,
) -> None:
    database = str(archived.folder / "archive.db")
    shown = run_scrapy("status", database)
    assert (shown.returncode, "articles in" in shown.stdout) == (0, True), shown.stderr
    address = archived.rows("SELECT url FROM stories LIMIT 1")[0]["url"]
    done = run_scrapy("show", bare(address), "--headers", "-a", f"archive={database}")
    assert (done.returncode, done.stdout[:8]) == (0, "HTTP/1.1"), done.stderr
    done = run_scrapy("diff", bare(address), "-a", f"archive={database}")
    assert "has only one revision" in done.stderr


def test_a_verb_misspelt_gets_a_suggestion() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "scrapy", "crwal", "news"],
        cwd=ROOT, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "scrapy: no verb 'crwal'; did you mean crawl? scrapy -h lists all\n"


def test_the_summary_says_which_run_of_which_paper_and_when(tmp_path: Path) -> None:
    answers: Answers = {"/": page(STORY), STORY: story(3)}
    with site(answers) as home:
        done = crawl("news", tmp_path / "a", site=home)
    assert done.stdout.startswith("1 new article, 0 new revisions, 0 unchanged; ")
    times = r"\d{4}-\d\d-\d\d \d\d:\d\d to \d\d:\d\d UTC"
    assert re.search(rf"^Run 1 of {bare(home)}, {times}$", done.stdout, re.MULTILINE)


@pytest.mark.parametrize("width", [40, 60, 80, 100])
def test_progress_fits_into_a_line(width: int) -> None:
    busy = Snapshot(36_000, 123_456, 98_765, 12.3, 1_234_567, 4_321)
    line = busy.line(width)
    assert len(line) <= width
    assert "10:00:00 · 123,456 pages" in line
    assert Snapshot(60, 1, 1, 0.0, 0, 1).line() == (
        "1:00 · 1 page · 1 article · 0.0 pages/s · 0 queued · 1 error"
    )


@pytest.mark.parametrize("which", ["courier", "links"])
def test_the_demo_says_which_of_its_sites_it_is(which: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "scrapy", "demo", "--port", "0", "--site", which],
        cwd=ROOT, stdout=subprocess.PIPE, text=True,
    ) as demo:  # fmt: skip
        assert demo.stdout is not None
        line = demo.stdout.readline()
        demo.terminate()
        demo.stdout.read()
    assert ("the site 'links'" in line) == (which == "links")


def test_make_takes_any_address() -> None:
    address = "https://a.example/?a=1&b='2'"
    done = subprocess.run(
        ["make", "-n", "--no-print-directory", "crawl", f"SITE={address}"],
        cwd=ROOT, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    words = done.stdout.splitlines()[-1]
    got = subprocess.run(
        ["sh", "-c", f"printf '%s\\n' {words.partition(' ')[2]}"],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert f"site={address}" in got.stdout.splitlines()
