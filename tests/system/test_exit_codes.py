"""Each exit code as something provokes it; the table of the docs and `--help` agree."""

from __future__ import annotations

import re
import shutil
import signal
from pathlib import Path

import pytest

from crawler.archive.lock import ArchiveLock
from crawler.outcome import MEANINGS
from tests.loopback import HTML, Answers, page, site

from .conftest import ROOT, Archived, crawl, query, run_scrapy
from .test_runs import story

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
    with site({"/": (status, {}, b"")}) as home:
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
    [(WALL, 10, "a login or consent wall"), (SHELL, 3, "leads to none of its pages")],
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
    # 1, 8 and 130 are provoked in test_limits, test_news and test_stopping
    assert signal.SIGINT == 2
    assert set(MEANINGS) == {*range(12), 130}
