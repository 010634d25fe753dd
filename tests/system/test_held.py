"""What stands in the way of writing costs nothing that is stored, and is told."""

from __future__ import annotations

import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from benchmarks.kill import end_state, faults
from crawler.demo.truth import expected
from tests.loopback import HTML, Answers, page, raw_site, site

from .conftest import ROOT, crawl, query, run_scrapy
from .test_errors import complaint
from .test_hostile import STORY
from .test_interrupted import wait_for_stories
from .test_stopping import STORIES, paper
from .test_stopping import start as begin

pytestmark = pytest.mark.usefixtures("loaded_commands")

PATHS = {story.path for story in expected("morning")}


def test_a_second_run_on_an_archive_is_told_who_holds_it(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    with paper(slow=lambda path: path in STORIES[4:]) as news, begin(news.url, folder) as run:
        wait_for_stories(folder, 4)
        second = crawl("news", folder, site=news.url)
        assert second.returncode == 4
        said = complaint(second.stderr)
        assert f"is in use by process {run.pid} on " in said
        news.released.set()
        run.communicate(timeout=500)
    assert run.returncode == 0
    kept = query(folder, "SELECT url FROM stories ORDER BY url")
    assert [row["url"] for row in kept] == [news.url + path for path in STORIES]
    assert faults(folder) == []


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on file sizes")
def test_a_full_disk_ends_the_run_and_the_next_one_goes_on(demo: str, tmp_path: Path) -> None:
    folder = tmp_path / "a"
    command = " ".join(
        f"'{part}'"
        for part in (
            sys.executable, "-m", "scrapy", "crawl", "news", "-a", f"site={demo}",
            "-a", f"archive={folder}", "-a", "allow_private=1", "-s", "DOWNLOAD_DELAY=0",
            "-s", "AUTOTHROTTLE_ENABLED=False", "-s", "BATCH_SIZE=5", "-s", "EXTRACT_WORKERS=1",
        )
    )  # fmt: skip
    # no file may grow beyond 1,500 blocks of 1,024 bytes: writing fails as on a full disk
    done = subprocess.run(
        ["/bin/bash", "-c", f"ulimit -f 1500; exec {command}"],
        cwd=ROOT, capture_output=True, text=True, timeout=500,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert "cannot write to the archive" in complaint(done.stderr)
    again = crawl("news", folder, site=demo)
    assert again.returncode == 0, again.stderr
    kept = [urlsplit(row["url"]).path for row in query(folder, "SELECT url FROM stories")]
    assert sorted(kept) == sorted(PATHS)
    assert faults(folder) == []


def test_a_reader_that_holds_the_database_is_waited_for(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    first, others = STORIES[:4], STORIES[4:]
    with paper(slow=lambda path: path in others) as news, begin(news.url, folder) as run:
        wait_for_stories(folder, len(first))
        held = sqlite3.connect(folder / "archive.db", timeout=100, isolation_level=None)
        held.execute("BEGIN IMMEDIATE")
        news.released.set()
        assert run.stderr is not None
        line = ""
        while f" · {len(STORIES) + 1} pages" not in line:  # all are in hand, and cannot be stored
            line = run.stderr.readline()
            assert " pages" in line, line
        before = held.execute("SELECT count(*) FROM articles").fetchone()
        held.execute("ROLLBACK")
        held.execute("BEGIN")
        held.execute("SELECT count(*) FROM captures").fetchone()  # and one that only reads
        _, errors = run.communicate(timeout=500)
        held.close()
    assert run.returncode == 0, errors
    assert before[0] < len(STORIES)
    kept = [row["url"] for row in query(folder, "SELECT url FROM stories ORDER BY url")]
    assert kept == [news.url + path for path in STORIES]
    assert faults(folder) == []


def test_a_real_site_is_not_visited_without_a_contact(tmp_path: Path) -> None:
    done = run_scrapy("crawl", "news", "-a", "site=news.example", "-a", f"archive={tmp_path / 'a'}")
    assert done.returncode == 2
    assert "-a contact=" in complaint(done.stderr)
    assert not (tmp_path / "a").exists()


def test_a_host_that_asks_for_a_pause_gets_it(tmp_path: Path) -> None:
    moments: list[float] = []

    class Refusing(dict):  # type: ignore[type-arg]
        def get(self, path: str, default: object = None) -> object:
            if path.startswith("/2026"):
                moments.append(time.monotonic())
                if len(moments) == 1:
                    return 429, {"Retry-After": "2"}, b""
            return dict.get(self, path, default)

    stories = [f"/2026/05/0{n}/the-story-number-{n}" for n in range(1, 7)]
    answers: Answers = Refusing({"/": page(*stories)})
    for number, path in enumerate(stories):
        answers[path] = (200, HTML, STORY.replace("Weir", f"Weir {number}").encode())
    with site(answers) as home:
        done = crawl(
            "news", tmp_path / "a", "-s", "DOWNLOAD_DELAY=0.2", site=home,
            discover="links",
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    after = [later - moments[0] for later in moments[1:]]
    assert len(after) == 5
    # not even what had its turn already and waited for the one that was refused
    assert min(after) > 1.9
    row = query(tmp_path / "a", "SELECT state, reason, due_at FROM urls WHERE reason = 'HTTP 429'")
    assert row[0]["state"] == "retry"
    assert row[0]["due_at"] > "2026"


def test_a_host_that_hangs_and_one_that_drips_hold_up_no_other(tmp_path: Path) -> None:
    """Three newspapers at once: one answers, one drips, one says nothing at all; the latter two go
    on so until all of the first is asked for."""
    answers: Answers = {
        f"/2026/05/{day:02}/the-story-of-day-{day}": (
            200, HTML, STORY.replace("Weir", f"Weir {day}").encode(),
        )
        for day in range(1, 21)
    }  # fmt: skip
    stories = set(answers)
    answers["/"] = page(*answers)
    asked: set[str] = set()
    is_done = threading.Event()

    class Noting(dict):  # type: ignore[type-arg]
        def get(self, path: str, default: object = None) -> object:
            asked.add(path)
            if stories <= asked:
                is_done.set()
            return dict.get(self, path, default)

    def slow(path: str) -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>"
        while not is_done.wait(0.1):
            yield b" "

    silent = socket.create_server(("127.0.0.1", 0))

    def hang_up() -> None:
        is_done.wait()
        silent.close()

    threading.Thread(target=hang_up, daemon=True).start()
    with raw_site(slow) as (dripping, _), site(Noting(answers)) as well:
        hanging = f"http://127.0.0.1:{silent.getsockname()[1]}"
        done = crawl(
            "news", tmp_path / "a", "-s", "DOWNLOAD_TIMEOUT=5000", "-s", "RETRY_TIMES=0",
            site=f"{hanging},{dripping},{well}", discover="links",
        )  # fmt: skip
    assert "Traceback" not in done.stderr
    kept = query(tmp_path / "a", "SELECT url FROM stories")
    assert len([row for row in kept if row["url"].startswith(well)]) == 20


def test_robots_txt_is_asked_for_once_a_day(tmp_path: Path) -> None:
    asked: list[str] = []

    class Noting(dict):  # type: ignore[type-arg]
        def get(self, path: str, default: object = None) -> object:
            asked.append(path)
            return dict.get(self, path, default)

    robots = (200, {"Content-Type": "text/plain"}, b"User-agent: *\nDisallow: /2026/05/02\n")
    answers: Answers = Noting({"/": page("/2026/05/02/a-forbidden-story"), "/robots.txt": robots})
    with site(answers) as home:
        crawl("news", tmp_path / "a", site=home, discover="links")
        crawl("news", tmp_path / "a", site=home, discover="links")
        assert asked.count("/robots.txt") == 1
        assert "/2026/05/02/a-forbidden-story" not in asked
        with sqlite3.connect(tmp_path / "a" / "archive.db") as db:
            db.execute("UPDATE _robots_files SET fetched_at = '2020-01-01T00:00:00+00:00'")
        crawl("news", tmp_path / "a", site=home, discover="links")
    assert asked.count("/robots.txt") == 2


def test_killed_again_and_again_it_ends_as_if_nobody_had(tmp_path: Path) -> None:
    import random

    from benchmarks.kill import finish, kill_once
    from crawler.demo.server import serve

    log = tmp_path / "log"
    draw = random.Random()
    with serve("morning", log=log) as url:
        finish(url, tmp_path / "whole")
        wanted = end_state(tmp_path / "whole")
        answers = len(log.read_bytes().splitlines())
        archive = tmp_path / "killed"
        told = [kill_once(url, archive, log, draw, n) for n in (answers, 8)]
        finish(url, archive)
    assert faults(archive) == [], told
    assert end_state(archive) == wanted, told
