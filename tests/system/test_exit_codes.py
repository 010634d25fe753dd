"""Each exit code as something provokes it; the table of the docs and `--help` agree."""

from __future__ import annotations

import random
import re
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from crawler.archive.lock import ArchiveLock
from crawler.outcome import MEANINGS
from tests.loopback import HTML, Answers, page, site

from .conftest import FULL_SPEED, ROOT, Archived, crawl, query, run_scrapy
from .test_runs import story
from .test_stopping import STORIES, paper, start

NOBODY = "http://127.0.0.1:9/"
WALL = (200, HTML, b"<html><head><title>Log in</title></head><body><h1>Log in</h1>"
        b"<form><input name=user></form><p>Please log in to go on.</p></body></html>")  # fmt: skip
SHELL = (200, HTML, b"<html><head><title>Paper</title></head><body><div id=root></div>"
         b"<script src=/app.js></script></body></html>")  # fmt: skip
STORY = "/2024/11/03/ferry-number-3-late"


def test_the_table_of_the_docs_is_that_of_the_program() -> None:
    text = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \| ([^|]+) \| [^|]+ \|$", text, re.MULTILINE)
    assert {int(code): words for code, words in rows} == MEANINGS


def test_the_help_of_a_crawl_names_all_of_them() -> None:
    shown = " ".join(run_scrapy("crawl", "-h").stdout.split())
    for code, meaning in MEANINGS.items():
        assert f"{code} {meaning}" in shown


@pytest.mark.parametrize("status", [401, 403, 429])
def test_a_refusal_is_10(tmp_path: Path, status: int) -> None:
    # of those that ask for a pause, a home page is asked again after it
    with site({"/": (status, {"Retry-After": "1"} if status == 429 else {}, b"")}) as home:
        done = crawl("news", tmp_path / "a", site=home, discover="links")
    assert done.returncode == 10, done.stderr
    assert f"could not be archived: HTTP {status}" in done.stderr
    assert query(tmp_path / "a", "SELECT outcome, exit_code FROM runs") == [
        {"outcome": "blocked", "exit_code": 10}
    ]


def test_an_answer_of_no_use_is_3(tmp_path: Path) -> None:
    with site({"/": (404, {}, b"")}) as home:
        done = crawl("news", tmp_path / "a", site=home, discover="links")
    assert done.returncode == 3
    assert crawl("news", tmp_path / "b", site=NOBODY).returncode == 3


@pytest.mark.parametrize(
    ("front", "code", "words"),
    [(WALL, 10, "a login or consent wall"), (SHELL, 3, "shows nothing without its scripts")],
    ids=["wall", "shell"],
)
def test_a_home_page_that_became_a_wall_or_an_empty_shell_is_told(
    tmp_path: Path, front: tuple[int, dict[str, str], bytes], code: int, words: str
) -> None:
    answers: Answers = {"/": page(STORY), STORY: story(3)}
    with site(answers) as home:
        assert crawl("news", tmp_path / "a", site=home).returncode == 0
        answers["/"] = front
        done = crawl("news", tmp_path / "a", site=home)
        assert (done.returncode, words in done.stderr) == (code, True), done.stderr
        paper = query(tmp_path / "a", "SELECT outcome, reason FROM run_papers WHERE run_id = 2")
        assert words in paper[0]["reason"]
        new = crawl("news", tmp_path / "b", site=home)
        assert new.returncode == code, new.stderr


def test_a_paper_whose_home_page_never_led_anywhere_is_only_told_of(tmp_path: Path) -> None:
    answers: Answers = {"/": SHELL, STORY: story(3)}
    with site(answers) as home:
        answers["/sitemap.xml"] = (
            200, {"Content-Type": "application/xml"},
            f"<urlset><url><loc>{home}{STORY}</loc></url></urlset>".encode(),
        )  # fmt: skip
        for _ in range(2):
            done = crawl("news", tmp_path / "a", site=home)
            assert done.returncode == 0, done.stderr
            assert "stories come in by other ways" in done.stderr
        answers.update(dict.fromkeys(("/", "/sitemap.xml", STORY), WALL))
        done = crawl("news", tmp_path / "a", site=home, revisit="now")
        assert done.returncode == 10, done.stderr
        assert "other ways" not in done.stderr


def test_a_list_of_which_some_could_not_be_archived_is_9_and_says_which(tmp_path: Path) -> None:
    front = b"<title>The Pier</title><h1>The Pier</h1><p>News of the harbour, every day.</p>"
    answers: Answers = {"/": (200, HTML, front), STORY: story(3)}
    answers["/wall"] = WALL
    with site(answers) as home:
        asked = [f"{home}{path}" for path in (STORY, "/missing", "/", "/wall")]
        done = crawl("article", tmp_path / "a", url=",".join(asked))
        assert done.returncode == 9, done.stderr
        for url, why in zip(
            asked[1:], ("HTTP 404", "a front page", "a login or consent wall"), strict=True
        ):
            assert any(f"{url} could not be archived" in line and why in line
                       for line in done.stderr.splitlines()), done.stderr  # fmt: skip
        front = crawl("article", tmp_path / "b", url=home)
        assert (front.returncode, "a front page" in front.stderr) == (3, True), front.stderr
        wall = crawl("article", tmp_path / "c", url=f"{home}/wall")
        assert wall.returncode == 10, wall.stderr


def test_the_others_are_what_they_were(archived: Archived, tmp_path: Path) -> None:
    assert run_scrapy("status", "--jsno").returncode == 2
    assert run_scrapy("show", "https://nobody.example/x", "-a",
                      f"archive={archived.folder}").returncode == 7  # fmt: skip
    config = tmp_path / "hemeroteca.toml"
    config.write_text("jobs = 0")
    assert run_scrapy("crawl", "news", "--config", str(config)).returncode == 11
    copy = tmp_path / "copy"
    shutil.copytree(archived.folder, copy)
    lock = ArchiveLock(copy)
    lock.acquire()
    try:
        assert crawl("news", copy, site=NOBODY).returncode == 4
    finally:
        lock.release()
    next((copy / "warc").glob("*.warc.gz")).unlink()
    assert run_scrapy("verify", str(copy)).returncode == 6
    answers: Answers = {"/": page(STORY), STORY: story(3)}
    with site(answers) as home:
        full = crawl("news", tmp_path / "d", "-s", f"DISK_SPARE_BYTES={1 << 60}", site=home)
    assert full.returncode == 5
    assert set(MEANINGS) == {*range(12), 130}


def test_urls_left_out_that_may_be_stories_are_8(tmp_path: Path) -> None:
    """Two hundred pages alike, every twenty-fifth of which is a story."""
    paths = [f"/things/{chr(97 + n % 26)}{chr(97 + n // 26)}-card" for n in range(200)]
    links = "".join(f"<a href='{path}'>{n}</a> " for n, path in enumerate(paths))
    card = (200, HTML, b"<title>Card</title><h1>Card</h1><p>Short text.</p>")
    answers: Answers = {
        path: story(n % 28 + 1) if n % 25 == 3 else card for n, path in enumerate(paths)
    }
    answers["/"] = (200, HTML, f"<html><body>{links}</body></html>".encode())
    with site(answers) as home:
        done = crawl("news", tmp_path / "a", site=home, discover="links,archive")
    assert done.returncode == 8, done.stderr
    assert "although some like them are stories" in done.stderr
    assert query(tmp_path / "a", "SELECT exit_code FROM runs") == [{"exit_code": 8}]


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on file sizes")
def test_an_archive_that_finds_no_room_for_a_write_is_5(tmp_path: Path) -> None:
    pages: Answers = {}
    for number in range(1, 13):
        status, headers, text = story(number)
        noise = random.Random(number).randbytes(200_000).hex().encode()  # gzip halves it
        pages[f"/2024/11/03/ferry-number-{number}-late"] = (
            status, headers, text.replace(b"</body>", b"<!-- %s --></body>" % noise),
        )  # fmt: skip
    answers: Answers = {"/": page(*pages), **pages}
    with site(answers) as home:
        words = [
            sys.executable, "-m", "scrapy", "crawl", "news", "-a", f"site={home}",
            "-a", f"archive={tmp_path / 'a'}", "-a", "allow_private=1", *FULL_SPEED,
        ]  # fmt: skip
        done = subprocess.run(
            ["/bin/bash", "-c", f"ulimit -f 1500; exec {shlex.join(words)}"],
            cwd=ROOT, capture_output=True, text=True, timeout=300,
        )  # fmt: skip
    assert done.returncode == 5, done.stderr
    assert "no space is left to write" in done.stderr


@pytest.mark.skipif(not hasattr(signal, "SIGINT"), reason="needs signals")
def test_a_run_that_is_stopped_is_130_and_resumes(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    with paper(slow=lambda path: path == STORIES[-1]) as news:
        with start(news.url, folder) as run:
            news.wait_for(lambda log: STORIES[-1] in log, run)
            run.send_signal(signal.SIGINT)
            _, errors = run.communicate(timeout=300)
        assert run.returncode == 130, errors
    rows = query(folder, "SELECT outcome, exit_code FROM runs")
    assert rows == [{"outcome": "shutdown", "exit_code": 130}]
