"""A run that is asked to stop says so, asks for nothing more, and leaves a sound archive."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from subprocess import Popen

import psutil
import pytest

from benchmarks.kill import end_state, faults
from tests.loopback import serving

from .conftest import ROOT, crawl, query
from .test_hostile import STORY

pytestmark = pytest.mark.usefixtures("loaded_commands")

STORIES = [f"/2026/05/{day:02}/the-story-of-day-{day}" for day in range(1, 13)]


@dataclass
class Paper:
    """A newspaper on loopback that keeps its readers waiting."""

    url: str = ""
    robots: str = "User-agent: *\nDisallow:\n"
    log: list[str] = field(default_factory=list)
    """Paths, in the order they were asked for."""
    slow: Callable[[str], bool] = lambda path: False
    """Which paths get no answer before `released`."""
    released: threading.Event = field(default_factory=threading.Event)

    def wait_for(self, seen: Callable[[list[str]], bool], run: subprocess.Popen[str]) -> None:
        """Until the log is as wanted."""
        while not seen(self.log):
            assert run.poll() is None, run.communicate()
            time.sleep(0.01)


@contextmanager
def paper(**how: object) -> Iterator[Paper]:
    served = Paper(**how)  # type: ignore[arg-type]

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            served.log.append(self.path)
            if served.slow(self.path):
                served.released.wait(90)
            kind, status = "text/html", 200
            if self.path == "/robots.txt":
                body, kind = served.robots, "text/plain"
            elif self.path == "/":
                body = "".join(f"<a href='{path}'>A story of some length</a>" for path in STORIES)
            elif self.path in STORIES:
                day = self.path[1:11].replace("/", "-")
                dated = f"<head><meta property='article:published_time' content='{day}'>"
                body = STORY.replace("Weir", f"Weir {self.path}").replace("<head>", dated)
            else:
                body, status = "", 404
            try:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body.encode())))
                self.end_headers()
                self.wfile.write(body.encode())
            except OSError:
                pass

    with serving(Handler) as served.url:
        try:
            yield served
        finally:
            served.released.set()


def start(
    site: str,
    folder: Path,
    *settings: str,
    more: tuple[str, ...] = (),
    is_loaded: bool = True,
) -> subprocess.Popen[str]:
    given = [part for setting in settings for part in ("-s", setting)]
    starts = subprocess.Popen if is_loaded else Popen
    return starts(
        [
            sys.executable, "-m", "scrapy", "crawl", "news", "-a", f"site={site}",
            "-a", f"archive={folder}", "-a", "allow_private=1", "-a", "discover=links",
            "-s", "AUTOTHROTTLE_ENABLED=False", "-s", "DOWNLOAD_DELAY=0.02",
            "-s", "CONCURRENT_REQUESTS_PER_DOMAIN=4", "-s", "BATCH_SIZE=3",
            "-s", "DOWNLOAD_TIMEOUT=5000", "-s", "EXTRACT_WORKERS=1", *given, *more,
        ],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip


def ended(run: subprocess.Popen[str], folder: Path) -> str:
    """Wait for the end of a run that was stopped, and look at what it leaves; gives its output."""
    output, errors = run.communicate(timeout=500)
    assert run.returncode == 130, errors
    assert "Traceback" not in errors
    assert "leaked" not in errors
    assert "scrapy crawl: stopping (" in errors
    assert query(folder, "SELECT outcome FROM runs") == [{"outcome": "shutdown"}]
    assert query(folder, "SELECT url FROM urls WHERE state = 'claimed'") == []
    assert faults(folder) == []
    assert re.search(r"captures? \(", output)
    return errors


def resumes(site: str, folder: Path) -> None:
    """The same command later gets all stories, each once."""
    done = crawl("news", folder, site=site, discover="links")
    assert done.returncode == 0, done.stderr
    kept = [row["url"] for row in query(folder, "SELECT url FROM stories ORDER BY url")]
    assert kept == [site + path for path in STORIES]
    assert end_state(folder)["left"] == []
    assert faults(folder) == []


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGHUP])
def test_whatever_the_pace_nothing_more_is_asked_for(tmp_path: Path, signum: int) -> None:
    folder = tmp_path / "a"
    with paper(robots="User-agent: *\nCrawl-delay: 500\n") as news:
        with start(news.url, folder) as run:
            news.wait_for(lambda log: "/robots.txt" in log, run)
            wait_for_archive(folder)
            assert run.stderr is not None
            assert " queued" in run.stderr.readline()  # it has been waiting for seconds
            os.kill(run.pid, signum)
            ended(run, folder)
        assert news.log == ["/robots.txt"]  # the home page waits for its turn


def test_a_crawl_delay_of_years_is_taken_for_a_no(tmp_path: Path) -> None:
    with paper(robots="User-agent: *\nCrawl-delay: 1000000000\n") as news:
        done = crawl("news", tmp_path / "a", site=news.url)
    assert done.returncode == 3
    asks = "robots.txt asks for more than an hour between two requests (1,000,000,000 s)"
    assert asks in done.stderr
    (home,) = query(tmp_path / "a", "SELECT state, reason FROM urls WHERE role = 'home'")
    assert (home["state"], home["reason"]) == ("retry", asks)


def test_what_waits_between_two_stories_is_queued_again(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    with paper() as news:
        paced = ("CONCURRENT_REQUESTS_PER_DOMAIN=1", "DOWNLOAD_DELAY=1")
        with start(news.url, folder, *paced) as run:
            news.wait_for(lambda log: log[-1:] != [] and log[-1] in STORIES, run)
            asked = len(news.log)
            os.kill(run.pid, signal.SIGTERM)
            ended(run, folder)
        assert len(news.log) <= asked + 1  # one may have been on its way
        resumes(news.url, folder)


def test_answers_that_do_not_come_are_cut_off(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    with paper(slow=lambda path: path in STORIES[5:]) as news:
        with start(news.url, folder, "STOP_SECONDS=2") as run:
            # all the room that there is is taken by answers that do not come
            news.wait_for(lambda log: len(set(log) & set(STORIES[5:])) >= 4, run)
            os.kill(run.pid, signal.SIGINT)
            assert "waiting up to 2 s for 4 responses" in ended(run, folder)
        assert len(news.log) == len(set(news.log))
        assert query(folder, "SELECT 1 FROM urls WHERE state IN ('retry', 'failed')") == []
        news.released.set()
        resumes(news.url, folder)


def test_an_answer_that_comes_in_time_is_stored(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    with paper(slow=lambda path: path == STORIES[-1]) as news:
        with start(news.url, folder, "STOP_SECONDS=100") as run:
            news.wait_for(lambda log: STORIES[-1] in log, run)
            os.kill(run.pid, signal.SIGINT)
            assert run.stderr is not None
            said = ""
            while "stopping (SIGINT)" not in said:
                said = run.stderr.readline()
                assert said, "it ended without a word"
            news.released.set()
            run.communicate(timeout=500)
        assert run.returncode == 130
        assert query(folder, "SELECT 1 FROM stories WHERE url = ?", news.url + STORIES[-1])


def test_the_second_signal_waits_for_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    with paper(slow=lambda path: path in STORIES[5:]) as news:
        with start(news.url, folder, "STOP_SECONDS=5000") as run:
            news.wait_for(lambda log: len(set(log) & set(STORIES[5:])) >= 4, run)
            os.kill(run.pid, signal.SIGINT)
            assert run.stderr is not None
            while "stopping (" not in (said := run.stderr.readline()):
                assert said, "it ended without a word"
            os.kill(run.pid, signal.SIGINT)
            os.kill(run.pid, signal.SIGINT)  # an impatient user's third changes nothing
            output, errors = run.communicate(timeout=500)
        assert run.returncode == 130, errors
        assert "Traceback" not in errors
        assert "never awaited" not in errors
        assert "captures (" in output
        assert query(folder, "SELECT outcome FROM runs") == [{"outcome": "shutdown"}]
        assert faults(folder) == []


def test_readers_that_hang_hold_up_no_end(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    with (
        paper(slow=lambda path: path == STORIES[7]) as news,
        # readers of a loaded command are no processes of the system's own making
        start(news.url, folder, "STOP_SECONDS=1", "EXTRACT_WORKERS=2", is_loaded=False) as run,
    ):
        news.wait_for(lambda log: STORIES[7] in log, run)
        readers = [
            child
            for child in psutil.Process(run.pid).children()
            if any("spawn_main" in part for part in child.cmdline())
        ]
        assert readers
        for reader in readers:
            reader.suspend()
        news.released.set()  # its page comes, and is not read
        os.kill(run.pid, signal.SIGTERM)
        ended(run, folder)
        assert not any(reader.is_running() for reader in readers)


def test_a_database_that_another_program_holds_holds_up_no_end(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    with paper(slow=lambda path: path in STORIES[4:]) as news:
        with start(news.url, folder) as run:
            news.wait_for(lambda log: len(set(log) & set(STORIES)) == 8, run)
            wait_for_archive(folder)
            held = sqlite3.connect(folder / "archive.db", timeout=500, isolation_level=None)
            held.execute("BEGIN IMMEDIATE")
            news.released.set()
            os.kill(run.pid, signal.SIGTERM)
            _, errors = run.communicate(timeout=500)  # while it is held
            held.close()
        assert run.returncode == 1
        assert "cannot close the archive" in errors
        assert "Traceback" not in errors
        resumes(news.url, folder)


def test_a_signal_to_all_processes_is_answered_by_the_crawl_alone(tmp_path: Path) -> None:
    """A terminal's Ctrl-C and systemd's SIGTERM come to the page readers too."""
    folder = tmp_path / "a"
    with paper() as news:
        # those of a loaded command have a server of their own, which the signal ends, too
        with start(news.url, folder, "EXTRACT_WORKERS=2", is_loaded=False) as run:
            news.wait_for(lambda log: "/" in log, run)  # the readers are being started about now
            wait_for_archive(folder)
            os.killpg(run.pid, signal.SIGTERM)
            errors = ended(run, folder)
        assert "a page reader died" not in errors
        resumes(news.url, folder)


def test_before_the_first_answer_nothing_is_touched(tmp_path: Path) -> None:
    with (
        paper(slow=lambda path: True) as news,
        start(news.url, tmp_path / "a", "STOP_SECONDS=1") as run,
    ):
        news.wait_for(lambda log: log != [], run)
        os.kill(run.pid, signal.SIGINT)
        output, errors = run.communicate(timeout=500)
    assert run.returncode == 130, errors
    assert output == ""
    assert "stopped before any server had answered; nothing was stored" in errors
    assert "could not be archived" not in errors
    assert not (tmp_path / "a").exists()


def test_while_it_is_loading_it_ends_in_one_line() -> None:
    program = "import os, signal, crawler.commands; os.kill(os.getpid(), signal.SIGINT)"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=500
    )
    assert done.returncode == 130
    assert done.stderr == "scrapy: stopped\n"


@pytest.mark.parametrize(("signum", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_as_soon_as_the_settings_are_read_it_ends_in_one_line(signum: int, code: int) -> None:
    """Scrapy's own commands come next, and take a while."""
    program = (
        "import os, sys, importlib\n"
        "import scrapy.cmdline\n"
        "def interrupted(*args): os.kill(os.getpid(), int(sys.argv.pop()))\n"
        "scrapy.cmdline._get_commands_dict = interrupted\n"
        "scrapy.cmdline.execute()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "status", str(int(signum))], cwd=ROOT, capture_output=True,
        text=True, timeout=500,
    )  # fmt: skip
    assert done.returncode == code
    assert done.stderr == "scrapy: stopped\n"


def wait_for_archive(folder: Path) -> None:
    while not (folder / "archive.db").exists():
        time.sleep(0.01)
